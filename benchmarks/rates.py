"""How near a win rate after a few deals comes to the rest of a person's deals: raw, the company's, and shrunk.

    python -m benchmarks.rates FOLDER... [--json]

A folder holds CSV files as `cockpit import` takes them, or one file whose columns are Seller and Status. Nobody's
order of deals is used (one set has no dates, in the other the month of the quarter would look like skill): the first
K deals are drawn 60 times by a fixed seed, mean and strength are learned from those K (or fewer) of every person
alone. The error is per remaining deal, since the rest of somebody with one deal left is chance.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.exports import read
from cockpit.domain.rates import Tally, learn
from cockpit.errors import CockpitError

SEEN = (5, 10, 20, 40)
DRAWS = 60


def measure(people: dict[str, list[bool]]) -> list[dict[str, Any]]:
    """One row for each number of deals seen: root mean square errors of the three rates."""
    return [row for seen in SEEN if (row := _row(people, seen)) is not None]


def _row(people: dict[str, list[bool]], seen: int) -> dict[str, Any] | None:
    pick = random.Random(7)
    errors = {"raw": 0.0, "pooled": 0.0, "shrunk": 0.0}
    strengths, inside, count = [], 0, 0
    if sum(len(deals) > seen for deals in people.values()) < 2:
        return None
    for _ in range(DRAWS):
        drawn = {name: pick.sample(deals, len(deals)) for name, deals in people.items()}
        first = {name: Tally(sum(deals[:seen]), min(seen, len(deals))) for name, deals in drawn.items()}
        shrink = learn(list(first.values()))
        assert shrink is not None  # somebody has deals
        strengths.append(shrink.strength)
        for name, deals in drawn.items():
            rest = deals[seen:]
            if rest:
                rate, truth = shrink.rate(first[name]), statistics.fmean(rest)
                inside += len(rest) * (rate.low <= truth <= rate.high)
                count += len(rest)
                for kind, value in (("raw", first[name].hits / seen), ("pooled", rate.mean), ("shrunk", rate.value)):
                    errors[kind] += len(rest) * (value - truth) ** 2
    return {
        "seen": seen,
        "people": sum(len(deals) > seen for deals in people.values()),
        **{kind: round((error / count) ** 0.5, 4) for kind, error in errors.items()},
        "strength": round(statistics.median(strengths), 1),
        "cover80": round(inside / count, 3),
    }


def outcomes(folder: Path) -> dict[str, list[bool]]:
    """Won or not of each person's closed deals."""
    found: dict[str, list[bool]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter=";")
            if {"Seller", "Status"} <= set(rows.fieldnames or ()):
                for row in rows:
                    found.setdefault(row["Seller"], []).append(row["Status"] == "Won")
                return found
    for deal in read(folder).deals:
        if deal.outcome != "open":
            found.setdefault(deal.owner_id, []).append(deal.outcome == "won")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rates", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        tables = {folder.name: measure(outcomes(folder)) for folder in given.folders}
    except (CockpitError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(tables, indent=1))
        return 0
    for name, rows in tables.items():
        print(f"{name}: root mean square error of the rate on the rest of each person's deals")
        print(f"{'seen':>5}{'people':>8}{'raw':>8}{'pooled':>8}{'shrunk':>8}{'strength':>10}{'cover':>7}")
        for row in rows:
            print(
                f"{row['seen']:5}{row['people']:8}{row['raw']:8.3f}{row['pooled']:8.3f}{row['shrunk']:8.3f}"
                f"{row['strength']:10.0f}{row['cover80']:7.2f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
