"""The most activities that fit, by exhaustive search: for small cases that best-first insertion leaves short.

Walks the days in order and, within a day, forward in time; at each step it adds one more account or goes
on to what stands next. Of two ways to the same accounts, place and position only the earlier is followed.
It is complete unless it runs out of `STEPS`, which is a count, so the answer never depends on the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cockpit.planning.insertion import Board, Candidates, stops_of
from cockpit.planning.problem import Need, Point, Reason, Stop
from cockpit.planning.schedule import FACE, Fit, Item, earliest_start

STEPS = 6_000
MOST_PAIRS = 40
"""Combinations of account and day up to which the search is tried at all."""

Choice = tuple[date, int, Stop]
"""Day, position among what then stands in the day, account."""


@dataclass
class _Search:
    board: Board
    need: Need
    stops: Sequence[Stop]
    days: Sequence[date]
    wanted: int
    steps: int = 0
    best: tuple[Choice, ...] = ()
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)
    items: dict[tuple[str, date], Item] = field(default_factory=dict)

    def run(self) -> tuple[Choice, ...]:
        self._day(0, ())
        return self.best

    def _is_over(self) -> bool:
        return len(self.best) >= self.wanted or self.steps >= STEPS

    def _day(self, index: int, chosen: tuple[Choice, ...]) -> None:
        if len(chosen) > len(self.best):
            self.best = chosen
        if index == len(self.days) or self._is_over():
            return
        rooms = sum(self._room(on) for on in self.days[index:])
        if len(chosen) + rooms <= len(self.best):
            return
        plan = self.board.days[self.days[index]]
        self._walk(index, 0, 0, plan.day.start_place, chosen, 0)

    def _room(self, on: date) -> int:
        plan = self.board.days[on]
        if self.need.kind == FACE:
            return max(0, plan.day.max_visits - plan.count(FACE))
        return max(0, plan.day.max_calls - plan.count("call", "web"))

    def _walk(
        self, index: int, position: int, free: int, place: Point | None, chosen: tuple[Choice, ...], in_day: int
    ) -> None:
        """From what stands at `position` of the day on; `in_day` were added to it so far."""
        if self._is_over():
            return
        used = tuple(sorted((c[2].account_id, c[0]) for c in chosen))
        state = (index, position, place, used)
        if self.seen.get(state, 1 << 30) <= free:
            return
        self.seen[state] = free
        self.steps += 1
        on = self.days[index]
        if in_day < self._room(on):
            for stop in self.stops:
                if self._may(stop, on, chosen):
                    self._add(stop, index, position, free, place, chosen, in_day)
        self._go_on(index, position, free, place, chosen, in_day)

    def _may(self, stop: Stop, on: date, chosen: tuple[Choice, ...]) -> bool:
        if self.board.too_near(stop, self.need.kind, on) is not None:
            return False
        gap = stop.visit_gap if self.need.kind == FACE else stop.call_gap
        return not any(c[2] is stop and abs((c[0] - on).days) < max(1, gap) for c in chosen)

    def _item(self, stop: Stop, on: date) -> Item:
        key = (stop.account_id, on)
        if key not in self.items:
            self.items[key] = self.board.item(stop, self.need.kind, on)
        return self.items[key]

    def _add(
        self,
        stop: Stop,
        index: int,
        position: int,
        free: int,
        place: Point | None,
        chosen: tuple[Choice, ...],
        in_day: int,
    ) -> None:
        on = self.days[index]
        plan, item = self.board.days[on], self._item(stop, on)
        trip = plan.travel.minutes(place, item.place) if item.travels else 0
        leaves = max(free, plan.day.starts, plan.day.earliest)
        start = earliest_start(item.windows, leaves + trip, item.minutes, plan.grid)
        if start is None:
            return
        free, place = start + item.minutes, item.place if item.travels else place
        if plan.chain_holds(position, free, place):
            self._walk(index, position, free, place, (*chosen, (on, position + in_day, stop)), in_day + 1)

    def _go_on(
        self, index: int, position: int, free: int, place: Point | None, chosen: tuple[Choice, ...], in_day: int
    ) -> None:
        plan = self.board.days[self.days[index]]
        if position == len(plan.items):
            self._day(index + 1, chosen)
            return
        item = plan.items[position]
        trip = plan.travel.minutes(place, item.place) if item.travels else 0
        start = item.fixed_at
        if start is None:
            leaves = max(free, plan.day.starts, plan.day.earliest)
            start = earliest_start(item.windows, leaves + trip, item.minutes, plan.grid)
            if start is None:
                return
        ends = start + item.minutes
        place = item.place if item.travels and ends >= free else place
        self._walk(index, position + 1, max(free, ends), place, chosen, in_day)


def add_most(board: Board, need: Need, count: int, days: Sequence[date], rule: Reason) -> int:
    """Insert as many activities of the rule's kind as fit, up to `count`. Returns how many."""
    stops = stops_of(board, need)
    if Candidates(board, stops, need.kind, days).pairs > MOST_PAIRS:
        return 0
    stops.sort(key=lambda s: (-sum(part.value for part in s.parts), s.account_id))
    chosen = _Search(board, need, stops, days, count).run()[:count]
    for on, position, stop in chosen:
        plan = board.days[on]
        board.put(stop, need.kind, on, Fit(position, 0, plan.extra_minutes(stop.place, position)), rule)
    return len(chosen)
