"""The watch after a nudge: exact tests against counting by hand, and how often nothing is taken for something."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.watch import CHANCE, Behaviour, rate_chance, share_chance

COUNTS = st.integers(0, 12)


@given(COUNTS, st.integers(1, 12), COUNTS, st.integers(1, 12))
def test_the_share_test_is_the_count_of_all_draws(before: int, before_of: int, since: int, since_of: int) -> None:
    before, since = min(before, before_of), min(since, since_of)
    if before_of + since_of > 12:
        before_of, since_of = min(before_of, 6), min(since_of, 6)
        before, since = min(before, before_of), min(since, since_of)
    deals = [True] * (before + since) + [False] * (before_of + since_of - before - since)
    draws = list(combinations(deals, since_of))
    by_hand = sum(sum(draw) >= since for draw in draws) / len(draws)
    assert share_chance(before, before_of, since, since_of) == pytest.approx(by_hand)


@given(COUNTS, st.integers(1, 20), COUNTS, st.integers(1, 20))
def test_a_rate_s_chance_falls_with_every_further_count(before: int, days: int, since: int, since_days: int) -> None:
    chances = [rate_chance(before, days, count, since_days) for count in range(since + 2)]
    assert chances[0] == pytest.approx(1.0)
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(chances))


def test_a_rate_s_chance_is_that_of_the_coin() -> None:
    """2 in 10 days, then 6 in 5: of 8 each falls with one third into the later days."""
    by_hand = (28 * 2**2 + 8 * 2 + 1) / 3**8
    assert rate_chance(2, 10, 6, 5) == pytest.approx(by_hand)
    assert by_hand < CHANCE


@given(COUNTS, COUNTS)
def test_without_days_or_deals_nothing_is_sure(before: int, since: int) -> None:
    assert rate_chance(before, 0, since, 5) == rate_chance(before, 10, since, 0) == 1.0
    assert share_chance(0, 0, since, max(since, 1)) == 1.0


def _drawn(chance: Random, mean: float) -> int:
    """A Poisson count: how many exponential waits fit into the mean."""
    count, left = 0, mean - chance.expovariate(1.0)
    while left > 0:
        count, left = count + 1, left - chance.expovariate(1.0)
    return count


@pytest.mark.parametrize("rate", [0.2, 0.6, 1.0, 3.0])
def test_where_nothing_changed_at_most_one_watch_in_ten_says_moved(rate: float) -> None:
    chance = Random(int(rate * 10))
    moved = 0
    for _watch in range(2000):
        before, since = _drawn(chance, 10 * rate), _drawn(chance, 5 * rate)
        found = Behaviour("visits", before, 10, since, 5, 5, rate_chance(before, 10, since, 5))
        moved += found.has_moved
    assert moved <= 2000 * CHANCE


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_nor_does_a_share_that_stayed(share: float) -> None:
    chance = Random(int(share * 10))
    moved = 0
    for _watch in range(2000):
        before, since = (sum(chance.random() < share for _deal in range(12)) for _span in range(2))
        moved += Behaviour("next_steps", before, 12, since, 12, 5, share_chance(before, 12, since, 12)).has_moved
    assert moved <= 2000 * CHANCE


def test_a_doubled_rate_is_found_more_often_than_not() -> None:
    chance = Random(7)
    found = [rate_chance(_drawn(chance, 20), 10, _drawn(chance, 20), 5) < CHANCE for _watch in range(500)]
    assert sum(found) > 250
