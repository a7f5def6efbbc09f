"""Processor time of short commands on the synced demo account, beside the imports they rest on. `python -m benchmarks.verbs`.

Each command is a new process; user and system time together, medians of 5 after one warm-up, bytecode compiled. `log` writes, so
every run of it gets a fresh copy of the account's file.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 5
BASE = "import sqlmodel, typer, pydantic_settings"
_OPEN = (
    "import os; from pathlib import Path; from cockpit.services.container import open_services; "
    "opened = open_services(Path(os.environ['COCKPIT_HOME']) / 'data' / 'default.db'); "
)

COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("python -c pass", ("-c", "pass")),
    ("import sqlmodel", ("-c", "import sqlmodel")),
    (BASE, ("-c", BASE)),
    ("open, today.load()", ("-c", f"{_OPEN}opened.today.load()")),
    ("cockpit --version", ("-m", "cockpit", "--version")),
    ("cockpit --help", ("-m", "cockpit", "--help")),
    ("cockpit status", ("-m", "cockpit", "status")),
    ("cockpit today --plain", ("-m", "cockpit", "today", "--plain")),
    ("cockpit today --json", ("-m", "cockpit", "today", "--json")),
    ("cockpit log 'v ht ok'", ("-m", "cockpit", "log", "v ht ok")),
)


def _run(arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of processor time and MiB at most of one process."""
    command = [sys.executable, *arguments]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _pid, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024


def _account(folder: str) -> dict[str, str]:
    """Made in a process of its own: the memory of a child counts from what its parent holds."""
    code = "import json, sys; from pathlib import Path; from benchmarks.account import demo_environment as make; "
    code += "print(json.dumps(make(Path(sys.argv[1]))))"
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True, capture_output=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def main() -> None:
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "src")], check=False)
    with tempfile.TemporaryDirectory() as folder:
        account = _account(folder)
        environment = {**os.environ, **account, "PYTHONDONTWRITEBYTECODE": ""}
        database = Path(account["COCKPIT_HOME"]) / "data" / "default.db"
        kept = Path(folder) / "kept.db"
        shutil.copyfile(database, kept)
        spent: dict[str, list[float]] = {name: [] for name, _ in COMMANDS}
        most: dict[str, float] = {}
        for run in range(RUNS + 1):
            for name, arguments in COMMANDS:
                shutil.copyfile(kept, database)
                cpu, memory = _run(arguments, environment)
                if run:
                    spent[name].append(cpu)
                    most[name] = max(memory, most.get(name, 0.0))
    base = statistics.median(spent[BASE])
    print(f"{'command':<44}{'cpu ms':>8}{'of the imports':>16}{'MiB':>8}")
    for name, _ in COMMANDS:
        cpu = statistics.median(spent[name])
        print(f"{name:<44}{cpu:>8.0f}{cpu / base:>16.2f}{most[name]:>8.1f}")


if __name__ == "__main__":
    main()
