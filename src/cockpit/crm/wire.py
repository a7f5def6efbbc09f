"""The answers of the hub as typed structs: what does not fit is refused before anything is read from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

MAX_DEPTH = 16
"""Nesting allowed inside one row's values; real rows have two levels."""

PushStatus = Literal["applied", "replayed", "conflict", "rejected", "retry"]


class SchemaRange(msgspec.Struct, frozen=True):
    min: int
    max: int


class Limits(msgspec.Struct, frozen=True):
    """Mutations and bytes of one push, rows of one page."""

    batch: int = 50
    bytes: int = 256 * 1024
    page: int = 500


class HelloPerson(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: str = "rep"
    team_id: str | None = None


class Hello(msgspec.Struct, frozen=True):
    """`head_rev` is the newest revision of the whole hub; revisions compare only inside one `epoch`."""

    time: datetime
    epoch: str
    schema: SchemaRange
    head_rev: int
    person: HelloPerson
    limits: Limits = msgspec.field(default_factory=Limits)
    scopes: list[str] = msgspec.field(default_factory=list)


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457."""

    type: str = ""
    title: str = ""
    detail: str | None = None
    status: int | None = None

    @property
    def kind(self) -> str:
        """The last word of `type`, which may be a full URI."""
        return self.type.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]


class FieldConflict(msgspec.Struct, frozen=True):
    field: str
    base: Any = None
    mine: Any = None
    theirs: Any = None


class PushResult(msgspec.Struct, frozen=True):
    """What became of one mutation. `row` is the full current row in wire form."""

    mutation_id: str
    status: PushStatus
    rev: int | None = None
    row: dict[str, Any] | None = None
    fields: list[FieldConflict] = msgspec.field(default_factory=list)
    theirs_by: str | None = None
    theirs_at: datetime | None = None
    problem: Problem | None = None


class PushAnswer(msgspec.Struct, frozen=True):
    results: list[PushResult]


class RowOut(msgspec.Struct, frozen=True):
    entity: str
    data: dict[str, Any]


class Deleted(msgspec.Struct, frozen=True):
    """A tombstone. `reason` scope: the row lives on, this person may no longer see it."""

    entity: str
    id: str
    rev: int
    deleted_at: datetime | None = None
    by_id: str | None = None
    reason: str | None = None


class ChangesPage(msgspec.Struct, frozen=True):
    rows: list[RowOut]
    deleted: list[Deleted]
    next_cursor: str
    more: bool
    remaining_estimate: int = 0


class SnapshotPage(msgspec.Struct, frozen=True):
    """One page of the first load. `next` is None on the last one; `cursor` is where the changes go on."""

    rows: list[RowOut]
    next: str | None
    cursor: str
    total: int


class _SnapshotLine(msgspec.Struct, frozen=True):
    entity: str | None = None
    data: dict[str, Any] | None = None
    next: str | None = None
    cursor: str | None = None
    total: int = 0


_line_decoder = msgspec.json.Decoder(_SnapshotLine)


def snapshot_page(body: bytes) -> SnapshotPage:
    """The page of an NDJSON body. Raises ValueError when its last line is missing: a cut body is no page."""
    rows: list[RowOut] = []
    end: _SnapshotLine | None = None
    for line in body.splitlines():
        if not line.strip():
            continue
        if end is not None:
            raise ValueError("lines after the end of the page")
        found = _line_decoder.decode(line)
        if found.entity is not None and found.data is not None:
            rows.append(RowOut(found.entity, found.data))
        else:
            end = found
    if end is None or (end.next is None and not end.cursor):
        raise ValueError("the page has no end")
    return SnapshotPage(rows, end.next, end.cursor or "", end.total)


def too_deep(value: Any, left: int = MAX_DEPTH) -> bool:
    """True when `value` nests deeper than any row does."""
    if isinstance(value, dict):
        return left == 0 or any(too_deep(item, left - 1) for item in value.values())
    if isinstance(value, list):
        return left == 0 or any(too_deep(item, left - 1) for item in value)
    return False
