"""Shorthand for tests of numbers: a desk on the company's database, its book, counted statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from cockpit.domain.book import Book
from cockpit.services.desk import Desk
from cockpit.storage.reading import FileReader
from tests.support.company import Company


def desk_of(company: Company) -> Desk:
    return Desk(company.database)


def book_of(company: Company, as_of: datetime | None = None, rep_ids: list[str] | None = None) -> Book:
    with company.database.read() as session:
        return desk_of(company).book(session, as_of=as_of, rep_ids=rep_ids)


@contextmanager
def counted_statements(company: Company) -> Iterator[list[str]]:
    """The SELECTs sent inside the block, through a session or without one."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    read = FileReader.rows

    def counted(reader: FileReader, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        sent.append(sql)
        return read(reader, sql, **values)

    with company.database.read() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(FileReader, "rows", counted):
            yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
