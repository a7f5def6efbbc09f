"""What a forecast is made from: the deals of a company as they were known on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Literal

Outcome = Literal["open", "won", "lost"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastDeal:
    """One deal. `size_minor` is what it was worth while open, and never tells how it ended; None where nobody said.

    `amount_minor` is what it brought: set for a won deal alone, a won deal without it counts with its size.
    """

    id: str
    owner_id: str
    created_on: date
    closed_on: date | None = None
    outcome: Outcome = "open"
    size_minor: int | None = None
    amount_minor: int | None = None

    def as_known(self, on: date) -> PastDeal | None:
        """The deal as it was known at the end of that day; None before it was there."""
        if self.created_on > on:
            return None
        if self.closed_on is not None and self.closed_on > on:
            return replace(self, closed_on=None, outcome="open", amount_minor=None)
        return self


@dataclass(frozen=True)
class History:
    """The deals of a company whose closes are known from `begins_on` on.

    What closed before `begins_on` is not here, so a deal from before counts only from that day on (left truncation).
    """

    deals: tuple[PastDeal, ...]
    begins_on: date

    @cached_property
    def sizes(self) -> Mapping[str, float]:
        """What each deal counts: its size, else the mean of those created up to it, so that it never changes later."""
        found: dict[str, float] = {}
        sizes = [deal.size_minor for deal in self.deals if deal.size_minor]
        total, count = 0, 0
        for deal in self.deals:
            if deal.size_minor:
                total, count = total + deal.size_minor, count + 1
            usual = total / count if count else float(sizes[0]) if sizes else 1.0
            found[deal.id] = float(deal.size_minor) if deal.size_minor else usual
        return found

    def size(self, deal: PastDeal) -> float:
        return self.sizes[deal.id]

    @cached_property
    def _sums(self) -> tuple[float, ...]:
        return tuple(accumulate(self.sizes.values(), initial=0.0))

    def mean_size(self, on: date) -> float:
        """Of the deals that were there at the end of that day."""
        place = bisect_right(self.deals, on, key=lambda deal: deal.created_on)
        return self._sums[place] / place if place else 1.0

    @cached_property
    def won(self) -> tuple[tuple[date, str, float], ...]:
        """Closing day, owner and money of every won deal, by day."""
        return tuple(
            sorted(
                (deal.closed_on, deal.owner_id, self.value(deal))
                for deal in self.deals
                if deal.outcome == "won" and deal.closed_on is not None
            )
        )

    def value(self, deal: PastDeal) -> float:
        return float(deal.amount_minor) if deal.amount_minor is not None else self.size(deal)

    def months(self, on: date) -> int:
        """Whole months of closes known at the end of `on`."""
        after = on + DAY
        return max(0, (after.year - self.begins_on.year) * 12 + after.month - self.begins_on.month)


def history_of(deals: Iterable[PastDeal]) -> History | None:
    """The history that begins with the month of the first close; None while nothing has closed."""
    rows = tuple(sorted(deals, key=lambda deal: (deal.created_on, deal.id)))
    closes = [deal.closed_on for deal in rows if deal.closed_on is not None]
    return History(rows, min(closes).replace(day=1)) if closes else None


def sizes_known(choices: Sequence[Sequence[int | None]], is_won: Sequence[bool]) -> tuple[int | None, ...]:
    """The first choice of sizes that most deals not won carry too: a size known of the won ones alone tells the end."""
    for sizes in choices:
        rest = [size for size, won in zip(sizes, is_won, strict=True) if not won]
        if sum(bool(size) for size in rest) * 2 > len(rest):
            return tuple(size or None for size in sizes)
    return (None,) * len(is_won)


def moved(day: date, months: int) -> date:
    """The day some months on (or back); the end of a month stays the end of a month."""
    return shifted(day + DAY, months) - DAY


def shifted(day: date, months: int) -> date:
    """The day of the same number some months on (or back), or the last of that month where it is shorter."""
    place = day.year * 12 + day.month - 1 + months
    first = date(place // 12, place % 12 + 1, 1)
    return first + timedelta(days=min(day.day, month_end(first).day) - 1)


def month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - DAY


def month_of_quarter(day: date) -> int:
    """0, 1 or 2: the rhythm that quarters give a trade."""
    return (day.month - 1) % 3


def months_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of the parts that month ends cut a stretch of days into."""
    while first <= last:
        end = min(month_end(first), last)
        yield first, end
        first = end + DAY
