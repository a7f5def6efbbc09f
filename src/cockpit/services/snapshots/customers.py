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
class Match:
    """A hit of a search over accounts."""

    id: str
    name: str
    alias: str
    tier: str
    score: float
