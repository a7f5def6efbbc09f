"""Past forecasts: each from what was known on its day alone, beside what then came and what rivals would have said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cockpit.domain.forecast.hazard import Exposures
from cockpit.domain.forecast.history import DAY, History, moved, shifted
from cockpit.domain.forecast.money import Money
from cockpit.domain.forecast.views import RHYTHM, Views, views

NEEDS_MONTHS = 3
"""Months of closes without which nothing is forecast: one whole quarter's rhythm."""
CORRECT_FROM = 6
"""The last so many past forecasts tell the bias to take out; with fewer there is none."""

WEIGHTED, TRAILING, SAME = "weighted_pipeline", "trailing_three_months", "same_days_last_quarter"
RIVALS = (WEIGHTED, TRAILING, SAME)


@dataclass(frozen=True)
class Span:
    """A period and the last day of which all was known: money from `first` to `as_of` is won, the rest is ahead."""

    first: date
    as_of: date
    last: date

    def moved(self, months: int) -> Span:
        return Span(shifted(self.first, months), moved(self.as_of, months), moved(self.last, months))


@dataclass(frozen=True)
class Point:
    """One forecast of the money ahead, by owner, in minor units, before any correction; and what came."""

    span: Span
    so_far: Mapping[str, float]
    expected: Mapping[str, float]
    came: Mapping[str, float]
    """From the day after the as-of to the end; of no meaning while that is not over."""
    rivals: Mapping[str, Mapping[str, float]]

    def pair(self, owners: Collection[str]) -> tuple[float, float]:
        """What was expected ahead and what came."""
        return total(self.expected, owners), total(self.came, owners)


@dataclass(frozen=True)
class Past:
    """Forecasts that are over, oldest first."""

    points: tuple[Point, ...]

    def before(self, as_of: date) -> Past:
        """Those that were over at the end of that day."""
        return Past(tuple(point for point in self.points if point.span.last <= as_of))

    @property
    def bias(self) -> float:
        """What forecasts are multiplied by: came over expected of the whole company, of the last six; 1 with fewer.

        As many forecasts without bias are counted in: it is half believed. One factor for all: the parts still sum.
        """
        if len(self.points) < CORRECT_FROM:
            return 1.0
        latest = self.points[-CORRECT_FROM:]
        expected = sum(sum(point.expected.values()) for point in latest)
        came = sum(sum(point.came.values()) for point in latest)
        return (came + expected) / (2 * expected) if expected else 1.0

    def pairs(self, owners: Collection[str]) -> list[tuple[float, float]]:
        return [point.pair(owners) for point in self.points]


def look(history: History, money: Money, span: Span) -> tuple[Views, Point, Past]:
    """The views of the days ahead, the forecast of now, and each earlier one of such a span that is over."""
    spans = list(reversed(_past(history, span)))
    exposures = Exposures(history, [*(past.as_of for past in spans), span.as_of])
    points = [
        _point(money, past, views(history, exposures.until(past.as_of), money, past.as_of, past.last)) for past in spans
    ]
    now = views(history, exposures.until(span.as_of), money, span.as_of, span.last)
    return now, _point(money, span, now), Past(tuple(points))


def _past(history: History, span: Span) -> Sequence[Span]:
    """The span moved back month by month while there is history enough; those over by its as-of, newest first."""
    found: list[Span] = []
    months = 1
    while history.months((past := span.moved(-months)).as_of) >= NEEDS_MONTHS:
        if past.last <= span.as_of:
            found.append(past)
        months += 1
    return found


def _point(money: Money, span: Span, seen: Views) -> Point:
    ahead = (span.as_of + DAY, span.last)
    quarter = money.by_owner(seen.rhythm.since, span.as_of)
    part = seen.rhythm.days / seen.rhythm.of_days
    rivals = {
        WEIGHTED: {owner: value * money.win_share(span.as_of) for owner, value in seen.reserve.items()},
        TRAILING: {owner: value * part for owner, value in quarter.items()},
        SAME: money.by_owner(shifted(ahead[0], -RHYTHM), moved(span.last, -RHYTHM)),
    }
    return Point(span, money.by_owner(span.first, span.as_of), seen.expected, money.by_owner(*ahead), rivals)


def total(by_owner: Mapping[str, float], owners: Collection[str]) -> float:
    return sum(by_owner.get(owner, 0.0) for owner in owners)
