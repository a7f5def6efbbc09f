"""What a plan in the making costs, as a tuple that is compared level by level: less is better."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cockpit.domain.entities import ActivityKind
from cockpit.planning.insertion import Board
from cockpit.planning.problem import Need
from cockpit.planning.schedule import FACE

Cost = tuple[float, ...]
TIERS = "ABC"


class Costs:
    """KPI short, sub-limits short, moves and drops, shifts within a day, overdue accounts left of tier A, B and C,
    minus points, travel."""

    def __init__(self, board: Board, needs: Sequence[Need], left: int) -> None:
        """`left`: how many of what lost its time found no other."""
        self._needs, self._left = tuple(needs), left
        self._subs = tuple(sub for need in needs for sub in need.within)
        self.owed = {
            stop.account_id: stop.tier
            for stop in board.problem.stops
            if stop.is_candidate and stop.is_overdue and not board.is_ahead(stop.account_id)
        }
        """The tiers of the accounts that are overdue and have nothing ahead."""
        self._counts: dict[tuple[ActivityKind, str, date], tuple[int, ...]] = {}

    def of(self, board: Board) -> Cost:
        counts = [0] * (len(self._needs) + len(self._subs))
        owed, moved, shifted = self.owed.copy(), 0, 0
        for added in board.added.values():
            for place in self._counted(added.kind, added.stop.tier, added.on):
                counts[place] += 1
            loose = added.loose
            if loose is not None and not loose.is_anew:
                moved += added.on != loose.was_on
                shifted += loose.why == "room"
                for place in self._counted(loose.kind, loose.tier, loose.was_on):
                    counts[place] -= 1
            if added.kind == FACE:
                owed.pop(added.stop.account_id, None)
        short = [
            max(0, need.limit - need.done - need.planned - count)
            for need, count in zip((*self._needs, *self._subs), counts)
        ]
        tiers = list(owed.values())
        points = sum([plan.points for plan in board.days.values()])
        travel = sum([plan.travel_minutes for plan in board.days.values()])
        return (
            sum(short[: len(self._needs)]),
            sum(short[len(self._needs) :]),
            moved + 3 * self._left,
            shifted,
            *(tiers.count(tier) for tier in TIERS),
            -round(points, 6),
            travel,
        )

    def _counted(self, kind: ActivityKind, tier: str, on: date) -> tuple[int, ...]:
        """The places of the needs that such an activity counts for."""
        found = self._counts.get((kind, tier, on))
        if found is None:
            needs = enumerate((*self._needs, *self._subs))
            found = self._counts[kind, tier, on] = tuple(i for i, need in needs if need.counts(kind, tier, on))
        return found
