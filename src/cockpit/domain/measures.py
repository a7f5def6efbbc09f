"""What of a person's work and deals is counted for rates and the gap chain, and which ratios of it there are.

A ratio is data: `over / per`, both names of measures. Where everything counted above also counts below (a call held is
a call made) it is a share; money over deals is an average; else it is how many of one each of the other takes. Every
person is counted over the same window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from cockpit.domain.averages import AverageShrink, Sample, alike, learn_average
from cockpit.domain.book import Book
from cockpit.domain.deals import deals_of, standing
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.periods import Period
from cockpit.domain.rates import ALONE, Homogeneity, Rate, Shrink, Tally, homogeneity, learn, pooled_weight

Kind = Literal["share", "average", "each"]
Measured = Mapping[str, Sequence[Deal | Activity]]
"""Rows by measure."""

KINDS = ("visit", "call", "web", "task")
MONEY = ("won_amount", "closed_amount")
_WIDER = {"reached": "held", "held": "made"}
_ACTS = tuple(f"{kind}s_{step}" for kind in KINDS for step in ("made", "held", "reached"))
MEASURES = ("customers", "won", "closed", *MONEY, *_ACTS)
"""customers: deals created. made: held or not held by its time. reached: held with its goal reached."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """`over / per`."""

    id: str
    over: str
    per: str

    @property
    def kind(self) -> Kind:
        if self.per in _wider(self.over):
            return "share"
        return "average" if self.over in MONEY else "each"

    @property
    def is_money(self) -> bool:
        """Whether its value is an amount of money."""
        return self.kind == "average"


RATIOS: tuple[Ratio, ...] = (
    Ratio("win_by_amount", "won_amount", "closed_amount"),
    Ratio("win_rate", "won", "closed"),
    Ratio("average_deal", "won_amount", "won"),
    Ratio("talks_per_customer", "calls_reached", "customers"),
    Ratio("talk_rate", "calls_reached", "calls_held"),
    Ratio("pick_up", "calls_held", "calls_made"),
    Ratio("visits_per_customer", "visits_reached", "customers"),
    Ratio("visit_success", "visits_reached", "visits_held"),
    Ratio("show_up", "visits_held", "visits_made"),
)
"""The ratios that are shipped."""


def share_range(hits: int, trials: int) -> tuple[float, float] | None:
    """The 80 % range of a share that stands for itself, such as that of one pipeline; None without a trial."""
    if not trials:
        return None
    rate = ALONE.rate(Tally(hits, trials))
    return rate.low, rate.high


def _wider(measure: str) -> tuple[str, ...]:
    """The measures in which everything of this one counts too."""
    if measure in ("won", "won_amount"):
        return (measure.replace("won", "closed"),)
    whose, _sep, step = measure.rpartition("_")
    found = []
    while whose and (step := _WIDER.get(step, "")):
        found.append(f"{whose}_{step}")
    return tuple(found)


def measured(book: Book, rep_id: str, window: Period, currency: str) -> Measured:
    """The person's rows of each measure; money counts in one currency only."""
    found: dict[str, list[Deal | Activity]] = {name: [] for name in MEASURES}
    for deal in deals_of(book, (rep_id,)):
        if deal.created_on is not None and deal.created_on in window:
            found["customers"].append(deal)
        stands = standing(book, deal)
        if stands == "open" or deal.closed_on is None or deal.closed_on not in window:
            continue
        has_money = deal.currency == currency and (deal.amount_minor or 0) > 0
        for name in ("closed", "won") if stands == "won" else ("closed",):
            found[name].append(deal)
            if has_money:
                found[f"{name}_amount"].append(deal)
    begins, ends = book.midnight(window.starts_on), book.midnight(date.fromordinal(window.ends_on.toordinal() + 1))
    for act in book.activities_by_rep.get(rep_id, ()):
        if act.status not in ("held", "not_held") or not begins <= act.starts_at < ends:
            continue
        found[f"{act.kind}s_made"].append(act)
        if act.status == "held":
            found[f"{act.kind}s_held"].append(act)
            if act.goal_result == "reached":
                found[f"{act.kind}s_reached"].append(act)
    return found


def evidence(ratio: Ratio, rows: Measured) -> Tally | Sample:
    """What one person's rows say about a ratio."""
    over, per = rows[ratio.over], rows[ratio.per]
    if ratio.kind == "average":
        return Sample.of(_amounts(over))
    if ratio.kind == "each":
        return Sample.counted(len(over), len(per))
    if ratio.over in MONEY:
        won, closed = _amounts(over), _amounts(per)
        weight = pooled_weight(closed)
        return Tally(weight * sum(won) / sum(closed) if closed else 0.0, weight)
    return Tally(len(over), len(per))


def _amounts(rows: Iterable[Deal | Activity]) -> list[float]:
    return [float(row.amount_minor or 0) for row in rows if isinstance(row, Deal)]


@dataclass(frozen=True)
class Compared:
    """One ratio of several people: each one's own, pulled to all of theirs, and whether they differ at all."""

    ratio: Ratio
    people: Mapping[str, Tally | Sample]

    @cached_property
    def tallies(self) -> list[Tally]:
        return [one for one in self.people.values() if isinstance(one, Tally)]

    @cached_property
    def samples(self) -> list[Sample]:
        return [one for one in self.people.values() if isinstance(one, Sample)]

    @cached_property
    def learned(self) -> Shrink | AverageShrink | None:
        """None where nobody has tried yet."""
        return learn_average(self.samples) if self.samples else learn(self.tallies)

    def rate(self, person_id: str) -> Rate | None:
        return self._pulled(self.people[person_id])

    def together(self, person_ids: Iterable[str]) -> Rate | None:
        """The rate of a team."""
        chosen = [self.people[person] for person in person_ids]
        tallies = [one for one in chosen if isinstance(one, Tally)]
        samples = [one for one in chosen if isinstance(one, Sample)]
        if samples:
            n, total = sum(one.n for one in samples), sum(one.total for one in samples)
            return self._pulled(Sample(n, total, sum(one.squares for one in samples)))
        return self._pulled(Tally(sum(one.hits for one in tallies), sum(one.trials for one in tallies)))

    def _pulled(self, own: Tally | Sample) -> Rate | None:
        learned = self.learned
        if isinstance(learned, AverageShrink) and isinstance(own, Sample):
            return learned.rate(own) if own.n + learned.strength > 0 else None
        if isinstance(learned, Shrink) and isinstance(own, Tally):
            return learned.rate(own) if own.trials or learned is not ALONE else None
        return None

    @cached_property
    def homogeneity(self) -> Homogeneity | None:
        return alike(self.samples) if self.samples else homogeneity(self.tallies)

    @property
    def may_rank(self) -> bool:
        """False: the people's counts are what chance makes of one common rate, and no order of them means anything."""
        return self.homogeneity is not None and self.homogeneity.differ

    @property
    def best(self) -> tuple[str, Rate] | None:
        """Who has the best rate; None where nobody may be ranked. Of what each customer takes, less is better."""
        tried = [person for person, own in self.people.items() if (own.n if isinstance(own, Sample) else own.trials)]
        known = [(person, rate) for person in tried if (rate := self.rate(person)) is not None]
        if not self.may_rank or not known:
            return None
        sign = -1 if self.ratio.kind == "each" else 1
        return max(known, key=lambda one: (sign * one[1].value, one[0]))


def compared(rows: Mapping[str, Measured], ratio: Ratio) -> Compared:
    return Compared(ratio, {person: evidence(ratio, found) for person, found in rows.items()})
