"""The shape of a funnel and where it is narrow: conversion and days of each stage by cohort, against everybody else's.

A cohort are the deals that entered a stage in the same window for everyone: from a year ago up to two usual stays ago,
so that most of them have had the time to go on. A stage is called a bottleneck only when its 80 % range does not touch
the others'.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import comb
from statistics import median
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deals import Standing, money, standing
from cockpit.domain.distributions import beta_quantile, gamma_share
from cockpit.domain.entities import Deal, Stage
from cockpit.domain.periods import Period
from cockpit.domain.pipeline import Pipeline, StageFacts, Stay, default_funnel, went_on

WINDOW_DAYS = 365
LEAST_COHORT = 5
"""With fewer deals a range says nothing."""
LEAST_OTHERS = 3
"""So many other people it takes to say what is usual."""
ODD_BELOW = 0.1
"""Under this chance of so few (or so many) deals a stage is called thin (or bulged)."""
USUAL_STAY = 14
"""Days, for a stage that neither history nor its configuration knows."""

Shape = Literal["thin", "bulged"]


@dataclass(frozen=True, slots=True)
class Ranged:
    """A figure with its 80 % range and n; None when there is nothing to tell it from."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Deals that came into a stage in the window: 1 for each that went on from it, and the days of those that left it."""

    went_on: tuple[tuple[Deal, int], ...]
    stays: tuple[tuple[Deal, int], ...]

    @property
    def conversion(self) -> Ranged | None:
        return share_range(sum(hit for _deal, hit in self.went_on), len(self.went_on))

    @property
    def stay(self) -> Ranged | None:
        return median_range(sorted(days for _deal, days in self.stays))


@dataclass(frozen=True, slots=True)
class StageHealth:
    """Shares lie in 0..1, stays are days. `others` are the same figures of everybody else here."""

    stage: Stage
    open: int
    others_open: float | None
    """Open deals of one of the others in this stage, on average."""
    shape: Shape | None
    own: Cohort
    conversion: Ranged | None
    others_conversion: Ranged | None
    stay: Ranged | None
    others_stay: Ranged | None

    @property
    def is_narrow(self) -> bool:
        """Fewer go on than with the others, beyond chance."""
        return _apart(self.conversion, self.others_conversion)

    @property
    def is_slow(self) -> bool:
        """Deals stay longer than with the others, beyond chance."""
        return _apart(self.others_stay, self.stay)


@dataclass(frozen=True, slots=True)
class Ended:
    """Deals won or lost in a period for one reason, or lost from one stage; the name is empty where none was given."""

    name: str
    deals: tuple[Deal, ...]
    minor: int


def health(book: Book, line: Pipeline, owner_ids: Collection[str]) -> tuple[StageHealth, ...]:
    """The open stages of a funnel in order. Others are the owners in the book who are not among `owner_ids`."""
    own = frozenset(owner_ids)
    home = default_funnel(book)
    deals = [d for d in book.deals if (d.funnel_id if d.funnel_id in book.funnels else home) == line.funnel_id]
    mine = [deal for deal in deals if deal.owner_id in own]
    theirs = [deal for deal in deals if deal.owner_id and deal.owner_id not in own]
    is_one_person = len({deal.owner_id for deal in mine}) <= 1
    return tuple(_health(book, part, line.usual, mine, theirs, is_one_person) for part in line.stages)


def losses_by_reason(book: Book, deals: Iterable[Deal], period: Period, currency: str) -> tuple[Ended, ...]:
    """Deals lost in the period, by the reason given; the most money first."""
    return _by_reason(((deal, deal.lost_reason) for deal in _ended_in(book, deals, period, "lost")), currency)


def wins_by_reason(
    book: Book, deals: Iterable[Deal], reasons: Mapping[str, str], period: Period, currency: str
) -> tuple[Ended, ...]:
    """Deals won in the period, by the reason given (`reasons`, by id); the most money first."""
    return _by_reason(((d, reasons.get(d.id, "")) for d in _ended_in(book, deals, period, "won")), currency)


def _by_reason(given: Iterable[tuple[Deal, str]], currency: str) -> tuple[Ended, ...]:
    """However it is spelled: case and blanks make no other reason."""
    found: dict[str, tuple[str, list[Deal]]] = {}
    for deal, reason in given:
        spelled = " ".join(reason.split())
        found.setdefault(spelled.casefold(), (spelled, []))[1].append(deal)
    return _summed(found.values(), currency)


def losses_by_stage(book: Book, deals: Iterable[Deal], period: Period, currency: str) -> tuple[Ended, ...]:
    """Deals lost in the period, by the id of the stage they were lost from."""
    found: dict[str, list[Deal]] = {}
    for deal in _ended_in(book, deals, period, "lost"):
        last = next(
            (c for c in reversed(book.changes_by_deal.get(deal.id, ())) if c.to_stage_id == deal.stage_id), None
        )
        found.setdefault((last.from_stage_id if last else None) or "", []).append(deal)
    return _summed(found.items(), currency)


def _ended_in(book: Book, deals: Iterable[Deal], period: Period, how: Standing) -> Iterable[Deal]:
    return (
        deal
        for deal in deals
        if deal.closed_on is not None and deal.closed_on in period and standing(book, deal) == how
    )


def _summed(named: Iterable[tuple[str, list[Deal]]], currency: str) -> tuple[Ended, ...]:
    found = (Ended(name, tuple(deals), money(deals, currency)) for name, deals in named)
    return tuple(sorted(found, key=lambda ended: (-ended.minor, -len(ended.deals), ended.name)))


def _health(
    book: Book,
    part: StageFacts,
    usual: Mapping[str, Stay],
    mine: Sequence[Deal],
    theirs: Sequence[Deal],
    is_one_person: bool,
) -> StageHealth:
    stage = part.stage
    days = usual[stage.id].days if stage.id in usual else None
    until = book.today - timedelta(days=round(2 * (days if days is not None else USUAL_STAY)))
    own, others = _cohort(book, mine, stage, until), _cohort(book, theirs, stage, until)
    here = Counter(d.owner_id for d in theirs if d.stage_id == stage.id and standing(book, d) == "open")
    people = {deal.owner_id for deal in theirs}
    mean = sum(here.values()) / len(people) if is_one_person and len(people) >= LEAST_OTHERS else None
    return StageHealth(
        stage=stage,
        open=len(part.deals),
        others_open=mean,
        shape=None if mean is None else _shape(len(part.deals), mean),
        own=own,
        conversion=own.conversion,
        others_conversion=others.conversion,
        stay=own.stay,
        others_stay=others.stay,
    )


def _cohort(book: Book, deals: Iterable[Deal], stage: Stage, until: date) -> Cohort:
    """The deals that first came into the stage from a year ago to `until`."""
    since = book.today - timedelta(days=WINDOW_DAYS)
    shares: list[tuple[Deal, int]] = []
    stays: list[tuple[Deal, int]] = []
    for deal in deals:
        changes = book.changes_by_deal.get(deal.id, ())
        came = next((book.local_day(c.changed_at) for c in changes if c.to_stage_id == stage.id), None)
        if came is None and (changes[0].from_stage_id if changes else deal.stage_id) == stage.id:
            came = deal.created_on  # it began there
        if came is None or not since <= came <= until:
            continue
        exits = [c for c in changes if c.from_stage_id == stage.id]
        ways = [went_on(book, change) for change in exits]
        if not exits or any(way is not None for way in ways):
            shares.append((deal, int(any(ways))))
        stays += [(deal, (book.local_day(exits[0].changed_at) - came).days)] if exits else []
    return Cohort(tuple(shares), tuple(stays))


def share_range(hits: int, n: int) -> Ranged | None:
    """A share with its 80 % range (Jeffreys: Beta(hits + 1/2, misses + 1/2)); None below five."""
    if n < LEAST_COHORT:
        return None
    low, high = (beta_quantile(share, hits + 0.5, n - hits + 0.5) for share in (0.1, 0.9))
    return Ranged(hits / n, low, high, n)


def median_range(values: Sequence[int]) -> Ranged | None:
    """The median of sorted values with its 80 % range by order statistics (binomial); None below five."""
    n = len(values)
    if n < LEAST_COHORT:
        return None
    below, cut = 0.0, 0
    while (below := below + comb(n, cut) / 2**n) <= 0.1:
        cut += 1
    place = max(cut - 1, 0)
    return Ranged(float(median(values)), float(values[place]), float(values[n - 1 - place]), n)


def _shape(count: int, mean: float) -> Shape | None:
    """Whether so few, or so many, would be odd if this person were like the others (Poisson)."""
    if mean <= 0:
        return None
    if 1 - gamma_share(mean, count + 1) < ODD_BELOW:  # P(X <= count)
        return "thin"
    return "bulged" if count and gamma_share(mean, count) < ODD_BELOW else None  # P(X >= count)


def _apart(lower: Ranged | None, higher: Ranged | None) -> bool:
    return lower is not None and higher is not None and lower.high < higher.low
