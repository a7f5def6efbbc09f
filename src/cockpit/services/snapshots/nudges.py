"""Nudges as a screen shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from cockpit.services.snapshots.common import PersonRef, Snapshot

NudgeState = Literal["sent", "seen", "acted", "help", "not_fair", "moved", "not_moved"]
NextStep = Literal["ride", "talk", "load", "watch"]
TrailStep = Literal["found", "sent", "seen", "answered", "acted", "progress", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeLine:
    """One nudge and how far it got. `acts`: changes of the rep that do something about it."""

    id: str
    rep_id: str
    rep: str
    by: str
    rule: str
    subject_id: str
    about: str
    message: str
    sent_at: datetime
    seen_at: datetime | None
    answer: str | None
    answer_reason: str
    acted_at: datetime | None
    acts: int
    watched_until: date
    state: NudgeState
    state_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNudges:
    """What the ended ones came to: counts, and the median days to the first act."""

    ended: int
    acted: int
    moved: int
    days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgesSnapshot(Snapshot):
    """The newest first."""

    viewer: PersonRef
    lines: tuple[NudgeLine, ...]
    past: PastNudges


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLine:
    """A behaviour before and since: counts, each out of working days (`unit` rate) or open deals (share). `sure` is empty
    while there is nothing to compare; `is_judged`: the verdict rests on it."""

    metric: str
    name: str
    unit: Literal["rate", "share"]
    before: int
    before_of: int
    since: int
    since_of: int
    chance: float
    sure: Literal["yes", "maybe", "no", ""]
    is_judged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    step: TrailStep
    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeDraft:
    """What would be sent: about which card, in which words."""

    card_id: str
    about: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A next step; `refusal` says why it cannot be taken, empty when it can."""

    step: NextStep
    text: str
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgePage(Snapshot):
    """One rep's nudge: as it went, or (`line` None) as it would be sent; `refusal` says why none can be."""

    viewer: PersonRef
    rep: PersonRef
    line: NudgeLine | None
    draft: NudgeDraft | None
    refusal: str
    watch: tuple[WatchLine, ...]
    days: int
    """Working days of the watch gone."""
    trail: tuple[TrailLine, ...]
    steps: tuple[StepLine, ...]
    """What the lead can do about one that has not moved; empty for everybody else and while it is watched."""
    spent: int
    budget: int
    past: PastNudges
