"""Rows to dataclasses and to the wire form, and back. The only translation between the three."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from sqlalchemy import String, Table, inspect, type_coerce
from sqlmodel import SQLModel

from cockpit.domain.periods import YEARS
from cockpit.domain.text import clean, clean_deep, clean_line
from cockpit.errors import BadUse
from cockpit.storage.tables import SYNCED
from cockpit.storage.tables.base import BOOKKEEPING, SyncedRow

_LONG_TEXT = frozenset({"agenda", "advantages", "result"})

Day = TypeVar("Day", date, datetime)

DERIVED = frozenset({"search_key"})
"""Columns that each side works out for itself; they do not travel."""
_NEVER_TAKEN = BOOKKEEPING | DERIVED | {"extra"}


@cache
def column_types(entity: str) -> dict[str, type]:
    """Python type of each column that travels, by name: str, int, bool, float, date, datetime, list, dict."""
    table = SYNCED[entity]
    found: dict[str, type] = {}
    for name, info in table.model_fields.items():
        if name in BOOKKEEPING or name in DERIVED:
            continue
        outer = get_origin(info.annotation)
        if outer in (list, dict):
            found[name] = outer
        else:
            kinds = [a for a in get_args(info.annotation) if a is not type(None)] or [info.annotation]
            found[name] = kinds[0]
    return found


def wire_value(value: Any) -> Any:
    """A column value as JSON knows it: moments as RFC 3339 UTC, days as ISO dates."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def to_wire(row: SyncedRow, entity: str) -> dict[str, Any]:
    """All travelling columns of a row in wire form; unknown fields of the sender come back out."""
    data = {name: wire_value(getattr(row, name)) for name in column_types(entity)}
    extra = data.pop("extra", None) or {}
    return {**extra, **data}


def table_of(row: type[SQLModel]) -> Table:
    """The table of a mapped class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


@cache
def travelling(entity: str, dialect: str) -> tuple[Any, ...]:
    """The columns that travel, to select them without the mapped class; `to_wire_plainly` reads such a row.

    SQLite gives moments, days and JSON as it keeps them: values of them, made only to be written again, cost more than
    reading the row.
    """
    columns = table_of(SYNCED[entity]).columns
    kinds = column_types(entity)
    if dialect != "sqlite":
        return tuple(columns[name] for name in kinds)
    kept = {name for name, kind in kinds.items() if kind in _KEPT_AS_TEXT}
    return tuple(type_coerce(columns[name], String).label(name) if name in kept else columns[name] for name in kinds)


_KEPT_AS_TEXT = (date, datetime, list, dict)
_KEPT_MOMENT = len("2026-11-24 09:30:00.000000")


def _moment_out(value: str | datetime) -> str:
    if isinstance(value, datetime):
        return str(wire_value(value))
    if len(value) == _KEPT_MOMENT:
        return f"{value[:10]}T{value[11:]}Z"
    return str(wire_value(datetime.fromisoformat(value).replace(tzinfo=UTC)))


def _day_out(value: str | date) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _json_out(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return [] if value == "[]" else msgspec.json.decode(value)


@cache
def _plain_readers(entity: str) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    how: dict[type, Callable[[Any], Any]] = {date: _day_out, datetime: _moment_out, list: _json_out, dict: _json_out}
    return tuple((name, how[kind]) for name, kind in column_types(entity).items() if kind in how and name != "extra")


def to_wire_plainly(entity: str, values: Iterable[Any]) -> dict[str, Any]:
    """`to_wire` for the values of the `travelling` columns, in far less time: for many rows that are only passed on."""
    data = dict(zip(column_types(entity), values, strict=True))
    for name, read in _plain_readers(entity):
        if data[name] is not None:
            data[name] = read(data[name])
    extra = data.pop("extra", None)
    if extra is None or extra == "{}":
        return data
    extra = _json_out(extra)
    return {**extra, **data} if extra else data


def from_wire(entity: str, data: dict[str, Any], needed: Collection[str] = ()) -> dict[str, Any]:
    """Column values of wire data, cleaned and typed; unknown fields are gathered in `extra`.

    Raises BadUse naming the field whose value does not fit; of those `needed` none may be null.
    """
    readers = _readers(entity)
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    name = ""
    try:
        for name, value in data.items():
            read = readers.get(name)
            if read is not None:
                if value is None and name in needed:
                    raise BadUse(f"{entity}.{name}: a value is needed", field=name)
                values[name] = None if value is None else read(value)
            elif name not in _NEVER_TAKEN:
                extra[clean_line(name, 64)] = clean_deep(value)
    except ValueError as error:
        raise BadUse(f"{entity}.{name}: {error}", field=name) from error
    if extra:
        values["extra"] = extra
    return values


@cache
def _readers(entity: str) -> dict[str, Callable[[Any], Any]]:
    """How the wire value of each column becomes its own; each raises ValueError for one that does not fit."""
    by_kind: dict[type, Callable[[Any], Any]] = {
        str: _line,
        int: _int,
        bool: partial(_expect, bool),
        float: _float,
        date: _date,
        datetime: _moment,
        list: _list,
        dict: _dict,
    }
    return {
        name: _text if name in _LONG_TEXT else by_kind[kind]
        for name, kind in column_types(entity).items()
        if name != "extra"
    }


# A row has thirty of them, and most of those are empty or what they should be: that is asked first.


def _line(value: Any) -> str:
    if type(value) is str:
        return clean_line(value) if value else value
    return clean_line(_expect(str, value))


def _text(value: Any) -> str:
    return value if value == "" else clean(_expect(str, value))


def _int(value: Any) -> int:
    if type(value) is int and 0 <= value < 2**63:
        return value
    if isinstance(value, bool):
        raise ValueError("a number is needed")
    if not -(2**63) <= _expect(int, value) < 2**63:
        raise ValueError("the number is too large")
    return int(value)


def _float(value: Any) -> float:
    return float(_expect((int, float), value))


def _date(value: Any) -> date:
    return _in_years(date.fromisoformat(_expect(str, value)))


def _moment(value: Any) -> datetime:
    stamp = datetime.fromisoformat(_expect(str, value))
    if stamp.tzinfo is None:
        raise ValueError("no time zone")
    stamp = _in_years(stamp)
    return stamp if stamp.tzinfo is UTC else stamp.astimezone(UTC)


def _list(value: Any) -> list[str]:
    return [_line(item) for item in _expect(list, value)]


def _dict(value: Any) -> Any:
    return clean_deep(_expect(dict, value))


def _in_years(value: Day) -> Day:
    """A day that can be moved to any time zone and reckoned from. Raises ValueError for one that cannot be meant."""
    if value.year not in YEARS:
        raise ValueError(f"a year from {YEARS[0]} to {YEARS[-1]} is needed, not {value.year}")
    return value


def _expect(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        wanted = kind.__name__ if isinstance(kind, type) else "number"
        raise ValueError(f"{wanted} is needed, not {type(value).__name__}")
    return value


@cache
def required_columns(entity: str) -> frozenset[str]:
    """Columns a create must bring: those without a default that may not be null."""
    table = inspect(SYNCED[entity])
    assert table is not None
    return frozenset(
        name for name, info in SYNCED[entity].model_fields.items() if info.is_required() and name not in BOOKKEEPING
    )
