"""Card rules over targets, replayed from the log: a yes that is older than the target, a rank within reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC

from cockpit.domain.book import Book
from cockpit.domain.card_month import Pace, pace
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deals import deals_of, money, standing
from cockpit.domain.entities import Deal, Target
from cockpit.domain.gap import MoneyGap, own_target
from cockpit.domain.history import versions
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.domain.targets import RUNGS, UNITS, Rung, agreement

_SET_FOR: tuple[PeriodKind, ...] = ("month", "quarter", "year")
"""What a lead sets and a rep agrees to; weeks and days follow."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A target in force, and whether the person has said yes to it as it stands."""

    target: Target
    period: Period

    @property
    def is_asked(self) -> bool:
        return agreement(self.target) == "asked"


@dataclass(frozen=True, slots=True)
class Rank:
    """The pace that a rank asks for: `pace.gap` has the rank's sum for its target."""

    rung: Rung
    pace: Pace


def agreed_targets(book: Book, person_id: str, currency: str) -> Iterator[Agreed]:
    """The person's own targets of the periods that hold the book's day."""
    for metric in UNITS:
        for kind in _SET_FOR:
            period = period_of(kind, book.today)
            row = own_target(book, person_id, kind, period.starts_on, currency, metric)
            if row is not None:
                yield Agreed(row, period)


def agreement_trace(book: Book, target: Target) -> tuple[Reading, ...]:
    """1 lacking while the lead's last setting waits for the person's yes."""
    begins = book.midnight(period_of("month", book.today).starts_on).astimezone(UTC)
    readings = []
    for version in versions(book, target, begins):
        lacks = int(agreement(version.row) == "asked")
        acked = lacks or int(not version.is_acknowledged)
        readings.append(Reading(max(version.since, begins), lacks, acked, 0, 0))
    return settled([*readings, replace(readings[-1], at=book.as_of)])


def ranks(book: Book, gap: MoneyGap) -> Iterator[Rank]:
    """The ranks above the target that were reached this month, then the next one.

    The next is left out where the open deals expected this month could not reach it.
    """
    rungs = (rung for rung in RUNGS if rung.currency == gap.currency and rung.least_minor > (gap.target_minor or 0))
    for rung in rungs:
        found = Rank(rung, pace(book, replace(gap, target_minor=rung.least_minor, targets=())))
        if gap.actual_minor >= rung.least_minor:
            yield found
            continue
        if gap.actual_minor + money(_expected(book, gap), gap.currency) >= rung.least_minor:
            yield found
        return


def _expected(book: Book, gap: MoneyGap) -> Iterator[Deal]:
    for deal in deals_of(book, (gap.person_id,)):
        if deal.expected_on is not None and deal.expected_on in gap.period and standing(book, deal) == "open":
            yield deal
