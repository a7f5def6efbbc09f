"""Target, actual, gap, planned and uncovered money of one person, or of a team, in one period.

gap = target - actual; planned = amounts of open deals expected in the period that have a dated next
step, unweighted; uncovered = max(0, gap - planned). Money is minor units of one currency; what is in
other currencies is kept apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of, money, other_money, planned_in, won_in
from cockpit.domain.entities import Deal, Target
from cockpit.domain.periods import Period, PeriodKind, WorkCalendar, period_of

METRIC = "won_amount"


@dataclass(frozen=True, slots=True)
class MoneyGap:
    """The money of a person or team in one period, with the rows behind it; `parts` are those of a team's reps."""

    scope_id: str
    period: Period
    currency: str
    target_minor: int | None
    targets: tuple[Target, ...]
    won: tuple[Deal, ...]
    planned: tuple[Deal, ...]
    parts: tuple[MoneyGap, ...] = ()
    months_missing: int = 0
    """Months of the period without a target: its sum over the others is compared with nothing."""

    @property
    def parts_minor(self) -> int | None:
        """What the targets of the reps sum to; None for a person, and where none of them has one, or one lacks months."""
        known = [part.target_minor for part in self.parts if part.target_minor is not None]
        return sum(known) if known and not any(part.months_missing for part in self.parts) else None

    @property
    def actual_minor(self) -> int:
        return money(self.won, self.currency)

    @property
    def gap_minor(self) -> int | None:
        """Below zero when the target is passed; None without a target."""
        return None if self.target_minor is None else self.target_minor - self.actual_minor

    @property
    def planned_minor(self) -> int:
        return money(self.planned, self.currency)

    @property
    def uncovered_minor(self) -> int | None:
        return None if self.gap_minor is None else max(0, self.gap_minor - self.planned_minor)

    @property
    def other_currencies(self) -> tuple[tuple[str, int], ...]:
        return other_money(self.won, self.currency)


@dataclass(frozen=True, slots=True)
class WeekGap:
    """One week of a period, cut to it."""

    period: Period
    target_minor: int | None
    actual_minor: int

    @property
    def gap_minor(self) -> int | None:
        return None if self.target_minor is None else self.target_minor - self.actual_minor


def money_gap(book: Book, person_id: str, period: Period, currency: str | None = None) -> MoneyGap:
    """The figures of one person; `currency` None: the one the person is measured in."""
    unit = currency or currency_of(book, (person_id,))
    value, rows = target_of(book, person_id, period, unit)
    missing = months_missing(book, person_id, period, rows)
    won, planned = won_in(book, person_id, period), planned_in(book, person_id, period)
    return MoneyGap(person_id, period, unit, None if missing else value, rows, won, planned, months_missing=missing)


def week_gaps(book: Book, gap: MoneyGap) -> tuple[WeekGap, ...]:
    """The weeks of the period; their targets sum to the period's target."""
    weeks = gap.period.weeks()
    targets = _week_targets(book, gap, weeks)
    return tuple(
        WeekGap(week, target, money((d for d in gap.won if d.closed_on and d.closed_on in week), gap.currency))
        for week, target in zip(weeks, targets, strict=True)
    )


def target_of(
    book: Book, scope_id: str, period: Period, currency: str, metric: str = METRIC
) -> tuple[int | None, tuple[Target, ...]]:
    """The target of a person or team and the rows it comes from.

    The period's own row; else, for a quarter or year, the sum of its months; for a week or day, its
    share of the month by working days. None when there is none.
    """
    own = own_target(book, scope_id, period.kind, period.starts_on, currency, metric)
    if own is not None:
        return own.value, (own,)
    if period.kind in ("quarter", "year"):
        months = [own_target(book, scope_id, "month", day, currency, metric) for day in months_of(period)]
        rows = tuple(row for row in months if row is not None)
        return (sum(row.value for row in rows) if rows else None), rows
    if period.kind in ("week", "day"):
        return _share(book, scope_id, period, currency, metric)
    return None, ()


def months_missing(book: Book, scope_id: str, period: Period, rows: Sequence[Target]) -> int:
    """How many months of a period have no target while others have: all it has is the sum of those, or a share of them.

    Only months with a working day in the period count. `rows` as of `target_of`.
    """
    if not rows or rows[0].period_kind == period.kind:
        return 0
    calendar, known = book.calendar_of(scope_id), {row.period_start for row in rows}
    days = calendar.workdays(period.starts_on, period.ends_on)
    return len({day.replace(day=1) for day in days} - known)


def own_target(
    book: Book, scope_id: str, kind: PeriodKind, starts_on: date, currency: str, metric: str = METRIC
) -> Target | None:
    """The newest version of the person's or team's target row of exactly that period. A count has no currency."""
    found = [
        target
        for target in book.targets_by_scope.get(scope_id, ())
        if target.metric == metric
        and (target.scope_kind == "person") == (scope_id not in book.teams)
        and target.period_kind == kind
        and target.period_start == starts_on
        and (target.unit != "money" or target.currency == currency)
    ]
    return max(found, key=lambda target: (target.version, target.id), default=None)


def split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total` in whole parts proportional to `weights`, by largest remainder: the parts sum to `total`.

    Weights of only zero count as equal ones. Ties go to the earlier part.
    """
    shares = weights if any(weights) else [1] * len(weights)
    whole = sum(shares)
    parts = [total * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(total * shares[i] % whole), i))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return tuple(parts)


def months_of(period: Period) -> list[date]:
    """The first days of the months that the period touches."""
    return sorted({day.replace(day=1) for day in period.days()})


def _workdays(calendar: WorkCalendar, period: Period) -> int:
    return len(calendar.workdays(period.starts_on, period.ends_on))


def month_split(
    book: Book, scope_id: str, month: Period, currency: str, metric: str = METRIC
) -> tuple[tuple[Period, int | None], ...]:
    """The month's target by week, cut to the month: a week's own row where there is one, the rest by working days.

    A team's week is the sum of its parts', as `month_days` says.
    """
    days = _days_of_parts(book, scope_id, month, currency, metric)
    if days is None:
        return _own_split(book, scope_id, month, currency, metric)
    return tuple((week, sum(days[day] for day in week.days())) for week in month.weeks())


def month_days(book: Book, scope_id: str, month: Period, currency: str, metric: str = METRIC) -> dict[date, int]:
    """The month's target by day; a day without a target is left out.

    A person's goes by his working days. A team's day is the sum of its parts', whose days off differ, and what their
    months miss of the team's goes by its own working days: weeks and days add up where the months do.
    """
    days = _days_of_parts(book, scope_id, month, currency, metric)
    if days is None:
        return _by_day(book, scope_id, _own_split(book, scope_id, month, currency, metric))
    return days


def parts_below(book: Book, team_id: str) -> list[str]:
    """Teams right below, then the people who sell in it: its reps, and whoever has a target of his own."""
    teams = sorted((team for team in book.teams.values() if team.parent_id == team_id), key=lambda t: (t.name, t.id))
    people = sorted((p for p in book.people.values() if p.team_id == team_id), key=lambda p: (p.name, p.id))
    selling = (p for p in people if p.id in book.targets_by_scope or (p.role == "rep" and p.is_active))
    return [*(team.id for team in teams), *(person.id for person in selling)]


def _days_of_parts(book: Book, team_id: str, month: Period, currency: str, metric: str) -> dict[date, int] | None:
    """None for a person, for a team with weeks of its own, and where there is nothing to sum."""
    whole = own_target(book, team_id, "month", month.starts_on, currency, metric)
    if team_id not in book.teams or whole is None:
        return None
    if any(_own_week(book, team_id, week, currency, metric) is not None for week in month.weeks()):
        return None
    rows = {
        part: row
        for part in parts_below(book, team_id)
        if (row := own_target(book, part, "month", month.starts_on, currency, metric)) is not None
    }
    if not rows:
        return None
    calendar, weeks = book.calendar_of(team_id), month.weeks()
    rest = whole.value - sum(row.value for row in rows.values())
    found = _by_day(
        book, team_id, list(zip(weeks, split(rest, [_workdays(calendar, week) for week in weeks]), strict=True))
    )
    for part in rows:
        for day, value in month_days(book, part, month, currency, metric).items():
            found[day] += value
    return found


def _by_day(book: Book, scope_id: str, weeks: Sequence[tuple[Period, int | None]]) -> dict[date, int]:
    """Each week's value over its working days."""
    calendar = book.calendar_of(scope_id)
    found: dict[date, int] = {}
    for week, value in weeks:
        if value is not None:
            days = list(week.days())
            found.update(zip(days, split(value, [int(calendar.is_workday(day)) for day in days]), strict=True))
    return found


def _own_split(
    book: Book, scope_id: str, month: Period, currency: str, metric: str
) -> tuple[tuple[Period, int | None], ...]:
    weeks = month.weeks()
    target = own_target(book, scope_id, "month", month.starts_on, currency, metric)
    calendar = book.calendar_of(scope_id)
    own = {index: _own_week(book, scope_id, week, currency, metric) for index, week in enumerate(weeks)}
    if target is None:
        return tuple((week, own[index]) for index, week in enumerate(weeks))
    fixed = {index: value for index, value in own.items() if value is not None}
    rest = target.value - sum(fixed.values())
    if rest < 0 or len(fixed) == len(weeks):
        fixed, rest = {}, target.value
    free = [index for index in range(len(weeks)) if index not in fixed]
    shared = dict(zip(free, split(rest, [_workdays(calendar, weeks[index]) for index in free]), strict=True))
    return tuple((week, fixed.get(index, shared.get(index))) for index, week in enumerate(weeks))


def _own_week(book: Book, scope_id: str, part: Period, currency: str, metric: str) -> int | None:
    """The week's own target row, cut by working days when only a part of the week is asked for."""
    week = period_of("week", part.starts_on)
    row = own_target(book, scope_id, "week", week.starts_on, currency, metric)
    if row is None:
        return None
    calendar = book.calendar_of(scope_id)
    days = split(row.value, [int(calendar.is_workday(day)) for day in week.days()])
    return sum(share for day, share in zip(week.days(), days, strict=True) if day in part)


def _share(
    book: Book, scope_id: str, period: Period, currency: str, metric: str
) -> tuple[int | None, tuple[Target, ...]]:
    """A week's or day's part of the month targets it lies in."""
    total: int | None = None
    rows: list[Target] = []
    for first in months_of(period):
        row = own_target(book, scope_id, "month", first, currency, metric)
        days = month_days(book, scope_id, period_of("month", first), currency, metric)
        inside = [value for day, value in days.items() if day in period]
        if inside:
            total = (total or 0) + sum(inside)
            rows += [row] if row is not None else []
    return total, tuple(rows)


def _week_targets(book: Book, gap: MoneyGap, weeks: Sequence[Period]) -> list[int | None]:
    if gap.target_minor is None:
        return [None] * len(weeks)
    if gap.targets and all(row.scope_id != gap.scope_id for row in gap.targets):
        found = [_week_targets(book, part, weeks) for part in gap.parts]
        return [sum(value for value in week if value is not None) for week in zip(*found, strict=True)]
    if gap.period.kind == "month":
        return [value for _, value in month_split(book, gap.scope_id, gap.period, gap.currency)]
    if len(weeks) == 1:
        return [gap.target_minor]
    calendar = book.calendar_of(gap.scope_id)
    if own_target(book, gap.scope_id, gap.period.kind, gap.period.starts_on, gap.currency) is None:
        parts = [
            (part, value)
            for first in months_of(gap.period)
            for part, value in month_split(book, gap.scope_id, period_of("month", first), gap.currency)
            if value is not None
        ]
        return [sum(value for part, value in parts if part.starts_on in week) for week in weeks]
    return list(split(gap.target_minor, [_workdays(calendar, week) for week in weeks]))
