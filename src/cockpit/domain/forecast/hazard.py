"""How likely a deal of some age is won or lost on a day: a table learned from the company's deals.

Rows are bands of age, columns months of the quarter. A cell holds money won (lost) per money-day open: deals count by
their size, since large ones win less often and counting them alike overstates money. Days before the closes are known
do not count (left truncation), a deal still open counts up to the day it was looked at (right censoring). A cell is
pulled to its band by `KAPPA` deal-days of the band's own rate.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from cockpit.domain.forecast.history import DAY, History, PastDeal, month_of_quarter, months_between

BANDS = (7, 14, 30, 60, 90, 120, 180, 270, 365, 545, 730)
"""Last day of each band of age; one more band holds what is older."""
KAPPA = 300.0

Triple = tuple[float, float, float]
"""By month of the quarter."""


@dataclass(frozen=True)
class Hazards:
    """Chances per day of being won and of being lost, by band and month of the quarter."""

    win: tuple[Triple, ...]
    lose: tuple[Triple, ...]
    oldest_win: int
    """Age in days of the oldest deal that was won."""
    _cache: dict[tuple[int, date, date], float] = field(default_factory=dict, repr=False, compare=False)

    def is_stale(self, age: int) -> bool:
        """Older than any deal that was ever won: it counts zero."""
        return age > self.oldest_win

    def chance(self, age: int, first: date, last: date) -> float:
        """That a deal `age` days old on the day before `first` is won from `first` to `last`."""
        key = (age, first, last)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._chance(age, first, last)
        return found

    def _chance(self, age: int, first: date, last: date) -> float:
        """Stretches of equal chances in turn: of those still open, w / (w + l) x (1 - (1 - w - l)^days) are won."""
        is_open, chance = 1.0, 0.0
        for start, end in months_between(first, last):
            column, day = month_of_quarter(start), start
            while day <= end:
                age_then = age + (day - first).days + 1
                band = bisect_left(BANDS, age_then)
                days = (end - day).days + 1
                if band < len(BANDS):
                    days = min(days, BANDS[band] - age_then + 1)
                win, lose = self.win[band][column], self.lose[band][column]
                if win + lose > 0:
                    stay = max(0.0, 1 - win - lose) ** days
                    chance += is_open * win / (win + lose) * (1 - stay)
                    is_open *= stay
                day += timedelta(days=days)
        return chance

    def arriving(self, first: date, last: date) -> float:
        """Deals won by `last` of one new deal a day from `first` on."""
        return sum(self.chance(0, day + DAY, last) for day in _days(first, last))


class Exposures:
    """All deals' days laid out once over ages and stretches of time, so that the table of any day is a sum.

    `cuts` are the days on which tables will be asked for.
    """

    def __init__(self, history: History, cuts: Sequence[date]) -> None:
        self.history = history
        self._cuts = sorted(set(cuts))
        self._cells: dict[tuple[int, int, int], list[float]] = {}
        self._oldest = [0] * (len(self._cuts) + 1)
        for deal in history.deals:
            self._lay(deal)

    def _lay(self, deal: PastDeal) -> None:
        size, closed = self.history.size(deal), deal.closed_on
        last = closed if closed is not None else self._cuts[-1]
        first = max(deal.created_on + DAY, self.history.begins_on) if closed != deal.created_on else deal.created_on
        for start, end in months_between(first, last):
            self._lay_month(deal.created_on, start, end, size)
        if closed is not None and closed >= self.history.begins_on:
            age, part = (closed - deal.created_on).days, bisect_left(self._cuts, closed)
            self._cell(part, age, closed)[0 if deal.outcome == "won" else 1] += size
            if deal.outcome == "won":
                self._oldest[part] = max(self._oldest[part], age)

    def _lay_month(self, created: date, start: date, end: date, size: float) -> None:
        while start <= end:
            age, part = (start - created).days, bisect_left(self._cuts, start)
            band = bisect_left(BANDS, age)
            days = (end - start).days + 1
            if band < len(BANDS):
                days = min(days, BANDS[band] - age + 1)
            if part < len(self._cuts):
                days = min(days, (self._cuts[part] - start).days + 1)
            self._cell(part, age, start)[2] += size * days
            start += timedelta(days=days)

    def _cell(self, part: int, age: int, day: date) -> list[float]:
        return self._cells.setdefault((part, bisect_left(BANDS, age), month_of_quarter(day)), [0.0, 0.0, 0.0])

    def until(self, cut: date) -> Hazards:
        """The table of what was known at the end of `cut`, one of the cuts."""
        place = bisect_left(self._cuts, cut)
        cells: list[list[list[float]]] = [[[0.0, 0.0, 0.0] for _ in range(3)] for _ in range(len(BANDS) + 1)]
        for (part, band, column), seen in self._cells.items():
            if part <= place:
                cell = cells[band][column]
                for index in range(3):
                    cell[index] += seen[index]
        pull = KAPPA * self.history.mean_size(cut)
        rows = [_shrunk(row, pull) for row in cells]
        for band in range(1, len(rows)):
            if not any(cell[2] for cell in cells[band]):  # nobody was ever this old here: as the band before it
                rows[band] = rows[band - 1]
        return Hazards(
            tuple(win for win, _ in rows), tuple(lose for _, lose in rows), max(self._oldest[: place + 1], default=0)
        )


def _shrunk(row: list[list[float]], pull: float) -> tuple[Triple, Triple]:
    """Chances a day of one band: each month of the quarter pulled to the band."""
    exposure = sum(cell[2] for cell in row)

    def chances(index: int) -> Triple:
        band = sum(cell[index] for cell in row) / exposure if exposure else 0.0
        one, two, three = ((cell[index] + pull * band) / (cell[2] + pull) for cell in row)
        return one, two, three

    return chances(0), chances(1)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]
