"""How late a key is answered while a plan is searched. `python -m benchmarks.planning_keys [SECONDS]`.

A timer of 10 ms stands for keys: how late it comes is what a key would wait before it is looked at. First in a program that
does nothing, then with the search in its process, begun and polled as the screen does it; the difference of the two is what
the search adds. 300 accounts over 5 days, so that the search has work all the time. Medians of three turns each, in
turn, with the load of the machine beside them: another program's load makes both late.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time

from tests.planning.books import REP

from benchmarks.planning_first import NOW, city
from cockpit.planning.plan import Question
from cockpit.planning.problem import Rules
from cockpit.planning.reading import next_working_days, problem_from
from cockpit.services.planner import Planner

TURNS = 3
TIMER_S = 0.01
POLL_S = 0.1


async def late_ms(seconds: float, planner: Planner | None, question: Question) -> list[float]:
    """By how many ms each timer came late; with a planner its search is begun in a thread and polled from here."""
    late: list[float] = []
    if planner is not None:
        await asyncio.to_thread(planner.start, question, 1)
    ends = polled = time.perf_counter()
    ends += seconds
    while (due := time.perf_counter() + TIMER_S) < ends:
        await asyncio.sleep(TIMER_S)
        late.append((time.perf_counter() - due) * 1000)
        if planner is not None and time.perf_counter() - polled >= POLL_S:
            polled = time.perf_counter()
            planner.poll()
            if not planner.is_running:
                await asyncio.to_thread(planner.start, question, 1)
    if planner is not None:
        planner.stop()
    return late


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    days = next_working_days(rows := city(300, 110), REP, NOW, 4)
    question = Question(problem=problem_from(rows, REP, NOW, Rules(), days, "fill"), kind="fill", rule_id="kpi")
    found: dict[str, list[tuple[float, float]]] = {"nothing else": [], "a search beside it": []}
    for _turn in range(TURNS):
        for name, planner in (("nothing else", None), ("a search beside it", Planner())):
            late = asyncio.run(late_ms(seconds, planner, question))
            found[name].append((percentile(late, 0.5), percentile(late, 0.95)))
    p95 = {}
    for name, turns in found.items():
        p50, p95[name] = (statistics.median(part) for part in zip(*turns, strict=True))
        print(f"{name:<20} p50 {p50:6.2f} ms  p95 {p95[name]:6.2f} ms")
    added = p95["a search beside it"] - p95["nothing else"]
    print(f"added at p95 {added:.2f} ms, at most 10 asked for; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
