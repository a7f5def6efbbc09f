"""How a mutation ends: out of the queue, into the receipts, and the row's count of pending work with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, insert, select, union_all
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col

from cockpit.storage import meta, rows
from cockpit.storage.records import table_of
from cockpit.storage.tables import ChangeLogRow, OutboxDoneRow, OutboxRow, SyncBaseRow
from cockpit.sync import chains, ledger, policy

Result = Literal["applied", "replayed", "discarded", "undone", "answered"]
"""answered: its conflict was answered, and what was wanted of it went on in a new mutation."""

SENT = ("applied", "replayed")

_CARRIED = (
    "seq",
    "mutation_id",
    "entity",
    "entity_id",
    "op",
    "patch",
    "base",
    "base_rev",
    "schema_v",
    "occurred_at",
    "depends_on",
    "attempts",
    "action_id",
    "label",
)


_QUEUED_OF = (
    select(OutboxRow)
    .where(col(OutboxRow.entity) == bindparam("entity"), col(OutboxRow.entity_id) == bindparam("row_id"))
    .order_by(col(OutboxRow.seq))
)


_COUNT_OF = select(func.count()).where(
    col(OutboxRow.entity) == bindparam("entity"), col(OutboxRow.entity_id) == bindparam("row_id")
)
_DROP_BASE = delete(SyncBaseRow).where(
    col(SyncBaseRow.entity) == bindparam("entity"), col(SyncBaseRow.id) == bindparam("row_id")
)
_THESE = col(OutboxRow.mutation_id).in_(bindparam("ids", expanding=True))
_HOW = {
    name: bindparam(name, type_=table_of(OutboxDoneRow).columns[name].type)
    for name in ("result", "rev", "generation", "ended_at")
}
_KEEP = insert(OutboxDoneRow).from_select(
    [*_CARRIED, *_HOW], select(*[getattr(OutboxRow, name) for name in _CARRIED], *_HOW.values()).where(_THESE)
)
_DROP = delete(OutboxRow).where(_THESE)
_OLDER = select(OutboxDoneRow).where(col(OutboxDoneRow.ended_at) <= bindparam("before"))
_SENT_AFTER = select(OutboxDoneRow).where(
    col(OutboxDoneRow.entity) == bindparam("entity"),
    col(OutboxDoneRow.entity_id) == bindparam("row_id"),
    col(OutboxDoneRow.seq) > bindparam("seq"),
    col(OutboxDoneRow.result).in_(SENT),
)
_CHANGED_BEFORE = union_all(
    *(
        select(col(table.seq)).where(
            col(table.entity) == bindparam("entity"),
            col(table.entity_id) == bindparam("row_id"),
            col(table.seq) < bindparam("seq"),
        )
        for table in (OutboxRow, OutboxDoneRow)
    )
).limit(1)
_DROP_UNRECORDED = delete(ChangeLogRow).where(
    col(ChangeLogRow.rev) == 0, col(ChangeLogRow.id).in_(select(col(OutboxDoneRow.mutation_id)))
)


def queued_of(session: Session, entity: str, row_id: str) -> list[OutboxRow]:
    """The queued mutations of one row, oldest first."""
    return list(session.scalars(_QUEUED_OF, {"entity": entity, "row_id": row_id}))


def count_of(session: Session, entity: str, row_id: str) -> int:
    """How many mutations of a row are queued."""
    return rows.beside(session).scalar(_COUNT_OF, {"entity": entity, "row_id": row_id}) or 0


def end(
    session: Session,
    mutations: Sequence[OutboxRow],
    result: Result,
    *,
    now: datetime,
    rev: int = 0,
    generation: int = 0,
) -> None:
    """Move mutations from the queue to the receipts and count the pending work of their rows anew."""
    frees = any(mutation.status in chains.HELD for mutation in mutations)
    session.flush()
    ended: dict[str, Any] = {"result": result, "rev": rev, "generation": generation, "ended_at": by_hub(session, now)}
    connection, ids = session.connection(), [mutation.mutation_id for mutation in mutations]
    connection.execute(_KEEP, {"ids": ids, **ended})
    connection.execute(_DROP, {"ids": ids})
    for mutation in mutations:
        session.expunge(mutation)
    if frees:
        chains.mark(session)
    recount(session, {(mutation.entity, mutation.entity_id) for mutation in mutations})


def may_come(session: Session, mutation_id: str) -> bool:
    """False for a change that the hub will never have: neither queued here, nor acknowledged once."""
    if session.scalars(select(OutboxRow).where(col(OutboxRow.mutation_id) == mutation_id)).first() is not None:
        return True
    ended = select(col(OutboxDoneRow.result)).where(col(OutboxDoneRow.mutation_id) == mutation_id)
    return session.scalars(ended).first() in SENT


def is_known(session: Session, entity: str, row_id: str) -> bool:
    """True when the hub was given the row by a change of mine that made it."""
    of_it = (col(OutboxDoneRow.entity) == entity, col(OutboxDoneRow.entity_id) == row_id)
    made = select(col(OutboxDoneRow.seq)).where(
        *of_it, col(OutboxDoneRow.op) == "create", col(OutboxDoneRow.result).in_(SENT)
    )
    return session.scalars(made.limit(1)).first() is not None


def was_there_before(session: Session, create: OutboxRow) -> bool:
    """True when a row is made again: it had been changed or deleted here before."""
    of_row = {"entity": create.entity, "row_id": create.entity_id, "seq": create.seq}
    return rows.beside(session).scalar(_CHANGED_BEFORE, of_row) is not None


def has_said_since(session: Session, mutation: OutboxRow, queued: Sequence[OutboxRow], field: str) -> bool:
    """True when a later word of mine on the field, typed on top of this one, has gone through: this one is past.

    `queued` are the changes of the row that still wait, `mutation` among them.
    """
    word = mutation.patch[field]
    of_row = {"entity": mutation.entity, "row_id": mutation.entity_id, "seq": mutation.seq}
    later = [*(one for one in queued if (one.seq or 0) > (mutation.seq or 0)), *session.scalars(_SENT_AFTER, of_row)]
    for one in sorted(later, key=lambda change: change.seq or 0):
        if field in one.patch and one.base.get(field) == word:
            word = one.patch[field]
            if isinstance(one, OutboxDoneRow):
                return True
    return False


def recount(session: Session, keys: Collection[tuple[str, str]]) -> None:
    """Make each row's `pending` the number of its queued mutations; a base without any is dropped."""
    for entity, row_id in sorted(keys):  # the same statements in the same order, whatever order a set has
        count = count_of(session, entity, row_id)
        row = rows.find(session, entity, row_id)
        if row is not None:
            row.pending = count
        if count == 0:
            drop_base(session, entity, row_id)
    session.flush()


def drop_base(session: Session, entity: str, row_id: str) -> None:
    rows.beside(session).execute(_DROP_BASE, {"entity": entity, "row_id": row_id})
    base = session.identity_map.get(identity_key(SyncBaseRow, (entity, row_id)))
    if base is not None:
        session.expunge(base)


def clock_facts(hub_time: datetime, here: datetime) -> dict[str, str]:
    """What a greeting tells of time, for `meta`: the hub's clock, and how far it is ahead of the one here."""
    offset = hub_time - here
    return {"clock_offset_ms": str(offset // timedelta(milliseconds=1)), "hub_time": hub_time.isoformat()}


def by_hub(session: Session, now: datetime) -> datetime:
    """The moment by the hub's clock, as far as it is known, and never before its last greeting: what is dated so grows
    old by one clock alone, whatever this machine's does."""
    found = meta.get_all(session, ("clock_offset_ms", "hub_time"))
    shifted = now + timedelta(milliseconds=int(found.get("clock_offset_ms", "0")))
    return max(shifted, datetime.fromisoformat(found["hub_time"])) if found.get("hub_time") else shifted


def requeue(session: Session, now: datetime) -> set[tuple[str, str]]:
    """Queue everything the hub ever acknowledged once more, in its old order and with its old ids.

    For a hub that was restored from a backup: what it still has it answers with `replayed`. Returns the rows of it.
    """
    statement = select(OutboxDoneRow).where(
        col(OutboxDoneRow.result).in_(SENT), col(OutboxDoneRow.ended_at) > now - policy.KEEP_RECEIPTS
    )
    found = list(session.scalars(statement.order_by(col(OutboxDoneRow.seq))))
    for done in found:
        carried = {name: getattr(done, name) for name in _CARRIED}
        # it may have been applied: undo must not take it for something never sent
        carried["attempts"] = max(1, done.attempts)
        session.delete(done)
        session.add(OutboxRow(**carried, is_again=True))
    session.flush()
    for mutation in session.scalars(select(OutboxRow)):
        mutation.base_rev = 0  # revisions mean nothing across epochs; values are compared
    keys = {(done.entity, done.entity_id) for done in found}
    recount(session, keys)
    chains.mark(session)  # what was sent with a change that is parked since waits behind it now
    return keys


def prune(session: Session, now: datetime) -> None:
    """Drop receipts older than 90 days; how many there were of each result stays in `meta`."""
    for done in session.scalars(_OLDER, {"before": now - policy.KEEP_RECEIPTS}):
        ledger.forget(session, done)
        meta.remove(session, f"undo:{done.action_id}")
        session.delete(done)


def drop_unrecorded_log(session: Session) -> None:
    """After a whole pull: what the hub has recorded came with it. A provisional entry of a mutation that ended and
    that is still here is of a change that changed nothing there."""
    rows.beside(session).execute(_DROP_UNRECORDED)
