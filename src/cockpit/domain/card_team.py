"""Card rules of who leads a team: nothing won for days, a rep with fewer visits than usual, a rep short of his target."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cockpit.domain.book import Book
from cockpit.domain.card_month import Pace
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deal_view import moments_of
from cockpit.domain.deals import deals_of, standing
from cockpit.domain.entities import Activity, Deal, Person
from cockpit.domain.periods import Period

RECENT_DAYS, USUAL_DAYS = 5, 20
"""Working days that are compared, and those before them: a week with the four weeks before."""
USUAL_LEAST = 8
"""Visits in the usual days, below which 30 % is chance."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The finished working days since the team's last deal won; `last` None: none is known."""

    team_id: str
    days: int
    last: Deal | None


@dataclass(frozen=True, slots=True)
class Fewer:
    """A rep's visits of the last working days and what the kept share of his usual number would be."""

    person: Person
    recent: tuple[Activity, ...]
    usual: int
    """In the 20 working days before."""
    due: int

    @property
    def missing(self) -> int:
        return max(0, self.due - len(self.recent))


@dataclass(frozen=True, slots=True)
class Short:
    """A rep behind the pace of his month by more than is his own affair."""

    person: Person
    pace: Pace
    percent: int
    """Of the month's target that is his own affair."""

    @property
    def allowed_minor(self) -> int:
        return (self.pace.gap.target_minor or 0) * self.percent // 100

    @property
    def missing_minor(self) -> int:
        return max(0, self.pace.behind_minor - self.allowed_minor)


# -- nothing won --------------------------------------------------------------------------------------------------------


def silence(book: Book, lead: Person, rep_ids: Sequence[str], month: Period) -> tuple[Silence, tuple[Reading, ...]]:
    """At each midnight and now: 1 lacking when no deal was won from so many finished working days before on."""
    won = [d for d in deals_of(book, rep_ids) if d.closed_on is not None and standing(book, d) == "won"]
    won.sort(key=lambda deal: (deal.closed_on or date.min, deal.id))
    all_days, acked_days = _closed(won), _closed(deal for deal in won if deal.is_acknowledged)
    workdays = book.calendar_of(lead.id).workdays(month.starts_on - timedelta(days=31), book.today)
    readings = []
    for moment, today, end in moments_of(book, month):
        gone = bisect_left(workdays, today)
        if gone < book.limits.zero_days:
            continue
        first = workdays[gone - book.limits.zero_days]
        lacks = int(_count(all_days, first, end) == 0)
        acked = int(_count(acked_days, first, end) == 0)
        readings.append(Reading(moment, lacks, acked, 0, _count(all_days, month.starts_on, end)))
    last = won[-1] if won else None
    since = last.closed_on if last is not None and last.closed_on is not None else date.min
    quiet = sum(since < day < book.today for day in workdays)
    return Silence(lead.team_id or lead.id, quiet, last), settled(readings)


def _closed(deals: Iterable[Deal]) -> list[date]:
    return [deal.closed_on for deal in deals if deal.closed_on is not None]


# -- fewer visits -------------------------------------------------------------------------------------------------------


def fewer_visits(book: Book, person: Person, month: Period) -> tuple[Fewer, tuple[Reading, ...]]:
    """At each midnight and now: visits missing to the kept share of the rep's own four weeks; covered by those planned this week."""
    rows = [row for row in book.activities_by_rep.get(person.id, ()) if row.kind == "visit"]
    held = [row for row in rows if row.status == "held" and row.starts_at <= book.as_of]
    days = [book.local_day(row.starts_at) for row in held]
    acked_days = [book.local_day(row.starts_at) for row in held if row.is_acknowledged]
    workdays = book.calendar_of(person.id).workdays(book.activities_from, book.today)
    readings, first, usual = [], book.today, 0
    for moment, today, end in moments_of(book, month):
        gone = bisect_left(workdays, today)
        if gone < RECENT_DAYS + USUAL_DAYS:
            continue
        first, before = workdays[gone - RECENT_DAYS], workdays[gone - RECENT_DAYS - USUAL_DAYS]
        usual = _count(days, before, first)
        due, recent = _due(book, usual), _count(days, first, end)
        lacks, acked = max(0, due - recent), max(0, due - _count(acked_days, first, end))
        readings.append(Reading(moment, lacks, acked, 0, _count(days, month.starts_on, end)))
    if readings:
        readings[-1] = replace(readings[-1], covered=min(readings[-1].lacks, _planned(book, rows)))
    found = Fewer(
        person, tuple(row for row, day in zip(held, days, strict=True) if day >= first), usual, _due(book, usual)
    )
    return found, settled(readings)


def _due(book: Book, usual: int) -> int:
    """Rounded up, so that a rep at exactly that share has enough."""
    whole = USUAL_DAYS // RECENT_DAYS * 100
    return -(-usual * book.limits.visits_percent // whole) if usual >= USUAL_LEAST else 0


def _planned(book: Book, rows: Iterable[Activity]) -> int:
    begins, ends = book.midnight(book.today), book.midnight(book.today + timedelta(days=7))
    return sum(row.status == "planned" and begins <= row.starts_at < ends for row in rows)


# -- behind by more than a share ----------------------------------------------------------------------------------------


def short_trace(found: Short, trace: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings of the rep's pace, less what is his own affair."""
    free = found.allowed_minor
    return tuple(
        replace(one, lacks=max(0, one.lacks - free), lacks_acked=max(0, one.lacks_acked - free)) for one in trace
    )


def _count(days: Sequence[date], first: date, end: date) -> int:
    """How many of the sorted days lie from `first` to before `end`."""
    return bisect_left(days, end) - bisect_left(days, first)
