"""The one way to change a row on this device: the change, its base and its queue entry in one transaction.

"Saved" on a screen means that the transaction of `submit` is on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import uuid_utils
from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from cockpit.storage import meta, rows
from cockpit.storage.records import to_wire, wire_value
from cockpit.storage.tables import ChangeLogRow, OutboxDoneRow, OutboxRow, SyncBaseRow, SyncedRow
from cockpit.sync import chains, ledger, receipts

PARENTS = ("account_id", "deal_id", "funnel_id", "moved_from_id")
"""Columns whose row may have to reach the hub first."""


_NEWEST_CREATE = (
    select(col(OutboxRow.mutation_id))
    .where(col(OutboxRow.op) == "create", col(OutboxRow.entity_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(OutboxRow.seq).desc())
)
_NEWEST_ENTRY = select(func.max(col(ChangeLogRow.recorded_at))).where(
    col(ChangeLogRow.entity) == bindparam("entity"),
    col(ChangeLogRow.entity_id) == bindparam("row_id"),
    col(ChangeLogRow.rev) == 0,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one row. `values` holds column values (python types); empty for a delete."""

    entity: str
    id: str
    op: Literal["create", "patch", "delete"]
    values: dict[str, Any] = field(default_factory=dict)


def new_id() -> str:
    """A UUIDv7: unique without asking anybody, ordered by time."""
    return str(uuid_utils.uuid7())


def submit(
    session: Session, edits: Sequence[Edit], *, actor_id: str, label: str, now: datetime, action_id: str | None = None
) -> str | None:
    """Apply `edits` and queue them, in the caller's write transaction; as part of an action where one is given.

    Returns the action id (one key press, one undo), or None when nothing would change. A patch keeps
    only the fields that differ. Raises KeyError for a patch of a row that is not here.
    """
    action_id = action_id or new_id()
    place = next_seq(session, len(edits)) if edits else 0
    queued = [
        mutation_id
        for number, edit in enumerate(edits)
        if (mutation_id := _submit_one(session, edit, action_id, actor_id, label, now, place + number)) is not None
    ]
    ledger.record(session, *queued)
    return action_id if queued else None


def _submit_one(
    session: Session, edit: Edit, action_id: str, actor_id: str, label: str, now: datetime, place: int
) -> str | None:
    wanted = {name: wire_value(value) for name, value in edit.values.items()}
    row = rows.find(session, edit.entity, edit.id)
    if row is None and edit.op != "create":
        raise KeyError(f"{edit.entity} {edit.id} is not on this device")
    seen = to_wire(row, edit.entity) if row is not None else {}
    if edit.op == "patch":
        wanted = {name: value for name, value in wanted.items() if seen.get(name) != value}
        if not wanted:
            return None
    base = seen if edit.op == "delete" else {name: seen.get(name) for name in wanted if row is not None}
    mutation_id = new_id()
    if row is not None and row.pending == 0 and row.rev > 0:
        _keep_base(session, edit, row, seen)
    base_rev = row.rev if row is not None else 0
    depends_on = _dependency(session, edit, {**seen, **wanted})
    if edit.op == "delete":
        rows.remove(session, edit.entity, edit.id)
    elif row is not None:
        rows.put_on(session, edit.entity, {"id": edit.id, **wanted}, row).pending += 1
    else:
        # a row that is made again may still have its deletion in the queue
        pending = 1 + receipts.count_of(session, edit.entity, edit.id)
        rows.add_new(session, edit.entity, {"id": edit.id, **wanted}, pending)
    is_behind = chains.is_behind(session, edit.entity, edit.id, depends_on)
    mutation: dict[str, Any] = {
        "mutation_id": mutation_id,
        "entity": edit.entity,
        "entity_id": edit.id,
        "op": edit.op,
        "patch": wanted,
        "base": base,
        "occurred_at": now,
    }
    rows.add(
        session,
        OutboxRow,
        **mutation,
        seq=place,
        status="blocked" if is_behind else "pending",
        base_rev=base_rev,
        depends_on=depends_on,
        action_id=action_id,
        label=label,
    )
    _log(session, mutation, actor_id, {**seen, **wanted})
    return mutation_id


def log(session: Session, mutation: OutboxRow, actor_id: str) -> None:
    """Write the provisional log entry of a change that is in the queue, if it has none."""
    if session.get(ChangeLogRow, mutation.mutation_id) is None:
        row = rows.find(session, mutation.entity, mutation.entity_id)
        seen = to_wire(row, mutation.entity) if row is not None else mutation.base
        _log(session, dict(mutation), actor_id, seen)


def _log(session: Session, mutation: dict[str, Any], actor_id: str, seen: dict[str, Any]) -> None:
    """`seen` is what the row reads with the change."""
    is_account = mutation["entity"] == "account"
    # after what waits already, also where the clock was set back since
    newest = rows.beside(session).scalar(_NEWEST_ENTRY, {"entity": mutation["entity"], "row_id": mutation["entity_id"]})
    at = mutation["occurred_at"]
    rows.add(
        session,
        ChangeLogRow,
        id=mutation["mutation_id"],
        owner_id=seen.get("owner_id"),
        account_id=mutation["entity_id"] if is_account else seen.get("account_id"),
        entity=mutation["entity"],
        entity_id=mutation["entity_id"],
        op=mutation["op"],
        recorded_at=at if newest is None or newest < at else newest + timedelta(microseconds=1),
        actor_id=actor_id,
        before=mutation["base"],
        after={} if mutation["op"] == "create" else mutation["patch"],
    )


def _keep_base(session: Session, edit: Edit, row: SyncedRow, seen: dict[str, Any]) -> None:
    if session.get(SyncBaseRow, (edit.entity, edit.id)) is None:
        rows.add(session, SyncBaseRow, entity=edit.entity, id=edit.id, rev=row.rev, seen_gen=row.seen_gen, base=seen)


def next_seq(session: Session, count: int = 1) -> int:
    """The first of the next `count` places in the queue. Counted in `meta`: SQLite would give an emptied table its numbers again."""
    kept = meta.get(session, "outbox_seq")
    if kept:
        last = int(kept)
    else:
        last = max(
            session.scalar(select(func.max(col(OutboxRow.seq)))) or 0,
            session.scalar(select(func.max(col(OutboxDoneRow.seq)))) or 0,
        )
    meta.put(session, "outbox_seq", str(last + count))
    return last + 1


def _dependency(session: Session, edit: Edit, data: dict[str, Any]) -> str | None:
    """The newest queued create of a row that this one refers to."""
    parents = [str(data[name]) for name in PARENTS if data.get(name)]
    if not parents:
        return None
    return rows.beside(session).scalars(_NEWEST_CREATE, {"ids": parents}).first()


def drop_provisional_log(session: Session, mutations: Iterable[OutboxRow]) -> None:
    """Remove the log entries of mutations that never came to be; what the hub has recorded stays."""
    for mutation in mutations:
        entry = session.get(ChangeLogRow, mutation.mutation_id)
        if entry is not None and entry.rev == 0:
            session.delete(entry)
    session.flush()
