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
    is_buffer: bool = False
    """Beyond what the KPI lacks, because some visits do not take place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    label: str
    before: str
    after: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimit:
    """A limit that the reader may move: visits (a day), day_ends, travel (minutes a day), buffer (of a fill)."""

    name: str
    label: str
    value: str
    is_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelRule:
    """minutes = straight km x factor / speed x 60 + fixed. `trips` are those of the rep's log in the last weeks; the speed is
    fitted to them where `error_minutes` says by how many minutes half of them differ at most, else it is the stated one."""

    factor: float
    speed_kmh: float
    fixed_minutes: int
    trips: int
    error_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVisits:
    """Of `planned` visits of the last weeks whose time is over so many were held; `low` and `high` are the 80 % range of
    the share. `buffer` more than the KPI lacks would make up for the rest."""

    held: int
    planned: int
    low: float
    high: float
    buffer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanProposal(Snapshot):
    """A plan that is not written until accepted. `ticket` is handed back to `accept`, `start` is where the days begin
    and end, `travel_minutes` what each day drives then, the way back included. `first` and `last` where days were asked
    for; `aim` is what counts most in it: kpi, least (change), money; `short` names what each rule lacks even then;
    `answers` is how many conflicts taking it answers with the hub's side,
    `travel_rule` how trips are estimated, `kept` (of a fill) how many planned visits take place. With the same rows the same
    `seed` and `steps` of search give the same plan."""

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
    first: date | None = None
    last: date | None = None
    aim: Literal["kpi", "least", "money"] = "kpi"
    limits: tuple[PlanLimit, ...] = ()
    short: tuple[tuple[str, int], ...] = ()
    answers: int = 0
    travel_rule: TravelRule | None = None
    kept: KeptVisits | None = None
    seed: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """What a rule reaches, and what it would with one limit relaxed: words for the limit, then the count."""

    rule: str
    limit: int
    reached: int
    tries: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChoices:
    """What else could be done: other plans that differ from the proposal and from each other, and for each rule that
    stays short which limit stands in its way."""

    others: tuple[ReplanProposal, ...]
    relaxed: tuple[Relaxed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """The first rule that keeps an account out of a plan, then that of each day; no days where it is in the plan."""

    account_id: str
    account: str
    is_planned: bool
    text: str
    days: tuple[tuple[date, str], ...] = ()


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
