"""Metrics in the user's language: names, values in their unit, what is wrong with a definition, what a diagnosis says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING

from cockpit.domain.diagnosis import WORKS_FROM, Finding, Vanity
from cockpit.domain.metric_values import Value
from cockpit.domain.metrics import Catalogue, Metric, MetricFault
from cockpit.i18n import N_, _, exact_money, language, listed, short_money, short_number
from cockpit.services import words

if TYPE_CHECKING:
    from cockpit.services.snapshots import MetricLine

_KINDS = {"result": N_("end result"), "process": N_("process"), "behaviour": N_("behaviour")}
_TOPICS = {
    "opening": N_("opening new customers"),
    "closing": N_("closing deals"),
    "keeping": N_("keeping customers"),
    "key": N_("key accounts"),
    "effort": N_("visits and calls"),
}
_MEASURES = {
    "count": N_("number of {rows}"),
    "sum": N_("sum of {of} of {rows}"),
    "average": N_("mean {of} of {rows}"),
    "distinct": N_("number of different {of} of {rows}"),
    "days": N_("mean days from {start} to {end} of {rows}"),
}
_ROWS = {
    "deals_created": N_("deals created"),
    "deals_won": N_("deals won"),
    "deals_lost": N_("deals lost"),
    "deals_closed": N_("deals closed"),
    "deals_open": N_("open deals at the end"),
    "stage_moves": N_("stage changes"),
    "activities": N_("activities"),
    "accounts": N_("accounts at the end"),
    "accounts_new": N_("accounts recorded"),
    "people": N_("active reps"),
}
_PARTS = {
    "amount": N_("amount"),
    "profit": N_("profit"),
    "account": N_("account"),
    "deal": N_("deal"),
    "created": N_("created"),
    "closed": N_("closed"),
    "kind": N_("kind"),
    "status": N_("status"),
    "tier": N_("tier"),
    "lifecycle": N_("lifecycle"),
    "industry": N_("industry"),
    "stage": N_("stage"),
    "source": N_("source"),
    "goal_result": N_("goal"),
    "first": N_("first with this account"),
    "with_others": N_("with a companion"),
    "repeat": N_("account bought before"),
    "priced": N_("amount known"),
    "profit_known": N_("profit known"),
    "currency": N_("currency"),
    "direction": N_("direction"),
    "lost_reason": N_("reason"),
    "result": N_("won or lost"),
    "rung": N_("rung"),
}
_FORMULA_FAULTS = {
    "empty": N_("the formula is empty"),
    "too_long": N_("the formula is too long"),
    "not_a_formula": N_("{part} is not a formula like orders / closed"),
    "not_allowed": N_("{part} is not allowed: a formula has names of metrics, numbers, brackets and + - * /"),
    "number": N_("{part} is not a number like 12 or 0.5"),
    "zero": N_("{name} is 0: nothing can be divided by it"),
}
_DIRECTIONS = {"forward": N_("to a later stage"), "back": N_("to an earlier stage"), "lost": N_("lost")}
MOST_NAMES = 12


def metric_name(metric: Metric) -> str:
    return metric.name_zh if metric.name_zh and language() == "zh" else metric.name


def kind_word(kind: str) -> str:
    return _(_KINDS[kind]) if kind in _KINDS else kind


def needs_text(metric: Metric) -> str:
    """What an input is and where it comes from."""
    text = metric.needs_zh if metric.needs_zh and language() == "zh" else metric.needs
    return text or metric_name(metric)


def definition_text(metric: Metric) -> str:
    """In one line: the formula with the names people use, what is counted, or what has to be entered."""
    if metric.formula is not None:
        return metric.formula.text
    if metric.is_input:
        return _("entered: {needs}").format(needs=needs_text(metric))
    said = _(_MEASURES[metric.measure]).format(
        rows=_(_ROWS[metric.rows]), of=_part(metric.of), start=_part(metric.start), end=_part(metric.end)
    )
    where = (
        f"{_part(key)} = {_(' or ').join(_filter_word(key, code) for code in codes)}" for key, codes in metric.where
    )
    return _(", ").join([said, *where])


def _part(name: str) -> str:
    return _(_PARTS[name]) if name in _PARTS else name


def _filter_word(key: str, code: str) -> str:
    """A value of a filter as the screens say it."""
    said = {
        "kind": words.kind_name,
        "status": words.activity_status,
        "goal_result": words.goal_result,
        "lifecycle": words.lifecycle,
        "direction": lambda way: _(_DIRECTIONS[way]) if way in _DIRECTIONS else way,
        "result": words.stage_kind,
        "rung": words.rung_name,
    }
    if key in said:
        return said[key](code)
    return {"yes": _("yes"), "no": _("no")}.get(code, code)


def value_words(value: float | Fraction | None, unit: str, currency: str = "", *, is_exact: bool = False) -> str:
    """`66k`, `25.0%`, `41.5`; `-` for none."""
    if value is None:
        return "-"
    if unit == "money":
        minor = half_up(Fraction(value))
        return exact_money(minor, currency) if is_exact else short_money(minor)
    if unit == "share":
        return f"{float(value):.1%}"
    if unit == "count":
        return f"{half_up(Fraction(value)):,}" if is_exact else short_number(float(value))
    return f"{float(value):,.1f}"


def change_words(change: float | None, unit: str) -> str:
    """`+4%`, of shares `-1.5pt`; `-` where there is nothing to compare."""
    if change is None:
        return "-"
    if unit == "share":
        return f"{change * 100:+.1f}pt"
    return f"{change:+z.0%}" if abs(change) < 9.995 else f"{'+' if change > 0 else '-'}>999%"


def range_words(line: MetricLine) -> str:
    """`n 58: 46% (41-51%)`, the rate pulled to the peers' with its range; nothing of what is no rate."""
    if line.rate is None or line.low is None or line.high is None:
        return ""
    return f"n {line.n}: {line.rate:.0%} ({line.low:.0%}-{line.high:.0%})".replace("%-", "-")


def half_up(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero."""
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value).numerator + value.denominator) // (2 * value.denominator))


def lack_text(value: Value, known: Catalogue) -> str:
    """Why there is no value, and what would give it."""
    if not value.lack:
        return ""
    about = known.metrics.get(value.about)
    if value.lack == "input" and about is not None:
        text = _("needs {name} ({needs}). Enter it: cockpit metric enter {id} VALUE")
        return text.format(name=metric_name(about), needs=needs_text(about), id=about.id)
    name = metric_name(about) if about else value.about
    if value.lack == "zero":
        return _("{name} is 0: nothing can be divided by it").format(name=name)
    return _("no rows in this period to take the average of")


def fault_text(error: MetricFault) -> str:
    """What is wrong with a definition, where, and what would be right."""
    where = f"{error.metric}, {error.key}"
    near = get_close_matches(error.value, error.allowed, 4)
    names = listed(near or error.allowed[:MOST_NAMES])
    texts = {
        "unknown": _("{value} is not known. Allowed: {names}."),
        "missing": _("it is needed for {value}. Allowed: {names}."),
        "both": _("rows and formula exclude each other: give one of them."),
        "twice": _("there is a metric {value} already. Choose another id."),
        "cycle": _("{value} would be made of itself."),
        "number": _("{value} is not a number or date."),
        "text": _("{value} is not a text."),
        "unit": _("the unit {value} does not fit the measure. Allowed: {names}."),
        "id": _("{value} is no id: small letters, digits and _ only, a letter first, 40 at most."),
    }
    if error.wrong == "formula":
        text = _("{text}.").format(text=_(_FORMULA_FAULTS[error.fault]).format(part=error.value, name=error.value))
    else:
        text = texts[error.wrong].format(value=error.value or "-", names=names)
    return _("{where}: {text}").format(where=where, text=text)


# -- diagnosis ----------------------------------------------------------------------------------------------------------


def diagnosis_text(found: Sequence[Finding], known: Mapping[str, Metric]) -> str:
    """One sentence: `weak at opening new customers: 3 new against 8 (lowest 10%); strong at key accounts: ...`."""
    parts = []
    for is_strong, said in ((False, _("weak at {topic}: {facts}")), (True, _("strong at {topic}: {facts}"))):
        for topic in dict.fromkeys(one.topic for one in found if one.is_strong == is_strong):
            facts = [_fact(one, known[one.metric]) for one in found if (one.topic, one.is_strong) == (topic, is_strong)]
            parts.append(said.format(topic=topic_word(topic), facts=_(", ").join(facts)))
    return _("; ").join(parts)


def topic_word(topic: str) -> str:
    return _(_TOPICS[topic]) if topic in _TOPICS else topic


def _fact(one: Finding, metric: Metric) -> str:
    own, usual = (value_words(value, metric.unit) for value in (one.own, one.usual))
    if one.n:
        text = _("{name} {own} against {usual} (n {n})")
        return text.format(name=metric_name(metric), own=own, usual=usual, n=one.n)
    edge = _edge(one.worse)
    text = _("{name} {own} against {usual} ({edge})") if edge else _("{name} {own} against {usual}")
    return text.format(name=metric_name(metric), own=own, usual=usual, edge=edge)


def _edge(worse: float) -> str:
    """Which end of the peers: in steps of ten, nothing in the middle."""
    for share in (10, 20, 30):
        if worse * 100 <= share:
            return _("lowest {share}%").format(share=share)
        if worse * 100 >= 100 - share:
            return _("highest {share}%").format(share=share)
    return ""


def vanity_text(one: Vanity, known: Mapping[str, Metric]) -> str:
    text = _(
        "{name}: met by {met} of {all} reps; their {result}: {lift} against the others, {works} if it worked (p {p})"
    )
    return text.format(
        name=metric_name(known[one.metric]),
        met=one.met,
        all=one.met + one.not_met,
        result=metric_name(known[one.result]),
        lift=f"{one.lift:+z.0%}",
        works=f"{WORKS_FROM:+z.0%}",
        p=f"{one.p:.3f}",
    )


def others_text(others: Iterable[tuple[str, int]]) -> str:
    return listed(exact_money(minor, currency) for currency, minor in others)
