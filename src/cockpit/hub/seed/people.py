"""Teams, people, calendar, funnel, products, KPI rules and targets of the demo company."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cockpit.hub.seed import words
from cockpit.hub.seed.calendar import special_days
from cockpit.hub.seed.world import ZONE_NAME, Rep, World, at

_HABITS: tuple[tuple[float, float, float, float, float, int], ...] = (
    (0.95, 2.6, 11, 1.00, 1.00, 300_000),
    (1.05, 3.0, 12, 1.12, 1.15, 320_000),
    (0.90, 2.8, 11, 1.08, 1.05, 280_000),
    (0.85, 2.4, 10, 1.02, 1.05, 300_000),
    (0.60, 1.9, 10, 0.92, 0.95, 300_000),
    (1.25, 2.5, 9, 0.80, 0.80, 300_000),
)
"""Visits and calls a day, deals a month, skill, size and target, by place in the team. The last is busy without money."""


def found_people(world: World) -> datetime:
    """The region, its teams and everybody in them. Returns the moment the company was set up."""
    start = at(world.days.worked(world.days.first - timedelta(days=20)), "09:00")
    world.region_id = world.create("team", start, name="华东", alias="East", kind="region", time_zone=ZONE_NAME)
    world.head_id = _person(world, start, words.HEAD, "region_head", world.region_id, ("静安",), 2_000_000, "")
    for number, team in enumerate(words.TEAMS):
        team_id = world.create(
            "team", start, name=team[0], alias=team[1], parent_id=world.region_id, kind="team", time_zone=ZONE_NAME
        )
        world.team_ids.append(team_id)
        home = words.TERRITORIES[number][0]
        world.lead_ids.append(_person(world, start, words.LEADS[number], "team_lead", team_id, home, 1_200_000, ""))
        for place, name in enumerate(words.REPS[number]):
            _rep(world, start, number, place, name)
    _calendar(world, start)
    _absences(world)
    return start


def _rep(world: World, start: datetime, number: int, place: int, name: words.Pair) -> None:
    districts = words.TERRITORIES[number][place]
    visits, calls, new_deals, skill, size, target = _HABITS[(place + number) % 6 if number else place]
    rung = "benchmark" if target >= 320_000 else "high_performer" if skill >= 1.05 else "middle"
    mentor = world.reps[-1].id if place == 2 else None
    rep_id = _person(world, start, name, "rep", world.team_ids[number], districts, 800_000, rung, mentor)
    world.reps.append(
        Rep(
            id=rep_id,
            name=name[0],
            alias=name[1],
            team=number,
            lead_id=world.lead_ids[number],
            visits=visits,
            calls=calls,
            new_deals=new_deals,
            skill=skill,
            size=size,
            target=target + 20_000 * number,
            districts=districts,
            is_demo=number == 0 and place == 0,
        )
    )


def _person(
    world: World,
    start: datetime,
    name: words.Pair,
    role: str,
    team_id: str,
    districts: tuple[str, ...],
    bonus: int,
    rung: str,
    mentor_id: str | None = None,
) -> str:
    _, _, lat, lon = words.DISTRICTS[districts[0]]
    person_id = world.create(
        "person",
        start,
        name=name[0],
        alias=name[1],
        role=role,
        team_id=team_id,
        mentor_id=mentor_id,
        email=f"{name[1].lower().replace(' ', '.')}@example.com",
        home_lat=round(lat + world.rng.uniform(-0.015, 0.015), 5),
        home_lon=round(lon + world.rng.uniform(-0.015, 0.015), 5),
        bonus_base_minor=bonus,
        rung=rung,
    )
    world.create("membership", start, person_id=person_id, team_id=team_id, from_on=world.days.first)
    return person_id


def _calendar(world: World, start: datetime) -> None:
    anchor = world.days.anchor
    for year in range(world.days.first.year - 1, anchor.year + 2):
        for day, kind, name in special_days(year):
            world.create("calendar_day", start, on=day, kind=kind, name=name)


def _absences(world: World) -> None:
    """Three days off for each rep but the demo's, somewhere in the past."""
    past = world.days.past
    for rep in world.reps[1:]:
        index = world.rng.randrange(20, len(past) - 5)
        recorded = at(past[index - 5], "16:00")
        world.create(
            "absence",
            recorded,
            rep.id,
            owner_id=rep.id,
            person_id=rep.id,
            from_on=past[index],
            to_on=past[index + 2],
            reason=world.say(("年假", "leave")),
        )


def found_rules(world: World, start: datetime) -> None:
    """Funnel, stages, products and the two KPI rules."""
    world.funnel_id = world.create("funnel", start, name="项目型", alias="Project", is_default=True)
    for position, (key, name, kind, chance, days, milestone) in enumerate(words.STAGES):
        world.stage_ids[key] = world.create(
            "stage",
            start,
            funnel_id=world.funnel_id,
            name=name[0],
            alias=name[1],
            position=position,
            kind=kind,
            probability=chance,
            days=days,
            milestone=world.say(milestone),
        )
    for name, price in words.PRODUCTS:
        world.product_ids.append(
            world.create("product", start, name=name[0], alias=name[1], list_price_minor=price * 100)
        )
    rules = (("面访", "Face visits", "visit", 15, 200), ("电话", "Calls", "call", 40, 100))
    for number, (zh, en, kind, minimum, points) in enumerate(rules):
        world.create(
            "kpi_rule",
            start + timedelta(minutes=number),
            name=zh,
            alias=en,
            kind=kind,
            minimum=minimum,
            consequence_value=points,
            from_on=world.days.first,
        )


def found_targets(world: World, start: datetime) -> None:
    """Monthly revenue for each rep, team and the company, agreed before the month; the sums hold."""
    following = (world.days.month_end + timedelta(days=1)).replace(day=1)
    for number, month in enumerate((*world.days.months, following)):
        recorded = max(start, at(world.days.worked(month - timedelta(days=5)), "15:00"))
        recorded = min(recorded, at(world.days.past[-1], "15:00"))
        season = (0.9, 0.8, 1.05, 1.0, 1.0, 1.1, 0.95, 0.95, 1.05, 0.95, 1.05, 1.2)[month.month - 1]
        values = {
            rep.id: rep.target * 100
            if number >= len(world.days.months) - 1
            else round(rep.target * season * world.rng.uniform(0.94, 1.04) / 5_000) * 500_000
            for rep in world.reps
        }
        company = _target(world, recorded, month, "company", world.region_id, sum(values.values()), world.head_id, None)
        for team, team_id in enumerate(world.team_ids):
            members = [rep for rep in world.reps if rep.team == team]
            whole = _target(
                world,
                recorded,
                month,
                "team",
                team_id,
                sum(values[rep.id] for rep in members),
                world.lead_ids[team],
                company,
            )
            for rep in members:
                _target(world, recorded, month, "person", rep.id, values[rep.id], rep.id, whole)


def _target(
    world: World,
    recorded: datetime,
    month: date,
    scope_kind: str,
    scope_id: str,
    value: int,
    owner_id: str,
    parent_id: str | None,
) -> str:
    return world.create(
        "target",
        recorded,
        world.head_id,
        owner_id=owner_id,
        metric="won_amount",
        scope_kind=scope_kind,
        scope_id=scope_id,
        period_kind="month",
        period_start=month,
        value=value,
        parent_id=parent_id,
        agreed_by_lead_at=recorded,
        agreed_by_rep_at=recorded if scope_kind == "person" else None,
    )
