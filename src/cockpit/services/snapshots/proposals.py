"""A plan that is proposed and the log line as it is typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from cockpit.services.snapshots.common import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanRow:
    """One line of before or after. `sign`: `=` kept, `+` added, `~` moved, `>` other day, `x` dropped. `place`: latitude
    and longitude of the account, None where they are not known."""

    sign: str
    activity_id: str | None
    account_id: str | None
    account: str
    tier: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    travel_minutes: int
    is_locked: bool
    status: str
    reasons: tuple[tuple[str, int], ...] = ()  # reason text, points
    score: int = 0
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    label: str
    before: str
    after: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanProposal(Snapshot):
    """A plan that is not written until accepted. `ticket` is handed back to `accept`, `start` is where the days begin
    and end, `travel_minutes` what each day drives then, the way back included."""

    kind: Literal["replan", "fill"]
    trigger: str
    elapsed_ms: int
    before: tuple[ReplanRow, ...]
    after: tuple[ReplanRow, ...]
    scores: tuple[ScoreLine, ...]
    best_dropped: ReplanRow | None
    best_dropped_why: str
    notes: tuple[str, ...]
    is_empty: bool
    ticket: Any = field(repr=False)
    start: tuple[float, float] | None = None
    travel_minutes: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogField:
    name: str  # what, account, time, goal, result, need, person, next, stage, amount
    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPreview:
    """A log line as it is being typed: how it is read, what it would change, what stops it."""

    line: str
    fields: tuple[LogField, ...]
    matches: tuple[tuple[str, str], ...]  # other accounts that fit: id, name
    account_id: str | None
    effects: tuple[str, ...]
    problem: str  # empty when it can be saved
    problem_column: int | None
    milestone: str  # question to answer before a stage move, empty when none
    is_ready: bool
