"""Put, patch and remove one row by entity name and wire values: used by the outbox, the pull and the hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from pydantic.fields import FieldInfo
from sqlalchemy import JSON, Connection, Date, Insert, insert
from sqlmodel import Session

from cockpit.storage.names import search_key
from cockpit.storage.records import from_wire, table_of
from cockpit.storage.tables import SYNCED, SyncedRow
from cockpit.storage.tables.base import Row, UtcDateTime


def find(session: Session, entity: str, row_id: str) -> SyncedRow | None:
    return session.get(SYNCED[entity], row_id)


def put(session: Session, entity: str, data: dict[str, Any]) -> SyncedRow:
    """Insert the row, or set the given fields of the one that is there. `data` is in wire form."""
    return put_on(session, entity, data, session.get(SYNCED[entity], data["id"]))


def put_on(session: Session, entity: str, data: dict[str, Any], row: SyncedRow | None) -> SyncedRow:
    """`put` for a caller that has looked already: `row` is the row that is there, None when there is none."""
    return put_values(session, entity, from_wire(entity, data), row)


def put_values(session: Session, entity: str, values: dict[str, Any], row: SyncedRow | None) -> SyncedRow:
    """`put_on` for column values as `from_wire` gives them."""
    if row is None:
        row = SYNCED[entity](**values)
        session.add(row)
    else:
        if "extra" in values:
            values["extra"] = {**row.extra, **values["extra"]}
        for name, value in values.items():
            setattr(row, name, value)
    if entity == "account" and ("name" in values or "alias" in values):
        row.search_key = search_key(row.name, row.alias)  # type: ignore[attr-defined]
    return row


def beside(session: Session) -> Connection:
    """The connection under a session, with what the session holds written: a statement that loads no row costs a third
    of what it does through the mapper."""
    session.flush()
    return session.connection()


def add(session: Session, table: type[Row], **values: Any) -> None:
    """Insert one row that nothing in this session holds: by its statement, in a quarter of the mapper's time."""
    session.connection().execute(_insert(table), {**_defaults(table), **values})


@cache
def _insert(table: type[Row]) -> Insert:
    return insert(table_of(table))


def _defaults(table: type[Row]) -> dict[str, Any]:
    return {name: info.get_default(call_default_factory=True) for name, info in _optional(table)}


@cache
def _optional(table: type[Row]) -> list[tuple[str, FieldInfo]]:
    return [(name, info) for name, info in table.model_fields.items() if not info.is_required()]


def add_new(session: Session, entity: str, data: dict[str, Any], pending: int) -> None:
    """Insert a row in wire form that is known not to be here, without the mapper."""
    session.flush()
    insert_many(session, entity, [{**from_wire(entity, data), "pending": pending}])


def insert_many(session: Session, entity: str, found: Sequence[dict[str, Any]]) -> None:
    """Insert rows known not to be here, in one statement. Each holds every required column, as `from_wire` gives it."""
    if entity == "account":
        found = [{**values, "search_key": search_key(values["name"], values.get("alias", ""))} for values in found]
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        session.execute(insert(SYNCED[entity]), [{**_defaults(SYNCED[entity]), **values} for values in found])
        return
    # the page of a first load: the mapper's way costs three times as much as the rows themselves
    plan = _plan(entity)
    connection.exec_driver_sql(plan.statement, [plan.kept(row) for row in found])


@dataclass(frozen=True, slots=True)
class _Plan:
    """The INSERT of a whole row, what a column holds that is not given, and how SQLite keeps those that are."""

    statement: str
    blank: dict[str, Any]
    written: tuple[tuple[str, Callable[[Any], Any]], ...]
    in_order: Callable[[dict[str, Any]], tuple[Any, ...]]

    def kept(self, row: dict[str, Any]) -> tuple[Any, ...]:
        values = {**self.blank, **row}
        for name, write in self.written:
            if name in row:
                values[name] = write(row[name])
        return self.in_order(values)


@cache
def _plan(entity: str) -> _Plan:
    table = table_of(SYNCED[entity])
    names = [column.name for column in table.columns]
    kinds = [(column.name, how) for column in table.columns for kind, how in _KEPT_AS if isinstance(column.type, kind)]
    defaults = _defaults(SYNCED[entity])
    blank = {name: defaults.get(name) for name in names}
    blank |= {name: write(blank[name]) for name, write in kinds}
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"
    return _Plan(statement, blank, tuple(kinds), itemgetter(*names))


def _naive(value: datetime | None) -> str | None:
    if value is None:
        return None
    stamp = value if value.tzinfo is UTC else value.astimezone(UTC)
    return stamp.replace(tzinfo=None).isoformat(" ", "microseconds")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _json(value: Any) -> str:
    if value == []:
        return "[]"
    return msgspec.json.encode(value).decode()


_KEPT_AS: tuple[tuple[type, Callable[[Any], Any]], ...] = ((UtcDateTime, _naive), (Date, _day), (JSON, _json))
"""The forms that the mapped classes write and read, by type of column."""


def remove(session: Session, entity: str, row_id: str) -> None:
    row = session.get(SYNCED[entity], row_id)
    if row is not None:
        session.delete(row)
