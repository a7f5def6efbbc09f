"""Money in whole parts: splits keep their sum, weeks make the month, the board makes the team."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.gap import money_gap, split, week_gaps
from cockpit.domain.periods import PERIOD_KINDS, PeriodKind, period_of
from tests.support.books import Teller
from tests.support.company import ME, NOW

DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 31))


@given(st.integers(0, 10**12), st.lists(st.integers(0, 40), min_size=1, max_size=54))
def test_a_split_keeps_its_sum_and_follows_the_weights(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part - total * weight / whole) < 1.001 for part, weight in zip(parts, weights, strict=True))


def test_a_split_of_no_weights_is_even() -> None:
    assert split(10, [0, 0, 0]) == (4, 3, 3)


@given(
    st.integers(0, 10**11),
    st.sets(DAYS, max_size=40),
    st.sampled_from(PERIOD_KINDS),
    st.lists(st.tuples(DAYS, st.integers(0, 10**9)), max_size=8),
)
def test_the_weeks_sum_to_the_period(
    target: int, holidays: set[date], kind: PeriodKind, wins: list[tuple[date, int]]
) -> None:
    teller = Teller(holidays=holidays)
    for month in range(1, 13):
        teller.target(target + month, date(2026, month, 1))
    for day, amount in wins:
        teller.deal("stage-won", amount, closed_on=day)
    book = teller.book()
    gap = money_gap(book, ME, period_of(kind, book.today))
    weeks = week_gaps(book, gap)
    assert sum(week.target_minor or 0 for week in weeks) == gap.target_minor
    assert sum(week.actual_minor for week in weeks) == gap.actual_minor
    assert gap.gap_minor == (gap.target_minor or 0) - gap.actual_minor
    assert gap.uncovered_minor == max(0, gap.gap_minor - gap.planned_minor)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 6))
def test_days_of_a_week_across_two_months_sum_to_the_week(november: int, december: int, offset: int) -> None:
    teller = Teller()
    teller.target(november, date(2026, 11, 1))
    teller.target(december, date(2026, 12, 1))
    book = teller.book(NOW + timedelta(days=6 + offset))
    week = period_of("week", book.today)
    whole = money_gap(book, ME, week).target_minor
    days = [money_gap(book, ME, period_of("day", day)).target_minor or 0 for day in week.days()]
    assert whole == sum(days)


def test_a_newer_version_of_a_target_counts() -> None:
    teller = Teller()
    teller.target(100)
    teller.target(150, version=2)
    assert money_gap(teller.book(), ME, period_of("month", NOW.date())).target_minor == 150


def test_targets_of_other_metrics_scopes_and_currencies_do_not_count() -> None:
    teller = Teller()
    teller.target(100, metric="visits")
    teller.target(100, scope_kind="team")
    teller.target(100, currency="USD")
    gap = money_gap(teller.book(), ME, period_of("month", NOW.date()), "CNY")
    assert gap.target_minor is None
