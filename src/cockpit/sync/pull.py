"""The way down: a page of rows and the cursor behind it in one transaction; the sweep that ends a full resync."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, bindparam, case, delete, func, literal, select, union_all, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col

from cockpit.crm.wire import ChangesPage, Deleted, RowOut, SnapshotPage
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, ShrinkNeedsAnswer
from cockpit.storage import meta, rows
from cockpit.storage.reading import Reader, reader_of
from cockpit.storage.tables import SYNCED, CursorRow, OutboxRow, SyncBaseRow, SyncedRow, TombstoneRow
from cockpit.storage.tables.base import UtcDateTime
from cockpit.sync import conflicts, policy, receipts
from cockpit.sync.inbound import Receiver, look_around

Reason = Literal["first", "cursor-expired", "scope-changed", "restored"]

HEAD = "head_rev"
"""The highest revision this device has met. A hub whose head is lower was restored from a backup."""
MARK = "mark"
"""The hub's start that it was met under. Together they are the place the next greeting asks about."""
_NOT_SHOWN = "not_shown:"

UNFIT = (BadUse, KeyError, TypeError, ValueError, OverflowError)
REFUSED_BY_TABLE = (IntegrityError, DataError, OverflowError)


_AT_START = select(col(CursorRow.stream)).where(col(CursorRow.stream) == "snapshot", col(CursorRow.pages_done) == 0)
_GO_ON = (
    update(CursorRow)
    .where(col(CursorRow.stream) == bindparam("of"))
    .values(
        cursor=bindparam("at"),
        pages_done=CursorRow.pages_done + 1,
        rows_done=CursorRow.rows_done + bindparam("count"),
        updated_at=bindparam("now", type_=UtcDateTime),
    )
)
_LEAVE = delete(CursorRow).where(col(CursorRow.stream) == bindparam("stream"))
_ANY_PLACE = select(col(CursorRow.stream)).limit(1)


def generation(session: Session) -> int:
    return int(meta.get(session, "generation", "0"))


def delivered_by(session: Session) -> int:
    """The generation of a row that a push answer brings. Until a load has begun it is the one before: should the row
    leave my sight by then, neither the load nor the changes after it would say so."""
    has_not_begun = rows.beside(session).scalar(_AT_START) is not None
    return generation(session) - has_not_begun


class Place(NamedTuple):
    """How far a stream was read: the token of its next page, and the rows so far."""

    cursor: str
    rows_done: int


def place(source: Session | Reader, stream: Literal["changes", "snapshot"]) -> Place | None:
    sql = "SELECT cursor, rows_done FROM cursor WHERE stream = :stream"
    return next((Place._make(found) for found in reader_of(source).rows(sql, stream=stream)), None)


def head(session: Session) -> int:
    return int(meta.get(session, HEAD, "0"))


def saw(session: Session, rev: int) -> None:
    """Remember the highest revision met, be it in a greeting, an answer or a page."""
    meta.raise_to(session, HEAD, rev)


def has_place(session: Session) -> bool:
    """True once a first load has begun."""
    return rows.beside(session).scalar(_ANY_PLACE) is not None


def begin_resync(session: Session, reason: Reason, epoch: str, now: datetime) -> None:
    """Start to read everything anew under the next generation. The queue is not touched."""
    number = generation(session) + 1
    meta.put(session, "generation", str(number))
    meta.put(session, "resync_reason", reason)
    meta.put(session, "complete", "0")
    rows.beside(session).execute(delete(CursorRow))
    if reason == "restored":
        session.execute(delete(TombstoneRow))  # their revisions belong to the old history
        meta.put_all(session, {HEAD: "0", MARK: ""})
    rows.add(session, CursorRow, stream="snapshot", epoch=epoch, generation=number, updated_at=now)


def snapshot_page(session: Session, page: SnapshotPage, epoch: str, now: datetime, *, careful: bool) -> int:
    """Apply a page of the first load with its page token; after the last one the changes go on. Rows that were news."""
    news = _apply(session, page.rows, (), page.cursor, now, careful=careful)
    _go_on(session, "snapshot", page.next or "", len(page.rows), now)
    if page.next is None:
        number = generation(session)
        rows.add(
            session, CursorRow, stream="changes", cursor=page.cursor, epoch=epoch, generation=number, updated_at=now
        )
        rows.beside(session).execute(_LEAVE, {"stream": "snapshot"})
    return news


def changes_page(session: Session, page: ChangesPage, now: datetime, *, careful: bool) -> int:
    """Apply a page of changes and save its cursor. Rows and deletions that were news."""
    news = _apply(session, page.rows, page.deleted, page.next_cursor, now, careful=careful)
    _go_on(session, "changes", page.next_cursor, len(page.rows) + len(page.deleted), now)
    return news


def _go_on(session: Session, stream: str, cursor: str, count: int, now: datetime) -> None:
    session.connection().execute(_GO_ON, {"of": stream, "at": cursor, "count": count, "now": now})


def _apply(
    session: Session, found: Sequence[RowOut], gone: Sequence[Deleted], place: str, now: datetime, *, careful: bool
) -> int:
    """Rows by revision, then deletions. `careful` guards each row by a savepoint, for a page that failed as a whole."""
    keys = {(item.entity, str(item.data.get("id", ""))) for item in found} | {(d.entity, d.id) for d in gone}
    receiver = Receiver(session, look_around(session, sorted(keys)), generation(session), now, is_bulk=not careful)
    news = highest = 0
    for item in sorted(found, key=_rev):
        key = (item.entity, str(item.data.get("id", "")))
        try:
            with session.begin_nested() if careful else nullcontext():
                news += receiver.row(item.entity, item.data)
                receiver.accepted(key)
                highest = max(highest, _rev(item))
                if careful:
                    session.flush()
        except (*UNFIT, IntegrityError, DataError) as error:
            if not careful and isinstance(error, REFUSED_BY_TABLE):
                raise
            receiver.refuse(*key, place, clean_line(_reason(error), 500))
    receiver.write_fresh()
    saw(session, max((highest, *(tombstone.rev for tombstone in gone))))
    for tombstone in gone:
        try:
            news += receiver.deletion(tombstone)
        except BadUse as error:
            receiver.refuse(tombstone.entity, tombstone.id, place, clean_line(str(error), 500))
    session.flush()
    return news


def _rev(item: RowOut) -> int:
    rev = item.data.get("rev")
    return rev if isinstance(rev, int) else 0


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error) or type(error).__name__


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a finished resync left behind: rows it did not deliver."""

    removed: int
    kept: int


def stale_rows(session: Session) -> Sweep:
    """Count what the sweep would remove. The log is left out: its lines go with their rows."""
    return _summed(_count_stale(session))


def _summed(counts: Sequence[_Stale]) -> Sweep:
    counted = [found for found in counts if found.entity != "change_log"]
    removed = sum(found.stale - found.unsent for found in counted)
    return Sweep(removed, sum(found.total for found in counted) - removed)


class _Stale(NamedTuple):
    """Rows of an entity: all, those that the load did not deliver, and of those the ones with work of mine."""

    entity: str
    total: int
    stale: int
    unsent: int


def _count_stale(session: Session) -> list[_Stale]:
    return [_Stale._make(found) for found in session.execute(_stale_counts(), {"number": generation(session)})]


@cache
def _stale_counts() -> CompoundSelect[tuple[str, int, int, int]]:
    """One statement over all tables."""
    return union_all(
        *(
            select(
                literal(entity),
                func.count(),
                func.count(case((_is_stale(table), 1))),
                func.count(case((_is_stale(table) & (col(table.pending) > 0), 1))),
            ).select_from(table)
            for entity, table in SYNCED.items()
        )
    )


def _is_stale(table: type[SyncedRow]) -> ColumnElement[bool]:
    return (col(table.seen_gen) < bindparam("number")) & (col(table.rev) > 0) & (col(table.origin) != "local")


def sweep(session: Session, now: datetime, *, accept_shrink: bool) -> None:
    """End a resync: remove what it did not deliver. A row with pending work becomes a conflict instead.

    Raises ShrinkNeedsAnswer where it would take most of the rows without the viewer's scope having changed.
    """
    counts = _count_stale(session)
    found = _summed(counts)
    may_shrink = accept_shrink or meta.get(session, "resync_reason") == "scope-changed"
    if not may_shrink and policy.shrinks_too_much(found.removed, found.kept):
        raise ShrinkNeedsAnswer(removed=found.removed, kept=found.removed + found.kept)
    number = generation(session)
    for counted in counts:
        table = SYNCED[counted.entity]
        if counted.unsent:
            unsent = select(col(table.id)).where(_is_stale(table), col(table.pending) > 0)
            for row_id in session.scalars(unsent, {"number": number}).all():
                _vanished(session, counted.entity, row_id, now)
        if counted.stale:
            session.execute(
                delete(table).where(_is_stale(table), col(table.pending) == 0),
                {"number": number},
                execution_options={"synchronize_session": False},
            )
    _drop_stale_bases(session, number, now)
    meta.put_all(session, {"complete": "1", "resync_reason": ""})


def was_not_shown(session: Session, entity: str, row_id: str) -> None:
    """Note a row of mine that the hub has and did not send in its answer, as it does with every row that I may see."""
    meta.put(session, f"{_NOT_SHOWN}{entity}:{row_id}", "1")


def forget_not_shown(session: Session) -> None:
    """After a whole pull: remove what was noted and has not come with it. It had left my sight before a load began, so
    that no change says so. A row with work of mine waits for what the hub says to that."""
    for key in meta.starting(session, _NOT_SHOWN):
        entity, _colon, row_id = key.partition(":")
        row = rows.find(session, entity, row_id)
        if row is not None and row.pending:
            continue
        if row is not None and row.seen_gen < generation(session):
            rows.remove(session, entity, row_id)
        meta.remove(session, f"{_NOT_SHOWN}{key}")


def _drop_stale_bases(session: Session, number: int, now: datetime) -> None:
    """Of a row deleted here only the base is left; one that was not delivered is not to be brought back from it. What
    was asked about it has no other side any more: the hub judges the changes as they are."""
    is_stale = col(SyncBaseRow.seen_gen) < number
    for base in session.scalars(select(SyncBaseRow).where(is_stale)).all():
        if rows.find(session, base.entity, base.id) is None:
            conflicts.ask_no_more(session, receipts.queued_of(session, base.entity, base.id), "missing", now)
    session.execute(delete(SyncBaseRow).where(is_stale))


def _vanished(session: Session, entity: str, row_id: str, now: datetime) -> None:
    """Ask what becomes of my work on a row that is not there any more, instead of anything asked about its fields."""
    queued: list[OutboxRow] = receipts.queued_of(session, entity, row_id)
    if not queued or conflicts.whole_row_in_question(session, entity, row_id):
        return
    conflicts.ask_no_more(session, queued, "missing", now)
    conflicts.open_conflict(session, queued[0], now=now, kind="missing", mine=queued[0].patch)
