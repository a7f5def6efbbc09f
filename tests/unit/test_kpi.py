"""Held, planned, uncovered: what counts, when, for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.entities import ActivityStatus
from cockpit.domain.kpi import kpi_count, kpi_counts
from tests.support.books import Teller
from tests.support.company import LEAD, MATE, ME, NOW, REGION, TEAM, at

STATUSES: tuple[ActivityStatus, ...] = ("planned", "held", "not_held", "moved", "cancelled")
ACTIVITIES = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(0, 23), st.sampled_from(STATUSES), st.sampled_from(("visit", "call"))),
    max_size=30,
)


def test_what_counts() -> None:
    teller = Teller()
    rule = teller.kpi(15)
    teller.activity(at(1, "00:10"), "held")
    teller.activity(at(31, "23:50", month=10), "held")
    teller.activity(at(24, "07:00"))
    teller.activity(at(30, "23:50"))
    teller.activity(at(1, "00:10", month=12))
    teller.activity(at(23, "23:50"))
    for status in ("not_held", "moved", "cancelled"):
        teller.activity(at(25), status)
    teller.activity(at(25), kind="call")
    teller.activity(at(25), rep=MATE)
    count = kpi_count(teller.book(), rule, ME)
    assert (count.done, len(count.planned), count.uncovered, count.state) == (1, 2, 12, "short")
    assert count.at_risk_minor == 10_000


def test_todays_past_hours_count_until_midnight() -> None:
    teller = Teller()
    rule = teller.kpi(1)
    teller.activity(at(24, "07:00"))
    assert kpi_count(teller.book(at(24, "23:59")), rule, ME).state == "covered"
    after = kpi_count(teller.book(at(25, "00:00")), rule, ME)
    assert (after.state, after.uncovered) == ("short", 1)


@given(ACTIVITIES, st.integers(0, 40), st.sampled_from(("visit", "call")))
def test_invariants(rows: list[tuple[int, int, ActivityStatus, str]], limit: int, kind: str) -> None:
    teller = Teller()
    rule = teller.kpi(limit, kind)
    for days, hour, status, what in rows:
        teller.activity(at(24, f"{hour:02d}:00") + timedelta(days=days), status, what)
    count = kpi_count(teller.book(), rule, ME)
    assert count.uncovered == max(0, limit - count.done - len(count.planned))
    if count.state == "short":
        assert count.done + len(count.planned) + count.uncovered == limit
    if count.state == "covered":
        assert count.done < limit <= count.done + len(count.planned)
    assert (count.state == "reached") == (count.done >= limit)
    assert (count.at_risk_minor == 0) == (count.state == "reached")
    assert {row.kind for row in (*count.held, *count.planned)} <= {kind}


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 15))
def test_a_teams_uncovered_is_the_sum_over_its_reps(held: list[int], limit: int) -> None:
    teller = Teller()
    rule = teller.kpi(limit)
    for number, count in enumerate(held):
        for _ in range(count):
            teller.activity(at(3), "held", rep=f"rep-{number}")
    book = teller.book()
    counts = [kpi_count(book, rule, f"rep-{number}") for number in range(len(held))]
    assert sum(count.uncovered for count in counts) == sum(max(0, limit - done) for done in held)


@pytest.mark.parametrize(
    ("values", "binds"),
    [
        ({}, True),
        ({"scope_id": TEAM}, True),
        ({"scope_id": REGION}, True),
        ({"scope_id": "team-9"}, False),
        ({"from_on": date(2026, 11, 24)}, True),
        ({"from_on": date(2026, 11, 25)}, False),
        ({"to_on": date(2026, 11, 24)}, True),
        ({"to_on": date(2026, 11, 23)}, False),
    ],
)
def test_whom_and_when_a_rule_binds(values: dict[str, Any], binds: bool) -> None:
    teller = Teller()
    teller.kpi(1, **values)
    assert bool(kpi_counts(teller.book(), ME)) is binds
    assert kpi_counts(teller.book(), LEAD) == ()


def test_a_sub_limit_counts_only_its_tiers() -> None:
    teller = Teller()
    whole = teller.kpi(3)
    teller.kpi(2, tiers="A", parent_id=whole.id)
    for tier in "ABA":
        teller.activity(at(3), "held", account_id=teller.account(tier))
    teller.activity(at(3), "held")
    counts = kpi_counts(teller.book(), ME)
    assert [(count.done, count.uncovered) for count in counts] == [(4, 0), (2, 0)]


@pytest.mark.parametrize(("period", "done"), [("day", 0), ("week", 1), ("month", 2), ("quarter", 3), ("year", 3)])
def test_a_rule_counts_in_its_own_period(period: str, done: int) -> None:
    teller = Teller()
    rule = teller.kpi(5, period_kind=period)
    for moment in (at(23), at(10), at(10, month=10)):
        teller.activity(moment, "held")
    assert kpi_count(teller.book(), rule, ME).done == done


def test_the_local_day_is_the_teams_not_the_hosts() -> None:
    teller = Teller()
    rule = teller.kpi(1)
    teller.activity(at(1, "00:30"), "held")
    assert kpi_count(teller.book(NOW), rule, ME).done == 1
