"""What the KPI rules of a rep lack, as the planner's needs. Counted by `domain.kpi`, like everywhere."""

from __future__ import annotations

from cockpit.domain.book import Book
from cockpit.domain.kpi import KpiCount, kpi_counts
from cockpit.planning.problem import Need


def needs_of(book: Book, rep_id: str) -> tuple[Need, ...]:
    """One need per rule that binds the rep today, sub-limits within their parent."""
    counts = kpi_counts(book, rep_id)
    ids = {count.rule.id for count in counts}
    return tuple(_need(count, counts) for count in counts if count.rule.parent_id not in ids)


def _need(count: KpiCount, counts: tuple[KpiCount, ...]) -> Need:
    rule = count.rule
    return Need(
        rule_id=rule.id,
        kind=rule.kind,
        tiers=frozenset(tier for tier in rule.tiers if tier.isalpha()),
        limit=count.limit,
        done=count.done,
        planned=len(count.planned),
        short=count.uncovered,
        from_on=count.period.starts_on,
        until_on=count.period.ends_on,
        within=tuple(_need(other, ()) for other in counts if other.rule.parent_id == rule.id),
    )
