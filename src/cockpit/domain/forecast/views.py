"""Two views of the money still to come: from the age of what is open, and from the rhythm of what was won."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.domain.forecast.hazard import Hazards
from cockpit.domain.forecast.history import DAY, History, PastDeal, moved, shifted
from cockpit.domain.forecast.money import Money

INFLOW_DAYS = 90
RHYTHM = 3
"""Months after which a trade repeats itself: a quarter."""


@dataclass(frozen=True, slots=True)
class OpenPart:
    """One open deal's part of the forecast, in minor units; a stale one counts zero."""

    deal: PastDeal
    age_days: int
    chance: float
    value: float
    is_stale: bool
    full: float
    """Its whole size, the usual one for a deal without an amount, x what won deals brought over theirs."""


@dataclass(frozen=True)
class Views:
    """What is expected from the day after `as_of` to `last`, by owner, in minor units."""

    as_of: date
    last: date
    parts: tuple[OpenPart, ...]
    arriving: Mapping[str, float]
    """From deals not yet created."""
    shares: Mapping[str, float]
    """Each owner's share of the company's won money of a year; they sum to 1."""
    rhythm: Rhythm
    reserve: Mapping[str, float]
    """Money of all that is open, at full size: a reserve, never a forecast."""

    def opened(self, owners: Collection[str]) -> float:
        return sum(part.value for part in self.parts if part.deal.owner_id in owners)

    def by_age(self, owners: Collection[str]) -> float:
        return self.opened(owners) + sum(self.arriving.get(owner, 0.0) for owner in owners)

    def share(self, owners: Collection[str]) -> float:
        return sum(self.shares.get(owner, 0.0) for owner in owners)

    def by_rhythm(self, owners: Collection[str]) -> float:
        return self.rhythm.value * self.share(owners)

    def mean(self, owners: Collection[str]) -> float:
        """The forecast of the days ahead: the mean of both, for with few months behind no view is known the better."""
        return (self.by_age(owners) + self.by_rhythm(owners)) / 2

    @property
    def expected(self) -> Mapping[str, float]:
        """`mean` of every owner."""
        found = {owner: value / 2 for owner, value in self.arriving.items()}
        for part in self.parts:
            found[part.deal.owner_id] = found.get(part.deal.owner_id, 0.0) + part.value / 2
        for owner, share in self.shares.items():
            found[owner] = found.get(owner, 0.0) + self.rhythm.value * share / 2
        return found


def views(history: History, hazards: Hazards, money: Money, as_of: date, last: date) -> Views:
    """Both views of `as_of + 1` to `last` from what was known at the end of `as_of`."""
    first = as_of + DAY
    since = max(as_of - timedelta(days=INFLOW_DAYS - 1), history.begins_on)
    paid = money.paid(as_of)
    parts: list[OpenPart] = []
    arrived: dict[str, float] = defaultdict(float)
    reserve: dict[str, float] = defaultdict(float)
    for deal in history.deals:
        if deal.created_on > as_of:
            break  # deals are in the order of their creation
        size = history.size(deal) * paid
        if deal.created_on >= since:
            arrived[deal.owner_id] += size
        if deal.closed_on is None or deal.closed_on > as_of:
            reserve[deal.owner_id] += size
            age = (as_of - deal.created_on).days
            is_stale = hazards.is_stale(age)
            chance = 0.0 if is_stale else hazards.chance(age, first, last)
            parts.append(OpenPart(deal, age, chance, size * chance, is_stale, size))
    each_day = hazards.arriving(first, last) / ((as_of - since).days + 1)
    return Views(
        as_of,
        last,
        tuple(parts),
        {owner: size * each_day for owner, size in arrived.items()},
        money.shares(as_of),
        rhythm(history, money, as_of, last),
        reserve,
    )


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Money of the window = money of the last three months x the window's part of a quarter's days x `factor`."""

    since: date
    """First day of the last three months."""
    recent: float
    """Money of those."""
    days: int
    of_days: int
    raw: float
    """What the same window brought in earlier quarters over an even spread; 1 is even."""
    trust: float
    """Share of the raw rhythm's distance from 1 that is not chance, from 0 to 1."""

    @property
    def factor(self) -> float:
        return 1 + self.trust * (self.raw - 1)

    @property
    def value(self) -> float:
        return self.recent * self.days / self.of_days * self.factor


def rhythm(history: History, money: Money, as_of: date, last: date) -> Rhythm:
    """The view of the period: the last three months at the rhythm that earlier quarters had, as far as it is one.

    The window is looked up one, two, ... months back; each find is set against the three months around it. Those a
    whole number of quarters back give the raw rhythm; how far all three places differ by more than chance, its trust.
    """
    begins = max(history.begins_on, shifted(as_of, -RHYTHM) + DAY)
    of_days = (as_of - begins).days + 1
    days = (last - as_of).days
    places = [_place(history, money, as_of, last, months) for months in range(RHYTHM)]
    known = [place for place in places if place is not None]
    raw, noise = places[0] if places[0] is not None else (1.0, 0.0)
    between = sum((one - 1) ** 2 - chance for one, chance in known) / len(known) if known else 0.0
    trust = between / (between + noise) if between > 0 else 0.0
    return Rhythm(begins, max(0.0, money.won(begins, as_of)), days, of_days, raw, trust)


def _place(history: History, money: Money, as_of: date, last: date, later: int) -> tuple[float, float] | None:
    """Rhythm of the windows 3, 6, ... months back, less `later` months, and its chance variance; None without any."""
    found = even = wins = 0.0
    free = 0.0
    months = RHYTHM - later
    while True:
        first, end = shifted(as_of, -months) + DAY, moved(last, -months)
        if first < history.begins_on:
            break
        if end <= as_of:
            begins = max(history.begins_on, shifted(end, -RHYTHM) + DAY)
            ends = max(end, min(as_of, shifted(begins - DAY, RHYTHM)))
            part = ((end - first).days + 1) / ((ends - begins).days + 1)
            found += money.won(first, end)
            even += money.won(begins, ends) * part
            wins += money.wins(begins, ends) * part
            free = 1 - part
        months += RHYTHM
    if not even or not wins:
        return None
    return found / even, (1 + money.spread(as_of)) / wins * free
