"""The rules behind problem cards, as data: remedy, key, floor, minutes, grace, when solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RuleId = Literal[
    "kpi_uncovered",
    "unvisited",
    "deal_dirty",
    "deal_regressed",
    "deal_stalled",
    "milestone_missing",
    "behind_pace",
    "tier_overdue",
    "agreement_old",
    "rank_behind",
    "split_off",
    "team_at_zero",
    "visits_down",
    "rep_short",
    "prospects_untouched",
    "papers_missing",
    "funnel_thin",
    "funnel_crowded",
    "big_deal_stuck",
    "conversion_down",
    "weeks_under",
    "met_no_effect",
    "prospects_dropped",
    "acted_low",
    "policy_idle",
    "leaf_behind",
    "forecast_wild",
    "renewal_open",
    "nudge_ignored",
]


@dataclass(frozen=True, slots=True)
class CardRule:
    """`command` is the remedy's id in the registry; without a `key` the card's own digit presses it.

    Score = max(money at risk, floor) x movable / minutes. `movable` is the share of that money which the
    remedy can still change in a full period; rules with a count scale it by the days left.
    """

    id: RuleId
    command: str
    key: str
    floor_minor: int
    minutes: int
    movable: float
    grace_days: int
    solved_when: str
    """Its words are in `services.card_views`, under this code."""
    is_kept: bool = False
    """Stays in the list for its whole period after it is solved."""


RULES: dict[RuleId, CardRule] = {
    rule.id: rule
    for rule in (
        CardRule("kpi_uncovered", "fill", "f", 50_000, 1, 1.0, 0, "limit_held", True),
        CardRule("unvisited", "drop", "", 100_000, 2, 1.0, 0, "all_answered", True),
        CardRule("deal_dirty", "open", "enter", 20_000, 5, 0.03, 0, "dated", False),
        CardRule("deal_regressed", "open", "enter", 20_000, 10, 0.05, 7, "stage_regained", False),
        CardRule("deal_stalled", "open", "enter", 20_000, 10, 0.05, 7, "stage_left", False),
        CardRule("milestone_missing", "open", "enter", 10_000, 2, 0.01, 0, "milestone_met", False),
        CardRule("behind_pace", "gap", "g", 50_000, 10, 0.03, 0, "on_pace", False),
        CardRule("tier_overdue", "add", "a", 30_000, 3, 1.0, 0, "all_seen", False),
        CardRule("agreement_old", "targets", "G", 20_000, 1, 1.0, 0, "agreed", False),
        CardRule("rank_behind", "targets", "G", 20_000, 10, 0.03, 0, "on_pace_of_rank", False),
        CardRule("split_off", "targets", "G", 50_000, 5, 0.03, 0, "adds_up", False),
        CardRule("team_at_zero", "pipeline", "p", 100_000, 10, 1.0, 0, "team_won", False),
        CardRule("visits_down", "today", "enter", 50_000, 10, 1.0, 0, "visits_back", False),
        CardRule("prospects_untouched", "open", "enter", 50_000, 5, 1.0, 0, "all_touched", False),
        CardRule("papers_missing", "open", "enter", 20_000, 5, 0.02, 0, "prepared", False),
        CardRule("funnel_thin", "pipeline", "p", 50_000, 30, 1.0, 0, "filled", False),
        CardRule("funnel_crowded", "pipeline", "p", 40_000, 20, 1.0, 0, "thinned", False),
        CardRule("big_deal_stuck", "open", "enter", 50_000, 15, 0.05, 7, "stage_left", False),
        CardRule("conversion_down", "funnel", "d", 50_000, 20, 1.0, 0, "conversion_back", False),
        CardRule("weeks_under", "team", "t", 100_000, 20, 0.03, 0, "week_reached", False),
        CardRule("met_no_effect", "metrics", "m", 50_000, 15, 0.03, 0, "on_pace", False),
        CardRule("prospects_dropped", "open", "enter", 50_000, 5, 1.0, 0, "all_gone_on", False),
        CardRule("acted_low", "today", "h", 50_000, 20, 1.0, 0, "four_of_five", False),
        CardRule("policy_idle", "metrics", "m", 100_000, 30, 1.0, 0, "money_follows", False),
        CardRule("leaf_behind", "team", "t", 80_000, 20, 1.0, 0, "leaf_caught_up", False),
        CardRule("forecast_wild", "funnel", "d", 80_000, 30, 1.0, 0, "error_small", False),
        CardRule("renewal_open", "open", "enter", 100_000, 10, 0.2, 0, "renewal_begun", False),
        CardRule("nudge_ignored", "nudge", "N", 60_000, 10, 1.0, 0, "nudge_answered", False),
        CardRule("rep_short", "today", "enter", 50_000, 15, 0.03, 0, "within_share", False),
    )
}

OF_PEOPLE: tuple[RuleId, ...] = (
    "split_off",
    "prospects_untouched",
    "prospects_dropped",
    "conversion_down",
    "big_deal_stuck",
    "team_at_zero",
    "visits_down",
    "rep_short",
)
"""A team lead's cards about his people: what his own execution is measured by."""

OF_TEAM: tuple[RuleId, ...] = (
    *OF_PEOPLE,
    "nudge_ignored",
    "acted_low",
    "weeks_under",
    "policy_idle",
    "leaf_behind",
    "forecast_wild",
    "renewal_open",
)
"""The cards of who leads about those he leads: what stands on the team's board."""

VISITS_A_DAY = 3
"""How many more of anything a rep can plan on a working day: what makes a KPI movable."""

TIER_DAYS = {"A": 14, "B": 21, "C": 45}
"""Days after which a customer should be seen again, where the account does not say."""
