"""Bad input and the rules one at a time: planned around and named, never a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from cockpit.domain.book import Book
from cockpit.domain.entities import Person
from cockpit.planning.plan import Plan, Question, arrange, fill, improved, replan
from cockpit.planning.problem import Point, Rules
from cockpit.planning.reading import next_working_days, problem_from, working_days
from cockpit.planning.score import best_addition
from cockpit.planning.travel import Travel
from cockpit.services.reasons import reason_text
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


def test_later_days_planned_anew_part_visits_at_one_time_and_leave_today() -> None:
    rows = [activity(f"act-{n}", f"acc-{n}", day, 600) for n, day in enumerate((24, 24, 26, 26))]
    made = book([account(f"acc-{n}", "C") for n in range(4)], rows)
    days = [on for on in working_days(made, REP, made.as_of, date(2026, 11, 30)) if on >= date(2026, 11, 26)]
    plan = arrange(problem_from(made, REP, made.as_of, RULES, days, "arrange"))
    assert checker.violations(plan) == []
    assert {line.source_id for line in plan.changes if line.source_id} == {"act-3"}


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


def searched(rows: Book, steps: int = 40) -> Plan:
    """The month filled, and made better for some steps."""
    days = working_days(rows, REP, rows.as_of, date(2026, 11, 30))
    left = iter(range(steps))
    question = Question(problem=problem_from(rows, REP, rows.as_of, RULES, days), kind="fill", rule_id="kpi")
    plan = improved(question, 1, lambda: next(left, None) is None)
    assert checker.violations(plan) == []
    return plan


def test_a_visit_that_ends_before_it_begins_takes_the_usual_time() -> None:
    rows = book([account("acc"), account("other", "A", 1.0, 1.0)], [activity("act", "acc", 24, 600, -30)], [kpi(2)])
    plan = searched(rows)
    assert next(line.minutes for line in plan.lines if line.key == "act") == RULES.minutes["visit"]
    assert [line.account_id for line in plan.changes] == ["other"]
    named = next(note for note in plan.notes if note.code == "wrong_end")
    assert named.facts == {"activity_id": "act", "at": 600, "minutes": RULES.minutes["visit"]}
    assert reason_text(named, rows) == "acc at 10:00: its end cannot be right, 45 min assumed."
    assert "wrong_end" not in codes(replanned(book([account("acc")], [activity("act", "acc", 24, 600, None)])))


def test_two_visits_at_one_account_on_one_day_both_stay_and_are_named() -> None:
    rows = [activity("act-0", "acc", 24, 600), activity("act-1", "acc", 24, 840)]
    plan = replanned(found := book([account("acc")], rows))
    assert plan.changes == ()
    texts = [reason_text(note, found) for note in plan.notes if note.code == "met_twice"]
    assert texts == ["acc: more than one visit on Tue 11-24, all stay."]
    assert "met_twice" not in codes(replanned(book([account("acc")], rows[:1])))


def test_of_five_thousand_accounts_the_best_are_planned() -> None:
    accounts = [account(f"acc-{n:04}", "C", n % 71 / 5 - 7, n % 67 / 5 - 7) for n in range(5_000)]
    rows = book([*accounts, account("key", "A", 2.0, 2.0)], rules=[kpi(6)])
    plan = searched(rows)
    assert len(plan.changes) == 6
    assert "key" in {line.account_id for line in plan.changes}


def test_two_visits_at_one_account_keep_its_days_apart() -> None:
    rows = book([account("acc", "A", 1.0, 1.0, cadence=3)], rules=[kpi(4)])
    plan = searched(rows)
    days = [line.on for line in plan.changes]
    assert len(days) == 3
    assert all((later - first).days >= 3 for first, later in pairwise(days))
    assert "still_short" in codes(plan)


def test_a_day_on_which_the_clocks_change_is_planned_by_the_wall_clock() -> None:
    """In Sydney the clocks went forward at 02:00 of that Sunday; the rep works weekends there."""
    sunday, zone = date(2026, 10, 4), ZoneInfo("Australia/Sydney")
    accounts = [account(f"acc-{n}", "A", n / 2, 0.5) for n in range(3)]
    people = {REP: Person(id=REP, name="rep", team_id="team-1", work_days="1234567", home_lat=31.23, home_lon=121.47)}
    now = datetime(2026, 10, 4, 0, 30, tzinfo=zone)
    rows = replace(book(accounts, rules=[kpi(3)], now=now), zone=zone, people=people)
    problem = problem_from(rows, REP, now, RULES, [sunday])
    plan = fill(problem, "kpi")
    assert checker.violations(plan) == []
    assert len(plan.changes) == 3
    for line in plan.changes:
        starts_at = plan.problem.moment(line.on, line.starts)
        assert starts_at.utcoffset() == timedelta(hours=11)
        assert (starts_at.hour, starts_at.minute) == divmod(line.starts, 60)


def test_a_locked_visit_that_stands_in_the_way_stays_and_the_kpi_is_named() -> None:
    rows = book(
        [account("acc"), account("other", "A", 1.0, 1.0)],
        [activity("act", "acc", 30, 540, 530, is_locked=True)],
        [kpi(2)],
        now=at(30, 480),
    )
    plan = searched(rows)
    assert plan.changes == ()
    assert "still_short" in codes(plan)
    assert any(code.startswith("blocked_") for code in codes(plan))


def test_what_may_move_makes_room_for_the_kpi_by_half_an_hour_at_most() -> None:
    """A visit in the middle leaves too little before and after it; a little later there is enough."""
    hours = [window(name, 1, "10:00", "12:00") for name in ("acc", "other")]
    rows = [activity("act", "acc", 24, 640)]
    asked = book([account("acc"), account("other", "A")], rows, [kpi(2)], windows=hours, now=at(24, 480))
    problem = problem_from(asked, REP, asked.as_of, RULES, (date(2026, 11, 24),), "replan")
    assert replan(problem).objective[0] == 1
    plan = improved(Question(problem=problem, kind="replan"), 1, lambda: False)
    assert checker.violations(plan) == []
    assert plan.objective[:3] == (0, 0, 0)
    moved = next(line for line in plan.changes if line.source_id == "act")
    assert (moved.sign, moved.rules[0].code) == ("~", "room")
    assert 0 < abs(moved.starts - 640) <= RULES.free_shift


def test_who_is_still_at_the_last_visit_comes_late_from_now_on() -> None:
    """The visit ended an hour ago by its row; the trip of 37 minutes begins now at the earliest."""
    rows = [activity("met", "near", 24, 540, status="held"), activity("next", "far", 24, 690, is_locked=True)]
    there = [account("near", "C"), account("far", "C", 0.0, 10.0)]
    found = book(there, rows, now=at(24, 660))
    (note,) = [note for note in replanned(found).notes if note.code == "late_by"]
    assert (note.facts["first"], note.facts["second"], note.facts["minutes"]) == ("met", "next", 660 + 37 - 690)
    assert "late_by" not in codes(replanned(book(there, rows, now=at(24, 650))))
