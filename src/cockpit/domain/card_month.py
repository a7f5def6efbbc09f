"""Card rules over a person's month: behind pace, and customers not seen for longer than their tier allows."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cockpit.domain.book import Book
from cockpit.domain.card_rules import TIER_DAYS
from cockpit.domain.cards import Reading, settled
from cockpit.domain.deal_view import DealView, moments_of
from cockpit.domain.entities import Account, Activity, LogEntry
from cockpit.domain.gap import MoneyGap
from cockpit.domain.history import versions
from cockpit.domain.periods import days_between


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
    days = book.calendar_of(gap.scope_id).workdays(gap.period.starts_on, gap.period.ends_on)
    gone = bisect_left(days, today)
    return (gap.target_minor or 0) * gone // len(days) if days else 0


def pace_trace(book: Book, gap: MoneyGap, by_day: Sequence[Sequence[DealView]]) -> tuple[Reading, ...]:
    """`by_day`: the person's deals at each midnight of the month and now.

    At each midnight and now: money behind pace, covered by money of open deals with a dated next step; held = money won."""
    days = book.calendar_of(gap.scope_id).workdays(gap.period.starts_on, gap.period.ends_on)
    readings: list[Reading] = []
    for (moment, today, _end), views in zip(moments_of(book, gap.period), by_day):
        won = [view for view in views if view.standing == "won" and _closes_in(view, gap)]
        actual = _sum(won, gap.currency)
        due = (gap.target_minor or 0) * bisect_left(days, today) // len(days) if days else 0
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

    def overdue(self, seen: Sequence[date], begins: date, days: Sequence[tuple[date, date]]) -> list[bool]:
        """Whether it is past the limit on each day, by what was seen up to the second one; both are in order."""
        limit, place, found = timedelta(days=self.limit), 0, []
        due = begins + limit
        for today, last in days:
            while place < len(seen) and seen[place] <= last:
                due = seen[place] + limit
                place += 1
            found.append(today > due)
        return found


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
        if past.overdue(past.seen, begins, ((book.today, book.today),))[0]
    ]
    rows = tuple(sorted(found, key=lambda one: (one.last_on or date.min, one.account.id)))
    return rows, _unseen_trace(book, Counter(past for _account, past in histories), first)


def _unseen_trace(book: Book, counts: Counter[_History], first: date) -> tuple[Reading, ...]:
    """At each midnight since `first` and now: customers past their limit, those with a visit ahead, and those seen since.

    Read once for each history, however many customers share it.
    """
    days = tuple(days_between(first, book.today))
    moments = (*(book.midnight(day) for day in days), book.as_of)
    # At a midnight nothing of that day has happened yet.
    known = (*((day, day - timedelta(days=1)) for day in days), (book.today, book.today))
    lacks, acked, covered, held = ([0] * len(moments) for _ in range(4))
    for past, count in counts.items():
        overdue = past.overdue(past.seen, book.activities_from, known)
        unconfirmed = (
            overdue if past.acked_seen == past.seen else past.overdue(past.acked_seen, book.activities_from, known)
        )
        if True not in overdue and True not in unconfirmed:
            continue
        was_overdue = is_seen_again = False
        for place, is_overdue in enumerate(overdue):
            is_seen_again |= was_overdue and not is_overdue
            was_overdue = is_overdue
            lacks[place] += count * is_overdue
            acked[place] += count * unconfirmed[place]
            held[place] += count * is_seen_again
            if is_overdue and past.is_planned(moments[place], known[place][0]):
                covered[place] += count
    return settled([Reading(*row) for row in zip(moments, lacks, acked, covered, held)])


def _plans(book: Book, activity: Activity, begins: datetime) -> Iterator[_Plan]:
    history = versions(book, activity, begins)
    for index, version in enumerate(history):
        if version.row.status == "planned":
            until = history[index + 1].since if index + 1 < len(history) else None
            yield _Plan(version.since, until, book.local_day(version.row.starts_at))


def _was_planned(entries: Sequence[LogEntry]) -> bool:
    """By its changes; the entry with which a row was made has nothing before it."""
    is_new = len(entries) == 1 and entries[0].op == "create"
    return not is_new and any(entry.before.get("status") == "planned" for entry in entries)


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
        if activity.status == "planned" or _was_planned(book.log_by_row.get(activity.id, ())):
            planned += _plans(book, activity, begins)
    return _History(
        limit,
        tuple(day for day, _ in seen),
        tuple(day for day, is_acked in seen if is_acked),
        tuple(planned),
    )
