"""What services return: one frozen snapshot per screen, the same for its plain, JSON and CSV twin.

Money is integer minor units of `currency`. Moments are aware and in the rep's team's time zone, days
are local dates. `complete` is False while a first sync or a resync runs. Texts are already in the
user's language; names come cleaned from storage and are shown through `plain` only.

Each area is imported when one of its names is first asked for: the first frame needs one of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cockpit.services.snapshots.cards import CardState, CardView, Evidence
    from cockpit.services.snapshots.chain import (
        ChainDeal,
        ChainLever,
        ChainLine,
        ChainRep,
        ChainSnapshot,
        CycleCheck,
        EffortCheck,
        RateBoard,
        RateLine,
        RatesSnapshot,
        RepRate,
        ThinCheck,
        Tried,
    )
    from cockpit.services.snapshots.common import PersonRef, Saved, Snapshot, WriteState
    from cockpit.services.snapshots.customers import (
        AccountSnapshot,
        ContactLine,
        DealBrief,
        DealLine,
        DealSnapshot,
        Match,
        MonthVisits,
        PipelineSnapshot,
        Remedy,
        StageLine,
        StageStep,
    )
    from cockpit.services.snapshots.day import (
        AgendaItem,
        DayCell,
        KpiLine,
        MonthLine,
        NextBest,
        PlanSnapshot,
        Prep,
        TodaySnapshot,
        TrendWeek,
    )
    from cockpit.services.snapshots.forecast import ForecastLine, ForecastPart, ForecastSnapshot, PastForecast
    from cockpit.services.snapshots.funnel import FlowLine, FunnelSnapshot, FunnelStage, RangeView, ReasonLine
    from cockpit.services.snapshots.metrics import MetricLine, MetricScope, MetricsSnapshot, VanityLine
    from cockpit.services.snapshots.money import (
        GapRep,
        GapSnapshot,
        GapWeek,
        PaceDay,
        TeamProblem,
        TeamRep,
        TeamSnapshot,
        TeamVisit,
    )
    from cockpit.services.snapshots.proposals import (
        LogField,
        LogPreview,
        PlanChoices,
        PlanLimit,
        Relaxed,
        ReplanProposal,
        ReplanRow,
        ScoreLine,
        TravelRule,
        WhyNot,
    )
    from cockpit.services.snapshots.sync import (
        Badge,
        ConflictItem,
        ProofView,
        QueueItem,
        Receipt,
        SyncReport,
        SyncSnapshot,
        TypedField,
    )
    from cockpit.services.snapshots.targets import (
        SplitLine,
        TargetLine,
        TargetPart,
        TargetProblem,
        TargetSplit,
        TargetsSnapshot,
    )
    from cockpit.services.snapshots.why import Why, WhyRow

_HOMES = {
    "cards": (
        "CardState",
        "CardView",
        "Evidence",
    ),
    "chain": (
        "ChainDeal",
        "ChainLever",
        "ChainLine",
        "ChainRep",
        "ChainSnapshot",
        "CycleCheck",
        "EffortCheck",
        "RateBoard",
        "RateLine",
        "RatesSnapshot",
        "RepRate",
        "ThinCheck",
        "Tried",
    ),
    "common": (
        "PersonRef",
        "Saved",
        "Snapshot",
        "WriteState",
    ),
    "customers": (
        "AccountSnapshot",
        "ContactLine",
        "DealBrief",
        "DealLine",
        "DealSnapshot",
        "Match",
        "MonthVisits",
        "PipelineSnapshot",
        "Remedy",
        "StageLine",
        "StageStep",
    ),
    "day": (
        "AgendaItem",
        "DayCell",
        "KpiLine",
        "MonthLine",
        "NextBest",
        "PlanSnapshot",
        "Prep",
        "TodaySnapshot",
        "TrendWeek",
    ),
    "funnel": (
        "FlowLine",
        "FunnelSnapshot",
        "FunnelStage",
        "ReasonLine",
        "RangeView",
    ),
    "metrics": (
        "MetricLine",
        "MetricScope",
        "MetricsSnapshot",
        "VanityLine",
    ),
    "forecast": (
        "ForecastLine",
        "ForecastPart",
        "ForecastSnapshot",
        "PastForecast",
    ),
    "money": (
        "GapRep",
        "GapSnapshot",
        "GapWeek",
        "PaceDay",
        "TeamProblem",
        "TeamRep",
        "TeamSnapshot",
        "TeamVisit",
    ),
    "proposals": (
        "LogField",
        "LogPreview",
        "PlanChoices",
        "PlanLimit",
        "Relaxed",
        "ReplanProposal",
        "ReplanRow",
        "ScoreLine",
        "TravelRule",
        "WhyNot",
    ),
    "sync": (
        "Badge",
        "ConflictItem",
        "ProofView",
        "QueueItem",
        "Receipt",
        "SyncReport",
        "SyncSnapshot",
        "TypedField",
    ),
    "targets": (
        "SplitLine",
        "TargetLine",
        "TargetPart",
        "TargetProblem",
        "TargetSplit",
        "TargetsSnapshot",
    ),
    "why": (
        "Why",
        "WhyRow",
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)


__all__ = [
    "AccountSnapshot",
    "AgendaItem",
    "Badge",
    "CardState",
    "CardView",
    "ChainDeal",
    "ChainLever",
    "ChainLine",
    "ChainRep",
    "ChainSnapshot",
    "ConflictItem",
    "ContactLine",
    "CycleCheck",
    "DayCell",
    "DealBrief",
    "DealLine",
    "DealSnapshot",
    "EffortCheck",
    "Evidence",
    "FlowLine",
    "ForecastLine",
    "ForecastPart",
    "ForecastSnapshot",
    "FunnelSnapshot",
    "FunnelStage",
    "GapRep",
    "GapSnapshot",
    "GapWeek",
    "KpiLine",
    "LogField",
    "LogPreview",
    "Match",
    "MetricLine",
    "MetricScope",
    "MetricsSnapshot",
    "MonthLine",
    "MonthVisits",
    "NextBest",
    "PaceDay",
    "PastForecast",
    "PersonRef",
    "PipelineSnapshot",
    "PlanChoices",
    "PlanLimit",
    "PlanSnapshot",
    "Prep",
    "ProofView",
    "QueueItem",
    "RangeView",
    "RateBoard",
    "RateLine",
    "RatesSnapshot",
    "ReasonLine",
    "Receipt",
    "Relaxed",
    "Remedy",
    "RepRate",
    "ReplanProposal",
    "ReplanRow",
    "Saved",
    "ScoreLine",
    "Snapshot",
    "SplitLine",
    "StageLine",
    "StageStep",
    "SyncReport",
    "SyncSnapshot",
    "TargetLine",
    "TargetPart",
    "TargetProblem",
    "TargetSplit",
    "TargetsSnapshot",
    "TeamProblem",
    "TeamRep",
    "TeamSnapshot",
    "TeamVisit",
    "ThinCheck",
    "TodaySnapshot",
    "TravelRule",
    "TrendWeek",
    "Tried",
    "TypedField",
    "VanityLine",
    "Why",
    "WhyNot",
    "WhyRow",
    "WriteState",
]
