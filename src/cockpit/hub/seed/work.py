"""Fourteen months of visits, calls, web meetings and tasks, and what is planned ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cockpit.hub.seed import words
from cockpit.hub.seed.world import Rep, World, at

_SLOTS = ("09:30", "11:00", "13:30", "15:00", "16:30")
_CALL_SLOTS = ("09:00", "10:20", "11:40", "13:10", "14:20", "15:40", "16:10", "17:10")
_LENGTH = {"visit": 45, "call": 10, "web": 40, "task": 20}
_LOGGED_AT_ONCE = {"visit": 0.15, "call": 0.85, "web": 0.2, "task": 0.3}
"""Share of past activities that were written down only once done."""


@dataclass
class Planner:
    """Plans and reports activities of one rep."""

    world: World
    rep: Rep

    def plan(self, kind: str, account_id: str | None, starts_at: datetime, recorded: datetime, **values: Any) -> str:
        """A planned activity, recorded when it was planned. `goal` and `deal_id` are chosen unless given."""
        world = self.world
        values.setdefault("goal", world.pick(words.GOALS[kind]))
        values.setdefault("deal_id", self.deal_at(account_id, starts_at, recorded))
        values.setdefault("ends_at", starts_at + timedelta(minutes=_LENGTH[kind]))
        values.setdefault("status", "planned")
        return world.create(
            "activity",
            recorded,
            self.rep.id,
            owner_id=self.rep.id,
            rep_id=self.rep.id,
            kind=kind,
            account_id=account_id,
            starts_at=starts_at,
            **values,
        )

    def report(self, activity_id: str, status: str, recorded: datetime, **values: Any) -> None:
        """What became of a planned activity."""
        self.world.patch("activity", activity_id, recorded, self.rep.id, status=status, **values)

    def outcome(self, kind: str) -> dict[str, Any]:
        """Fields of an activity that was held."""
        rng, world = self.world.rng, self.world
        if kind == "task":
            return {}
        result = rng.choices(("reached", "half", "missed"), (50, 32, 18))[0]
        values: dict[str, Any] = {"goal_result": result, "result": world.pick(words.RESULTS[result])}
        if kind != "call" or rng.random() < 0.2:
            values["needs"] = [world.say(pair) for pair in rng.sample(words.NEEDS, rng.choice((0, 0, 1, 1, 2)))]
            if rng.random() < 0.4:
                values["advantages"] = world.pick(words.ADVANTAGES)
            if result != "missed":
                values["next_step"] = world.pick(words.STEPS)
        return values

    def deal_at(self, account_id: str | None, when: datetime, known: datetime | None = None) -> str | None:
        """The newest deal of the account that is open at that moment and was there when it was `known`."""
        if account_id is None:
            return None
        alive = [
            deal
            for deal in self.world.deals.get(account_id, ())
            if deal.opened <= min(when, known or when) and (deal.closed is None or when < deal.closed)
        ]
        return max(alive, key=lambda deal: deal.opened).id if alive else None


def grow_work(world: World, quiet: set[str]) -> None:
    """Past and planned activities of every rep; the accounts in `quiet` belong to the demo rep's story."""
    for rep in world.reps:
        planner = Planner(world, rep)
        open_accounts = [a for a in rep.accounts if a not in quiet]
        last = world.days.month_start if rep.is_demo else world.days.anchor
        for day in world.days.past:
            if day < last:
                _past_day(planner, day, open_accounts)
        if not rep.is_demo:
            _ahead(planner, open_accounts)
            _next_steps(planner)


def _past_day(planner: Planner, day: date, accounts: list[str]) -> None:
    rng, rep, world = planner.world.rng, planner.rep, planner.world
    drop = rng.random()
    visits = int(rep.visits + rng.uniform(0, 1)) if drop > 0.04 else 0
    calls = int(rep.calls + rng.uniform(-1, 1.9))
    morning, noon = at(day, "08:00"), at(day, "12:00")
    known = [account for account in accounts if world.first_known[account] <= morning]
    busy = [account for account in known if planner.deal_at(account, noon)]
    for clock in sorted(rng.sample(_SLOTS, min(visits, 3))):
        _past_one(planner, "visit", _choose(rng, busy, known), at(day, clock), day)
    for clock in sorted(rng.sample(_CALL_SLOTS, max(0, min(calls, 6)))):
        _past_one(planner, "call", _choose(rng, busy, known), at(day, clock), day)
    if rng.random() < 0.12:
        _past_one(planner, "web", _choose(rng, busy, known), at(day, "14:00"), day)
    if rng.random() < 0.25:
        _past_one(planner, "task", _choose(rng, busy, known), at(day, "17:30"), day)


def _choose(rng: Random, busy: list[str], known: list[str]) -> str:
    return rng.choice(busy if busy and rng.random() < 0.65 else known)


def _past_one(planner: Planner, kind: str, account_id: str, starts_at: datetime, day: date) -> None:
    rng, world = planner.world.rng, planner.world
    ends_at = starts_at + timedelta(minutes=_LENGTH[kind])
    told = world.minutes(ends_at, 2, 40)
    if rng.random() < _LOGGED_AT_ONCE[kind]:
        planner.plan(kind, account_id, starts_at, told, status="held", **planner.outcome(kind))
        return
    planned = at(world.days.worked(day - timedelta(days=rng.randint(1, 9))), "17:00")
    planned = world.minutes(planned, 0, 60)
    activity_id = planner.plan(kind, account_id, starts_at, max(planned, world.first_known[account_id]))
    fate = rng.random()
    if fate < 0.86 or kind == "task":
        planner.report(activity_id, "held", told, **planner.outcome(kind))
    elif fate < 0.91:
        planner.report(activity_id, "not_held", told, reason=world.pick(words.REASONS))
    elif fate < 0.96:
        early = starts_at - timedelta(minutes=rng.randint(20, 50))
        planner.report(activity_id, "cancelled", early, reason=world.pick(words.REASONS))
    elif day < world.days.back(6):
        _move(planner, activity_id, kind, account_id, starts_at)
    elif kind != "visit" or day < world.days.back(2) or rng.random() < 0.5:
        planner.report(activity_id, "held", told, **planner.outcome(kind))


def _move(planner: Planner, activity_id: str, kind: str, account_id: str, starts_at: datetime) -> None:
    """Moved two working days on, and held there."""
    world = planner.world
    day = world.days.calendar.workdays(starts_at.date() + timedelta(days=2), starts_at.date() + timedelta(days=14))[0]
    early = starts_at - timedelta(minutes=30)
    later = at(day, "16:10")
    moved = planner.plan(kind, account_id, later, early, moved_from_id=activity_id)
    planner.report(activity_id, "moved", early, reason=world.pick(words.REASONS))
    planner.report(moved, "held", world.minutes(later, 50, 80), **planner.outcome(kind))


def _ahead(planner: Planner, accounts: list[str]) -> None:
    """Today's plan and a thinning one for the two weeks after."""
    world, rng, rep = planner.world, planner.world.rng, planner.rep
    for number, day in enumerate((world.days.anchor, *world.days.ahead[:9])):
        thin = max(0.15, 1 - number * 0.16)
        visits = int(rep.visits * thin * 1.25 + rng.random())
        calls = int(rep.calls * thin * 0.6 + rng.random())
        busy = [a for a in accounts if planner.deal_at(a, world.days.now)]
        for kind, count, slots in (("visit", visits, _SLOTS), ("call", calls, _CALL_SLOTS)):
            for clock in sorted(rng.sample(slots, min(count, 3))):
                recorded = world.minutes(at(world.days.back(rng.randint(1, 4)), "17:00"), 0, 80)
                planner.plan(kind, _choose(rng, busy, accounts), at(day, clock), recorded)


def _next_steps(planner: Planner) -> None:
    """Most open deals have something dated ahead."""
    world, rng = planner.world, planner.world.rng
    for account_id in planner.rep.accounts:
        for deal in world.deals.get(account_id, ()):
            if deal.closed is not None or rng.random() > 0.72:
                continue
            kind = rng.choices(("call", "task", "web", "visit"), (50, 25, 10, 15))[0]
            day = rng.choice(world.days.ahead[:12])
            recorded = world.minutes(max(deal.opened, at(world.days.back(rng.randint(1, 6)), "16:00")), 5, 30)
            starts_at = at(day, rng.choice(_CALL_SLOTS))
            subject = world.pick(words.NEXT_CALL)
            planner.plan(kind, account_id, starts_at, recorded, deal_id=deal.id, subject=subject)
