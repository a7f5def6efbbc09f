"""Card rules about whether work has an effect: numbers met without money, a rule that moved only what it counts, a team
behind in what it is to do, and a forecast that misses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from cockpit.domain.book import Book
from cockpit.domain.card_limits import USUAL
from cockpit.domain.card_month import Pace
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deal_view import moments_of
from cockpit.domain.deals import deals_of, money, standing
from cockpit.domain.entities import Activity, Deal, KpiRule, Team
from cockpit.domain.forecast import Needs, Span, history_of, outlook, record
from cockpit.domain.forecast.from_book import past_deals
from cockpit.domain.gap import MoneyGap, money_gap
from cockpit.domain.kpi import does_count, rules_for
from cockpit.domain.periods import Period, neighbour, period_of

MET_MONTHS = 2
"""Finished months in a row; the book reaches back so far."""
MISSED_PERCENT = 90
"""Of the target: less was no result."""

POLICY_DAYS = 20
"""Working days before and since a rule began, with fewer of which a comparison says little."""
POLICY_PERCENT = 10
"""More of what a rule counts, a working day, from which it has moved that."""

LEAF_DAYS = 5
"""Finished working days of the month before a team is behind in anything."""
LEAF_PERCENT = 80

WILD_LEAST = 6
"""Past forecasts that make a record."""


@dataclass(frozen=True, slots=True)
class MonthMet:
    """A month in which every rule was reached and the money was not: (rule, held) and the money."""

    held: tuple[tuple[KpiRule, int], ...]
    gap: MoneyGap

    @property
    def missed_minor(self) -> int:
        return max(0, self.gap.gap_minor or 0)


@dataclass(frozen=True, slots=True)
class Met:
    """A person's last finished months, newest first, all met and all missed; and the running one."""

    person_id: str
    months: tuple[MonthMet, ...]
    pace: Pace

    @property
    def missed_minor(self) -> int:
        return sum(month.missed_minor for month in self.months)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a rule counts, and money won, a working day: before the rule began and since."""

    rule: KpiRule
    days: tuple[int, int]
    """Working days before and since."""
    counted: tuple[int, int]
    won: tuple[tuple[Deal, ...], tuple[Deal, ...]]
    currency: str

    @property
    def won_minor(self) -> tuple[int, int]:
        return money(self.won[0], self.currency), money(self.won[1], self.currency)

    @property
    def is_firing(self) -> bool:
        return _is_idle(self.days, self.counted, self.won_minor)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a team has held of one rule, and what it should have by its finished working days."""

    team: Team
    rule: KpiRule
    people: int
    held: int
    due: int

    @property
    def missing(self) -> int:
        return _missing(self.due, self.held)


@dataclass(frozen=True, slots=True)
class Wild:
    """A team's past forecasts: their error, and the error that chance alone makes; both shares of the money that came."""

    team: Team
    error: float
    floor: float
    count: int
    percent: int = USUAL.wild_percent
    """By so much they may be off."""

    @property
    def is_firing(self) -> bool:
        return self.count >= WILD_LEAST and self.error > max(self.percent / 100, self.floor)


# -- met without money --------------------------------------------------------------------------------------------------


def met(book: Book, person_id: str, pace: Pace, pace_readings: Sequence[Reading]) -> tuple[Met, tuple[Reading, ...]]:
    """The readings of the running month's pace where the months before were met and missed; else none."""
    months, month = [], period_of("month", book.today)
    rules = [rule for rule in rules_for(book, person_id) if rule.parent_id is None and rule.period_kind == "month"]
    for _back in range(MET_MONTHS):
        month = neighbour(month, -1)
        found = _month_met(book, person_id, rules, month, pace.gap.currency)
        if found is None:
            break
        months.append(found)
    is_so = len(months) == MET_MONTHS
    return Met(person_id, tuple(months), pace), tuple(pace_readings) if is_so else ()


def _month_met(book: Book, person_id: str, rules: Sequence[KpiRule], month: Period, currency: str) -> MonthMet | None:
    if not rules or any(rule.from_on and rule.from_on > month.starts_on for rule in rules):
        return None
    gap = money_gap(book, person_id, month, currency)
    if gap.target_minor is None or gap.actual_minor * 100 >= gap.target_minor * MISSED_PERCENT:
        return None
    rows = _held(book, (person_id,), month.starts_on, month.ends_on)
    held = tuple((rule, sum(does_count(book, rule, row) for row in rows)) for rule in rules)
    return MonthMet(held, gap) if all(count >= rule.minimum for rule, count in held) else None


def _held(book: Book, rep_ids: Sequence[str], first: date, last: date) -> list[Activity]:
    begins, ends = book.midnight(first), min(book.midnight(last + timedelta(days=1)), book.as_of + timedelta.resolution)
    found: list[Activity] = []
    for rep in rep_ids:
        rows = book.activities_by_rep.get(rep, ())
        start, end = (bisect_left(rows, edge, key=attrgetter("starts_at")) for edge in (begins, ends))
        found += (row for row in rows[start:end] if row.status == "held")
    return found


# -- a rule without effect ----------------------------------------------------------------------------------------------


def policies(
    book: Book, rep_ids: Sequence[str], currency: str, month: Period
) -> Iterator[tuple[Policy, tuple[Reading, ...]]]:
    """For each rule that began within the book: at each midnight and now 1 lacking while it moves only what it counts."""
    workdays = book.calendar.workdays(book.activities_from, book.today)
    for rule, bound in _bound(book, rep_ids).values():
        first = rule.from_on
        if first is None or bisect_left(workdays, first) < POLICY_DAYS:
            continue
        won = [deal for deal in deals_of(book, bound) if deal.closed_on is not None and standing(book, deal) == "won"]
        before = bisect_left(workdays, first)
        begins = workdays[before - POLICY_DAYS]
        rows = _held(book, bound, begins, book.today)
        days = sorted(book.local_day(row.starts_at) for row in rows if does_count(book, rule, row))
        found, readings = None, []
        for moment, today, end in moments_of(book, month):
            gone = bisect_left(workdays, today) - before
            if gone < POLICY_DAYS:
                continue
            parts = ((begins, first), (first, end))
            found = Policy(
                rule,
                (POLICY_DAYS, gone),
                (_count(days, begins, first), _count(days, first, end)),
                (_within(won, *parts[0]), _within(won, *parts[1])),
                currency,
            )
            lacks = int(found.is_firing)
            readings.append(Reading(moment, lacks, lacks, 0, 0))
        if found is not None:
            yield found, settled(readings)


def _bound(book: Book, rep_ids: Sequence[str]) -> dict[str, tuple[KpiRule, list[str]]]:
    """Each rule that binds some of these people today, and whom."""
    found: dict[str, tuple[KpiRule, list[str]]] = {}
    for rep in rep_ids:
        for rule in rules_for(book, rep):
            found.setdefault(rule.id, (rule, []))[1].append(rep)
    return found


def _is_idle(days: tuple[int, int], counted: tuple[int, int], won: tuple[int, int]) -> bool:
    """Whether more was counted a day and not more money won."""
    more = counted[1] * days[0] * 100 >= counted[0] * days[1] * (100 + POLICY_PERCENT)
    return counted[0] > 0 and more and won[1] * days[0] <= won[0] * days[1]


def _within(deals: Sequence[Deal], first: date, end: date) -> tuple[Deal, ...]:
    return tuple(deal for deal in deals if deal.closed_on is not None and first <= deal.closed_on < end)


def _count(days: Sequence[date], first: date, end: date) -> int:
    """How many of the sorted days lie from `first` to before `end`."""
    return bisect_left(days, end) - bisect_left(days, first)


# -- a leaf behind ------------------------------------------------------------------------------------------------------


def leaves(book: Book, team: Team, rep_ids: Sequence[str], month: Period) -> Iterator[tuple[Leaf, tuple[Reading, ...]]]:
    """For each monthly rule of the team that is as old as the month: what is missing to 80 % of its share at each midnight and now; covered by what is
    planned."""
    workdays = book.calendar.workdays(month.starts_on, month.ends_on)
    for rule, ids in _bound(book, rep_ids).values():
        if rule.period_kind != "month" or (rule.from_on and rule.from_on > month.starts_on):
            continue
        rows = [row for row in _held(book, ids, month.starts_on, book.today) if does_count(book, rule, row)]
        days = sorted(book.local_day(row.starts_at) for row in rows)
        known = sorted(book.local_day(row.starts_at) for row in rows if row.is_acknowledged)
        due, readings = 0, []
        for moment, today, end in moments_of(book, month):
            gone = bisect_left(workdays, today)
            due = rule.minimum * len(ids) * gone // len(workdays) if gone >= LEAF_DAYS else 0
            held = bisect_left(days, end)
            lacks, acked = _missing(due, held), _missing(due, bisect_left(known, end))
            covered = _planned(book, rule, ids, month) if moment == book.as_of else 0
            readings.append(Reading(moment, lacks, acked, min(lacks, covered), held))
        yield Leaf(team, rule, len(ids), len(days), due), settled(readings)


def _missing(due: int, held: int) -> int:
    """To the share that is enough, rounded up."""
    return max(0, -(-due * LEAF_PERCENT // 100) - held)


def _planned(book: Book, rule: KpiRule, rep_ids: Sequence[str], month: Period) -> int:
    begins, ends = book.midnight(book.today), book.midnight(month.ends_on + timedelta(days=1))
    return sum(
        row.status == "planned" and begins <= row.starts_at < ends and does_count(book, rule, row)
        for rep in rep_ids
        for row in book.activities_by_rep.get(rep, ())
    )


# -- a forecast that misses ---------------------------------------------------------------------------------------------


def wild(
    book: Book, teams: Sequence[tuple[Team, Sequence[str]]], currency: str, month: Period
) -> Iterator[tuple[Wild, tuple[Reading, ...]]]:
    """For each team the record of the month's forecast as it would have been shown on this day of past months."""
    seen = outlook(history_of(past_deals(book, book.deals, currency)), Span(month.starts_on, book.today, month.ends_on))
    if isinstance(seen, Needs):
        return
    for team, owners in teams:
        told = record(seen.settled(owners))
        if told is None:
            continue
        floor = seen.forecast(owners).floor or 0.0
        found = Wild(team, told.error, floor, told.count, book.limits.wild_percent)
        lacks = int(found.is_firing)
        moments = (book.midnight(month.starts_on), book.as_of)
        yield found, settled([Reading(moment, lacks, lacks, 0, 0) for moment in moments])
