"""The answers of the hub as typed structs: what does not fit is refused before anything is read from it.

An answer as a whole is refused when it makes no sense as a whole. One row, deletion or result of it that makes none
is let through as such, with no id or revision that anything would take, and the rest of the answer is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from cockpit.domain.text import clean_deep, clean_line

MOST_ROWS = 10_000
"""Rows of one page; hubs send 500 to 2,000."""
MOST_PARTS = 400_000
"""Commas and brackets of one answer: a megabyte of empty lists is fifty in memory."""

Rev = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=1, le=2**31)]
Id = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}\Z")]
Cursor = Annotated[str, Meta(max_length=8192)]
Moment = Annotated[datetime, Meta(tz=True)]

PushStatus = Literal["applied", "replayed", "conflict", "rejected", "retry"]


class SchemaRange(msgspec.Struct, frozen=True):
    min: int
    max: int


class Limits(msgspec.Struct, frozen=True):
    """Mutations and bytes of one push, rows of one page; how many days back a visit may be dated, None for any."""

    batch: Count = 50
    bytes: Count = 256 * 1024
    page: Count = 500
    backdate_days: Count | None = None


class HelloPerson(msgspec.Struct, frozen=True):
    id: Id
    name: str
    role: str = "rep"
    team_id: str | None = None


class Hello(msgspec.Struct, frozen=True):
    """`head_rev` is the newest revision of the whole hub; revisions compare only inside one `epoch`.

    `mark` names the hub's newest start; a hub that gives none cannot say whether the place met before is of its history.
    `pushes` is the number of the newest push that it took from the device which asks.
    """

    time: Moment
    epoch: Annotated[str, Meta(min_length=1, max_length=200)]
    schema: SchemaRange
    head_rev: Rev
    person: HelloPerson
    mark: Annotated[str, Meta(max_length=64)] = ""
    is_same_history: bool = True
    pushes: Rev = 0
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
        return clean_line(self.type.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1], 64)


class FieldConflict(msgspec.Struct, frozen=True):
    field: str
    base: Any = None
    mine: Any = None
    theirs: Any = None


class PushResult(msgspec.Struct, frozen=True):
    """What became of one mutation. `row` is the full current row in wire form."""

    mutation_id: str
    status: PushStatus
    rev: Rev | None = None
    row: dict[str, Any] | None = None
    fields: list[FieldConflict] = msgspec.field(default_factory=list)
    theirs_by: str | None = None
    theirs_at: Moment | None = None
    problem: Problem | None = None


class PushAnswer(msgspec.Struct, frozen=True):
    results: list[PushResult]


class RowOut(msgspec.Struct, frozen=True, gc=False):
    entity: str
    data: dict[str, Any]


class Deleted(msgspec.Struct, frozen=True):
    """A tombstone. `reason` scope: the row lives on, this person may no longer see it."""

    entity: str
    id: str
    rev: int
    deleted_at: Moment | None = None
    by_id: str | None = None
    reason: str | None = None
    merged_into: Id | None = None
    """The account a merged one is part of now."""


class ChangesPage(msgspec.Struct, frozen=True):
    rows: list[RowOut]
    deleted: list[Deleted]
    next_cursor: Cursor
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
    next: Cursor | None = None
    cursor: Cursor | None = None
    total: int = 0


class _LoosePage(msgspec.Struct, frozen=True):
    """A page in which some part does not fit."""

    rows: list[Any]
    deleted: list[Any]
    next_cursor: Cursor
    more: bool
    remaining_estimate: int = 0


class _LooseAnswer(msgspec.Struct, frozen=True):
    results: list[Any]


T = TypeVar("T")
_hello_decoder = msgspec.json.Decoder(Hello)
_answer_decoder = msgspec.json.Decoder(PushAnswer)
_loose_answer_decoder = msgspec.json.Decoder(_LooseAnswer)
_page_decoder = msgspec.json.Decoder(ChangesPage)
_loose_page_decoder = msgspec.json.Decoder(_LoosePage)
_line_decoder = msgspec.json.Decoder(_SnapshotLine)


def hello(body: bytes) -> Hello:
    """Raises what msgspec raises."""
    found = _hello_decoder.decode(body)
    person = msgspec.structs.replace(
        found.person, name=clean_line(found.person.name, 200), role=clean_line(found.person.role, 32)
    )
    return msgspec.structs.replace(found, person=person)


def push_answer(body: bytes) -> PushAnswer:
    """The results that fit; one that does not is as good as not given. Raises ValueError and what msgspec raises."""
    _weigh(body)
    try:
        results = _answer_decoder.decode(body).results
    except msgspec.ValidationError:
        results = list(_fitting(_loose_answer_decoder.decode(body).results, PushResult))
    return PushAnswer([_cleaned(result) for result in results])


def changes_page(body: bytes) -> ChangesPage:
    """Raises ValueError and what msgspec raises."""
    _weigh(body)
    try:
        page = _page_decoder.decode(body)
    except msgspec.ValidationError:
        loose = _loose_page_decoder.decode(body)
        rows, deleted = [_row(item) for item in loose.rows], [_deletion(item) for item in loose.deleted]
        page = ChangesPage(rows, deleted, loose.next_cursor, loose.more, loose.remaining_estimate)
    if len(page.rows) + len(page.deleted) > MOST_ROWS:
        raise ValueError("the page has too many rows")
    if any(_is_absurd(gone.deleted_at) for gone in page.deleted):
        gone = [msgspec.structs.replace(one, deleted_at=_moment(one.deleted_at)) for one in page.deleted]
        return msgspec.structs.replace(page, deleted=gone)
    return page


def snapshot_page(body: bytes) -> SnapshotPage:
    """The page of an NDJSON body. Raises ValueError when its last line is missing: a cut body is no page."""
    _weigh(body)
    rows: list[RowOut] = []
    end: _SnapshotLine | None = None
    for line in body.splitlines():
        if not line or line.isspace():
            continue
        if end is not None:
            raise ValueError("lines after the end of the page")
        try:
            found = _line_decoder.decode(line)
        except msgspec.ValidationError:
            rows.append(_row_line(line))
            continue
        if found.entity is not None or found.data is not None:
            rows.append(RowOut(found.entity or "", found.data or {}))
        else:
            end = found
        if len(rows) > MOST_ROWS:
            raise ValueError("the page has too many rows")
    if end is None or (end.next is None and not end.cursor):
        raise ValueError("the page has no end")
    return SnapshotPage(rows, end.next, end.cursor or "", end.total)


def _weigh(body: bytes) -> None:
    """Raises ValueError for an answer that would take far more memory than it has bytes."""
    if len(body) > MOST_PARTS and sum(map(body.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise ValueError("the answer has too many parts")


def _fitting(items: Iterable[Any], kind: type[T]) -> Iterable[T]:
    for item in items:
        with suppress(msgspec.ValidationError):
            yield msgspec.convert(item, kind)


def _row(item: Any) -> RowOut:
    """One row of a page; without an id, and so refused by itself, when it has not the form of a row."""
    for row in _fitting([item], RowOut):
        return row
    entity = item.get("entity") if isinstance(item, dict) else None
    return RowOut(clean_line(entity, 32) if isinstance(entity, str) else "", {})


def _row_line(line: bytes) -> RowOut:
    """A line that does not fit as a row. Raises ValueError for one that was meant to end the page."""
    item = msgspec.json.decode(line)
    if isinstance(item, dict) and "data" not in item and "entity" not in item:
        raise ValueError("the end of the page makes no sense")
    return _row(item)


def _deletion(item: Any) -> Deleted:
    for gone in _fitting([item], Deleted):
        return gone
    return Deleted("", "", 0)


def _is_absurd(stamp: datetime | None) -> bool:
    return stamp is not None and not 1900 <= stamp.year < 2200


def _moment(stamp: datetime | None) -> datetime | None:
    """No moment for one that no time zone could be laid over."""
    return None if _is_absurd(stamp) else stamp


def _cleaned(result: PushResult) -> PushResult:
    """Their values are shown beside mine in a conflict: text there is as inert as in a row."""
    fields = [
        FieldConflict(clean_line(one.field, 64), *(clean_deep(value) for value in (one.base, one.mine, one.theirs)))
        for one in result.fields
    ]
    by = clean_line(result.theirs_by, 64) if result.theirs_by is not None else None
    return msgspec.structs.replace(result, fields=fields, theirs_by=by, theirs_at=_moment(result.theirs_at))
