"""`python -m tests.reliability.simulate --schedules N [--seed S] [--jobs 2]`: many schedules, and what they found.

The last line is one JSON. Seeds that failed once are kept in corpus.json and come first in every run. A seed gives
the same schedule only with the same order of sets, so this program runs with PYTHONHASHSEED=0.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.reliability.schedule import Verdict, run
from tests.reliability.world import Places

HERE = Path(__file__).parent
CORPUS = HERE / "corpus.json"
LEDGER = HERE / "ledger.json"
_TELL_EVERY_S = 20.0

_places: Places | None = None


def one(seed: int) -> Verdict:
    """One schedule in this process, whose places on disk are made once."""
    global _places
    if _places is None:
        _places = Places()
    return run(seed, _places)


def corpus() -> list[int]:
    return [int(seed) for seed in json.loads(CORPUS.read_text())] if CORPUS.exists() else []


@dataclass
class Totals:
    """What a run of many schedules adds up to."""

    schedules: int = 0
    steps: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        self.schedules += 1
        self.steps += verdict.steps
        self.kills += verdict.kills
        self.faults.update(verdict.faults)
        self.points.update(verdict.points)
        if verdict.violations:
            self.failed[verdict.seed] = verdict.violations

    def line(self, seconds: float) -> dict[str, Any]:
        return {
            "schedules": self.schedules,
            "steps": self.steps,
            "faults": self.faults.total(),
            "crash_points_hit": len(self.points),
            "violations": len(self.failed),
            "seconds": round(seconds, 1),
        }


def verdicts(seeds: list[int], jobs: int) -> Iterator[Verdict]:
    if jobs == 1:
        yield from map(one, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(one, seeds, chunksize=4)
        pool.close()
        pool.join()


def main() -> int:
    options = _options()
    if os.environ.get("PYTHONHASHSEED") != "0":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        os.execve(sys.executable, [sys.executable, "-m", "tests.reliability.simulate", *sys.argv[1:]], environment)
    if options.replay is not None:
        return _replay(options.replay)
    base = options.seed if options.seed is not None else int.from_bytes(os.urandom(6), "big")
    print(f"base seed {base}", flush=True)
    known = corpus()
    seeds = known + [base + number for number in range(options.schedules)]
    totals, started, told = Totals(), time.monotonic(), time.monotonic()
    for verdict in verdicts(seeds, options.jobs):
        totals.add(verdict)
        if time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            print(
                f"{totals.schedules}/{len(seeds)} schedules, {totals.faults.total()} faults, {len(totals.failed)} violations",
                flush=True,
            )
    seconds = time.monotonic() - started
    _report(totals)
    new = sorted(set(totals.failed) - set(known))
    if new:
        CORPUS.write_text(json.dumps(known + new, indent=1) + "\n")
    if options.ledger:
        _add_to_ledger(totals, base)
    print(json.dumps(totals.line(seconds)))
    return 1 if totals.failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--schedules", type=int, default=500)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--replay", type=int, metavar="SEED", help="one schedule with its whole trace")
    parser.add_argument("--ledger", action="store_true", help="add this run to ledger.json")
    return parser.parse_args()


def _replay(seed: int) -> int:
    places = Places()
    verdict = run(seed, places, keeps_trace=True)
    places.close()
    print("\n".join([*verdict.trace, f"trace {verdict.trace_hash}", *verdict.violations]))
    return 1 if verdict.violations else 0


def _report(totals: Totals) -> None:
    print("faults:", ", ".join(f"{kind} {count}" for kind, count in totals.faults.most_common()))
    least = ", ".join(f"{name} {count}" for name, count in totals.points.most_common()[-10:])
    print(f"crash points hit: {len(totals.points)} by name in {totals.kills} kills; least: {least}")
    for seed, found in sorted(totals.failed.items()):
        print(f"violation, --replay {seed}: {found[0]}")


def _add_to_ledger(totals: Totals, base: int) -> None:
    kept: dict[str, Any] = json.loads(LEDGER.read_text()) if LEDGER.exists() else {}
    line = totals.line(0)
    for name in ("schedules", "steps", "faults", "violations"):
        kept[name] = kept.get(name, 0) + line[name]
    kept["kills"] = kept.get("kills", 0) + totals.kills
    hits = Counter(kept.get("crash_points", {})) + totals.points
    kept["crash_points"] = dict(sorted(hits.items()))
    kept["crash_points_hit"] = len(hits)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=False
    )
    this = {name: line[name] for name in ("schedules", "steps", "faults", "violations")}
    day = datetime.now(UTC).date().isoformat()
    kept.setdefault("runs", []).append({"date": day, "commit": commit.stdout.strip(), "seed": base, **this})
    LEDGER.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
