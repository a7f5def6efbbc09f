"""The gap of a period and the team board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit.services.snapshots.common import PersonRef, Snapshot
from cockpit.services.snapshots.day import DayCell, KpiLine, TrendWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class GapWeek:
    starts_on: date
    ends_on: date
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceDay:
    """The end of one working day, since the period began: what the target asks for, what was won (None for a day to come),
    and won with planned (None for a day that is over)."""

    on: date
    due_minor: int | None
    actual_minor: int | None
    covered_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSnapshot(Snapshot):
    rep: PersonRef
    is_read_only: bool
    period_kind: str
    starts_on: date
    ends_on: date
    currency: str
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    planned_minor: int
    uncovered_minor: int | None
    other_currencies: tuple[tuple[str, int], ...]  # won money that cannot be added
    kpis: tuple[KpiLine, ...]
    weeks: tuple[GapWeek, ...]
    workdays_left: int
    due_minor: int | None = None
    """What the target asks for by the working days that are over; None without a target."""
    days: tuple[DayCell, ...] = ()
    """The days of the period; none where the visits of its beginning are not here."""
    trend: tuple[TrendWeek, ...] = ()
    pace: tuple[PaceDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRep:
    id: str
    name: str
    alias: str
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    visits_done: int
    visits_planned: int
    visits_uncovered: int
    problem: str
    problem_state: str
    last_log_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSnapshot(Snapshot):
    viewer: PersonRef
    team: str
    starts_on: date
    currency: str
    reps: tuple[TeamRep, ...]
    total: TeamRep
