"""What services return: one frozen snapshot per screen, the same for its plain, JSON and CSV twin.

Money is integer minor units of `currency`. Moments are aware and in the rep's team's time zone, days
are local dates. `complete` is False while a first sync or a resync runs. Texts are already in the
user's language; names come cleaned from storage and are shown through `plain` only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

WriteState = Literal["done", "saved", "waiting", "sending", "conflict", "parked"]
"""done: the hub has it. saved: on disk, queued. waiting: retry later. sending: on its way."""

CardState = Literal["found", "planned", "doing", "done", "confirmed", "relapsed", "waived"]


@dataclass(frozen=True, slots=True)
class PersonRef:
    id: str
    name: str
    alias: str
    role: str
    team_id: str | None
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    as_of: datetime
    complete: bool


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
    """My month. None where it cannot be known; `forecast_reason` says why there is no forecast."""

    starts_on: date
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None
    planned_minor: int
    uncovered_minor: int | None
    forecast_minor: int | None
    forecast_reason: str
    currency: str
    workdays_gone: int
    workdays_total: int
    has_conflict: bool


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
class Evidence:
    entity: str
    id: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A problem card. `key` runs `command` with `args`; `progress` is (held since found, needed)."""

    id: str
    rule: str
    subject_id: str
    subject: str
    period_start: date
    what: str
    to_do: str
    key: str
    command: str
    args: dict[str, str]
    state: CardState
    state_text: str
    progress: tuple[int, int] | None
    slipped: int
    at_risk_minor: int
    currency: str
    score: float
    evidence: tuple[Evidence, ...]
    solved_when: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSnapshot(Snapshot):
    """The dated activities of one week, planned and done, in order."""

    rep: PersonRef
    starts_on: date
    ends_on: date
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapWeek:
    starts_on: date
    ends_on: date
    target_minor: int | None
    actual_minor: int
    gap_minor: int | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    id: str
    name: str
    count: int
    amount_minor: int
    conversion: float | None  # share of deals that left this stage forward; None without history
    conversion_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealLine:
    id: str
    name: str
    account_id: str | None
    account: str
    owner_id: str | None
    owner: str
    stage_id: str
    stage: str
    amount_minor: int | None
    currency: str
    expected_on: date | None
    days_in_stage: int | None
    next_step_at: datetime | None
    next_step: str
    state: str
    states: tuple[str, ...]
    rules: tuple[str, ...]  # one text per state: the rule and the figures that fired
    write_state: WriteState


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSnapshot(Snapshot):
    scope: PersonRef
    is_read_only: bool
    funnel_id: str
    funnel: str
    currency: str
    stages: tuple[StageLine, ...]
    won_count: int
    won_amount_minor: int
    lost_count: int
    open_count: int
    open_amount_minor: int
    open_without_amount: int
    win_rate: float | None  # won / (won + lost), by count, up to as_of
    win_rate_n: int
    other_currencies: tuple[tuple[str, int], ...]
    deals: tuple[DealLine, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    mutation_id: str
    label: str
    entity: str
    occurred_at: datetime
    attempts: int
    state: WriteState
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    mutation_id: str
    label: str
    entity: str
    occurred_at: datetime
    ended_at: datetime
    result: str
    rev: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictItem:
    id: str
    entity: str
    entity_id: str
    subject: str  # name of the row
    field: str
    field_text: str
    kind: str
    base: str
    mine: str
    theirs: str
    theirs_by: str
    theirs_at: datetime | None
    can_keep_both: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What the footer says about sync at any time."""

    pending: int
    conflicts: int
    parked: int
    oldest_pending_at: datetime | None
    last_sync_at: datetime | None
    is_offline: bool
    is_syncing: bool
    progress: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSnapshot(Snapshot):
    hub_url: str
    badge: Badge
    pushed: int  # of the last run
    pulled: int
    queue: tuple[QueueItem, ...]
    receipts: tuple[Receipt, ...]
    conflicts: tuple[ConflictItem, ...]
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one run of the sync did."""

    pushed: int
    pulled: int
    pending: int
    conflicts: int
    parked: int
    receipts: int
    complete: bool
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyRow:
    entity: str
    id: str
    text: str
    at: datetime | None
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Formula, inputs and rows behind one number. `combine` applied to the rows' values gives `value`."""

    title: str
    value: int | None
    unit: Literal["money", "count", "points", "none"]
    currency: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    rows: tuple[WhyRow, ...]
    combine: Literal["sum", "count", "none"]
    as_of: datetime
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanRow:
    """One line of before or after. `sign`: `=` kept, `+` added, `~` moved, `>` other day, `x` dropped."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    label: str
    before: str
    after: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanProposal(Snapshot):
    """A plan that is not written until accepted. `ticket` is handed back to `accept`."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A write that is on disk. `action_id` undoes it; `text` says what was saved."""

    action_id: str | None
    text: str
    entity: str = ""
    id: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    id: str
    name: str
    title: str
    phone: str
    mobile: str
    email: str
    decision_role: str
    stance: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSnapshot(Snapshot):
    id: str
    name: str
    alias: str
    tier: str
    lifecycle: str
    industry: str
    size: str
    address: str
    phone: str
    owner: str
    origin: str
    write_state: WriteState
    is_read_only: bool
    windows: tuple[tuple[int, str, str], ...]
    contacts: tuple[ContactLine, ...]
    deals: tuple[DealLine, ...]
    history: tuple[AgendaItem, ...]
    planned: tuple[AgendaItem, ...]
    extra: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    id: str
    name: str
    kind: str
    milestone: str
    entered_at: datetime | None
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DealSnapshot(Snapshot):
    deal: DealLine
    is_read_only: bool
    product: str
    created_on: date | None
    profit_minor: int | None
    steps: tuple[StageStep, ...]
    history: tuple[AgendaItem, ...]
    planned: tuple[AgendaItem, ...]
    extra: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A hit of a search over accounts."""

    id: str
    name: str
    alias: str
    tier: str
    score: float
