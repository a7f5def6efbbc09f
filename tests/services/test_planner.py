"""The search beside the screen: better plans arrive, the end is said, stopping leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import date
from multiprocessing.context import SpawnProcess

import pytest

from cockpit.domain.book import Book
from cockpit.planning.plan import Planning, Question, improved
from cockpit.planning.problem import Problem, Rules
from cockpit.planning.reading import problem_from, working_days
from cockpit.services.planner import ENDING, Found, Planner, seed_of
from tests.planning import checker
from tests.planning.books import REP, account, activity, book, kpi

WAIT_S = 60.0


def month() -> Book:
    """More accounts than the days left can take."""
    spots = [(n * 7 % 19 - 9.0, n * 11 % 17 - 8.0) for n in range(30)]
    accounts = [account(f"acc-{n:02}", "ABC"[n % 3], east, north) for n, (east, north) in enumerate(spots)]  # type: ignore[arg-type]
    return book(accounts, [activity("act", "acc-00", 24, 600)], [kpi(18), kpi(6, name="key", tiers="A", parent="kpi")])


def question() -> Question:
    rows = month()
    problem = problem_from(rows, REP, rows.as_of, Rules(), working_days(rows, REP, rows.as_of, date(2026, 11, 27)))
    return Question(problem=problem, kind="fill", rule_id="kpi")


def ended(planner: Planner) -> list[Found]:
    """All that was found until the search ended by itself."""
    found = []
    while planner.is_running:
        plan = planner.poll(WAIT_S)
        assert plan is not None
        found.append(plan)
    return found


def test_what_arrives_is_ever_better_keeps_the_rules_and_ends() -> None:
    asked, planner = question(), Planner()
    planner.start(asked, seed=3)
    found = ended(planner)
    assert found[-1].is_last
    costs = [checker.cost(one.plan) for one in found]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] <= checker.cost(Planning(asked, seed=3).plan())
    for one in found:
        assert checker.violations(one.plan) == []
        assert one.plan.problem is asked.problem
        assert (one.kpi_short, one.moves) == (one.plan.objective[0], one.plan.objective[2])


def test_the_search_beside_the_screen_finds_what_the_search_finds() -> None:
    asked, planner = question(), Planner()
    planner.start(asked, seed=3)
    last = ended(planner)[-1]
    left = iter(range(last.steps))
    assert last.plan == improved(asked, 3, lambda: next(left, None) is None)


def all_ended() -> None:
    """Every process that was told to end has ended."""
    for thread in threading.enumerate():
        if thread.name == ENDING:
            thread.join(WAIT_S)


def process_of(planner: Planner) -> SpawnProcess:
    assert planner._process is not None
    return planner._process


def test_stopping_ends_the_process_and_another_search_can_start() -> None:
    planner = Planner()
    planner.start(question())
    assert planner.poll(WAIT_S) is not None
    pid = process_of(planner).pid
    planner.stop()
    assert not planner.is_running
    all_ended()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert planner.poll() is None
    planner.start(question())
    assert ended(planner)[-1].is_last


def test_stopping_does_not_wait_for_the_process() -> None:
    planner = Planner()
    planner.start(question())
    process = process_of(planner)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # it stands still, and cannot end before it goes on
    planner.stop()
    assert not planner.is_running
    assert process.is_alive()
    os.kill(process.pid, signal.SIGCONT)
    all_ended()
    assert process.exitcode == -signal.SIGTERM


def test_a_stop_while_the_process_begins_is_heeded_and_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    begins, may_begin, begun = threading.Event(), threading.Event(), SpawnProcess.start
    begun_ones: list[SpawnProcess] = []

    def slowly(process: SpawnProcess) -> None:
        begins.set()
        assert may_begin.wait(WAIT_S)
        begun(process)
        begun_ones.append(process)

    monkeypatch.setattr(SpawnProcess, "start", slowly)
    planner = Planner()
    thread = threading.Thread(target=planner.start, args=(question(),))
    thread.start()
    assert begins.wait(WAIT_S)
    planner.stop()
    may_begin.set()
    thread.join(WAIT_S)
    assert not planner.is_running
    all_ended()
    assert [process.is_alive() for process in begun_ones] == [False]


def test_a_search_that_dies_is_over_and_nothing_else_happens() -> None:
    planner = Planner()
    planner.start(question())
    assert planner._process is not None
    assert planner._process.pid is not None
    os.kill(planner._process.pid, signal.SIGKILL)
    while planner.is_running:
        planner.poll(WAIT_S)
    assert planner.poll() is None


def test_the_same_rows_give_the_same_seed_and_others_another() -> None:
    problem: Problem = question().problem
    assert seed_of(REP, problem) == seed_of(REP, question().problem)
    assert seed_of(REP, problem) != seed_of("rep-2", problem)


def test_the_child_loads_no_storage_and_no_screen() -> None:
    code = "import cockpit.services.planner, sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {
        "sqlmodel",
        "sqlalchemy",
        "httpx",
        "pydantic",
        "textual",
        "rich",
        "alembic",
        "fastapi",
        "msgspec",
    }
