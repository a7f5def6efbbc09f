"""Money as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.amounts import MAX_MINOR, read_amount, whole_amount


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("66k", 6_600_000, None),
        ("66K", 6_600_000, None),
        ("6.6万", 6_600_000, None),
        ("6.6 万元", 6_600_000, "CNY"),
        ("６.６万", 6_600_000, None),
        ("¥66,000", 6_600_000, "CNY"),
        ("￥66,000.50", 6_600_050, "CNY"),
        ("66000块", 6_600_000, "CNY"),
        ("1.2m", 120_000_000, None),
        ("1.2亿", 12_000_000_000, None),
        ("3千万", 3_000_000_000, None),
        ("2百万", 200_000_000, None),
        ("20w", 20_000_000, None),
        ("50k usd", 5_000_000, "USD"),
        ("50k美元", 5_000_000, "USD"),
        ("$50", 5_000, "USD"),
        ("€1.5m", 150_000_000, "EUR"),
        ("0", 0, None),
        (".5k", 50_000, None),
        ("0.005", 1, None),
        (" 66k ", 6_600_000, None),
    ],
)
def test_an_amount(text: str, minor: int, currency: str | None) -> None:
    found = whole_amount(text)
    assert found is not None
    assert (found.minor, found.currency) == (minor, currency)


@pytest.mark.parametrize(
    "text",
    ["", "k", "lots", "-5k", "66,00", "1,2345", "5%", "66kg", "66k66", "1.2.3", "9" * 40, "999999亿", "66k x", "٣k"],
)
def test_no_amount(text: str) -> None:
    assert whole_amount(text) is None


def test_the_rest_of_the_text_is_left() -> None:
    found = read_amount("66k budget is there")
    assert found is not None
    assert found.length == 3
    found = read_amount("6.6万。")
    assert found is not None
    assert found.length == 4


@given(st.integers(0, MAX_MINOR))
def test_every_amount_written_out_comes_back(minor: int) -> None:
    for text in (f"{minor // 100}.{minor % 100:02d}", f"¥{minor // 100:,}.{minor % 100:02d}"):
        found = whole_amount(text)
        assert found is not None
        assert found.minor == minor


@given(st.text(max_size=20) | st.text(alphabet="0123456789.,kmw万千亿¥$ usd元", max_size=20))
def test_any_text_is_an_amount_or_not(text: str) -> None:
    found = read_amount(text)
    if found is not None:
        assert 0 <= found.minor <= MAX_MINOR
        assert 0 < found.length <= len(text)
