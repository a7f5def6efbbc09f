"""One mutation of a device, judged and applied. Every mutation is a transaction of its own with its kept result.

Only what was applied is kept under its mutation id: a retry of it gets the row as it is now and changes
nothing. A conflict or a refusal leaves nothing behind, so the same mutation may be judged again.
The test is per field against the values the user saw, never only by revision: a device may have been
given a newer revision without its user having seen it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cockpit.domain.merge import merge_field
from cockpit.hub import intake, revisions, store, visibility
from cockpit.hub.problems import Problem
from cockpit.hub.store import Change
from cockpit.hub.tokens import Actor
from cockpit.hub.wire import FieldConflict, Mutation, MutationResult, ProblemBody
from cockpit.storage import rows
from cockpit.storage.records import column_types, to_wire
from cockpit.storage.tables import (
    SYNCED,
    ActivityRow,
    ChangeLogRow,
    ContactRow,
    DealRow,
    DeviceRow,
    MilestoneDoneRow,
    MutationResultRow,
    OpeningWindowRow,
    SyncedRow,
    TombstoneRow,
)
from cockpit.storage.tables.sync import SCHEMA_VERSION

SCHEMA_MIN = 1
SCHEMA_MAX = SCHEMA_VERSION

PARENTS = {
    "account_id": "account",
    "deal_id": "deal",
    "contact_id": "contact",
    "funnel_id": "funnel",
    "stage_id": "stage",
    "product_id": "product",
}
"""Columns that name another row, and its kind."""

_TOGETHER: dict[str, tuple[type[SyncedRow], ...]] = {
    "account": (ContactRow, OpeningWindowRow),
    "deal": (MilestoneDoneRow,),
}
"""What is deleted with a row, because it has no sense of its own."""

_HOLDS: dict[str, tuple[tuple[Any, str], ...]] = {
    "account": ((DealRow, "account_id"), (ActivityRow, "account_id")),
    "deal": ((ActivityRow, "deal_id"),),
}
"""What keeps a row from being deleted."""


@dataclass(frozen=True, slots=True)
class Push:
    """Who pushes, from which device, as of when."""

    actor: Actor
    device_id: str
    now: datetime


class Conflict(Exception):
    """The mutation meets a change its writer had not seen."""

    def __init__(self, type_: str, fields: list[FieldConflict], stone: TombstoneRow | None = None) -> None:
        super().__init__(type_)
        self.type = type_
        self.fields = fields
        self.stone = stone


class Later(Exception):
    """Something it depends on has not arrived."""


def claim_device(session: Session, device_id: str, person_id: str, now: datetime) -> None:
    """Bind the device to the person, or see that it is his. Raises Problem device."""
    revisions.lock(session)
    device = session.get(DeviceRow, device_id)
    if device is None:
        session.add(DeviceRow(id=device_id, person_id=person_id, first_seen_at=now, last_seen_at=now))
    elif device.person_id != person_id:
        raise Problem("device")
    else:
        device.last_seen_at = now


def judge(session: Session, push: Push, mutation: Mutation) -> MutationResult:
    """Apply one mutation, or say why not. The caller rolls back unless the result is `applied`."""
    revisions.lock(session)
    result = MutationResult(mutation_id=mutation.mutation_id, status="applied")
    try:
        if known := session.get(MutationResultRow, mutation.mutation_id):
            return _replay(session, push, mutation, known, result)
        row = _apply(session, push, mutation)
    except Problem as problem:
        return result.model_copy(update={"status": "rejected", "problem": ProblemBody(**problem.body())})
    except Later:
        return result.model_copy(update={"status": "retry"})
    except Conflict as conflict:
        return _conflict(session, push, mutation, conflict, result)
    _keep(session, push, mutation)
    session.flush()
    return _with_row(session, push.actor, mutation, row, result)


def _payload_hash(mutation: Mutation) -> str:
    """Of what was asked. The base is not part of it: a device may learn more between two tries."""
    asked = [mutation.entity, mutation.entity_id, mutation.op, mutation.patch]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _replay(
    session: Session, push: Push, mutation: Mutation, known: MutationResultRow, result: MutationResult
) -> MutationResult:
    if known.person_id != push.actor.person_id:
        raise Problem("permission", "this mutation is somebody else's")
    if known.payload_hash != _payload_hash(mutation):
        raise Problem("idempotency-key-reused", "this mutation id was used for another change")
    row = rows.find(session, mutation.entity, mutation.entity_id)
    return _with_row(session, push.actor, mutation, row, result.model_copy(update={"status": "replayed"}))


def _keep(session: Session, push: Push, mutation: Mutation) -> None:
    session.add(
        MutationResultRow(
            mutation_id=mutation.mutation_id,
            person_id=push.actor.person_id,
            device_id=push.device_id,
            payload_hash=_payload_hash(mutation),
            status="applied",
            body={"entity": mutation.entity, "id": mutation.entity_id},
            created_at=push.now,
        )
    )


def _with_row(
    session: Session, actor: Actor, mutation: Mutation, row: SyncedRow | None, result: MutationResult
) -> MutationResult:
    """The result with the row as it stands, if the actor may see it."""
    if row is None:
        stone = session.get(TombstoneRow, (mutation.entity, mutation.entity_id))
        return result.model_copy(update={"rev": stone.rev if stone else 0})
    data = to_wire(row, mutation.entity)
    if not visibility.can_see(session, actor, data):
        return result.model_copy(update={"rev": row.rev})
    return result.model_copy(update={"rev": row.rev, "row": visibility.redact(actor, mutation.entity, data)})


def _apply(session: Session, push: Push, mutation: Mutation) -> SyncedRow | None:
    if not SCHEMA_MIN <= mutation.schema_v <= SCHEMA_MAX:
        raise Problem("schema-too-old", f"versions {SCHEMA_MIN} to {SCHEMA_MAX} are understood")
    if mutation.entity not in SYNCED:
        raise Problem("validation", "no such kind of row", field="entity")
    if session.get(ChangeLogRow, mutation.mutation_id) is not None:
        raise Problem("unique", "the mutation id is taken")
    row = rows.find(session, mutation.entity, mutation.entity_id)
    if mutation.op == "create":
        values = _created(session, push, mutation, row)
    elif row is None:
        _of_a_missing_row(session, push, mutation)
        return None
    elif mutation.op == "patch":
        values = _patched(session, push, mutation, row)
    else:
        _may_delete(session, push, mutation, row)
        _delete_together(session, push, mutation)
        values = {}
    return store.apply(
        session,
        Change(mutation.entity, mutation.entity_id, mutation.op, values),
        actor_id=push.actor.person_id,
        recorded_at=push.now,
        mutation_id=mutation.mutation_id,
        occurred_at=mutation.occurred_at,
    )


def _of_a_missing_row(session: Session, push: Push, mutation: Mutation) -> None:
    """An edit of a deleted row is a conflict; to delete it once more changes nothing."""
    stone = session.get(TombstoneRow, (mutation.entity, mutation.entity_id))
    if stone is not None and visibility.can_see(session, push.actor, stone.model_dump()):
        if mutation.op == "delete":
            return
        patch = intake.canonical(mutation.entity, mutation.patch)
        fields = [FieldConflict(field=name, base=mutation.base.get(name), mine=patch[name]) for name in sorted(patch)]
        raise Conflict("deleted", fields, stone)
    if mutation.depends_on and session.get(MutationResultRow, mutation.depends_on) is None:
        raise Later
    raise Problem("missing")


def _created(session: Session, push: Push, mutation: Mutation, row: SyncedRow | None) -> dict[str, Any]:
    entity, actor = mutation.entity, push.actor
    if row is not None:
        raise Problem("unique", "a row with this id is there already")
    values = intake.accept(entity, mutation.entity_id, mutation.patch, is_trusted=actor.is_admin)
    values = complete(actor, entity, values)
    missing = intake.missing_columns(entity, values)
    if missing:
        raise Problem("validation", f"needed: {', '.join(missing)}", field=missing[0])
    stone = session.get(TombstoneRow, (entity, mutation.entity_id))
    before = stone.model_dump() if stone is not None else None
    reason = visibility.refusal(session, actor, entity, before, values)
    if reason:
        raise Problem("permission", reason)
    _need_parents(session, mutation, values)
    return values


def complete(actor: Actor, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A new row's values with what the token knows: whose it is and who did it."""
    owned = dict(values)
    if entity == "activity":
        owned.setdefault("rep_id", owned.get("owner_id") or actor.person_id)
        owned.setdefault("owner_id", owned["rep_id"])
        if owned["owner_id"] != owned["rep_id"]:
            raise Problem("validation", "owner_id is the rep who does it", field="owner_id")
    if entity not in visibility.ADMIN_ONLY and owned.get("owner_id") is None and not actor.is_admin:
        owned["owner_id"] = actor.person_id
    if "by_id" in column_types(entity) and not actor.is_admin:
        owned["by_id"] = actor.person_id
    return owned


def _patched(session: Session, push: Push, mutation: Mutation, row: SyncedRow) -> dict[str, Any]:
    entity, actor = mutation.entity, push.actor
    mine = intake.accept(entity, mutation.entity_id, mutation.patch, is_trusted=actor.is_admin)
    if "by_id" in mine and not actor.is_admin:
        mine["by_id"] = actor.person_id
    theirs = to_wire(row, entity)
    _allow(session, actor, entity, theirs, {**theirs, **mine})
    base = intake.canonical(entity, {name: value for name, value in mutation.base.items() if name in mine})
    changed: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for name, value in mine.items():
        seen, stored = base.get(name), theirs.get(name)
        if (entity, name) in visibility.OWNER_FIELDS or entity == "person":
            is_conflict, merged = stored not in (seen, value), value
        else:
            is_same = stored in (seen, value) or _is_own_work(session, push, mutation, name)
            found = merge_field(entity, name, seen, value, stored, same_device=is_same)
            is_conflict, merged = found.is_conflict, found.value
        if is_conflict:
            conflicts.append(FieldConflict(field=name, base=seen, mine=value, theirs=stored))
        elif merged != stored:
            changed[name] = merged
    if conflicts:
        raise Conflict("changed", conflicts)
    _need_parents(session, mutation, changed)
    return changed


def _allow(session: Session, actor: Actor, entity: str, before: dict[str, Any], after: dict[str, Any] | None) -> None:
    reason = visibility.refusal(session, actor, entity, before, after)
    if reason:
        raise Problem("permission", reason)
    if entity == "activity" and after is not None:
        whose = after["owner_id"], after["rep_id"]
        if whose != (before["owner_id"], before["rep_id"]) and whose[0] != whose[1]:
            raise Problem("validation", "owner_id is the rep who does it", field="owner_id")


def _is_own_work(session: Session, push: Push, mutation: Mutation, name: str) -> bool:
    """True when every change of the field since the user looked came from this device."""
    entries = _entries_since(session, mutation)
    touched = [entry.id for entry in entries if name in entry.after]
    if not touched:
        return False
    kept = session.exec(
        select(MutationResultRow.mutation_id).where(
            col(MutationResultRow.mutation_id).in_(touched), MutationResultRow.device_id == push.device_id
        )
    ).all()
    return len(kept) == len(touched)


def _entries_since(session: Session, mutation: Mutation) -> list[ChangeLogRow]:
    """Log entries of the row that are newer than what the user saw, oldest first."""
    where = (
        ChangeLogRow.entity == mutation.entity,
        ChangeLogRow.entity_id == mutation.entity_id,
        col(ChangeLogRow.rev) > mutation.base_rev,
    )
    return list(session.exec(select(ChangeLogRow).where(*where).order_by(col(ChangeLogRow.rev))))


def _may_delete(session: Session, push: Push, mutation: Mutation, row: SyncedRow) -> None:
    entity = mutation.entity
    theirs = to_wire(row, entity)
    _allow(session, push.actor, entity, theirs, None)
    if mutation.base:
        known = {name: value for name, value in mutation.base.items() if name in theirs and name != "rev"}
        base = intake.canonical(entity, known)
        differing = [name for name in sorted(base) if base[name] != theirs[name]]
    else:
        differing = ["rev"] if row.rev != mutation.base_rev else []
        base = {"rev": mutation.base_rev}
    if differing:
        fields = [FieldConflict(field=name, base=base[name], theirs=theirs[name]) for name in differing]
        raise Conflict("changed", fields)
    for table, column in _HOLDS.get(entity, ()):
        if session.exec(select(table.id).where(getattr(table, column) == row.id).limit(1)).first() is not None:
            raise Problem("in-use", "it has deals or activities")


def _delete_together(session: Session, push: Push, mutation: Mutation) -> None:
    column = f"{mutation.entity}_id"
    for table in _TOGETHER.get(mutation.entity, ()):
        for row_id in session.exec(select(table.id).where(getattr(table, column) == mutation.entity_id)).all():
            change = Change(str(table.__tablename__), row_id, "delete")
            store.apply(session, change, actor_id=push.actor.person_id, recorded_at=push.now)


def _need_parents(session: Session, mutation: Mutation, values: Mapping[str, Any]) -> None:
    """Every row that `values` names is here. Raises Later, or Problem missing-parent."""
    for name, entity in PARENTS.items():
        parent_id = values.get(name)
        if not parent_id or rows.find(session, entity, parent_id) is not None:
            continue
        if mutation.depends_on and session.get(MutationResultRow, mutation.depends_on) is None:
            raise Later
        raise Problem("missing-parent", f"{name} {parent_id} is not here", field=name)


def _conflict(
    session: Session, push: Push, mutation: Mutation, conflict: Conflict, result: MutationResult
) -> MutationResult:
    """The result of a conflict: both values, and who made the other one and when."""
    names = {field.field for field in conflict.fields}
    touching = [entry for entry in _entries_since(session, mutation) if not names or names & entry.after.keys()]
    by, at = (touching[-1].actor_id, touching[-1].recorded_at) if touching else (None, None)
    if conflict.stone is not None:
        by, at = conflict.stone.by_id, conflict.stone.deleted_at
    found = result.model_copy(
        update={
            "status": "conflict",
            "fields": conflict.fields,
            "theirs_by": by,
            "theirs_at": at,
            "problem": ProblemBody(**Problem(conflict.type).body()),
        }
    )
    row = rows.find(session, mutation.entity, mutation.entity_id)
    return _with_row(session, push.actor, mutation, row, found)
