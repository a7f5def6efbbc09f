"""Time to the first plan at 120 accounts and 5 days. `python -m benchmarks.planning_first`.

Medians of 5 after one warm-up, reading of the rows included, storage left out. The accounts lie in a
city of 20 x 20 km; a third has opening hours; a month's visits are behind them.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import cast

from tests.planning.books import REP, account, activity, at, book, kpi, window

from cockpit.domain.book import Book
from cockpit.domain.entities import Account, OpeningWindow, Tier
from cockpit.planning.plan import Plan, fill, replan
from cockpit.planning.problem import Rules
from cockpit.planning.reading import next_working_days, problem_from

RUNS = 5
NOW = at(24, 8 * 60 + 30)


def city(count: int, limit: int, seed: int = 7) -> Book:
    """A rep's month: `count` accounts, `limit` visits asked for."""
    chance = random.Random(seed)
    accounts: list[Account] = []
    windows: list[OpeningWindow] = []
    for number in range(count):
        tier = cast(Tier, chance.choices("ABC", (2, 3, 5))[0])
        accounts.append(account(f"acc-{number}", tier, chance.uniform(-10, 10), chance.uniform(-10, 10)))
        if number % 3 == 0:
            for weekday in range(5):
                opens, closes = chance.choice((("09:00", "11:30"), ("13:30", "17:00"), ("09:00", "17:00")))
                windows.append(window(f"acc-{number}", weekday, opens, closes))
    rows = [activity(f"held-{n}", f"acc-{n}", 2 + n % 18, 600, status="held") for n in range(count // 4)]
    for n in range(4):
        rows.append(activity(f"today-{n}", f"acc-{count - 1 - n}", 24, 570 + 120 * n))
    return book(accounts, rows, [kpi(limit), kpi(40, "call", "calls")], windows=windows, now=NOW)


def first_plan(rows: Book, days: int, make: str) -> Plan:
    chosen: tuple[date, ...] = next_working_days(rows, REP, NOW, days - 1)
    problem = problem_from(rows, REP, NOW, Rules(), chosen, "replan" if make == "replan" else "fill")
    return replan(problem) if make == "replan" else fill(problem, make)


def median_ms(call: Callable[[], Plan]) -> tuple[float, float, Plan]:
    """Wall clock and processor time; on a busy machine only the second says something."""
    plan = call()
    wall, cpu = [], []
    for _ in range(RUNS):
        start, spent = time.perf_counter(), time.process_time()
        plan = call()
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return statistics.median(wall), statistics.median(cpu), plan


def main() -> None:
    print(f"{'accounts':>8} {'days':>4}  {'plan':<8} {'wall ms':>8} {'cpu ms':>7} {'planned':>7} {'short':>5}")
    for count, days, limit in ((60, 1, 22), (120, 1, 35), (120, 5, 60), (120, 5, 90), (300, 5, 110), (600, 5, 190)):
        rows = city(count, limit)
        # Replans see only today's share of the days; fills use all of them.
        for make in ("replan", "kpi", "calls"):
            asked = replace(rows)
            wall, cpu, plan = median_ms(partial(first_plan, asked, days, make))
            short = plan.short[0][1] if plan.short else 0
            print(f"{count:>8} {days:>4}  {make:<8} {wall:>8.1f} {cpu:>7.1f} {len(plan.changes):>7} {short:>5}")


if __name__ == "__main__":
    main()
