"""Rows as frozen dataclasses, read by plain SQL: without the mapped classes, whose import takes longer than the reading.

What is read inside a write transaction, or from PostgreSQL, comes through the session in the same words. Tables and columns
have the names of the entities and their fields; a test holds them together.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import repeat
from operator import itemgetter
from types import MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from cockpit.domain import entities as e

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, TextClause
    from sqlmodel import Session

E = TypeVar("E", bound=e.Entity)

TABLES: dict[type[e.Entity], str] = {
    e.Team: "team",
    e.Person: "person",
    e.CalendarDay: "calendar_day",
    e.Absence: "absence",
    e.Funnel: "funnel",
    e.Stage: "stage",
    e.Product: "product",
    e.KpiRule: "kpi_rule",
    e.Target: "target",
    e.Account: "account",
    e.OpeningWindow: "opening_window",
    e.Contact: "contact",
    e.Deal: "deal",
    e.StageChange: "stage_change",
    e.MilestoneDone: "milestone_done",
    e.Activity: "activity",
    e.Waiver: "waiver",
    e.Nudge: "nudge",
    e.LogEntry: "change_log",
}


class Reader(ABC):
    """Something that answers a SELECT; `:name` in the SQL stands for a value. One reader sees one state of the data."""

    @abstractmethod
    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]: ...


class FileReader(Reader):
    """Reads a SQLite file through the standard library."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, {name: as_stored(value) for name, value in values.items()}).fetchall()


class SessionReader(Reader):
    """Reads through an open session, its unsaved rows included."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        self._session.flush()
        return [tuple(row) for row in carry_out(self._session, sql, values)]


def carry_out(session: Session, sql: str, *values: Mapping[str, Any]) -> CursorResult[Any]:
    """A statement in the words of `Reader.rows`, once for each set of values.

    SQLite understands `:name` itself: what the library would do for it takes twice as long as all the rest.
    """
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    convert = as_stored if is_sqlite else _as_naive
    converted = [{name: convert(value) for name, value in one.items()} for one in values]
    given = converted if len(converted) > 1 else converted[0]
    return connection.exec_driver_sql(sql, given) if is_sqlite else connection.execute(_statement(sql), given)


@lru_cache(maxsize=256)
def _statement(sql: str) -> TextClause:
    """The same object for the same words: the library then parses and compiles them once."""
    from sqlalchemy import text

    return text(sql)


def reader_of(source: Session | Reader) -> Reader:
    """A reader as it is, a session as a reader."""
    return source if isinstance(source, Reader) else SessionReader(source)


def entities(
    source: Session | Reader,
    cls: type[E],
    where: str = "",
    order: str = "id",
    instead: Mapping[str, str] = MappingProxyType({}),
    only: Collection[str] = (),
    **values: Any,
) -> list[E]:
    """The rows of an entity's table; `order` empty: as they come. `where`, `order` and what is read `instead` of a column are SQL of the program alone.

    `only`: the fields that are read, the id and all without a default among them; the others are as by default.
    """
    kind: Any = cls
    fields = [field for field in _fields(kind) if not only or field[0] in only]
    columns = ", ".join(instead.get(name, f'"{name}"') for name, _ in fields)
    condition = f" WHERE {where}" if where else ""
    ending = f" ORDER BY {order}" if order not in ("", "id") else ""
    found = reader_of(source).rows(f'SELECT {columns} FROM "{TABLES[cls]}"{condition}{ending}', **values)
    if order == "id":  # The first column. SQLite would sort, or look up, whole rows.
        found.sort(key=itemgetter(0))
    made: list[E] = [kind.__new__(kind) for _ in found]
    for (name, convert), column in zip(fields, zip(*found)):
        cells = column if convert is None else convert(column)
        # Into the slots, a column at a time: a frozen dataclass's constructor takes twice as long.
        deque(map(getattr(kind, name).__set__, made, cells), maxlen=0)
    for name, default in _left_out(kind, frozenset(only)):
        deque(map(getattr(kind, name).__set__, made, repeat(default)), maxlen=0)
    return made


def one(source: Session | Reader, cls: type[E], row_id: str) -> E | None:
    """The row of an id."""
    return next(iter(entities(source, cls, "id = :row_id", row_id=row_id)), None)


def among(column: str, wanted: Collection[str], name: str = "") -> tuple[str, dict[str, Any]]:
    """`column IN (...)` and its values, which are named after `name` where the column is an expression."""
    if not wanted:
        return "1 = 0", {}
    values = {f"{name or column}_{place}": value for place, value in enumerate(sorted(wanted))}
    return f"{column} IN ({', '.join(f':{value}' for value in values)})", values


def moment(value: Any) -> datetime:
    """A stored moment: naive UTC, as text in SQLite."""
    if isinstance(value, str):
        return datetime.fromisoformat(f"{value}+00:00")
    found: datetime = value
    return found.replace(tzinfo=UTC)


def local_days(moments: Iterable[Any], zone: ZoneInfo) -> Iterator[date]:
    """The day in a time zone of each stored moment. Where in a day of UTC the local one turns is worked out once."""
    turns: dict[str, tuple[str, date, date]] = {}
    for stored in moments:
        at: str = stored if type(stored) is str else as_stored(moment(stored))
        found = turns.get(at[:10])
        if found is None:
            first = moment(f"{at[:10]} 00:00").astimezone(zone).date()
            second = first + timedelta(days=1)
            found = turns[at[:10]] = (as_stored(datetime.combine(second, time(), zone)), first, second)
        yield found[1] if at < found[0] else found[2]


_Column = Sequence[Any]
"""A column's cells: of one type, as SQLite holds it or as PostgreSQL gives it, or None."""


def _moments(cells: _Column) -> _Column:
    read = datetime.fromisoformat
    return [
        None if cell is None else read(f"{cell}+00:00") if type(cell) is str else cell.replace(tzinfo=UTC)
        for cell in cells
    ]


def _days(cells: _Column) -> _Column:
    read = date.fromisoformat
    return [read(cell) if type(cell) is str else cell for cell in cells]


def _parsed(cells: _Column) -> _Column:
    """All in one go: calling the parser for each takes longer than the parsing. Most are empty."""
    wanted = [cell for cell in cells if type(cell) is str and cell != "{}"]
    found = iter(json.loads(f"[{','.join(wanted)}]"))
    return [({} if cell == "{}" else next(found)) if type(cell) is str else cell for cell in cells]


def _listed(cells: _Column) -> _Column:
    wanted = [cell for cell in cells if type(cell) is str and cell != "[]"]
    found = iter(json.loads(f"[{','.join(wanted)}]"))
    return [
        () if cell == "[]" else None if cell is None else tuple((next(found) if type(cell) is str else cell) or ())
        for cell in cells
    ]


def _truths(cells: _Column) -> _Column:
    return [None if cell is None else bool(cell) for cell in cells]


_CONVERTERS: dict[Any, Callable[[_Column], _Column]] = {
    tuple: _listed,
    dict: _parsed,
    datetime: _moments,
    date: _days,
    bool: _truths,
}


@cache
def _fields(cls: Any) -> tuple[tuple[str, Callable[[_Column], _Column] | None], ...]:
    """Name and converter of each field; None for what comes as it is."""
    hints = get_type_hints(cls)
    return tuple((field.name, _CONVERTERS.get(_kind(hints[field.name]))) for field in dataclasses.fields(cls))


@cache
def _left_out(cls: Any, only: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Name and default of each field that is not read."""
    return tuple((field.name, field.default) for field in dataclasses.fields(cls) if only and field.name not in only)


def _kind(hint: Any) -> Any:
    """The type of a field without its parameters and without None."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not NoneType)
    return get_origin(hint) or hint


def _as_naive(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def as_stored(value: Any) -> Any:
    """A value as SQLite holds it; moments with six decimals, so that text compares as time does."""
    if isinstance(value, datetime):
        return _as_naive(value).isoformat(sep=" ", timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value
