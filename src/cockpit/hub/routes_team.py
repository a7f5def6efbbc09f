"""What a lead's board shows without loading the rows: visits, won money and what is missing of each rep in a month."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cockpit.domain.gap import MoneyGap
from cockpit.domain.periods import Period, period_of
from cockpit.hub import gaps
from cockpit.hub.context import PROBLEM_ANSWERS, UNCHANGED, ActorDep, HubDep
from cockpit.hub.problems import Problem
from cockpit.hub.tokens import REGION, TEAM, Actor
from cockpit.hub.wire import RepGap, RepSummary, TeamGaps, TeamSummary
from cockpit.storage.tables import ActivityRow, DealRow, PersonRow, StageRow, TeamRow

router = APIRouter(prefix="/v1/team", tags=["team"], responses=PROBLEM_ANSWERS)


Month = Annotated[
    str | None,
    Query(pattern=r"^(19[7-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])$", description="For example 2026-11; default: now"),
]
IfNoneMatch = Annotated[str | None, Header(description="The ETag that was read")]


@router.get("/summary", response_model=TeamSummary, responses=UNCHANGED)
def summary(hub: HubDep, actor: ActorDep, month: Month = None, if_none_match: IfNoneMatch = None) -> Response:
    """Visits held and planned, deals won and their money, per rep the actor leads."""
    _leads_only(actor)
    with hub.read(actor) as session:
        zone = _zone(session, actor)
        body = _summary(session, actor, _period(month, hub.now(), zone), zone)
    return _answer(body, if_none_match)


@router.get("/gaps", response_model=TeamGaps, responses=UNCHANGED)
def team_gaps(hub: HubDep, actor: ActorDep, month: Month = None, if_none_match: IfNoneMatch = None) -> Response:
    """Target, actual, gap, planned and uncovered money per rep the actor leads."""
    _leads_only(actor)
    now = hub.now()
    with hub.read(actor) as session:
        zone = _zone(session, actor)
        period = _period(month, now, zone)
        people = {person.id: person for person in session.exec(_reps(actor))}
        found = gaps.of_reps(session, list(people), period, now, zone)
        body = TeamGaps(
            month=f"{period.starts_on:%Y-%m}",
            reps=[_gap(people[gap.scope_id], gap) for gap in found if _counts(people[gap.scope_id], gap)],
        )
    return _answer(body, if_none_match)


def _leads_only(actor: Actor) -> None:
    if not actor.scopes & {TEAM, REGION} and not actor.is_admin:
        raise Problem("permission", "this is for leads")


def _period(month: str | None, now: datetime, zone: ZoneInfo) -> Period:
    return period_of("month", date.fromisoformat(f"{month}-01") if month else now.astimezone(zone).date())


def _answer(body: TeamSummary | TeamGaps, if_none_match: str | None) -> Response:
    text = body.model_dump_json()
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type="application/json")


def _reps(actor: Actor) -> SelectOfScalar[PersonRow]:
    people = select(PersonRow).where(PersonRow.role == "rep")
    if actor.visible is not None:
        people = people.where(col(PersonRow.id).in_(sorted(actor.visible)))
    return people.order_by(col(PersonRow.id))


def _counts(person: PersonRow, gap: MoneyGap) -> bool:
    """Who has left stays in the list while he has a figure, so that what he won stays in the sums."""
    return bool(person.is_active or gap.actual_minor or gap.target_minor)


def _gap(person: PersonRow, gap: MoneyGap) -> RepGap:
    return RepGap(
        id=person.id,
        name=person.name,
        currency=gap.currency,
        target_minor=gap.target_minor,
        actual_minor=gap.actual_minor,
        gap_minor=gap.gap_minor,
        planned_minor=gap.planned_minor,
        uncovered_minor=gap.uncovered_minor,
    )


def _zone(session: Session, actor: Actor) -> ZoneInfo:
    team = session.get(TeamRow, actor.team_id) if actor.team_id else None
    return ZoneInfo(team.time_zone if team else "UTC")


def _summary(session: Session, actor: Actor, month: Period, zone: ZoneInfo) -> TeamSummary:
    visits = _visits(session, month, zone)
    won = _won(session, month)
    reps = []
    for person in session.exec(_reps(actor).where(col(PersonRow.is_active))):
        count, amount = won.get((person.id, person.currency), (0, 0))
        reps.append(
            RepSummary(
                id=person.id,
                name=person.name,
                visits_done=visits.get((person.id, "held"), 0),
                visits_planned=visits.get((person.id, "planned"), 0),
                won_count=count,
                won_minor=amount,
                currency=person.currency,
            )
        )
    return TeamSummary(month=f"{month.starts_on:%Y-%m}", reps=reps)


def _visits(session: Session, month: Period, zone: ZoneInfo) -> dict[tuple[str, str], int]:
    start = datetime.combine(month.starts_on, time(), zone).astimezone(UTC)
    end = datetime.combine(month.ends_on + timedelta(days=1), time(), zone).astimezone(UTC)
    rep, status = col(ActivityRow.rep_id), col(ActivityRow.status)
    counted = select(rep, status, func.count()).where(
        ActivityRow.kind == "visit", col(ActivityRow.starts_at) >= start, col(ActivityRow.starts_at) < end
    )
    return {(row[0], row[1]): row[2] for row in session.exec(counted.group_by(rep, status))}


def _won(session: Session, month: Period) -> dict[tuple[str, str], tuple[int, int]]:
    """Count and money of the deals won, by owner and currency; a deal without an amount counts as none."""
    owner, currency = col(DealRow.owner_id), col(DealRow.currency)
    amount: Any = func.coalesce(func.sum(DealRow.amount_minor), 0)
    won = (
        select(owner, currency, func.count(), amount)
        .join(StageRow, col(StageRow.id) == col(DealRow.stage_id))
        .where(StageRow.kind == "won")
        .where(col(DealRow.closed_on) >= month.starts_on, col(DealRow.closed_on) <= month.ends_on)
    )
    found = session.exec(won.group_by(owner, currency))
    return {(row[0] or "", row[1]): (row[2], int(row[3])) for row in found}
