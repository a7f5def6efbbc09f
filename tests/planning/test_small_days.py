"""Days of few accounts: the planner's plan costs what the best of all orders costs."""

from __future__ import annotations

import pytest
from benchmarks import planning_brute, planning_exact

from cockpit.planning.plan import Question, improved
from tests.planning import checker
from tests.planning.small_days import Best, day_of


@pytest.mark.parametrize("seed", range(90))
def test_the_plan_is_the_best_there_is(seed: int) -> None:
    problem = day_of(seed)
    plan = improved(Question(problem=problem, kind="fill", rule_id="kpi"), seed, lambda: False)
    assert checker.violations(plan) == []
    assert checker.cost(plan) == Best(problem).cost


def test_the_benchmark_counts_the_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert planning_brute.main(["2", "5000"]) == 0
    assert capsys.readouterr().out.startswith("2 days, 0 not the best")


@pytest.mark.parametrize(
    ("seed", "least"),
    [(3, (2, 4)), (34, (3, 2)), (40, (0, 0)), (45, (4, 1)), (59, (3, 1))],
)
def test_no_more_is_short_than_an_exact_solver_says_must_be(seed: int, least: tuple[int, int]) -> None:
    """`python -m benchmarks.planning_exact` proves each `least`: days where 300 steps without gain are too few."""
    _, short = planning_exact.planned(seed)
    assert short == least
