"""A forecast: its value and range, how it has erred, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cockpit.services.snapshots.common import PersonRef, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLine:
    """The forecast of a period's won money. Values are None where there is none; `reason` says why.

    Shares (`error`, `bias`, `covered`, `floor`) are of the money that came; None while there is no past to tell.
    """

    value_minor: int | None = None
    low_minor: int | None = None
    high_minor: int | None = None
    reason: Literal["", "needs_history", "needs_wins", "no_period"] = ""
    needs_months: int = 0
    """Months of closed deals that a forecast needs."""
    has_months: int = 0
    error: float | None = None
    """Mean error of the past forecasts made on such a day of the period."""
    bias: float | None = None
    """Above 0: too much was forecast."""
    covered: float | None = None
    """Share of the past whose actual lay in the range."""
    past: int = 0
    """Past forecasts that tell this."""
    floor: float | None = None
    """Mean error that chance alone leaves, whatever the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPart:
    """One open deal's part. `chance` of being won in the period; a stale deal counts 0."""

    deal_id: str
    name: str
    account: str
    owner: str
    amount_minor: int | None
    age_days: int
    chance: float
    value_minor: int
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecast:
    """What was forecast on a day, from what was known then, and what came. Money of the whole span."""

    as_of: date
    starts_on: date
    ends_on: date
    value_minor: int
    low_minor: int
    high_minor: int
    actual_minor: int
    is_covered: bool
    rivals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSnapshot(Snapshot):
    """One scope's forecast. won + open deals + deals to come + rhythm = value, each to the unit."""

    viewer: PersonRef
    scope: str
    people: int
    """Reps in the scope."""
    basis_people: int
    """Reps whose deals the forecast learns from: those that are on this device."""
    period_kind: str
    starts_on: date
    ends_on: date
    currency: str
    line: ForecastLine
    won_minor: int
    open_minor: int
    arriving_minor: int
    rhythm_minor: int
    correction: float
    """What all parts but the won are multiplied by, for the bias of the last six forecasts; 1 with fewer."""
    reserve_minor: int
    """Money of all open deals at full size: a reserve, not a forecast."""
    weighted_minor: int
    """The weighted pipeline, what many programs call a forecast: won, and the reserve x the share of size that is won."""
    wins: float
    """Won deals of such a period: those won so far and those that the money ahead stands for."""
    wins_needed: int | None
    """Wins with which chance alone leaves an error of 10 %."""
    other_currencies: tuple[tuple[str, int], ...] = ()
    """Money won in the period and open in currencies without a rate: in no other figure here."""
    parts: tuple[ForecastPart, ...] = ()
    backtest: tuple[PastForecast, ...] = ()
    rivals: tuple[tuple[str, float], ...] = ()
    """Error of each plain method over the same past."""
