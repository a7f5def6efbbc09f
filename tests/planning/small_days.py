"""Random days of few candidates, and the best that any plan of them can cost, by trying every order.

Nothing is shared with the planner: costs are those of the checker.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import cast

from cockpit.domain.entities import ActivityKind, Tier
from cockpit.planning.problem import Fixed, Point, Problem, Rules, Stop
from cockpit.planning.reading import problem_from
from tests.planning.books import REP, account, activity, at, book, deal, kpi, window
from tests.planning.checker import trip, worth_of

DAY = date(2026, 11, 24)
HOURS = (("09:00", "11:00"), ("09:30", "12:00"), ("10:00", "10:45"), ("13:30", "17:00"), ("15:00", "16:00"))
Cost = tuple[float, ...]
_KINDS: tuple[ActivityKind, ...] = ("visit", "visit", "call")


def day_of(seed: int, most: int = 7) -> Problem:
    """A day of up to `most` accounts: some closed for hours, some overdue, a visit or call in the way, a limit asked for."""
    chance = random.Random(seed)
    count = chance.randint(1, most)
    accounts = [
        account(f"acc-{n}", cast(Tier, chance.choice("ABC")), chance.uniform(-12, 12), chance.uniform(-12, 12))
        for n in range(count)
    ]
    windows = [
        window(one.id, 1, *hours)
        for one in accounts
        if chance.random() < 0.6
        for hours in chance.sample(HOURS, chance.randint(1, 2))
    ]
    deals = [
        deal(f"deal-{n}", f"acc-{n}", chance.randint(1, 9) * 100_000) for n in range(count) if chance.random() < 0.4
    ]
    rows = [
        activity(f"held-{n}", f"acc-{n}", 2 + n, 600, status="held", month=10)
        for n in range(count)
        if chance.random() < 0.5
    ]
    for number in range(chance.choice((0, 0, 1, 2))):
        kind: ActivityKind = chance.choice(_KINDS)
        rows.append(activity(f"fix-{number}", "other", 24, 600 + 150 * number, kind=kind, is_locked=True))
    accounts.append(account("other", "C", chance.uniform(-6, 6), chance.uniform(-6, 6)))
    rules = [kpi(chance.randint(1, 5) + sum(row.status == "planned" and row.kind == "visit" for row in rows))]
    if chance.random() < 0.4:
        rules.append(kpi(chance.randint(1, 2), name="key", tiers="A", parent="kpi"))
    now = at(24, chance.choice((450, 570, 640)))
    found = book(accounts, rows, rules, windows=windows, deals=deals, now=now)
    problem = problem_from(found, REP, now, Rules(max_visits=chance.choice((3, 4, 6))), (DAY,))
    return replace(problem, stops=tuple(stop for stop in problem.stops if stop.account_id != "other"))


class Best:
    """Walks every order of every choice of accounts between what is fixed, and keeps the least cost."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.day, self.need = problem, problem.days[0], problem.needs[0]
        entries = (f for f in problem.fixed if f.on == self.day.on and f.minutes)
        self.fixed = sorted(entries, key=lambda f: (f.starts, f.minutes, f.id))
        self.room = min(self.need.short, self.day.max_visits - sum(f.kind == "visit" for f in self.fixed))
        self.floor = max(self.day.starts, self.day.earliest)
        self._trips: dict[tuple[int, int], int] = {}
        self.cost: Cost = ()
        self._walk(0, 0, self.day.start_place, (), False)

    def trip(self, a: Point | None, b: Point | None) -> int:
        key = id(a), id(b)
        if key not in self._trips:
            self._trips[key] = trip(self.problem, a, b)
        return self._trips[key]

    def _walk(
        self, position: int, free: int, place: Point | None, order: tuple[Stop | Fixed, ...], is_fresh: bool
    ) -> None:
        """`is_fresh`: something was added since the last fixed visit, so the next trip is checked."""
        if position < len(self.fixed):
            entry = self.fixed[position]
            goes = entry.kind == "visit"
            if not is_fresh or free + (self.trip(place, entry.place) if goes else 0) <= entry.starts:
                ends = entry.starts + entry.minutes
                there = entry.place if goes else place
                more = (*order, entry) if goes else order
                self._walk(position + 1, max(free, ends), there, more, is_fresh and not goes)
        elif not is_fresh or free + self.trip(place, self.day.end_place) <= self.day.ends:
            cost = self._cost_of(order)
            if not self.cost or cost < self.cost:
                self.cost = cost
        chosen = {stop.account_id for stop in order if isinstance(stop, Stop)}
        if len(chosen) < self.room:
            for stop in self.problem.stops:
                if stop.account_id not in chosen and all(on != self.day.on for on, _ in stop.booked):
                    start = self._start(stop, max(free, self.floor) + self.trip(place, stop.place))
                    if start is not None:
                        self._walk(position, start + 45, stop.place, (*order, stop), True)

    def _start(self, stop: Stop, arrival: int) -> int | None:
        day, hours = self.day, [(self.day.starts, self.day.ends)]
        if stop.hours is not None:
            hours = [(w.opens, w.closes) for w in stop.hours[day.on.weekday()]]
        for start in range(arrival + -arrival % 5, 24 * 60 - 45, 5):
            inside = any(opens <= start and start + 45 <= closes for opens, closes in hours)
            if inside and not any(start < gap.closes and gap.opens < start + 45 for gap in day.breaks):
                return start
        return None

    def _way(self, order: list[Stop | Fixed]) -> int:
        places = [self.day.start_place, *(one.place for one in order), self.day.end_place]
        return sum(self.trip(a, b) for a, b in pairwise(places)) if order else 0

    def _cost_of(self, order: tuple[Stop | Fixed, ...]) -> Cost:
        chosen = [one for one in order if isinstance(one, Stop)]
        owed = [s.tier for s in self.problem.stops if s.is_candidate and s.is_overdue and s not in chosen]
        inside: list[Stop | Fixed] = [one for one in order if isinstance(one, Fixed)]
        points = 0.0
        for stop in sorted(chosen, key=lambda s: (-worth_of(s), s.account_id)):
            more = [one for one in order if one in inside or one is stop]
            points += worth_of(stop) + 8 * max(0.0, 1 - max(0, self._way(more) - self._way(inside)) / 40)
            inside = more
        needs = (self.need, *self.need.within)
        short = [
            max(0, n.limit - n.done - n.planned - sum(not n.tiers or s.tier in n.tiers for s in chosen)) for n in needs
        ]
        tiers = (owed.count(tier) for tier in "ABC")
        return (short[0], sum(short[1:]), 0, *tiers, -round(points, 6), self._way(list(order)))
