"""Values that hosted CRMs share: text in HTML, names in two parts, money, states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.crm import fields as f
from cockpit.domain.text import clean, clean_line

STATES = {"planned": "open", "held": "done", "moved": "done"}


@given(st.text())
def test_text_survives_html(text: str) -> None:
    plain = clean(text).rstrip("\n")
    assert f.from_html(f.to_html(plain)) == plain


@given(st.text())
def test_a_name_survives_its_two_parts(text: str) -> None:
    name = clean_line(text)
    assert f.whole_name(*f.split_name(name)) == name


@given(st.integers(-(2**50), 2**50))
def test_money_survives(minor: int) -> None:
    field = f.money("amount", str)
    assert field.write is not None
    assert field.read(field.write(minor)) == minor


@pytest.mark.parametrize("value", ["nan", "Infinity", "1e30", "much", {}])
def test_an_amount_that_is_none(value: object) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        f.money("amount").read(value)


def test_a_state_kept_beside_theirs_holds_while_it_means_the_same() -> None:
    assert f.state("moved", "done", STATES, "planned") == "moved"
    assert f.state("moved", "open", STATES, "planned") == "planned"
    assert f.state("", "done", STATES, "planned") == "held"
    assert f.state("", "new word", STATES, "planned") == "planned"


def test_a_day_is_the_day_of_the_zone() -> None:
    calendar = f.Calendar("Asia/Shanghai")
    assert calendar.of("2026-11-24T20:00:00Z") == "2026-11-25"
    field = calendar.day("closed")
    assert field.write is not None
    assert field.read(field.write("2026-11-25")) == "2026-11-25"
