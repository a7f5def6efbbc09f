"""The book of runs: what each did, how the last one ended, and when the next automatic one may start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from cockpit.errors import CockpitError
from cockpit.storage import meta, rows
from cockpit.storage.queries.sync import pending_summary
from cockpit.storage.tables import SyncRunRow
from cockpit.sync import policy


@dataclass(frozen=True, slots=True)
class Run:
    """One run as far as it came: when it began, changes sent, rows received, bytes of the answers."""

    started_at: datetime
    pushed: int
    pulled: int
    received: int


_NEWEST = select(func.max(col(SyncRunRow.id))).scalar_subquery()
_DROP_OLD = delete(SyncRunRow).where(col(SyncRunRow.id) <= _NEWEST - policy.KEEP_RUNS)
_LAST = select(SyncRunRow).where(col(SyncRunRow.ended_at).is_not(None)).order_by(col(SyncRunRow.id).desc()).limit(1)


def take_turn(session: Session) -> None:
    """Count that a run begins on this file."""
    meta.count(session, "fence")


def succeed(session: Session, run: Run, now: datetime) -> None:
    _note(session, run, "done", now)
    meta.put_all(session, {"failures": "0", "next_try_at": "", "last_error": "", "last_sync_at": now.isoformat()})


def fail(session: Session, run: Run, error: CockpitError, failures: int, next_try_at: datetime, now: datetime) -> None:
    """Note the class of the error and its detail; never a token, which no error of ours carries."""
    _note(session, run, "failed", now, f"{type(error).__name__}: {error.detail}"[:500])
    facts = {"failures": str(failures), "next_try_at": next_try_at.isoformat(), "last_error": type(error).__name__}
    meta.put_all(session, facts)


def stop(session: Session, run: Run, now: datetime) -> None:
    """The user stopped it: no failure, nothing to wait for."""
    _note(session, run, "stopped", now)


def _note(session: Session, run: Run, phase: str, now: datetime, error: str = "") -> None:
    """Add the run to the book; the oldest rows go."""
    found = pending_summary(session)
    rows.add(
        session,
        SyncRunRow,
        started_at=run.started_at,
        ended_at=now,
        phase=phase,
        pushed=run.pushed,
        pulled=run.pulled,
        conflicts=found.conflicts,
        parked=found.parked,
        bytes=run.received,
        error=error,
    )
    rows.beside(session).execute(_DROP_OLD)


def last(session: Session) -> SyncRunRow | None:
    """The newest run that ended."""
    return session.scalars(_LAST).first()
