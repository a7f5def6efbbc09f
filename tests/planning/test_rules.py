"""The rules of a rep's days one at a time: windows, breaks, the way from home and back, days off and worked, days away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cockpit.domain.book import Book
from cockpit.domain.entities import Absence
from cockpit.domain.periods import WorkCalendar
from cockpit.planning.plan import Plan, arrange, fill, replan
from cockpit.planning.problem import Rules, Window
from cockpit.planning.reading import next_working_days, problem_from, working_days
from tests.planning.books import REP, TODAY, account, activity, at, book, kpi, window

RULES = Rules()


def filled(rows: Book, rules: Rules = RULES, last: int = 30) -> Plan:
    days = working_days(rows, REP, rows.as_of, date(2026, 11, last))
    return fill(problem_from(rows, REP, rows.as_of, rules, days), "kpi")


def replanned(rows: Book) -> Plan:
    days = next_working_days(rows, REP, rows.as_of, RULES.horizon)
    return replan(problem_from(rows, REP, rows.as_of, RULES, days, "replan"))


def test_of_several_windows_of_a_weekday_a_visit_lies_within_one() -> None:
    tuesday = [
        window("acc", 1, "09:00", "09:40"),
        window("acc", 1, "15:00", "16:00"),
        window("acc", 1, "11:50", "12:40"),
    ]
    (line,) = filled(book([account("acc", "A")], [], [kpi(1)], windows=tuesday), last=24).changes
    assert 15 * 60 <= line.starts <= 15 * 60 + 15, "the first is too short, and lunch takes half of the other"


@pytest.mark.parametrize(("second", "starts"), [("15:20", 15 * 60), ("15:30", 15 * 60), ("15:31", None)])
def test_windows_that_overlap_or_touch_are_one(second: str, starts: int | None) -> None:
    tuesday = [
        window("acc", 1, "15:00", "15:30"),
        window("acc", 1, second, "15:50"),
        window("acc", 1, "15:05", "15:10"),
    ]
    plan = filled(book([account("acc", "A")], [], [kpi(1)], windows=tuesday), last=24)
    assert [line.starts for line in plan.changes] == ([starts] if starts else [])


def test_a_window_of_another_weekday_is_none_of_this_day() -> None:
    thursday = [window("acc", 3, "09:00", "12:00")]
    (line,) = filled(book([account("acc", "A")], [], [kpi(1)], windows=thursday)).changes
    assert line.on == date(2026, 11, 26)


def test_nothing_lies_in_the_lunch_break_and_without_one_there_is_room() -> None:
    midday = [window("acc", 1, "11:30", "13:30")]
    rows = book([account("acc", "A")], [], [kpi(1)], windows=midday, now=at(24, 11 * 60))
    assert filled(rows, last=24).changes == ()
    assert filled(rows, replace(RULES, lunch=None), last=24).changes
    assert filled(rows, replace(RULES, lunch=Window(12 * 60 + 30, 13 * 60)), last=24).changes


def test_the_day_begins_at_home_and_ends_there_in_time() -> None:
    far = [account("far", "A", 20.0, 0.0)]
    (line,) = filled(book(far, [], [kpi(1)]), last=24).changes
    assert line.starts >= RULES.day_starts + line.travel_minutes > RULES.day_starts + 60
    late = book(far, [], [kpi(1)], now=at(24, 16 * 60))
    assert filled(late, last=24).changes == (), "he would be back after the day's end"
    assert filled(replace(late, people={REP: replace(late.people[REP], home_lat=None)}), last=24).changes


def test_a_make_up_day_is_worked_and_a_holiday_is_not() -> None:
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    rows = book([account(f"acc-{n:02}", "A", n / 10, 0.1) for n in range(40)], [], [kpi(40)])
    rows = replace(rows, calendar=WorkCalendar(holidays=frozenset({friday}), makeups=frozenset({saturday})))
    days = {line.on for line in filled(rows).changes}
    assert saturday in days
    assert friday not in days
    assert days <= {TODAY, date(2026, 11, 25), date(2026, 11, 26), saturday, date(2026, 11, 30)}


def test_what_stands_on_days_away_finds_another_and_what_is_promised_stays() -> None:
    away = Absence(id="a", person_id=REP, from_on=date(2026, 11, 25), to_on=date(2026, 11, 27))
    stood = [
        activity("wed", "acc-0", 25, 600),
        activity("thu", "acc-1", 26, 600),
        activity("promised", "acc-2", 26, 840, is_promised=True),
    ]
    plan = replanned(book([account(f"acc-{n}", "C", n, 0.0) for n in range(3)], stood, absences=[away]))
    moved = {line.source_id: line.on for line in plan.changes if line.source_id}
    assert set(moved) == {"wed", "thu"}
    assert all(not away.from_on <= on <= away.to_on for on in moved.values())


def test_away_for_the_rest_of_the_month_leaves_nothing_to_fill_and_says_so() -> None:
    away = Absence(id="a", person_id=REP, from_on=date(2026, 11, 24), to_on=date(2026, 11, 30))
    plan = filled(book([account("acc", "A")], [], [kpi(1)], absences=[away]))
    assert plan.changes == ()
    assert {"no_workday", "no_days", "still_short", "blocked_no_days"} <= {note.code for note in plan.notes}


@pytest.mark.parametrize("is_promised", [True, False])
def test_a_fixed_slot_stays_whatever_the_kpi_asks(is_promised: bool) -> None:
    slot = activity("slot", "acc-0", 26, 13 * 60, is_promised=is_promised, is_locked=not is_promised)
    rows = book([account(f"acc-{n:02}", "A", n / 4, 0.0) for n in range(1, 13)] + [account("acc-0")], [slot], [kpi(12)])
    days = [date(2026, 11, 26)]
    plan = arrange(problem_from(rows, REP, rows.as_of, RULES, days, "arrange"))
    assert len(plan.changes) == RULES.max_visits - 1
    assert next((line.on, line.starts) for line in plan.lines if line.key == "slot") == (days[0], 13 * 60)


def test_calls_lie_in_the_gaps_and_need_no_way() -> None:
    stood = [activity("act", "acc-0", 24, 10 * 60, 60)]
    rows = book([account(f"acc-{n}", "B", n, 0.0) for n in range(6)], stood, [kpi(4, "call")])
    plan = filled(rows, last=24)
    assert len(plan.changes) == 4
    assert all(line.travel_minutes == 0 for line in plan.changes)
    assert sum(day.travel_after - day.travel_before for day in plan.days) == 0


def test_a_clock_that_was_set_back_keeps_what_was_held_and_plans_around_it() -> None:
    """What was held lies ahead by this clock: it stays, and nothing new lies across it."""
    held = activity("held", "acc-0", 24, 14 * 60, status="held")
    rows = book([account(f"acc-{n}", "A", n / 2, 0.0) for n in range(8)], [held], [kpi(7)], now=at(24, 9 * 60))
    plan = replanned(rows)
    assert next(line.sign for line in plan.lines if line.key == "held") == "="
    assert plan.changes
    assert all(line.starts > 9 * 60 for line in plan.changes if line.on == TODAY)


def test_an_activity_longer_than_a_day_takes_the_usual_time() -> None:
    endless = replace(activity("act", "acc", 24, 600), ends_at=at(24, 600) + timedelta(days=3))
    plan = replanned(book([account("acc")], [endless]))
    assert next(line.minutes for line in plan.lines if line.key == "act") == RULES.minutes["visit"]
