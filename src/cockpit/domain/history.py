"""How a row came to be what it is: its versions, rewound from the book's log."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Generic, NamedTuple, TypeVar

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, Deal, Target

R = TypeVar("R", Activity, Deal, Target)

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""For what was so before the log begins."""

_MOMENTS = frozenset({"starts_at", "ends_at", "agreed_by_rep_at", "agreed_by_lead_at"})
_DAYS = frozenset({"created_on", "expected_on", "closed_on", "period_start"})


class Version(NamedTuple, Generic[R]):
    """The row as it stood from `since` to the next version. Acknowledged: the hub knows it so."""

    since: datetime
    row: R
    is_acknowledged: bool


def versions(book: Book, row: R, since: datetime = BEGINNING) -> tuple[Version[R], ...]:
    """The versions that stood at `since` or later, within the log, oldest first; the last one is the row itself."""
    if row.id not in book.log_by_row:
        return (Version(BEGINNING, row, row.is_acknowledged),)
    kept = book.replayed.get((row.id, since))
    if kept is None or kept[0] is not row:
        kept = book.replayed[row.id, since] = (row, _versions(book, row, since))
    found: tuple[Version[R], ...] = kept[1]
    return found


def _versions(book: Book, row: R, since: datetime) -> tuple[Version[R], ...]:
    entries, is_known = book.log_by_row[row.id], row.is_acknowledged
    found: list[Version[R]] = []
    current, is_own = row, row.origin == "local"
    for entry in reversed(entries):
        found.append(Version(entry.recorded_at, current, is_known or (bool(found) and entry.rev > 0)))
        if entry.op == "create" or entry.recorded_at <= since:
            break
        current, is_known = _rewound(current, entry.before), is_own
    else:
        found.append(Version(BEGINNING, current, row.rev > 0 or is_own))
    found.reverse()
    return tuple(found)


def _rewound(row: R, before: dict[str, object]) -> R:
    """The row with the earlier values back; built directly, which is what makes a month's replay cheap."""
    cls = type(row)
    values = {name: getattr(row, name) for name in _FIELDS[cls.__name__]}
    for name, value in before.items():
        if name in values:
            values[name] = _value(name, value)
    return cls(**values)


def at(history: tuple[Version[R], ...], moment: datetime) -> Version[R] | None:
    """The version that stood at a moment; None before the row was there."""
    standing: Version[R] | None = None
    for version in history:
        if version.since > moment:
            break
        standing = version
    return standing


_FIELDS = {cls.__name__: tuple(field.name for field in dataclasses.fields(cls)) for cls in (Activity, Deal, Target)}


def _value(name: str, value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and name in _MOMENTS:
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(value, str) and name in _DAYS:
        return date.fromisoformat(value)
    return value
