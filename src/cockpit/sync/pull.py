"""The way down: a page of rows and the cursor behind it in one transaction; the sweep that ends a full resync."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col, select

from cockpit.crm.wire import ChangesPage, Deleted, RowOut, SnapshotPage
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, ShrinkNeedsAnswer
from cockpit.storage import meta
from cockpit.storage.tables import SYNCED, CursorRow, OutboxRow, SyncBaseRow, TombstoneRow
from cockpit.sync import conflicts, policy, receipts
from cockpit.sync.inbound import Receiver, look_around

Reason = Literal["first", "cursor-expired", "scope-changed", "restored"]

HEAD = "head_rev"
"""The highest revision this device has met. A hub whose head is lower was restored from a backup."""

UNFIT = (BadUse, KeyError, TypeError, ValueError, OverflowError)
REFUSED_BY_TABLE = (IntegrityError, DataError, OverflowError)


def generation(session: Session) -> int:
    return int(meta.get(session, "generation", "0"))


def delivered_by(session: Session) -> int:
    """The generation of a row that a push answer brings. Until a load has begun it is the one before: should the row
    leave my sight by then, neither the load nor the changes after it would say so."""
    place = cursor(session, "snapshot")
    return generation(session) - (place is not None and place.pages_done == 0)


def cursor(session: Session, stream: Literal["changes", "snapshot"]) -> CursorRow | None:
    return session.get(CursorRow, stream)


def head(session: Session) -> int:
    return int(meta.get(session, HEAD, "0"))


def saw(session: Session, rev: int) -> None:
    """Remember the highest revision met, be it in a greeting, an answer or a page."""
    if rev > head(session):
        meta.put(session, HEAD, str(rev))


def has_place(session: Session) -> bool:
    """True once a first load has begun."""
    return session.exec(select(CursorRow.stream).limit(1)).first() is not None


def begin_resync(session: Session, reason: Reason, epoch: str, now: datetime) -> None:
    """Start to read everything anew under the next generation. The queue is not touched."""
    number = generation(session) + 1
    meta.put(session, "generation", str(number))
    meta.put(session, "resync_reason", reason)
    meta.put(session, "complete", "0")
    for stream in ("changes", "snapshot"):
        old = session.get(CursorRow, stream)
        if old is not None:
            session.delete(old)
    session.flush()
    if reason == "restored":
        session.execute(delete(TombstoneRow))  # their revisions belong to the old epoch
    session.add(CursorRow(stream="snapshot", epoch=epoch, generation=number, updated_at=now))
    session.flush()


def snapshot_page(session: Session, page: SnapshotPage, epoch: str, now: datetime, *, careful: bool) -> int:
    """Apply a page of the first load with its page token; after the last one the changes go on. Rows that were news."""
    news = _apply(session, page.rows, (), page.cursor, now, careful=careful)
    place = session.get(CursorRow, "snapshot")
    assert place is not None
    place.cursor, place.updated_at = page.next or "", now
    place.pages_done += 1
    place.rows_done += len(page.rows)
    if page.next is None:
        session.add(
            CursorRow(stream="changes", cursor=page.cursor, epoch=epoch, generation=place.generation, updated_at=now)
        )
        session.delete(place)
    return news


def changes_page(session: Session, page: ChangesPage, now: datetime, *, careful: bool) -> int:
    """Apply a page of changes and save its cursor. Rows and deletions that were news."""
    news = _apply(session, page.rows, page.deleted, page.next_cursor, now, careful=careful)
    place = session.get(CursorRow, "changes")
    assert place is not None
    place.cursor, place.updated_at = page.next_cursor, now
    place.pages_done += 1
    place.rows_done += len(page.rows) + len(page.deleted)
    return news


def _apply(
    session: Session, found: Sequence[RowOut], gone: Sequence[Deleted], place: str, now: datetime, *, careful: bool
) -> int:
    """Rows by revision, then deletions. `careful` guards each row by a savepoint, for a page that failed as a whole."""
    keys = {(item.entity, str(item.data.get("id", ""))) for item in found} | {(d.entity, d.id) for d in gone}
    receiver = Receiver(session, look_around(session, keys), generation(session), now, is_bulk=not careful)
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
    number, removed, kept = generation(session), 0, 0
    for entity, table in SYNCED.items():
        if entity == "change_log":
            continue
        total = session.exec(select(func.count()).select_from(table)).one()
        stale = (col(table.seen_gen) < number) & (col(table.rev) > 0) & (col(table.origin) != "local")
        old = session.exec(select(func.count()).select_from(table).where(stale, col(table.pending) == 0)).one()
        removed, kept = removed + old, kept + total - old
    return Sweep(removed, kept)


def sweep(session: Session, now: datetime, *, accept_shrink: bool) -> None:
    """End a resync: remove what it did not deliver. A row with pending work becomes a conflict instead.

    Raises ShrinkNeedsAnswer where it would take most of the rows without the viewer's scope having changed.
    """
    found = stale_rows(session)
    may_shrink = accept_shrink or meta.get(session, "resync_reason") == "scope-changed"
    if not may_shrink and policy.shrinks_too_much(found.removed, found.kept):
        raise ShrinkNeedsAnswer(removed=found.removed, kept=found.removed + found.kept)
    number = generation(session)
    for entity, table in SYNCED.items():
        stale = (col(table.seen_gen) < number) & (col(table.rev) > 0) & (col(table.origin) != "local")
        for row_id in session.exec(select(table.id).where(stale, col(table.pending) > 0)).all():
            _vanished(session, entity, row_id, now)
        session.execute(delete(table).where(stale, col(table.pending) == 0))
    # of a row deleted here only the base is left; one that was not delivered is not to be brought back from it
    session.execute(delete(SyncBaseRow).where(col(SyncBaseRow.seen_gen) < number))
    meta.put_all(session, {"complete": "1", "resync_reason": ""})


def _vanished(session: Session, entity: str, row_id: str, now: datetime) -> None:
    """Ask what becomes of my work on a row that is not there any more, instead of anything asked about its fields."""
    queued: list[OutboxRow] = receipts.queued_of(session, entity, row_id)
    if not queued or conflicts.whole_row_in_question(session, entity, row_id):
        return
    asked = [mutation for mutation in queued if mutation.status == "conflict"]
    conflicts.close_all(session, [mutation.mutation_id for mutation in asked], "missing", now)
    for mutation in asked:
        mutation.status = "pending"
    conflicts.open_conflict(session, queued[0], now=now, kind="missing", mine=queued[0].patch)
