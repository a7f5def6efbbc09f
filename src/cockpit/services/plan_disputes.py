"""Planned visits in question: another plan starts from the hub's side of them, and what I added stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from cockpit.storage.queries.sync import disputed_plans
from cockpit.storage.tables import ActivityRow, ConflictRow, OutboxDoneRow, OutboxRow
from cockpit.sync import answers


@dataclass(frozen=True, slots=True)
class Dispute:
    """Visits of a rep whose plan is in question: the open conflicts, the days both sides name, and the ids of what I
    planned in the same acts or have not sent, which stays at its time."""

    conflict_ids: tuple[str, ...]
    row_ids: frozenset[str]
    days: tuple[date, ...]
    added: frozenset[str]

    def take_theirs(self, session: Session, *, actor_id: str, now: datetime, label: str) -> str:
        """Answer all with the hub's side; the action, to go on with."""
        return answers.take_theirs(session, self.conflict_ids, actor_id=actor_id, now=now, label=label)


def dispute_of(session: Session, rep_id: str, zone: ZoneInfo) -> Dispute | None:
    """What of the rep's plan is in question; None where nothing is, or where more than the plan of a row is."""
    rows = disputed_plans(session, rep_id)
    if not rows:
        return None
    asked = select(ConflictRow).where(ConflictRow.entity == "activity", ConflictRow.state == "open")
    conflicts = session.exec(
        asked.where(col(ConflictRow.entity_id).in_(rows)).order_by(col(ConflictRow.opened_at), col(ConflictRow.id))
    ).all()
    return Dispute(
        conflict_ids=tuple(conflict.id for conflict in conflicts),
        row_ids=rows,
        days=tuple(sorted(_days(session, conflicts, zone))),
        added=_added(session, rep_id, conflicts) - rows,
    )


def _days(session: Session, conflicts: Sequence[ConflictRow], zone: ZoneInfo) -> set[date]:
    """The days on which mine and theirs are, and were."""
    moments: list[Any] = []
    for conflict in conflicts:
        row = session.get(ActivityRow, conflict.entity_id)
        moments.append(row.starts_at if row is not None else None)
        if conflict.field == "starts_at":
            moments += [conflict.base, conflict.theirs]
    found = (datetime.fromisoformat(one) if isinstance(one, str) else one for one in moments if one)
    return {moment.astimezone(zone).date() for moment in found}


def _added(session: Session, rep_id: str, conflicts: Sequence[ConflictRow]) -> frozenset[str]:
    """What is planned by the acts that the questions are about, sent or not, and whatever else was not sent."""
    ids = [conflict.mutation_id for conflict in conflicts]
    acts = set(session.exec(select(OutboxRow.action_id).where(col(OutboxRow.mutation_id).in_(ids))))
    made = {
        row_id
        for table in (OutboxRow, OutboxDoneRow)
        for row_id in session.exec(
            select(table.entity_id).where(
                col(table.action_id).in_(acts), table.entity == "activity", table.op == "create"
            )
        )
    }
    mine = or_(col(ActivityRow.pending) > 0, col(ActivityRow.id).in_(made))
    return frozenset(
        session.exec(select(ActivityRow.id).where(ActivityRow.rep_id == rep_id, ActivityRow.status == "planned", mine))
    )
