"""How many deals of a pipeline are stuck: in all, in each stage, in each state. Money is in the pipeline's currency."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.i18n import ngettext, short_money
from cockpit.services.snapshots import DealLine, PipelineSnapshot

STATES = ("dirty", "slipped", "regressed", "stalled", "no_activity", "healthy")
"""The worst first; a deal counts in the first it has."""


def stuck(snapshot: PipelineSnapshot) -> tuple[int, int]:
    """Count and money of the deals that have some state."""
    return _sum(snapshot, (deal for deal in snapshot.deals if deal.states))


def stuck_by_stage(snapshot: PipelineSnapshot) -> dict[str, tuple[int, int]]:
    """The same by the id of the stage; stages without any are left out."""
    found: dict[str, list[DealLine]] = {}
    for deal in snapshot.deals:
        if deal.states:
            found.setdefault(deal.stage_id, []).append(deal)
    return {stage: _sum(snapshot, deals) for stage, deals in found.items()}


def by_state(snapshot: PipelineSnapshot) -> dict[str, tuple[int, int]]:
    """Count and money of each state, the worst first. The counts add up to the deals."""
    return {state: _sum(snapshot, (deal for deal in snapshot.deals if deal.state == state)) for state in STATES}


def astray_text(astray: tuple[int, int], key: str = "s") -> str:
    """What is said of open deals in no stage of the funnel, with the key that moves them; empty where each has one."""
    count, minor = astray
    if not count:
        return ""
    words = ngettext(
        "{count} open deal, {money}, stands in no stage of this funnel: move it with {key}",
        "{count} open deals, {money}, stand in no stage of this funnel: move each with {key}",
        count,
    )
    return words.format(count=count, money=short_money(minor), key=key)


def _sum(snapshot: PipelineSnapshot, deals: Iterable[DealLine]) -> tuple[int, int]:
    amounts = [(deal.amount_minor or 0) if deal.currency == snapshot.currency else 0 for deal in deals]
    return len(amounts), sum(amounts)
