"""Unsent changes that come from a file: queued under their own ids, so that none counts twice however often it comes.

A file cannot say what became of a change since it was written: another copy may have sent it. It is queued as one
that may have been sent, the hub knows by its id, and undo takes it back by an inverse change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cockpit.domain.text import clean_line
from cockpit.storage import rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import OutboxDoneRow, OutboxRow, SyncBaseRow
from cockpit.sync import chains, ledger, outbox, receipts


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many changes of a file were new here, how many are queued already and how many have ended already."""

    queued: int
    known: int
    ended: int


def adopt(session: Session, found: Iterable[Mapping[str, Any]], *, actor_id: str) -> Adopted:
    """Queue the changes that are new here, in their order, in the caller's write transaction."""
    waiting = set(session.exec(select(OutboxRow.mutation_id)))
    ended = set(session.exec(select(OutboxDoneRow.mutation_id)))
    new: list[OutboxRow] = []
    known = over = 0
    for values in found:
        mutation_id = values["mutation_id"]
        if mutation_id in waiting:
            known += 1
        elif mutation_id in ended:
            over += 1
        else:
            waiting.add(mutation_id)
            new.append(_queue(session, values, actor_id))
    session.flush()
    receipts.recount(session, {(mutation.entity, mutation.entity_id) for mutation in new})
    chains.mark(session)
    return Adopted(len(new), known, over)


def _queue(session: Session, values: Mapping[str, Any], actor_id: str) -> OutboxRow:
    is_parked = values.get("status") == "parked"
    mutation = OutboxRow(
        seq=outbox.next_seq(session),
        mutation_id=values["mutation_id"],
        entity=values["entity"],
        entity_id=values["entity_id"],
        op=values["op"],
        patch=dict(values["patch"]),
        base=dict(values["base"]),
        base_rev=0,  # of another copy's book of revisions; the hub compares values
        schema_v=values["schema_v"],
        occurred_at=datetime.fromisoformat(values["occurred_at"]),
        depends_on=values.get("depends_on"),
        attempts=max(1, values.get("attempts") or 0),
        action_id=values["action_id"],
        label=clean_line(values.get("label") or "", 300),
        status="parked" if is_parked else "pending",
        error_type=clean_line(values.get("error_type") or "", 64) if is_parked else "",
        error_text=clean_line(values.get("error_text") or "", 500) if is_parked else "",
    )
    _show(session, mutation)
    ledger.record(session, mutation.mutation_id)
    session.add(mutation)
    outbox.log(session, mutation, actor_id)
    session.flush()
    return mutation


def _show(session: Session, mutation: OutboxRow) -> None:
    """Put the change on its row, as when it was made. A row that is not here yet meets it when it comes."""
    entity, row_id = mutation.entity, mutation.entity_id
    row = rows.find(session, entity, row_id)
    if row is not None and row.rev > 0 and session.get(SyncBaseRow, (entity, row_id)) is None:
        session.add(
            SyncBaseRow(entity=entity, id=row_id, rev=row.rev, seen_gen=row.seen_gen, base=to_wire(row, entity))
        )
    if mutation.op == "delete":
        rows.remove(session, entity, row_id)
    elif (mutation.op == "create") == (row is None):  # a row that is here already was made by this very change
        rows.put(session, entity, {**mutation.patch, "id": row_id})
    session.flush()


def unsent_ids(session: Session) -> set[str]:
    """Ids of everything queued."""
    return set(session.exec(select(OutboxRow.mutation_id).order_by(col(OutboxRow.seq))))
