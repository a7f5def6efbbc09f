"""Card rules over a person's month: behind pace, and customers not seen for longer than their tier allows."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealLife, at_moment
from cockpit.domain.card_rules import TIER_DAYS
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deal_view import DealView, midnights
from cockpit.domain.entities import Account, Activity
from cockpit.domain.gap import MoneyGap
from cockpit.domain.history import versions


@dataclass(frozen=True, slots=True)
class Pace:
    """Where the month should be by its finished working days, in minor units."""

    gap: MoneyGap
    due_minor: int

    @property
    def behind_minor(self) -> int:
        return max(0, self.due_minor - self.gap.actual_minor)


@dataclass(frozen=True, slots=True)
class Unseen:
    """A customer past the limit; `last_on` None: not seen since the book begins."""

    account: Account
    limit_days: int
    last_on: date | None
    is_planned: bool


def pace(book: Book, gap: MoneyGap) -> Pace:
    """due = target x finished working days / working days of the month."""
    return Pace(gap, _due(book, gap, book.today))


def _due(book: Book, gap: MoneyGap, today: date) -> int:
    days = book.calendar_of(gap.person_id).workdays(gap.period.starts_on, gap.period.ends_on)
    gone = sum(day < today for day in days)
    return (gap.target_minor or 0) * gone // len(days) if days else 0


def pace_trace(book: Book, gap: MoneyGap, lives: Sequence[DealLife]) -> tuple[Reading, ...]:
    """At each midnight and now: money behind pace, covered by money of open deals with a dated next step; held = money won."""
    days = book.calendar_of(gap.person_id).workdays(gap.period.starts_on, gap.period.ends_on)
    readings: list[Reading] = []
    for moment in (*midnights(book, gap.period), book.as_of):
        today = book.local_day(moment)
        views = [view for life in lives if (view := at_moment(life, moment)) is not None]
        won = [view for view in views if view.standing == "won" and _closes_in(view, gap)]
        actual = _sum(won, gap.currency)
        due = (gap.target_minor or 0) * sum(day < today for day in days) // len(days) if days else 0
        lacks = max(0, due - actual)
        acked = max(0, due - _sum([view for view in won if view.is_acknowledged], gap.currency))
        covered = _sum(
            [
                view
                for view in views
                if view.standing == "open"
                and view.next_step is not None
                and view.deal.expected_on is not None
                and view.deal.expected_on in gap.period
            ],
            gap.currency,
        )
        readings.append(Reading(moment, lacks, acked, covered, actual))
    return settled(readings)


def _closes_in(view: DealView, gap: MoneyGap) -> bool:
    return view.deal.closed_on is not None and view.deal.closed_on in gap.period


def _sum(views: Sequence[DealView], currency: str) -> int:
    return sum(view.deal.amount_minor or 0 for view in views if view.deal.currency == currency)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A visit that stood in the plan for `day` from `since` to `until` (None: still)."""

    since: datetime
    until: datetime | None
    day: date


def _is_before(moment: datetime, until: datetime | None) -> bool:
    return until is None or moment < until


@dataclass(frozen=True, slots=True)
class _History:
    """When an account was seen and will be, as local days in order. Many accounts share one."""

    limit: int
    seen: tuple[date, ...]
    acked_seen: tuple[date, ...]
    planned: tuple[_Plan, ...]

    def is_planned(self, moment: datetime, today: date) -> bool:
        """Whether at that moment a visit lay ahead."""
        return bool(self.planned) and any(
            plan.since <= moment and plan.day >= today and _is_before(moment, plan.until) for plan in self.planned
        )

    def is_overdue(self, today: date, begins: date, seen: tuple[date, ...], last: date) -> bool:
        """Whether it is past the limit by what was seen up to the day `last`."""
        index = bisect_right(seen, last)
        return (today - (seen[index - 1] if index else begins)).days > self.limit


def unseen(book: Book, rep_id: str, first: date) -> tuple[tuple[Unseen, ...], tuple[Reading, ...]]:
    """The customers of a person past their limit today, longest first, and the rule's readings since `first`."""
    begins, since = book.activities_from, book.midnight(first).astimezone(UTC)
    histories = [
        (account, _history(book, account, since))
        for account in book.accounts_by_owner.get(rep_id, ())
        if account.lifecycle != "prospect" or account.cadence_days
    ]
    found = [
        Unseen(account, past.limit, past.seen[-1] if past.seen else None, past.is_planned(book.as_of, book.today))
        for account, past in histories
        if past.is_overdue(book.today, begins, past.seen, book.today)
    ]
    rows = tuple(sorted(found, key=lambda one: (one.last_on or date.min, one.account.id)))
    return rows, _unseen_trace(book, Counter(past for _account, past in histories), first)


def _unseen_trace(book: Book, counts: Counter[_History], first: date) -> tuple[Reading, ...]:
    """At each midnight of the month: customers past their limit, those with a visit ahead, and those seen since.

    Read once for each history, however many customers share it.
    """
    readings: list[Reading] = []
    seen_again: set[_History] = set()
    before: set[_History] = set()
    moments = [
        (book.midnight(first + timedelta(days=n)), first + timedelta(days=n))
        for n in range((book.today - first).days + 1)
    ]
    begins = book.activities_from
    for moment, today in (*moments, (book.as_of, book.today)):
        # At a midnight nothing of that day has happened yet.
        last = today if moment == book.as_of else today - timedelta(days=1)
        overdue = {past for past in counts if past.is_overdue(today, begins, past.seen, last)}
        seen_again |= before - overdue
        before = overdue
        acked = sum(count for past, count in counts.items() if past.is_overdue(today, begins, past.acked_seen, last))
        covered = sum(counts[past] for past in overdue if past.is_planned(moment, today))
        lacks, held = (sum(counts[past] for past in pasts) for pasts in (overdue, seen_again))
        readings.append(Reading(moment, lacks, acked, covered, held))
    return settled(readings)


def _plans(book: Book, activity: Activity, begins: datetime) -> Iterator[_Plan]:
    if activity.status != "planned" and activity.id not in book.log_by_row:
        return
    history = versions(book, activity, begins)
    for index, version in enumerate(history):
        if version.row.status == "planned":
            until = history[index + 1].since if index + 1 < len(history) else None
            yield _Plan(version.since, until, book.local_day(version.row.starts_at))


def _history(book: Book, account: Account, begins: datetime) -> _History:
    limit = account.cadence_days or TIER_DAYS.get(account.tier, TIER_DAYS["C"])
    seen: list[tuple[date, bool]] = []
    planned: list[_Plan] = []
    if account.id not in book.activities_by_account:
        return _History(limit, (), (), ())
    for activity in book.activities_by_account[account.id]:
        if activity.kind not in ("visit", "web"):
            continue
        if activity.status == "held" and activity.starts_at <= book.as_of:
            seen.append((book.local_day(activity.starts_at), activity.is_acknowledged))
        planned += _plans(book, activity, begins)
    return _History(
        limit,
        tuple(day for day, _ in seen),
        tuple(day for day, is_acked in seen if is_acked),
        tuple(planned),
    )
