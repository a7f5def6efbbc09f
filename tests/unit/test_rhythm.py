"""The days of a period, the last weeks and the pace, over a told month. Today is Tuesday 2026-11-24."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from cockpit.domain.gap import money_gap
from cockpit.domain.periods import period_of
from cockpit.domain.rhythm import day_counts, last_weeks, pace_points
from tests.support.books import Teller
from tests.support.company import MATE, ME, at

TODAY = date(2026, 11, 24)
MONTH = period_of("month", TODAY)


@pytest.mark.parametrize(
    ("day", "statuses", "state"),
    [
        (10, ("held",), "done"),
        (10, ("held", "not_held"), "done"),
        (10, ("planned",), "missed"),
        (10, ("not_held",), "missed"),
        (10, ("cancelled",), "free"),
        (10, ("moved",), "free"),
        (24, ("planned",), "planned"),
        (24, ("held", "planned"), "done"),
        (26, ("planned",), "planned"),
        (26, (), "free"),
    ],
)
def test_a_day_is_what_became_of_its_visits(day: int, statuses: tuple[str, ...], state: str) -> None:
    teller = Teller()
    for status in statuses:
        teller.activity(at(day), status)
    found = {count.on.day: count for count in day_counts(teller.book(), ME, MONTH)}
    assert found[day].state == state
    assert {count.state for number, count in found.items() if number != day} == {"free"}


def test_calls_and_other_peoples_visits_are_not_in_the_days() -> None:
    teller = Teller()
    teller.activity(at(10), "held", kind="call")
    teller.activity(at(10), "held", rep=MATE)
    assert {count.state for count in day_counts(teller.book(), ME, MONTH)} == {"free"}


def test_weekends_and_holidays_are_no_working_days() -> None:
    teller = Teller()
    teller.holidays.add(date(2026, 11, 11))
    off = [count.on.day for count in day_counts(teller.book(), ME, MONTH) if not count.is_workday]
    assert off == [1, 7, 8, 11, 14, 15, 21, 22, 28, 29]


def test_a_late_visit_counts_on_its_local_day() -> None:
    teller = Teller()
    teller.activity(at(10, "23:50"), "held")
    teller.activity(at(11, "00:10"), "held")
    held = {count.on.day: count.held for count in day_counts(teller.book(), ME, MONTH) if count.held}
    assert held == {10: 1, 11: 1}


def test_a_period_that_begins_before_the_book_has_no_days() -> None:
    book = Teller().book()
    assert day_counts(book, ME, period_of("year", TODAY)) == ()
    late = dataclasses.replace(book, activities_from=MONTH.starts_on)
    assert len(day_counts(late, ME, MONTH)) == 30


def test_the_last_weeks_end_with_the_running_one() -> None:
    teller = Teller()
    teller.activity(at(23), "held")
    teller.activity(at(22), "held")
    teller.activity(at(16), "held")
    teller.activity(at(24, "15:00"), "planned")
    teller.deal("stage-won", 500, closed_on=date(2026, 11, 20))
    teller.deal("stage-won", 70, closed_on=date(2026, 11, 20), currency="USD")
    teller.deal("stage-lost", 900, closed_on=date(2026, 11, 20))
    weeks = last_weeks(teller.book(), (ME,), "CNY", 3)
    assert [(week.starts_on.day, week.held, week.won_minor) for week in weeks] == [(9, 0, 0), (16, 2, 500), (23, 1, 0)]


def test_eight_weeks_always_lie_inside_the_book() -> None:
    for month in range(1, 13):
        for day in (1, 2, 3, 4, 5, 6, 7, 28):
            moment = at(1).replace(month=month, day=day)
            first = last_weeks(dataclasses.replace(Teller().book(), as_of=moment), (ME,), "CNY")[0].starts_on
            begins = date(2026, month, 1)
            two_before = date(begins.year - (month <= 2), (month - 3) % 12 + 1, 1)
            assert first >= two_before, "the book reaches back two whole months"


def test_the_target_is_due_in_equal_parts_and_the_last_point_is_all_of_it() -> None:
    teller = Teller()
    teller.target(1_000)
    teller.deal("stage-won", 100, closed_on=date(2026, 11, 7))  # a Saturday
    teller.deal("stage-won", 30, closed_on=TODAY)
    later = teller.deal("stage-3", 200, expected_on=date(2026, 11, 26))
    beyond = teller.deal("stage-3", 40, expected_on=date(2026, 11, 29))  # a Sunday
    for deal in (later, beyond):
        teller.activity(at(25), deal_id=deal)
    book = teller.book()
    points = pace_points(book, money_gap(book, ME, MONTH))
    by_day = {point.on.day: point for point in points}
    assert [point.due_minor for point in points] == [1_000 * number // 21 for number in range(1, 22)]
    assert (by_day[6].actual_minor, by_day[9].actual_minor, by_day[24].actual_minor) == (0, 100, 130)
    assert by_day[25].actual_minor is None
    assert by_day[23].covered_minor is None
    assert [by_day[day].covered_minor for day in (24, 25, 26, 27, 30)] == [130, 130, 330, 330, 370]


def test_without_a_target_nothing_is_due() -> None:
    book = Teller().book()
    points = pace_points(book, money_gap(book, ME, MONTH))
    assert {point.due_minor for point in points} == {None}
    assert len(points) == 21


def test_a_period_of_holidays_has_no_pace() -> None:
    book = Teller().book()
    sunday = period_of("day", date(2026, 11, 22))
    assert pace_points(book, money_gap(book, ME, sunday)) == ()


def test_on_a_weekend_the_last_working_day_stands_for_now() -> None:
    teller = Teller()
    teller.deal("stage-won", 100, closed_on=date(2026, 11, 21))
    book = dataclasses.replace(teller.book(), as_of=at(22))
    by_day = {point.on.day: point for point in pace_points(book, money_gap(book, ME, MONTH))}
    assert (by_day[20].actual_minor, by_day[23].actual_minor) == (100, None)
