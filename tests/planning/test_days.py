"""Bad input and the rules one at a time: planned around and named, never a crash."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cockpit.domain.book import Book
from cockpit.planning.plan import Plan, fill, replan
from cockpit.planning.problem import Point, Rules
from cockpit.planning.reading import next_working_days, problem_from, working_days
from cockpit.planning.score import best_addition
from cockpit.planning.travel import Travel
from tests.planning import checker
from tests.planning.books import REP, account, activity, at, book, deal, kpi, window

RULES = Rules()


def replanned(rows: Book) -> Plan:
    days = next_working_days(rows, REP, rows.as_of, RULES.horizon)
    plan = replan(problem_from(rows, REP, rows.as_of, RULES, days, "replan"))
    assert checker.violations(plan) == []
    return plan


def filled(rows: Book, rule_id: str = "kpi") -> Plan:
    days = working_days(rows, REP, rows.as_of, date(2026, 11, 30))
    plan = fill(problem_from(rows, REP, rows.as_of, RULES, days), rule_id)
    assert checker.violations(plan) == []
    return plan


def codes(plan: Plan) -> set[str]:
    return {reason.code for reason in plan.notes}


def test_travel_is_straight_line_times_factor_over_speed_plus_fixed_minutes() -> None:
    travel = Travel(Rules(travel_factor=1.3, speed_kmh=25, fixed_minutes=5, unknown_minutes=20))
    ten_km_north = Point(31.23 + 10 / 111.195, 121.47)
    assert travel.minutes(Point(31.23, 121.47), ten_km_north) == pytest.approx(32 + 5, abs=1)
    assert travel.minutes(ten_km_north, ten_km_north) == 0
    assert travel.minutes(None, ten_km_north) == 20


def test_an_account_without_coordinates_or_hours_is_planned_and_named() -> None:
    plan = filled(book([account("acc", "A", None, None)], rules=[kpi(1)]))
    assert [line.account_id for line in plan.changes] == ["acc"]
    assert {"no_place", "no_hours"} <= codes(plan)


def test_locked_visits_that_overlap_both_stay_and_are_named() -> None:
    rows = [activity(f"act-{n}", f"acc-{n}", 24, 600 + 15 * n, is_locked=True) for n in range(2)]
    plan = replanned(book([account("acc-0"), account("acc-1")], rows))
    assert plan.changes == ()
    assert "overlap_stays" in codes(plan)


def test_of_visits_at_one_time_the_first_stays_and_the_other_moves() -> None:
    rows = [activity("act-0", "acc-0", 24, 600), activity("act-1", "acc-1", 24, 615)]
    plan = replanned(book([account("acc-0", "C"), account("acc-1", "C")], rows))
    assert [(line.source_id, line.sign) for line in plan.changes if line.source_id] == [("act-1", "~")]


def test_a_window_closed_all_week_is_planned_around_and_named() -> None:
    hours = [window("acc", 6, "09:00", "12:00")]
    plan = filled(book([account("acc", "A")], rules=[kpi(1)], windows=hours))
    assert plan.changes == ()
    assert {"still_short", "blocked_closed"} <= codes(plan)


def test_hours_that_cannot_be_read_are_left_out_and_named() -> None:
    hours = [window("acc", 1, "nine", "12:00"), window("acc", 1, "14:00", "17:00")]
    plan = filled(book([account("acc", "A")], rules=[kpi(1)], windows=hours))
    assert [line.starts for line in plan.changes] == [14 * 60]
    assert "bad_hours" in codes(plan)


def test_a_day_already_over_moves_what_is_left_to_the_next_working_day() -> None:
    rows = book([account("acc")], [activity("act", "acc", 24, 600)], now=at(24, 20 * 60))
    plan = replanned(rows)
    assert [(line.sign, line.on) for line in plan.changes] == [(">", date(2026, 11, 25))]
    assert "day_over" in codes(plan)


def test_nothing_to_plan_is_an_empty_plan() -> None:
    plan = replanned(book())
    assert plan.lines == ()
    assert plan.dropped is None


def test_what_starts_within_the_hour_is_locked_promised_or_under_way_stays() -> None:
    now = at(24, 600)
    rows = [
        activity("under-way", "acc-0", 24, 580),
        activity("soon", "acc-1", 24, 655),
        activity("crossing-soon", "acc-2", 24, 660),
        activity("promised", "acc-3", 24, 840, is_promised=True),
        activity("crossing-promised", "acc-4", 24, 850),
    ]
    plan = replanned(book([account(f"acc-{n}", "C", cadence=1) for n in range(5)], rows, now=now))
    why = {line.key: line.rules[0].code for line in plan.lines if not line.is_written}
    assert why == {"under-way": "in_progress", "soon": "frozen", "promised": "promised"}
    assert {line.source_id for line in plan.changes if line.source_id} == {"crossing-soon", "crossing-promised"}


def test_the_cadence_minimum_counts_done_visits_and_the_accounts_own_days() -> None:
    held = [activity("done", "acc", 16, 600, status="held")]
    assert filled(book([account("acc", "A")], held, [kpi(2)])).changes[0].on == date(2026, 11, 26)
    assert filled(book([account("acc", "A", cadence=20)], held, [kpi(2)])).changes[0].on == date(2026, 11, 30)
    blocked = filled(book([account("acc", "B")], held, [kpi(2)]))
    assert blocked.changes == ()
    assert "blocked_too_soon" in codes(blocked)


def test_holidays_and_absences_are_no_days_to_fill() -> None:
    rows = book([account(f"acc-{n}", "A") for n in range(4)], rules=[kpi(4)], holidays=frozenset({date(2026, 11, 24)}))
    plan = filled(rows)
    assert len(plan.changes) == 4
    assert date(2026, 11, 24) not in {line.on for line in plan.changes}


def test_a_sub_limit_is_met_first() -> None:
    accounts = [account("far-a", "A", 9.0, 9.0), *(account(f"near-{n}", "B", 0.5, 0.5) for n in range(3))]
    visits = [activity(f"held-{n}", "near-2", 2 + n, 600, status="held") for n in range(2)]
    plan = filled(book(accounts, visits, [kpi(4), kpi(1, name="sub", tiers="A", parent="kpi")]))
    assert len(plan.changes) == 2
    assert "far-a" in {line.account_id for line in plan.changes}


def test_a_full_day_is_named_when_the_kpi_cannot_be_closed() -> None:
    accounts = [account(f"acc-{n:02}", "A", 0.1, 0.1) for n in range(12)]
    rows = book(accounts, rules=[kpi(12)], now=at(30, 480))
    plan = filled(rows)
    assert len(plan.changes) == RULES.max_visits
    assert {"still_short", "blocked_day_full"} <= codes(plan)


def test_points_add_up_and_money_and_nearness_count() -> None:
    accounts = [account("near", "B", 0.5, 0.5), account("far", "B", 11.0, 11.0), account("rich", "B", 0.5, 0.5)]
    rows = book(accounts, rules=[kpi(3)], deals=[deal("d", "rich", 900_000)])
    lines = {line.account_id: line for line in filled(rows).changes}
    assert lines["rich"].score > lines["near"].score > lines["far"].score
    for line in lines.values():
        assert line.score == sum(reason.points for reason in line.points)


def test_the_next_best_is_the_richest_account_that_fits_today_after_what_stands() -> None:
    accounts = [account("acc-0"), account("acc-1", "C", 0.5, 0.5), account("rich", "A", 0.5, 0.5)]
    rows = book(accounts, [activity("act", "acc-0", 24, 540)], deals=[deal("d", "rich", 900_000)])
    best = best_addition(rows, REP, rows.as_of)
    assert best is not None
    assert (best.account_id, best.row_ids) == ("rich", ("d",))
    assert best.score == sum(reason.points for reason in best.points)
    other = best_addition(rows, REP, rows.as_of, exclude=("rich",))
    assert other is not None
    assert other.account_id == "acc-1"


@pytest.mark.parametrize("now", [at(24, 18 * 60), at(28, 600), at(29, 600)])
def test_there_is_no_next_best_after_the_day_or_on_a_weekend(now: datetime) -> None:
    rows = book([account("acc", "A")], now=now)
    assert best_addition(rows, REP, now) is None
