"""Start, keys, bytes, idle and memory of Today beside a bare Textual table, in one run. `make bench`.

Medians of 5 after one warm-up. Times of a shared machine are noisy: read the ratios. The pty tool is read
from `COCKPIT_SHARED` (default: the folder `shared` beside the repository).
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 24)
KEYS = ("down", "down", "up", "g", "h")


def _tool() -> ModuleType:
    path = Path(os.environ.get("COCKPIT_SHARED", ROOT.parent / "shared")) / "bench" / "tui_bench.py"
    if not path.exists():
        raise SystemExit(f"The pty tool is not at {path}; set COCKPIT_SHARED.")
    spec = importlib.util.spec_from_file_location("tui_bench", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("median")
    return "-" if value is None else f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _account(folder: Path) -> dict[str, str]:
    """A synced demo account without its hub: the environment to start the program on it."""
    os.environ["COCKPIT_HOME"] = str(folder)
    from cockpit.cli.demo import demo_account

    with demo_account(DAY, "rep") as opened:
        opened.desk.database.close()
    return {name: os.environ[name] for name in ("COCKPIT_HOME", "COCKPIT_NOW", "COCKPIT_TOKEN")}


def main() -> None:
    tool = _tool()
    with tempfile.TemporaryDirectory() as folder:
        environment = _account(Path(folder))
        size = (100, 30)
        bare = tool.bench(
            [sys.executable, "-m", "benchmarks.bare_table"],
            marker="Account 3",
            keys=("down", "down", "up"),
            size=size,
            idle=5.0,
            cwd=str(ROOT),
        )
        cockpit = tool.bench(
            [sys.executable, "-m", "cockpit"],
            marker=os.environ.get("MARKER", r"\d\d:\d\d.*(visit|call)"),
            keys=KEYS,
            size=size,
            idle=5.0,
            settle=1.0,
            env=environment,
            cwd=str(ROOT),
        )
    names = ("first_paint_ms", "marker_ms", "start_bytes", "start_cpu_ms", "rss_mib", "idle_bytes_s", "idle_cpu_pct")
    print(f"{'figure':<28}{'bare table':>14}{'cockpit':>14}")
    for name in names:
        print(f"{name:<28}{_cell(bare.get(name)):>14}{_cell(cockpit.get(name)):>14}")
    for key in dict.fromkeys(KEYS):
        for figure in ("changed_ms", "settled_ms", "bytes"):
            cells = [_cell(found.get("keys", {}).get(key, {}).get(figure)) for found in (bare, cockpit)]
            print(f"{f'key {key} {figure}':<28}{cells[0]:>14}{cells[1]:>14}")


if __name__ == "__main__":
    main()
