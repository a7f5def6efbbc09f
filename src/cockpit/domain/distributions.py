"""The few distributions that rates and forecasts need, by `math` alone: beta, gamma, chi-square.

Incomplete functions by their continued fractions (modified Lentz), quantiles by bisection: exact to about 1e-9.
Source of the expansions: NIST Digital Library of Mathematical Functions, 8.9, 8.11 and 8.17.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import exp, lgamma, log

_STEPS = 10_000
_CLOSE = 1e-13
_TINY = 1e-300


def beta_share(x: float, a: float, b: float) -> float:
    """P(X <= x) of Beta(a, b); a and b above 0. DLMF 8.17.22."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast only on this side of the mean
        return 1 - beta_share(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    return front * _fraction(_beta_terms(x, a, b))


def gamma_share(x: float, shape: float) -> float:
    """P(X <= x) of Gamma(shape, scale 1). DLMF 8.11.4 below the mean, 8.9.2 above it."""
    if x <= 0:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x > shape + 1:
        return 1 - front * _fraction(_gamma_terms(x, shape)) / (x + 1 - shape)
    total = term = 1 / shape
    for step in range(1, _STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * _CLOSE:
            break
    return front * total


def chi_square_tail(x: float, df: int) -> float:
    """P(X >= x) of chi-square with `df` degrees of freedom."""
    return 1 - gamma_share(x / 2, df / 2)


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x below which `share` of Beta(a, b) lies."""
    return _bisect(lambda x: beta_share(x, a, b), share, 0.0, 1.0)


def gamma_quantile(share: float, shape: float, scale: float = 1.0) -> float:
    """The x below which `share` of Gamma(shape, scale) lies."""
    top = shape + 1.0
    while gamma_share(top, shape) < share:
        top *= 2
    return scale * _bisect(lambda x: gamma_share(x, shape), share, 0.0, top)


def _beta_terms(x: float, a: float, b: float) -> Iterator[float]:
    step = 0
    while True:
        yield -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        step += 1
        yield step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))


def _gamma_terms(x: float, shape: float) -> Iterator[float]:
    """Terms of the fraction divided by its partial denominators, so that each of those is 1."""
    below = x + 1 - shape
    step = 1
    while True:
        here = below + 2
        yield -step * (step - shape) / (below * here)
        below, step = here, step + 1


def _fraction(terms: Iterator[float]) -> float:
    """1 / (1 + t1 / (1 + t2 / (1 + ...)))."""
    value = above = 1.0
    below = 0.0
    for _step, term in zip(range(_STEPS), terms, strict=False):
        below = 1 / (1 + term * below or _TINY)
        above = 1 + term / above or _TINY
        change = above * below
        value *= change
        if abs(change - 1) < _CLOSE:
            break
    return 1 / value


def _bisect(share_below: Callable[[float], float], share: float, low: float, high: float) -> float:
    for _step in range(100):
        middle = (low + high) / 2
        if high - low <= 1e-12 * high:
            break
        if share_below(middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
