"""The gap chain of one person, and the rates of everybody he answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cockpit.services.snapshots.common import PersonRef, Snapshot
from cockpit.services.snapshots.targets import AgreementLine, RungLine


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLine:
    """One rate with how many cases it rests on and its 80 % range. `kind`: share (0..1), average (minor units) or each.

    `value` None: nobody has tried yet. `team` and `best` None: see the snapshot's reasons.
    """

    id: str
    name: str
    kind: str
    value: float | None
    low: float | None
    high: float | None
    n: float
    raw: float | None
    team: float | None = None
    best: float | None = None
    best_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is tried on a chain: levers that are pulled (the id of a rate, or `dirty`), rates moved by so many notches, and
    rates set to a value (a share 0..1, minor units, or a count)."""

    levers: frozenset[str] = frozenset()
    moves: tuple[tuple[str, int], ...] = ()
    values: tuple[tuple[str, float], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.levers or self.moves or self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """One line; money in minor units, counts half-up. None where the rate, or one above, is not known."""

    id: str
    name: str
    is_money: bool
    need: int | None
    need80: int | None
    have: int
    short: int | None
    rate: RateLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLever:
    """One thing moved, and what it makes of the chain. `of`: the id of a rate, or `dirty`. Changes are after - before."""

    of: str
    name: str
    kind: str
    before: float
    after: float
    deals: int
    reserve_short: int | None
    customers: int | None
    customers_change: int | None
    last: int | None
    per_day: int | None
    per_day_change: int | None
    acts_on_customers: bool
    """Whether it changes the customers; else only what is done for them."""
    is_tried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainDeal:
    """An open deal that this period's money can come from."""

    id: str
    name: str
    stage: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleCheck:
    """`share` of new deals that are won at all is won within `days`. None: fewer than eight won deals are here.

    `is_slow`: under 20 %; then the new work feeds the month of `feeds_on`, and this period lives from `deals`.
    """

    median_days: int | None
    wins: int
    days: int
    share: float | None
    is_slow: bool
    feeds_on: date | None
    deals: tuple[ChainDeal, ...]
    deals_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortCheck:
    """Each day's need against the rep's own days. `verdict`: feasible, too_much, no_history, no_days, unknown."""

    verdict: str
    share: float | None
    usual: float | None
    best: int | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinCheck:
    """The rate whose range moves the need most, and what the line `line` needs at its ends."""

    rate: RateLine
    line: str
    line_name: str
    least: int
    most: int
    need: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRep:
    """One rep of a team who is short, by his own rates. `last_name`: what is counted by day; `verdict` as in EffortCheck."""

    id: str
    name: str
    short_minor: int
    reserve_short: int | None
    customers: int | None
    last_name: str
    per_day: int | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSnapshot(Snapshot):
    """A rep's own chain; that of `team` for `rep`, who leads it, with the reps who are short. `refusal`: why there are no lines, with what is needed. `alone`, `alike`: why team or best is empty."""

    rep: PersonRef
    is_read_only: bool
    period_kind: str
    starts_on: date
    ends_on: date
    window_from: date
    window_to: date
    currency: str
    refusal: str
    lines: tuple[ChainLine, ...] = ()
    workdays_left: int = 0
    per_day: int | None = None
    per_day80: int | None = None
    days: tuple[tuple[date, int], ...] = ()
    levers: tuple[ChainLever, ...] = ()
    tried: Tried = Tried()
    cycle: CycleCheck | None = None
    effort: EffortCheck | None = None
    thin: ThinCheck | None = None
    other_currencies: tuple[tuple[str, int], ...] = ()
    alone: str = ""
    alike: str = ""
    team: str = ""
    reps: tuple[ChainRep, ...] = ()
    agreement: AgreementLine | None = None
    rungs: tuple[RungLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepRate:
    """One person's rate."""

    rep_id: str
    rep: str
    rate: RateLine


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBoard:
    """One ratio of everybody. `may_rank` False: `verdict` says so, and the reps stand by name."""

    id: str
    name: str
    kind: str
    mean: float | None
    strength: float | None
    p: float | None
    may_rank: bool
    verdict: str
    reps: tuple[RepRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesSnapshot(Snapshot):
    """All ratios over one window, the same for everyone."""

    viewer: PersonRef
    window_from: date
    window_to: date
    currency: str
    alone: str
    boards: tuple[RateBoard, ...]
    other_currencies: tuple[tuple[str, int], ...] = ()
    """Money of deals that ended in currencies without a rate: in no rate by amount."""
