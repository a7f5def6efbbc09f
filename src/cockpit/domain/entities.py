"""The rows of the trade as frozen dataclasses. Field names equal the column names in `storage.tables`.

Ids are UUIDv7 strings. Money is integer minor units plus a currency. Moments (`_at`) are aware UTC,
days (`_on`) are local dates. `rev` is the hub's revision, 0 while the hub has never acknowledged the
row; `pending` counts local changes not yet acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Role = Literal["rep", "team_lead", "region_head"]
Tier = Literal["A", "B", "C"]
Lifecycle = Literal["prospect", "target", "qualified", "won", "repeat"]
ActivityKind = Literal["visit", "call", "web", "task"]
ActivityStatus = Literal["planned", "held", "not_held", "moved", "cancelled"]
GoalResult = Literal["reached", "half", "missed"]
StageKind = Literal["open", "won", "lost"]
NudgeAnswer = Literal["ok", "not_fair", "help"]
NUDGE_ANSWERS: tuple[NudgeAnswer, ...] = get_args(NudgeAnswer)
"""On the page of a nudge the digits 1 to 3 give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What every synced row has."""

    id: str
    rev: int = 0
    pending: int = 0
    origin: str = "hub"

    @property
    def is_acknowledged(self) -> bool:
        """True when the hub has this row as it stands here, or the row never leaves this device."""
        return self.origin == "local" or (self.rev > 0 and self.pending == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team(Entity):
    """A node of the company's tree."""

    name: str
    alias: str = ""
    parent_id: str | None = None
    kind: str = "team"  # team | region | company
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Entity):
    """Somebody of the company: a rep, a team lead or a region head."""

    name: str
    alias: str = ""
    role: Role = "rep"
    team_id: str | None = None
    mentor_id: str | None = None
    email: str = ""
    work_days: str = "12345"  # ISO weekdays
    home_lat: float | None = None
    home_lon: float | None = None
    bonus_base_minor: int | None = None
    currency: str = "CNY"
    rung: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay(Entity):
    """A day that differs from the plain week."""

    on: date
    kind: str  # holiday | makeup
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence(Entity):
    """Days on which a person does not work."""

    person_id: str
    from_on: date
    to_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Entity):
    """A customer, or a company that may become one."""

    name: str
    alias: str = ""
    search_key: str = ""  # pinyin initials and full pinyin, lower case, space separated
    tier: Tier = "C"
    lifecycle: Lifecycle = "prospect"
    industry: str = ""
    size: str = ""
    address: str = ""
    phone: str = ""
    lat: float | None = None
    lon: float | None = None
    cadence_days: int | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningWindow(Entity):
    """When an account may be met on a weekday."""

    account_id: str
    weekday: int  # 0 Monday
    opens: str  # HH:MM local
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Entity):
    """A person at an account."""

    account_id: str
    name: str
    title: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    decision_role: str = ""
    stance: int | None = None  # -2 against .. +2 for; None unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel(Entity):
    """A model of stages that deals go through."""

    name: str
    alias: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Entity):
    """A step of a funnel."""

    funnel_id: str
    name: str
    alias: str = ""
    position: int = 0
    kind: StageKind = "open"
    probability: int = 0  # percent
    days: int | None = None  # expected days in the stage
    milestone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Entity):
    """What is sold."""

    name: str
    alias: str = ""
    list_price_minor: int | None = None
    currency: str = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal(Entity):
    """A chance to sell something to an account, open, won or lost."""

    name: str
    owner_id: str | None = None
    account_id: str | None = None
    funnel_id: str = ""
    stage_id: str = ""
    product_id: str | None = None
    amount_minor: int | None = None
    profit_minor: int | None = None
    currency: str = "CNY"
    source: str = ""
    created_on: date | None = None
    expected_on: date | None = None
    closed_on: date | None = None
    lost_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange(Entity):
    """A deal's move to a stage; its first one has no stage before."""

    deal_id: str
    from_stage_id: str | None = None
    to_stage_id: str
    changed_at: datetime
    by_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneDone(Entity):
    """The confirmed milestone of a deal in a stage."""

    deal_id: str
    stage_id: str
    done_at: datetime
    by_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Entity):
    """A visit, call, web meeting or to-do, planned or done."""

    rep_id: str
    kind: ActivityKind = "visit"
    status: ActivityStatus = "planned"
    account_id: str | None = None
    deal_id: str | None = None
    contact_id: str | None = None
    companion_id: str | None = None
    starts_at: datetime
    ends_at: datetime | None = None
    is_locked: bool = False
    is_promised: bool = False
    subject: str = ""
    goal: str = ""
    goal_result: GoalResult | None = None
    agenda: str = ""
    needs: tuple[str, ...] = ()
    advantages: str = ""
    roles_for: tuple[str, ...] = ()
    roles_against: tuple[str, ...] = ()
    result: str = ""
    reason: str = ""
    next_step: str = ""
    planned_because: str = ""
    moved_from_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Entity):
    """What a person, team or company is to reach in a period."""

    metric: str  # won_amount | ...
    scope_kind: str  # person | team | company
    scope_id: str
    period_kind: str  # day | week | month | quarter | year
    period_start: date
    value: int  # minor units for unit money, a count otherwise
    unit: str = "money"
    currency: str = "CNY"
    parent_id: str | None = None
    version: int = 1
    agreed_by_rep_at: datetime | None = None
    agreed_by_lead_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiRule(Entity):
    """At least `minimum` held activities of `kind` in each period, else the consequence."""

    name: str
    alias: str = ""
    kind: ActivityKind = "visit"
    tiers: str = ""  # for a sub-limit: only these tiers count, for example "A"
    parent_id: str | None = None
    scope_id: str | None = None  # team; None: the whole company
    minimum: int = 0
    period_kind: str = "month"
    consequence_kind: str = "bonus_share"
    consequence_value: int = 0  # basis points of the bonus base
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Entity):
    """A card set aside with a reason until a day. The only state set by hand."""

    rule: str
    subject_id: str
    period_start: date
    reason: str
    until_on: date
    by_id: str | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(Entity):
    """A lead's reminder about a card of a rep, whose row it is. How far it got is worked out, never set by hand."""

    owner_id: str | None = None
    by_id: str | None = None
    rule: str
    subject_id: str
    message: str
    sent_at: datetime
    watch_days: int = 7
    seen_at: datetime | None = None
    answer: NudgeAnswer | None = None
    answer_reason: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry(Entity):
    """One change of one row: `before` and `after` hold only the fields that changed.

    A creation has `op` create and no `before`; a local change carries rev 0 until the hub's own
    entry with the same id arrives.
    """

    entity: str
    entity_id: str
    op: str  # create | patch | delete
    recorded_at: datetime
    actor_id: str | None = None
    before: dict[str, object]
    after: dict[str, object]
