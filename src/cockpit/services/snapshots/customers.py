"""Pipeline, deals, accounts and their people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit.services.snapshots.common import PersonRef, Snapshot, WriteState
from cockpit.services.snapshots.day import AgendaItem


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    id: str
    name: str
    count: int
    amount_minor: int
    conversion: float | None  # share of deals that left this stage forward; None without history
    conversion_n: int
    conversion_range: tuple[float, float] | None = None
    """80 % range."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What ends a state of a deal, and the id of the command that does it."""

    text: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMoney:
    """An amount as its row keeps it, where it is shown in another currency: by which rate, of which day."""

    amount_minor: int | None
    currency: str
    rate: str
    on: date


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
    remedies: tuple[Remedy, ...] = ()  # one per state
    kept: KeptMoney | None = None


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
    write_state: WriteState = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class DealBrief:
    """What to know about a deal besides its line: who to talk to, and what came of the last meeting with the account."""

    deal_id: str
    contacts: tuple[ContactLine, ...]
    last_held_on: date | None
    last_result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSnapshot(Snapshot):
    scope: PersonRef
    is_read_only: bool
    funnel_id: str
    funnel: str
    inflow: tuple[int, int] = (0, 0)
    """Deals and money that came into the running month: created, pulled in, taken over, reopened."""
    outflow: tuple[int, int] = (0, 0)
    """What left it without being won: lost, pushed out, handed on; not above zero."""
    funnels: tuple[tuple[str, str], ...] = ()
    """Id and name of every funnel here, the default one first."""
    currency: str
    stages: tuple[StageLine, ...]
    won_count: int
    won_amount_minor: int
    lost_count: int
    open_count: int
    open_amount_minor: int
    open_without_amount: int
    astray: tuple[int, int] = (0, 0)
    """Count and money of open deals that stand in no stage of the funnel: they are in the open ones and no stage's."""
    win_rate: float | None  # won / (won + lost), by count, up to as_of
    win_rate_n: int
    win_rate_range: tuple[float, float] | None = None
    """80 % range."""
    other_currencies: tuple[tuple[str, int], ...]
    deals: tuple[DealLine, ...]
    briefs: tuple[DealBrief, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """`days`: those of the last stay, so far for the current stage. `usual_days`: the median stay, or what is set for it."""

    id: str
    name: str
    kind: str
    milestone: str
    entered_at: datetime | None
    is_current: bool
    days: int | None = None
    usual_days: float | None = None
    milestone_on: date | None = None  # the day the milestone was met


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
    account_phone: str = ""
    contacts: tuple[ContactLine, ...] = ()
    closed_on: date | None = None
    close_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthVisits:
    """Visits and web meetings held in a calendar month."""

    starts_on: date
    visits: int


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
    limit_days: int = 0  # the most days between two visits: the account's own, or those of its tier
    last_seen_on: date | None = None  # the last visit or web meeting held
    due_in_days: int | None = None  # below zero: so many days over; None for a prospect nobody set a limit for
    months: tuple[MonthVisits, ...] = ()  # the last twelve, the current one last
    history_total: int = 0  # rows of history there are; `history` has the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A hit of a search over accounts."""

    id: str
    name: str
    alias: str
    tier: str
    score: float
