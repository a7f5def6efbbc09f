"""The planner beside trying every order: `python -m benchmarks.planning_brute [DAYS] [FROM]`.

Random days of up to seven accounts (`tests.planning.small_days`); prints each day on which the planner costs more than the
best, or breaks a rule, and how many there were. Exit code 1 where there was one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from tests.planning import checker
from tests.planning.small_days import Best, day_of

from cockpit.garbage import no_collecting
from cockpit.planning.plan import Question, improved


def main(given: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if given is None else given
    count, first = [*map(int, given), *(2000, 0)[len(given) :]][:2]
    bad, spent = 0, time.process_time()
    with no_collecting():
        for seed in range(first, first + count):
            problem = day_of(seed)
            plan = improved(Question(problem=problem, kind="fill", rule_id="kpi"), seed, lambda: False)
            best, broken = Best(problem).cost, checker.violations(plan)
            if broken or checker.cost(plan) != best:
                bad += 1
                print(f"day {seed}: costs {checker.cost(plan)}, the best {best} {broken}")
    print(f"{count} days, {bad} not the best; {time.process_time() - spent:.0f} s of the processor")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
