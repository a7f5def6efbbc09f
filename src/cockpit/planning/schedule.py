"""One day being planned: what stands in it in order, and whether and where one more thing fits.

Whether an insertion is feasible is answered from two arrays, the earliest arrival at and the latest
start of each item, so a position costs the same however full the day is. What already stood in the
day is never checked against itself: if the rep's own visits overlap, they overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from cockpit.domain.entities import ActivityKind
from cockpit.planning.problem import Day, Point, Window
from cockpit.planning.travel import Travel

FACE: Final = "visit"
"""The only kind one travels for."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a day. Fixed at `fixed_at`, or somewhere within `windows`."""

    key: str
    account_id: str | None
    kind: ActivityKind
    minutes: int
    place: Point | None = None
    fixed_at: int | None = None
    windows: tuple[Window, ...] = ()
    travels: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "travels", self.kind == FACE)


@dataclass(frozen=True, slots=True)
class Fit:
    """A feasible place for an item: before the item now at `position`, starting at `starts`."""

    position: int
    starts: int
    extra_minutes: int
    """Travel it adds to the day."""


def cut(windows: Sequence[Window], breaks: Sequence[Window]) -> tuple[Window, ...]:
    """The windows less the breaks."""
    left = [w for w in windows if w.opens < w.closes]
    for gap in breaks:
        parts: list[Window] = []
        for window in left:
            if gap.closes <= window.opens or gap.opens >= window.closes:
                parts.append(window)
                continue
            if window.opens < gap.opens:
                parts.append(Window(window.opens, gap.opens))
            if gap.closes < window.closes:
                parts.append(Window(gap.closes, window.closes))
        left = parts
    return tuple(sorted(left, key=lambda w: w.opens))


def earliest_start(windows: Sequence[Window], arrival: int, minutes: int, grid: int) -> int | None:
    """First start on the grid at or after `arrival` with all of it within one window."""
    for window in windows:
        start = -(-max(arrival, window.opens) // grid) * grid
        if start + minutes <= window.closes:
            return start
    return None


def latest_start(windows: Sequence[Window], until: int, minutes: int, grid: int) -> int | None:
    """Last start on the grid at or before `until` with all of it within one window."""
    for window in reversed(windows):
        start = min(until, window.closes - minutes) // grid * grid
        if start >= window.opens:
            return start
    return None


@dataclass
class DayPlan:
    """The day as an ordered list. Positions run from 0 (before everything) to len(items)."""

    day: Day
    travel: Travel
    grid: int
    items: list[Item] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    _free: list[int] = field(default_factory=list)
    _place: list[Point | None] = field(default_factory=list)
    _latest: list[int] = field(default_factory=list)
    _next: list[Point | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.refresh()

    # The rep is free at `_free[p]` and stands at `_place[p]` before position p; `_next[p]` is the next
    # place to be at from position p on.

    def refresh(self) -> None:
        """Work the arrays out again after a change of `items`."""
        self._forward()
        self._backward()

    def _forward(self) -> None:
        free, place = 0, self.day.start_place
        self.starts, self._free, self._place = [], [free], [place]
        for item in self.items:
            if item.fixed_at is not None:
                start = item.fixed_at
            else:
                trip = self.travel.minutes(place, item.place) if item.travels else 0
                found = earliest_start(item.windows, self._leaves(free) + trip, item.minutes, self.grid)
                start = free + trip if found is None else found
            self.starts.append(start)
            if item.travels and start + item.minutes >= free:
                place = item.place
            free = max(free, start + item.minutes)
            self._free.append(free)
            self._place.append(place)

    def _leaves(self, free: int) -> int:
        """When a trip can begin for somebody free at `free`: not before the day, nor in the past."""
        return max(free, self.day.starts, self.day.earliest)

    def _backward(self) -> None:
        day, count = self.day, len(self.items)
        self._latest = [0] * count
        self._next = [day.end_place] * (count + 1)
        until, ahead = day.ends, day.end_place
        for index in range(count - 1, -1, -1):
            item = self.items[index]
            here = self._place[index + 1]
            if item.fixed_at is not None:
                latest = item.fixed_at
            else:
                follows = self.items[index + 1] if index + 1 < count else None
                trip = self.travel.minutes(here, ahead) if follows is None or follows.travels else 0
                found = latest_start(item.windows, until - trip - item.minutes, item.minutes, self.grid)
                latest = self.starts[index] if found is None else found
            self._latest[index] = latest
            if item.travels:
                ahead = item.place
            self._next[index] = ahead
            until = latest

    def count(self, *kinds: str) -> int:
        return sum(1 for item in self.items if item.kind in kinds)

    def has_room(self, kind: str) -> bool:
        """True while the day's limit for that kind is not reached."""
        if kind == FACE:
            return self.count(FACE) < self.day.max_visits
        return kind == "task" or self.count("call", "web") < self.day.max_calls

    def best_fit(self, item: Item) -> Fit | None:
        """The feasible place with the least extra travel, then the earliest start. None when there is none."""
        if not self.has_room(item.kind):
            return None
        best: Fit | None = None
        for position in range(len(self.items) + 1):
            fit = self.fit_at(item, position)
            if fit is not None and not item.travels:
                return fit
            if fit is not None and (
                best is None or (fit.extra_minutes, fit.starts) < (best.extra_minutes, best.starts)
            ):
                best = fit
        return best

    def fit_at(self, item: Item, position: int) -> Fit | None:
        """The insertion at one position, None when something would come too late."""
        here, minutes = self._place[position], self.travel.minutes
        trip = minutes(here, item.place) if item.travels else 0
        starts = earliest_start(item.windows, self._leaves(self._free[position]) + trip, item.minutes, self.grid)
        if starts is None:
            return None
        there = item.place if item.travels else here
        free = starts + item.minutes
        if position == len(self.items):
            feasible = free + minutes(there, self.day.end_place) <= self.day.ends
        else:
            follows = self.items[position]
            feasible = self._reaches(follows, position, free, there)
            if feasible and item.travels and not follows.travels:
                feasible = self.chain_holds(position, free, there)
        if not feasible:
            return None
        return Fit(position, starts, self.extra_minutes(item.place, position) if item.travels else 0)

    def extra_minutes(self, place: Point | None, position: int) -> int:
        """Travel that going to `place` at that position adds to the day; on an empty day the whole way."""
        here, ahead, minutes = self._place[position], self._next[position], self.travel.minutes
        without = minutes(here, ahead) if self.count(FACE) else 0
        return minutes(here, place) + minutes(place, ahead) - without

    def _reaches(self, follows: Item, position: int, free: int, there: Point | None) -> bool:
        arrival = free + (self.travel.minutes(there, follows.place) if follows.travels else 0)
        if follows.fixed_at is not None:
            return arrival <= follows.fixed_at
        start = earliest_start(follows.windows, arrival, follows.minutes, self.grid)
        return start is not None and start <= self._latest[position]

    def chain_holds(self, position: int, free: int, place: Point | None) -> bool:
        """Walk on from `position`: needed where calls follow, which take place where the rep then is."""
        is_kept = False
        for item in self.items[position:]:
            trip = self.travel.minutes(place, item.place) if item.travels else 0
            if item.fixed_at is not None:
                if free + trip > item.fixed_at and not is_kept:
                    return False
                start = item.fixed_at
            else:
                found = earliest_start(item.windows, self._leaves(free) + trip, item.minutes, self.grid)
                if found is None:
                    return False
                start = found
            is_kept = item.fixed_at is not None and item.travels
            free = max(free, start + item.minutes)
            place = item.place if item.travels else place
        return is_kept or free + self.travel.minutes(place, self.day.end_place) <= self.day.ends

    def insert(self, item: Item, position: int) -> None:
        self.items.insert(position, item)
        self.refresh()

    def stand(self, items: Sequence[Item]) -> None:
        """Put what stays into the day, in order of time."""
        self.items = sorted([*self.items, *items], key=lambda i: (i.fixed_at or 0, i.minutes, i.key))
        self.refresh()

    def copy(self) -> DayPlan:
        return DayPlan(self.day, self.travel, self.grid, list(self.items))

    def trip_to(self, index: int) -> int:
        """Minutes of the trip that ends at the item."""
        item = self.items[index]
        return self.travel.minutes(self._place[index], item.place) if item.travels else 0

    @property
    def travel_minutes(self) -> int:
        """All trips of the day, from its start place back to its end place; 0 for a day without visits."""
        places = [item.place for item in self.items if item.travels]
        if not places:
            return 0
        stops = [self.day.start_place, *places, self.day.end_place]
        return sum(self.travel.minutes(a, b) for a, b in pairwise(stops))

    @property
    def ends(self) -> int | None:
        """When the rep is back; None for an empty day."""
        if not self.items:
            return None
        home = self.travel.minutes(self._place[-1], self.day.end_place) if self.count(FACE) else 0
        return self._free[-1] + home
