"""`python -m tests.reliability.simulate --schedules N [--seed S] [--jobs 2]`: many schedules, and what they found.

The last line is one JSON. Seeds that failed once are kept in corpus.json and come first in every run.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import json
import math
import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.reliability import ledger
from tests.reliability.schedule import Verdict, run
from tests.reliability.world import Places, ServerKind
from tests.support.postgres import cluster

HERE = Path(__file__).parent
CORPUS = HERE / "corpus.json"
_TELL_EVERY_S = 20.0

_places: Places | None = None

Job = tuple[int, ServerKind | None]


def one(job: Job) -> Verdict:
    """One schedule in this process, whose places on disk are made once. A defect of the simulator itself is a finding
    too: it must not cost what the others have found."""
    seed, server = job
    try:
        return run(seed, _here(), server=server)
    except Exception as error:
        traceback.print_exc()
        return Verdict(seed, violations=[f"the simulator broke: {type(error).__name__}: {error}"])


def _here() -> Places:
    global _places
    if _places is None:
        _places = Places()
        atexit.register(_places.close)
        # what is there now stays; to look through it again and again took a tenth of the time
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
    return _places


def corpus() -> list[Job]:
    """Seeds that failed once, each with the server it was forced to run on, if any."""
    if not CORPUS.exists():
        return []
    return [(int(kept["seed"]), kept.get("server")) for kept in json.loads(CORPUS.read_text())]


@dataclass
class Totals:
    """What a run of many schedules adds up to."""

    schedules: int = 0
    steps: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    servers: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        self.schedules += 1
        self.steps += verdict.steps
        self.kills += verdict.kills
        self.faults.update(verdict.faults)
        self.points.update(verdict.points)
        self.passed.update(verdict.passed)
        self.servers[verdict.server] += 1
        if verdict.violations:
            self.failed[verdict.seed] = verdict.violations

    def line(self, seconds: float) -> dict[str, Any]:
        return {
            "schedules": self.schedules,
            "steps": self.steps,
            "faults": self.faults.total(),
            "kills": self.kills,
            "crash_points_hit": len(self.points),
            "crash_points": len(self.passed),
            "violations": len(self.failed),
            "seconds": round(seconds, 1),
        }


def verdicts(todo: list[Job], jobs: int, minutes: float = 0.0) -> Iterator[Verdict]:
    """Of each schedule, in any order. After so many minutes none is begun; zero is no end."""
    one_in_time = partial(_one_before, time.time() + 60 * minutes if minutes else math.inf)
    if jobs == 1:
        yield from filter(None, map(one_in_time, todo))
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from filter(None, pool.imap_unordered(one_in_time, todo, chunksize=4))
        pool.close()
        pool.join()


def _one_before(end: float, job: Job) -> Verdict | None:
    return one(job) if time.time() < end else None


def main() -> int:
    options = _options()
    if options.server != "postgres":
        return _run(options)
    with cluster() as running:
        _here().postgres_url = running.create("simulated")
        found = _run(options)
        _here().close()
        return found


def _run(options: argparse.Namespace) -> int:
    if options.replay is not None:
        return _replay(options.replay, options.server)
    base = options.seed if options.seed is not None else int.from_bytes(os.urandom(6), "big")
    print(f"base seed {base}", flush=True)
    known = corpus() if options.server is None else []
    todo = known + [(base + number, options.server) for number in range(options.schedules)]
    totals, started, told = Totals(), time.monotonic(), time.monotonic()
    for verdict in verdicts(todo, 1 if options.server == "postgres" else options.jobs, options.minutes):
        totals.add(verdict)
        if verdict.violations:
            print(f"violation, --replay {verdict.seed}: {verdict.violations[0]}", flush=True)
        if time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            print(
                f"{totals.schedules}/{len(todo)} schedules, {totals.faults.total()} faults, {len(totals.failed)} violations",
                flush=True,
            )
    seconds = time.monotonic() - started
    _report(totals)
    _keep_failed(totals, options.server)
    if options.ledger:
        ledger.add(totals.line(seconds), totals.points, base)
    print(json.dumps(totals.line(seconds)))
    return 1 if totals.failed else 0


def _keep_failed(totals: Totals, server: ServerKind | None) -> None:
    known = corpus()
    new = [(seed, server) for seed in sorted(totals.failed) if (seed, server) not in known]
    if new and server != "postgres":
        kept = [{"seed": seed} | ({"server": kind} if kind else {}) for seed, kind in known + new]
        CORPUS.write_text(json.dumps(kept, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--schedules", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=0.0, help="begin no schedule after so many")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--server", choices=("model", "hub", "postgres"), help="all on this one; else the seed says")
    parser.add_argument("--replay", type=int, metavar="SEED", help="one schedule with its whole trace")
    parser.add_argument("--ledger", action="store_true", help="add this run to ledger.json and the README")
    return parser.parse_args()


def _replay(seed: int, server: ServerKind | None) -> int:
    verdict = run(seed, _here(), keeps_trace=True, server=server)
    print("\n".join([*verdict.trace, f"trace {verdict.trace_hash}", *verdict.violations]))
    return 1 if verdict.violations else 0


def _report(totals: Totals) -> None:
    print("faults:", ", ".join(f"{kind} {count}" for kind, count in totals.faults.most_common()))
    listed = {name: totals.points[name] for name in totals.passed}
    missed = sorted(name for name, count in listed.items() if not count)
    rare = sorted((count, name) for name, count in listed.items() if count)[:10]
    print(f"servers: {', '.join(f'{kind} {count}' for kind, count in sorted(totals.servers.items()))}")
    print(f"crash points: {len(listed)} listed, {len(listed) - len(missed)} hit in {totals.kills} kills")
    print("least hit:", ", ".join(f"{name} {count}" for count, name in rare))
    if missed:
        print(f"not hit ({len(missed)}):", ", ".join(missed[:20]))


if __name__ == "__main__":
    sys.exit(main())
