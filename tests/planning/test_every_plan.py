"""Any day at all: every plan keeps every rule, a second replan changes nothing, the KPI is closed where it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from cockpit.domain.book import Book
from cockpit.domain.entities import Absence, Account, Activity, ActivityStatus, KpiRule, OpeningWindow
from cockpit.planning.plan import Plan, Planning, Question, arrange, fill, improved, replan
from cockpit.planning.problem import Problem, Rules
from cockpit.planning.reading import next_working_days, problem_from, working_days
from tests.planning import brute, checker
from tests.planning.books import REP, account, activity, at, book, described, kpi, taken, window, without

RULES = Rules()
CALM = settings(max_examples=60)

clocks = st.integers(7 * 4, 18 * 4).map(lambda quarter: quarter * 15)
far = st.sampled_from([-12.0, -4.0, -1.5, 0.0, 0.7, 2.0, 5.0, 9.0])


@st.composite
def accounts_of(draw: st.DrawFn, most: int) -> list[Account]:
    rows = []
    for number in range(draw(st.integers(0, most))):
        east = draw(st.one_of(st.none(), far))
        cadence = draw(st.sampled_from([None, None, None, 1, 3]))
        rows.append(account(f"acc-{number}", draw(st.sampled_from("ABC")), east, draw(far), cadence))
    return rows


@st.composite
def windows_of(draw: st.DrawFn, rows: list[Account]) -> list[OpeningWindow]:
    found = []
    for row in rows:
        for weekday in draw(st.sets(st.integers(0, 4), max_size=3)):
            hours = [("09:00", "12:00"), ("14:00", "17:30"), ("10:00", "11:00"), ("11:30", "15:00"), ("x", "y")]
            for opens, closes in draw(st.lists(st.sampled_from(hours), min_size=1, max_size=3, unique=True)):
                found.append(window(row.id, weekday, opens, closes))
    return found


_STATUSES: tuple[ActivityStatus, ...] = ("planned", "planned", "planned", "held", "cancelled")


@st.composite
def activities_of(draw: st.DrawFn, rows: list[Account], most: int) -> list[Activity]:
    found = []
    for number in range(draw(st.integers(0, most))):
        day = draw(st.sampled_from([3, 12, 20, 23, 24, 24, 24, 24, 25, 26]))
        status = draw(st.sampled_from(_STATUSES))
        if status == "held" and day > 24:
            status = "planned"
        found.append(
            activity(
                f"act-{number}",
                draw(st.sampled_from([None, "gone", *(row.id for row in rows)])),
                day,
                draw(clocks),
                draw(st.sampled_from([None, 15, 45, 90, -30])),
                status,
                draw(st.sampled_from(["visit", "visit", "visit", "call", "web", "task"])),
                is_locked=draw(st.booleans()) and draw(st.booleans()),
                is_promised=draw(st.booleans()) and draw(st.booleans()),
                companion=draw(st.sampled_from([None, None, None, "mate"])),
            )
        )
    return found


@st.composite
def rides_of(draw: st.DrawFn, rows: list[Account]) -> list[Activity]:
    """What a companion plans, and somebody else's visits on which the rep rides along."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        rep, companion = draw(st.sampled_from([("mate", None), ("mate", REP), ("rep-9", "mate"), ("rep-9", REP)]))
        account_id = draw(st.sampled_from(["gone", *(row.id for row in rows)]))
        day, minutes = draw(st.sampled_from([24, 24, 25, 26])), draw(st.sampled_from([45, 240]))
        row = activity(f"ride-{number}", account_id, day, draw(clocks), minutes, rep=rep, companion=companion)
        found.append(row)
    return found


@st.composite
def rules_of(draw: st.DrawFn) -> list[KpiRule]:
    rules = [kpi(draw(st.integers(0, 8)))]
    if draw(st.booleans()):
        rules.append(kpi(draw(st.integers(0, 4)), name="kpi-a", tiers="A", parent="kpi"))
    if draw(st.booleans()):
        rules.append(kpi(draw(st.integers(0, 12)), "call", "kpi-calls"))
    return rules


@st.composite
def books(draw: st.DrawFn, most_accounts: int = 9, most_activities: int = 9) -> Book:
    rows = draw(accounts_of(most_accounts))
    now: datetime = at(24, draw(st.sampled_from([450, 510, 540, 601, 662, 725, 840, 1000, 1090, 1439])))
    return book(
        rows,
        draw(activities_of(rows, most_activities)),
        draw(rules_of()),
        windows=draw(windows_of(rows)),
        absences=draw(
            st.sampled_from(
                [(), (), (Absence(id="a", person_id=REP, from_on=date(2026, 11, 25), to_on=date(2026, 11, 26)),)]
            )
        ),
        holidays=frozenset(draw(st.sets(st.sampled_from([date(2026, 11, 24), date(2026, 11, 27)]), max_size=1))),
        now=now,
        makeups=frozenset(draw(st.sets(st.sampled_from([date(2026, 11, 28), date(2026, 11, 29)]), max_size=1))),
        home=draw(st.sampled_from([None, (31.23, 121.47)])),
        rides=draw(rides_of(rows)),
    )


def asked(rows: Book) -> Problem:
    note(described(rows))
    return problem_from(rows, REP, rows.as_of, RULES, next_working_days(rows, REP, rows.as_of, RULES.horizon), "replan")


def filled(rows: Book, rule_id: str = "kpi") -> Plan:
    note(described(rows))
    days = working_days(rows, REP, rows.as_of, date(2026, 11, 30))
    return fill(problem_from(rows, REP, rows.as_of, RULES, days), rule_id)


@CALM
@given(books())
def test_a_replan_keeps_every_rule_and_a_second_one_changes_nothing(rows: Book) -> None:
    plan = replan(asked(rows))
    assert checker.violations(plan) == []
    second = replan(asked(taken(rows, plan)))
    assert checker.violations(second) == []
    assert second.changes == ()


@CALM
@given(books(), st.sampled_from(["kpi", "kpi-a", "kpi-calls"]))
def test_a_fill_adds_what_is_lacking_or_says_what_stops_it(rows: Book, rule_id: str) -> None:
    assume(any(rule.id == rule_id for rule in rows.kpi_rules))
    plan = filled(rows, rule_id)
    assert checker.violations(plan) == []
    need, counted = plan.counted[0]
    assert all(line.sign == "+" and need.counts(line.kind, line.tier, line.on) for line in plan.changes)
    assert len(plan.changes) <= need.short
    assert counted == need.done + need.planned + len(plan.changes)
    said = {reason.code for reason in plan.notes}
    assert ("still_short" in said) == any(left for _, left in plan.short)
    assert filled(taken(rows, plan), rule_id).changes == ()


@settings(CALM, max_examples=80)
@given(books(most_accounts=4, most_activities=3))
def test_a_fill_closes_the_kpi_whenever_that_is_possible(rows: Book) -> None:
    days = working_days(rows, REP, rows.as_of, date(2026, 11, 30))[:2]
    note(described(rows))
    problem = problem_from(rows, REP, rows.as_of, RULES, days)
    plan = fill(problem, "kpi")
    assert checker.violations(plan) == []
    need = problem.needs[0]
    assert len(plan.changes) == min(need.short, brute.most(problem, need))


@CALM
@given(books(), st.data())
def test_an_account_that_goes_changes_little(rows: Book, data: st.DataObject) -> None:
    """Once a plan is taken, removing an account that has nothing planned changes nothing at all."""
    after = taken(rows, replan(asked(rows)))
    used = {row.account_id for row in after.activities}
    idle = sorted(set(after.accounts) - used)
    assume(idle)
    smaller = without(after, data.draw(st.sampled_from(idle)))
    assert replan(asked(smaller)).changes == ()


def searched(problem: Problem, kind: Literal["replan", "arrange", "fill"], rule_id: str = "") -> Plan:
    """The plan after some steps of the search; it costs no more than the first one."""
    left = iter(range(80))
    question = Question(problem=problem, kind=kind, rule_id=rule_id)
    plan = improved(question, 7, lambda: next(left, None) is None)
    assert checker.violations(plan) == []
    assert checker.cost(plan) <= checker.cost(Planning(question, 7).plan())
    return plan


@CALM
@given(books())
def test_a_searched_replan_keeps_every_rule_and_a_second_one_changes_nothing_but_for_the_kpi(rows: Book) -> None:
    plan = searched(asked(rows), "replan")
    again = searched(asked(taken(rows, plan)), "replan")
    assert again.changes == () or again.objective[0] < plan.objective[0]


def later(rows: Book) -> Problem:
    """The days after tomorrow."""
    note(described(rows))
    days = [on for on in working_days(rows, REP, rows.as_of, date(2026, 11, 30)) if on > date(2026, 11, 25)]
    return problem_from(rows, REP, rows.as_of, RULES, days, "arrange")


@CALM
@given(books())
def test_days_planned_anew_keep_every_rule_and_again_change_nothing_but_for_the_kpi(rows: Book) -> None:
    assert checker.violations(arrange(later(rows))) == []
    plan = searched(later(rows), "arrange")
    again = searched(later(taken(rows, plan)), "arrange")
    assert again.changes == () or again.objective[0] < plan.objective[0]


@CALM
@given(books())
def test_a_searched_fill_adds_and_moves_nothing(rows: Book) -> None:
    days = working_days(rows, REP, rows.as_of, date(2026, 11, 30))
    plan = searched(problem_from(rows, REP, rows.as_of, RULES, days), "fill", "kpi")
    assert all(line.sign == "+" for line in plan.changes)


@CALM
@given(books(), st.data())
def test_of_what_stands_at_most_two_visits_change_when_an_account_goes(rows: Book, data: st.DataObject) -> None:
    """An account that the plan had put in is taken away again, with its visits; the rest of the plan stands."""
    plan = replan(asked(rows))
    gone = sorted({line.account_id for line in plan.changes if line.account_id})
    assume(gone)
    account_id = data.draw(st.sampled_from(gone))
    after = without(taken(rows, plan), account_id)
    after = replace(after, activities=tuple(row for row in after.activities if row.account_id != account_id))
    again = searched(asked(after), "replan")
    assert sum(1 for line in again.changes if line.source_id is not None) <= 2
