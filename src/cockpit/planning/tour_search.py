"""Day tours by large-neighbourhood search: take some stops out, put better ones in, keep what is better.

Anytime: the first answer comes from insertion and a few steps, every later one is better. The search never reads the
clock: `is_over` is handed in and asked before each step. The same problem, seed and number of steps give the
same answer. Insertion is O(1) a place: every node knows its earliest and latest start (`net.Tour`), and what
fits between two neighbours at two times is remembered, so a gap seen before costs one look-up.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from math import exp

from cockpit.planning.net import Net, Tour
from cockpit.planning.tours import TourProblem, Tours

_Best = tuple[float, int, int]
"""How good the best insertion into a day is, the gap, and the node (-1: nothing fits)."""

LONGEST, LONGEST_LIMITED = 8, 5
"""Stops taken out of one day at a time, at most; fewer where days share limits, which leave less that may come instead."""
SEGMENT, RELATED, RANDOM = 0.35, 0.75, 0.85
"""Shares of the ways to take stops out, added up; the rest takes those worth least for their time."""
MISSED = 0.03
"""Chance that a good insertion is overlooked, which gives others a turn."""
WILD = 0.05
"""Chance that in this step every second one is."""
HELD_BACK = 0.3
"""Chance that half of what was taken out has to wait until the others had their turn."""
FORCED = 0.5
"""Chance that a stop around which others were taken out is put in first."""
TIME_SHARE = 0.03
"""What all the time there is counts in the search, as a share of the first answer's score."""
WARMTH = 0.005
"""A worse answer by this share of the score is gone on from with chance 1/e when a round starts; in the first never."""
DEAR = 4.0
"""Price of a limit that the best so far uses up, give or take all of it: each round has other prices."""
ROUND, LONGER = 500, 1.5
"""Steps of the first round, and how much longer each next one is. A round starts from the best so far."""


OPENING = 15
"""Steps before the first answer: a few milliseconds that halve what insertion alone leaves."""


class TourSearch:
    """`best` is the best answer so far; `step` tries to find a better one."""

    def __init__(self, problem: TourProblem, seed: int = 0, start: Sequence[Sequence[int]] | None = None) -> None:
        """`start`: what is planned already, by day; its stops must keep the rules."""
        self.net = Net(problem)
        self._random = random.Random(seed).random
        days = range(len(problem.days))
        self._tours = [Tour(self.net, day, []) for day in days]
        self._own: dict[int, None] = dict.fromkeys(days)
        self._taken: list[int] = []
        self._longest = LONGEST_LIMITED if problem.limits and len(days) > 1 else LONGEST
        self._busy = [0] * self.net.size
        self._used = [0.0] * len(problem.limits)
        for day, stops in enumerate(start or ()):
            self._begin_with(day, stops)
        self._score = sum(self.net.score[n] for t in self._tours for n in t.nodes[1:-1]) + self._refill(days)
        self._minutes = [tour.minutes for tour in self._tours]
        whole = sum(day.back_by - day.leaves for day in problem.days)
        self._price = TIME_SHARE * self._score / whole if whole > 0 else 0.0
        self._best = [tour.nodes[1:-1] for tour in self._tours]
        self._best_score, self._best_minutes = self._score, sum(self._minutes)
        self._place, self._round, self._warmth = 0, ROUND, 0.0

    @property
    def best(self) -> Tours:
        routes = tuple(tuple(self.net.stop[node] for node in nodes) for nodes in self._best)
        return Tours(routes, self._best_score, self._best_minutes)

    def step(self) -> bool:
        """Take out, put in, keep or go back. True when the best got better."""
        self._place += 1
        if self._place >= self._round:
            self._next_round()
        before = self._tours[:], self._busy, self._used[:], self._minutes
        lost, centre = self._take_out()
        if not self._taken:
            return False
        score = self._score - lost + self._put_back(centre)
        self._minutes = self._minutes[:]
        for day in self._own:
            self._minutes[day] = self._tours[day].minutes
        minutes = sum(self._minutes)
        gain = score - self._score - self._price * (minutes - sum(before[3]))
        warmth = self._warmth * (1 - self._place / self._round)
        if gain < 0 and (warmth <= 0 or self._random() >= exp(gain / warmth)):
            self._tours, self._busy, self._used, self._minutes = before
            return False
        self._score = score
        if (score, -minutes) <= (self._best_score, -self._best_minutes):
            return False
        self._best_score, self._best_minutes = score, minutes
        self._best = [tour.nodes[1:-1] for tour in self._tours]
        return True

    def _begin_with(self, day: int, stops: Iterable[int]) -> None:
        """Put given stops in, each in the first window that fits at the end of the day."""
        for stop in stops:
            tour = self._tours[day]
            node = next(node for node in range(self.net.size) if self.net.stop[node] == stop)
            found = [n for _, n in tour.fill()[-1] if n in self.net.twins[node]]
            self._enter(day, len(tour.nodes) - 2, min(found, key=lambda n: self.net.opens[tour.kind][n]))

    def _next_round(self) -> None:
        net = self.net
        net.forget()
        self._place, self._round = 0, int(self._round * LONGER)
        self._warmth = WARMTH * self._best_score
        self._tours = [Tour(net, day, nodes) for day, nodes in enumerate(self._best)]
        self._minutes = [tour.minutes for tour in self._tours]
        self._score = self._best_score
        self._busy, self._used = [0] * net.size, [0.0] * len(self._used)
        for nodes in self._best:
            self._count(nodes, 1)
        if self._used:
            full = [used / limit if limit else 1.0 for used, limit in zip(self._used, net.problem.limits)]
            net.price([DEAR * share**3 * 2 * self._random() for share in full])
            self._tours = [Tour(net, day, nodes) for day, nodes in enumerate(self._best)]

    def _count(self, nodes: Iterable[int], by: int) -> None:
        """Note that the nodes are in the plan (1) or no longer (-1)."""
        net, busy, used = self.net, self._busy, self._used
        for node in nodes:
            for twin in net.twins[node]:
                busy[twin] += by
            if used:
                for limit, amount in net.use[node]:
                    used[limit] += by * amount

    def _enter(self, day: int, gap: int, node: int) -> None:
        self._own_day(day).put(gap, node)
        self._count((node,), 1)

    def _own_day(self, day: int) -> Tour:
        """The day's tour, to be changed in this step: going back must find it as it was."""
        if day not in self._own:
            self._own[day] = None
            self._tours[day] = self._tours[day].copy()
        return self._tours[day]

    # -- putting in

    def _put_back(self, centre: int) -> float:
        """Fill the changed days again, then any day: what was taken out may fit elsewhere. Returns the score gained."""
        chance, gain, everywhere = self._random, 0.0, range(len(self._tours))
        changed = everywhere if self._used else list(self._own)  # a limit given back may serve any day
        if centre >= 0 and chance() < FORCED:
            gain = self._force(changed, centre)
        held = [n for n in self._taken if chance() < 0.5] if chance() < HELD_BACK else []
        for node in held:
            self._busy[node] += 1
        gain += self._refill(changed, MISSED if chance() >= WILD else 0.5)
        for node in held:
            self._busy[node] -= 1
        return gain + self._refill(everywhere)

    def _force(self, changed: Sequence[int], node: int) -> float:
        """Put this node in first, where it takes the least time."""
        if self._busy[node] or not self._allowed(node):
            return 0.0
        places = [
            (fit, day, gap)
            for day in changed
            for gap, fits in enumerate(self._tours[day].fill())
            for fit, other in fits
            if other == node
        ]
        if not places:
            return 0.0
        _, day, gap = max(places)
        self._enter(day, gap, node)
        return self.net.score[node]

    def _refill(self, days: Iterable[int], missed: float = 0.0) -> float:
        """Insert the best node into the best gap of these days until nothing fits. Returns the score gained."""
        gain, busy, used = 0.0, self._busy, self._used
        best: dict[int, _Best | None] = dict.fromkeys(days)
        while True:
            top, chosen = 0.0, -1
            for day, found in best.items():
                if found is None or (found[2] >= 0 and (busy[found[2]] or (used and not self._allowed(found[2])))):
                    found = best[day] = self._best_of(day, missed)
                if found[0] > top:
                    top, chosen, gap, node = found[0], day, found[1], found[2]
            if chosen < 0:
                return gain
            self._enter(chosen, gap, node)
            gain += self.net.score[node]
            best[chosen] = None

    def _best_of(self, day: int, missed: float) -> _Best:
        top, gap, chosen = 0.0, -1, -1
        busy, used, chance = self._busy, self._used, self._random
        for number, fits in enumerate(self._tours[day].fill()):
            for fit, node in fits:
                if fit <= top:
                    break
                if busy[node] or (used and not self._allowed(node)) or (missed and chance() < missed):
                    continue
                top, gap, chosen = fit, number, node
                break
        return top, gap, chosen

    def _allowed(self, node: int) -> bool:
        """False where the node would take more of a limit than is left."""
        limits, used = self.net.problem.limits, self._used
        if used:
            for limit, amount in self.net.use[node]:
                if used[limit] + amount > limits[limit]:
                    return False
        return True

    # -- taking out

    def _take_out(self) -> tuple[float, int]:
        """Remove some stops. Returns the score lost, and the free node it was done for, or -1."""
        self._taken, self._own = [], {}
        centre, way = -1, self._random()
        if way < SEGMENT:
            self._take_segment()
        elif way < RELATED:
            centre = self._take_related()
        elif way < RANDOM:
            self._take_random()
        else:
            self._take_worst()
        if self._taken:
            self._busy = self._busy[:]
            self._count(self._taken, -1)
        score = self.net.score
        return sum([score[node] for node in self._taken]), centre

    def _cut(self, day: int, first: int, last: int) -> None:
        tour = self._own_day(day)
        self._taken += tour.nodes[first:last]
        tour.cut(first, last)

    def _take_segment(self) -> None:
        """Neighbours within one day."""
        chance = self._random
        day = int(chance() * len(self._tours))
        stops = len(self._tours[day].nodes) - 2
        if stops > 0:
            count = 1 + int(chance() * min(stops, self._longest))
            first = 1 + int(chance() * (stops - count + 1))
            self._cut(day, first, first + count)

    def _take_related(self) -> int:
        """Segments of up to three days around one node, near in place and time. Returns it where it is free."""
        chance, tours, busy = self._random, self._tours, self._busy
        if not self.net.size:
            return -1
        node = int(chance() * self.net.size)
        most = 1 + int(chance() * min(3, len(tours)))
        for other in (node, *self.net.near(node)):
            if len(self._own) >= most:
                break
            if not busy[other]:
                continue
            for day, tour in enumerate(tours):
                if day not in self._own and other in tour.nodes:
                    at, stops = tour.nodes.index(other), len(tour.nodes) - 2
                    count = 1 + int(chance() * min(stops, self._longest))
                    low, high = max(1, at - count + 1), min(at, stops - count + 1)
                    first = low + int(chance() * (high - low + 1))
                    self._cut(day, first, first + count)
                    break
        return -1 if busy[node] else node

    def _take_random(self) -> None:
        chance = self._random
        for _ in range(1 + int(chance() * self._longest)):
            day = int(chance() * len(self._tours))
            stops = len(self._tours[day].nodes) - 2
            if stops > 0:
                at = 1 + int(chance() * stops)
                self._cut(day, at, at + 1)

    def _take_worst(self) -> None:
        """Those that give least for the time they take, give or take half."""
        chance, worth, trip = self._random, self.net.worth, self.net.trip
        ranked = []
        for day, tour in enumerate(self._tours):
            a, node = tour.nodes[:2]
            for b in tour.nodes[2:]:
                time = trip[a][node] + trip[node][b] - trip[a][b] + 1
                ranked.append((worth[node] / max(1, time) * (0.5 + chance()), day, node))
                a, node = node, b
        ranked.sort()
        for _, day, node in ranked[: 1 + int(chance() * self._longest)]:
            at = self._tours[day].nodes.index(node)
            self._cut(day, at, at + 1)


def search(
    problem: TourProblem,
    is_over: Callable[[], bool],
    seed: int = 0,
    on_better: Callable[[Tours], None] | None = None,
    start: Sequence[Sequence[int]] | None = None,
) -> Tours:
    """The best tours found until `is_over`; `on_better` gets the first answer and every better one."""
    found = TourSearch(problem, seed, start)
    for _ in range(OPENING):
        found.step()
    if on_better is not None:
        on_better(found.best)
    while not is_over():
        if found.step() and on_better is not None:
            on_better(found.best)
    return found.best
