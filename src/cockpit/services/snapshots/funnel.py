"""The shape of a funnel: where it is narrow or slow, what came in and left, why deals were lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cockpit.services.snapshots.common import PersonRef, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeView:
    """A figure with its 80 % range; `n` is what it was counted from."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """One open stage. Conversions are shares of 0..1, stays are days; None where there are too few deals to say."""

    id: str
    name: str
    open: int
    others_open: float | None
    """Open deals of one of the others in this stage, on average."""
    shape: str
    """thin or bulged beyond chance, else empty."""
    conversion: RangeView | None
    others_conversion: RangeView | None
    stay: RangeView | None
    others_stay: RangeView | None
    is_narrow: bool
    is_slow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """What one kind of move did to the pipeline: deals and money, signed."""

    kind: str
    count: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """Deals won or lost for one reason, or lost from one stage. `about` is what `?` calls it; the name is empty where none was given."""

    about: str
    name: str
    count: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelSnapshot(Snapshot):
    """`flow` leads from the opening to the closing. `period_kind` month: of the deals expected to close in it; empty: of
    all open deals."""

    scope: PersonRef
    funnel_id: str
    funnel: str
    funnels: tuple[tuple[str, str], ...]
    """Id and name of every funnel here."""
    currency: str
    others: int
    """How many people the stages are compared with."""
    came_in_days: int
    """The shares and days of the stages are of the deals that came into them in so many days."""
    astray: tuple[int, int] = (0, 0)
    """Count and money of open deals in no stage of the funnel."""
    other_currencies: tuple[tuple[str, int], ...] = ()
    """Money of its deals in currencies without a rate, in the money of no move and no reason."""
    stages: tuple[FunnelStage, ...]
    since: date
    period_kind: str
    starts_on: date
    ends_on: date
    opening_count: int
    opening_minor: int
    flow: tuple[FlowLine, ...]
    closing_count: int
    closing_minor: int
    won_for: tuple[ReasonLine, ...]
    lost_for: tuple[ReasonLine, ...]
    lost_from: tuple[ReasonLine, ...]
