"""Reads of the sync tables: the state of a row's writes, and what the footer counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from cockpit.storage import meta
from cockpit.storage.tables import ConflictRow, OutboxDoneRow, OutboxRow

WriteState = Literal["done", "saved", "waiting", "sending", "conflict", "parked"]
"""done: the hub has it. saved: on disk, queued. waiting: tried, comes again. sending: on its way."""

_ASK_BY_ID = 400
"""Above this many ids the whole queue is read instead: it is short, and the statement stays short too."""

_WORST_FIRST: tuple[WriteState, ...] = ("conflict", "parked", "sending", "waiting", "saved")


def write_state(status: str, attempts: int) -> WriteState:
    """The state a user sees of one queued mutation."""
    if status == "conflict":
        return "conflict"
    if status == "parked":
        return "parked"
    if status == "inflight":
        return "sending"
    return "waiting" if attempts or status == "blocked" else "saved"


def write_states(session: Session, ids: Collection[str]) -> dict[str, WriteState]:
    """The state of each row in `ids`, in one SELECT. With several mutations of a row the worst counts."""
    wanted = set(ids)
    found: dict[str, WriteState] = dict.fromkeys(wanted, "done")
    if not wanted:
        return found
    statement = select(OutboxRow.entity_id, OutboxRow.status, OutboxRow.attempts)
    if len(wanted) <= _ASK_BY_ID:
        statement = statement.where(col(OutboxRow.entity_id).in_(wanted))
    for row_id, status, attempts in session.exec(statement):
        if row_id not in wanted:
            continue
        state, before = write_state(status, attempts), found[row_id]
        if before == "done" or _WORST_FIRST.index(state) < _WORST_FIRST.index(before):
            found[row_id] = state
    return found


@dataclass(frozen=True, slots=True)
class PendingSummary:
    """What the badge counts: one row each for the queue and the open conflicts."""

    pending: int
    conflicts: int
    parked: int
    oldest_pending_at: datetime | None


def pending_summary(session: Session) -> PendingSummary:
    """Counts of the queue and of open conflicts, in two SELECTs."""
    is_parked = case((col(OutboxRow.status) == "parked", 1), else_=0)
    total, parked, oldest = session.exec(
        select(func.count(), func.coalesce(func.sum(is_parked), 0), func.min(OutboxRow.occurred_at)).select_from(
            OutboxRow
        )
    ).one()
    conflicts = session.exec(
        select(func.count()).select_from(ConflictRow).where(col(ConflictRow.state) == "open")
    ).one()
    return PendingSummary(int(total), int(conflicts), int(parked), oldest)


def last_sync_at(session: Session) -> datetime | None:
    """When a sync last ended well."""
    return moment(meta.get(session, "last_sync_at"))


def moment(text: str) -> datetime | None:
    """A moment kept in `meta` as ISO text; None when empty."""
    return datetime.fromisoformat(text) if text else None


def count_receipts(session: Session) -> int:
    """Mutations the hub has acknowledged and that are still kept."""
    sent = col(OutboxDoneRow.result).in_(("applied", "replayed"))
    return int(session.exec(select(func.count()).select_from(OutboxDoneRow).where(sent)).one())
