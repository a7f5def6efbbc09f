"""The metrics tree of a scope and period: values, targets, changes, peers, diagnosis and the vanity check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from cockpit.domain import metric_values as mv
from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of
from cockpit.domain.diagnosis import LEAST_ROWS, Vanity, findings, vanity
from cockpit.domain.gap import money_gap
from cockpit.domain.metrics import Metric
from cockpit.domain.periods import PeriodKind, period_of
from cockpit.domain.team import sum_known
from cockpit.i18n import _
from cockpit.services.desk import Desk
from cockpit.services.metric_files import MetricBook, enter, open_book, set_target
from cockpit.services.metric_scopes import Scopes, find_scope, scopes_of
from cockpit.services.metric_words import (
    definition_text,
    diagnosis_text,
    half_up,
    lack_text,
    metric_name,
    value_words,
    vanity_text,
)
from cockpit.services.snapshots import MetricLine, MetricScope, MetricsSnapshot, Saved, VanityLine
from cockpit.services.words import period_name
from cockpit.storage.metrics import Counted, MetricReader, Span

if TYPE_CHECKING:
    from cockpit.storage.reading import Reader

SALES = "won_amount"
"""The metric whose targets are those of the gap, and the result that behaviour has to move."""


@dataclass
class MetricView:
    """One look at the metrics: whose, when, and each value once it is asked for."""

    own: MetricBook
    scopes: Scopes
    scope: MetricScope
    kind: PeriodKind
    book: Book
    currency: str
    reader: MetricReader
    cuts: Mapping[str, mv.Cut]
    _counts: dict[str, dict[tuple[str, str], dict[str, tuple[int, int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = mv.Values(self.own.catalogue, self._base)
        self.peers = self.scopes.peers(self.scope)
        self.reps = self.scopes.reps(self.scope)

    def span(self, place: str) -> Span:
        cut = self.cuts[place]
        first, after = cut.period.starts_on, cut.last + timedelta(days=1)
        return Span(place, first, cut.last, self.book.midnight(first), self.book.midnight(after))

    def _base(self, metric: str, scope: str, place: str) -> mv.Value:
        one = self.own.catalogue.metrics[metric]
        if not one.is_input:
            return mv.from_counts(one, self._counted(one).get((scope, place), {}), self.currency)
        cut = self.cuts[place]
        given = (
            None
            if place == mv.WINDOW
            else self.own.given(metric, scope, self.kind, cut.period.starts_on, self.book.today)
        )
        return mv.Value(given.value, 1) if given else mv.Value(None, 0, "input", metric)

    def _counted(self, metric: Metric) -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
        """All scopes and periods of a metric, in one statement."""
        if metric.id not in self._counts:
            wanted = dict.fromkeys((self.scope.id, *self.peers, *self.reps))
            owners = {scope: self.scopes.owners[scope] for scope in wanted}
            found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
            row: Counted
            for row in self.reader.count(metric, owners, [self.span(place) for place in self.cuts]):
                found.setdefault((row.scope, row.place), {})[row.currency] = (row.n, row.total)
            self._counts[metric.id] = found
        return self._counts[metric.id]

    def target(self, metric: Metric) -> Fraction | None:
        """Of sales the target of the gap, summed over a team's reps; else one's own over the shipped one."""
        if metric.id == SALES:
            period = period_of(self.kind, self.book.today)
            gaps = [money_gap(self.book, owner, period, self.currency) for owner in self.scopes.owners[self.scope.id]]
            known = sum_known(gap.target_minor for gap in gaps)
            if known is not None and not any(gap.months_missing for gap in gaps):
                return Fraction(known)
        value = self.own.targets.get(metric.id, metric.target)
        is_of_this_period = metric.target_period == self.kind or metric.formula is not None or metric.is_input
        return value if is_of_this_period or not metric.is_total else None


def open_view(desk: Desk, source: Reader, wanted: str | None, kind: PeriodKind, as_of: datetime | None) -> MetricView:
    """Raises BadUse for a broken file of one's own, UnknownName and NotAllowed for the scope."""
    own = open_book()
    scopes = scopes_of(desk, source)
    scope = find_scope(desk, source, scopes, wanted)
    owners = scopes.owners[scope.id]
    # of activities the book needs none: they are counted in SQL
    book = desk.book(source, as_of=as_of, rep_ids=list(owners), activities_from=date(9000, 1, 1))
    reader = MetricReader(source, book.today, desk.known_by(as_of))
    found = {cut.place: cut for cut in mv.cuts(kind, book.today)}
    return MetricView(own, scopes, scope, kind, book, currency_of(book, owners), reader, found)


@dataclass(frozen=True)
class MetricService:
    """What the company measures."""

    desk: Desk

    def load(
        self, scope: str | None = None, period: PeriodKind = "month", as_of: datetime | None = None
    ) -> MetricsSnapshot:
        """`scope`: company, a team or a rep, by name or id; the viewer's own rows or people when None."""
        with self.desk.look(as_of) as source:
            view = open_view(self.desk, source, scope, period, as_of)
            return _snapshot(view)

    def enter(self, metric: str, text: str, scope: str | None, period: PeriodKind, day: date | None = None) -> Saved:
        """What somebody knows of an input, for the period that holds `day` (today when None)."""
        with self.desk.database.look() as source:
            chosen = find_scope(self.desk, source, scopes_of(self.desk, source), scope)
            today = self.desk.local_now(source).date()
        starts_on = period_of(period, day or today).starts_on
        one, value = enter(metric, text, scope=chosen.id, period=period, starts_on=starts_on, today=today)
        words = _("{name} is {value} for {scope}, {period} from {day}.").format(
            name=metric_name(one),
            value=value_words(value, one.unit),
            scope=chosen.name,
            period=period_name(period),
            day=starts_on.isoformat(),
        )
        return Saved(action_id=None, text=words)

    def set_target(self, metric: str, text: str) -> Saved:
        one, value = set_target(metric, text)
        words = _("The target of {name} is {value}.").format(name=metric_name(one), value=value_words(value, one.unit))
        return Saved(action_id=None, text=words)


def _snapshot(view: MetricView) -> MetricsSnapshot:
    now, before = view.cuts[mv.NOW], view.cuts[mv.BEFORE]
    found, why_empty = _tested(view)
    return MetricsSnapshot(
        as_of=view.book.local(view.book.as_of),
        complete=view.book.complete,
        scope=view.scope,
        scopes=tuple(view.scopes.all.values()),
        period_kind=view.kind,
        starts_on=now.period.starts_on,
        ends_on=now.period.ends_on,
        compared_to=before.last,
        currency=view.currency,
        lines=tuple(_line(view, metric) for metric in view.own.catalogue.metrics.values()),
        diagnosis=_diagnosis(view),
        vanity=tuple(_vanity_line(view, one) for one in found),
        why_empty=why_empty,
    )


def _line(view: MetricView, metric: Metric) -> MetricLine:
    values, scope = view.values, view.scope.id
    now, before, year = (values.of(metric.id, scope, place) for place in (mv.NOW, mv.BEFORE, mv.YEAR_AGO))
    change, change_year = (mv.change(metric, now.amount, other.amount) for other in (before, year))
    where = mv.standing(values, metric.id, scope, view.peers)
    rate = mv.rate(values, metric.id, scope, view.peers)
    target = view.target(metric)
    trend = (values.of(metric.id, scope, str(back)).amount for back in reversed(range(mv.TREND)))
    is_same = where.test is not None and not where.test.differ
    return MetricLine(
        id=metric.id,
        name=metric_name(metric),
        kind=metric.kind,
        unit=metric.unit,
        better=metric.better,
        depth=view.own.catalogue.depth[metric.id],
        parent=metric.parent,
        is_own=metric.is_own,
        value=shown(now.amount, metric.unit),
        n=now.n,
        rate=round(rate.value, 6) if rate else None,
        low=round(rate.low, 6) if rate else None,
        high=round(rate.high, 6) if rate else None,
        lack=lack_text(now, view.own.catalogue),
        target=shown(target, metric.unit),
        is_reached=mv.is_reached(metric, now.amount, target),
        before=shown(before.amount, metric.unit),
        change=shown(change, "share"),
        is_better=mv.is_better(metric, change),
        last_year=shown(year.amount, metric.unit),
        change_year=shown(change_year, "share"),
        is_better_year=mv.is_better(metric, change_year),
        trend=tuple(shown(amount, metric.unit) for amount in trend),
        peers=where.peers,
        median=shown(where.median, metric.unit),
        best=shown(where.best, metric.unit),
        no_best=_("no real difference between reps") if is_same else "",
        worse_share=None if where.worse is None else round(where.worse, 6),
        formula=definition_text(metric),
        other_currencies=now.others,
    )


def shown(amount: Fraction | None, unit: str) -> float | None:
    """Money and counts whole, everything else with six decimals."""
    if amount is None:
        return None
    return half_up(amount) if unit in ("money", "count") else round(float(amount), 6)


def _diagnosis(view: MetricView) -> str:
    """Of a rep the one sentence; of a team one for each rep of whom something is sure, the weakest first."""
    metrics = view.own.catalogue.metrics
    if view.scope.kind == "rep":
        return diagnosis_text(findings(view.values, view.scope.id, view.peers), metrics)
    told = []
    for rep in view.reps:
        found = findings(view.values, rep, view.reps)
        if found:
            text = _("{name}: {text}").format(name=view.scopes.all[rep].name, text=diagnosis_text(found, metrics))
            told.append((-sum(not one.is_strong for one in found), text))
    return "\n".join(text for _weak, text in sorted(told, key=lambda one: one[0]))


def _tested(view: MetricView) -> tuple[tuple[Vanity, ...], str]:
    """Every behaviour that is counted, over the reps of a team; else why none could be."""
    if view.scope.kind == "rep":
        if len(view.peers) <= mv.LEAST_PEERS:
            return (), _("a comparison needs the rows of at least {count} reps").format(count=mv.LEAST_PEERS + 1)
        return (), ""
    results = _of_reps(view, SALES)
    found = []
    for metric in view.own.catalogue.metrics.values():
        if metric.kind != "behaviour" or not metric.rows or not metric.is_total:
            continue
        behaviour = _of_reps(view, metric.id)
        limit = _limit(view, metric, list(behaviour.values()))
        tested = vanity(metric.id, SALES, limit, behaviour, results) if limit >= LEAST_ROWS else None
        found += [tested] if tested is not None else []
    if not found:
        return (), _("the vanity check needs four reps who meet a metric and four who do not")
    return tuple(sorted(found, key=lambda one: (one.p, one.metric))), ""


def _of_reps(view: MetricView, metric: str) -> dict[str, Fraction]:
    found = {rep: view.values.of(metric, rep, mv.WINDOW).amount for rep in view.reps}
    return {rep: amount for rep, amount in found.items() if amount is not None}


def _limit(view: MetricView, metric: Metric, amounts: Sequence[Fraction]) -> Fraction:
    """The month's target over the window's six months; without one what half of the reps do."""
    target = view.own.targets.get(metric.id, metric.target)
    if target is not None and metric.target_period == "month":
        return target * mv.WINDOW_DAYS / 30
    return Fraction(median(amounts)) if amounts else Fraction(0)


def _vanity_line(view: MetricView, one: Vanity) -> VanityLine:
    metrics = view.own.catalogue.metrics
    return VanityLine(
        metric=one.metric,
        name=metric_name(metrics[one.metric]),
        result=one.result,
        met=one.met,
        not_met=one.not_met,
        lift=round(one.lift, 6),
        p=round(one.p, 6),
        is_named=one.is_named,
        text=vanity_text(one, metrics),
    )
