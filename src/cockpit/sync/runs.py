"""The book of runs: what each did, how the last one ended, and when the next automatic one may start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from cockpit.errors import CockpitError
from cockpit.storage import meta
from cockpit.storage.tables import ConflictRow, OutboxRow, SyncRunRow
from cockpit.sync import policy


def begin(session: Session, now: datetime) -> int:
    """Open the row of a run and return its number; the oldest rows go."""
    run = SyncRunRow(started_at=now, phase="running")
    session.add(run)
    meta.put(session, "fence", str(int(meta.get(session, "fence", "0")) + 1))
    session.flush()
    assert run.id is not None
    session.execute(delete(SyncRunRow).where(col(SyncRunRow.id) <= run.id - policy.KEEP_RUNS))
    return run.id


def succeed(session: Session, run_id: int, pushed: int, pulled: int, received: int, now: datetime) -> None:
    run = _end(session, run_id, pushed, pulled, now)
    run.phase, run.bytes = "done", received
    meta.put_all(session, {"failures": "0", "next_try_at": "", "last_error": "", "last_sync_at": now.isoformat()})


def fail(
    session: Session,
    run_id: int,
    pushed: int,
    pulled: int,
    error: CockpitError,
    failures: int,
    next_try_at: datetime,
    now: datetime,
) -> None:
    """Note the class of the error and its detail; never a token, which no error of ours carries."""
    run = _end(session, run_id, pushed, pulled, now)
    run.phase, run.error = "failed", f"{type(error).__name__}: {error.detail}"[:500]
    facts = {"failures": str(failures), "next_try_at": next_try_at.isoformat(), "last_error": type(error).__name__}
    meta.put_all(session, facts)


def stop(session: Session, run_id: int, pushed: int, pulled: int, now: datetime) -> None:
    """The user stopped it: no failure, nothing to wait for."""
    _end(session, run_id, pushed, pulled, now).phase = "stopped"


def _end(session: Session, run_id: int, pushed: int, pulled: int, now: datetime) -> SyncRunRow:
    run = session.get(SyncRunRow, run_id)
    assert run is not None
    run.ended_at, run.pushed, run.pulled = now, pushed, pulled
    run.conflicts = session.exec(
        select(func.count()).select_from(ConflictRow).where(col(ConflictRow.state) == "open")
    ).one()
    run.parked = session.exec(
        select(func.count()).select_from(OutboxRow).where(col(OutboxRow.status) == "parked")
    ).one()
    return run


def last(session: Session) -> SyncRunRow | None:
    """The newest run that ended."""
    statement = select(SyncRunRow).where(col(SyncRunRow.ended_at).is_not(None)).order_by(col(SyncRunRow.id).desc())
    return session.exec(statement).first()
