"""The rep's day: agenda, preparation, month, KPIs; the week's plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from cockpit.services.snapshots.cards import CardView
from cockpit.services.snapshots.common import PersonRef, Snapshot, WriteState
from cockpit.services.snapshots.forecast import ForecastLine


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One activity as a list shows it. `amount_minor` is the open money of its deal or account."""

    id: str
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime | None
    account_id: str | None
    account: str
    account_alias: str
    deal_id: str | None
    tier: str
    stage: str
    amount_minor: int | None
    currency: str
    subject: str
    goal: str
    goal_result: str | None
    is_locked: bool
    is_promised: bool
    planned_because: str
    write_state: WriteState
    is_double: bool = False
    """Possibly made twice: another visit of the same rep with the same account begins within half an hour."""
    result: str = ""
    """What came of it, or why it did not take place. Filled on the cards of accounts and deals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prep:
    """What to know before the next visit. Each part names the rows it comes from by id."""

    activity_id: str
    account_id: str | None
    account: str
    last_held_on: date | None
    last_result: str
    last_activity_id: str | None
    open_needs: tuple[str, ...]
    deciders: tuple[tuple[str, str, int | None], ...]  # name, role, stance
    open_deals: tuple[tuple[str, str, int | None], ...]  # deal id, name, amount_minor
    missing: tuple[str, ...]  # what is not ready: no goal, no agenda, no contact


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """An account worth adding today, with points that sum to `score`."""

    account_id: str
    account: str
    tier: str
    after_activity_id: str | None
    starts_at: datetime | None
    score: int
    points: tuple[tuple[str, int], ...]  # reason text, points
    row_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """My month. None where it cannot be known."""

    starts_on: date
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    planned_minor: int
    uncovered_minor: int | None
    forecast: ForecastLine
    currency: str
    workdays_gone: int
    workdays_total: int
    has_conflict: bool
    in_question: tuple[str, ...] = ()
    """Which of target, actual, gap, planned and uncovered rest on a row with an open conflict."""
    other_currencies: tuple[tuple[str, int], ...] = ()
    """What was won in currencies without a rate, in `actual` of none: its code and minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiLine:
    id: str
    name: str
    kind: str
    limit: int
    done: int
    planned: int
    uncovered: int
    at_risk_minor: int
    currency: str
    state: Literal["reached", "covered", "short"]
    has_conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """The visits of one day. `missed`: their day is over and they were not held."""

    on: date
    is_workday: bool
    held: int
    planned: int
    missed: int
    state: Literal["done", "missed", "planned", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendWeek:
    """One week from Monday, the current one up to now: visits held and money won."""

    starts_on: date
    held: int
    won_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaySnapshot(Snapshot):
    rep: PersonRef
    day: date
    is_read_only: bool
    visits: tuple[AgendaItem, ...]
    yesterday_unvisited: tuple[AgendaItem, ...]
    prep: Prep | None
    next_best: NextBest | None
    month: MonthLine
    kpis: tuple[KpiLine, ...]
    cards: tuple[CardView, ...]
    briefs: tuple[Prep, ...] = ()
    """What to know before each activity of the lists, by `activity_id`."""
    coming: tuple[AgendaItem, ...] = ()
    """What is planned for the seven days after today."""
    days: tuple[DayCell, ...] = ()
    """The days of the month."""
    trend: tuple[TrendWeek, ...] = ()
    """The last weeks, the current one last."""
    offer: str = ""
    """Why a new plan is worth a look, in words; empty when nothing asks for one."""
    is_plan_disputed: bool = False
    """It is that my plan and the hub's differ: the new one starts from the hub's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSnapshot(Snapshot):
    """The dated activities of one week, planned and done, in order."""

    rep: PersonRef
    starts_on: date
    ends_on: date
    items: tuple[AgendaItem, ...]
