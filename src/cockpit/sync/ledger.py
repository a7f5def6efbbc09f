"""The count of every change made on this device, and the proof that each is still accounted for.

A change is counted when it is queued, in the same transaction. Beside the count stands a digest: the
exclusive or of a hash of every mutation id. It does not depend on order, so receipts that grow old can leave
the sum as they entered it, and one id that is lost, or stands twice, changes it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, select

from cockpit.storage import meta, rows
from cockpit.storage.tables import OutboxDoneRow, OutboxRow

_OPS = "ops"
_DIGEST = "ops_digest"
_TOTAL = "total_"
"""Before a result: how many mutations that ended so were forgotten since, being older than a receipt may be."""
_FORGOTTEN = "forgotten_digest"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of every change: `ops` must be the sum of all the rest.

    receipts: the hub has it. queue: waits or is on its way. answered: its conflict was answered, and what was
    wanted goes on in a new change. `missing` are changes counted and not found, `doubled` the ids that stand
    both in the queue and among the receipts, or that nobody counted.
    """

    ops: int
    receipts: int
    queue: int
    conflicts: int
    parked: int
    blocked: int
    discarded: int
    undone: int
    answered: int
    missing: int
    doubled: int
    digest: str
    digest_holds: bool

    @property
    def holds(self) -> bool:
        return self.digest_holds and not self.missing and not self.doubled


def record(session: Session, *mutation_ids: str) -> None:
    """Count changes that are being queued, in the caller's transaction."""
    if not mutation_ids:
        return
    found = meta.get_all(session, (_OPS, _DIGEST))
    if not found.get(_OPS):
        session.flush()
        found = _counted(session, without=mutation_ids)
    ops, digest = int(found[_OPS]) + len(mutation_ids), int(found[_DIGEST], 16)
    for mutation_id in mutation_ids:
        digest ^= _hash(mutation_id)
    meta.put_all(session, {_OPS: str(ops), _DIGEST: _hex(digest)})


def forget(session: Session, done: OutboxDoneRow) -> None:
    """A receipt is about to be dropped for its age: it stays in the count."""
    if not meta.get(session, _OPS):
        meta.put_all(session, _counted(session))
    key = f"{_TOTAL}{done.result}"
    meta.put(session, key, str(int(meta.get(session, key, "0")) + 1))
    _mix(session, _FORGOTTEN, done.mutation_id)


def prove(session: Session) -> Proof:
    """Count every change of this device again and compare. Reads both tables whole."""
    beside = rows.beside(session)
    queued = beside.execute(select(OutboxRow.mutation_id, OutboxRow.status)).all()
    ended = beside.execute(select(OutboxDoneRow.mutation_id, OutboxDoneRow.result)).all()
    by_status = Counter(status for _id, status in queued)
    by_result = Counter(result for _id, result in ended)
    by_result.update({result: int(count) for result, count in meta.starting(session, _TOTAL).items()})
    twice = {mutation_id for mutation_id, _status in queued} & {mutation_id for mutation_id, _result in ended}
    found = len(queued) + by_result.total() - len(twice)
    facts = meta.get_all(session, (_OPS, _FORGOTTEN, _DIGEST))
    ops = int(facts.get(_OPS) or found)
    digest = int(facts.get(_FORGOTTEN, "0"), 16)
    for mutation_id in {*(one for one, _status in queued), *(one for one, _result in ended)}:
        digest ^= _hash(mutation_id)
    kept = facts.get(_DIGEST, "")
    return Proof(
        ops=ops,
        receipts=by_result["applied"] + by_result["replayed"],
        queue=by_status["pending"] + by_status["inflight"],
        conflicts=by_status["conflict"],
        parked=by_status["parked"],
        blocked=by_status["blocked"],
        discarded=by_result["discarded"],
        undone=by_result["undone"],
        answered=by_result["answered"],
        missing=max(0, ops - found),
        doubled=len(twice) + max(0, found - ops),
        digest=_hex(digest),
        digest_holds=not kept or int(kept, 16) == digest,
    )


def _counted(session: Session, without: Collection[str] = ()) -> dict[str, str]:
    """For a file from before the count: what is there of changes, but for those that are being counted now."""
    ids = {*session.exec(select(OutboxRow.mutation_id)), *session.exec(select(OutboxDoneRow.mutation_id))}
    digest = 0
    for mutation_id in ids - {*without}:
        digest ^= _hash(mutation_id)
    ended_before = sum(map(int, meta.starting(session, _TOTAL).values()))
    return {_OPS: str(len(ids - {*without}) + ended_before), _DIGEST: _hex(digest)}


def _mix(session: Session, key: str, mutation_id: str) -> None:
    meta.put(session, key, _hex(int(meta.get(session, key, "0"), 16) ^ _hash(mutation_id)))


def _hex(digest: int) -> str:
    return f"{digest:0{_DIGITS}x}"


def _hash(mutation_id: str) -> int:
    return int.from_bytes(hashlib.sha256(mutation_id.encode()).digest()[: _DIGITS // 2])
