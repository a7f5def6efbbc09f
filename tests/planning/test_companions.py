"""Visits with a second person: they stay, and one that lost its time gets another when both are free, as far as that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.book import Book
from cockpit.domain.entities import Absence, Activity, Person
from cockpit.planning.plan import Line, Plan, arrange, replan
from cockpit.planning.problem import Rules
from cockpit.planning.reading import next_working_days, problem_from, working_days
from cockpit.services.reasons import reason_text
from tests.planning import checker
from tests.planning.books import REP, account, activity, at, book, kpi

BOSS = Person(id="boss", name="周岚", role="team_lead", team_id="team-1")
MATE = Person(id="mate", name="李娜", team_id="team-1")
PLACES = [account("acc-0", "B"), account("acc-1", "B", 1.0, 0.0), account("acc-2", "A", 0.0, 1.0)]
NOON = at(24, 11 * 60)


def planned(rows: Book) -> Plan:
    days = next_working_days(rows, REP, rows.as_of, Rules().horizon)
    plan = replan(problem_from(rows, REP, rows.as_of, Rules(), days, "replan"))
    assert checker.violations(plan) == []
    return plan


def said(plan: Plan, rows: Book) -> list[str]:
    return [reason_text(note, rows) for note in plan.notes if note.code.startswith("companion")]


def moved(plan: Plan) -> Line:
    (line,) = [line for line in plan.changes if line.source_id == "mine"]
    return line


def past(rides: list[Activity], *, is_led: bool = True, absences: tuple[Absence, ...] = ()) -> Book:
    """A visit with a second person whose time has passed at eleven."""
    rows = [activity("mine", "acc-0", 24, 9 * 60, companion="mate")]
    made = book(PLACES, rows, now=NOON, people=[MATE], rides=rides, absences=absences)
    if is_led:
        made = replace(made, people={**made.people, REP: replace(made.people[REP], role="team_lead")})
    return made


def test_a_new_time_is_one_when_the_companion_is_free() -> None:
    alone = past([])
    free = moved(planned(alone))
    busy = activity("hers", "acc-2", 24, 11 * 60, 330, rep="mate")
    rows = past([busy])
    late = moved(planned(rows))
    assert free.starts < late.starts
    assert late.starts >= 11 * 60 + 330
    assert said(planned(rows), rows) == [
        f"acc-0 Tue 11-24 {late.starts // 60}:{late.starts % 60:02}: 李娜 is free by what is known here."
    ]


def test_a_day_on_which_the_companion_is_away_or_rides_elsewhere_is_none() -> None:
    away = (Absence(id="a", person_id="mate", from_on=date(2026, 11, 24), to_on=date(2026, 11, 24)),)
    assert moved(planned(past([], absences=away))).on == date(2026, 11, 25)
    elsewhere = activity("other", "acc-2", 24, 8 * 60, 600, rep="rep-9", companion="mate")
    assert moved(planned(past([elsewhere]))).on == date(2026, 11, 25)


def test_a_plan_that_is_not_here_is_said_to_be_unknown() -> None:
    rows = past([], is_led=False)
    (words,) = said(planned(rows), rows)
    assert words.endswith("the plan of 李娜 is not on this device, ask.")


def test_who_is_never_free_is_named() -> None:
    rides = [activity(f"hers-{day}", "acc-2", day, 0, 1439, rep="mate") for day in range(24, 31)]
    rides.append(activity("hers-dec", "acc-2", 1, 0, 1439, rep="mate", month=12))
    rows = past(rides)
    plan = planned(rows)
    assert [(loose.id, reason_text(why, rows)) for loose, why in plan.unplaced] == [
        ("mine", "李娜 is not free on Wed 11-25")
    ]


def test_what_is_planned_with_a_second_person_makes_no_room_and_the_other_of_two_moves() -> None:
    rows = [activity("other", "acc-1", 24, 600), activity("mine", "acc-0", 24, 615, companion="mate")]
    plan = planned(book(PLACES, rows, [kpi(3)], people=[MATE]))
    assert {line.source_id for line in plan.changes if line.source_id} == {"other"}
    stays = next(line for line in plan.lines if line.key == "mine")
    assert (stays.starts, stays.is_locked, stays.rules[0].code) == (615, True, "joint")


def test_a_visit_of_somebody_else_on_which_i_ride_along_takes_my_time() -> None:
    ride = activity("ride", "acc-1", 26, 9 * 60, 540, rep="rep-9", companion=REP)
    rows = book(PLACES, [], [kpi(1)], rides=[ride])
    day = date(2026, 11, 26)
    plan = arrange(problem_from(rows, REP, rows.as_of, Rules(), [day], "arrange"))
    assert checker.violations(plan) == []
    assert plan.changes == ()
    (line,) = plan.lines
    assert (line.key, line.is_locked, reason_text(line.rules[0], rows)) == ("ride", True, "you ride along")
    rest = working_days(rows, REP, rows.as_of, date(2026, 11, 30))
    assert arrange(problem_from(rows, REP, rows.as_of, Rules(), rest, "arrange")).changes


spans = st.tuples(st.sampled_from([24, 25, 26, 27, 30]), st.integers(8 * 60, 18 * 60), st.integers(15, 300))


@given(st.lists(spans, max_size=8), st.lists(spans, max_size=3), st.integers(0, 3))
def test_whatever_the_companion_has_every_rule_holds(
    hers: list[tuple[int, int, int]], rides: list[tuple[int, int, int]], lacking: int
) -> None:
    others = [activity(f"hers-{n}", "acc-2", *span, rep="mate") for n, span in enumerate(hers)]
    others += [activity(f"ride-{n}", "acc-1", *span, rep="rep-9", companion=REP) for n, span in enumerate(rides)]
    rows = replace(past(others), kpi_rules=(kpi(lacking),))
    plan = planned(rows)
    taken = [line for line in plan.changes if line.source_id == "mine"]
    assert len(taken) + len(plan.unplaced) == 1
