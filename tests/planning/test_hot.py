"""What came in hot gets a visit at the first time there is, whichever trigger asked for the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity
from cockpit.planning.plan import Plan, Question, replan
from cockpit.planning.plan import Planning as Making
from cockpit.planning.problem import Problem, Rules
from cockpit.planning.reading import next_working_days, problem_from
from cockpit.planning.wishes import Wish, Wished
from tests.planning.books import REP, TODAY, account, activity, at, book

NEW = "new"


def rows(*more: Activity, spot: tuple[float, float] = (2.0, 0.0)) -> Book:
    """A quiet day with nothing that is short, and a prospect of tier A that came yesterday."""
    old = [account(f"acc-{n}", "C", float(n)) for n in range(3)]
    new = replace(account(NEW, "A", *spot), lifecycle="prospect")
    met = [activity(f"met-{n}", f"acc-{n}", 23, 600 + n, status="held") for n in range(3)]
    found = book([*old, new], [*met, *more], now=at(24, 520))
    return replace(found, recorded={NEW: at(23, 600)})


def asked(found: Book, rules: Rules | None = None) -> Problem:
    days = next_working_days(found, REP, found.as_of, 2)
    return problem_from(found, REP, found.as_of, rules or Rules(), days, "replan")


def visits(plan: Plan) -> list[date]:
    return [line.on for line in plan.changes if line.account_id == NEW]


def wished(found: Book, wish: Wish) -> Plan:
    question = Wished.of(asked(found), wish)
    return question.read(Making(Question(problem=question.asked, kind="replan")).plan())


def test_a_new_prospect_of_tier_a_gets_a_visit_of_its_own_and_says_why() -> None:
    (line,) = [line for line in replan(asked(rows())).changes if line.account_id == NEW]
    assert (line.on, line.kind, line.sign, line.source_id, line.is_anew) == (TODAY, "visit", "+", None, True)
    assert [reason.code for reason in line.rules] == ["hot"]
    assert line.points


def test_one_that_finds_no_time_today_gets_the_next_day_and_none_at_all_is_named() -> None:
    full = [activity(f"full-{n}", f"acc-{n % 3}", 24, 540 + 60 * n, is_locked=True) for n in range(3)]
    at_most = Rules(max_visits=3)
    assert visits(replan(asked(rows(*full), at_most))) == [date(2026, 11, 25)]
    plan = replan(asked(rows(), Rules(max_visits=0)))
    assert [(row.why, row.account_id, why.code) for row, why in plan.unplaced] == [("hot", NEW, "day_full")]


def test_once_it_is_planned_a_second_replan_changes_nothing() -> None:
    plan = replan(asked(rows()))
    (line,) = [line for line in plan.changes if line.account_id == NEW]
    taken = rows(activity("taken", NEW, line.on.day, line.starts))
    assert visits(replan(asked(taken))) == []


def test_left_out_or_held_it_is_not_planned_a_second_time_and_least_change_adds_nothing() -> None:
    found = rows()
    assert visits(wished(found, Wish(out=frozenset({NEW})))) == []
    assert visits(wished(found, Wish(aim="least"))) == []
    (line,) = [line for line in wished(found, Wish()).changes if line.account_id == NEW]
    assert visits(wished(found, Wish(pins=(line,)))) == [line.on]


def test_what_was_cancelled_today_at_the_same_account_takes_its_place() -> None:
    cancelled = activity("gone", NEW, 24, 600, status="cancelled")
    plan = replan(asked(rows(cancelled)))
    assert [line.source_id for line in plan.changes if line.account_id == NEW] == ["gone"]
