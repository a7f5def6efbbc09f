"""Visits that do not take place: the share with n and range, and the buffer that would make up for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.book import Book
from cockpit.domain.entities import ActivityKind, ActivityStatus, LogEntry
from cockpit.planning.keeping import Kept, buffer_for, kept_of
from cockpit.planning.plan import Plan, fill
from cockpit.planning.problem import Need, Rules
from cockpit.planning.reading import problem_from, working_days
from cockpit.planning.wishes import Wish, Wished
from tests.planning import checker
from tests.planning.books import REP, account, activity, at, book, kpi


def need(limit: int, done: int, kind: ActivityKind = "visit") -> Need:
    return Need(
        rule_id="kpi",
        kind=kind,
        tiers=frozenset(),
        limit=limit,
        done=done,
        planned=0,
        short=max(0, limit - done),
        from_on=date(2026, 11, 1),
        until_on=date(2026, 11, 30),
    )


@given(st.integers(1, 80), st.integers(0, 80), st.integers(1, 40), st.integers(0, 40))
def test_kept_as_usual_what_is_left_with_the_buffer_reaches_the_limit(
    planned: int, held: int, limit: int, done: int
) -> None:
    kept = Kept(min(held, planned), planned, 0.0, 1.0, ())
    buffer, left = buffer_for(kept, need(limit, done)), max(0, limit - done)
    if not kept.is_low:
        assert buffer == 0
        return
    assert (left + buffer) * kept.share >= left
    assert buffer == 0 or (left + buffer - 1) * kept.share < left


@pytest.mark.parametrize(
    ("held", "planned", "buffer"), [(16, 20, 1), (15, 19, 0), (18, 20, 0), (10, 20, 4), (0, 20, 0)]
)
def test_a_buffer_needs_twenty_visits_and_less_than_ninety_percent(held: int, planned: int, buffer: int) -> None:
    assert buffer_for(Kept(held, planned, 0.0, 1.0, ()), need(15, 11)) == buffer
    assert buffer_for(Kept(held, planned, 0.0, 1.0, ()), need(15, 11, "call")) == 0


def test_held_of_held_missed_cancelled_and_unvisited_and_nothing_else_counts() -> None:
    ends: list[tuple[str, int, ActivityStatus]] = [
        ("held", 20, "held"),
        ("missed", 19, "not_held"),
        ("cancelled", 18, "cancelled"),
        ("unvisited", 23, "planned"),
        ("moved", 17, "moved"),
        ("today", 24, "held"),
        ("adhoc", 16, "held"),
    ]
    rows = [activity(name, "acc", day, 480, 45, status) for name, day, status in ends]
    rows += [
        activity("call", "acc", 20, 600, 15, "not_held", "call"),
        activity("old", "acc", 1, 600, 45, "held", month=9),
    ]
    made = LogEntry(
        id="log",
        rev=1,
        entity="activity",
        entity_id="adhoc",
        op="create",
        recorded_at=at(16, 600),
        actor_id=REP,
        before={},
        after={},
    )
    kept = kept_of(replace(book([account("acc")], rows), log=(made,)), REP)
    assert (kept.held, kept.planned) == (1, 4)
    assert set(kept.row_ids) == {"held", "missed", "cancelled", "unvisited"}
    assert 0 < kept.low < 0.25 < kept.high < 1
    nothing = kept_of(book([account("acc")]), REP)
    assert (nothing.held, nothing.planned, nothing.is_low, nothing.row_ids) == (0, 0, False, ())


def month(lacking: int = 2) -> Book:
    return book([account(f"acc-{n}", "B", n / 2, 0.0) for n in range(12)], [], [kpi(lacking)])


def filled(rows: Book, wish: Wish) -> tuple[Plan, Plan]:
    """The plan as it reads, and as it was asked."""
    rules = wish.rules(Rules())
    days = working_days(rows, REP, rows.as_of, date(2026, 11, 30))
    wished = Wished.of(problem_from(rows, REP, rows.as_of, rules, days), wish, "kpi")
    asked = fill(wished.asked, "kpi")
    assert checker.violations(asked) == []
    return wished.read(asked), asked


@given(st.integers(0, 4), st.integers(0, 5))
def test_a_buffer_is_so_many_marked_rows_beyond_the_kpi_and_no_part_of_what_is_short(lacking: int, buffer: int) -> None:
    plan, _asked = filled(month(lacking), Wish(buffer=buffer))
    marked = [line for line in plan.changes if line.rules[0].code == "buffer"]
    assert (len(plan.changes), len(marked)) == (lacking + buffer, buffer)
    assert all(left == 0 for _need, left in plan.short)
    assert [need.limit for need, _count in plan.counted] == [lacking]
    if marked and lacking:
        last = max((line.on, line.starts) for line in plan.changes if line not in marked)
        assert last < min((line.on, line.starts) for line in marked)


def test_a_buffer_that_finds_no_room_is_not_said_to_be_short() -> None:
    rows = book([account("acc-0", "B"), account("acc-1", "B")], [], [kpi(2)])
    plan, asked = filled(rows, Wish(buffer=3))
    assert "still_short" in {note.code for note in asked.notes}
    assert not {note.code for note in plan.notes} & {"still_short", "blocked_too_soon"}
    short, _asked = filled(rows, Wish(buffer=3, out=frozenset({"acc-1"})))
    assert [note.facts["short"] for note in short.notes if note.code == "still_short"] == [1]
