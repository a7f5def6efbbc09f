"""Averages a person can be judged by, such as money per won deal: log-normal, pulled towards the company's.

average = (total + s x mean) / (n + s). The strength s is learned as for rates (`rates.learn`): the logarithm of a
person's average scatters around the company's by cv^2 x (1 / n + 1 / s). The range is average x exp(+-1.28 x cv / sqrt(n + s)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from cockpit.domain.distributions import chi_square_tail
from cockpit.domain.rates import GRID, HIGHEST, LOWEST, SPREAD, USUAL, Homogeneity, Rate, Tally

TENTH = 1.2815515655
"""Standard deviations from the middle to where a tenth is left on one side."""
SURE_OF = 2.0
"""A coefficient of variation of 1 is thought of beforehand, as if two values had shown it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`n` values, their sum and the sum of their squares."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        return cls(len(values), sum(values), sum(value * value for value in values))

    @classmethod
    def counted(cls, count: int, per: int) -> Sample:
        """`count` tries for `per` results, whose single values are not known: as scattered as tries until a result are
        (geometric: variance = mean^2 + mean)."""
        return cls(per, count, 2 * count * count / per + count if per else 0.0)


@dataclass(frozen=True, slots=True)
class AverageShrink:
    """What a company's people teach about one average."""

    mean: float
    strength: float
    spread: float
    """Coefficient of variation of one value around its own person's average."""

    def rate(self, own: Sample) -> Rate:
        weight = own.n + self.strength
        value = (own.total + self.strength * self.mean) / weight
        width = exp(TENTH * self.spread / sqrt(weight))
        return Rate(value, value / width, value * width, Tally(own.total, own.n), self.mean, self.strength)


def learn_average(people: Sequence[Sample]) -> AverageShrink | None:
    """Mean, strength and spread of a company; None when there is no value above zero yet."""
    known = [one for one in people if one.n and one.total > 0]
    if not known:
        return None
    n, total = sum(one.n for one in known), sum(one.total for one in known)
    mean = total / n
    scatter = sum(max(0.0, one.squares * one.n / one.total**2 - 1) * one.n for one in known)
    spread = sqrt((scatter + SURE_OF) / (n - len(known) + SURE_OF))
    if len(known) == 1:
        return AverageShrink(mean, 0.0, spread)
    grid = [LOWEST * (HIGHEST / LOWEST) ** (step / (GRID - 1)) for step in range(GRID)]
    return AverageShrink(mean, max(grid, key=lambda strength: _likelihood(known, mean, spread, strength)), spread)


def alike(people: Sequence[Sample]) -> Homogeneity | None:
    """Whether the people's averages differ at all; None with fewer than two people."""
    known = [one for one in people if one.n and one.total > 0]
    learned = learn_average(known)
    if learned is None or len(known) < 2:
        return None
    chi_square = sum(one.n * log(one.total / one.n / learned.mean) ** 2 for one in known) / learned.spread**2
    return Homogeneity(chi_square, len(known) - 1, chi_square_tail(chi_square, len(known) - 1))


def _likelihood(people: Sequence[Sample], mean: float, spread: float, strength: float) -> float:
    """Log of normal likelihood of the log averages times prior, without what does not depend on the strength."""
    total = -((log(strength) - log(USUAL)) ** 2) / (2 * SPREAD**2)
    for one in people:
        variance = spread**2 * (1 / one.n + 1 / strength)
        total -= 0.5 * log(variance) + log(one.total / one.n / mean) ** 2 / (2 * variance)
    return total
