"""Rates against exact sums, published figures and what shrinking must hold."""

from __future__ import annotations

from math import comb, exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.distributions import beta_quantile, beta_share, chi_square_tail, gamma_quantile, gamma_share
from cockpit.domain.rates import ALONE, HIGHEST, LOWEST, Tally, homogeneity, learn, need_p80, pooled_weight

shares = st.floats(0.001, 0.999)


@given(shares, st.integers(1, 60), st.integers(1, 60))
def test_beta_is_the_tail_of_a_binomial(x: float, a: int, b: int) -> None:
    n = a + b - 1
    tail = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_share(x, a, b) == pytest.approx(tail, abs=1e-9)


@given(st.floats(0.01, 80), st.integers(1, 60))
def test_gamma_is_the_tail_of_a_poisson(x: float, shape: int) -> None:
    tail = 1 - sum(exp(-x) * x**k / factorial(k) for k in range(shape))
    assert gamma_share(x, shape) == pytest.approx(tail, abs=1e-9)


@given(shares, st.floats(0.5, 3000), st.floats(0.5, 3000))
def test_a_quantile_is_where_its_share_lies(share: float, a: float, b: float) -> None:
    assert beta_share(beta_quantile(share, a, b), a, b) == pytest.approx(share, abs=1e-7)
    assert gamma_share(gamma_quantile(share, a, b) / b, a) == pytest.approx(share, abs=1e-7)


@pytest.mark.parametrize(("x", "df", "tail"), [(3.841459, 1, 0.05), (18.307038, 10, 0.05), (49.587884, 29, 0.01)])
def test_chi_square_as_in_the_tables(x: float, df: int, tail: float) -> None:
    assert chi_square_tail(x, df) == pytest.approx(tail, abs=1e-6)


def test_people_who_are_alike_are_pulled_hard_and_not_ranked() -> None:
    people = [Tally(hits, 100) for hits in (60, 62, 64, 63, 61, 65, 58, 66)]
    shrink, test = learn(people), homogeneity(people)
    assert shrink is not None
    assert test is not None
    assert not test.differ
    rate = shrink.rate(Tally(9, 12))
    assert shrink.mean < rate.value < 0.65


def test_people_who_differ_keep_their_own_rate() -> None:
    people = [Tally(hits, 100) for hits in (10, 90, 30, 70, 50, 20, 80, 45)]
    shrink, test = learn(people), homogeneity(people)
    assert shrink is not None
    assert test is not None
    assert test.differ
    assert shrink.strength < 10
    assert shrink.rate(Tally(9, 12)).value == pytest.approx(0.75, abs=0.08)


tallies = st.lists(
    st.integers(0, 200).flatmap(lambda n: st.integers(0, n).map(lambda hits: Tally(hits, n))), min_size=1, max_size=12
)


@given(tallies, st.integers(0, 100).flatmap(lambda n: st.integers(0, n).map(lambda hits: Tally(hits, n))))
def test_a_rate_lies_between_the_own_and_the_companys_and_in_its_range(people: list[Tally], own: Tally) -> None:
    shrink = learn(people)
    if shrink is None:
        assert not any(tally.trials for tally in people)
        return
    assert shrink == ALONE or LOWEST <= shrink.strength <= HIGHEST * 1.000001
    rate = shrink.rate(own)
    ends = (shrink.mean, shrink.mean if own.raw is None else own.raw)
    assert min(ends) - 1e-9 <= rate.value <= max(ends) + 1e-9
    assert 0 <= rate.low <= rate.high <= 1


def test_nobody_tried_is_no_rate_and_one_person_is_no_comparison() -> None:
    assert learn([Tally(0, 0)]) is None
    assert homogeneity([Tally(3, 9)]) is None
    assert homogeneity([Tally(9, 9), Tally(4, 4)]) is None


@pytest.mark.parametrize(("hits", "low", "high"), [(2, 0.315, 0.91), (0, 0.0, 0.32), (3, 0.68, 1.0)])
def test_one_person_s_own_mean_does_not_make_him_surer(hits: int, low: float, high: float) -> None:
    """Two of three is anything from a third on: his own counts are not counted twice."""
    shrink = learn([Tally(hits, 3), Tally(0, 0)])
    assert shrink == ALONE
    rate = shrink.rate(Tally(hits, 3))
    assert [rate.low, rate.high] == pytest.approx([low, high], abs=0.02)


@pytest.mark.parametrize("hits", [0, 2])
def test_where_nobody_ever_hit_or_missed_there_is_a_range_all_the_same(hits: int) -> None:
    shrink = learn([Tally(hits, 2), Tally(hits, 2)])
    assert shrink is not None
    rate = shrink.rate(Tally(hits, 2))
    assert rate.value == hits / 2
    assert rate.low <= rate.value <= rate.high
    assert rate.high - rate.low > 0.02


def test_money_counts_as_its_equal_parts() -> None:
    assert pooled_weight([5, 5, 5, 5]) == pytest.approx(4)
    assert pooled_weight([97, 1, 1, 1]) == pytest.approx(1.06, abs=0.01)
    assert pooled_weight([]) == 0


def test_more_doubt_needs_more() -> None:
    assert need_p80(100, []) == 100
    assert need_p80(100, [0.04]) == pytest.approx(118.3, abs=0.1)
