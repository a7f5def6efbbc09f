"""Conversion rates a person can be judged by: pulled towards the company's as far as the sample is small.

rate = (hits + s x mean) / (trials + s). The strength s says how alike the company's people are and is learned from
them: the mode of the beta-binomial likelihood over a grid of 60 values from 2 to 2,000, with log s ~ N(log 20, 1)
(empirical Bayes; measured on three data sets, docs/decisions/0018). The range holds 80 % of Beta(hits + s x mean,
misses + s x (1 - mean)). Of one person alone nobody can learn that, and his own mean added to his own counts would make
the range too narrow: he is hardly pulled at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, lgamma, log

from cockpit.domain.distributions import beta_quantile, chi_square_tail

LOWEST, HIGHEST, GRID = 2.0, 2000.0, 60
USUAL, SPREAD = 20.0, 1.0
"""What is thought of a company's strength before its people are looked at: log s is normal around log 20."""
EIGHTY = 0.8416212336
"""Standard deviations from the middle of a normal distribution to where 80 % lie below."""
DIFFER_BELOW = 0.05
"""Under this chance of equal people giving such counts they are said to differ."""


@dataclass(frozen=True, slots=True)
class Tally:
    """`hits` of `trials`. Money may be counted too: then both are effective numbers and not whole."""

    hits: float
    trials: float

    @property
    def raw(self) -> float | None:
        return self.hits / self.trials if self.trials else None


@dataclass(frozen=True, slots=True)
class Rate:
    """A shrunk rate with its 80 % range, and what it was made of. All shares lie in 0..1."""

    value: float
    low: float
    high: float
    own: Tally
    mean: float
    """The company's rate, to which this one was pulled."""
    strength: float
    """As many trials at the company's rate were added."""

    @property
    def n(self) -> float:
        return self.own.trials


@dataclass(frozen=True, slots=True)
class Shrink:
    """What a company's people teach about one rate: its mean and how alike they are."""

    mean: float
    strength: float

    def rate(self, own: Tally) -> Rate:
        """The rate of one person, or of one team."""
        hits = own.hits + self.strength * self.mean
        misses = own.trials - own.hits + self.strength * (1 - self.mean)
        share = hits / (hits + misses)
        # that nobody ever hit, or ever missed, does not say that nobody will: the range has half a one (Jeffreys)
        seen = hits if hits > 0 else 0.5, misses if misses > 0 else 0.5
        low, high = beta_quantile(0.1, *seen), beta_quantile(0.9, *seen)
        return Rate(share, low if hits > 0 else 0.0, high if misses > 0 else 1.0, own, self.mean, self.strength)


ALONE = Shrink(0.5, 1.0)
"""What a person is pulled to where nobody else's rows are here: hardly at all (Jeffreys)."""


def learn(people: Sequence[Tally]) -> Shrink | None:
    """Mean and strength of a company; ALONE when only one has tried anything yet, None when nobody has."""
    tried = [tally for tally in people if tally.trials > 0]
    trials = sum(tally.trials for tally in tried)
    if not trials:
        return None
    if len(tried) == 1:
        return ALONE
    mean = sum(tally.hits for tally in tried) / trials
    if not 0 < mean < 1:
        return Shrink(mean, USUAL)
    return Shrink(mean, max(_grid(), key=lambda strength: _likelihood(tried, mean, strength)))


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Chi-square of the people's counts against one common rate."""

    chi_square: float
    df: int
    p: float

    @property
    def differ(self) -> bool:
        """False: a ranking of these people by their rates would rank chance."""
        return self.p < DIFFER_BELOW


def homogeneity(people: Sequence[Tally]) -> Homogeneity | None:
    """Whether the people's rates differ at all; None with fewer than two people, or when all or none hit."""
    tried = [tally for tally in people if tally.trials > 0]
    trials = sum(tally.trials for tally in tried)
    mean = sum(tally.hits for tally in tried) / trials if trials else 0.0
    if len(tried) < 2 or not 0 < mean < 1:
        return None
    chi_square = sum((one.hits - one.trials * mean) ** 2 / (one.trials * mean * (1 - mean)) for one in tried)
    return Homogeneity(chi_square, len(tried) - 1, chi_square_tail(chi_square, len(tried) - 1))


@cache
def _grid() -> tuple[float, ...]:
    return tuple(LOWEST * (HIGHEST / LOWEST) ** (step / (GRID - 1)) for step in range(GRID))


def _likelihood(people: Sequence[Tally], mean: float, strength: float) -> float:
    """Log of beta-binomial likelihood times prior, without what does not depend on the strength."""
    hits, misses = strength * mean, strength * (1 - mean)
    total = -((log(strength) - log(USUAL)) ** 2) / (2 * SPREAD**2)
    common = lgamma(hits) + lgamma(misses) - lgamma(strength)
    for one in people:
        total += (
            lgamma(hits + one.hits) + lgamma(misses + one.trials - one.hits) - lgamma(strength + one.trials) - common
        )
    return total


def pooled_weight(amounts: Sequence[float]) -> float:
    """How many equal parts money is worth as evidence: (sum a)^2 / sum a^2 (Kish's effective sample size)."""
    squares = sum(amount * amount for amount in amounts)
    return sum(amounts) ** 2 / squares if squares else 0.0


def spread_of_log(rate: Rate) -> float:
    """Variance of the logarithm of a rate, from its 80 % range (2 x 1.2816 standard deviations wide)."""
    return 0.0 if rate.low <= 0 else (log(rate.high / rate.low) / (2 * 1.2815515655)) ** 2


def need_p80(need: float, log_variances: Sequence[float]) -> float:
    """The need that is enough in 80 of 100 cases: need x exp(0.84 x sqrt(sum of log variances))."""
    return need * exp(EIGHTY * sum(log_variances) ** 0.5)
