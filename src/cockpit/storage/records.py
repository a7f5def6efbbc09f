"""Rows to dataclasses and to the wire form, and back. The only translation between the three."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

from sqlalchemy import inspect

from cockpit.domain.text import clean, clean_deep, clean_line
from cockpit.errors import BadUse
from cockpit.storage.tables import SYNCED
from cockpit.storage.tables.base import BOOKKEEPING, SyncedRow

_LONG_TEXT = frozenset({"agenda", "advantages", "result"})
YEARS = range(1900, 2200)
"""Years in which something of ours may lie."""

Day = TypeVar("Day", date, datetime)

DERIVED = frozenset({"search_key"})
"""Columns that each side works out for itself; they do not travel."""


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


def from_wire(entity: str, data: dict[str, Any]) -> dict[str, Any]:
    """Column values of wire data, cleaned and typed; unknown fields are gathered in `extra`.

    Raises BadUse naming the field whose value does not fit.
    """
    types = column_types(entity)
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in data.items():
        kind = types.get(name)
        if kind is None:
            if name not in BOOKKEEPING and name not in DERIVED:
                extra[clean_line(name, 64)] = _typed(entity, name, object, value)
        elif name != "extra":
            values[name] = _typed(entity, name, kind, value)
    if extra:
        values["extra"] = extra
    return values


def _typed(entity: str, name: str, kind: type, value: Any) -> Any:
    if value is None:
        return None
    try:
        if kind is str:
            return clean(_expect(str, value)) if name in _LONG_TEXT else clean_line(_expect(str, value))
        if kind is datetime:
            stamp = datetime.fromisoformat(_expect(str, value))
            if stamp.tzinfo is None:
                raise ValueError("no time zone")
            return _in_years(stamp).astimezone(UTC)
        if kind is date:
            return _in_years(date.fromisoformat(_expect(str, value)))
        if kind is float:
            return float(_expect((int, float), value))
        if kind is list:
            return [clean_line(_expect(str, item)) for item in _expect(list, value)]
        if kind in (dict, object):
            return clean_deep(_expect(kind, value))
        if kind is int and isinstance(value, bool):
            raise ValueError("a number is needed")
        if kind is int and not -(2**63) <= _expect(int, value) < 2**63:
            raise ValueError("the number is too large")
        return _expect(kind, value)
    except ValueError as error:
        raise BadUse(f"{entity}.{name}: {error}", field=name) from error


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


def required_columns(entity: str) -> frozenset[str]:
    """Columns a create must bring: those without a default that may not be null."""
    table = inspect(SYNCED[entity])
    assert table is not None
    return frozenset(
        name for name, info in SYNCED[entity].model_fields.items() if info.is_required() and name not in BOOKKEEPING
    )
