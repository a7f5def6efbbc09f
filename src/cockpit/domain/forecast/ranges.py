"""The 80 % range of a forecast, the part of its error that no method can take away, and what a good one would need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, exp, sqrt

from cockpit.domain.distributions import gamma_quantile

START = 0.15
"""Error of the method itself, as a share of the forecast, until the past has told."""
LEARN_FROM = 8
"""Past forecasts from which on the past tells."""
LOW, HIGH = 0.1, 0.9
MEAN_DEVIATION = 0.8
"""Mean absolute error over standard deviation of a normal error: sqrt(2 / pi)."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What is known of the money of one won deal: its mean in minor units and its CV^2."""

    mean: float
    spread: float

    def variance(self, forecast: float) -> float:
        """CV^2 of the sum of as many deals as the forecast stands for, when each comes by chance alone."""
        return (1 + self.spread) * self.mean / forecast if forecast > 0 else 0.0

    def floor(self, forecast: float) -> float | None:
        """Mean error, as a share, that even the true rates would leave; None when nothing is expected."""
        return MEAN_DEVIATION * sqrt(self.variance(forecast)) if forecast > 0 and self.mean > 0 else None

    def wins_for(self, error: float) -> int:
        """Wins that a period needs for the floor to be `error`, a share."""
        return ceil(MEAN_DEVIATION**2 * (1 + self.spread) / error**2)


@dataclass(frozen=True, slots=True)
class Range:
    low: float
    high: float


def range_of(forecast: float, chance: Chance, own_error: float) -> Range:
    """The middle 80 % of Gamma with the forecast as mean and CV^2 = chance + own_error^2.

    Where no win at all is likelier than one in ten, the range begins at 0.
    """
    if forecast <= 0 or chance.mean <= 0:
        return Range(0.0, 0.0)
    variance = chance.variance(forecast) + own_error**2
    shape, scale = 1 / variance, forecast * variance
    low = 0.0 if exp(-forecast / chance.mean) >= LOW else gamma_quantile(LOW, shape, scale)
    return Range(low, gamma_quantile(HIGH, shape, scale))


def own_error(past: Iterable[tuple[float, float]], chance: Chance) -> float:
    """s: what past pairs (forecast, actual) erred by beyond chance; `START` with fewer than `LEARN_FROM` pairs.

    s^2 is the mean of (actual - forecast)^2 - chance, over that of forecast^2, so that forecasts of next to nothing
    weigh next to nothing. The start counts as `LEARN_FROM` pairs among them: a lucky year makes no narrow range.
    """
    pairs = [(forecast, actual) for forecast, actual in past if forecast > 0]
    if len(pairs) < LEARN_FROM:
        return START
    weight = sum(forecast**2 for forecast, _ in pairs)
    beyond = sum((actual - forecast) ** 2 - chance.variance(forecast) * forecast**2 for forecast, actual in pairs)
    learned = max(0.0, beyond / weight)
    return sqrt((LEARN_FROM * START**2 + len(pairs) * learned) / (LEARN_FROM + len(pairs)))
