"""KPI with a consequence: limit L in a period, held d, planned p, uncovered u = max(0, L - d - p).

Held counts by local start date in the period; planned from today (the whole of today, until midnight)
to the period's end; not held, moved and cancelled count nowhere. The kind counted is the rule's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Literal, cast

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, KpiRule, Person
from cockpit.domain.periods import Period, PeriodKind, period_of

KpiState = Literal["reached", "covered", "short"]


@dataclass(frozen=True, slots=True)
class KpiCount:
    """One rule for one person in one period, with the rows that count."""

    rule: KpiRule
    rep_id: str
    period: Period
    held: tuple[Activity, ...]
    planned: tuple[Activity, ...]
    at_risk_minor: int
    """The consequence on the person's bonus base while the limit is not reached, minor units."""

    @property
    def limit(self) -> int:
        return self.rule.minimum

    @property
    def done(self) -> int:
        return len(self.held)

    @property
    def uncovered(self) -> int:
        return max(0, self.limit - self.done - len(self.planned))

    @property
    def state(self) -> KpiState:
        if self.done >= self.limit:
            return "reached"
        return "short" if self.uncovered else "covered"


def rules_for(book: Book, rep_id: str) -> tuple[KpiRule, ...]:
    """The rules that bind this person today: of the whole company, of the person's team or of a team above it.

    They bind reps; a lead has none of his own.
    """
    person = book.people.get(rep_id)
    if person is not None and person.role != "rep":
        return ()
    teams = set(_teams_up(book, person.team_id if person else None))
    return tuple(
        rule
        for rule in sorted(book.kpi_rules, key=lambda rule: (rule.parent_id is not None, rule.id))
        if (rule.scope_id is None or rule.scope_id in teams)
        and (rule.from_on is None or rule.from_on <= book.today)
        and (rule.to_on is None or book.today <= rule.to_on)
    )


def window(rule: KpiRule, day: date) -> Period:
    """The rule's period that holds `day`."""
    return period_of(cast(PeriodKind, rule.period_kind), day)


def does_count(book: Book, rule: KpiRule, activity: Activity) -> bool:
    """Whether the rule counts this kind of activity at this account; its day and status are not looked at."""
    if activity.kind != rule.kind:
        return False
    if not rule.tiers:
        return True
    account = book.accounts.get(activity.account_id or "")
    return account is not None and account.tier in rule.tiers


def kpi_count(book: Book, rule: KpiRule, rep_id: str) -> KpiCount:
    """What counts for the rule in the period that holds the book's day."""
    period = window(rule, book.today)
    begins, today, ends = (
        book.midnight(period.starts_on),
        book.midnight(book.today),
        book.midnight(date.fromordinal(period.ends_on.toordinal() + 1)),
    )
    rows = book.activities_by_rep.get(rep_id, ())
    first, last = (bisect_left(rows, edge, key=attrgetter("starts_at")) for edge in (begins, ends))
    counted = [
        activity
        for activity in rows[first:last]
        if activity.status in ("held", "planned") and does_count(book, rule, activity)
    ]
    held = tuple(activity for activity in counted if activity.status == "held")
    planned = tuple(activity for activity in counted if activity.status == "planned" and activity.starts_at >= today)
    at_risk = 0 if len(held) >= rule.minimum else consequence(rule, book.people.get(rep_id))
    return KpiCount(rule, rep_id, period, held, planned, at_risk)


def kpi_counts(book: Book, rep_id: str) -> tuple[KpiCount, ...]:
    """Every rule that binds this person, main rules before sub-limits."""
    return tuple(kpi_count(book, rule, rep_id) for rule in rules_for(book, rep_id))


def consequence(rule: KpiRule, person: Person | None) -> int:
    """What missing the limit costs, minor units: basis points of the bonus base; 0 where the base is not known."""
    if rule.consequence_kind != "bonus_share" or person is None or person.bonus_base_minor is None:
        return 0
    return person.bonus_base_minor * rule.consequence_value // 10_000


def _teams_up(book: Book, team_id: str | None) -> Iterable[str]:
    seen: set[str] = set()
    while team_id is not None and team_id not in seen:
        seen.add(team_id)
        yield team_id
        team = book.teams.get(team_id)
        team_id = team.parent_id if team else None
