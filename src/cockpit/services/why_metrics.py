"""Why a metric is what it is: its definition, the parts of its formula, and the rows it counted."""

from __future__ import annotations

from datetime import datetime

from cockpit.domain import metric_values as mv
from cockpit.domain.metrics import Metric
from cockpit.domain.periods import PERIOD_KINDS
from cockpit.domain.rates import ALONE, Rate
from cockpit.i18n import _, long_day, short_day
from cockpit.services.metric_words import (
    change_words,
    definition_text,
    half_up,
    lack_text,
    metric_name,
    needs_text,
    value_words,
)
from cockpit.services.metrics import MetricView
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import person_name
from cockpit.services.why_money import Combine, Unit, answer
from cockpit.services.why_sources import Sources
from cockpit.services.words import period_name
from cockpit.storage.metrics import RowBehind


def metric(sources: Sources, subject: str) -> Why | None:
    """`metric:ID[:PERIOD[:SCOPE]]`; the month, and the scope that the metrics screen opens with."""
    name, _sep, rest = subject.partition(":")
    kind_text, _sep, scope = rest.partition(":")
    kind = next((known for known in PERIOD_KINDS if known == (kind_text or "month")), None)
    if kind is None:
        return None
    view = sources.metrics(kind, scope or None)
    one = view.own.catalogue.metrics.get(name)
    if one is None:
        return None
    return _of_formula(view, one) if one.formula is not None else _of_rows(view, one)


def names(sources: Sources) -> list[str]:
    """Every metric of the screen as it opens."""
    return [f"metric:{name}" for name in sources.metrics("month", None).own.catalogue.metrics]


def _of_formula(view: MetricView, one: Metric) -> Why:
    """The parts, each to be opened, and the formula with their values put in."""
    formula, value = one.formula, view.values.of(one.id, view.scope.id)
    assert formula is not None
    rows = [
        WhyRow(
            entity="why", id=f"metric:{part.id}:{view.kind}:{view.scope.id}", text=_said(view, part), at=None, value=0
        )
        for part in (view.own.catalogue.metrics[name] for name in formula.names)
    ]
    said = formula.text if value.amount is None else f"{formula.text} = {_exact(view, one, value)}"
    return _answer(view, one, value, None, "none", said, rows, "none")


def _of_rows(view: MetricView, one: Metric) -> Why:
    """The rows that were counted; their values make the number where it is a count or a sum."""
    value = view.values.of(one.id, view.scope.id)
    if one.is_input:
        return _answer(view, one, value, None, "none", definition_text(one), [], "none")
    behind = view.reader.behind(one, view.scopes.owners[view.scope.id], view.span(mv.NOW), view.currency)
    rows = [_row(view, row) for row in behind]
    if value.amount is None:
        return _answer(view, one, value, None, "none", definition_text(one), rows, "none")
    units: dict[str, Unit] = {"money": "money", "days": "days"}
    adds_up = one.measure in ("count", "sum")
    return _answer(
        view,
        one,
        value,
        half_up(value.amount),
        units.get(one.unit, "count"),
        definition_text(one),
        rows,
        "sum" if adds_up else "none",
    )


def _answer(
    view: MetricView,
    one: Metric,
    value: mv.Value,
    number: int | None,
    unit: Unit,
    formula: str,
    rows: list[WhyRow],
    combine: Combine,
) -> Why:
    title = metric_name(one) if unit != "none" else f"{metric_name(one)} {_exact(view, one, value)}"
    return answer(
        view.book, title, number, unit, formula, rows, combine, inputs=_inputs(view, one, value), currency=view.currency
    )


def _exact(view: MetricView, one: Metric, value: mv.Value) -> str:
    return value_words(value.amount, one.unit, view.currency, is_exact=True)


def _said(view: MetricView, part: Metric) -> str:
    return f"{metric_name(part)} {_exact(view, part, view.values.of(part.id, view.scope.id))}"


def _inputs(view: MetricView, one: Metric, value: mv.Value) -> list[tuple[str, str]]:
    """Whose and when, what is missing, then what the number is compared with."""
    cut = view.cuts[mv.NOW]
    days = f"{short_day(cut.period.starts_on)} - {short_day(cut.last)}"
    texts = [(_("scope"), view.scope.name), (_("period"), f"{period_name(view.kind)}, {days}")]
    if one.measure in ("average", "days") and value.amount is not None:
        texts.append((_("mean of {n} rows").format(n=value.n), value_words(value.amount, one.unit)))
    if value.lack:
        texts.append((_("missing"), lack_text(value, view.own.catalogue)))
    if one.is_input:
        texts.append((_("what it is"), needs_text(one)))
    target = view.target(one)
    texts += [(_("target"), value_words(target, one.unit))] if target is not None else []
    for place, name in ((mv.BEFORE, _("previous")), (mv.YEAR_AGO, _("last year"))):
        other = view.values.of(one.id, view.scope.id, place).amount
        if other is not None:
            change = mv.change(one, value.amount, other)
            change_text = change_words(None if change is None else float(change), one.unit)
            until = long_day(view.cuts[place].last)
            said = _("{value} ({change}), up to {day}")
            texts.append((name, said.format(value=value_words(other, one.unit), change=change_text, day=until)))
    texts += _compared(view, one)
    return [
        *texts,
        *((_("in {currency}").format(currency=name), f"{minor / 100:,.2f}") for name, minor in value.others),
    ]


def _compared(view: MetricView, one: Metric) -> list[tuple[str, str]]:
    rate = mv.rate(view.values, one.id, view.scope.id, view.peers)
    where = mv.standing(view.values, one.id, view.scope.id, view.peers)
    texts = []
    if rate is not None:
        texts.append((_("rate"), _rate_text(rate)))
    if where.median is not None:
        texts.append(
            (
                _("peers"),
                _("median {value} of {count}").format(value=value_words(where.median, one.unit), count=where.peers),
            )
        )
    if where.best is not None:
        texts.append((_("best"), f"{view.scopes.all[where.best_scope].name} {value_words(where.best, one.unit)}"))
    elif where.test is not None:
        texts.append((_("best"), _("no real difference between reps (p {p})").format(p=f"{where.test.p:.2f}")))
    return texts


def _rate_text(rate: Rate) -> str:
    said = _("{rate}, range {low} to {high}: n {n}, pulled to {mean} by {strength} trials")
    if (rate.mean, rate.strength) == (ALONE.mean, ALONE.strength):
        said = _("{rate}, range {low} to {high}: n {n}, with half a hit and half a miss: nobody else to learn from")
    return said.format(
        rate=f"{rate.value:.1%}",
        low=f"{rate.low:.0%}",
        high=f"{rate.high:.0%}",
        n=f"{rate.n:g}",
        mean=f"{rate.mean:.1%}",
        strength=f"{rate.strength:.0f}",
    )


def _row(view: MetricView, row: RowBehind) -> WhyRow:
    parts = (row.name, row.account, person_name(view.book, row.owner_id))
    text = _(", ").join(part for part in parts if part)
    return WhyRow(entity=row.entity, id=row.id, text=text or row.id, at=_at(view, row.at), value=row.value)


def _at(view: MetricView, text: str) -> datetime | None:
    """A stored day or moment, in the team's zone."""
    if not text:
        return None
    found = datetime.fromisoformat(text if len(text) == 10 else f"{text}+00:00")
    return view.book.local(found) if found.tzinfo else found.replace(tzinfo=view.book.zone)
