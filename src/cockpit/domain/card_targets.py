"""Card rules over targets, replayed from the log: an old yes, a rank within reach, a split that does not add up."""

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
from cockpit.domain.history import at, versions
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.domain.targets import RUNGS, UNITS, Measure, Node, Rung, agreement, tree

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


@dataclass(frozen=True, slots=True)
class Split:
    """A team's target and its parts in one month."""

    node: Node
    measure: Measure

    @property
    def rows(self) -> tuple[Target, ...]:
        """The team's own row, then one of each part that has a target."""
        return (*self.node.rows, *(row for part in self.node.summands for row in part.rows))

    @property
    def difference(self) -> int:
        return self.node.difference or 0


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
    for deal in deals_of(book, (gap.scope_id,)):
        if deal.expected_on is not None and deal.expected_on in gap.period and standing(book, deal) == "open":
            yield deal


def splits(book: Book, top_id: str, period: Period, currency: str) -> Iterator[Split]:
    """Every team from `top_id` down that has a target and a part with one."""
    for metric, unit in UNITS.items():
        measure = Measure(metric, currency if unit == "money" else "")
        for node in tree(book, top_id, period, measure).nodes():
            if node.difference is not None:
                yield Split(node, measure)


def split_trace(book: Book, found: Split, period: Period) -> tuple[Reading, ...]:
    """1 lacking while the parts do not sum to the team's target, at each change of one of them."""
    begins = book.midnight(period.starts_on).astimezone(UTC)
    whole, *parts = (versions(book, row, begins) for row in found.rows)
    moments = {max(version.since, begins) for history in (whole, *parts) for version in history}
    readings = []
    for moment in (*sorted(one for one in moments if one < book.as_of), book.as_of):
        own = at(whole, moment)
        known = [version for history in parts if (version := at(history, moment)) is not None]
        if own is None or not known:
            continue
        lacks = int(abs(own.row.value - sum(version.row.value for version in known)) > found.node.slack)
        is_acked = own.is_acknowledged and all(version.is_acknowledged for version in known)
        readings.append(Reading(moment, lacks, lacks or int(not is_acked), 0, 0))
    return settled(readings)
