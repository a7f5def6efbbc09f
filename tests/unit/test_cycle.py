"""Creation to win, with open deals and a record that began late."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from cockpit.domain.cycle import Cycle, Life, cycle

TODAY = date(2026, 11, 24)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_by_hand() -> None:
    """Ten deals of 200 days ago, won after 10, 20 .. 100 days."""
    found = cycle([Life(ago(200), ago(200 - 10 * n), True) for n in range(1, 11)], TODAY)
    assert (found.wins, found.median_days) == (10, 50)
    assert [found.share(days) for days in (9, 10, 55, 100, 400)] == [0.0, *map(pytest.approx, (0.1, 0.5, 1.0, 1.0))]


def test_few_wins_say_nothing() -> None:
    found = cycle([Life(ago(100), ago(50), True)] * 7, TODAY)
    assert (found.wins, found.is_known, found.share(10), found.median_days) == (7, False, None, None)
    assert cycle([], TODAY) == Cycle(0)
    assert cycle([Life(ago(9), None)], TODAY) == Cycle(0)


def test_open_deals_and_a_late_record_do_not_pull() -> None:
    """True cycle uniform over 1..100 days, a third lost halfway. Only what closed in the last 150 days is on record, and
    most of the newest deals are still open: counting wins alone would call the cycle shorter."""
    random, deals = Random(5), []
    for _deal in range(6000):
        created, days = random.randrange(0, 300), random.randrange(1, 101)
        is_won = random.random() < 2 / 3
        closed = created - (days if is_won else days // 2)
        if closed > 150:
            continue  # closed before the record begins: not here at all
        deals.append(Life(ago(created), ago(closed) if closed >= 0 else None, is_won and closed >= 0))
    found = cycle(deals, TODAY)
    assert found.median_days is not None
    assert abs(found.median_days - 50) <= 5
    assert found.share(20) == pytest.approx(0.2, abs=0.05)


def test_a_closing_that_lies_ahead_has_not_happened() -> None:
    lives = [Life(ago(60), ago(30), True)] * 8
    assert cycle([*lives, Life(ago(5), TODAY + timedelta(days=3), True)], TODAY).wins == 8
