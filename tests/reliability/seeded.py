"""`python -m tests.reliability.seeded [--only NAME] [--most 2000] [--jobs 2] [--seed S]`: every planted bug must be found.

Each bug runs through schedules of its own seeds until an invariant is violated. A violation that the same seed finds
without the bug too does not count. The last line is one JSON; the program fails when a bug was not found.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from cockpit.errors import CockpitError
from tests.reliability.faulty_transport import Stalled
from tests.reliability.planting import Bug, check_places, planted
from tests.reliability.schedule import run
from tests.reliability.seeded_bugs_flow import FLOW
from tests.reliability.seeded_bugs_merge import VALUES
from tests.reliability.world import Places

BUGS: tuple[Bug, ...] = (*FLOW, *VALUES)
SEED = 4_200_000_000
_APART = 1_000_000
"""Between the first seeds of two bugs."""

_places: Places | None = None


@dataclass(frozen=True, slots=True)
class Catch:
    """How one bug fared: after how many schedules an invariant bit, 0 when none did."""

    bug: str
    area: str
    after: int
    words: str
    seconds: float

    @property
    def invariant(self) -> str:
        if not self.after:
            return "none"
        return "I7" if "Stalled" in self.words else self.words.split(" ", 1)[0]


def _run(seed: int, bug: Bug | None = None) -> list[str]:
    """One schedule against the model, which shares no code with the client; what a planted first sync left is dropped."""
    global _places
    if _places is None:
        _places = Places()
    before = dict(_places.synced)
    try:
        with planted(bug) if bug else nullcontext():
            return run(seed, _places, server="model").violations
    except (CockpitError, Stalled) as error:
        return [f"I7 the first sync of a device fails on a network without faults: {error}"]
    finally:
        if bug is not None:
            _places.synced = before


def _direct(bug: Bug, *, is_planted: bool) -> list[str]:
    assert bug.direct is not None
    with planted(bug) if is_planted else nullcontext():
        return bug.direct()


def hunt(number: int, seed: int = SEED, most: int = 2000) -> Catch:
    """Run schedules with bug `number` of BUGS until one of them is found wrong because of it."""
    bug, started = BUGS[number], time.monotonic()
    for turn in range(1, (1 if bug.direct else most) + 1):
        place = seed + number * _APART + turn
        found = _direct(bug, is_planted=True) if bug.direct else _run(place, bug)
        found = [words for words in found if is_invariant(words)]
        if found and not (_direct(bug, is_planted=False) if bug.direct else _run(place)):
            return Catch(bug.name, bug.area, turn, found[0], time.monotonic() - started)
    return Catch(bug.name, bug.area, 0, "", time.monotonic() - started)


def is_invariant(words: str) -> bool:
    """A violation of I1 to I12, and not the program breaking on the bug."""
    return words.startswith("I") or " Stalled: I7 " in words


def _hunt(job: tuple[int, int, int]) -> Catch:
    return hunt(*job)


def catches(numbers: list[int], seed: int, most: int, jobs: int) -> Iterator[Catch]:
    work = [(number, seed, most) for number in numbers]
    if jobs == 1:
        yield from map(_hunt, work)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(_hunt, work)
        pool.close()
        pool.join()


def main() -> int:
    if os.environ.get("PYTHONHASHSEED") != "0":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        os.execve(sys.executable, [sys.executable, "-m", "tests.reliability.seeded", *sys.argv[1:]], environment)
    parser = argparse.ArgumentParser(prog="seeded", description=__doc__)
    parser.add_argument("--only", help="bugs whose name or area holds this")
    parser.add_argument("--most", type=int, default=2000, help="schedules for one bug")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    check_places(BUGS)
    numbers = [n for n, bug in enumerate(BUGS) if not options.only or options.only in (bug.name, bug.area)
               or options.only in bug.name]  # fmt: skip
    started, found = time.monotonic(), []
    print(f"{'bug':<48} {'area':<14} {'caught after':>12}  by    seconds")
    for one in catches(numbers, options.seed, options.most, options.jobs):
        found.append(one)
        after = f"{one.after}" if one.after else "NOT CAUGHT"
        print(f"{one.bug:<48} {one.area:<14} {after:>12}  {one.invariant:<5} {one.seconds:>7.1f}", flush=True)
    missed = [one.bug for one in found if not one.after]
    line = {
        "bugs": len(found),
        "caught": len(found) - len(missed),
        "missed": missed,
        "worst": max((one.after for one in found), default=0),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(line))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
