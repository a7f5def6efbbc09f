"""The weights a target is split by: what each person has won a month, each month's season, and their working days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from cockpit.domain.book import Book
from cockpit.domain.periods import Period, period_of
from cockpit.domain.targets import Measure, actual

HISTORY_MONTHS = 24
AVERAGE_MONTHS = 3
"""Months of the average that everybody is given before his own: who is new gets an equal share, not nothing."""


def workdays_of(book: Book, scope_id: str, period: Period) -> int:
    return len(book.calendar_of(scope_id).workdays(period.starts_on, period.ends_on))


def people_weights(book: Book, people: Sequence[str], period: Period, measure: Measure) -> dict[str, int]:
    """What each may carry: (won + 3 average months) / (months + 3) x working days of the period.

    Won in the whole months before today, at most 24, counted from the first deal of each. Without any history the
    working days alone.
    """
    won = {person: _won_by_month(book, person, measure) for person in people}
    months = {person: _months_here(book, person) for person in people}
    total, all_months = sum(sum(found.values()) for found in won.values()), sum(months.values())
    mean = Fraction(total, all_months) if total > 0 else Fraction(0)
    weights = {}
    for person in people:
        rate = (sum(won[person].values()) + AVERAGE_MONTHS * mean) / (months[person] + AVERAGE_MONTHS)
        days = workdays_of(book, person, period)
        weights[person] = max(0, round((rate if mean else 1) * days))
    return weights


def month_weights(
    book: Book, scope_id: str, people: Sequence[str], months: Sequence[date], measure: Measure
) -> list[int]:
    """The season: what was won a working day in that month of earlier years, pulled to the average by one month of it,
    x working days of the month to come."""
    won: dict[int, int] = {}
    days: dict[int, int] = {}
    times: dict[int, int] = {}
    begun = min((_months_here(book, person, as_first=True) for person in people), default=0)
    for month in _past_months(book)[begun:]:
        number = month.starts_on.month
        won[number] = won.get(number, 0) + actual(book, people, month, measure)[0]
        days[number] = days.get(number, 0) + workdays_of(book, scope_id, month)
        times[number] = times.get(number, 0) + 1
    whole, all_days = sum(won.values()), sum(days.values())
    average = Fraction(whole, all_days) if whole > 0 and all_days else Fraction(1)
    found = []
    for first in months:
        number, n = first.month, times.get(first.month, 0)
        own = Fraction(won[number], days[number]) if n and days[number] and whole > 0 else average
        rate = (n * own + average) / (n + 1)
        found.append(max(0, round(rate * 1000 * workdays_of(book, scope_id, period_of("month", first)))))
    return found


def _past_months(book: Book) -> list[Period]:
    """The whole months before today's, oldest first."""
    found: list[Period] = []
    month = period_of("month", book.today)
    for _number in range(HISTORY_MONTHS):
        month = period_of("month", date.fromordinal(month.starts_on.toordinal() - 1))
        found.append(month)
    return found[::-1]


def _months_here(book: Book, person_id: str, *, as_first: bool = False) -> int:
    """Past months since the person's first deal; `as_first`: the place of that month among the past ones."""
    days = [day for d in book.deals_by_owner.get(person_id, ()) for day in (d.created_on, d.closed_on) if day]
    months = _past_months(book)
    count = sum(month.ends_on >= min(days) for month in months) if days else 0
    return len(months) - count if as_first else count


def _won_by_month(book: Book, person_id: str, measure: Measure) -> dict[date, int]:
    return {month.starts_on: actual(book, [person_id], month, measure)[0] for month in _past_months(book)}
