"""Sparklines: one cell a value, the largest full, nothing lowest."""

from __future__ import annotations

import pytest

from cockpit.plain import cells
from cockpit.widgets.sparkline import LEVELS, spark


@pytest.mark.parametrize(
    ("values", "bars", "in_ascii"),
    [
        ((), "", ""),
        ((0, 0, 0), "▁▁▁", "___"),
        ((0, 7), "▁█", "_#"),
        ((0, 1, 2, 3, 4, 5, 6, 7), "▁▂▃▄▅▆▇█", "_.:-=+*#"),
        ((1, 1_000_000), "▂█", ".#"),
        ((-5, 5), "▁█", "_#"),
        ((None, 3, None), " █ ", " # "),
        ((None, None), "  ", "  "),
    ],
)
def test_shape_by_example(values: tuple[int | None, ...], bars: str, in_ascii: str) -> None:
    assert spark(values, False) == bars
    assert spark(values, True) == in_ascii


def test_every_sign_takes_one_cell() -> None:
    assert all(cells(sign) == 1 for signs in LEVELS.values() for sign in signs)
    assert all(ord(sign) < 128 for sign in LEVELS[True])
