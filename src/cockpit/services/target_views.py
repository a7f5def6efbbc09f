"""One look at the targets: whose tree, which period and metric; and its lines as the screen and the twin show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from cockpit.domain import targets as rules
from cockpit.domain.amounts import whole_amount
from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of
from cockpit.domain.entities import Person, Target
from cockpit.domain.gap import METRIC, month_split, months_of, own_target, target_of
from cockpit.domain.periods import Period, period_of, period_text, read_period
from cockpit.domain.target_weights import workdays_of
from cockpit.domain.targets import COUNT, PROFIT, Measure, Node
from cockpit.domain.team import reps_below
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.i18n import _, exact_money, spoken
from cockpit.services.desk import Desk
from cockpit.services.gap_words import months_text
from cockpit.services.snapshots import TargetLine, TargetPart, TargetProblem, WriteState
from cockpit.services.views import kept_money, open_book
from cockpit.services.words import metric_name, rung_name, told_apart
from cockpit.storage.queries.people import everybody

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

METRICS = {"amount": METRIC, "profit": PROFIT, "count": COUNT}
"""What may be asked for, by the word for it on the command line."""

Values = Mapping[tuple[Period, str], int]
"""New targets by month (or the period itself) and node."""


def metric_code(text: str) -> str | None:
    """The metric that is meant by its word on the command line, or by its name on screen; None for neither."""
    word = text.strip().casefold()
    return METRICS.get(word) or next((code for code in METRICS.values() if metric_name(code) == word), None)


@dataclass(frozen=True)
class Sight:
    """A viewer's tree in one period, in the book it was read from."""

    book: Book
    viewer: Person
    measure: Measure
    period: Period
    root: Node

    @classmethod
    def open(
        cls, desk: Desk, source: Session | Reader, period: str, metric: str, as_of: datetime | None = None
    ) -> Sight:
        """Raises BadUse for a period or metric that is none, NotAllowed before the viewer's own row is here."""
        me = desk.viewer(source)
        people, teams = everybody(source)
        if me.id not in people:
            raise NotAllowed(_("Your own row is not on this device yet. Sync first."))
        ids = [me.id, *(rep.id for rep in reps_below(people, teams, me.id) if rep.id != me.id)]
        book = open_book(desk, source, ids, as_of)
        code = metric_code(metric)
        if code is None:
            raise BadUse(_("{text} is not a metric: use amount, profit or count.").format(text=clean_line(metric, 40)))
        measure = Measure(code, "" if code == COUNT else currency_of(book, ids))
        found = read_period(period, book.today)
        if found is None:
            raise BadUse(
                _("{text} is not a period: use 2026-11, 2026-Q4, 2026, or month, quarter, year.").format(
                    text=clean_line(period, 40)
                )
            )
        viewer = book.people[me.id]
        return cls(book, viewer, measure, found, rules.tree(book, rules.top_of(book, viewer), found, measure))

    @cached_property
    def lines(self) -> tuple[TargetLine, ...]:
        """Every node as a line, whatever waits to be sent."""
        return tuple(lines_of(self, {}))

    def tree(self, period: Period) -> Node:
        """The same tree in another period."""
        return rules.tree(self.book, self.root.id, period, self.measure)

    def name(self, node_id: str) -> str:
        found = self.book.people.get(node_id) or self.book.teams.get(node_id)
        return spoken(found.name, found.alias) if found is not None else node_id

    def node(self, wanted: str) -> Node:
        """The one node that an id, a name or part of a name means. Raises UnknownName with near names."""
        text = clean_line(wanted, 300).casefold()
        nodes = list(self.root.nodes())
        names = {node.id: self._names(node.id) for node in nodes}
        exact = [node for node in nodes if text in names[node.id]]
        part = [node for node in nodes if text and any(text in name for name in names[node.id])]
        found = exact or part
        if len(found) == 1:
            return found[0]
        near = told_apart((node.id, self.name(node.id)) for node in (found or nodes)[:8])
        raise UnknownName(kind=_("rep or team among yours"), name=wanted, near=near)

    def _names(self, node_id: str) -> tuple[str, str, str]:
        found = self.book.people.get(node_id) or self.book.teams.get(node_id)
        return (
            (node_id.casefold(), found.name.casefold(), found.alias.casefold())
            if found
            else (node_id.casefold(), "", "")
        )

    def owner_of(self, node: Node) -> str:
        """Whom the target is for: the person, or who leads the team; the viewer where nobody does."""
        if node.kind == "person":
            return node.id
        leading = (p for p in self.book.people.values() if p.team_id == node.id and p.role != "rep" and p.is_active)
        return min((person.id for person in leading), default=self.viewer.id)

    def may_set(self, node: Node) -> bool:
        return rules.may_set(self.viewer.role, self.viewer.id, self.owner_of(node), node.kind)

    def not_mine(self, changes: Values) -> str:
        """The words on the first row that another number is meant for and that the viewer may not set; empty without."""
        for (period, node_id), value in changes.items():
            node, row = self.root.find(node_id), self.row(node_id, period)
            if node is not None and (row is None or row.value != value) and not self.may_set(node):
                return _("The target of {name} is set by who leads them.").format(name=self.name(node_id))
        return ""

    def row(self, node_id: str, period: Period) -> Target | None:
        """The node's own row of exactly that period."""
        measure = self.measure
        return own_target(self.book, node_id, period.kind, period.starts_on, measure.currency, measure.metric)

    def months(self) -> list[Period]:
        return [period_of("month", first) for first in months_of(self.period)]

    def amount(self, value: int | None) -> str:
        """A value in its unit, exactly."""
        if self.measure.unit == "money":
            return exact_money(value, self.measure.currency)
        return "-" if value is None else str(value)

    def typed(self, value: int) -> str:
        """A value as the command line reads it."""
        if self.measure.unit == "count":
            return str(value)
        return f"{value // 100}" if value % 100 == 0 else f"{value / 100:.2f}"

    def read(self, text: str) -> int:
        """A typed value. Raises BadUse for what is none, and for another currency."""
        shown = clean_line(text, 60)
        if not shown:
            raise BadUse(_("A value is missing: how much is it to be?"))
        if self.measure.unit == "count":
            if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 7):
                raise BadUse(_("{text} is not a count. Example: 12").format(text=shown))
            return int(text)
        amount = whole_amount(text)
        if amount is None:
            raise BadUse(_("{text} is not an amount. Examples: 300k, 30万, 66,000").format(text=shown))
        if amount.currency not in (None, self.measure.currency):
            raise BadUse(
                _("{text} is not in {currency}, in which these people are measured.").format(
                    text=shown, currency=self.measure.currency
                )
            )
        return amount.minor


# -- lines --------------------------------------------------------------------------------------------------------------


def lines_of(sight: Sight, states: dict[str, WriteState]) -> Iterator[TargetLine]:
    """The top first, each node before its parts."""
    yield from _lines(sight, sight.root, 0, states)


def _lines(sight: Sight, node: Node, depth: int, states: dict[str, WriteState]) -> Iterator[TargetLine]:
    yield _line(sight, node, depth, states)
    for part in node.parts:
        yield from _lines(sight, part, depth + 1, states)


def _line(sight: Sight, node: Node, depth: int, states: dict[str, WriteState]) -> TargetLine:
    book, measure, period = sight.book, sight.measure, sight.period
    people = [node.id] if node.kind == "person" else rules.people_of(node)
    reached, deals = rules.actual(book, people, period, measure)
    days = book.calendar_of(node.id).workdays(period.starts_on, period.ends_on)
    gone = sum(day < book.today for day in days)
    person = book.people.get(node.id)
    is_running = book.today in period
    whole = None if node.months_missing else node.value
    offer = rules.raise_offer(whole, reached, measure, gone, len(days)) if person and is_running else None
    rung = None
    if person is not None and is_running and period.kind == "month" and measure.metric == METRIC:
        rung = rules.next_rung(reached, measure.currency)
    agreed = rules.agreed(node.rows)
    return TargetLine(
        id=node.id,
        kind=node.kind,
        name=sight.name(node.id),
        depth=depth,
        workdays=len(days),
        value=node.value,
        actual=reached,
        months_missing=node.months_missing,
        left=None if whole is None else whole - reached,
        unknown=sum(rules.value_in(deal, measure) is None for deal in deals),
        other_currencies=rules.other_currencies(book, people, period, measure),
        difference=node.difference,
        agreement=agreed.state if node.kind == "person" else "",
        agreed_by_lead_at=book.local(agreed.lead_at) if agreed.lead_at else None,
        agreed_by_rep_at=book.local(agreed.rep_at) if agreed.rep_at else None,
        can_set=sight.may_set(node),
        can_agree=node.id == sight.viewer.id and agreed.state == "asked",
        rung=rung_name(person.rung) if person is not None else "",
        next_rung=rung_name(rung.id) if rung else "",
        next_rung_minor=rung.least_minor if rung else None,
        to_next_rung_minor=rung.least_minor - reached if rung else None,
        offer=offer,
        parts=tuple(parts_of(sight, node)),
        write_state=_worst([states.get(row.id, "done") for row in node.rows]),
    )


def _worst(states: list[WriteState]) -> WriteState:
    order: tuple[WriteState, ...] = ("conflict", "parked", "blocked", "sending", "waiting", "saved")
    return next((state for state in order if state in states), "done")


def parts_of(sight: Sight, node: Node) -> Iterator[TargetPart]:
    """Months of a quarter or year, weeks of a month, days of a week."""
    book, measure, period = sight.book, sight.measure, sight.period
    if period.kind == "month":
        for week, value in month_split(book, node.id, period, measure.currency, measure.metric):
            yield _part(sight, node, week, value)
    elif period.kind == "day":
        return
    else:
        is_week = period.kind == "week"
        found = (
            [period_of("day", period.starts_on + timedelta(days=n)) for n in range(7)] if is_week else sight.months()
        )
        for one in found:
            yield _part(sight, node, one, target_of(book, node.id, one, measure.currency, measure.metric)[0])


def _part(sight: Sight, node: Node, part: Period, value: int | None) -> TargetPart:
    return TargetPart(
        kind=part.kind,
        starts_on=part.starts_on,
        ends_on=part.ends_on,
        workdays=workdays_of(sight.book, node.id, part),
        value=value,
    )


# -- what does not add up -----------------------------------------------------------------------------------------------


def problems_of(sight: Sight) -> Iterator[TargetProblem]:
    """Differences between a node and its parts, a period and its months, and targets in months without a working day."""
    if sight.period.kind in ("week", "day"):
        for month in sight.months():
            yield from _misfits(sight, sight.tree(month), period_text(month), is_seen=False)
        return
    period = period_text(sight.period)
    # first a node's own months: what its parts miss may be no more than those
    for node in sight.root.nodes():
        yield from _season_problem(sight, node, period)
    yield from _misfits(sight, sight.root, period, is_seen=True)
    yield from _missing_months(sight)
    for node in sight.root.nodes():
        months = [month for month in sight.months() if sight.row(node.id, month)]
        for month in months:
            row = sight.row(node.id, month)
            if row is not None and row.value and not workdays_of(sight.book, node.id, month):
                yield TargetProblem(
                    scope_id=node.id,
                    difference=row.value,
                    text=_("{name}: {month} has a target of {target} and no working day").format(
                        name=sight.name(node.id), month=period_text(month), target=sight.amount(row.value)
                    ),
                    command=_command(sight, "set", sight.name(node.id), period_text(month), "0"),
                )


def _missing_months(sight: Sight) -> Iterator[TargetProblem]:
    """The highest nodes whose period is not whole, and those below that lack more than they do."""
    for node in sight.root.nodes():
        above = sight.root.above(node.id)
        if node.months_missing > (above.months_missing if above is not None else 0):
            text = _("{name}: {reason}").format(name=sight.name(node.id), reason=months_text(node.months_missing))
            open_ = [month for month in sight.months() if month.ends_on >= sight.book.today]
            first = next((month for month in open_ if sight.row(node.id, month) is None), None)
            command = _command(sight, "set", sight.name(node.id), period_text(first), "VALUE") if first else ""
            yield TargetProblem(scope_id=node.id, difference=0, text=text, command=command)


def _misfits(sight: Sight, root: Node, period: str, *, is_seen: bool) -> Iterator[TargetProblem]:
    """The nodes that are not the sum of their parts; those of a period that is not the one on the screen with its name."""
    less, more = (
        _("{name}: the parts are {amount} less than its target {target}"),
        _("{name}: the parts are {amount} more than its target {target}"),
    )
    if not is_seen:
        less = _("{name}, {period}: the parts sum to {amount} less than {target}")
        more = _("{name}, {period}: the parts sum to {amount} more than {target}")
    for node in rules.misfits(root):
        difference = node.difference or 0
        yield TargetProblem(
            scope_id=node.id,
            difference=difference,
            text=(more if difference < 0 else less).format(
                name=sight.name(node.id),
                period=period,
                amount=sight.amount(abs(difference)),
                target=sight.amount(node.value),
            ),
            command=_command(sight, "split", sight.name(node.id), period),
        )


def refuse_converted(sight: Sight, row: Target) -> None:
    """Raises NotAllowed for a target that is kept in another currency than it is shown in."""
    kept = kept_money(sight.book, row.id)
    if kept is not None:
        words = _("The target of {name} is kept in {currency}. To set it, take its rate away first: {command}")
        command = f"cockpit config exchange {kept.currency} --drop"
        raise NotAllowed(words.format(name=sight.name(row.scope_id), currency=kept.currency, command=command))


def _season_problem(sight: Sight, node: Node, period: str) -> Iterator[TargetProblem]:
    difference = rules.season_difference(sight.book, node.id, sight.period, sight.measure)
    if difference:
        words = _("{name}: the months are {amount} less than the target of {period}, {target}")
        if difference < 0:
            words = _("{name}: the months are {amount} more than the target of {period}, {target}")
        yield TargetProblem(
            scope_id=node.id,
            difference=difference,
            text=words.format(
                name=sight.name(node.id),
                amount=sight.amount(abs(difference)),
                period=period,
                target=sight.amount(node.value),
            ),
            command=_command(sight, "set", sight.name(node.id), period, sight.typed((node.value or 0) - difference)),
        )


def _command(sight: Sight, verb: str, name: str, period: str, value: str = "") -> str:
    """The line to type. `--apply` is what makes a split more than a look."""
    words = ["cockpit targets", verb, f"'{name}'" if " " in name else name, *([value] if value else [])]
    words += ["--period", period]
    metric = next(word for word, code in METRICS.items() if code == sight.measure.metric)
    words += ["--metric", metric] if metric != "amount" else []
    return " ".join([*words, *(["--apply"] if verb == "split" else [])])
