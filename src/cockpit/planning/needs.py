"""What the KPI rules of a rep lack, as the planner's needs."""

from __future__ import annotations

from datetime import date
from typing import cast

from cockpit.domain.book import Book
from cockpit.domain.entities import KpiRule
from cockpit.domain.periods import PeriodKind, period_of
from cockpit.planning.problem import Need


def needs_of(book: Book, rep_id: str, today: date) -> tuple[Need, ...]:
    """One need per rule that holds for the rep today, sub-limits within their parent, in order of name.

    done: held, local date in the period; planned: planned from today to the period's end;
    short = max(0, limit - done - planned).
    """
    rules = sorted((rule for rule in book.kpi_rules if _holds(book, rule, rep_id, today)), key=lambda r: (r.name, r.id))
    ids = {rule.id for rule in rules}
    children: dict[str, list[KpiRule]] = {}
    for rule in rules:
        if rule.parent_id is not None and rule.parent_id in ids:
            children.setdefault(rule.parent_id, []).append(rule)
    return tuple(_need(book, rep_id, rule, today, children) for rule in rules if rule.parent_id not in ids)


def _holds(book: Book, rule: KpiRule, rep_id: str, today: date) -> bool:
    if (rule.from_on and today < rule.from_on) or (rule.to_on and today > rule.to_on):
        return False
    if rule.scope_id is None:
        return True
    person = book.people.get(rep_id)
    team_id, seen = (person.team_id if person else None), set[str]()
    while team_id and team_id not in seen:
        if team_id == rule.scope_id:
            return True
        seen.add(team_id)
        team = book.teams.get(team_id)
        team_id = team.parent_id if team else None
    return False


def _need(book: Book, rep_id: str, rule: KpiRule, today: date, children: dict[str, list[KpiRule]]) -> Need:
    period = period_of(cast(PeriodKind, rule.period_kind), today)
    tiers = frozenset(rule.tiers.replace(",", "").replace(" ", ""))
    done = planned = 0
    for activity in book.activities_by_rep.get(rep_id, ()):
        if activity.kind != rule.kind:
            continue
        account = book.accounts.get(activity.account_id or "")
        if tiers and (account is None or account.tier not in tiers):
            continue
        on = book.local_day(activity.starts_at)
        if activity.status == "held" and on in period:
            done += 1
        elif activity.status == "planned" and today <= on <= period.ends_on:
            planned += 1
    return Need(
        rule_id=rule.id,
        kind=rule.kind,
        tiers=tiers,
        limit=rule.minimum,
        done=done,
        planned=planned,
        short=max(0, rule.minimum - done - planned),
        from_on=period.starts_on,
        until_on=period.ends_on,
        within=tuple(_need(book, rep_id, child, today, {}) for child in children.get(rule.id, [])),
    )
