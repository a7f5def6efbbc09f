"""Card rules about what is let go: prospects that nobody goes on with, renewals without a plan, a lead's open cards."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from cockpit.domain.book import Book
from cockpit.domain.cards import Reading, judge, settled
from cockpit.domain.deal_view import moments_of
from cockpit.domain.deals import standing
from cockpit.domain.entities import Account, Deal, Person
from cockpit.domain.periods import Period

DROPPED_DAYS = 21
"""After the last thing held with a prospect."""

KEY_TIER = "A"

ANSWER = timedelta(days=2)
"""What a lead has to look at a card of his."""
ACTED_LEAST = 5
"""Cards, of fewer of which one is a large share."""


@dataclass(frozen=True, slots=True)
class Let:
    """A prospect that was spoken to, and when for the last time. `is_ahead`: something is planned again."""

    account: Account
    last_on: date
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """A team's prospects with nothing held for three weeks and no open deal, the longest silent first."""

    team_id: str
    rows: tuple[Let, ...]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A key account whose last deal won is nearly a year old; `on`: when the year is over. `next_deal`: what goes on."""

    account: Account
    last: Deal
    on: date
    next_deal: Deal | None


@dataclass(frozen=True, slots=True)
class Acted:
    """A lead's cards about his people that were found this month, two days ago or longer, and those he saw to."""

    lead: Person
    found: int
    acted: int
    percent: int
    """So many seen to is enough."""

    @property
    def missing(self) -> int:
        return max(0, -(-self.found * self.percent // 100) - self.acted) if self.found >= ACTED_LEAST else 0


# -- dropped ------------------------------------------------------------------------------------------------------------


def dropped(book: Book, team_id: str, rep_ids: Sequence[str], month: Period) -> tuple[Dropped, tuple[Reading, ...]]:
    """At each midnight and now: prospects let go; those with something ahead cover them now; held = those gone on with
    again this month."""
    rows = [
        (account, *held_on)
        for rep in rep_ids
        for account in book.accounts_by_owner.get(rep, ())
        if account.lifecycle == "prospect" and (held_on := _held_on(book, account.id))[0]
    ]
    readings = []
    found: list[Let] = []
    ever: set[str] = set()
    for moment, today, end in moments_of(book, month):
        found = [
            Let(account, last, _is_ahead(book, account.id))
            for account, days, _acked in rows
            if (last := _let_go(book, account, days, today, end)) is not None
        ]
        acked = sum(_let_go(book, account, known, today, end) is not None for account, _days, known in rows)
        ever |= {row.account.id for row in found}
        readings.append(Reading(moment, len(found), acked, 0, len(ever) - len(found)))
    readings[-1] = replace(readings[-1], covered=sum(row.is_ahead for row in found))
    return Dropped(team_id, tuple(sorted(found, key=lambda row: (row.last_on, row.account.id)))), settled(readings)


def _is_ahead(book: Book, account_id: str) -> bool:
    begins = book.midnight(book.today)
    acts = book.activities_by_account.get(account_id, ())
    return any(act.status == "planned" and act.starts_at >= begins for act in acts)


def _held_on(book: Book, account_id: str) -> tuple[list[date], list[date]]:
    """The days on which something was held, and those of them that the hub knows."""
    held = [
        act
        for act in book.activities_by_account.get(account_id, ())
        if act.status == "held" and act.starts_at <= book.as_of
    ]
    days = [book.local_day(act.starts_at) for act in held]
    return days, [day for day, act in zip(days, held) if act.is_acknowledged]


def _let_go(book: Book, account: Account, days: Sequence[date], today: date, end: date) -> date | None:
    """The last day anything was held, when that is too long ago and no deal was open."""
    place = bisect_right(days, end - timedelta(days=1))
    if not place or (today - days[place - 1]).days <= DROPPED_DAYS:
        return None
    return None if _open_deal(book, account.id, end) else days[place - 1]


def _open_deal(book: Book, account_id: str, end: date) -> Deal | None:
    """A deal of the account that was open at the end of the day before."""
    for deal in book.deals_by_account.get(account_id, ()):
        ended = deal.closed_on if standing(book, deal) != "open" else None
        if (deal.created_on or date.min) < end and (ended is None or ended >= end):
            return deal
    return None


# -- renewals -----------------------------------------------------------------------------------------------------------


def renewals(
    book: Book, rep_ids: Sequence[str], currency: str, month: Period
) -> Iterator[tuple[Renewal, tuple[Reading, ...]]]:
    """For each key account whose year ends within the days set: 1 lacking until a deal is open; covered by what is planned."""
    for rep in rep_ids:
        for account in book.accounts_by_owner.get(rep, ()):
            if account.tier != KEY_TIER:
                continue
            won = [
                deal
                for deal in book.deals_by_account.get(account.id, ())
                if deal.closed_on is not None and deal.currency == currency and standing(book, deal) == "won"
            ]
            last = max(won, key=lambda deal: (deal.closed_on or date.min, deal.id), default=None)
            if last is not None and last.closed_on is not None:
                yield from _renewal(book, account, last, _year_after(last.closed_on), month)


def _year_after(day: date) -> date:
    """The same day of the next year; of 29 February the day before."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _renewal(
    book: Book, account: Account, last: Deal, on: date, month: Period
) -> Iterator[tuple[Renewal, tuple[Reading, ...]]]:
    if not 0 <= (on - book.today).days <= book.limits.renewal_days:
        return
    readings = []
    for moment, today, end in moments_of(book, month):
        lacks = int((on - today).days <= book.limits.renewal_days and _open_deal(book, account.id, end) is None)
        readings.append(Reading(moment, lacks, lacks, 0, 0))
    readings[-1] = replace(readings[-1], covered=readings[-1].lacks * _is_ahead(book, account.id))
    found = Renewal(account, last, on, _open_deal(book, account.id, book.today + timedelta(days=1)))
    yield found, settled(readings)


# -- a lead's own cards -------------------------------------------------------------------------------------------------


def acted(
    book: Book, lead: Person, traces: Sequence[tuple[tuple[Reading, ...], bool]], month: Period
) -> tuple[Acted, tuple[Reading, ...]]:
    """`traces`: the readings of each of the lead's cards, and whether it is set aside. At each midnight and now: how many
    more of those two days old he has to see to, to have enough; held = those he did."""
    begun = [(trace, is_waived, _found_at(trace)) for trace, is_waived in traces]
    known = [(trace, is_waived, found_at) for trace, is_waived, found_at in begun if found_at is not None]
    percent = book.limits.acted_percent
    found, readings = Acted(lead, 0, 0, percent), []
    for moment, _today, _end in moments_of(book, month):
        old = [(trace, is_waived) for trace, is_waived, found_at in known if found_at + ANSWER <= moment]
        seen_to = sum(is_waived or _is_seen_to(trace, moment) for trace, is_waived in old)
        found = Acted(lead, len(old), seen_to, percent)
        readings.append(Reading(moment, found.missing, found.missing, 0, seen_to))
    return found, settled(readings)


def _found_at(trace: Sequence[Reading]) -> datetime | None:
    return next((reading.at for reading in trace if reading.uncovered), None)


def _is_seen_to(trace: Sequence[Reading], moment: datetime) -> bool:
    judged = judge(trace[: bisect_right(trace, moment, key=lambda reading: reading.at)])
    return judged is not None and judged.state not in ("found", "relapsed")
