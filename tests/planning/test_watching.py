"""No plan is made in a test without the checker: a broken rule fails whichever test meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from cockpit.planning.insertion import Board
from cockpit.planning.plan import fill
from cockpit.planning.problem import Rules
from cockpit.planning.reading import problem_from
from cockpit.planning.wishes import Wish, Wished
from cockpit.services.planner import Planner
from tests.planning import watching
from tests.planning.books import REP, TODAY, account, activity, book, kpi
from tests.services.test_planner import WAIT_S, question


def filled() -> None:
    rows = book([account("acc", "C")], [activity("met", "acc", 20, 600, status="held")], [kpi(3)])
    fill(problem_from(rows, REP, rows.as_of, Rules(), [TODAY, date(2026, 11, 25)]), "kpi")


def test_a_plan_is_checked_where_it_is_made() -> None:
    before = watching.seen["made"]
    filled()
    assert watching.seen["made"] == before + 1


def test_a_planner_that_forgets_a_rule_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Board, "too_near", lambda *_args: None)
    with pytest.raises(AssertionError, match="days from 2026-11-20, at least 32"):
        filled()


def test_a_plan_of_the_other_process_is_checked_when_it_comes() -> None:
    before, planner = watching.seen["received"], Planner()
    planner.start(question())
    assert planner.poll(WAIT_S) is not None
    planner.stop()
    assert watching.seen["received"] > before


def broken(wished: Wished) -> Wished:
    return replace(wished, problem=replace(wished.problem, days=()))


@pytest.mark.parametrize("change", [lambda wished: wished, broken])
def test_an_answer_under_a_wish_is_checked_when_it_is_read(change: Callable[[Wished], Wished]) -> None:
    rows = book([account("acc", "C"), account("other", "C", 1.0, 0.0)], [], [kpi(1)])
    wished = Wished.of(problem_from(rows, REP, rows.as_of, Rules(), [TODAY]), Wish(out=frozenset({"other"})))
    plan, before = fill(wished.asked, "kpi"), watching.seen["read"]
    assert plan.changes
    if change is broken:
        with pytest.raises((AssertionError, KeyError)):
            change(wished).read(plan)
    else:
        wished.read(plan)
        assert watching.seen["read"] == before + 1
