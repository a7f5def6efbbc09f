"""A refused change with other values: a new change in its place, so that what waits behind it keeps its order.

The refused one ends among the receipts. Whatever named it names the new one, and a later edit of the same field is
based on the new value: its writer has just typed it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cockpit.storage import rows
from cockpit.storage.tables import OutboxDoneRow, OutboxRow
from cockpit.sync import acts, chains, ledger, outbox, receipts


def amend(
    session: Session, refused: OutboxRow, values: dict[str, Any], *, actor_id: str, now: datetime, label: str
) -> str:
    """Queue `refused` anew with `values` (in wire form) in its patch; the action, which undo takes back."""
    names = [name for name in OutboxRow.model_fields if name not in ("seq", "patch", "mutation_id")]
    fresh: dict[str, Any] = {name: getattr(refused, name) for name in names}
    fresh |= {"status": "pending", "attempts": 0, "next_try_at": None, "error_type": "", "error_text": ""}
    new = OutboxRow(**fresh, mutation_id=outbox.new_id(), patch={**refused.patch, **values})
    entity, row_id = refused.entity, refused.entity_id
    act = acts.before(session, label, [refused], (), entity, row_id, is_retry=True, replaced_by=new.mutation_id)
    ledger.record(session, new.mutation_id)
    _swap(session, refused, new, "answered", actor_id, now)
    return acts.keep(session, act, None, now)


def take_back(session: Session, act: acts.Act, *, actor_id: str, now: datetime) -> bool:
    """Put the refused change back in the new one's place; False when that one has been on its way since."""
    new = session.exec(select(OutboxRow).where(OutboxRow.mutation_id == act.replaced_by)).first()
    if new is None or new.attempts or new.status not in ("pending", "blocked"):
        return False
    refused = acts.queued_again(act.ended[0])
    ended = session.exec(select(OutboxDoneRow).where(OutboxDoneRow.mutation_id == refused.mutation_id)).first()
    if ended is not None:
        session.delete(ended)
        session.flush()
    _swap(session, new, refused, "undone", actor_id, now)
    return True


def _swap(
    session: Session, gone: OutboxRow, come: OutboxRow, result: receipts.Result, actor_id: str, now: datetime
) -> None:
    """End `gone` and queue `come` in its place."""
    place = gone.seq
    gone.seq = outbox.next_seq(session)
    session.flush()
    come.seq = place
    session.add(come)
    session.flush()
    outbox.drop_provisional_log(session, [gone])
    receipts.end(session, [gone], result, now=now)
    for waiting in session.exec(select(OutboxRow).where(col(OutboxRow.depends_on) == gone.mutation_id)):
        waiting.depends_on = come.mutation_id
    _carry(session, gone, come)
    outbox.log(session, come, actor_id)
    session.flush()
    receipts.recount(session, {(come.entity, come.entity_id)})
    chains.mark(session)


def _carry(session: Session, gone: OutboxRow, come: OutboxRow) -> None:
    """Bring what changed to the row, or to the base of the next edit of that field."""
    later = [m for m in receipts.queued_of(session, come.entity, come.entity_id) if (m.seq or 0) > (come.seq or 0)]
    shown: dict[str, Any] = {}
    for name, value in come.patch.items():
        before = gone.patch.get(name)
        if before == value:
            continue
        edit = next((m for m in later if name in m.patch), None)
        if edit is None:
            shown[name] = value
        elif edit.base.get(name) == before:
            edit.base = {**edit.base, name: value}
    if shown and rows.find(session, come.entity, come.entity_id) is not None:
        rows.put(session, come.entity, {"id": come.entity_id, **shown})
