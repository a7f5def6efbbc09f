"""Days, weeks, months, quarters and years, and the working days in them. All dates are local."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

PeriodKind = Literal["day", "week", "month", "quarter", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts_on` to `ends_on`, both included."""

    kind: PeriodKind
    starts_on: date
    ends_on: date

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def days(self) -> Iterator[date]:
        return days_between(self.starts_on, self.ends_on)

    def weeks(self) -> tuple[Period, ...]:
        """The calendar weeks (Monday to Sunday) cut to this period."""
        parts: list[Period] = []
        start = self.starts_on
        while start <= self.ends_on:
            end = min(start + timedelta(days=6 - start.weekday()), self.ends_on)
            parts.append(Period("week", start, end))
            start = end + timedelta(days=1)
        return tuple(parts)


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period of that kind that holds `day`."""
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        start = day - timedelta(days=day.weekday())
        return Period(kind, start, start + timedelta(days=6))
    if kind == "month":
        start = day.replace(day=1)
        return Period(kind, start, _next_month(start) - timedelta(days=1))
    if kind == "quarter":
        start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        return Period(kind, start, _next_month(_next_month(_next_month(start))) - timedelta(days=1))
    return Period(kind, date(day.year, 1, 1), date(day.year, 12, 31))


def neighbour(period: Period, step: int) -> Period:
    """The period of the same kind right before (-1) or right after (1)."""
    edge = period.starts_on if step < 0 else period.ends_on
    return period_of(period.kind, edge + timedelta(days=step))


YEARS = range(1900, 2200)
"""Years in which something of ours may lie."""
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:-?[Qq](?P<quarter>[1-4])|-[Ww](?P<week>\d\d)|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)


def read_period(text: str, today: date) -> Period | None:
    """The period written as 2026, 2026-Q4, 2026-11, 2026-W48 or 2026-11-24, or the current one by its kind; else None."""
    kind = next((known for known in PERIOD_KINDS if known == text), None)
    if kind is not None:
        return period_of(kind, today)
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    year = int(found["year"])
    if year not in YEARS:
        return None
    try:
        if found["week"]:
            return period_of("week", date.fromisocalendar(year, int(found["week"]), 1))
        if found["quarter"]:
            return period_of("quarter", date(year, 3 * int(found["quarter"]), 1))
        first = date(year, int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        return None
    return period_of("day" if found["day"] else "month" if found["month"] else "year", first)


def period_text(period: Period) -> str:
    """As `read_period` reads it."""
    first = period.starts_on
    if period.kind == "week":
        year, week, _day = first.isocalendar()
        return f"{year}-W{week:02}"
    texts = {"day": first.isoformat(), "month": f"{first:%Y-%m}", "year": f"{first:%Y}"}
    return texts.get(period.kind) or f"{first:%Y}-Q{(first.month + 2) // 3}"


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The company's working days: Monday to Friday, less holidays, plus make-up workdays."""

    holidays: frozenset[date] = frozenset()
    makeups: frozenset[date] = frozenset()
    weekdays: str = field(default="12345")

    def is_workday(self, day: date) -> bool:
        return day in self.makeups or (str(day.isoweekday()) in self.weekdays and day not in self.holidays)

    def workdays(self, first: date, last: date) -> tuple[date, ...]:
        return tuple(day for day in days_between(first, last) if self.is_workday(day))

    def previous_workday(self, day: date) -> date:
        """The last working day before `day`."""
        for back in range(1, 31):
            if self.is_workday(day - timedelta(days=back)):
                return day - timedelta(days=back)
        return day - timedelta(days=1)
