"""What was won when and by whom, for sums between any two days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from datetime import date
from itertools import accumulate

from cockpit.domain.forecast.history import DAY, History, PastDeal, shifted


class Money:
    """What was won, for sums between days."""

    def __init__(self, history: History) -> None:
        self._days = [day for day, _, _ in history.won]
        self._sums = list(accumulate((value for _, _, value in history.won), initial=0.0))
        brought = [(day, value) for day, _, value in history.won if value >= 0]
        self._brought_days = [day for day, _ in brought]
        self._brought = list(accumulate((value for _, value in brought), initial=0.0))
        self._squares = list(accumulate((value * value for _, value in brought), initial=0.0))
        self._owners = [(owner, value) for _, owner, value in history.won]
        sizes = sorted((deal.closed_on, history.size(deal)) for deal in history.deals if _is_won(deal))
        self._sizes = list(accumulate((size for _, size in sizes), initial=0.0))
        ended = sorted((d.closed_on, history.size(d)) for d in history.deals if d.closed_on is not None)
        self._ended = [day for day, _ in ended]
        self._ended_sizes = list(accumulate((size for _, size in ended), initial=0.0))

    def _places(self, first: date, last: date) -> tuple[int, int]:
        low = bisect_left(self._days, first)
        return low, max(low, bisect_right(self._days, last))

    def won(self, first: date, last: date) -> float:
        low, high = self._places(first, last)
        return self._sums[high] - self._sums[low]

    def wins(self, first: date, last: date) -> int:
        low, high = self._places(first, last)
        return high - low

    def wins_of(self, owners: Collection[str], first: date, last: date) -> int:
        low, high = self._places(first, last)
        return sum(owner in owners for owner, _ in self._owners[low:high])

    def by_owner(self, first: date, last: date) -> Mapping[str, float]:
        low, high = self._places(first, last)
        found: dict[str, float] = {}
        for owner, value in self._owners[low:high]:
            found[owner] = found.get(owner, 0.0) + value
        return found

    def mean(self, until: date) -> float:
        """Money of one won deal; one below zero takes back what another brought, and is none."""
        place = bisect_right(self._brought_days, until)
        return self._brought[place] / place if place else 0.0

    def spread(self, until: date) -> float:
        """CV^2 of the money of one won deal: variance over squared mean."""
        place = bisect_right(self._brought_days, until)
        if place < 2 or not self._brought[place]:
            return 0.0
        return max(0.0, place * self._squares[place] / self._brought[place] ** 2 - 1)

    def paid(self, until: date) -> float:
        """Money a won deal brought over the size it had while open."""
        place = bisect_right(self._days, until)
        return max(0.0, self._sums[place] / self._sizes[place]) if self._sizes[place] else 1.0

    def win_share(self, until: date) -> float:
        """Size of what was won over the size of all that closed."""
        ended = self._ended_sizes[bisect_right(self._ended, until)]
        return self._sizes[bisect_right(self._days, until)] / ended if ended else 0.0

    def shares(self, as_of: date) -> Mapping[str, float]:
        """Each owner's share of what was won in the year to `as_of`."""
        won = {owner: max(0.0, value) for owner, value in self.by_owner(shifted(as_of, -12) + DAY, as_of).items()}
        total = sum(won.values())
        return {owner: value / total for owner, value in won.items()} if total else {}


def _is_won(deal: PastDeal) -> bool:
    return deal.outcome == "won" and deal.closed_on is not None
