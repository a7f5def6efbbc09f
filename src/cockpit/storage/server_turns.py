"""Turns on a database server: its advisory locks, each held by a connection of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel import create_engine

from cockpit.errors import DatabaseBusy

_WHOLE = "SELECT pg_advisory_lock(hashtextextended(:name, 0))"
_WHOLE_IF_FREE = "SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"
_PART = """SELECT pg_advisory_lock_shared(hashtextextended(:name, 0)),
    pg_advisory_lock(hashtextextended(:name || '/' || :part, 0))"""
_GIVE_BACK = "SELECT pg_advisory_unlock_all()"


class ServerTurns:
    """The turns of one server. However a holder ends, the server frees what its connection held."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def held(self, name: str, part: str = "", *, waits: bool = True) -> Iterator[None]:
        """Hold a name, or a part of it beside the holders of other parts. Raises DatabaseBusy for a name that is held
        where nobody `waits`."""
        asked = _PART if part else _WHOLE if waits else _WHOLE_IF_FREE
        with self._engine.connect() as connection:
            had = connection.execute(text(asked), {"name": name, "part": part} if part else {"name": name})
            if had.scalar() is False:
                raise DatabaseBusy(path=name)
            try:
                yield
            finally:
                # Given back by word: the server notices the end of a connection only a moment later.
                with suppress(DBAPIError):
                    connection.execute(text(_GIVE_BACK))

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
