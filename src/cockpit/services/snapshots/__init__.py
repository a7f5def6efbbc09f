"""What services return: one frozen snapshot per screen, the same for its plain, JSON and CSV twin.

Money is integer minor units of `currency`. Moments are aware and in the rep's team's time zone, days
are local dates. `complete` is False while a first sync or a resync runs. Texts are already in the
user's language; names come cleaned from storage and are shown through `plain` only.
"""

from __future__ import annotations

from cockpit.services.snapshots.cards import CardState, CardView, Evidence
from cockpit.services.snapshots.common import PersonRef, Saved, Snapshot, WriteState
from cockpit.services.snapshots.customers import (
    AccountSnapshot,
    ContactLine,
    DealLine,
    DealSnapshot,
    Match,
    PipelineSnapshot,
    StageLine,
    StageStep,
)
from cockpit.services.snapshots.day import AgendaItem, KpiLine, MonthLine, NextBest, PlanSnapshot, Prep, TodaySnapshot
from cockpit.services.snapshots.money import GapSnapshot, GapWeek, TeamRep, TeamSnapshot
from cockpit.services.snapshots.proposals import LogField, LogPreview, ReplanProposal, ReplanRow, ScoreLine
from cockpit.services.snapshots.sync import Badge, ConflictItem, QueueItem, Receipt, SyncReport, SyncSnapshot
from cockpit.services.snapshots.why import Why, WhyRow

__all__ = [
    "AccountSnapshot",
    "AgendaItem",
    "Badge",
    "CardState",
    "CardView",
    "ConflictItem",
    "ContactLine",
    "DealLine",
    "DealSnapshot",
    "Evidence",
    "GapSnapshot",
    "GapWeek",
    "KpiLine",
    "LogField",
    "LogPreview",
    "Match",
    "MonthLine",
    "NextBest",
    "PersonRef",
    "PipelineSnapshot",
    "PlanSnapshot",
    "Prep",
    "QueueItem",
    "Receipt",
    "ReplanProposal",
    "ReplanRow",
    "Saved",
    "ScoreLine",
    "Snapshot",
    "StageLine",
    "StageStep",
    "SyncReport",
    "SyncSnapshot",
    "TeamRep",
    "TeamSnapshot",
    "TodaySnapshot",
    "Why",
    "WhyRow",
    "WriteState",
]
