"""Rates that were given: what one is, and what it makes of an amount."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.exchange import NO_RATES, BadRate, Exchange, Rate, read_exchange, read_rate
from cockpit.storage.converted import product_in_sql

RATES = st.builds(
    lambda digits, places: f"{Decimal(digits).scaleb(-places):f}", st.integers(1, 999_999), st.integers(0, 6)
)
AMOUNTS = st.integers(-(10**13), 10**13)


def rate(text: str) -> Rate:
    return read_rate("usd", f"{text} cny 2026-11-20")


def test_a_rate_says_what_one_unit_is_worth_since_when() -> None:
    found = rate("7.1034")
    assert (found.currency, found.into, found.text, found.on) == ("USD", "CNY", "7.1034", date(2026, 11, 20))
    assert found.minor(700) == 4972
    assert found.minor(-700) == -4972


@given(RATES, AMOUNTS)
def test_an_amount_is_rounded_once_half_away_from_zero(text: str, minor: int) -> None:
    if Decimal(text) > 100_000:
        with pytest.raises(BadRate):
            rate(text)
        return
    found = rate(text)
    assert found.minor(minor) == int((Decimal(minor) * Decimal(text)).quantize(Decimal(1), ROUND_HALF_UP))


@given(RATES, st.none() | AMOUNTS)
def test_a_statement_converts_as_the_domain_does(text: str, minor: int | None) -> None:
    if Decimal(text) > 100_000:
        return
    found = rate(text)
    memory = sqlite3.connect(":memory:")
    ((shown,),) = memory.execute(f"SELECT {product_in_sql('n', found)} FROM (SELECT ? AS n)", (minor,)).fetchall()
    memory.close()
    assert shown == Exchange({"USD": found}).minor(minor, "USD")
    assert shown is None or isinstance(shown, int)


def test_money_without_a_rate_stays_what_it_is() -> None:
    given_one = read_exchange({"usd": "7 CNY 2026-11-20"})
    assert (given_one.minor(5, "EUR"), given_one.currency("EUR")) == (5, "EUR")
    assert (given_one.minor(5, "USD"), given_one.currency("USD"), given_one.into) == (35, "CNY", "CNY")
    assert (NO_RATES.minor(5, "USD"), NO_RATES.currency("USD"), NO_RATES.into) == (5, "USD", "")


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"dollar": "7 CNY 2026-11-20"}, "code"),
        ({"USD": "7"}, "form"),
        ({"USD": "7 CNY"}, "form"),
        ({"USD": ""}, "form"),
        ({"USD": "7 yuan 2026-11-20"}, "code"),
        ({"USD": "7 CNY soon"}, "day"),
        ({"USD": "7 CNY 2026-11-31"}, "day"),
        ({"USD": "0 CNY 2026-11-20"}, "rate"),
        ({"USD": "-7 CNY 2026-11-20"}, "rate"),
        ({"USD": "7,1 CNY 2026-11-20"}, "rate"),
        ({"USD": "1e3 CNY 2026-11-20"}, "rate"),
        ({"USD": "nan CNY 2026-11-20"}, "rate"),
        ({"USD": "7.1034567 CNY 2026-11-20"}, "rate"),
        ({"USD": "100001 CNY 2026-11-20"}, "rate"),
        ({"USD": "0.0000001 CNY 2026-11-20"}, "rate"),
        ({"USD": "1 USD 2026-11-20"}, "own"),
        ({"USD": "7 CNY 2026-11-20", "CNY": "0.14 USD 2026-11-20"}, "several"),
        ({"USD": "7 CNY 2026-11-20", "EUR": "1.1 USD 2026-11-20"}, "several"),
    ],
)
def test_what_is_no_rate_is_refused(table: dict[str, str], fault: str) -> None:
    with pytest.raises(BadRate) as caught:
        read_exchange(table)
    assert caught.value.fault == fault
