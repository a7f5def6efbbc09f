"""Why a target, what was reached of it, and the difference to its parts are what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cockpit.domain import targets as rules
from cockpit.domain.periods import period_text
from cockpit.domain.targets import Node
from cockpit.i18n import _, clock_time, exact_money, long_day, short_day
from cockpit.services.gap_words import months_text
from cockpit.services.snapshots import TargetLine, Why, WhyRow
from cockpit.services.target_views import METRICS, Sight
from cockpit.services.why_money import Combine, answer, deal_row, target_rows
from cockpit.services.why_period import part_row
from cockpit.services.why_sources import Sources
from cockpit.services.words import agreement_name, metric_name

PARTS = ("actual", "left", "difference", "rung", "offer", "workdays")


def target(sources: Sources, subject: str) -> Why | None:
    """`ID[:METRIC[:PERIOD[:PART]]]` of the viewer's tree; the running month's revenue where the rest is left out."""
    node_id, metric, period, part = (*subject.split(":"), "", "", "")[:4] if subject.count(":") < 4 else ("",) * 4
    if not node_id or (metric and metric not in METRICS):
        return None
    sight = sources.sight(period or "month", metric or "amount")
    node = sight.root.find(node_id)
    if node is None or (part and part not in PARTS):
        return None
    line = next(one for one in sight.lines if one.id == node_id)
    explain: dict[str, Callable[[Sight, Node, TargetLine], Why]] = {
        "": _value,
        "actual": _actual,
        "left": _left,
        "difference": _difference,
        "rung": _rung,
        "offer": _offer,
        "workdays": _workdays,
    }
    found = explain[part](sight, node, line)
    title = _("{name}: {number}").format(name=line.name, number=found.title)
    inputs = (*found.inputs, (_("metric"), metric_name(sight.measure.metric)), (_("period"), period_text(sight.period)))
    return replace(found, title=title, inputs=inputs)


def names(sight: Sight) -> list[str]:
    """The numbers of the screen, row by row."""
    heads = [f"target:{node.id}:{_word(sight)}:{period_text(sight.period)}" for node in sight.root.nodes()]
    return [head + part for head in heads for part in ("", *(f":{part}" for part in PARTS))]


def _said(
    sight: Sight, title: str, value: int | None, formula: str, rows: list[WhyRow], inputs: list[tuple[str, str]]
) -> Why:
    is_sum = value is not None and sum(row.value for row in rows) == value
    combine: Combine = "sum" if is_sum else "none"
    unit, currency = sight.measure.unit, sight.measure.currency
    return answer(sight.book, title, value, unit, formula, rows, combine, inputs=inputs, currency=currency)


def _value(sight: Sight, node: Node, line: TargetLine) -> Why:
    """The row or rows it was read from, and who said yes when."""
    is_own = len(node.rows) == 1 and node.rows[0].period_kind == sight.period.kind
    formula = _("the newest version of the period's target")
    if not node.rows:
        formula = _("there is no target for this period")
    elif not is_own and sight.period.kind in ("quarter", "year"):
        formula = _("sum over the months that have a target ({count})").format(count=len(node.rows))
    elif not is_own and any(part.value is not None for part in node.parts):
        formula = _(
            "each part's share of its month by its own working days, and by the team's what they miss of its month"
        )
    elif not is_own:
        formula = _("the share of the month's target by working days")
    inputs = [(_("working days"), str(line.workdays))]
    if line.agreement:
        inputs.append((_("agreement"), agreement_name(line.agreement)))
        for name, at in (
            (_("agreed by the lead"), line.agreed_by_lead_at),
            (_("agreed by the rep"), line.agreed_by_rep_at),
        ):
            inputs.append((name, f"{long_day(at.date())} {clock_time(at)}" if at else "-"))
        inputs.append((_("rule"), _("a yes counts while it is not older than the lead's")))
    return _said(sight, _("Target"), node.value, formula, target_rows(sight.book, node.rows), inputs)


def _actual(sight: Sight, node: Node, line: TargetLine) -> Why:
    people = [node.id] if node.kind == "person" else rules.people_of(node)
    _total, deals = rules.actual(sight.book, people, sight.period, sight.measure)
    rows = [deal_row(sight.book, deal, rules.value_in(deal, sight.measure) or 0) for deal in deals]
    formula = _("sum over the deals won with a closing day in the period ({count})").format(count=len(rows))
    unknown = [(_("won deals without the figure"), str(line.unknown))] if line.unknown else []
    return _said(sight, _("Actual"), line.actual, formula, rows, unknown)


def _left(sight: Sight, node: Node, line: TargetLine) -> Why:
    head = f"target:{node.id}:{_word(sight)}:{period_text(sight.period)}"
    rows = [part_row(head, _("target"), line.value or 0), part_row(f"{head}:actual", _("actual"), -line.actual)]
    formula = _("left = target {target} - actual {actual}").format(
        target=sight.amount(line.value), actual=sight.amount(line.actual)
    )
    if line.left is None:
        reason = months_text(line.months_missing) if line.months_missing else _("there is no target for this period")
        return _said(sight, _("Left"), None, reason, [], [])
    return _said(sight, _("Left"), line.left, formula, rows, [])


def _difference(sight: Sight, node: Node, line: TargetLine) -> Why:
    """The target less each of its parts."""
    tail = f"{_word(sight)}:{period_text(sight.period)}"
    title = _("Difference to the parts")
    if line.difference is None:
        return _said(sight, title, None, _("there are no parts with a target to add"), [], [])
    rows = [part_row(f"target:{node.id}:{tail}", line.name, line.value or 0)]
    known = node.summands
    rows += [part_row(f"target:{part.id}:{tail}", sight.name(part.id), -(part.value or 0)) for part in known]
    formula = _("target {target} - sum of its {count} parts; 0 when they add up")
    return _said(
        sight, title, line.difference, formula.format(target=sight.amount(line.value), count=len(known)), rows, []
    )


def _rung(sight: Sight, node: Node, line: TargetLine) -> Why:
    head = f"target:{node.id}:{_word(sight)}:{period_text(sight.period)}"
    title = _("To the next rung")
    if line.next_rung_minor is None or line.to_next_rung_minor is None:
        return _said(
            sight,
            title,
            None,
            _("rungs go by the revenue of the running month; none is left, or this is another number"),
            [],
            [],
        )
    rows = [
        WhyRow(
            entity="rung",
            id=line.next_rung,
            text=_("{rung} begins at").format(rung=line.next_rung),
            at=None,
            value=line.next_rung_minor,
        ),
        part_row(f"{head}:actual", _("actual"), -line.actual),
    ]
    formula = _("{rung} {least} - actual {actual}").format(
        rung=line.next_rung,
        least=exact_money(line.next_rung_minor, sight.measure.currency),
        actual=sight.amount(line.actual),
    )
    return _said(sight, title, line.to_next_rung_minor, formula, rows, [])


def _offer(sight: Sight, node: Node, line: TargetLine) -> Why:
    del node
    formula = _("offered when the target is reached with working days left: the next rung above it, else the pace kept")
    inputs = [(_("target"), sight.amount(line.value)), (_("actual"), sight.amount(line.actual))]
    return _said(sight, _("Raise"), line.offer, formula, [], inputs)


def _workdays(sight: Sight, node: Node, line: TargetLine) -> Why:
    days = sight.book.calendar_of(node.id).workdays(sight.period.starts_on, sight.period.ends_on)
    rows = [
        WhyRow(entity="day", id=day.isoformat(), text=short_day(day), at=sight.book.midnight(day), value=1)
        for day in days
    ]
    formula = _("the company's calendar, with the person's weekdays and absences")
    return answer(sight.book, _("Working days"), line.workdays, "count", formula, rows, "count")


def _word(sight: Sight) -> str:
    return next(word for word, code in METRICS.items() if code == sight.measure.metric)
