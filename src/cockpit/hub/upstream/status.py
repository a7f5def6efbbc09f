"""How a hub stands with its CRM, from its tables alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, func, select

from cockpit.hub.upstream import refusals
from cockpit.hub.upstream.notes import SHRINK, Notes
from cockpit.hub.upstream.refusals import Refusal
from cockpit.storage import meta
from cockpit.storage.tables import CrmCursorRow, CrmFaultRow, CrmLinkRow, CrmRunRow

MOST_FAULTS = 100
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of theirs that is not here: `kind` bad or waiting."""

    entity: str
    id: str
    kind: str
    reason: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The last round (None: there was none yet), the last one that went through, rows by kind, rows of theirs that are not
    here, and changes of ours that the CRM refused."""

    name: str
    started_at: datetime | None
    ended_at: datetime | None
    went_through_at: datetime | None
    requests: int
    received_bytes: int
    read: int
    written: int
    removed: int
    waiting: int
    bad: int
    notes: tuple[str, ...]
    error: str
    rows: tuple[tuple[str, int], ...]
    faults: tuple[Fault, ...]
    refused: tuple[Refusal, ...]


def standing(session: Session, name: str) -> Standing:
    """How the connection stands. `faults` are the newest hundred."""
    runs = select(CrmRunRow).where(CrmRunRow.connection == name).order_by(col(CrmRunRow.id).desc())
    found = session.exec(runs.limit(1)).first()
    last = found or CrmRunRow(connection=name, started_at=_NEVER, notes=[])
    good = session.exec(runs.where(CrmRunRow.error == "").limit(1)).first()
    theirs = (CrmFaultRow.connection == name, CrmFaultRow.kind != refusals.KIND)
    kept = select(CrmFaultRow).where(*theirs).order_by(col(CrmFaultRow.seen_at).desc())
    links = select(CrmLinkRow.entity, func.count()).where(CrmLinkRow.connection == name, CrmLinkRow.state == "")
    return Standing(
        name=name,
        started_at=found.started_at if found is not None else None,
        ended_at=last.ended_at,
        went_through_at=good.ended_at if good is not None else None,
        requests=last.requests,
        received_bytes=last.received_bytes,
        read=last.read,
        written=last.written,
        removed=last.removed,
        waiting=last.waiting,
        bad=last.bad,
        notes=tuple(last.notes),
        error=last.error,
        rows=tuple(session.exec(links.group_by(col(CrmLinkRow.entity)).order_by(col(CrmLinkRow.entity))).all()),
        faults=tuple(
            Fault(one.entity, one.remote_id, one.kind, one.reason, one.seen_at)
            for one in session.exec(kept.limit(MOST_FAULTS)).all()
        ),
        refused=refusals.every(session, name),
    )


def accept_shrink(session: Session, name: str) -> None:
    """The rows that are not shown any more are gone: the next round compares these kinds again, and removes them."""
    meta.put(session, shrink_key(name), "yes")
    topics = [topic for topic in Notes(session, name).every() if topic.startswith(SHRINK)]
    streams = [f"{way}:{topic.removeprefix(SHRINK)}" for topic in topics for way in ("whole", "ids")]
    mine = (CrmCursorRow.connection == name, col(CrmCursorRow.stream).in_(streams))
    for read in session.exec(select(CrmCursorRow).where(*mine)):
        read.read_at = _NEVER


def shrink_key(name: str) -> str:
    return f"crm_shrink:{name}"
