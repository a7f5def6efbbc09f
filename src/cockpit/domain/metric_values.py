"""From counted rows to the values of metrics: formulas, changes against other periods, and where a rep stands among peers.

Values are exact fractions: money in minor units, shares of one. A metric without a value says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Literal

from cockpit.domain.metrics import Catalogue, Metric
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.domain.rates import Homogeneity, Rate, Tally, homogeneity, learn

Lack = Literal["", "input", "rows", "zero", "currency"]
NOW, BEFORE, YEAR_AGO, WINDOW = "0", "1", "year", "window"
TREND = 8
"""Periods in a trend, the running one included; places `0` to `7` are so many periods back."""
WINDOW_DAYS = 180
"""What the diagnosis and the vanity check look at, up to the day of the look."""


@dataclass(frozen=True, slots=True)
class Value:
    """`amount` None: there is none, and `lack` says why, `about` which metric or part. `n` are the rows behind it."""

    amount: Fraction | None
    n: int = 0
    lack: Lack = ""
    about: str = ""
    others: tuple[tuple[str, int], ...] = ()
    """Money in other currencies, which cannot be added."""


Base = Callable[[str, str, str], Value]
"""The value of a metric that is no formula, by metric, scope and place."""


@dataclass
class Values:
    """The values of a catalogue; formulas are worked out when they are asked for, each once."""

    catalogue: Catalogue
    base: Base
    _known: dict[tuple[str, str, str], Value] = field(default_factory=dict)

    def of(self, metric: str, scope: str, place: str = NOW) -> Value:
        key = (metric, scope, place)
        if key not in self._known:
            formula = self.catalogue.metrics[metric].formula
            self._known[key] = self.base(*key) if formula is None else self._by_formula(metric, scope, place)
        return self._known[key]

    def _by_formula(self, metric: str, scope: str, place: str) -> Value:
        formula = self.catalogue.metrics[metric].formula
        assert formula is not None
        parts = {name: self.of(name, scope, place) for name in formula.names}
        found = formula.value(lambda name: parts[name].amount)
        pair = formula.share_of
        n = int(parts[pair[1]].amount or 0) if pair and is_tally(self.catalogue, metric) else 0
        others = tuple(one for part in parts.values() for one in part.others)
        if found.value is not None:
            return Value(found.value, n, others=others)
        if found.unknown:
            inner = parts[found.unknown]
            return Value(None, n, inner.lack, inner.about or found.unknown, others)
        return Value(None, n, "zero", found.zero, others)

    def tally(self, metric: str, scope: str, place: str = NOW) -> Tally | None:
        """Hits and trials of a share of counted rows; None for every other metric."""
        formula = self.catalogue.metrics[metric].formula
        if formula is None or formula.share_of is None or not is_tally(self.catalogue, metric):
            return None
        hits, trials = (self.of(name, scope, place).amount or Fraction(0) for name in formula.share_of)
        return Tally(int(hits), int(trials))


def is_tally(catalogue: Catalogue, name: str) -> bool:
    """Whether a formula is `part / whole` of rows that are counted, with every row of the part in the whole."""
    formula = catalogue.metrics[name].formula
    if formula is None or formula.share_of is None:
        return False
    part, whole = (catalogue.metrics[one] for one in formula.share_of)
    if not part.measure == whole.measure == "count" or not set(whole.where) <= set(part.where):
        return False
    return part.rows == whole.rows or (part.rows in ("deals_won", "deals_lost") and whole.rows == "deals_closed")


# -- periods -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """A period up to the day that lies as deep in it as the day of the look does in its own."""

    place: str
    period: Period
    last: date


def cuts(kind: PeriodKind, today: date) -> tuple[Cut, ...]:
    """The running period, the seven before it and the same one last year, all to the same depth; then the window.

    A running month is compared with as many days of the month before; on its last day whole months are compared.
    """
    now = period_of(kind, today)
    found = [Cut(NOW, now, today)]
    earlier = now
    for back in range(1, TREND):
        earlier = period_of(kind, earlier.starts_on - timedelta(days=1))
        found.append(Cut(str(back), earlier, _as_deep(now, today, earlier)))
    found.append(_year_ago(kind, now, today))
    window = Period("day", today - timedelta(days=WINDOW_DAYS - 1), today)
    return (*found, Cut(WINDOW, window, today))


def _as_deep(now: Period, today: date, other: Period) -> date:
    if today == now.ends_on:
        return other.ends_on
    return min(other.starts_on + (today - now.starts_on), other.ends_on)


def _year_ago(kind: PeriodKind, now: Period, today: date) -> Cut:
    """The same month, quarter or day last year; of a week the one 52 weeks ago, which has the same weekdays."""
    if kind == "week":
        other = period_of(kind, now.starts_on - timedelta(weeks=52))
    else:
        first = now.starts_on
        is_leap_day = (first.month, first.day) == (2, 29)
        other = period_of(kind, first.replace(year=first.year - 1, day=28 if is_leap_day else first.day))
    return Cut(YEAR_AGO, other, _as_deep(now, today, other))


# -- comparing ----------------------------------------------------------------------------------------------------------


def change(metric: Metric, now: Fraction | None, before: Fraction | None) -> Fraction | None:
    """Of a share the difference (0.01 is one point), else how much more or less by the share of before; None from zero."""
    if now is None or before is None:
        return None
    if metric.unit == "share":
        return now - before
    return (now - before) / abs(before) if before else None


def is_better(metric: Metric, difference: Fraction | None) -> bool | None:
    """Whether a change is for the better; None for none."""
    if not difference:
        return None
    return (difference > 0) == (metric.better == "up")


def is_reached(metric: Metric, value: Fraction | None, target: Fraction | None) -> bool | None:
    if value is None or target is None:
        return None
    return value >= target if metric.better == "up" else value <= target


@dataclass(frozen=True, slots=True)
class Standing:
    """One among peers: the peers' median, the best of them, and the share of peers that are worse (ties count half).

    `best` is None where a test says that the peers do not differ: `test` is that test.
    """

    peers: int
    median: Fraction | None
    best: Fraction | None
    best_scope: str
    worse: float | None
    test: Homogeneity | None = None


LEAST_PEERS = 3
"""With fewer than three peers there is no usual value, and the best would be a name."""


def standing(values: Values, metric: str, scope: str, peers: Sequence[str], place: str = NOW) -> Standing:
    """`scope` against all of `peers` that have a value, itself among them."""
    one = values.catalogue.metrics[metric]
    found = {peer: amount for peer in peers if (amount := values.of(metric, peer, place).amount) is not None}
    if len(found) < LEAST_PEERS:
        return Standing(len(found), None, None, "", None)
    own, amounts = found.get(scope), sorted(found.values())
    sign = 1 if one.better == "up" else -1
    test = None
    if is_tally(values.catalogue, metric):
        test = homogeneity([tally for peer in found if (tally := values.tally(metric, peer, place)) is not None])
    best_scope = min(found, key=lambda peer: (-sign * found[peer], peer))
    can_rank = not is_tally(values.catalogue, metric) or (test is not None and test.differ)
    worse = None
    if own is not None and len(found) > 1:
        below = sum(sign * amount < sign * own for amount in amounts)
        ties = sum(amount == own for amount in amounts) - 1
        worse = (below + ties / 2) / (len(found) - 1)
    return Standing(
        len(found),
        Fraction(median(amounts)),
        found[best_scope] if can_rank else None,
        best_scope if can_rank else "",
        worse,
        test,
    )


def rate(values: Values, metric: str, scope: str, peers: Iterable[str], place: str = NOW) -> Rate | None:
    """The rate pulled to that of all peers, with its range; None for what is no share of counted rows, or has no rows."""
    own = values.tally(metric, scope, place)
    if own is None or not own.trials:
        return None
    shrink = learn([tally for peer in peers if (tally := values.tally(metric, peer, place)) is not None] or [own])
    return shrink.rate(own) if shrink else None


def from_counts(metric: Metric, counts: Mapping[str, tuple[int, int]], currency: str) -> Value:
    """The value of a metric that counts rows: (n, total) by currency, empty where the rows are no money."""
    n, total = counts.get(currency if metric.is_money else "", (0, 0))
    others = tuple(
        sorted((name, total) for name, (n, total) in counts.items() if n and metric.is_money and name != currency)
    )
    if metric.measure in ("average", "days"):
        return Value(Fraction(total, n) if n else None, n, "" if n else "rows", metric.id if not n else "", others)
    return Value(Fraction(total), n, others=others)
