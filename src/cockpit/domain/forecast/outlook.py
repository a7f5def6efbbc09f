"""The forecast of a period: what is won, what is expected, its range, its own past error and the floor under it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from cockpit.domain.forecast.backtest import NEEDS_MONTHS, WEIGHTED, Past, Point, Span, look, total
from cockpit.domain.forecast.history import History
from cockpit.domain.forecast.money import Money
from cockpit.domain.forecast.ranges import Chance, own_error, range_of
from cockpit.domain.forecast.views import OpenPart, Views

SHOWN_FROM = 6
"""Months of closes from which on a forecast is shown: three to make one, and as many to see how it errs."""

Owners = Collection[str]


@dataclass(frozen=True, slots=True)
class Needs:
    """Why there is no forecast: months of closes needed, and those there are; when these are enough, nothing was won."""

    months: int
    have: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Money of one scope in one period, in minor units. Shares lie in 0..1."""

    span: Span
    won: float
    """From the first day to the as-of."""
    ahead: float
    """Expected from the next day to the last."""
    low: float
    high: float
    floor: float | None
    """Mean error, as a share of the whole, that the luck of single deals alone brings; None when nothing is expected."""
    own_error: float
    wins: float
    """Won deals that the money ahead stands for."""

    @property
    def value(self) -> float:
        return self.won + self.ahead


@dataclass(frozen=True, slots=True)
class Settled:
    """A past forecast of one scope beside what came, both with what was already won then."""

    forecast: Forecast
    actual: float
    rivals: tuple[tuple[str, float], ...]

    @property
    def is_covered(self) -> bool:
        return round(self.forecast.low) <= round(self.actual) <= round(self.forecast.high)


@dataclass(frozen=True, slots=True)
class Record:
    """How well past forecasts did. Shares of the money that came; `bias` is above 0 when too much was forecast."""

    count: int
    error: float
    bias: float
    covered: float
    rivals: tuple[tuple[str, float], ...]
    """Error of each rival over the same periods."""


@dataclass(frozen=True)
class Outlook:
    """All that a company's forecasts of one span are read from; one for all its scopes, so their sums agree."""

    span: Span
    money: Money
    views: Views
    now: Point
    past: Past
    _errors: dict[tuple[int, tuple[frozenset[str], ...]], float] = field(
        default_factory=dict, repr=False, compare=False
    )

    def forecast(self, owners: Owners, peers: Sequence[Owners] = ()) -> Forecast:
        """Of these people; `peers` are the scopes of the same level, from which the own error is learned too."""
        return self._forecast(self.now, self.past, owners, peers)

    def settled(self, owners: Owners, peers: Sequence[Owners] = ()) -> tuple[Settled, ...]:
        """Every past forecast, as it would have been shown then."""
        return tuple(
            _settled(self._forecast(point, self.past.before(point.span.as_of), owners, peers), point, owners)
            for point in self.past.points
        )

    def expected(self, owners: Owners) -> tuple[float, float]:
        """Money won so far and money ahead, without a range."""
        return total(self.now.so_far, owners), total(self.now.expected, owners) * self.past.bias

    def _forecast(self, point: Point, past: Past, owners: Owners, peers: Sequence[Owners]) -> Forecast:
        chance = _chance(self.money, point.span.as_of)
        won, ahead = total(point.so_far, owners), total(point.expected, owners) * past.bias
        error = self._own_error(past, tuple(frozenset(scope) for scope in peers or (owners,)), chance)
        reach, floor = range_of(ahead, chance, error), chance.floor(ahead)
        return Forecast(
            point.span,
            won,
            ahead,
            won + reach.low,
            won + reach.high,
            None if floor is None else floor * ahead / (won + ahead),
            error,
            ahead / chance.mean if chance.mean else 0.0,
        )

    def _own_error(self, past: Past, scopes: tuple[frozenset[str], ...], chance: Chance) -> float:
        key = (len(past.points), scopes)
        if key not in self._errors:
            self._errors[key] = own_error([pair for scope in scopes for pair in past.pairs(scope)], chance)
        return self._errors[key]

    @property
    def bias(self) -> float:
        return self.past.bias

    @property
    def chance(self) -> Chance:
        return _chance(self.money, self.span.as_of)

    def weighted(self, owners: Owners) -> float:
        """The weighted pipeline of now: won, and open deals x the share of size that was ever won."""
        return total(self.now.so_far, owners) + total(self.now.rivals[WEIGHTED], owners)

    def parts(self, owners: Owners) -> tuple[OpenPart, ...]:
        """The open deals of these people, those that count most first; the stale ones, which count 0, last."""
        own = (part for part in self.views.parts if part.deal.owner_id in owners)
        return tuple(sorted(own, key=lambda part: (part.is_stale, -part.value, part.deal.id)))


def outlook(history: History | None, span: Span, needs: int = SHOWN_FROM) -> Outlook | Needs:
    """The outlook on a span, or what a forecast still needs."""
    have = 0 if history is None else history.months(span.as_of)
    if history is None or have < max(needs, NEEDS_MONTHS):
        return Needs(max(needs, NEEDS_MONTHS), have)
    money = Money(history)
    if money.won(history.begins_on, span.as_of) <= 0:
        return Needs(max(needs, NEEDS_MONTHS), have)
    return Outlook(span, money, *look(history, money, span))


def record(settled: Sequence[Settled]) -> Record | None:
    """The sum of settled forecasts, of one scope or of many; None where nothing came."""
    came = sum(one.actual for one in settled)
    if not came:
        return None
    errors: dict[str, float] = {}
    for one in settled:
        for name, value in one.rivals:
            errors[name] = errors.get(name, 0.0) + abs(value - one.actual)
    return Record(
        len(settled),
        sum(abs(one.forecast.value - one.actual) for one in settled) / came,
        sum(one.forecast.value for one in settled) / came - 1,
        sum(one.is_covered for one in settled) / len(settled),
        tuple((name, error / came) for name, error in errors.items()),
    )


def _settled(forecast: Forecast, point: Point, owners: Owners) -> Settled:
    so_far = total(point.so_far, owners)
    rivals = tuple((name, so_far + total(values, owners)) for name, values in point.rivals.items())
    return Settled(forecast, so_far + total(point.came, owners), rivals)


def _chance(money: Money, as_of: date) -> Chance:
    return Chance(money.mean(as_of), money.spread(as_of))
