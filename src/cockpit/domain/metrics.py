"""Metrics as data: what is counted, of which rows, with which filters, or by which formula of others.

A metric is one of three: it counts rows that this program has (`rows` and `measure`), it is a formula of other metrics,
or it is an input that somebody enters, because nobody can know it from these rows. What a definition may say is checked
here against `ROWS`; how it is asked for in SQL is `storage.metrics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, get_args

from cockpit.domain.formulas import NAME, Formula, FormulaFault, parse

Kind = Literal["result", "process", "behaviour"]
Measure = Literal["count", "sum", "average", "distinct", "days"]
Unit = Literal["count", "money", "share", "days", "hours", "points", "times"]
Better = Literal["up", "down"]

KINDS: tuple[str, ...] = get_args(Kind)
MEASURES: tuple[str, ...] = get_args(Measure)
UNITS: tuple[str, ...] = get_args(Unit)


@dataclass(frozen=True, slots=True)
class RowSet:
    """Rows that can be counted: by which fields they are filtered, what can be added up, told apart, and between which
    days. `is_stock`: those there are at the end of the period, not those of the period."""

    fields: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    is_stock: bool = False


_CUSTOMER = ("tier", "lifecycle", "industry")
_DEAL = (*_CUSTOMER, "source", "stage", "currency", "priced", "profit_known")
_MONEY = ("amount", "profit")

ROWS: Mapping[str, RowSet] = {
    "deals_created": RowSet(_DEAL, _MONEY, ("account",)),
    "deals_won": RowSet((*_DEAL, "repeat"), _MONEY, ("account",), ("created", "closed")),
    "deals_lost": RowSet((*_DEAL, "lost_reason"), _MONEY, ("account",), ("created", "closed")),
    "deals_closed": RowSet((*_DEAL, "result"), _MONEY, ("account",), ("created", "closed")),
    "deals_open": RowSet(_DEAL, _MONEY, ("account",), is_stock=True),
    "stage_moves": RowSet(("direction", "stage"), (), ("deal",)),
    "activities": RowSet(
        (*_CUSTOMER, "kind", "status", "goal_result", "first", "with_others"), (), ("account", "deal")
    ),
    "accounts": RowSet(_CUSTOMER, is_stock=True),
    "accounts_new": RowSet(_CUSTOMER),
    "people": RowSet(("rung",), is_stock=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition. `of` is what is added up or told apart, `start` and `end` the days between which `days` counts;
    `needs` says what an input is and where it comes from; `target` holds for each `target_period`."""

    id: str
    name: str
    name_zh: str = ""
    kind: Kind = "result"
    unit: Unit = "count"
    better: Better = "up"
    rows: str = ""
    measure: str = ""
    of: str = ""
    start: str = ""
    end: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    formula: Formula | None = None
    needs: str = ""
    needs_zh: str = ""
    target: Fraction | None = None
    target_period: str = "month"
    parent: str = ""
    topic: str = ""
    refs: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def is_input(self) -> bool:
        return not self.rows and self.formula is None

    @property
    def is_money(self) -> bool:
        """Whether its rows are money, of which only one currency can be added up."""
        return self.measure in ("sum", "average") and self.of in _MONEY

    @property
    def is_total(self) -> bool:
        """Whether twice the time gives about twice the value: then a target holds for its own period alone."""
        return self.measure in ("count", "sum", "distinct") and not ROWS[self.rows].is_stock


Wrong = Literal["unknown", "missing", "both", "twice", "cycle", "formula", "number", "text", "unit", "id"]


class MetricFault(Exception):
    """What is wrong with a definition. `allowed` are the words that would be right."""

    def __init__(
        self, metric: str, key: str, wrong: Wrong, value: str = "", allowed: Sequence[str] = (), fault: str = ""
    ) -> None:
        super().__init__(metric, key, wrong, value)
        self.metric, self.key, self.wrong, self.value = metric, key, wrong, value
        self.allowed, self.fault = tuple(allowed), fault


_KEYS = frozenset(
    {"id", "name", "name_zh", "kind", "unit", "better", "rows", "measure", "of", "from", "to", "where", "formula"}
    | {"needs", "needs_zh", "target", "target_period", "parent", "topic", "refs"}
)
_PERIODS = ("day", "week", "month", "quarter", "year")


def read_metric(found: Mapping[str, Any], *, is_own: bool = False) -> Metric:
    """The definition that a table of a TOML file is. Raises MetricFault."""
    name = str(found.get("id", ""))
    if not NAME.fullmatch(name):
        raise MetricFault(name or "?", "id", "id", name)
    for key in found:
        if key not in _KEYS:
            raise MetricFault(name, key, "unknown", key, sorted(_KEYS))
    word = _Words(name, found)
    formula = word.formula()
    rows = word.one("rows", tuple(ROWS), "")
    if rows and formula is not None:
        raise MetricFault(name, "formula", "both", "rows")
    measured = _measured(word, rows) if rows else {}
    # a share of two counts is hardly ever whole: as a count 5.5 visits an order would be 6
    unit = word.one("unit", UNITS, "times" if formula and "/" in formula.text else "count")
    if rows and (measured["measure"] == "days") != (unit == "days"):
        raise MetricFault(name, "unit", "unit", unit, ("days",) if unit != "days" else ("count", "money"))
    return Metric(
        id=name,
        name=word.text("name") or name,
        name_zh=word.text("name_zh"),
        kind=word.one("kind", KINDS, "result"),
        unit=unit,
        better=word.one("better", ("up", "down"), "up"),
        rows=rows,
        formula=formula,
        needs=word.text("needs"),
        needs_zh=word.text("needs_zh"),
        target=word.number("target"),
        target_period=word.one("target_period", _PERIODS, "month"),
        parent=word.text("parent"),
        topic=word.text("topic"),
        refs=word.texts("refs"),
        is_own=is_own,
        **measured,
    )


@dataclass(frozen=True)
class _Words:
    """The table of one metric, each value read as what it has to be."""

    metric: str
    found: Mapping[str, Any]

    def text(self, key: str) -> str:
        value = self.found.get(key, "")
        if not isinstance(value, str):
            raise MetricFault(self.metric, key, "text", str(value))
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.found.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise MetricFault(self.metric, key, "text", str(value))
        return tuple(value)

    def one(self, key: str, allowed: Sequence[str], default: str) -> Any:
        value = self.text(key) or default
        if value and value not in allowed:
            raise MetricFault(self.metric, key, "unknown", value, allowed)
        return value

    def number(self, key: str) -> Fraction | None:
        value = self.found.get(key)
        return None if value is None else read_number(self.metric, key, value)

    def formula(self) -> Formula | None:
        text = self.text("formula")
        if not text:
            return None
        try:
            return parse(text)
        except FormulaFault as error:
            raise MetricFault(self.metric, "formula", "formula", error.part, fault=error.fault) from error


def read_number(metric: str, key: str, value: object) -> Fraction:
    """A number as it is written. Raises MetricFault for what is none, for one without end, and for one out of range."""
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("nan")
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number) > 10**15:
        raise MetricFault(metric, key, "number", str(value))
    return Fraction(number)


def _measured(word: _Words, rows: str) -> dict[str, Any]:
    """Measure, what it is of and the filters, as the rows allow them."""
    kinds = ROWS[rows]
    measure = word.one("measure", MEASURES, "count")
    ways = {"sum": kinds.values, "average": kinds.values, "distinct": kinds.distinct}
    of = word.one("of", ways.get(measure, ()), "")
    if measure in ways and not of:
        raise MetricFault(word.metric, "of", "missing", measure, ways[measure])
    start, end = word.one("from", kinds.days, ""), word.one("to", kinds.days, "")
    if measure == "days" and not (start and end):
        raise MetricFault(word.metric, "from" if not start else "to", "missing", measure, kinds.days)
    where = word.found.get("where", {})
    if not isinstance(where, dict):
        raise MetricFault(word.metric, "where", "text", str(where))
    for key in where:
        if key not in kinds.fields:
            raise MetricFault(word.metric, f"where.{key}", "unknown", key, kinds.fields)
    filters = _Words(word.metric, where)
    pairs = tuple((key, filters.texts(key)) for key in where)
    return {"measure": measure, "of": of, "start": start, "end": end, "where": pairs}


@dataclass(frozen=True)
class Catalogue:
    """All definitions, by id, in their order in the tree."""

    metrics: Mapping[str, Metric]
    depth: Mapping[str, int] = field(default_factory=dict)

    def names_behind(self, name: str) -> tuple[str, ...]:
        """The metrics that a formula is made of; none for one that counts rows."""
        formula = self.metrics[name].formula
        return formula.names if formula else ()


def catalogue(metrics: Iterable[Metric]) -> Catalogue:
    """The definitions as a tree, checked against each other: an id once, no unknown name, nobody below himself.

    Raises MetricFault.
    """
    by_id: dict[str, Metric] = {}
    for metric in metrics:
        if metric.id in by_id:
            raise MetricFault(metric.id, "id", "twice", metric.id)
        by_id[metric.id] = metric
    for metric in by_id.values():
        if metric.parent and metric.parent not in by_id:
            raise MetricFault(metric.id, "parent", "unknown", metric.parent, tuple(by_id))
        for name in metric.formula.names if metric.formula else ():
            if name not in by_id:
                raise MetricFault(metric.id, "formula", "unknown", name, tuple(by_id))
    _refuse_cycles(by_id, "formula", {m.id: m.formula.names if m.formula else () for m in by_id.values()})
    _refuse_cycles(by_id, "parent", {m.id: (m.parent,) if m.parent else () for m in by_id.values()})
    depth: dict[str, int] = {}
    _place(by_id, "", 0, depth)
    return Catalogue({name: by_id[name] for name in depth}, depth)


def _place(by_id: Mapping[str, Metric], parent: str, level: int, depth: dict[str, int]) -> None:
    for metric in by_id.values():
        if metric.parent == parent:
            depth[metric.id] = level
            _place(by_id, metric.id, level + 1, depth)


def _refuse_cycles(by_id: Mapping[str, Metric], key: str, after: Mapping[str, tuple[str, ...]]) -> None:
    """Depth first; a metric met again on its own way is made of itself."""
    done: set[str] = set()
    for first in by_id:
        way: list[tuple[str, list[str]]] = [(first, list(after[first]))]
        while way:
            name, rest = way[-1]
            if not rest or name in done:
                done.add(name)
                way.pop()
                continue
            following = rest.pop()
            if any(following == passed for passed, _rest in way):
                raise MetricFault(first, key, "cycle", following)
            way.append((following, list(after[following])))
