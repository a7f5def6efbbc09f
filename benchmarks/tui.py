"""Start, keys, bytes, idle and memory in a terminal, beside a bare Textual table and two well-known programs. `make bench`.

Every figure of a table comes from one run, the programs taking turns. Times of a shared machine are noisy: read the ratios.
The pty tool is read from `COCKPIT_SHARED` (default: the folder `shared` beside the repository). posting and harlequin are
measured where they are installed: `RIVALS` is the folder of their commands (`make rivals` makes `.rivals/bin`).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from benchmarks.account import demo_environment
from benchmarks.large import large_account

ROOT = Path(__file__).parents[1]
SIZE = (100, 30)
QUIET_S, IDLE_S = 0.3, 5.0
ROW = r"\d\d:\d\d .*(visit|call)"
PYTHON = sys.executable


@dataclass(frozen=True)
class Program:
    """`first` is on the screen with the first useful frame; `live` is gone when the rows are those of now."""

    name: str
    command: tuple[str, ...]
    first: str
    stale: str = ""
    environment: dict[str, str] = field(default_factory=dict)


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


def start(tool: ModuleType, program: Program, *, idle: bool = False) -> dict[str, float]:
    """One start: milliseconds to the first frame with rows and to the live one, bytes, processor time, memory."""
    session = tool.Session(list(program.command), *SIZE, env=program.environment, cwd=str(ROOT))
    try:
        chunks = session.collect(1.0, 20.0, first=True)
        found: dict[str, float] = {}
        for at, data in chunks:
            session.feed(data)
            text = session.text()
            if "first" not in found and re.search(program.first, text):
                found["first"] = (at - session.t0) * 1000
            if "first" in found and "live" not in found and not (program.stale and re.search(program.stale, text)):
                found["live"] = (at - session.t0) * 1000
        found["bytes"] = session.total
        found["cpu"], found["MiB"] = session.cpu() * 1000, session.memory()[0]
        if idle:
            session.collect(6.0, 6.0)  # the first sync and its notice are over
            before, used = session.total, session.cpu()
            session.collect(IDLE_S + 1, IDLE_S)
            found["idle B/s"] = (session.total - before) / IDLE_S
            found["idle CPU %"] = 100 * (session.cpu() - used) / IDLE_S
        return found
    finally:
        session.close()


def press(tool: ModuleType, program: Program, keys: Iterable[str]) -> dict[str, list[dict[str, float]]]:
    """For each key: milliseconds until the screen changed and until it was quiet, and the bytes of the answer."""
    session = tool.Session(list(program.command), *SIZE, env=program.environment, cwd=str(ROOT))
    answers: dict[str, list[dict[str, float]]] = {}
    try:
        for _at, data in session.collect(3.0, 20.0, first=True):
            session.feed(data)
        for key in keys:
            label, _, name = key.rpartition("|")
            before, at = session.look(), tool.time.monotonic()
            os.write(session.fd, tool.key_bytes(name))
            got = session.collect(QUIET_S, 5.0)
            _, _, changed = session.replay(got, None, before)
            if got and changed:
                answers.setdefault(label or name, []).append(
                    {
                        "changed": (changed - at) * 1000,
                        "settled": (got[-1][0] - at) * 1000,
                        "bytes": sum(len(data) for _, data in got),
                    }
                )
        return answers
    finally:
        session.close()


def _median(values: Iterable[float]) -> float:
    return statistics.median(list(values) or [float("nan")])


def _p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))] if ordered else float("nan")


def starts(tool: ModuleType, programs: list[Program], repeat: int) -> None:
    """Print the table of starts."""
    runs: dict[str, list[dict[str, float]]] = {program.name: [] for program in programs}
    for turn in range(repeat + 1):
        for program in programs:
            found = start(tool, program, idle=turn == repeat)
            if turn:  # the first is a warm-up: bytecode, the kept rows of the last time
                runs[program.name].append(found)
    names = ("first", "live", "bytes", "cpu", "MiB", "idle B/s", "idle CPU %")
    bare = {name: _median(run[name] for run in runs[programs[0].name] if name in run) for name in names}
    print(f"{'start, medians of ' + str(repeat):<30}" + "".join(f"{name:>20}" for name in runs))
    for name in names:
        cells = []
        for found_runs in runs.values():
            value = _median(run[name] for run in found_runs if name in run)
            is_time = name in ("first", "live")
            cells.append(f"{value:,.1f}" + (f" ({value / bare['first']:.2f}x)" if is_time else ""))
        print(f"{name:<30}" + "".join(f"{cell:>20}" for cell in cells))


def keys(tool: ModuleType, program: Program, pressed: list[str], repeat: int) -> None:
    """Print the table of keys of one program."""
    answers: dict[str, list[dict[str, float]]] = {}
    for _turn in range(repeat):
        for label, found in press(tool, program, pressed).items():
            answers.setdefault(label, []).extend(found)
    print(
        f"\n{program.name:<30}{'n':>5}{'changed p50':>14}{'p95':>8}{'settled p50':>14}{'p95':>8}{'bytes p50':>12}{'p95':>9}"
    )
    for label, found in answers.items():
        row = [f"{label:<30}{len(found):>5}"]
        for name, widths in (("changed", (14, 8)), ("settled", (14, 8)), ("bytes", (12, 9))):
            values = [answer[name] for answer in found]
            digits = 0 if name == "bytes" else 1
            row.append(f"{_median(values):>{widths[0]},.{digits}f}{_p95(values):>{widths[1]},.{digits}f}")
        print("".join(row))


CURSOR = [*["cursor|down"] * 6, *["cursor|up"] * 6]
SCREENS = [f"screen again|{key}" for key in ("g", "p", "h", "g", "p", "h")]
PRESSED = [
    *CURSOR,
    *(f"screen first time|{key}" for key in ("g", "p")),
    "screen again|h",
    *SCREENS,
    "palette|:",
    "palette leaves|escape",
    "p",
    *CURSOR,
    "filter opens|/",
    *(f"filter key|{key}" for key in ("h", "t")),
    "filter leaves|escape",
]
LONG = [*CURSOR, *["page|pgdn"] * 6, "edge|end", *["page|pgup"] * 4, "edge|home"]


def _rivals() -> list[Program]:
    folder = Path(os.environ.get("RIVALS", ROOT / ".rivals" / "bin"))
    quiet = {"HARLEQUIN_NO_DOWNLOAD_TZDATA": "1"}
    wanted = (("posting", (), "Collection"), ("harlequin", ("--no-download-tzdata", ":memory:"), "Data Catalog"))
    return [
        Program(name, (str(folder / name), *arguments), mark, environment=quiet)
        for name, arguments, mark in wanted
        if (folder / name).exists()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--part", choices=("all", "start", "keys"), default="all")
    wanted = parser.parse_args()
    tool = _tool()
    subprocess.run([PYTHON, "-m", "compileall", "-q", str(ROOT / "src"), str(ROOT / "benchmarks")], check=False)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        cockpit = (PYTHON, "-m", "cockpit")
        demo = Program("cockpit", cockpit, ROW, "loading", demo_environment(Path(small)))
        many = Program("cockpit, 10,000 accounts", cockpit, ROW, "loading", large_account(Path(large)))
        bare = Program("bare table", (PYTHON, "-m", "benchmarks.bare_table"), "Account 3")
        if wanted.part in ("all", "start"):
            starts(tool, [bare, demo, many, *_rivals()], wanted.repeat)
        if wanted.part in ("all", "keys"):
            keys(tool, bare, CURSOR, wanted.repeat)
            keys(tool, demo, PRESSED, wanted.repeat)
            keys(tool, many, PRESSED, wanted.repeat)
            keys(tool, Program("50,000 rows", (PYTHON, "-m", "benchmarks.long_list"), "Customer"), LONG, wanted.repeat)
            for rival in _rivals():
                keys(tool, rival, ["palette|ctrl+p", "palette leaves|escape"], wanted.repeat)


if __name__ == "__main__":
    main()
