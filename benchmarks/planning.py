"""The optimiser on public orienteering files: `python -m benchmarks.planning --paths 2 --limits 0.2,1,5 FILE...`.

TOPTW and MCTOPMTW files are told apart by their first line. One run a file; what it has found at each limit is
one row. Time counts from the file read: matrix, first plan and search. `--clock cpu` counts the processor's time
instead, which on a busy machine says more. With `--json` a list of {file, paths, limit_s, score, first_plan_ms, routes},
routes as the file's point numbers without the start and end point.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from benchmarks.orienteering import read
from cockpit.garbage import no_collecting
from cockpit.planning.tour_search import search
from cockpit.planning.tours import Tours

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True, slots=True)
class Row:
    """What was found in one file within a limit; `first_score` is the first plan's."""

    file: str
    paths: int
    limit_s: float
    score: float
    first_plan_ms: float
    routes: list[list[int]]
    first_score: float
    steps: int


def measure(path: Path, paths: int | None, limits: Sequence[float], seed: int, clock: str) -> list[Row]:
    """One search to the last limit, looked at when each limit is over."""
    now = CLOCKS[clock]
    started = now()
    instance = read(path, paths)
    better: list[tuple[float, Tours]] = []
    asked: list[float] = []

    def is_over() -> bool:
        asked.append(now() - started)
        return asked[-1] >= limits[-1]

    with no_collecting():
        search(instance.problem, is_over, seed, lambda tours: better.append((now() - started, tours)))
    rows = []
    for limit in limits:
        found = [tours for at, tours in better if at <= limit] or [better[0][1]]
        tours = found[-1]
        rows.append(
            Row(
                str(path),
                len(instance.problem.days),
                limit,
                _whole(tours.score),
                round(better[0][0] * 1000, 1),
                [[instance.numbers[stop] for stop in route] for route in tours.routes],
                _whole(better[0][1].score),
                sum(1 for at in asked if at <= limit),
            )
        )
    return rows


def _whole(score: float) -> float:
    return int(score) if score == int(score) else round(score, 6)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--paths", type=int, help="number of paths; left out, an MCTOPMTW file says its own")
    parser.add_argument("--limits", default="0.2,1,5", help="seconds, with commas between")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--json", action="store_true")
    found = parser.parse_args(given)
    try:
        found.limits = sorted(float(limit) for limit in found.limits.split(","))
    except ValueError:
        parser.error("--limits: seconds with commas between, such as 0.2,1,5")
    if not all(0 < limit < inf for limit in found.limits) or (found.paths is not None and found.paths < 1):
        parser.error("limits and paths must be numbers above 0")
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Prints the rows of all files that can be read. 2 where one cannot."""
    asked = _arguments(given)
    rows: list[Row] = []
    code = 0
    for path in asked.files:
        try:
            rows += measure(path, asked.paths, asked.limits, asked.seed, asked.clock)
        except (OSError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            code = 2
    if asked.json:
        keys = ("file", "paths", "limit_s", "score", "first_plan_ms", "routes")
        print(json.dumps([{key: getattr(row, key) for key in keys} for row in rows]))
        return code
    print(f"{'file':<28} {'paths':>5} {'limit s':>7} {'score':>7} {'first':>7} {'first ms':>8} {'steps':>8}")
    for row in rows:
        name = Path(row.file).name
        print(
            f"{name:<28} {row.paths:>5} {row.limit_s:>7g} {row.score:>7g} {row.first_score:>7g}"
            f" {row.first_plan_ms:>8.1f} {row.steps:>8}"
        )
    return code


if __name__ == "__main__":
    sys.exit(main())
