"""The metrics tree of one scope and period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cockpit.services.snapshots.common import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScope:
    """Whose numbers: one rep's, a team's or the company's."""

    id: str
    kind: str  # rep | team | company
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLine:
    """One metric. Values are minor units for unit money, whole for counts, else rounded to six decimals: shares are of one.

    `change` and `change_year` are differences of shares, for other units shares of the value before. `lack` says why
    there is no value. `rate` is that of `n` trials pulled to the peers', `low` and `high` its 80 % range. `best` is None with `no_best`
    where the peers do not differ.
    """

    id: str
    name: str
    kind: str
    unit: str
    better: str
    depth: int
    parent: str
    is_own: bool
    value: float | None
    n: int
    rate: float | None
    low: float | None
    high: float | None
    lack: str
    target: float | None
    is_reached: bool | None
    before: float | None
    change: float | None
    is_better: bool | None
    last_year: float | None
    change_year: float | None
    is_better_year: bool | None
    trend: tuple[float | None, ...]
    peers: int
    median: float | None
    best: float | None
    no_best: str
    worse_share: float | None
    formula: str
    other_currencies: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VanityLine:
    """A behaviour metric tested against a result; `is_named` when meeting it moves nothing."""

    metric: str
    name: str
    result: str
    met: int
    not_met: int
    lift: float
    p: float
    is_named: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSnapshot(Snapshot):
    """`compared_to`: the last day of the period before that counts, as deep in it as the look is in its own. `why_empty`
    says why there is no diagnosis or no vanity check."""

    scope: MetricScope
    scopes: tuple[MetricScope, ...]
    period_kind: str
    starts_on: date
    ends_on: date
    compared_to: date
    currency: str
    lines: tuple[MetricLine, ...]
    diagnosis: str
    vanity: tuple[VanityLine, ...]
    why_empty: str
