"""From an empty folder to the first logged visit, and how many keys a visit takes. `python -m benchmarks.first_visit`.

The program runs in a real terminal, as README says: `cockpit demo`. Every key is counted; each log line must be on the disk.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.terminal import Terminal

LIMIT_PLANNED, LIMIT_UNPLANNED, LIMIT_S = 6, 45, 180
UNPLANNED = (
    "v ht ok CFO agrees to the pilot >fri 10",
    "c mywl half second decider named >thu 9",
    "v ajzg ok price yes, sign on friday",
    "c jhsp absent",
    "v zbzy ok demo went well #quote >mon 14",
)
"""What reps type for a visit that was not planned, by pinyin initials."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"COCKPIT_HOME": folder, "HOME": folder, "COCKPIT_LANG": "en"}
        began = time.monotonic()
        counts: list[int] = []
        command = [sys.executable, "-m", "cockpit", "demo", "--anchor", "2026-11-24"]
        with Terminal(command, columns=100, rows=30, env=environment) as terminal:
            terminal.wait_for(r"synced[\s\S]*09:30 .*visit", limit=120)
            planned = _press(terminal, ["l", "\r"])
            seconds = time.monotonic() - began
            for line in UNPLANNED:
                keys = ["l", *line, "\r"]
                counts.append(_press(terminal, keys))
            terminal.press("q")
            terminal.wait_end()
        held = _held(Path(folder))
    print(f"empty folder to first visit logged   {seconds:6.1f} s   (limit {LIMIT_S})")
    print(f"keys for a planned visit             {planned:6d}     (limit {LIMIT_PLANNED})")
    print(
        f"keys for one not planned, median     {statistics.median(counts):6.0f}     (limit {LIMIT_UNPLANNED}; {counts})"
    )
    print(f"visits and calls of the day on disk  {held:6d}     (of {1 + len(UNPLANNED)} logged)")
    raise SystemExit(planned > LIMIT_PLANNED or statistics.median(counts) > LIMIT_UNPLANNED or held <= len(UNPLANNED))


def _press(terminal: Terminal, keys: list[str]) -> int:
    """Press the keys of one log entry, wait until it is saved and Today is back; how many keys."""
    for key in keys[:1]:
        terminal.press(key)
    terminal.wait_for("Log a visit")
    for key in keys[1:]:
        terminal.press(key)
    terminal.wait_for(r"Today, day[\s\S]*Logged")
    return len(keys)


def _held(home: Path) -> int:
    """Rows of the outbox that say an activity was held, or not: what the program wrote today."""
    code = (
        "from cockpit.services.container import open_services; from pathlib import Path; import sys;"
        "opened = open_services(Path(sys.argv[1]));"
        "reader = opened.desk.database.look();\n"
        "with reader as rows: print(rows.rows(\"SELECT count(*) FROM change_log WHERE entity = 'activity' "
        "AND recorded_at >= '2026-11-24'\")[0][0])"
    )
    data = next(home.rglob("default.db"))
    done = subprocess.run([sys.executable, "-c", code, str(data)], capture_output=True, text=True, check=True)
    return int(done.stdout)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
