"""Card rules over what waits for somebody: new prospects nobody spoke to, a visit without its papers, a big deal that
has stalled, and weeks in a row under the target."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealFinding, DealLife, DealReader
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deal_view import midnights, moments_of
from cockpit.domain.deals import deals_of, standing
from cockpit.domain.entities import Account, Activity, Deal, Team
from cockpit.domain.gap import METRIC, months_missing, target_of
from cockpit.domain.history import versions
from cockpit.domain.periods import Period, period_of
from cockpit.domain.targets import UNITS, Measure, value_in

AHEAD = timedelta(hours=24)
"""Before a visit its papers are asked for."""
PAPERS = ("goal", "agenda")

BIG_LEAST = 5
"""Won deals that make an average."""


@dataclass(frozen=True, slots=True)
class Untouched:
    """Prospects recorded too long ago with whom nothing was held; `planned`: those with something ahead."""

    subject_id: str
    accounts: tuple[Account, ...]
    planned: int


@dataclass(frozen=True, slots=True)
class Unready:
    """The next visit about a deal and which of its papers are missing."""

    visit: Activity
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """A big deal and what its state says."""

    finding: DealFinding


@dataclass(frozen=True, slots=True)
class WeekShort:
    """A finished week of a team: its share of a target, in minor units or deals, and what was won."""

    week: Period
    due: int
    won: tuple[Deal, ...]
    measure: Measure

    @property
    def missing(self) -> int:
        return max(0, self.due - sum(value_in(deal, self.measure) or 0 for deal in self.won))


@dataclass(frozen=True, slots=True)
class Under:
    """The last finished weeks of a team by one of its targets, oldest first."""

    team: Team
    measure: Measure
    weeks: tuple[WeekShort, ...]
    count: int
    """So many in a row are asked about."""

    @property
    def subject_id(self) -> str:
        """The team, with what is counted where that is not the revenue."""
        return self.team.id if self.measure.metric == METRIC else f"{self.team.id}.{self.measure.metric}"

    @property
    def missing(self) -> int:
        return sum(week.missing for week in self.weeks)

    @property
    def missing_minor(self) -> int:
        """0 for a count."""
        return self.missing if self.measure.unit == "money" else 0

    @property
    def is_firing(self) -> bool:
        return len(self.weeks) == self.count and all(week.missing for week in self.weeks)


# -- prospects ----------------------------------------------------------------------------------------------------------


def untouched(
    book: Book, subject_id: str, owner_ids: Collection[str], month: Period
) -> tuple[Untouched, tuple[Reading, ...]]:
    """At each change, each midnight and now: prospects past their hours with nothing held; those with something ahead
    cover them now."""
    waits = timedelta(hours=book.limits.untouched_hours)
    rows = [
        (account, book.recorded[account.id] + waits, *_touches(book, account.id))
        for owner in owner_ids
        for account in book.accounts_by_owner.get(owner, ())
        if account.lifecycle == "prospect" and account.id in book.recorded
    ]
    begins = book.midnight(month.starts_on).astimezone(UTC)
    edges = {moment for _account, due, touched, _acked in rows for moment in (due, touched) if moment is not None}
    moments = sorted({*midnights(book, month), *(one for one in edges if begins <= one < book.as_of)})
    now = book.as_of.astimezone(UTC)
    readings, waiting = [], []
    for moment in (*moments, now):
        waiting = [account for account, due, touched, _acked in rows if due <= moment and not _is_by(touched, moment)]
        acked = sum(due <= moment and not _is_by(known, moment) for _account, due, _touched, known in rows)
        held = sum(_is_by(touched, moment) for _account, _due, touched, _acked in rows)
        readings.append(Reading(moment, len(waiting), acked, 0, held))
    planned = sum(_is_ahead(book, account.id) for account in waiting)
    readings[-1] = replace(readings[-1], covered=planned)
    return Untouched(subject_id, tuple(waiting), planned), settled(readings)


def _touches(book: Book, account_id: str) -> tuple[datetime | None, datetime | None]:
    """When something was first held with an account, and when first by what the hub knows."""
    held = [act for act in book.activities_by_account.get(account_id, ()) if act.status == "held"]
    first = min((act.starts_at for act in held), default=None)
    return first, min((act.starts_at for act in held if act.is_acknowledged), default=None)


def _is_by(touched: datetime | None, moment: datetime) -> bool:
    return touched is not None and touched <= moment


def _is_ahead(book: Book, account_id: str) -> bool:
    begins = book.midnight(book.today)
    acts = book.activities_by_account.get(account_id, ())
    return any(act.status == "planned" and act.starts_at >= begins for act in acts)


# -- papers -------------------------------------------------------------------------------------------------------------


def unready(book: Book, rep_id: str) -> tuple[Unready, tuple[Reading, ...]] | None:
    """The next visit about a deal within 24 hours: papers missing at each change of it since then. None without one."""
    coming = (
        row
        for row in book.activities_by_rep.get(rep_id, ())
        if row.kind in ("visit", "web") and row.status == "planned" and row.deal_id
        if book.as_of <= row.starts_at <= book.as_of + AHEAD
    )
    visit = min(coming, key=lambda row: (row.starts_at, row.id), default=None)
    if visit is None:
        return None
    begins = visit.starts_at - AHEAD
    readings = []
    for version in versions(book, visit, begins):
        lacks = len(_missing(version.row))
        acked = lacks if version.is_acknowledged else max(1, lacks)
        readings.append(Reading(max(version.since, begins), lacks, acked, 0, 0))
    return Unready(visit, _missing(visit)), settled([*readings, replace(readings[-1], at=book.as_of)])


def _missing(row: Activity) -> tuple[str, ...]:
    return tuple(name for name in PAPERS if not getattr(row, name))


# -- big deals ----------------------------------------------------------------------------------------------------------


def stuck(
    book: Book, reader: DealReader, rep_ids: Sequence[str], currency: str
) -> Iterator[tuple[Stuck, DealLife, tuple[Reading, ...]]]:
    """Every deal as big as some average won ones, with the readings of whether it has stalled."""
    won = [d.amount_minor for d in deals_of(book, rep_ids) if standing(book, d) == "won" and d.currency == currency]
    amounts = [amount for amount in won if amount]
    if len(amounts) < BIG_LEAST:
        return
    least = book.limits.big_times * sum(amounts) // len(amounts)
    for rep_id in rep_ids:
        for life in reader.lives(rep_id):
            if life.deal.currency == currency and (life.deal.amount_minor or 0) >= least:
                yield Stuck(reader.finding("deal_stalled", life)), life, reader.trace("deal_stalled", life)


# -- weeks under the target ---------------------------------------------------------------------------------------------


def under(
    book: Book, team: Team, owner_ids: Sequence[str], currency: str, month: Period
) -> Iterator[tuple[Under, tuple[Reading, ...]]]:
    """For each thing a target may be about, at each midnight and now: 1 lacking while the last finished weeks were all
    under their share of it."""
    won = [deal for deal in deals_of(book, owner_ids) if standing(book, deal) == "won" and deal.closed_on is not None]
    for metric, unit in UNITS.items():
        measure = Measure(metric, currency if unit == "money" else "")
        known: dict[date, WeekShort | None] = {}
        count = book.limits.weeks_under
        found, readings = Under(team, measure, (), count), []
        for moment, today, _end in moments_of(book, month):
            monday = period_of("week", today).starts_on
            weeks = []
            for back in range(count, 0, -1):
                first = monday - timedelta(days=7 * back)
                if first not in known:
                    known[first] = _week(book, team, won, measure, period_of("week", first))
                weeks.append(known[first])
            found = Under(team, measure, tuple(week for week in weeks if week is not None), count)
            lacks = int(found.is_firing)
            readings.append(Reading(moment, lacks, lacks, 0, 0))
        yield found, settled(readings)


def _week(book: Book, team: Team, won: Sequence[Deal], measure: Measure, week: Period) -> WeekShort | None:
    """None where a month of the week has no target."""
    due, rows = target_of(book, team.id, week, measure.currency, measure.metric)
    if due is None or months_missing(book, team.id, week, rows):
        return None
    counted = (deal for deal in won if measure.unit == "count" or deal.currency == measure.currency)
    inside = tuple(deal for deal in counted if deal.closed_on is not None and deal.closed_on in week)
    return WeekShort(week, due, inside, measure)
