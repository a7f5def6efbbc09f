"""The tree of targets: company, branch, team, rep, and for each of them quarter, month, week, day.

A node's parts are the nodes right below it. Every edit keeps the sum: what one part gains its neighbours give, in
proportion to what they have, and what lies below each follows in the same proportion (largest remainder, whole units).
Where the parts do not make the whole, an edit moves what is not shared out yet, or takes back what is on top, first.
A split from nothing goes by weights: what was won a month, pulled to the average, times the working days of the period.
Values are minor units for money and whole numbers for counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deals import won_in
from cockpit.domain.entities import Deal, Person, Target
from cockpit.domain.gap import METRIC, months_missing, months_of, parts_below, split, target_of
from cockpit.domain.periods import Period, period_of

Unit = Literal["money", "count"]
Agreement = Literal["none", "asked", "agreed"]

PROFIT, COUNT = "won_profit", "won_count"
UNITS: dict[str, Unit] = {METRIC: "money", PROFIT: "money", COUNT: "count"}
"""What a target may be about, and its unit: money won, gross profit of it, deals won."""

_ROUND = (1_000_000, 100_000, 10_000, 100)
"""Steps in minor units that a split sum of money is rounded to, the coarsest that fits first."""
_STEPS_A_PART = 50


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted. `currency` is empty for a count."""

    metric: str
    currency: str = ""

    @property
    def unit(self) -> Unit:
        return UNITS[self.metric]


@dataclass(frozen=True, slots=True)
class Node:
    """The target of a company, branch, team or person in one period. `rows` is what its value was read from."""

    kind: str  # company | team | person
    id: str
    value: int | None
    rows: tuple[Target, ...] = ()
    parts: tuple[Node, ...] = ()
    slack: int = 0
    """Minor units by which the parts may miss the whole because rows were converted one by one."""
    months_missing: int = 0
    """Months of the period without a target, where the value is the sum of the others."""

    @property
    def summands(self) -> tuple[Node, ...]:
        """The parts that have a value; of one without, those below it."""
        return tuple(one for part in self.parts for one in ((part,) if part.value is not None else part.summands))

    @property
    def difference(self) -> int | None:
        """The value less the sum of its parts: 0 when they add up; None where there is nothing to add."""
        known = self.summands
        if self.value is None or not known:
            return None
        found = self.value - sum(part.value or 0 for part in known)
        return 0 if abs(found) <= self.slack else found

    def nodes(self) -> Iterator[Node]:
        """The node and all below it, each before its parts."""
        yield self
        for part in self.parts:
            yield from part.nodes()

    def find(self, node_id: str) -> Node | None:
        return next((node for node in self.nodes() if node.id == node_id), None)

    def above(self, node_id: str) -> Node | None:
        """The node that this one is a part of, within the tree."""
        return next((node for node in self.nodes() if any(part.id == node_id for part in node.parts)), None)

    def bound(self, node_id: str) -> Node | None:
        """The nearest node above that has a value: whose parts share it with this one."""
        above = self.above(node_id)
        return above if above is None or above.value is not None else self.bound(above.id)


# -- the tree -----------------------------------------------------------------------------------------------------------


def tree(book: Book, top_id: str, period: Period, measure: Measure) -> Node:
    """The targets of a person, or of a team and everything below it."""
    value, rows = target_of(book, top_id, period, measure.currency, measure.metric)
    missing = months_missing(book, top_id, period, rows)
    if top_id not in book.teams:
        return Node("person", top_id, value, rows, months_missing=missing)
    parent = book.teams[top_id].parent_id
    kind = "team" if parent in book.teams else "company"
    parts = tuple(tree(book, part, period, measure) for part in parts_below(book, top_id))
    summed = (*rows, *(row for part in parts for row in part.rows))
    return Node(kind, top_id, value, rows, parts, rounding_of(book, summed), missing)


def rounding_of(book: Book, rows: Iterable[Target]) -> int:
    """Half a minor unit for each row whose money was converted."""
    return sum(row.id in book.kept for row in rows) // 2


def top_of(book: Book, viewer: Person) -> str:
    """Where a viewer's tree begins: the company for a head, the team for a lead, a rep himself."""
    if viewer.role in ("team_lead", "region_head") and viewer.team_id in book.teams:
        return viewer.team_id or viewer.id
    return viewer.id


def may_set(role: str, viewer_id: str, owner_id: str | None, kind: str) -> bool:
    """Whether who sees a target may also set it: a lead those of his people, a head those of all below and his own."""
    if role == "team_lead":
        return kind == "person" and owner_id != viewer_id
    return role == "region_head"


def agreement(row: Target | None) -> Agreement:
    """A yes of the rep counts for the target he saw: one older than the lead's last setting is asked for anew."""
    if row is None or row.agreed_by_lead_at is None:
        return "none"
    rep_at = row.agreed_by_rep_at
    return "agreed" if rep_at is not None and rep_at >= row.agreed_by_lead_at else "asked"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreement on all rows that a value was read from, with the last yes of each; None where one is missing."""

    state: Agreement
    rep_at: datetime | None = None
    lead_at: datetime | None = None


def agreed(rows: Sequence[Target]) -> Agreed:
    """Agreed when each of the rows is."""
    found = [agreement(row) for row in rows]
    if not found:
        return Agreed("none")
    rep, lead = [row.agreed_by_rep_at for row in rows], [row.agreed_by_lead_at for row in rows]
    return Agreed(
        next((one for one in ("none", "asked") if one in found), "agreed"),
        max((at for at in rep if at), default=None) if None not in rep else None,
        max((at for at in lead if at), default=None) if None not in lead else None,
    )


# -- edits keep the sum -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who shares a value with a node. `open` is what of it nobody has yet, below zero what is on top of it."""

    bound: Node
    own: int
    others: tuple[Node, ...]
    open: int

    @property
    def room(self) -> int:
        """The most the node may have while the sum is kept."""
        return self.own + max(self.open, 0) + sum(part.value or 0 for part in self.others)

    def gives(self, value: int) -> int:
        """What the others give when the node is set to a value; below zero what they take."""
        gained = value - self.own
        if self.open > 0:
            return max(0, gained - self.open)
        return gained if gained > 0 else min(0, gained - self.open)


def neighbours(root: Node, node_id: str) -> Neighbours | None:
    """None where nothing above bounds the node. Raises ValueError for a node that is not in the tree."""
    node, bound = root.find(node_id), root.bound(node_id)
    if node is None:
        raise ValueError(node_id)
    if bound is None or bound.value is None:
        return None
    within = {one.id for one in node.nodes()}
    own = sum(part.value or 0 for part in bound.summands if part.id in within)
    others = tuple(part for part in bound.summands if part.id not in within)
    return Neighbours(bound, own, others, bound.value if bound.difference is None else bound.difference)


def edited(root: Node, node_id: str, value: int, *, is_raise: bool = False) -> dict[str, int]:
    """New values by node id after one node was set: neighbours share the rest, what lies below follows.

    `is_raise`: on top of what was split; nobody else gives anything. Raises ValueError for a value above the room there
    is, and where no neighbour could take the rest.
    """
    around = neighbours(root, node_id)
    node = root.find(node_id)
    found = dict(_fitted(node, value)) if node is not None else {}
    if is_raise or around is None or not (gives := around.gives(value)):
        return found
    if value > around.room or not around.others:
        raise ValueError(node_id)
    weights = [part.value or 0 for part in around.others]
    for part, share in zip(around.others, split(sum(weights) - gives, weights), strict=True):
        found.update(_fitted(part, share))
    return found


def _fitted(node: Node, value: int) -> Iterator[tuple[str, int]]:
    """The node with that value, and all below it in the proportion they have: a difference stays one."""
    yield node.id, value
    known = node.summands
    weights = [part.value or 0 for part in known]
    total = value
    if node.value and node.difference:
        total = round(Fraction(value * sum(weights), node.value))
    for part, share in zip(known, split(total, weights), strict=True):
        yield from _fitted(part, share)


def split_down(node: Node, value: int, weights: Mapping[str, int], unit: Unit) -> dict[str, int]:
    """The node's value shared anew among everything below it by weights. A team weighs what its people weigh."""
    found = {node.id: value}
    shares = rounded_split(value, [weight_of(part, weights) for part in node.parts], unit)
    for part, share in zip(node.parts, shares, strict=True):
        found.update(split_down(part, share, weights, unit))
    return found


def weight_of(node: Node, weights: Mapping[str, int]) -> int:
    return sum(weights.get(one.id, 0) for one in node.nodes())


def rounded_split(total: int, weights: Sequence[int], unit: Unit = "money") -> tuple[int, ...]:
    """`split` in round sums of money where the total itself is round and large enough for it; the parts sum to it."""
    steps = (step for step in _ROUND if total % step == 0 and total // step >= _STEPS_A_PART * len(weights))
    step = next(steps, 1) if unit == "money" else 1
    return tuple(share * step for share in split(total // step, weights)) if weights else ()


# -- actual -------------------------------------------------------------------------------------------------------------


def actual(book: Book, people: Sequence[str], period: Period, measure: Measure) -> tuple[int, tuple[Deal, ...]]:
    """What was reached, and the deals it is the sum of."""
    deals = tuple(deal for person in people for deal in won_in(book, person, period))
    if measure.unit == "money":
        deals = tuple(deal for deal in deals if deal.currency == measure.currency)
    return _won(deals, measure), deals


def other_currencies(
    book: Book, people: Sequence[str], period: Period, measure: Measure
) -> tuple[tuple[str, int], ...]:
    """Money that cannot be added to what was reached, by currency; counts have none."""
    sums: Counter[str] = Counter()
    for deal in (deal for person in people for deal in won_in(book, person, period)):
        if measure.unit == "money" and deal.currency != measure.currency:
            sums[deal.currency] += value_in(deal, measure) or 0
    return tuple(sorted((currency, minor) for currency, minor in sums.items() if minor))


def value_in(deal: Deal, measure: Measure) -> int | None:
    """What one won deal adds; None where its amount or profit is not known."""
    if measure.metric == COUNT:
        return 1
    return deal.profit_minor if measure.metric == PROFIT else deal.amount_minor


def _won(deals: Sequence[Deal], measure: Measure) -> int:
    counted = (d for d in deals if measure.unit == "count" or d.currency == measure.currency)
    return sum(value_in(deal, measure) or 0 for deal in counted)


def people_of(node: Node) -> list[str]:
    return [one.id for one in node.nodes() if one.kind == "person"]


# -- rungs --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rung:
    """A job rank, reached by what was won in a month."""

    id: str
    least_minor: int
    currency: str = "CNY"


RUNGS = (
    Rung("middle", 24_000_000),
    Rung("high_performer", 34_000_000),
    Rung("benchmark", 42_000_000),
)
"""The ladder, lowest first."""


def rungs_above(won_minor: int, currency: str) -> tuple[Rung, ...]:
    """The rungs that so much money in a month does not reach, the lowest first."""
    return tuple(rung for rung in RUNGS if rung.currency == currency and rung.least_minor > won_minor)


def next_rung(won_minor: int, currency: str, above_minor: int = 0) -> Rung | None:
    """The first rung that what was won this month has not reached, and that asks for more than `above_minor`."""
    return next(iter(rungs_above(max(won_minor, above_minor), currency)), None)


def raise_offer(value: int | None, reached: int, measure: Measure, gone: int, total: int) -> int | None:
    """A higher target for who reached his with working days left: the next rung, else the pace kept to the end.

    `gone` of `total` working days are over. None while it is not reached, or where no day is left.
    """
    if not value or reached < value or gone >= total:
        return None
    rung = next_rung(reached, measure.currency, value) if measure.metric == METRIC else None
    if rung is not None:
        return rung.least_minor
    pace = reached * total // max(gone, 1)
    step = _ROUND[1] if measure.unit == "money" else 1
    offer = pace // step * step
    return offer if offer > value else None


# -- what does not add up -----------------------------------------------------------------------------------------------


def misfits(root: Node) -> list[Node]:
    """The nodes whose parts do not sum to them, the highest first."""
    return [node for node in root.nodes() if node.difference]


def season_difference(book: Book, scope_id: str, period: Period, measure: Measure) -> int | None:
    """An own target of a quarter or year less the sum of its months; None where either is missing."""
    value, rows = target_of(book, scope_id, period, measure.currency, measure.metric)
    if period.kind not in ("quarter", "year") or value is None or rows[0].period_kind != period.kind:
        return None
    months = [
        target_of(book, scope_id, period_of("month", first), measure.currency, measure.metric)[0]
        for first in months_of(period)
    ]
    known = [month for month in months if month is not None]
    return value - sum(known) if known else None
