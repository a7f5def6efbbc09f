"""Fourteen months of deals: opened, moved through the stages, won, lost or still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp

from cockpit.hub.seed import words
from cockpit.hub.seed.world import ZONE, DealLife, Rep, World, at

OPEN_STAGES = ("qualify", "needs", "proposal", "negotiate")
_GO_ON = (0.78, 0.78, 0.81, 0.84)
_DAYS = {key: days or 0 for key, _, _, _, days, _ in words.STAGES}
_MILESTONES = frozenset(key for key, _, _, _, _, milestone in words.STAGES if milestone[0])


@dataclass
class Draft:
    """A deal being told: its id, account, the stage it is in and when it was opened."""

    id: str
    rep: Rep
    account_id: str
    stage: str
    opened: datetime


def grow_deals(world: World) -> None:
    """Deals of every rep. The demo rep's that would be open today are left to his story."""
    for rep in world.reps:
        for month in world.days.months:
            count = int(rep.new_deals + world.rng.random())
            for _ in range(count):
                day = world.days.worked(month + timedelta(days=world.rng.randrange(28)))
                if day < world.days.first or day >= world.days.anchor:
                    continue
                _live(world, rep, day)


def _live(world: World, rep: Rep, day: date) -> None:
    steps, end = _course(world, rep, day)
    closes = steps[-1][1] if end != "open" else None
    if rep.is_demo and (closes is None or closes.astimezone(ZONE).date() >= world.days.month_start):
        return
    opened = moment(world, day)
    known = [a for a in rep.accounts if world.first_known[a] < opened]
    account_id = world.rng.choice(known[: max(1, len(known) * 3 // 4)])  # the rest stay prospects
    amount = round(50_000 * rep.size * exp(world.rng.gauss(0, 0.75)) / 1000) * 100_000
    draft = open_deal(
        world, rep, account_id, opened, max(amount, 300_000), day + timedelta(days=world.rng.randint(35, 85))
    )
    for stage, when in steps:
        if stage in OPEN_STAGES:
            move(world, draft, stage, when, has_milestone=world.rng.random() < 0.94)
        else:
            close(world, draft, stage, when)
    if closes is None:
        _push_out(world, draft)
    world.deals.setdefault(account_id, []).append(DealLife(draft.id, account_id, opened, closes))


def _push_out(world: World, draft: Draft) -> None:
    """Most who see the expected day of an open deal go by give it a new one."""
    expected = world.row("deal", draft.id)["expected_on"]
    if expected < world.days.anchor and world.rng.random() < 0.75:
        later = world.days.anchor + timedelta(days=world.rng.randint(4, 40))
        world.patch("deal", draft.id, at(world.days.worked(expected), "18:20"), draft.rep.id, expected_on=later)


def _course(world: World, rep: Rep, day: date) -> tuple[list[tuple[str, datetime]], str]:
    """The stages a deal opened on `day` reaches before the anchor, with their moments."""
    rng = world.rng
    steps: list[tuple[str, datetime]] = []
    when = day
    for place, stage in enumerate(OPEN_STAGES):
        goes_on = rng.random() < min(0.95, _GO_ON[place] * rep.skill)
        stay = _DAYS[stage] * exp(rng.gauss(0, 0.45)) * (1.0 if goes_on else 1.4)
        when = _later(world, when, round(stay))
        if when >= world.days.anchor:
            return steps, "open"
        last = place == len(OPEN_STAGES) - 1
        following = "lost" if not goes_on else "won" if last else OPEN_STAGES[place + 1]
        steps.append((following, moment(world, when)))
        if following in ("won", "lost"):
            return steps, following
    return steps, "open"


def _later(world: World, day: date, count: int) -> date:
    """The working day about `count` days after `day`, at least the next one."""
    found = world.days.worked(day + timedelta(days=count))
    return found if found > day else world.days.calendar.workdays(day + timedelta(days=1), day + timedelta(days=15))[0]


def moment(world: World, day: date) -> datetime:
    """Some minute of the working hours of `day`."""
    return at(day, "10:00") + timedelta(minutes=world.rng.randint(0, 460))


def open_deal(
    world: World,
    rep: Rep,
    account_id: str,
    opened: datetime,
    amount_minor: int | None,
    expected_on: date,
    product: int | None = None,
    name: str | None = None,
) -> Draft:
    """A new deal in the first stage, with its first stage change."""
    product = world.rng.randrange(len(words.PRODUCTS)) if product is None else product
    account = world.row("account", account_id)
    title = account["name"] if world.language == "zh" else account["alias"]
    rate = world.rng.uniform(0.25, 0.45)
    deal_id = world.create(
        "deal",
        opened,
        rep.id,
        owner_id=rep.id,
        account_id=account_id,
        name=name or f"{title} {world.say(words.PRODUCTS[product][0])}",
        funnel_id=world.funnel_id,
        stage_id=world.stage_ids["qualify"],
        product_id=world.product_ids[product],
        amount_minor=amount_minor,
        profit_minor=None if amount_minor is None else round(amount_minor * rate / 100) * 100,
        source=world.rng.choice(words.SOURCES),
        created_on=opened.astimezone(ZONE).date(),
        expected_on=expected_on,
    )
    draft = Draft(deal_id, rep, account_id, "", opened)
    _change(world, draft, "qualify", opened)
    return draft


def move(world: World, draft: Draft, stage: str, when: datetime, *, has_milestone: bool = True) -> None:
    """Into another open stage; the milestone of the stage left is ticked unless it was forgotten."""
    is_forward = OPEN_STAGES.index(stage) > OPEN_STAGES.index(draft.stage)
    if draft.stage in _MILESTONES and has_milestone and is_forward:
        tick(world, draft, draft.stage, when)
    _change(world, draft, stage, when)
    world.patch("deal", draft.id, when, draft.rep.id, stage_id=world.stage_ids[stage])
    account = world.row("account", draft.account_id)
    if stage in ("needs", "proposal") and account["lifecycle"] in ("prospect", "target"):
        world.patch("account", draft.account_id, when, draft.rep.id, lifecycle="qualified")


def tick(world: World, draft: Draft, stage: str, when: datetime) -> None:
    """The milestone of `stage` was reached."""
    world.create(
        "milestone_done",
        when,
        draft.rep.id,
        owner_id=draft.rep.id,
        account_id=draft.account_id,
        deal_id=draft.id,
        stage_id=world.stage_ids[stage],
        done_at=when,
        by_id=draft.rep.id,
    )


def close(world: World, draft: Draft, outcome: str, when: datetime) -> None:
    """Won or lost, with the reason of a loss and the customer's new place in its life."""
    if draft.stage in _MILESTONES and outcome == "won":
        tick(world, draft, draft.stage, when)
    _change(world, draft, outcome, when)
    reason = world.pick(words.LOST_REASONS) if outcome == "lost" else ""
    day = when.astimezone(ZONE).date()
    world.patch(
        "deal",
        draft.id,
        when,
        draft.rep.id,
        stage_id=world.stage_ids[outcome],
        closed_on=day,
        lost_reason=reason,
    )
    if outcome == "won":
        before = world.row("account", draft.account_id)["lifecycle"]
        world.patch(
            "account",
            draft.account_id,
            when,
            draft.rep.id,
            lifecycle="repeat" if before in ("won", "repeat") else "won",
        )


def _change(world: World, draft: Draft, stage: str, when: datetime) -> None:
    world.create(
        "stage_change",
        when,
        draft.rep.id,
        owner_id=draft.rep.id,
        account_id=draft.account_id,
        deal_id=draft.id,
        from_stage_id=world.stage_ids[draft.stage] if draft.stage else None,
        to_stage_id=world.stage_ids[stage],
        changed_at=when,
        by_id=draft.rep.id,
    )
    draft.stage = stage
