"""One day being planned: what stands in it in order, and whether and where one more thing fits.

Whether an insertion is feasible is answered from arrays: when the rep can leave and the latest start of what
follows, so a position costs the same however full the day is. What already stood in the day is never checked
against itself: if the rep's own visits overlap, they overlap. A `DayPlan` never changes: with something put in or
taken out it is another one, so what was worked out for it stays right.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from cockpit.domain.entities import ActivityKind
from cockpit.planning.problem import MIDNIGHT, Day, Window
from cockpit.planning.travel import Place, Travel
from cockpit.planning.worth import near_value

FACE: Final = "visit"
"""The only kind one travels for."""
_NEVER = 2 * MIDNIGHT

Spans = tuple[tuple[int, int], ...]
"""First and last start within each window, on the grid."""


class Shape:
    """What takes place: how long, where, and when it may start. One object for all that share it."""

    __slots__ = ("kind", "last", "minutes", "place", "spans", "travels")

    def __init__(self, kind: ActivityKind, minutes: int, place: Place, spans: Spans) -> None:
        self.kind, self.minutes, self.place, self.spans = kind, minutes, place, spans
        self.travels = kind == FACE
        self.last = spans[-1][1] if spans else -1


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a day: fixed at `fixed_at`, or at a start its shape allows. `worth`: points of something added."""

    key: str
    account_id: str | None
    shape: Shape
    fixed_at: int | None = None
    worth: float | None = None

    @property
    def kind(self) -> ActivityKind:
        return self.shape.kind

    @property
    def minutes(self) -> int:
        return self.shape.minutes


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


def spans_of(windows: Sequence[Window], minutes: int, grid: int) -> Spans:
    """The starts on the grid with all of it within one window; where windows overlap, their starts are one span."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((-(-w.opens // grid) * grid, (w.closes - minutes) // grid * grid) for w in windows):
        if first > last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)


def first_start(spans: Spans, arrival: int, grid: int) -> int | None:
    """First start on the grid at or after `arrival`."""
    at = -(-arrival // grid) * grid
    for first, last in spans:
        if at <= last:
            return at if at > first else first
    return None


def _last_start(spans: Spans, until: int, grid: int) -> int | None:
    """Last start on the grid at or before `until`."""
    for first, last in reversed(spans):
        start = min(until // grid * grid, last)
        if start >= first:
            return start
    return None


class DayPlan:
    """The day as an ordered list. Positions run from 0 (before everything) to len(items)."""

    def __init__(self, day: Day, travel: Travel, grid: int, items: Sequence[Item] = ()) -> None:
        self.day, self.travel, self.grid, self.items = day, travel, grid, tuple(items)
        self.visits = self.calls = 0
        for item in self.items:
            if item.shape.travels:
                self.visits += 1
            elif item.shape.kind != "task":
                self.calls += 1
        self._fits: dict[Shape, Fit | None] = {}
        self._less: dict[str, DayPlan] = {}
        self._forward()
        self._backward()

    # `holds`: what was put in is on time and lets the rest be. Without something the way can be longer, where a place is
    # not known. The rep is free at `_free[p]`, can set out at `_leave[p]` and stands at `_place[p]` before position p;
    # `_ahead[p]` is the next place to be at from position p on; what is at p must start by `_latest[p]`.

    def _forward(self) -> None:
        travel, grid = self.travel, self.grid
        floor = max(self.day.starts, self.day.earliest)
        free, left_at, place = 0, 0, self.day.start_place
        is_fresh, self.holds = False, True
        self.starts: list[int] = []
        self._free, self._place = [free], [place]
        for item in self.items:
            shape = item.shape
            start = item.fixed_at
            if start is not None:
                if is_fresh and free + (travel[place][shape.place] if shape.travels else 0) > start:
                    self.holds = False
                is_fresh = is_fresh and not shape.travels
            else:
                is_fresh, trip = True, travel[place][shape.place] if shape.travels else 0
                start = first_start(shape.spans, (free if free > floor else floor) + trip, grid)
                if start is None:
                    start, self.holds = free + trip, False
            self.starts.append(start)
            ends = start + shape.minutes
            if shape.travels and ends >= left_at:
                place, left_at = shape.place, ends
            if ends > free:
                free = ends
            self._free.append(free)
            self._place.append(place)
        if is_fresh and free + travel[place][self.day.end_place] > self.day.ends:
            self.holds = False
        self._leave = [free if free > floor else floor for free in self._free]

    def _backward(self) -> None:
        day, count, travel = self.day, len(self.items), self.travel
        self._latest = [0] * count
        self._ahead = [day.end_place] * (count + 1)
        until, ahead = day.ends, day.end_place
        for index in range(count - 1, -1, -1):
            item = self.items[index]
            shape, latest = item.shape, item.fixed_at
            if latest is None:
                goes = index + 1 == count or self.items[index + 1].shape.travels
                trip = travel[self._place[index + 1]][ahead] if goes else 0
                latest = _last_start(shape.spans, until - trip - shape.minutes, self.grid)
                if latest is None:
                    latest = self.starts[index]
            self._latest[index] = latest
            if shape.travels:
                ahead = shape.place
            self._ahead[index] = ahead
            until = latest

    def count(self, *kinds: str) -> int:
        return sum(1 for item in self.items if item.shape.kind in kinds)

    def has_room(self, kind: str) -> bool:
        """True while the day's limit for that kind is not reached."""
        if kind == FACE:
            return self.visits < self.day.max_visits
        return kind == "task" or self.calls < self.day.max_calls

    def best_fit(self, shape: Shape) -> Fit | None:
        """The feasible place with the least extra travel, then the earliest start. None when there is none."""
        try:
            return self._fits[shape]
        except KeyError:
            pass
        found = self._fits[shape] = self._find(shape) if self.has_room(shape.kind) else None
        return found

    def fits(self, shape: Shape) -> list[Fit]:
        """Every feasible place, whatever the day's limits."""
        places = (self.fit_at(shape, position) for position in range(len(self.items) + 1))
        return [fit for fit in places if fit is not None]

    def _find(self, shape: Shape) -> Fit | None:
        if not shape.travels:
            return next(iter(self.fits(shape)), None)
        travel, mine, ends, grid, spans = self.travel, shape.place, self.day.ends, self.grid, shape.spans
        minutes, last, count, chosen = shape.minutes, shape.last, len(self.items), -1
        least, begins, to = _NEVER, _NEVER, travel[mine]
        for position, leave in enumerate(self._leave):
            if leave > last:
                break
            here = self._place[position]
            arrival = leave + (trip := travel[here][mine])
            if arrival > last:
                continue
            at = -(-arrival // grid) * grid
            for first, until in spans:
                if at <= until:
                    start = at if at > first else first
                    break
            else:
                continue
            if position == count:
                if start + minutes + to[self.day.end_place] > ends:
                    continue
            else:
                follows = self.items[position].shape
                latest = self._latest[position]
                if follows.travels:
                    if start + minutes + to[follows.place] > latest:
                        continue
                elif start + minutes > latest or not self._chain_holds(position, start + minutes, mine):
                    continue
            ahead = self._ahead[position]
            extra = trip + to[ahead] - (travel[here][ahead] if self.visits else 0)
            if extra < least or (extra == least and start < begins):
                least, begins, chosen = extra, start, position
        return None if chosen < 0 else Fit(chosen, begins, least)

    def fit_at(self, shape: Shape, position: int) -> Fit | None:
        """The insertion at one position, None when something would come too late."""
        here, travel = self._place[position], self.travel
        trip = travel[here][shape.place] if shape.travels else 0
        start = first_start(shape.spans, self._leave[position] + trip, self.grid)
        if start is None:
            return None
        there, free = shape.place if shape.travels else here, start + shape.minutes
        if position == len(self.items):
            is_feasible = free + travel[there][self.day.end_place] <= self.day.ends
        else:
            follows = self.items[position].shape
            way = travel[there][follows.place] if follows.travels else 0
            is_feasible = free + way <= self._latest[position]
            if is_feasible and shape.travels and not follows.travels:
                is_feasible = self._chain_holds(position, free, there)
        if not is_feasible:
            return None
        ahead = self._ahead[position]
        extra = trip + travel[there][ahead] - (travel[here][ahead] if self.visits else 0) if shape.travels else 0
        return Fit(position, start, extra)

    def _chain_holds(self, position: int, free: int, place: Place) -> bool:
        """Walk on from `position`: needed where calls follow, which take place where the rep then is."""
        is_kept, floor = False, max(self.day.starts, self.day.earliest)
        for item in self.items[position:]:
            shape = item.shape
            trip = self.travel[place][shape.place] if shape.travels else 0
            if item.fixed_at is not None:
                if free + trip > item.fixed_at and not is_kept:
                    return False
                start = item.fixed_at
            else:
                found = first_start(shape.spans, max(free, floor) + trip, self.grid)
                if found is None:
                    return False
                start = found
            is_kept = item.fixed_at is not None and shape.travels
            free = max(free, start + shape.minutes)
            place = shape.place if shape.travels else place
        return is_kept or free + self.travel[place][self.day.end_place] <= self.day.ends

    def arrival(self, shape: Shape) -> int:
        """When one would be there after everything that stands in the day."""
        return self._leave[-1] + (self.travel[self._place[-1]][shape.place] if shape.travels else 0)

    def way_home(self, shape: Shape) -> int:
        """Minutes from it to the end of the day."""
        return self.travel[shape.place if shape.travels else self._place[-1]][self.day.end_place]

    def with_item(self, item: Item, position: int) -> DayPlan:
        return DayPlan(self.day, self.travel, self.grid, (*self.items[:position], item, *self.items[position:]))

    def without(self, keys: Collection[str]) -> DayPlan:
        return DayPlan(self.day, self.travel, self.grid, [item for item in self.items if item.key not in keys])

    def less(self, key: str) -> DayPlan:
        """The day without one thing, kept for the next time it is asked for."""
        found = self._less.get(key)
        if found is None:
            found = self._less[key] = self.without((key,))
        return found

    def trip_to(self, index: int) -> int:
        """Minutes of the trip that ends at the item."""
        shape = self.items[index].shape
        return self.travel[self._place[index]][shape.place] if shape.travels else 0

    @cached_property
    def travel_minutes(self) -> int:
        """All trips of the day, from its start place back to its end place; 0 for a day without visits."""
        return self._way([item.shape.place for item in self.items if item.shape.travels])

    def _way(self, places: Sequence[Place]) -> int:
        if not places:
            return 0
        travel = self.travel
        return sum(travel[a][b] for a, b in pairwise([self.day.start_place, *places, self.day.end_place]))

    @cached_property
    def extras(self) -> dict[str, int]:
        """Travel that each added visit stands for: those worth most first, each into the day as it is by then.

        They add up to the travel that all of them add.
        """
        visits = [(index, item) for index, item in enumerate(self.items) if item.shape.travels]
        added = [(index, item) for index, item in visits if item.worth is not None]
        inside = {index: item.shape.place for index, item in visits if item.worth is None}
        before, found = self._way(list(inside.values())), {}
        for index, item in sorted(added, key=lambda pair: (-(pair[1].worth or 0), pair[1].key)):
            inside[index] = item.shape.place
            after = self._way([inside[place] for place in sorted(inside)])
            found[item.key] = after - before
            before = after
        return found

    @cached_property
    def points(self) -> float:
        """What everything added to the day is worth, nearness included."""
        standing = sum(item.worth for item in self.items if item.worth is not None)
        return standing + sum(near_value(extra) for extra in self.extras.values())

    @property
    def ends(self) -> int | None:
        """When the rep is back; None for an empty day."""
        if not self.items:
            return None
        home = self.travel[self._place[-1]][self.day.end_place] if self.visits else 0
        return self._free[-1] + home
