"""What all simulations so far add up to: ledger.json beside this file, and its line in the README."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LEDGER = HERE / "ledger.json"
README = HERE.parents[1] / "README.md"
BEGIN, END = "<!-- ledger -->\n", "<!-- /ledger -->\n"
_SUMMED = ("schedules", "steps", "faults", "kills", "violations")


def kept() -> dict[str, Any]:
    """The totals, the crash points with their hits, and one line per run."""
    found: dict[str, Any] = json.loads(LEDGER.read_text())
    return found


def add(run: dict[str, Any], hits: Counter[str], base: int) -> None:
    """Add one run of the simulator, and say the new totals in the README."""
    totals: dict[str, Any] = {**dict.fromkeys(_SUMMED, 0), "crash_points": {}, "runs": []}
    if LEDGER.exists():
        totals = kept()
    for name in _SUMMED:
        totals[name] += run[name]
    totals["crash_points"] = dict(sorted((Counter(totals["crash_points"]) + hits).items()))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=False
    )
    day = datetime.now(UTC).date().isoformat()
    line = {"date": day, "commit": commit.stdout.strip(), "seed": base}
    totals["runs"].append(line | {name: run[name] for name in _SUMMED})
    LEDGER.write_text(json.dumps(totals, indent=1) + "\n")
    before, _begin, rest = README.read_text().partition(BEGIN)
    _old, _end, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}{words(totals)}{END}{after}")


def words(totals: dict[str, Any]) -> str:
    """The totals as the README says them."""
    return (
        f"So far {totals['schedules']:,} schedules of {totals['steps']:,} steps met {totals['faults']:,} faults, "
        f"among them {totals['kills']:,} kills at {len(totals['crash_points'])} crash points; "
        f"{totals['violations']:,} schedules found a defect.\n"
    )
