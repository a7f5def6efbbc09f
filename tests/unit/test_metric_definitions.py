"""Definitions as data: what holds, and what is refused with the words that would be right."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from cockpit.domain import metric_values as mv
from cockpit.domain.metrics import ROWS, MetricFault, catalogue, read_metric
from cockpit.i18n import set_language
from cockpit.services.metric_files import shipped
from cockpit.services.metric_words import definition_text, fault_text, half_up
from cockpit.storage.metrics import SOURCES


def fault_of(**found: Any) -> MetricFault:
    with pytest.raises(MetricFault) as caught:
        catalogue([*shipped(), read_metric({"id": "mine", **found})])
    return caught.value


def test_the_shipped_catalogue_holds_and_names_its_sources() -> None:
    known = catalogue(shipped())
    refs = {ref for metric in known.metrics.values() for ref in metric.refs}
    assert {"000-14", "002-09", "002-10", "003-09", "003-16", "003-17", "003-18"} <= refs
    assert all(metric.name_zh for metric in known.metrics.values())
    assert all(metric.needs and metric.needs_zh for metric in known.metrics.values() if metric.is_input)
    goals = [name for name, level in known.depth.items() if level == 1 and known.metrics[name].parent == "won_amount"]
    assert {"opportunities", "win_rate", "unit_value", "cycle"} <= set(goals)


def test_storage_can_count_whatever_a_definition_may_say() -> None:
    assert set(SOURCES) == set(ROWS)
    for name, rows in ROWS.items():
        source = SOURCES[name]
        assert set(rows.fields) == set(source.fields), name
        assert set(rows.values) <= set(source.values)
        assert set(rows.distinct) <= set(source.distinct)
        assert set(rows.days) <= set(source.days)


@pytest.mark.parametrize(
    ("found", "wrong", "word"),
    [
        ({"formula": "visits / odrers"}, "unknown", "orders"),
        ({"formula": "visits / "}, "formula", "not a formula"),
        ({"formula": "visits.real"}, "formula", "not allowed"),
        ({"formula": "mine + 1"}, "cycle", "itself"),
        ({"formula": "visits / 0"}, "formula", "0 is 0: nothing can be divided"),
        ({"rows": "deals"}, "unknown", "deals_won"),
        ({"rows": "deals_won", "measure": "sum"}, "missing", "amount"),
        ({"rows": "deals_won", "measure": "sum", "of": "amuont"}, "unknown", "amount"),
        ({"rows": "deals_won", "measure": "days", "from": "created", "unit": "days"}, "missing", "closed"),
        ({"rows": "deals_won", "measure": "days", "from": "created", "to": "closed"}, "unit", "days"),
        ({"rows": "activities", "where": {"teir": "A"}}, "unknown", "tier"),
        ({"rows": "deals_won", "formula": "orders / closed"}, "both", "one of them"),
        ({"needs": "x", "target": "many"}, "number", "not a number"),
        ({"needs": "x", "target": float("nan")}, "number", "not a number"),
        ({"needs": "x", "kind": "outcome"}, "unknown", "result"),
        ({"needs": "x", "parent": "nobody"}, "unknown", "not known"),
        ({"needs": "x", "parent": "mine"}, "cycle", "itself"),
        ({"needs": "x", "colour": "red"}, "unknown", "Allowed"),
        ({"id": "orders", "needs": "x"}, "twice", "another id"),
        ({"id": "Orders!", "needs": "x"}, "id", "small letters"),
        ({"needs": 4}, "text", "not a text"),
    ],
)
def test_a_wrong_definition_says_what_is_wrong_and_what_would_be_right(
    found: dict[str, Any], wrong: str, word: str
) -> None:
    fault = fault_of(**found)
    assert fault.wrong == wrong
    assert word in fault_text(fault)


def test_a_quotient_keeps_its_decimals_where_no_unit_is_said() -> None:
    assert read_metric({"id": "a", "formula": "visits / orders"}).unit == "times"
    assert read_metric({"id": "a", "formula": "visits + calls"}).unit == "count"
    assert read_metric({"id": "a", "formula": "visits / orders", "unit": "share"}).unit == "share"


@pytest.mark.parametrize("name", ["direction", "result", "kind", "status", "goal_result", "lifecycle"])
def test_the_codes_of_a_filter_are_never_said_as_they_are_stored(name: str) -> None:
    """No English code in a Chinese definition."""
    codes = {
        "direction": ["forward", "back", "lost"],
        "result": ["won", "lost"],
        "kind": ["visit", "call"],
        "status": ["held"],
        "goal_result": ["reached"],
        "lifecycle": ["won"],
    }[name]
    rows = next(rows for rows, known in ROWS.items() if name in known.fields)
    set_language("zh")
    said = definition_text(read_metric({"id": "mine", "rows": rows, "where": {name: codes}}))
    assert not any(sign.isascii() and sign.isalpha() for sign in said), said


def test_two_formulas_that_need_each_other_are_refused() -> None:
    one, other = read_metric({"id": "one", "formula": "other + 1"}), read_metric({"id": "other", "formula": "one + 1"})
    with pytest.raises(MetricFault) as caught:
        catalogue([one, other])
    assert caught.value.wrong == "cycle"


def test_a_formula_may_use_one_metric_twice_by_two_ways() -> None:
    base = [read_metric({"id": "a", "needs": "a"}), read_metric({"id": "b", "formula": "a * 2"})]
    assert catalogue([*base, read_metric({"id": "c", "formula": "a + b"})]).metrics["c"].formula is not None


def test_periods_are_compared_as_deep_as_they_are() -> None:
    found = {cut.place: cut for cut in mv.cuts("month", date(2026, 11, 24))}
    assert (found["0"].period.starts_on, found["0"].last) == (date(2026, 11, 1), date(2026, 11, 24))
    assert (found["1"].period.starts_on, found["1"].last) == (date(2026, 10, 1), date(2026, 10, 24))
    assert (found["year"].period.starts_on, found["year"].last) == (date(2025, 11, 1), date(2025, 11, 24))
    assert found["7"].period.starts_on == date(2026, 4, 1)
    whole = {cut.place: cut for cut in mv.cuts("month", date(2026, 2, 28))}
    assert whole["1"].last == date(2026, 1, 31)
    leap = {cut.place: cut for cut in mv.cuts("day", date(2024, 2, 29))}
    assert leap["year"].last == date(2023, 2, 28)
    week = {cut.place: cut for cut in mv.cuts("week", date(2026, 11, 24))}
    assert week["year"].period.starts_on.isoweekday() == 1


def test_a_change_of_a_share_is_a_difference_of_points() -> None:
    known = catalogue(shipped()).metrics
    assert mv.change(known["win_rate"], Fraction(25, 100), Fraction(265, 1000)) == Fraction(-15, 1000)
    assert mv.change(known["orders"], Fraction(12), Fraction(10)) == Fraction(1, 5)
    assert mv.change(known["orders"], Fraction(12), Fraction(0)) is None
    assert mv.change(known["orders"], None, Fraction(3)) is None
    assert mv.is_better(known["cycle"], Fraction(-1, 10)) is True


def test_halves_go_away_from_zero() -> None:
    assert [half_up(Fraction(one, 2)) for one in (1, 3, -1, -3, 4)] == [1, 2, -1, -2, 2]
