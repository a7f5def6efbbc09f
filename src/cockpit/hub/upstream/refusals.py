"""What the CRM did not take of a device's changes: the device parks it for its owner, and here whoever runs the hub sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from cockpit.domain.text import clean_line
from cockpit.hub.judgement import Push
from cockpit.hub.wire import Mutation
from cockpit.storage import rows
from cockpit.storage.tables import CrmFaultRow, PersonRow

KIND = "refused"
KEEP = timedelta(days=30)
"""A refusal whose row was never changed again is shown for so long: the hub does not hear of what a device discards."""
MOST = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """The newest of a row. `fields` are those of the change, `name` what the row is called."""

    person: str
    entity: str
    id: str
    name: str
    op: str
    fields: tuple[str, ...]
    reason: str
    seen_at: datetime


def note(session: Session, connection: str, turn: Push, mutation: Mutation, reason: str) -> None:
    key = _key(connection, mutation)
    fault = session.get(CrmFaultRow, key) or CrmFaultRow(
        connection=key[0], entity=key[1], remote_id=key[2], kind=KIND, seen_at=turn.now
    )
    fault.reason, fault.seen_at = clean_line(reason, 500), turn.now
    fault.body = {
        "person_id": turn.actor.person_id,
        "id": mutation.entity_id,
        "op": mutation.op,
        "fields": sorted(mutation.patch),
        "name": clean_line(str(mutation.patch.get("name") or mutation.patch.get("subject") or ""), 200),
    }
    session.add(fault)


def settle(session: Session, connection: str, mutation: Mutation) -> None:
    """The CRM has taken a change of the row."""
    if (fault := session.get(CrmFaultRow, _key(connection, mutation))) is not None:
        session.delete(fault)


def forget(session: Session, connection: str, now: datetime) -> None:
    mine = (col(CrmFaultRow.connection) == connection, col(CrmFaultRow.kind) == KIND)
    session.execute(delete(CrmFaultRow).where(*mine, col(CrmFaultRow.seen_at) < now - KEEP))


def every(session: Session, connection: str) -> tuple[Refusal, ...]:
    """The newest first."""
    mine = select(CrmFaultRow).where(CrmFaultRow.connection == connection, CrmFaultRow.kind == KIND)
    found = session.exec(mine.order_by(col(CrmFaultRow.seen_at).desc()).limit(MOST)).all()
    people = {fault.body["person_id"] for fault in found}
    named = select(PersonRow.id, PersonRow.name).where(col(PersonRow.id).in_(people))
    names: dict[str, str] = dict(session.exec(named).all())
    return tuple(
        Refusal(
            names.get(fault.body["person_id"], ""),
            fault.entity,
            fault.body["id"],
            _name(session, fault),
            fault.body["op"],
            tuple(fault.body["fields"]),
            fault.reason,
            fault.seen_at,
        )
        for fault in found
    )


def _name(session: Session, fault: CrmFaultRow) -> str:
    row = rows.find(session, fault.entity, fault.body["id"])
    return str(fault.body["name"] or getattr(row, "name", "") or getattr(row, "subject", "") or "")


def _key(connection: str, mutation: Mutation) -> tuple[str, str, str]:
    """Beside the rows of theirs, whose ids never begin so."""
    return connection, mutation.entity, f"ours {mutation.entity_id}"
