"""What a rep is weak and strong at, against the company, and which behaviour moves no result.

A finding needs enough rows and a test: an exact binomial one against the peers, made stricter by as many as were tried
(Holm). Nothing is said where nothing is significant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import comb, exp, lgamma
from random import Random
from statistics import fmean

from cockpit.domain.distributions import beta_share
from cockpit.domain.metric_values import LEAST_PEERS, WINDOW, Values, is_tally, standing
from cockpit.domain.metrics import Metric

SURE_BELOW = 0.05
LEAST_ROWS = 10
"""Fewer trials of a rate, or fewer rows expected of a count, say nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One metric in which somebody differs from the peers. `worse` is the share of peers that are worse; `n` 0 for counts."""

    metric: str
    topic: str
    is_strong: bool
    own: Fraction
    usual: Fraction
    worse: float
    n: int
    p: float


def findings(values: Values, scope: str, peers: Sequence[str], place: str = WINDOW) -> tuple[Finding, ...]:
    """What is significant of all metrics that belong to a topic, the surest first."""
    if len(peers) < LEAST_PEERS + 1 or scope not in peers:
        return ()
    tried = [
        found
        for metric in values.catalogue.metrics.values()
        if metric.topic and (found := _compared(values, metric, scope, peers, place)) is not None
    ]
    sure: list[Finding] = []
    for place_of, found in enumerate(sorted(tried, key=lambda one: (one.p, one.metric))):
        if found.p * (len(tried) - place_of) >= SURE_BELOW:
            break
        sure.append(found)
    return tuple(sure)


def _compared(values: Values, metric: Metric, scope: str, peers: Sequence[str], place: str) -> Finding | None:
    where = standing(values, metric.id, scope, peers, place)
    if where.worse is None or where.median is None:
        return None
    others = [peer for peer in peers if peer != scope]
    if is_tally(values.catalogue, metric.id):
        own = values.tally(metric.id, scope, place)
        all_others = [tally for peer in others if (tally := values.tally(metric.id, peer, place)) is not None]
        hits, trials = sum(int(one.hits) for one in all_others), sum(int(one.trials) for one in all_others)
        if own is None or own.trials < LEAST_ROWS or trials < LEAST_ROWS:
            return None
        n, k, usual = int(own.trials), int(own.hits), Fraction(hits, trials)
        value, p = Fraction(k, n), _same_rate(k, n, hits, trials)
    elif metric.measure in ("count", "distinct"):
        value = values.of(metric.id, scope, place).amount or Fraction(0)
        sums = sum((values.of(metric.id, peer, place).amount or Fraction(0) for peer in others), Fraction(0))
        usual = sums / len(others)
        if max(usual, value) < LEAST_ROWS:
            return None
        n, p = 0, binomial_p(int(value), int(value + sums), 1 / len(peers))
    else:
        return None
    is_strong = (value > usual) == (metric.better == "up")
    return Finding(metric.id, metric.topic, is_strong, value, usual, where.worse, n, p)


def binomial_p(k: int, n: int, share: float) -> float:
    """Twice the chance of `k` of `n`, or further out on that side, each hit having chance `share`. DLMF 8.17.5."""
    at_least = beta_share(share, k, n - k + 1) if k else 1.0
    at_most = 1 - beta_share(share, k + 1, n - k) if k < n else 1.0
    return min(1.0, 2 * min(at_least, at_most))


def _same_rate(k: int, n: int, hits: int, trials: int) -> float:
    """Fisher's exact test: the chance that two groups of one rate split all hits as unevenly as they did."""
    all_hits = k + hits
    ways = _log_ways(n + trials, all_hits)
    chances = {
        one: exp(_log_ways(n, one) + _log_ways(trials, all_hits - one) - ways)
        for one in range(max(0, all_hits - trials), min(n, all_hits) + 1)
    }
    limit = chances[k] * (1 + 1e-9)
    return min(1.0, sum(chance for chance in chances.values() if chance <= limit))


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


# -- vanity ------------------------------------------------------------------------------------------------------------

WORKS_FROM = 0.2
"""A behaviour that is worth its time lifts the result of those who do it by a fifth of the average."""
LEAST_IN_GROUP = 4
MOST_SPLITS = 5_000
DRAWS = 1_999
SEED = 20_261_124


@dataclass(frozen=True, slots=True)
class Vanity:
    """A behaviour metric, and what those who met it have more of the result than those who did not, as a share of the
    average. `p` is the chance of so little if meeting it were worth `WORKS_FROM`."""

    metric: str
    result: str
    limit: Fraction
    met: int
    not_met: int
    lift: float
    p: float

    @property
    def is_named(self) -> bool:
        return self.p < SURE_BELOW


def vanity(
    metric: str, result: str, limit: Fraction, behaviour: Mapping[str, Fraction], results: Mapping[str, Fraction]
) -> Vanity | None:
    """Permutation test over reps: each rep's behaviour and result over the same time. None with too few on a side.

    To name a metric the data must contradict that it works: the worth of meeting it is first taken off the results of
    those who met it, and they must still be lower than chance would have them.
    """
    reps = sorted(behaviour.keys() & results.keys())
    mean = sum((results[rep] for rep in reps), Fraction(0)) / len(reps) if reps else Fraction(0)
    met = [rep for rep in reps if behaviour[rep] >= limit]
    rest = [rep for rep in reps if behaviour[rep] < limit]
    if min(len(met), len(rest)) < LEAST_IN_GROUP or mean <= 0:
        return None
    share = {rep: float(results[rep] / mean) for rep in reps}
    lift = fmean(share[rep] for rep in met) - fmean(share[rep] for rep in rest)
    levelled = [share[rep] - WORKS_FROM for rep in met] + [share[rep] for rep in rest]
    return Vanity(metric, result, limit, len(met), len(rest), lift, _as_low(levelled, len(met)))


def _as_low(numbers: Sequence[float], first: int) -> float:
    """The share of ways to draw `first` of the numbers whose sum is as low as that of the first ones.

    All ways where they are few, else draws from a fixed seed with the actual one counted.
    """
    limit = sum(numbers[:first]) + 1e-9
    if comb(len(numbers), first) <= MOST_SPLITS:
        sums = [sum(drawn) for drawn in combinations(numbers, first)]
        return sum(one <= limit for one in sums) / len(sums)
    chance = Random(SEED)
    low = 1 + sum(sum(chance.sample(numbers, first)) <= limit for _turn in range(DRAWS))
    return low / (DRAWS + 1)
