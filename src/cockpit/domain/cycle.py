"""How long a deal takes from its creation to being won, from the company's own deals.

Cumulative incidence of winning (Aalen-Johansen; a lost deal can no longer be won), over what it reaches in the end: the
share of the deals that will be won which is won within so many days. Open deals leave the count at their age (right
censoring). Nothing is known of deals that closed before the first closing here, so a deal created before that is
counted from the age it had then (left truncation).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

ENOUGH_WINS = 8
"""With fewer won deals nothing is said."""


@dataclass(frozen=True, slots=True)
class Life:
    """One deal. `closed_on` None while it is open."""

    created_on: date
    closed_on: date | None
    is_won: bool = False


@dataclass(frozen=True, slots=True)
class Cycle:
    """`shares[i]` of the deals that will be won are won within `ages[i]` days; `wins` were seen."""

    wins: int
    ages: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.wins >= ENOUGH_WINS

    def share(self, days: int) -> float | None:
        """Of new deals that will be won, how many are won within `days`; None when too few were seen."""
        if not self.is_known:
            return None
        place = bisect_right(self.ages, days)
        return self.shares[place - 1] if place else 0.0

    @property
    def median_days(self) -> int | None:
        if not self.is_known:
            return None
        return next(age for age, share in zip(self.ages, self.shares, strict=True) if share >= 0.5)


def cycle(deals: Iterable[Life], today: date) -> Cycle:
    """The distribution as of `today`; a deal that closes later counts as open."""
    known = [deal for deal in deals if deal.created_on <= today]
    closings = [deal.closed_on for deal in known if deal.closed_on is not None and deal.closed_on <= today]
    if not closings:
        return Cycle(0)
    first = min(closings)
    entered: Counter[int] = Counter()
    left: Counter[int] = Counter()
    won: Counter[int] = Counter()
    lost: Counter[int] = Counter()
    for deal in known:
        is_closed = deal.closed_on is not None and deal.closed_on <= today
        last = deal.closed_on if is_closed and deal.closed_on else today
        age, enters = max(0, (last - deal.created_on).days), max(0, (first - deal.created_on).days)
        if age < enters:
            continue
        entered[enters] += 1
        left[age] += 1
        if is_closed:
            (won if deal.is_won else lost)[age] += 1
    return _incidence(entered, left, won, lost)


def _incidence(entered: Counter[int], left: Counter[int], won: Counter[int], lost: Counter[int]) -> Cycle:
    at_risk, unclosed, reached = 0, 1.0, 0.0
    ages: list[int] = []
    sums: list[float] = []
    for age in sorted(entered.keys() | left.keys()):
        at_risk += entered[age]
        if won[age]:
            reached += unclosed * won[age] / at_risk
            ages.append(age)
            sums.append(reached)
        if at_risk:
            unclosed *= 1 - (won[age] + lost[age]) / at_risk
        at_risk -= left[age]
    return Cycle(won.total(), tuple(ages), tuple(share / reached for share in sums))
