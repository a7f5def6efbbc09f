"""Days of few accounts: the planner's plan costs what the best of all orders costs."""

from __future__ import annotations

import pytest
from benchmarks import planning_brute

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
