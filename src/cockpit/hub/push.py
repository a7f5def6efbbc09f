"""One mutation of a device, judged and applied. Every mutation is a transaction of its own with its kept result.

Only what was applied is kept under its mutation id: a retry of it gets the row as it is now and changes
nothing. A conflict or a refusal leaves nothing behind, so the same mutation may be judged again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cockpit.hub import backdate, judgement, revisions, store, visibility
from cockpit.hub.judgement import Conflict, Later, Push
from cockpit.hub.problems import Problem
from cockpit.hub.store import Change
from cockpit.hub.tokens import Actor
from cockpit.hub.wire import Mutation, MutationResult, ProblemBody
from cockpit.migrations.upcasts import upcast
from cockpit.storage import meta, rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED, ChangeLogRow, DeviceRow, MutationResultRow, SyncedRow, TombstoneRow
from cockpit.storage.tables.sync import SCHEMA_VERSION

SCHEMA_MIN = max(1, SCHEMA_VERSION - 2)
SCHEMA_MAX = SCHEMA_VERSION
_PUSHES = "pushes:"


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


def newest_of(session: Session, device_id: str) -> int:
    """The number of the newest push taken from the device."""
    return int(meta.get(session, _PUSHES + device_id, "0"))


def claim_number(session: Session, device_id: str, number: int) -> bool:
    """Take a push under its number; False for a copy of one that was taken, or one that others have overtaken."""
    if 0 < number <= newest_of(session, device_id):
        return False
    if number:
        meta.put(session, _PUSHES + device_id, str(number))
    return True


def judge(session: Session, push: Push, mutation: Mutation) -> MutationResult:
    """Apply one mutation, or say why not. The caller rolls back unless the result is `applied`."""
    revisions.lock(session)
    result = MutationResult(mutation_id=mutation.mutation_id, status="applied")
    try:
        mutation = _in_this_version(mutation)
        if known := session.get(MutationResultRow, mutation.mutation_id):
            return _replay(session, push, mutation, known, result)
        if entry := session.get(ChangeLogRow, mutation.mutation_id):
            return _replay_of_old(session, push, mutation, entry, result)
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


def is_known(session: Session, mutation_id: str) -> bool:
    """True when the mutation was applied once."""
    return any(session.get(table, mutation_id) is not None for table in (MutationResultRow, ChangeLogRow))


def _in_this_version(mutation: Mutation) -> Mutation:
    """The mutation as this version says it. What is kept of it is in this form too, so that a device may be updated
    between two tries."""
    if not SCHEMA_MIN <= mutation.schema_v <= SCHEMA_MAX:
        raise Problem("schema-too-old", f"versions {SCHEMA_MIN} to {SCHEMA_MAX} are understood")
    if mutation.schema_v == SCHEMA_MAX:
        return mutation
    cast = {
        name: upcast(mutation.entity, values, mutation.schema_v, SCHEMA_MAX)
        for name, values in (("patch", mutation.patch), ("base", mutation.base))
    }
    return mutation.model_copy(update={**cast, "schema_v": SCHEMA_MAX})


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


def _replay_of_old(
    session: Session, push: Push, mutation: Mutation, entry: ChangeLogRow, result: MutationResult
) -> MutationResult:
    """The log outlives the kept results: what it names was applied, however long ago."""
    told = entry.actor_id, entry.entity, entry.entity_id, entry.op
    if told != (push.actor.person_id, mutation.entity, mutation.entity_id, mutation.op):
        raise Problem("unique", "the mutation id is taken")
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


def as_it_stands(session: Session, push: Push, mutation: Mutation, result: MutationResult) -> MutationResult:
    """An applied result with the row after what followed it in the same transaction."""
    session.flush()
    return _with_row(session, push.actor, mutation, rows.find(session, mutation.entity, mutation.entity_id), result)


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
    if mutation.entity not in SYNCED:
        raise Problem("validation", "no such kind of row", field="entity")
    row = rows.find(session, mutation.entity, mutation.entity_id)
    values: dict[str, Any] = {}
    op = mutation.op
    if op == "create" and row is not None and push.held is not None:
        op, values = "patch", judgement.brought_back(session, push, mutation, row)
    elif op == "create":
        values = judgement.created(session, push, mutation, row)
    elif row is None:
        judgement.refuse_missing_row(session, push, mutation)
        return None
    elif mutation.op == "patch":
        values = judgement.patched(session, push, mutation, row)
    else:
        judgement.may_delete(session, push, mutation, row)
        judgement.delete_together(session, push, mutation)
    return store.apply(
        session,
        Change(mutation.entity, mutation.entity_id, op, values),
        actor_id=push.actor.person_id,
        recorded_at=push.now,
        mutation_id=mutation.mutation_id,
        occurred_at=_claimed(push, mutation),
    )


def _claimed(push: Push, mutation: Mutation) -> datetime:
    """When it happened by the device's word, within what a person may claim."""
    if mutation.occurred_at >= push.now:
        return push.now
    earliest = backdate.earliest(push.now, None if push.actor.is_admin else push.backdate_days)
    return max(mutation.occurred_at, earliest) if earliest else mutation.occurred_at


def _conflict(
    session: Session, push: Push, mutation: Mutation, conflict: Conflict, result: MutationResult
) -> MutationResult:
    """The result of a conflict: both values, and who made the other one and when."""
    names = {field.field for field in conflict.fields}
    entries = judgement.entries_since(session, mutation)
    touching = [entry for entry in entries if not names or names & entry.after.keys()]
    by, at = (touching[-1].actor_id, touching[-1].recorded_at) if touching else (None, None)
    told: dict[str, Any] = {}
    if conflict.stone is not None:
        by, at = conflict.stone.by_id, conflict.stone.deleted_at
        told = {"merged_into": conflict.stone.merged_into} if conflict.stone.merged_into else {}
    found = result.model_copy(
        update={
            "status": "conflict",
            "fields": conflict.fields,
            "theirs_by": by,
            "theirs_at": at,
            "problem": ProblemBody(**Problem(conflict.type, **told).body()),
        }
    )
    row = rows.find(session, mutation.entity, mutation.entity_id)
    return _with_row(session, push.actor, mutation, row, found)
