"""How far off forecasts would have been: every level, month and quarter, each as-of with what was known then.

    python -m benchmarks.forecast FOLDER [--mapping FILE] [--json]

FOLDER holds CSV files as `cockpit hub import-csv` takes them, and may hold their mapping as a TOML file; the smallest one
is benchmarks/mappings/olga.toml. Where lost deals carry no amount, a file of products with list prices gives their size.
Errors are WAPE: the sum of absolute errors over the sum of what came. The same function that the product shows
forecasts by is asked, with deals cut to what was known at the end of each month.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.exports import Export, read
from cockpit.domain.forecast import History, Needs, Outlook, Settled, Span, history_of, outlook, record
from cockpit.domain.forecast.backtest import NEEDS_MONTHS, total
from cockpit.domain.forecast.history import DAY, month_end, moved
from cockpit.domain.forecast.money import Money
from cockpit.errors import BadUse, CockpitError

HORIZONS = {"month": 1, "quarter": 3}


def measure(export: Export) -> list[dict[str, Any]]:
    """One row for each level and horizon, in shares of what came."""
    full = history_of(export.deals)
    if full is None:
        return []
    money = Money(full)
    rows = []
    for horizon, months in HORIZONS.items():
        settled: dict[str, list[Settled]] = {level: [] for level in export.levels}
        as_ofs = _as_ofs(full, months)
        for as_of in as_ofs:
            last = moved(as_of, months)
            seen = _seen(export, as_of, last)
            came = money.by_owner(as_of + DAY, last)
            for level, scopes in export.levels.items():
                for owners in scopes:
                    settled[level].append(_settle(seen, owners, scopes, total(came, owners)))
        for level, found in settled.items():
            done = record(found)
            if done is not None:
                floors = [one.forecast.floor * one.forecast.value for one in found if one.forecast.floor is not None]
                rows.append(
                    {
                        "level": level,
                        "horizon": horizon,
                        "as_ofs": len(as_ofs),
                        "scopes": len(export.levels[level]),
                        "wape": round(done.error, 4),
                        "bias": round(done.bias, 4),
                        "cover80": round(done.covered, 4),
                        "floor": round(sum(floors) / sum(one.actual for one in found), 4),
                        "rivals": {name: round(error, 4) for name, error in done.rivals},
                    }
                )
    return rows


def _as_ofs(history: History, months: int) -> list[date]:
    """Month ends with enough months before them whose window is over in the data."""
    latest = max(deal.closed_on for deal in history.deals if deal.closed_on is not None)
    found = []
    as_of = moved(history.begins_on - DAY, NEEDS_MONTHS)
    while moved(as_of, months) <= month_end(latest):
        found.append(as_of)
        as_of = moved(as_of, 1)
    return found


def _seen(export: Export, as_of: date, last: date) -> Outlook:
    """The product's outlook on deals cut to what was known at the end of `as_of`."""
    known = (cut for deal in export.deals if (cut := deal.as_known(as_of)) is not None)
    seen = outlook(history_of(known), Span(as_of + DAY, as_of, last), NEEDS_MONTHS)
    if isinstance(seen, Needs):
        raise BadUse(f"what was known on {as_of} holds no won deal to learn from: is a stage of kind won mapped?")
    return seen


def _settle(seen: Outlook, owners: frozenset[str], peers: tuple[frozenset[str], ...], actual: float) -> Settled:
    rivals = {
        **{name: total(values, owners) for name, values in seen.now.rivals.items()},
        "age_alone": seen.views.by_age(owners),
        "rhythm_alone": seen.views.by_rhythm(owners),
    }
    return Settled(seen.forecast(owners, peers), actual, tuple(rivals.items()))


def _print(name: str, rows: list[dict[str, Any]]) -> None:
    rivals = list(rows[0]["rivals"]) if rows else []
    print(
        f"{name}: error in % of what came (bias), share of actuals inside the 80 % range, noise floor, rivals' errors"
    )
    print(f"{'level':9}{'horizon':9}{'as-ofs':>6} {'error':>6} {'bias':>6} {'cover':>6} {'floor':>6}", *rivals)
    for row in rows:
        head = f"{row['level']:9}{row['horizon']:9}{row['as_ofs']:6}"
        own = f"{100 * row['wape']:7.1f}{100 * row['bias']:+7.1f}{100 * row['cover80']:7.0f}{100 * row['floor']:7.1f}"
        print(head + own, *(f"{100 * row['rivals'][name]:{len(name)}.1f}" for name in rivals))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mapping", type=Path)
    parser.add_argument("--json", action="store_true", help="a list of rows, errors as shares")
    given = parser.parse_args(arguments)
    try:
        export = read(given.folder, given.mapping)
        if export.left_out:
            print(f"{export.left_out} deals without owner, known stage or creation day are left out", file=sys.stderr)
        rows = measure(export)
    except CockpitError as error:
        place = f"{error.facts['path']}: " if "path" in error.facts else ""
        print(f"{place}{error}", file=sys.stderr)
        return 2
    if not rows:
        print(f"too few months of closes in {given.folder}: {len(export.deals)} deals were read", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(rows, indent=1))
    else:
        _print(export.name, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
