"""The gap chain: from the money still missing back to what is to be done each working day.

Each line: need = what is short of the line above, divided by a share or an average, or times what each takes;
short = need - have, never below zero. Only customers are rounded up; later lines keep their fractions and are shown
half-up. A rate is a mean, so half the time the need is not enough: `need80` is enough in 80 of 100 cases,
need x exp(0.84 x sqrt(sum of log variances)). What a line has is certain, so the spread of what is short after it is
taken anew from its own 80 % (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log
from typing import Literal

from cockpit.domain.chain_steps import FIRST, Step
from cockpit.domain.gap import split
from cockpit.domain.rates import EIGHTY, Rate, need_p80, spread_of_log

SLOW_BELOW = 0.2
"""When fewer of the new deals close within the days left, this month must come from the open ones."""
LEAST_SHARE, MOST_SHARE = 0.01, 0.99
"""Between these a share can be moved by hand."""
_NOISE = 1e-9
"""A whole number that floating point missed is still that number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `step` and `rate` are None for the first; `need` is None where its rate or the line above is unknown."""

    id: str
    step: Step | None
    need: float | None
    need80: float | None
    have: float
    rate: Rate | None = None

    @property
    def short(self) -> float | None:
        return None if self.need is None else max(0.0, self.need - self.have)

    @property
    def short80(self) -> float | None:
        return None if self.need80 is None else max(0.0, self.need80 - self.have)


@dataclass(frozen=True, slots=True)
class Chain:
    """The lines from the target down, and the working days left for the last of them."""

    lines: tuple[Line, ...]
    days_left: int

    @property
    def last(self) -> Line:
        return self.lines[-1]

    @property
    def per_day(self) -> float | None:
        """None where the last line is not known or no working day is left."""
        return _per(self.last.short, self.days_left)

    @property
    def per_day80(self) -> float | None:
        return _per(self.last.short80, self.days_left)

    @property
    def customers(self) -> Line | None:
        """The line of whole customers."""
        return next((line for line in self.lines if line.step is not None and line.step.ratio.is_money), None)

    def days(self) -> tuple[int, ...]:
        """What is short of the last line on each working day left, in whole parts that sum to it."""
        short = self.last.short
        return split(half_up(short), [1] * self.days_left) if short is not None and self.days_left else ()


def _per(short: float | None, days: int) -> float | None:
    return None if short is None or days < 1 else short / days


def half_up(value: float) -> int:
    """As a count is shown."""
    return floor(value + 0.5 + _NOISE)


@dataclass(frozen=True, slots=True)
class Given:
    """What a chain is computed from: money in minor units, rates by id of the ratio, what there is by id of the line."""

    steps: tuple[Step, ...]
    target: int
    actual: int
    rates: Mapping[str, Rate | None]
    have: Mapping[str, float]
    days_left: int

    def with_rate(self, ratio_id: str, value: float) -> Given:
        """The same with one rate at another value; its range moves along."""
        rate = self.rates[ratio_id]
        if rate is None or rate.value <= 0:
            return self
        factor = value / rate.value
        moved = replace(rate, value=value, low=rate.low * factor, high=rate.high * factor)
        return replace(self, rates={**self.rates, ratio_id: moved})

    def without_money(self, minor: int) -> Given:
        """The same after open deals of that much are dropped."""
        line = next((step.id for step in self.steps if step.is_money), None)
        return self if line is None else replace(self, have={**self.have, line: self.have.get(line, 0) - minor})


def chain(given: Given) -> Chain:
    """The lines, from the target down."""
    lines = [Line(FIRST, None, given.target, given.target, given.actual)]
    for step in given.steps:
        rate, have = given.rates.get(step.ratio.id), given.have.get(step.id, 0.0)
        lines.append(_line(step, rate, have, lines[-1]))
    return Chain(tuple(lines), given.days_left)


def _line(step: Step, rate: Rate | None, have: float, above: Line) -> Line:
    short, short80 = above.short, above.short80
    if rate is None or rate.value <= 0 or short is None or short80 is None:
        return Line(step.id, step, None, None, have, rate)
    factor = rate.value if step.ratio.kind == "each" else 1 / rate.value
    need = short * factor
    spread = log(short80 / short) / EIGHTY if short and short80 > short else 0.0
    need80 = need_p80(need, (spread**2, spread_of_log(rate))) if short else short80 * factor
    if step.ratio.is_money:
        need, need80 = float(ceil(need - _NOISE)), float(ceil(need80 - _NOISE))
    return Line(step.id, step, need, need80, have, rate)


# -- what could be moved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing changed, and the whole chain after it. `of` is the id of the ratio, or `dirty`."""

    of: str
    before: float
    after: float
    given: Given
    chain: Chain


MOST_RATES = 3
WORTH = 1.005
"""A rate that is less than half a percent below the team's is level with it."""


def levers(given: Given, team: Mapping[str, float], dirty_minor: int) -> tuple[Lever, ...]:
    """One rate moved to the team's level, where that is better, in the order of the lines; then dirty deals dropped.

    What each customer takes is no lever: fewer talks with a customer is not better selling.
    """
    found = []
    for step in given.steps:
        rate, there = given.rates.get(step.ratio.id), team.get(step.ratio.id)
        if step.ratio.kind != "each" and rate is not None and there is not None and there > rate.value * WORTH:
            moved = given.with_rate(step.ratio.id, there)
            found.append(Lever(step.ratio.id, rate.value, there, moved, chain(moved)))
    found = found[:MOST_RATES]
    if dirty_minor:
        moved = given.without_money(dirty_minor)
        found.append(Lever("dirty", float(dirty_minor), 0.0, moved, chain(moved)))
    return tuple(found)


# -- checks ----------------------------------------------------------------------------------------------------------

Feasible = Literal["feasible", "too_much", "no_history", "no_days", "unknown"]


@dataclass(frozen=True, slots=True)
class Effort:
    """What the rep did of the last line on the days he worked: usual is the median."""

    usual: float
    best: int
    days: int


def feasible(found: Chain, effort: Effort | None) -> tuple[Feasible, float | None]:
    """The verdict on the need of each day, and its share of the rep's own best day."""
    if found.days_left < 1:
        return "no_days", None
    if found.per_day is None:
        return "unknown", None
    if effort is None or effort.best < 1:
        return "no_history", None
    share = found.per_day / effort.best
    return ("feasible" if share <= 1 else "too_much"), share


@dataclass(frozen=True, slots=True)
class Thin:
    """The rate whose range moves the need most: the need of a line at either end of it."""

    ratio_id: str
    line_id: str
    least: float
    most: float


def thinnest(given: Given) -> Thin | None:
    """Which rate's 80 % range moves the last line most; None while a line is unknown or nothing is short.

    The ends are told for customers, where the rate stands above them, since those are whole; else for the last line.
    """
    here = chain(given)
    if not here.last.short:
        return None
    spans = {step.ratio.id: _ends(given, step.ratio.id) for step in given.steps}
    widest = max(spans, key=lambda name: _span(spans[name]))
    if not _span(spans[widest]):
        return None
    ids = [line.id for line in here.lines]
    place = next(index for index, line in enumerate(here.lines) if line.step and line.step.ratio.id == widest)
    customers = here.customers
    told = ids.index(customers.id) if customers and ids.index(customers.id) >= place else len(ids) - 1
    least, most = sorted(end.lines[told].need or 0.0 for end in spans[widest])
    return Thin(widest, ids[told], least, most)


def at_ends(given: Given, ratio_id: str, line_id: str) -> tuple[float, float]:
    """The least and the most that a line needs within one rate's range."""
    ends = [next(line.need or 0.0 for line in end.lines if line.id == line_id) for end in _ends(given, ratio_id)]
    return min(ends), max(ends)


def _ends(given: Given, ratio_id: str) -> Sequence[Chain]:
    rate = given.rates[ratio_id]
    return [chain(given.with_rate(ratio_id, value)) for value in (rate.low, rate.high) if value > 0] if rate else []


def _span(ends: Sequence[Chain]) -> float:
    needs = [end.last.need or 0.0 for end in ends]
    return max(needs) - min(needs) if needs else 0.0
