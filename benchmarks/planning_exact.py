"""Whether a KPI can be closed, by CP-SAT: `python -m benchmarks.planning_exact [--cases 20] [--from 0] [--seconds 30]`.

Months too large for trying every order (20 to 40 accounts, 2 or 3 days, narrow opening hours, a KPI near what the days hold, key
accounts within it). Where our plan leaves something short, CP-SAT (group bench-planning) is asked for a plan that leaves less:
it finds one (`missed`), proves there is none (`proven`), or its time is over (`unknown`). Exit code 1 where one was missed. The model
shares nothing with the planner: trips are those of the tests' checker.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import combinations, permutations
from typing import TYPE_CHECKING, cast

from tests.planning import checker
from tests.planning.books import REP, account, activity, at, book, kpi, window

from cockpit.domain.entities import Tier
from cockpit.garbage import no_collecting
from cockpit.planning.plan import Question, improved
from cockpit.planning.problem import Day, Need, Point, Problem, Rules, Stop
from cockpit.planning.reading import next_working_days, problem_from

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

HOURS = (("09:00", "10:30"), ("09:30", "12:00"), ("10:00", "11:00"), ("13:30", "15:00"), ("14:30", "17:30"))
MINUTES = 45


def case(seed: int) -> Problem:
    """Some days on which a KPI may or may not be closed."""
    chance = random.Random(seed)
    count, days, most = chance.randint(20, 40), chance.choice((2, 3)), chance.choice((5, 6, 7))
    accounts = [
        account(f"acc-{n:02}", cast(Tier, chance.choice("ABC")), chance.uniform(-14, 14), chance.uniform(-14, 14))
        for n in range(count)
    ]
    windows = [
        window(one.id, weekday, *chance.choice(HOURS))
        for one in accounts
        for weekday in chance.sample(range(5), chance.randint(1, 4))
    ]
    rows = [activity(f"held-{n}", f"acc-{n:02}", 2 + n, 600, status="held") for n in range(count // 4)]
    limit = days * most - chance.randint(0, 6)
    key_held = sum(one.tier == "A" for one in accounts[: len(rows)])
    rules = [kpi(len(rows) + limit), kpi(key_held + limit // 3, name="key", tiers="A", parent="kpi")]
    found = book(accounts, rows, rules, windows=windows, now=at(24, 480))
    chosen = next_working_days(found, REP, found.as_of, days - 1)
    return problem_from(found, REP, found.as_of, Rules(max_visits=most), chosen)


class Exact:
    """Which account is visited on which day and when, with every rule, in units of the grid."""

    def __init__(self, problem: Problem, need: Need) -> None:
        from ortools.sat.python import cp_model  # in the group bench-planning alone

        self._library, self.problem, self.need = cp_model, problem, need
        self.model: CpModel = cp_model.CpModel()
        self.grid = problem.rules.grid
        self.stops = {stop.account_id: stop for stop in problem.stops}
        self.visits: dict[tuple[str, date], IntVar] = {}
        for day in problem.days:
            self._day(day)
        for key, stop in self.stops.items():
            mine = [(on, visit) for (other, on), visit in self.visits.items() if other == key]
            for (on, one), (other, two) in combinations(mine, 2):
                if abs((on - other).days) < max(1, stop.visit_gap):
                    self.model.add(one + two <= 1)
        self.count = sum(self.visits.values())
        self.model.add(self.count <= need.short)

    def _day(self, day: Day) -> None:
        """One tour over those of the accounts that are visited; a way from a to b only where both can be on time."""
        model, starts = self.model, {}
        units = {stop.account_id: found for stop in self._open(day) if (found := self._starts(stop, day))}
        idle = model.new_bool_var("")
        number = {key: place for place, key in enumerate(units, start=1)}
        arcs = [(0, 0, idle)]
        for key, values in units.items():
            starts[key] = model.new_int_var_from_domain(self._library.Domain.from_values(values), "")
            visit = self.visits[key, day.on] = model.new_bool_var("")
            model.add_implication(visit, ~idle)
            arcs += [(number[key], number[key], ~visit)]
            arcs += [(0, number[key], model.new_bool_var("")), (number[key], 0, model.new_bool_var(""))]
        for a, b in permutations(units, 2):
            takes = self._units(MINUTES + self._trip(self.stops[a].place, self.stops[b].place))
            if units[a][0] + takes <= units[b][-1]:
                follows = model.new_bool_var("")
                arcs.append((number[a], number[b], follows))
                model.add(starts[b] >= starts[a] + takes).only_enforce_if(follows)
        model.add_circuit(arcs)
        model.add(sum(self.visits[key, day.on] for key in units) <= day.max_visits)

    def _open(self, day: Day) -> list[Stop]:
        """Whom the rule counts and the cadence lets in on that day."""
        return [
            stop
            for stop in self.problem.stops
            if stop.is_candidate
            and self.need.counts("visit", stop.tier, day.on)
            and all(
                abs((on - day.on).days) >= (max(1, stop.visit_gap) if kind == "visit" else 1)
                for on, kind in stop.booked
                if kind != "task"
            )
        ]

    def _starts(self, stop: Stop, day: Day) -> list[int]:
        """When a visit may begin that is reached from the day's start and from which the day's end is reached."""
        hours = [(day.starts, day.ends)]
        if stop.hours is not None:
            hours = [(one.opens, one.closes) for one in stop.hours[day.on.weekday()]]
        first = max(day.starts, day.earliest) + self._trip(day.start_place, stop.place)
        last = day.ends - MINUTES - self._trip(stop.place, day.end_place)
        return [
            start // self.grid
            for start in range(self._units(first) * self.grid, last + 1, self.grid)
            if any(opens <= start and start + MINUTES <= closes for opens, closes in hours)
            and not any(start < gap.closes and gap.opens < start + MINUTES for gap in day.breaks)
        ]

    def _units(self, minutes: int) -> int:
        return -(-minutes // self.grid)

    def _trip(self, a: Point | None, b: Point | None) -> int:
        return checker.trip(self.problem, a, b)

    def less(self, short: int, sub_short: int, seconds: float) -> str:
        """`missed` where a plan leaves less than this short, `proven` where none does, else `unknown`."""
        lacks = []
        for sub in self.need.within:
            counted = [v for (key, on), v in self.visits.items() if sub.counts("visit", self.stops[key].tier, on)]
            lack = self.model.new_int_var(0, sub.short, sub.rule_id)
            self.model.add(lack >= sub.short - sum(counted))
            lacks.append(lack)
        # The KPI comes before its sub-limits: one visit less short outweighs all of them.
        weight = sum(sub.short for sub in self.need.within) + 1
        self.model.add((self.need.short - self.count) * weight + sum(lacks) < short * weight + sub_short)
        solver = self._library.CpSolver()
        solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, seconds
        status = solver.solve(self.model)
        if status in (self._library.OPTIMAL, self._library.FEASIBLE):
            return "missed"
        return "proven" if status == self._library.INFEASIBLE else "unknown"


def planned(seed: int) -> tuple[Problem, tuple[int, int]]:
    """A case, and what our plan for it leaves short: of the KPI, and of its key accounts."""
    problem = case(seed)
    with no_collecting():
        plan = improved(Question(problem=problem, kind="fill", rule_id="kpi"), seed, lambda: False)
    if broken := checker.violations(plan):
        raise AssertionError(f"case {seed}: {broken}")
    return problem, (int(plan.objective[0]), int(plan.objective[1]))


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning_exact", description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0, help="for each question to CP-SAT")
    asked = parser.parse_args(given)
    said: Counter[str] = Counter()
    for seed in range(asked.first, asked.first + asked.cases):
        problem, (short, key_short) = planned(seed)
        found = "closed"
        if short or key_short:
            found = Exact(problem, problem.needs[0]).less(short, key_short, asked.seconds)
        said[found] += 1
        print(f"case {seed}: short {short}, key {key_short}: {found}", flush=True)
    print(", ".join(f"{count} {word}" for word, count in sorted(said.items())))
    return 1 if said["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
