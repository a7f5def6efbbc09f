"""The tree of targets in one period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cockpit.services.snapshots.common import PersonRef, Snapshot, WriteState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    """Who has said yes to the target. `state`: none, asked (the lead has, the rep has not) or agreed; of a team the state of
    the one who is furthest from it, and how many of how many have agreed (`of` 0: one person's)."""

    state: str
    by_lead_at: datetime | None = None
    by_rep_at: datetime | None = None
    agreed: int = 0
    of: int = 0
    is_mine: bool = False
    """Whether the viewer's own yes is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RungLine:
    """A job rank above what was won this month, and the money to it."""

    id: str
    name: str
    least_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPart:
    """A month of a quarter or year, a week of a month, a day of a week."""

    kind: str
    starts_on: date
    ends_on: date
    workdays: int
    value: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """One node of the tree. Values are in the snapshot's unit. `difference`: its target less the sum of its parts, None
    where there is nothing to add. `agreement`: none, asked (the rep's yes is missing or older than the target), agreed."""

    id: str
    kind: str  # company | team | person
    name: str
    depth: int
    workdays: int
    value: int | None
    actual: int
    months_missing: int = 0
    """Months of the period without a target, where `value` is the sum of the others; then nothing is left or offered."""
    left: int | None
    unknown: int
    """Won deals that add nothing because their amount or profit is not known."""
    other_currencies: tuple[tuple[str, int], ...] = ()
    """What was won in currencies without a rate, in `actual` of none: its code and minor units."""
    difference: int | None
    agreement: str
    agreed_by_lead_at: datetime | None
    agreed_by_rep_at: datetime | None
    can_set: bool
    can_agree: bool
    rung: str
    next_rung: str
    next_rung_minor: int | None
    to_next_rung_minor: int | None
    offer: int | None
    """A higher target for who reached his early."""
    parts: tuple[TargetPart, ...]
    write_state: WriteState


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProblem:
    """What does not add up or is not whole: by how much, and the command that mends it; empty where none does."""

    scope_id: str
    difference: int
    text: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsSnapshot(Snapshot):
    """The company, team or rep at the top, each before its parts."""

    viewer: PersonRef
    metric: str
    unit: str  # money | count
    currency: str
    period: str
    period_kind: str
    starts_on: date
    ends_on: date
    lines: tuple[TargetLine, ...]
    problems: tuple[TargetProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLine:
    """What a split gives one node in one month, beside what it has."""

    id: str
    name: str
    depth: int
    month: date
    workdays: int
    weight: int
    before: int | None
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSplit(Snapshot):
    """A split that nobody has taken yet. `refusal` says why the viewer cannot take it; empty where he can."""

    scope_id: str
    scope: str
    metric: str
    unit: str
    currency: str
    period: str
    value: int
    lines: tuple[SplitLine, ...]
    notes: tuple[str, ...]
    refusal: str
