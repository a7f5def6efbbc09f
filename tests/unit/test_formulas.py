"""The safe parser: what it gives, and what it will not touch."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.formulas import Formula, FormulaFault, Outcome, parse

VALUES = {"ltv": Fraction(520), "cts": Fraction(104), "cac": Fraction(104), "zero": Fraction(0)}


def worked(text: str) -> Outcome:
    return parse(text).value(lambda name: VALUES.get(name))


def test_the_example_of_the_source() -> None:
    assert worked("(ltv - cts) / cac").value == 4


def test_numbers_are_exact() -> None:
    assert worked("0.1 + 0.2").value == Fraction(3, 10)
    assert worked("60 / 0.12 + 20").value == 520
    assert worked("-ltv * 2").value == -1040


def test_a_division_by_zero_names_what_is_zero() -> None:
    assert worked("ltv / (cts - cac)") == Outcome(None, zero="cts - cac")
    assert worked("ltv / zero").zero == "zero"


def test_a_name_without_a_value_leaves_the_whole_without_one() -> None:
    assert worked("ltv / arr + cac") == Outcome(None, unknown="arr")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("orders /", "not_a_formula"),
        ("__import__('os')", "not_allowed"),
        ("a.b", "not_allowed"),
        ("a[0]", "not_allowed"),
        ("a ** 9", "not_allowed"),
        ("9 // 2", "not_allowed"),
        ("a % 2", "not_allowed"),
        ("lambda: a", "not_allowed"),
        ("a if b else c", "not_allowed"),
        ("'text'", "not_allowed"),
        ("[a for a in b]", "not_allowed"),
        ("a == b", "not_allowed"),
        ("a # b", "not_allowed"),
        ("True", "not_allowed"),
        ("Orders", "not_allowed"),
        ("1e9", "number"),
        ("0x10", "number"),
        ("9" * 30, "number"),
        ("a := 1", "not_a_formula"),
        ("(" * 200, "not_a_formula"),
        ("a + " * 200, "too_long"),
        ("a / 0", "zero"),
        ("a / (2 - 2.0) + b", "zero"),
        ("a\x00b", "not_a_formula"),
    ],
)
def test_what_is_no_formula_says_why(text: str, fault: str) -> None:
    with pytest.raises(FormulaFault) as caught:
        parse(text)
    assert caught.value.fault == fault


def test_a_plain_share_is_known_as_one() -> None:
    assert parse("orders / closed").share_of == ("orders", "closed")
    assert parse("orders / (closed + 1)").share_of is None


@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_a_fault(text: str) -> None:
    try:
        found = parse(text)
    except FormulaFault:
        return
    assert isinstance(found, Formula)
    found.value(lambda _name: Fraction(1))


_LEAVES = st.sampled_from(["ltv", "cts", "2", "0.5"])
_TEXTS = st.recursive(
    _LEAVES,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    max_leaves=8,
)


@given(_TEXTS)
def test_values_are_those_of_exact_arithmetic(text: str) -> None:
    exact = re.sub(r"[0-9.]+", lambda number: f"F('{number[0]}')", text)
    try:
        expected = eval(exact, {"__builtins__": {}}, {**VALUES, "F": Fraction})
    except ZeroDivisionError:
        expected = None
    fault = ""
    try:
        found = worked(text)
    except FormulaFault as refused:
        fault = refused.fault
    if fault:  # below a line that is 0 whatever the rows say
        assert (fault, expected) == ("zero", None)
    else:
        assert found.value == expected
        assert bool(found.zero) == (expected is None)
