"""The search's own view of a problem: flat lists of nodes, and what can be put between two of them.

A node is a stop in one of its windows; the nodes of one stop are twins, of which at most one is in a plan.
Every day has a node of its own where it starts and one where it ends.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from cockpit.planning.tours import TourProblem

Fit = tuple[float, int]
"""How good a node is in a gap, and the node."""

_Option = tuple[int, int, int, int, int]
"""Node, time to it, time from it to the next, opens, closes."""

WIDTH = 60
"""So many nodes are thought of for a gap: those with the shortest way round."""
MOST_FITS, MOST_PAIRS = 400_000, 4_000
"""What is remembered until all of it is forgotten: entries of gaps and pairs of neighbours, some 40 MB each."""
NEAR = 60
PRICE = 3.0
"""Of every limit, before it is known which are scarce."""
_NEVER = 1 << 60
_LEAST = 1e-9


class Net:
    """Nodes with their windows by kind of day, times between them, and a memory of what fits where."""

    def __init__(self, problem: TourProblem, power: float = 2.0) -> None:
        """`power`: a stop's score counts to this power against the time it takes."""
        self.problem = problem
        self.kind = [day.hours for day in problem.days]
        stops = len(problem.scores)
        kinds = problem.hours
        windows = [(s, w) for s in range(stops) for w in range(max(len(hours[s]) for hours in kinds))]
        self.stop = [stop for stop, _ in windows]
        self.size = size = len(windows)
        places = [*self.stop, *(place for day in problem.days for place in (day.start, day.end))]
        self.trip = [[row[b] for b in places] for row in (problem.trip[a] for a in places)]
        self.back = [list(column) for column in zip(*self.trip)]
        self.opens = [[0] * len(places) for _ in kinds]
        self.closes = [[-1] * len(places) for _ in kinds]
        self._open(problem, windows)
        twins: list[list[int]] = [[] for _ in range(stops)]
        for node, stop in enumerate(self.stop):
            twins[stop].append(node)
        self.twins = [twins[stop] for stop in self.stop]
        self.score = [problem.scores[stop] for stop in self.stop]
        self.use = [problem.use[stop] for stop in self.stop] if problem.use else []
        self._power = power
        self.worth = [0.0] * size
        self.memory: list[dict[tuple[int, int, int, int], list[Fit]]] = [{} for _ in kinds]
        self._pairs: list[dict[tuple[int, int], tuple[list[int], list[_Option]]]] = [{} for _ in kinds]
        self._after: list[dict[int, list[_Option]]] = [{} for _ in kinds]
        self._near: dict[int, list[int]] = {}
        self._remembered = 0
        self.price([PRICE] * len(problem.limits))

    def ends(self, day: int) -> tuple[int, int]:
        """The nodes at which a day starts and ends."""
        return self.size + 2 * day, self.size + 2 * day + 1

    def _open(self, problem: TourProblem, windows: list[tuple[int, int]]) -> None:
        for opens, closes, hours in zip(self.opens, self.closes, problem.hours):
            for node, (stop, number) in enumerate(windows):
                if number < len(hours[stop]):
                    opens[node], closes[node] = hours[stop][number]
        for number, day in enumerate(problem.days):
            for node in self.ends(number):
                self.opens[day.hours][node], self.closes[day.hours][node] = day.leaves, day.back_by

    def price(self, prices: list[float]) -> None:
        """What needs much of a scarce limit is worth less: at a price of 1, all of a limit halves the worth."""
        prices = [price / max(limit, _LEAST) for price, limit in zip(prices, self.problem.limits)]
        for node, score in enumerate(self.score):
            share = sum(amount * prices[limit] for limit, amount in self.use[node]) if self.use else 0.0
            self.worth[node] = max(0.0, score) ** self._power / (1 + share)
        self._forget_fits()

    def fits(self, kind: int, key: tuple[int, int, int, int]) -> list[Fit]:
        """What can be put between nodes `a` and `b`, left from `a` at `start`, at `b` by `latest`; the best first.

        key = (a, b, start, latest). Asked only where `memory` has no answer.
        """
        a, b, start, latest = key
        times, options = self._pairs[kind].get((a, b)) or self._pair(kind, a, b)
        found: list[Fit] = []
        count = bisect_right(times, latest - start)
        if count:
            direct, worth = start + self.trip[a][b], self.worth
            found = [
                (worth[node] / (more if (more := there - direct) > 1 else 1), node)
                for node, way, on, opens, closes in options[:count]
                if (at := start + way) <= closes and (there := (at if at > opens else opens) + on) <= latest
            ]
            found.sort(reverse=True)
            self._remembered += count
        self.memory[kind][key] = found
        return found

    def _pair(self, kind: int, a: int, b: int) -> tuple[list[int], list[_Option]]:
        """The options between two nodes with the shortest way round first, and the times they take at least."""
        after = self._after[kind].get(a)
        if after is None:
            opens_a, rows = self.opens[kind][a], zip(self.opens[kind], self.closes[kind], self.trip[a], self.score)
            after = self._after[kind][a] = [
                (node, way, max(opens, opens_a + way), opens, closes)
                for node, (opens, closes, way, score) in enumerate(rows)
                if opens_a + way <= closes and opens <= closes and score > 0 and node != a
            ]
        back, by = self.back[b], self.closes[kind][b]
        found = [
            (way + on, node, way, on, opens, closes)
            for node, way, first, opens, closes in after
            if first + (on := back[node]) <= by and node != b
        ]
        found.sort()
        del found[WIDTH:]
        pair = self._pairs[kind][a, b] = [row[0] for row in found], [row[1:] for row in found]
        return pair

    def forget(self) -> None:
        """Empty what has become large."""
        if self._remembered > MOST_FITS:
            self._forget_fits()
        for pairs in self._pairs:
            if len(pairs) > MOST_PAIRS:
                pairs.clear()

    def _forget_fits(self) -> None:
        self._remembered = 0
        for memory in self.memory:
            memory.clear()

    def near(self, node: int) -> list[int]:
        """Nodes that can be visited soon before or after it, the nearest in time first; of the first kind of day."""
        found = self._near.get(node)
        if found is None:
            opens, closes = self.opens[0][node], self.closes[0][node]
            rows = zip(self.opens[0], self.closes[0], self.trip[node], self.back[node], range(self.size))
            ranked = [
                (
                    min(
                        (to if to > o - closes else o - closes) if opens + to <= c else _NEVER,
                        (fro if fro > opens - c else opens - c) if o + fro <= closes else _NEVER,
                    ),
                    other,
                )
                for o, c, to, fro, other in rows
            ]
            ranked.sort()
            stop = self.stop[node]
            found = self._near[node] = [other for _, other in ranked[:NEAR] if self.stop[other] != stop]
        return found


class Tour:
    """One day: its nodes, the earliest and the latest start of each, and what fits into each gap (None: not known)."""

    __slots__ = ("gaps", "kind", "latest", "most", "net", "nodes", "starts")

    def __init__(self, net: Net, day: int, nodes: list[int]) -> None:
        self.net, self.kind, self.most = net, net.kind[day], net.problem.days[day].most
        first, last = net.ends(day)
        self.nodes = [first, *nodes, last]
        self.starts, self.latest = [-1] * len(self.nodes), [-1] * len(self.nodes)
        self.gaps: list[list[Fit] | None] = [None] * (len(self.nodes) - 1)
        self.starts[0], self.latest[-1] = net.opens[self.kind][first], net.closes[self.kind][last]
        self._settle(1, len(nodes))

    def copy(self) -> Tour:
        other = Tour.__new__(Tour)
        other.net, other.kind, other.most = self.net, self.kind, self.most
        other.nodes, other.starts = self.nodes[:], self.starts[:]
        other.latest, other.gaps = self.latest[:], self.gaps[:]
        return other

    def put(self, gap: int, node: int) -> None:
        """Insert the node; it must be one that fits there."""
        self.nodes.insert(gap + 1, node)
        self.starts.insert(gap + 1, -1)
        self.latest.insert(gap + 1, -1)
        self.gaps.insert(gap + 1, None)
        self._settle(gap + 1, gap + 1)

    def cut(self, first: int, last: int) -> None:
        """Take out the nodes from position `first` up to, not including, `last`."""
        del self.nodes[first:last], self.starts[first:last], self.latest[first:last], self.gaps[first:last]
        self._settle(first, first - 1)

    def _settle(self, first: int, last: int) -> None:
        """Earliest starts from `first` on and latest starts from `last` back, each as far as they change."""
        net, kind, nodes, starts, latest = self.net, self.kind, self.nodes, self.starts, self.latest
        trip, opens, closes, count = net.trip, net.opens[kind], net.closes[kind], len(self.nodes)
        high, a, at = first, nodes[first - 1], starts[first - 1]
        while high < count:
            b = nodes[high]
            at += trip[a][b]
            if at < opens[b]:
                at = opens[b]
            if at == starts[high]:
                break
            starts[high] = at
            a = b
            high += 1
        low, b, at = last, nodes[last + 1], latest[last + 1]
        while low >= 0:
            a = nodes[low]
            at -= trip[a][b]
            if at > closes[a]:
                at = closes[a]
            if at == latest[low]:
                break
            latest[low] = at
            b = a
            low -= 1
        low, high = max(low, 0), min(max(high, first), count - 1)
        self.gaps[low:high] = [None] * (high - low)

    def fill(self) -> list[list[Fit]]:
        """What fits into each gap, worked out where it is not known; nothing once the day has its stops."""
        gaps: list[list[Fit]] = self.gaps  # type: ignore[assignment]  # none is left unknown below; a copy would cost
        if len(self.nodes) - 2 >= self.most:
            return []
        known = self.net.memory[self.kind]
        nodes, starts, latest = self.nodes, self.starts, self.latest
        for q, gap in enumerate(gaps):
            if gap is None:
                key = nodes[q], nodes[q + 1], starts[q], latest[q + 1]
                found = known.get(key)
                gaps[q] = self.net.fits(self.kind, key) if found is None else found
        return gaps

    @property
    def minutes(self) -> int:
        """The time all its trips and stops take, waiting left out."""
        trip = self.net.trip
        return sum(trip[a][b] for a, b in pairwise(self.nodes))
