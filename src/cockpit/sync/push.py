"""The way up: which mutations go next, and what an answer does to each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from cockpit.crm.wire import Limits, PushResult
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse
from cockpit.i18n import N_
from cockpit.storage import meta, rows
from cockpit.storage.records import wire_value
from cockpit.storage.tables import ConflictRow, OutboxRow, SyncBaseRow, TombstoneRow
from cockpit.sync import chains, conflicts, policy, pull, receipts
from cockpit.sync.inbound import Receiver, look_around

_PASSED = "passed_seq"
"""The latest place in the queue from which a mutation was acknowledged: others get through while one does not."""

_DELETED = frozenset({"deleted", "gone"})
"""Problem types that say that somebody has deleted the row."""
_GONE = _DELETED | conflicts.UNKNOWN
"""Problem types that say that the row is not at the hub any more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Mutations on their way, in order, as they go on the wire. `ready` counts them and those that go next."""

    ids: tuple[str, ...]
    payloads: tuple[dict[str, Any], ...]
    ready: int


_BY_ID = (
    select(OutboxRow)
    .where(col(OutboxRow.mutation_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(OutboxRow.seq))
)
_NOT_ON_ITS_WAY = update(OutboxRow).where(col(OutboxRow.status) == "inflight").values(status="pending")


def recover(session: Session) -> None:
    """After a kill: what was on its way is queued again. The hub knows by the id what it had."""
    session.connection().execute(_NOT_ON_ITS_WAY)
    chains.mark(session)


def take(session: Session, now: datetime, limits: Limits, most: int = policy.BATCH) -> Batch:
    """Mark the next mutations as on their way and return them; empty when none may go."""
    ready = chains.ready(session, now)
    if not ready:
        return Batch((), (), 0)
    most = min(most, limits.batch, policy.BATCH, len(ready))
    most = policy.batch_limit(ready[0].attempts, most)
    room = min(limits.bytes, policy.BATCH_BYTES)
    taken: list[OutboxRow] = []
    payloads: list[dict[str, Any]] = []
    rows_taken: set[tuple[str, str]] = set()
    for mutation in _find(session, [link.mutation_id for link in ready[:most]]):
        payload = _payload(session, mutation)
        room -= len(msgspec.json.encode(payload))
        # a row that is made again waits for the answers to what was before: refused, that would come after it
        if taken and (room < 0 or (mutation.op == "create" and (mutation.entity, mutation.entity_id) in rows_taken)):
            break
        rows_taken.add((mutation.entity, mutation.entity_id))
        mutation.status, mutation.error_type, mutation.error_text = "inflight", "", ""
        mutation.attempts += 1
        taken.append(mutation)
        payloads.append(payload)
    return Batch(tuple(m.mutation_id for m in taken), tuple(payloads), len(ready))


def _payload(session: Session, mutation: OutboxRow) -> dict[str, Any]:
    names = ("mutation_id", "entity", "entity_id", "op", "patch", "base", "base_rev", "schema_v", "depends_on")
    told = {"occurred_at": wire_value(mutation.occurred_at), "sent": _sent(session, mutation)}
    return {**{name: getattr(mutation, name) for name in names}, **told}


def _sent(session: Session, mutation: OutboxRow) -> str:
    """What is known of earlier tries, for a hub that must not make a thing twice elsewhere. Of a row that I deleted
    since, nobody need be asked where it has gone: it is made and deleted once more."""
    if mutation.is_again and not (mutation.op == "create" and _is_deleted_later(session, mutation)):
        return "taken"
    return "before" if mutation.attempts else "never"


def _is_deleted_later(session: Session, mutation: OutboxRow) -> bool:
    queued = receipts.queued_of(session, mutation.entity, mutation.entity_id)
    return any(later.op == "delete" and (later.seq or 0) > (mutation.seq or 0) for later in queued)


def give_back(session: Session, ids: Sequence[str]) -> None:
    """The answer did not come, or made no sense: the batch waits again, in its old place."""
    for mutation in _find(session, ids):
        if mutation.status == "inflight":
            mutation.status = "pending"
    chains.mark(session)


def set_aside(session: Session, ids: Sequence[str], wait: Callable[[int], datetime]) -> bool:
    """A mutation that went alone and failed: let others pass first. True when that was done.

    It is parked when it never gets through while others do.
    """
    found = _find(session, ids)
    if len(found) != 1 or found[0].attempts < policy.HALVE_AFTER:
        return False
    mutation = found[0]
    mutation.next_try_at = wait(mutation.attempts)
    others_pass = int(meta.get(session, _PASSED, "0")) > (mutation.seq or 0)
    if mutation.attempts >= policy.SUSPECT_AFTER and others_pass:
        _park(session, mutation, "suspect", N_("the hub fails on it every time"))
    return True


def park(session: Session, ids: Sequence[str], error_type: str, error_text: str) -> None:
    """Set mutations aside for the user to decide."""
    for mutation in _find(session, ids):
        _park(session, mutation, error_type, error_text)


def _find(session: Session, ids: Sequence[str]) -> list[OutboxRow]:
    return list(session.scalars(_BY_ID, {"ids": ids}))


def settle(
    session: Session,
    result: PushResult,
    *,
    generation: int,
    now: datetime,
    wait: Callable[[int], datetime],
) -> bool:
    """Carry out one result in the caller's transaction; True when the hub has the mutation now."""
    found = _find(session, [result.mutation_id])
    if not found:
        return False
    mutation = found[0]
    kind = result.problem.kind if result.problem else ""
    if result.status == "retry":
        if mutation.status == "inflight":
            mutation.status, mutation.next_try_at = "pending", wait(mutation.attempts)
            if result.problem is not None:  # the hub cannot pass it on now: shown, while it waits
                mutation.error_type, mutation.error_text = kind, clean_line(result.problem.detail or "", 500)
            else:
                mutation.attempts = 0  # the hub has not taken it, and takes no late copy of what was sent
                _receiver(session, mutation, generation, now).again(mutation.entity, mutation.entity_id)
            if mutation.depends_on and not receipts.may_come(session, mutation.depends_on):
                mutation.depends_on = None  # what it waited for was let go: the hub says what becomes of it without
            chains.mark(session)
        return False
    is_gone = result.status == "rejected" and kind in _GONE
    is_done = is_gone and mutation.op == "delete" and kind in _DELETED
    if result.status in receipts.SENT or (is_done and not _waits_for_its_row(session, mutation)):
        _acknowledge(session, mutation, result, generation, now)
        return True
    if (is_gone or kind in _GONE) and _waits_for_its_row(session, mutation):
        mutation.status, mutation.attempts = "pending", 0  # the hub said no to what was never there
        chains.mark(session)
        return False
    if result.status == "conflict":
        _conflict(session, mutation, result, generation, now)
    elif is_gone and mutation.op == "patch":
        _row_gone(session, mutation, result, now)
    else:
        conflicts.close_all(session, [mutation.mutation_id], "parked", now)
        problem = result.problem
        text = (problem.detail or problem.title) if problem else ""
        _park(session, mutation, kind or "rejected", text)
    return False


def _waits_for_its_row(session: Session, mutation: OutboxRow) -> bool:
    """True when the row was made here and its creation has not got through: nobody has deleted it."""
    queued = receipts.queued_of(session, mutation.entity, mutation.entity_id)
    return any(earlier.op == "create" and (earlier.seq or 0) < (mutation.seq or 0) for earlier in queued)


def _park(session: Session, mutation: OutboxRow, error_type: str, error_text: str) -> None:
    mutation.status = "parked"
    mutation.error_type, mutation.error_text = clean_line(error_type, 64), clean_line(error_text, 500)
    chains.mark(session)


def _receiver(session: Session, mutation: OutboxRow, generation: int, now: datetime) -> Receiver:
    near = look_around(session, [(mutation.entity, mutation.entity_id)])
    # before a load has begun what is here may be of another book of revisions; the answer is younger in any case
    return Receiver(session, near, generation, now, comparable=pull.generation(session))


def _receive(session: Session, mutation: OutboxRow, result: PushResult, generation: int, now: datetime) -> None:
    if result.row is None:
        return
    receiver = _receiver(session, mutation, generation, now)
    try:
        if result.row.get("id") != mutation.entity_id:
            raise BadUse("the answer brings another row")
        receiver.row(mutation.entity, result.row, is_answer=True)
    except (BadUse, OverflowError) as error:  # what became of the mutation holds nevertheless
        receiver.refuse(mutation.entity, mutation.entity_id, "", str(error))
    session.flush()


def _acknowledge(session: Session, mutation: OutboxRow, result: PushResult, generation: int, now: datetime) -> None:
    entity, row_id, rev = mutation.entity, mutation.entity_id, result.rev or 0
    end_as: receipts.Result = "replayed" if result.status == "replayed" else "applied"
    was_delete = mutation.op == "delete"
    # a row received a moment ago may have raised a question that the hub has answered by taking the mutation
    conflicts.close_all(session, [mutation.mutation_id], end_as, now)
    _keep_received_base(session, mutation, result)
    receipts.end(session, [mutation], end_as, now=now, rev=rev, generation=generation)
    if was_delete and result.row is None:
        stone = session.get(TombstoneRow, (entity, row_id))
        if stone is None:
            session.add(TombstoneRow(entity=entity, id=row_id, rev=rev, deleted_at=now))
        else:
            stone.rev = max(stone.rev, rev)
    if result.row is not None:
        _receive(session, mutation, result, generation, now)
    elif not was_delete:
        row = rows.find(session, entity, row_id)
        if row is not None and (end_as == "applied" or row.rev == 0):
            row.rev = max(row.rev, rev, 1)  # the hub's from now on: a full load that does not bring it takes it away
            pull.was_not_shown(session, entity, row_id)
    meta.raise_to(session, _PASSED, mutation.seq or 0)


def _keep_received_base(session: Session, mutation: OutboxRow, result: PushResult) -> None:
    """Without a row in the answer my value is what the hub has now: later merges start from it.

    Not so for one that it had before: what became of the row since is not told.
    """
    if result.row is not None or result.status != "applied" or mutation.op == "delete":
        return
    base = session.get(SyncBaseRow, (mutation.entity, mutation.entity_id))
    if base is not None:
        base.base = {**base.base, **mutation.patch}
        conflicts.refresh(session, receipts.queued_of(session, mutation.entity, mutation.entity_id))


def _conflict(session: Session, mutation: OutboxRow, result: PushResult, generation: int, now: datetime) -> None:
    """Hold the mutation, take their row as received, and show every field in question."""
    mutation.status = "conflict"
    _receive(session, mutation, result, generation, now)
    is_gone = result.problem is not None and result.problem.kind in _GONE
    if result.row is None and mutation.op != "delete" and (is_gone or not result.fields):
        _row_gone(session, mutation, result, now)
        return
    who: dict[str, Any] = {"theirs_by": result.theirs_by, "theirs_at": result.theirs_at}
    rev = result.rev or 0
    if mutation.op == "delete":
        conflicts.open_conflict(
            session, mutation, now=now, kind="edit_delete", base=mutation.base, theirs=result.row, theirs_rev=rev, **who
        )
        return
    for entry in result.fields:
        conflicts.open_conflict(
            session,
            mutation,
            now=now,
            field=entry.field,
            base=entry.base,
            mine=_latest(session, mutation, entry.field, entry.mine),
            theirs=entry.theirs,
            theirs_rev=rev,
            **who,
        )
    _base_of_theirs(session, mutation, result)
    if mutation.status == "conflict" and not _has_open(session, mutation):
        # nothing was named: it cannot be shown as a conflict, and it must not be lost
        _park(session, mutation, "conflict", N_("the hub named no field"))


def _latest(session: Session, mutation: OutboxRow, field: str, mine: Any) -> Any:
    """My newest value of the field: later edits of it are part of mine."""
    for later in receipts.queued_of(session, mutation.entity, mutation.entity_id):
        mine = later.patch.get(field, mine)
    return mine


def _base_of_theirs(session: Session, mutation: OutboxRow, result: PushResult) -> None:
    """Where the answer brought no row, what it says of the fields is still what was received."""
    base = session.get(SyncBaseRow, (mutation.entity, mutation.entity_id))
    if base is not None and result.row is None:
        base.base = {**base.base, **{entry.field: entry.theirs for entry in result.fields}}


def _row_gone(session: Session, mutation: OutboxRow, result: PushResult, now: datetime) -> None:
    is_here = rows.find(session, mutation.entity, mutation.entity_id) is not None
    if not is_here and receipts.queued_of(session, mutation.entity, mutation.entity_id)[-1].op != "delete":
        # it left my sight before: there is nothing to show or to make again, only what I typed
        _park(
            session, mutation, result.problem.kind if result.problem else "missing", N_("the row is not there any more")
        )
        return
    mutation.status = "conflict"  # the question may stand on an earlier change of the row: then this one follows it
    conflicts.open_conflict(
        session,
        mutation,
        now=now,
        kind="delete_edit",
        mine=mutation.patch,
        theirs_rev=result.rev or 0,
        theirs_by=result.theirs_by,
        theirs_at=result.theirs_at,
    )


def _has_open(session: Session, mutation: OutboxRow) -> bool:
    statement = select(ConflictRow).where(
        col(ConflictRow.mutation_id) == mutation.mutation_id, col(ConflictRow.state) == "open"
    )
    return session.scalars(statement).first() is not None
