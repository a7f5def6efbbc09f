"""Days shaped like the product's: `python -m benchmarks.planning_product [--limit 1] [--rivals]`.

Accounts in a city of 20 x 20 km, half of them with one window, four visits a day, a KPI of as many visits as the days take.
First plan: milliseconds. Then the search for `--limit` seconds. `--rivals` (group bench-planning) gives pyvrp the accounts that
our plan visits, which makes the scores equal, and compares the minutes on the road. `--clock cpu` counts the processor's
time of ours and of pyvrp, which on a busy machine says more than the wall clock.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import cast

from tests.planning.books import REP, account, at, book, kpi, window

from cockpit.domain.entities import Tier
from cockpit.garbage import no_collecting
from cockpit.planning.plan import Plan, Planning, Question
from cockpit.planning.problem import Problem, Rules
from cockpit.planning.reading import next_working_days, problem_from
from cockpit.planning.travel import Travel

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}
CASES = ((60, 1), (120, 1), (600, 1), (60, 5), (120, 5), (300, 5), (600, 5), (120, 20), (300, 20), (600, 20))
VISITS = 4
WINDOWS = (("09:00", "12:00"), ("13:00", "17:00"), ("09:00", "18:00"), ("10:00", "15:00"))


@dataclass(frozen=True, slots=True)
class Row:
    accounts: int
    days: int
    first_ms: float
    short: int
    first_travel: int
    travel: int
    steps: int
    rival_travel: int | None
    """Minutes of pyvrp for the same accounts; None where it was not asked or did not place them all."""


def case(accounts: int, days: int, seed: int) -> Problem:
    """A month's beginning: nothing is planned, nothing was held."""
    chance = random.Random(seed)
    rows = [
        account(
            f"acc-{n:03}",
            cast(Tier, chance.choices("ABC", (2, 3, 5))[0]),
            chance.uniform(-10, 10),
            chance.uniform(-10, 10),
        )
        for n in range(accounts)
    ]
    windows = [
        window(row.id, weekday, *hours)
        for row in rows
        if chance.random() < 0.5
        for hours in [chance.choice(WINDOWS)]
        for weekday in range(7)
    ]
    now = at(2, 480)
    found = book(rows, rules=[kpi(VISITS * days)], windows=windows, now=now)
    rules = Rules(max_visits=VISITS, lunch=None)
    problem = problem_from(found, REP, now, rules, next_working_days(found, REP, now, days - 1))
    # One visit an account, which is what the rival can be told.
    return replace(problem, stops=tuple(replace(stop, visit_gap=99) for stop in problem.stops))


def measure(problem: Problem, limit: float, clock: str) -> tuple[float, Plan, Plan, int]:
    now = CLOCKS[clock]
    began = now()
    planning = Planning(Question(problem=problem, kind="fill", rule_id="kpi"), 1)
    first = planning.plan()
    first_s = now() - began
    while now() - began < limit:
        planning.search.step()
    return first_s * 1000, first, planning.plan(), planning.search.steps


def pyvrp_travel(problem: Problem, plan: Plan, limit: float, clock: str) -> int | None:
    """Minutes on the road of pyvrp's best tours for the accounts of the plan."""
    from pyvrp import Model  # in the group bench-planning alone

    now = CLOCKS[clock]
    stops = {stop.account_id: stop for stop in problem.stops}
    chosen = [stops[line.account_id or ""] for line in plan.changes]
    day, travel, grid = problem.days[0], Travel(problem.rules), problem.rules.grid
    model = Model()
    house = model.add_location(0, 0)
    home = model.add_depot(house, tw_early=day.starts, tw_late=day.ends)
    for one in problem.days:
        starts = max(one.starts, one.earliest)
        model.add_vehicle_type(1, capacity=VISITS, start_depot=home, end_depot=home, tw_early=starts, tw_late=one.ends)
    places = [(house, day.start_place)]
    for stop in chosen:
        opens, closes = (
            (day.starts, day.ends) if stop.hours is None else (stop.hours[0][0].opens, stop.hours[0][0].closes)
        )
        first, last = -(-opens // grid) * grid, (closes - 45) // grid * grid
        spot = model.add_location(0, 0)
        model.add_client(spot, delivery=1, service_duration=45, tw_early=first, tw_late=last)
        places.append((spot, stop.place))
    for a, here in places:
        for b, there in places:
            if a is not b:
                minutes = travel[here][there]
                lasts = minutes if b is house else -(-minutes // grid) * grid
                model.add_edge(a, b, distance=minutes, duration=lasts)
    began = now()
    found = model.solve(stop=lambda _cost: now() - began >= limit, seed=1, display=False)
    return int(found.best.distance()) if found.is_feasible() else None


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning_product", description=__doc__)
    parser.add_argument("--limit", type=float, default=1.0, help="seconds")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--days", type=int, help="only the cases of so many days")
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(given)
    rows: list[Row] = []
    for accounts, days in (one for one in CASES if asked.days in (None, one[1])):
        for seed in range(asked.seeds):
            problem = case(accounts, days, seed)
            with no_collecting():
                first_ms, first, plan, steps = measure(problem, asked.limit, asked.clock)
            rival = pyvrp_travel(problem, plan, asked.limit, asked.clock) if asked.rivals else None
            travel = plan.objective[-1]
            rows.append(
                Row(accounts, days, round(first_ms, 1), plan.objective[0], first.objective[-1], travel, steps, rival)
            )
    if asked.json:
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    print(f"load {os.getloadavg()[0]:.1f}, {asked.clock} clock, {asked.limit:g} s")
    print(
        f"{'accounts':>8} {'days':>4} {'first ms':>8} {'short':>5} {'first':>6} {'travel':>6} {'steps':>6} {'pyvrp':>6} {'more %':>6}"
    )
    for row in rows:
        minutes = "-" if row.rival_travel is None else f"{row.rival_travel}"
        more = "-" if not row.rival_travel else f"{100 * (row.travel / row.rival_travel - 1):.1f}"
        print(
            f"{row.accounts:>8} {row.days:>4} {row.first_ms:>8.1f} {row.short:>5} {row.first_travel:>6} {row.travel:>6}"
            f" {row.steps:>6} {minutes:>6} {more:>6}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
