"""The watch after a nudge: a rep's behaviour before and since, and whether the difference can be chance.

Rates (visits, calls, new customers) are counts over working days, compared by the exact conditional test: given the sum of
two Poisson counts, the later one is binomial with its share of the days. The share of open deals with a next step is
compared by Fisher's exact test. Both are one-sided, for more, and conservative: where nothing changed, at most
`CHANCE` of all watches end with "moved".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import comb
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, Nudge
from cockpit.domain.history import at, versions

MetricId = Literal["visits", "next_steps", "calls", "customers"]
METRICS: tuple[MetricId, ...] = ("visits", "next_steps", "calls", "customers")

BEFORE_DAYS = 14
CHANCE = 0.10
"""Below it a difference is held to be real."""
MAYBE = 0.25
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A metric in two spans: counts, and the working days or deals they are out of. `chance`: how often as much more, or
    yet more, comes of nothing."""

    metric: MetricId
    before: int
    before_of: int
    since: int
    since_of: int
    since_days: int
    """Working days of the later span, of whatever metric."""
    chance: float

    @property
    def has_moved(self) -> bool:
        return self.chance < CHANCE

    @property
    def sure(self) -> Literal["yes", "maybe", "no"]:
        return "yes" if self.has_moved else "maybe" if self.chance < MAYBE else "no"


def rate_chance(before: int, before_days: int, since: int, since_days: int) -> float:
    """P(X >= since) for X binomial of before + since with since_days / (before_days + since_days)."""
    if not before_days or not since_days:
        return 1.0
    count, share = before + since, since_days / (before_days + since_days)
    return sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(since, count + 1))


def share_chance(before: int, before_of: int, since: int, since_of: int) -> float:
    """P(X >= since) for X hypergeometric: since_of drawn of all, among which before + since hits."""
    hits, everything = before + since, before_of + since_of
    if not before_of or not since_of:
        return 1.0
    ways = comb(everything, since_of)
    most = min(hits, since_of)
    return sum(comb(hits, k) * comb(everything - hits, since_of - k) for k in range(since, most + 1)) / ways


def behaviours(book: Book, nudge: Nudge) -> tuple[Behaviour, ...]:
    """Every metric of the rep's behaviour around a nudge."""
    return tuple(behaviour(book, nudge, metric) for metric in METRICS)


def behaviour(book: Book, nudge: Nudge, metric: MetricId) -> Behaviour:
    """One metric: the 14 days before the day it was sent, and the whole days since, up to the end of the watch.

    The day of sending is in neither: what was done in its morning cannot come of it.
    """
    rep_id, sent_on = nudge.owner_id or "", book.local_day(nudge.sent_at)
    first, last = _span(book, nudge)
    calendar = book.calendar_of(rep_id)
    start = sent_on - timedelta(days=BEFORE_DAYS)
    days = len(calendar.workdays(start, sent_on - _DAY)), len(calendar.workdays(first, last)) if first <= last else 0
    if metric == "next_steps":
        before = _planned_deals(book, rep_id, nudge.sent_at)
        since = _planned_deals(book, rep_id, _end(book, last)) if first <= last else (0, 0)
        chance = share_chance(*before, *since) if days[1] else 1.0
        return Behaviour(metric, *before, *since, days[1], chance)
    counted = _days_of(book, rep_id, metric)
    earlier, later = (
        sum(low <= day <= high for day in counted) for low, high in ((start, sent_on - _DAY), (first, last))
    )
    return Behaviour(metric, earlier, days[0], later, days[1], days[1], rate_chance(earlier, days[0], later, days[1]))


def _span(book: Book, nudge: Nudge) -> tuple[date, date]:
    """First and last whole day since it was sent; the last lies before the first on the day of sending."""
    sent_on = book.local_day(nudge.sent_at)
    return sent_on + _DAY, min(book.today - _DAY, sent_on + timedelta(days=nudge.watch_days))


def counted_rows(book: Book, nudge: Nudge, metric: MetricId) -> tuple[Activity, ...]:
    """The visits or calls that the later span counts."""
    first, last = _span(book, nudge)
    held = _held(book, nudge.owner_id or "", metric)
    return tuple(row for row in held if first <= book.local_day(row.starts_at) <= last)


def _held(book: Book, rep_id: str, metric: MetricId) -> list[Activity]:
    kind = {"visits": "visit", "calls": "call"}.get(metric)
    return [row for row in book.activities_by_rep.get(rep_id, ()) if row.kind == kind and row.status == "held"]


def _end(book: Book, day: date) -> datetime:
    return min(book.midnight(day + _DAY), book.as_of)


def _days_of(book: Book, rep_id: str, metric: MetricId) -> Sequence[date]:
    """The day of each thing that a rate counts."""
    if metric == "customers":
        owned = (row_id for row_id, row in book.accounts.items() if row.owner_id == rep_id and row_id in book.recorded)
        return [book.local_day(book.recorded[row_id]) for row_id in owned]
    return [book.local_day(row.starts_at) for row in _held(book, rep_id, metric)]


def _planned_deals(book: Book, rep_id: str, moment: datetime) -> tuple[int, int]:
    """How many of the rep's deals open at a moment had something planned then, and how many were open."""
    open_deals = set()
    for deal in book.deals_by_owner.get(rep_id, ()):
        stood = at(versions(book, deal), moment)
        stage = book.stages.get(stood.row.stage_id) if stood is not None else None
        if stage is not None and stage.kind == "open":
            open_deals.add(deal.id)
    planned = set()
    for deal_id in open_deals:
        for row in book.activities_by_deal.get(deal_id, ()):
            was = at(versions(book, row), moment)
            if was is not None and was.row.status == "planned" and was.row.starts_at >= moment:
                planned.add(deal_id)
                break
    return len(planned), len(open_deals)
