"""How the days and weeks went: what each day of a period holds, the last weeks as rows, the pace of a period.

Visits are of kind `visit`, by local start day. Money is what was won, minor units of one currency.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deals import won_in
from cockpit.domain.gap import MoneyGap
from cockpit.domain.periods import Period

DayState = Literal["missed", "done", "planned", "free"]
TREND_WEEKS = 8
"""A book holds the activities of two months before the current one: this many weeks are always whole."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """The visits of one day. `missed`: their day is over and they were not held, answered for or not."""

    on: date
    is_workday: bool
    held: int
    planned: int
    missed: int

    @property
    def state(self) -> DayState:
        """What the day is seen as: held visits outweigh a missed one, which outweighs what is still planned."""
        return "done" if self.held else "missed" if self.missed else "planned" if self.planned else "free"


@dataclass(frozen=True, slots=True)
class WeekCount:
    """One calendar week from Monday; the current one up to now."""

    starts_on: date
    held: int
    won_minor: int


@dataclass(frozen=True, slots=True)
class PacePoint:
    """The end of one working day, all amounts since the period began. `due`: the target's share of the working days up to
    it, None without a target. `actual`: won by then, None for a day to come. `covered`: actual and what is planned to close
    by then; from today on."""

    on: date
    due_minor: int | None
    actual_minor: int | None
    covered_minor: int | None


def day_counts(book: Book, rep_id: str, period: Period) -> tuple[DayCount, ...]:
    """Every day of the period; none where the book does not reach back to its start."""
    if period.starts_on < book.activities_from:
        return ()
    counts: dict[str, Counter[date]] = {name: Counter() for name in ("held", "planned", "missed")}
    for activity in book.activities_by_rep.get(rep_id, ()):
        day = book.local_day(activity.starts_at)
        if activity.kind != "visit" or day not in period:
            continue
        if activity.status == "not_held" or (activity.status == "planned" and day < book.today):
            counts["missed"][day] += 1
        elif activity.status in ("held", "planned"):
            counts[activity.status][day] += 1
    calendar = book.calendar_of(rep_id)
    return tuple(
        DayCount(day, calendar.is_workday(day), counts["held"][day], counts["planned"][day], counts["missed"][day])
        for day in period.days()
    )


def last_weeks(book: Book, rep_ids: Sequence[str], currency: str, count: int = TREND_WEEKS) -> tuple[WeekCount, ...]:
    """The last `count` weeks of these people together, the current one last."""
    first = _monday(book.today) - timedelta(weeks=count - 1)
    held: Counter[date] = Counter()
    for activity in (one for rep in rep_ids for one in book.activities_by_rep.get(rep, ())):
        if activity.kind == "visit" and activity.status == "held":
            held[_monday(book.local_day(activity.starts_at))] += 1
    won: Counter[date] = Counter()
    for deal in (one for rep in rep_ids for one in won_in(book, rep, Period("week", first, book.today))):
        if deal.closed_on is not None and deal.currency == currency:
            won[_monday(deal.closed_on)] += deal.amount_minor or 0
    weeks = (first + timedelta(weeks=number) for number in range(count))
    return tuple(WeekCount(monday, held[monday], won[monday]) for monday in weeks)


def pace_points(book: Book, gap: MoneyGap) -> tuple[PacePoint, ...]:
    """One point for each working day of the period. The target is due in equal parts, as for the card of the pace."""
    days = book.calendar_of(gap.scope_id).workdays(gap.period.starts_on, gap.period.ends_on)
    won = _Running((deal.closed_on, deal.amount_minor) for deal in gap.won if deal.currency == gap.currency)
    planned = _Running((deal.expected_on, deal.amount_minor) for deal in gap.planned if deal.currency == gap.currency)
    now = bisect_right(days, book.today) - 1
    points = []
    for number, day in enumerate(days):
        actual = None if number > now else won.until(book.today if number == now else day)
        covered = None
        if number == len(days) - 1:
            covered = gap.actual_minor + gap.planned_minor
        elif number >= now:
            covered = gap.actual_minor + (planned.until(day) if number > now else 0)
        due = None if gap.target_minor is None else gap.target_minor * (number + 1) // len(days)
        points.append(PacePoint(day, due, actual, covered))
    return tuple(points)


class _Running:
    """Amounts adding up over days."""

    def __init__(self, amounts: Iterable[tuple[date | None, int | None]]) -> None:
        dated = sorted((day, amount or 0) for day, amount in amounts if day is not None)
        self._days = [day for day, _amount in dated]
        self._sums = [0, *accumulate(amount for _day, amount in dated)]

    def until(self, day: date) -> int:
        """The sum up to that day, which counts."""
        return self._sums[bisect_right(self._days, day)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
