"""Forecasts: what was not known then does not matter, parts sum, stale deals count nothing, ranges hold."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.domain.forecast import (
    RIVALS,
    Forecast,
    Needs,
    Outlook,
    PastDeal,
    Settled,
    Span,
    history_of,
    outlook,
    record,
    sizes_known,
)
from cockpit.domain.forecast.hazard import Exposures
from cockpit.domain.forecast.history import DAY, Outcome, moved, shifted
from cockpit.domain.forecast.money import Money
from cockpit.domain.forecast.ranges import START, Chance, own_error, range_of
from cockpit.domain.forecast.views import rhythm

BEGIN = date(2025, 1, 1)
REPS = ("a", "b", "c")
TEAM = frozenset(REPS)
KINDS: tuple[tuple[Outcome, int], ...] = (("won", 10), ("lost", 1000))


def company(seed: int, days: int = 420, each_day: float = 1.2, sized: float = 1.0) -> list[PastDeal]:
    """Deals of three reps, with one chance a day of being won and one of being lost, seen to the last day."""
    pick = random.Random(seed)
    end = BEGIN + timedelta(days=days)
    deals = []
    for number in range(int(days * each_day)):
        created = BEGIN + timedelta(days=pick.randrange(days))
        size = round(pick.lognormvariate(10, 0.8))
        age = 1 + int(pick.expovariate(0.02))
        closed = created + timedelta(days=age)
        owner = pick.choice(REPS)
        known = size if pick.random() < sized else None
        if closed > end:
            deals.append(PastDeal(str(number), owner, created, size_minor=known))
        elif pick.random() < 0.4:
            deals.append(PastDeal(str(number), owner, created, closed, "won", known, size))
        else:
            deals.append(PastDeal(str(number), owner, created, closed, "lost", known))
    return deals


def month_after(as_of: date) -> Span:
    return Span(as_of + DAY, as_of, moved(as_of, 1))


def known(deals: list[PastDeal], as_of: date) -> list[PastDeal]:
    return [cut for deal in deals if (cut := deal.as_known(as_of)) is not None]


def seen(deals: list[PastDeal], span: Span) -> Outlook:
    found = outlook(history_of(deals), span)
    assert isinstance(found, Outlook)
    return found


@given(st.integers(0, 10_000), st.sampled_from([date(2025, 9, 30), date(2025, 10, 17)]), st.integers(1, 3))
@settings(max_examples=15)
def test_a_past_forecast_is_what_was_said_then(seed: int, as_of: date, back: int) -> None:
    deals = company(seed)
    span = Span(as_of.replace(day=1), as_of, shifted(as_of.replace(day=1), 1) - DAY)
    if as_of.day == 30:
        span = month_after(as_of)
    now = seen(known(deals, as_of), span)
    earlier = span.moved(-back)
    point = next((one for one in now.past.points if one.span == earlier), None)
    if point is None:  # the span one month back may not be over yet
        assert earlier.last > as_of
        return
    then = seen(known(deals, earlier.as_of), earlier)
    assert point.expected == pytest.approx(then.now.expected)
    assert point.rivals == {name: pytest.approx(then.now.rivals[name]) for name in RIVALS}
    shown = next(one for one in now.settled(TEAM) if one.forecast.span == earlier)
    assert shown.forecast.value == pytest.approx(then.forecast(TEAM).value)
    assert (shown.forecast.low, shown.forecast.high) == pytest.approx(
        (then.forecast(TEAM).low, then.forecast(TEAM).high)
    )


@given(st.integers(0, 10_000))
@settings(max_examples=15)
def test_the_reps_sum_to_the_team_and_the_deals_to_the_rep(seed: int) -> None:
    found = seen(company(seed, sized=0.7), month_after(date(2026, 1, 31)))
    assert sum(found.forecast({rep}).value for rep in REPS) == pytest.approx(found.forecast(TEAM).value)
    for rep in REPS:
        own = found.views.opened({rep})
        assert own == pytest.approx(sum(part.value for part in found.parts({rep})))
        assert found.views.mean({rep}) == pytest.approx(found.now.expected[rep])


def test_the_table_finds_the_chance_that_made_the_deals() -> None:
    history = history_of(company(1, days=900, each_day=6))
    assert history is not None
    as_of = BEGIN + timedelta(days=880)
    table = Exposures(history, [as_of]).until(as_of)
    chance = table.chance(20, as_of + DAY, as_of + timedelta(days=30))
    assert chance == pytest.approx(0.4 * (1 - 0.98**30), abs=0.03)
    assert table.chance(20, as_of + DAY, as_of + timedelta(days=2000)) < 1


def test_days_before_the_closes_are_known_do_not_count() -> None:
    """One deal of 1,000 days that closed on the second day known was open for two days at that age, not for 1,000."""
    old = PastDeal("1", "a", date(2022, 4, 8), date(2025, 1, 2), "won", 100, 100)
    first = PastDeal("2", "a", date(2024, 12, 31), date(2025, 1, 1), "lost", 100)
    history = history_of([old, first])
    assert history is not None
    assert history.begins_on == BEGIN
    table = Exposures(history, [date(2025, 1, 31)]).until(date(2025, 1, 31))
    assert table.win[-1][0] == pytest.approx(0.5)


def test_large_deals_that_win_less_do_not_swell_the_forecast() -> None:
    """Half the deals are 10 and all won, half are 1,000 and all lost: the money-weighted chance stays low."""
    deals = [
        PastDeal(f"{n}{kind}", "a", day, day + timedelta(days=10), kind, size, size if kind == "won" else None)
        for n in range(200)
        for kind, size in KINDS
        for day in (BEGIN + timedelta(days=n),)
    ]
    history = history_of(deals)
    assert history is not None
    as_of = BEGIN + timedelta(days=200)
    table = Exposures(history, [as_of]).until(as_of)
    assert table.chance(0, as_of + DAY, as_of + timedelta(days=30)) < 0.02


def test_a_deal_older_than_any_that_was_won_counts_nothing_and_is_listed() -> None:
    ancient = PastDeal("old", "a", BEGIN, size_minor=10**9)
    found = seen([*company(3), ancient], month_after(date(2026, 1, 31)))
    part = next(part for part in found.parts(TEAM) if part.deal.id == "old")
    assert found.parts(TEAM)[-1].is_stale
    assert (part.is_stale, part.chance, part.value) == (True, 0.0, 0.0)
    without = seen(company(3), month_after(date(2026, 1, 31)))
    assert found.forecast(TEAM).value < without.forecast(TEAM).value * 1.05


def _won(day: date, value: int, number: int) -> PastDeal:
    return PastDeal(f"{day}{number}", "a", day - timedelta(days=5), day, "won", value, value)


def test_a_quarter_that_beats_is_believed_and_chance_is_not() -> None:
    """A month three times as strong comes again; a difference that a few deals make by chance hardly moves it."""
    beats, flat = [], []
    for month in range(9):
        first = shifted(BEGIN, month)
        beats += [_won(first + timedelta(days=n % 27), 100, n) for n in range(150 if month % 3 == 2 else 50)]
        flat += [_won(first + timedelta(days=n % 27), 100, n) for n in range(5 if month % 3 == 2 else 4)]
    as_of, last = date(2025, 8, 31), date(2025, 9, 30)
    for deals, low, high in ((beats, 1.6, 1.85), (flat, 0.95, 1.1)):
        history = history_of(known(deals, as_of))
        assert history is not None
        assert low < rhythm(history, Money(history), as_of, last).factor < high


def test_short_history_says_what_it_needs() -> None:
    deals = company(4)
    three = known(deals, date(2025, 3, 31))
    assert outlook(history_of(three), month_after(date(2025, 3, 31))) == Needs(6, 3)
    assert outlook(history_of([]), month_after(BEGIN)) == Needs(6, 0)
    only_lost = [PastDeal("1", "a", BEGIN, date(2025, 1, 9), "lost", 5)]
    assert isinstance(outlook(history_of(only_lost), month_after(date(2025, 12, 31))), Needs)


def test_the_range_is_gamma_and_widens_with_the_own_error() -> None:
    chance = Chance(mean=100.0, spread=1.0)
    near, wide = range_of(2000, chance, 0.0), range_of(2000, chance, 0.5)
    assert wide.low < near.low < 2000 < near.high < wide.high
    assert near.low == pytest.approx(1244.3, abs=1)  # shape 10: chi-square of 20 degrees at 0.1 is 12.443
    assert near.high == pytest.approx(2841.2, abs=1)
    assert range_of(150, chance, 0.1).low == 0.0  # no win at all comes in 22 of 100 such periods
    assert range_of(0, chance, 0.1) == range_of(-1, chance, 0.1)


def test_what_a_90_percent_forecast_needs() -> None:
    assert Chance(2361.0, 1.08**2).wins_for(0.1) == 139
    assert Chance(2361.0, 1.08**2).floor(2361.0 * 424) == pytest.approx(0.057, abs=0.001)


def test_the_own_error_begins_at_15_percent_and_is_learned() -> None:
    chance = Chance(1.0, 0.0)
    assert own_error([(1000, 2000)] * 7, chance) == START
    assert own_error([(10_000, 15_000)] * 100, chance) == pytest.approx(0.5, abs=0.02)
    assert own_error([(10_000, 10_000)] * 8, chance) == pytest.approx(START / 2**0.5)


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_a_record_is_the_sum_of_errors_over_what_came(pairs: list[tuple[float, float]]) -> None:
    span = month_after(date(2025, 6, 30))
    settled = [
        Settled(Forecast(span, 0, value, value / 2, value * 2, None, 0.1, 1), actual, (("rival", 2 * actual),))
        for value, actual in pairs
    ]
    found = record(settled)
    came = sum(actual for _, actual in pairs)
    if not came:
        assert found is None
        return
    assert found is not None
    assert found.error == pytest.approx(sum(abs(value - actual) for value, actual in pairs) / came)
    assert found.bias == pytest.approx(sum(value for value, _ in pairs) / came - 1)
    assert dict(found.rivals) == pytest.approx({"rival": 1.0})


def test_sizes_that_only_won_deals_carry_are_not_used() -> None:
    is_won = [True, True, False, False]
    assert sizes_known([[5, 6, None, 0], [1, 2, 3, None]], is_won) == (None,) * 4
    assert sizes_known([[5, 6, None, 0], [1, 2, 3, 4]], is_won) == (1, 2, 3, 4)


def test_on_the_last_day_nothing_is_ahead() -> None:
    last = date(2025, 10, 31)
    found = seen(known(company(6), last), Span(date(2025, 10, 1), last, last)).forecast(TEAM)
    assert (found.ahead, found.low, found.high, found.value) == (0, found.won, found.won, found.won)


def test_deals_without_any_amount_have_no_forecast() -> None:
    """Nobody wrote an amount: there is no money to forecast, and that is said instead of a zero."""
    bare = [PastDeal(d.id, d.owner_id, d.created_on, d.closed_on, d.outcome, None, 0) for d in company(7)]
    assert isinstance(outlook(history_of(bare), month_after(date(2025, 12, 31))), Needs)
