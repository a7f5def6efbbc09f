"""The gap of a period and the team board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit.services.snapshots.cards import CardState, CardView
from cockpit.services.snapshots.common import PersonRef, Snapshot
from cockpit.services.snapshots.day import DayCell, KpiLine, TrendWeek
from cockpit.services.snapshots.forecast import ForecastLine
from cockpit.services.snapshots.targets import AgreementLine, RungLine


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
class GapRep:
    """One rep's part of his team's gap."""

    id: str
    name: str
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    planned_minor: int
    uncovered_minor: int | None
    forecast: ForecastLine
    """Without its past: that is told for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSnapshot(Snapshot):
    """A rep's own figures; those of `team` for `rep`, who leads it, with each of its reps, the most uncovered first."""

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
    forecast: ForecastLine
    due_minor: int | None = None
    """What the target asks for by the working days that are over; None without a target."""
    days: tuple[DayCell, ...] = ()
    """The days of the period; none where the visits of its beginning are not here."""
    trend: tuple[TrendWeek, ...] = ()
    pace: tuple[PaceDay, ...] = ()
    in_question: tuple[str, ...] = ()
    """Which of target, actual, gap, planned and uncovered rest on a row with an open conflict."""
    team: str = ""
    reps: tuple[GapRep, ...] = ()
    months_missing: int = 0
    """Months of the period without a target while others have one: then `target_minor` is None."""
    agreement: AgreementLine | None = None
    """None without a target."""
    rungs: tuple[RungLine, ...] = ()
    """The ranks not reached yet, the next one first; of one person's month alone."""
    parts_minor: int | None = None
    """What the reps' targets sum to; the team's own may be another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamProblem:
    """An open problem card of a rep, as his lead sees it."""

    rule: str
    what: str
    to_do: str
    state: CardState
    state_text: str
    at_risk_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamVisit:
    """One activity of a rep's week."""

    starts_at: datetime
    kind: str
    status: str
    account: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRep:
    """One rep's month. `visits_limit` None: no rule asks for visits. `behind_minor`: money behind the pace of the
    working days gone. `trend`: the last eight weeks, the running one last."""

    id: str
    name: str
    alias: str
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    behind_minor: int = 0
    visits_done: int
    visits_planned: int
    visits_uncovered: int
    visits_limit: int | None = None
    forecast: ForecastLine
    """A rep's without its past: that is told for all."""
    problem: str
    problem_state: str
    last_log_at: datetime | None
    trend: tuple[TrendWeek, ...] = ()
    problems: tuple[TeamProblem, ...] = ()
    deals_at_risk: tuple[TeamProblem, ...] = ()
    week: tuple[TeamVisit, ...] = ()
    nudge: str = ""
    """How far the newest nudge got while it is watched, or a week longer; empty for none."""
    nudge_text: str = ""
    other_currencies: tuple[tuple[str, int], ...] = ()
    """What was won in currencies without a rate, in `actual_minor` of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSnapshot(Snapshot):
    """The reps stand in the order in which they need help: visits without a plan, then money behind pace.

    `cards`: the viewer's own about his people, the most worthwhile first; a rep has none.
    """

    viewer: PersonRef
    team: str
    starts_on: date
    currency: str
    workdays_gone: int = 0
    workdays_total: int = 0
    reps: tuple[TeamRep, ...]
    total: TeamRep
    cards: tuple[CardView, ...] = ()
