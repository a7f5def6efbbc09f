"""How a row came to be what it is: its versions, rewound from the book's log."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, Deal

R = TypeVar("R", Activity, Deal)

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""For what was so before the log begins."""

_MOMENTS = frozenset({"starts_at", "ends_at"})
_DAYS = frozenset({"created_on", "expected_on", "closed_on"})


@dataclass(frozen=True, slots=True)
class Version(Generic[R]):
    """The row as it stood from `since` to the next version. Acknowledged: the hub knows it so."""

    since: datetime
    row: R
    is_acknowledged: bool


def versions(book: Book, row: R) -> tuple[Version[R], ...]:
    """All versions within the log, oldest first; the last one is the row itself."""
    found: list[Version[R]] = []
    current, is_known = row, row.is_acknowledged
    for entry in reversed(book.log_by_row.get(row.id, ())):
        is_new = entry.op == "create"
        found.append(Version(entry.recorded_at, current, is_known or (bool(found) and entry.rev > 0)))
        if is_new:
            break
        current, is_known = dataclasses.replace(current, **_typed(type(row), entry.before)), row.origin == "local"
    else:
        found.append(Version(BEGINNING, current, is_known if not found else row.rev > 0 or row.origin == "local"))
    found.reverse()
    return tuple(found)


def at(history: tuple[Version[R], ...], moment: datetime) -> Version[R] | None:
    """The version that stood at a moment; None before the row was there."""
    standing: Version[R] | None = None
    for version in history:
        if version.since > moment:
            break
        standing = version
    return standing


@cache
def _names(cls: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(cls))


def _typed(cls: type, values: dict[str, object]) -> dict[str, Any]:
    """The wire values of a log entry as the row's own."""
    return {name: _value(name, value) for name, value in values.items() if name in _names(cls)}


def _value(name: str, value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and name in _MOMENTS:
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(value, str) and name in _DAYS:
        return date.fromisoformat(value)
    return value
