"""The speed by the rep's own log: fitted where there is enough, stated where there is not, and the plan says which."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.book import Book
from cockpit.domain.entities import ActivityKind
from cockpit.planning.pace import ENOUGH, trips_of, with_own_pace
from cockpit.planning.plan import fill
from cockpit.planning.problem import Rules
from cockpit.planning.reading import problem_from
from cockpit.services.reasons import reason_text
from tests.planning import checker
from tests.planning.books import REP, TODAY, account, activity, book, kpi

RULES = Rules()
HERE = [account("west", "C", 0.0, 0.0), account("east", "C", 4.0, 0.0)]


def days_before(count: int) -> list[tuple[int, int]]:
    """The last days before the fixed Tuesday, as (day, month)."""
    found = (TODAY - timedelta(days=number + 1) for number in range(count))
    return [(on.day, on.month) for on in found]


def logged(gaps: list[int], kind: ActivityKind = "visit") -> Book:
    """Two visits a day, 4 km apart, with so many minutes between them."""
    rows = []
    for number, (gap, (day, month)) in enumerate(zip(gaps, days_before(len(gaps)), strict=True)):
        rows.append(activity(f"first-{number}", "west", day, 840, 30, "held", month=month))
        rows.append(activity(f"second-{number}", "east", day, 870 + gap, 30, "held", kind, month=month))
    return book(HERE, sorted(rows, key=lambda row: row.starts_at), [kpi(60)])


def own(gaps: list[int]) -> Rules:
    return with_own_pace(logged(gaps), REP, RULES)


def test_a_speed_that_the_trips_have_is_found() -> None:
    found = own([29] * 24)  # 24 minutes for 4 km x 1.3
    assert found.speed_kmh == pytest.approx(13.0, abs=0.1)
    assert (found.trips, found.trip_error) == (24, 0)


def test_too_few_trips_leave_the_stated_speed() -> None:
    found = own([29] * (ENOUGH - 1))
    assert (found.speed_kmh, found.trips, found.trip_error) == (RULES.speed_kmh, ENOUGH - 1, None)


@pytest.mark.parametrize("gap", [1, 5, 6])
def test_a_speed_that_nobody_has_is_not_believed(gap: int) -> None:
    found = own([gap] * 30)
    assert (found.speed_kmh, found.trips, found.trip_error) == (RULES.speed_kmh, 30, None)


@given(st.lists(st.integers(1, 90), min_size=ENOUGH, max_size=40))
def test_half_of_the_trips_are_as_near_as_it_says(gaps: list[int]) -> None:
    found = own(gaps)
    if found.trip_error is not None:
        minutes = found.fixed_minutes + 4.0 * found.travel_factor * 60 / found.speed_kmh
        near = sum(abs(minutes - gap) <= found.trip_error + 1 for gap in gaps)
        assert 2 * near >= len(gaps)


@given(st.permutations([29] * 13 + [90] * 8 + [15] * 3))
def test_some_long_waits_change_nothing(gaps: list[int]) -> None:
    assert own(gaps).speed_kmh == pytest.approx(13.0, abs=0.1)


def test_what_is_no_trip_does_not_count() -> None:
    assert len(trips_of(logged([29] * 5), REP, RULES)) == 5
    assert trips_of(logged([29] * 5, "call"), REP, RULES) == ()
    assert trips_of(logged([0, -20, 91, 300]), REP, RULES) == ()
    near = logged([29])
    assert (
        trips_of(replace(near, accounts={**near.accounts, "east": replace(HERE[1], lon=HERE[0].lon)}), REP, RULES) == ()
    )
    assert trips_of(replace(near, accounts={"west": HERE[0]}), REP, RULES) == ()
    assert trips_of(near, "somebody", RULES) == ()
    over_lunch = [
        activity("a", "west", 20, 690, 25, "held"),
        activity("b", "east", 20, 785, 30, "held"),
    ]
    assert trips_of(book(HERE, over_lunch), REP, RULES) == ()
    long_ago = [
        activity("a", "west", 20, 840, 30, "held", month=9),
        activity("b", "east", 20, 900, 30, "held", month=9),
    ]
    assert trips_of(book(HERE, long_ago), REP, RULES) == ()


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ([29] * 24, "Travel: straight line x 1.3 at 13 km/h by 24 own trips, +-0 min; traffic unknown."),
        ([29] * 3, "Travel: straight line x 1.3 at 25 km/h, traffic unknown; 3 own trips say too little."),
        ([29], "Travel: straight line x 1.3 at 25 km/h, traffic unknown; 1 own trip says too little."),
    ],
)
def test_the_plan_is_made_with_it_and_says_so(gaps: list[int], words: str) -> None:
    rows = logged(gaps)
    rows = replace(rows, accounts={**rows.accounts, "new": account("new", "A", 6.0, 0.0)})
    plan = fill(problem_from(rows, REP, rows.as_of, with_own_pace(rows, REP, RULES), [TODAY]), "kpi")
    assert checker.violations(plan) == []
    assert [line.account_id for line in plan.changes] == ["new"]
    assert words in [reason_text(reason, rows) for reason in plan.notes]
