"""How late a key is answered while a plan is searched. `python -m benchmarks.planning_keys [SEARCHES]`.

Cockpit runs in a terminal of its own on a rep's file of 600 accounts. `R` plans the week; while the search goes on, `M` is pressed every
quarter of a second, and as often when it is over: from the key to the other limit on the screen. F5 begins again. The difference of
the two is what the search adds; another program's load makes both late, so its size is printed too. Needs the pty tool
(`benchmarks.tui`).
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.large import large_account
from benchmarks.tui import PYTHON, ROOT, SIZE, _p95, _tool

SEARCHES, MOST_KEYS = 20, 12
BEAT_S, PATIENCE_S = 0.25, 20.0
LIMITS = re.compile(r"visits a day \d+")
RUNNING, OVER = "searching", "searched"


class Screen:
    """What the program shows, read as it comes."""

    def __init__(self, tool: ModuleType, environment: dict[str, str]) -> None:
        self._tool = tool
        self._session: Any = tool.Session([PYTHON, "-m", "cockpit"], *SIZE, env=environment, cwd=str(ROOT))
        self.wait_for(r"\d\d:\d\d ")

    def close(self) -> None:
        self._session.close()

    @property
    def text(self) -> str:
        return str(self._session.text())

    def look(self) -> None:
        """Take in what comes within a beat."""
        for _, data in self._session.collect(BEAT_S, BEAT_S):
            self._session.feed(data)

    def wait_for(self, words: str) -> None:
        """SystemExit where they do not come."""
        ends = self._tool.time.monotonic() + PATIENCE_S
        while not re.search(words, self.text):
            self.look()
            if self._tool.time.monotonic() > ends:
                raise SystemExit(f"no {words!r} on the screen:\n{self.text}")

    def press(self, key: str) -> float | None:
        """Milliseconds until the row of the limits is another one; None where it did not change within a beat."""
        before, at = self._limits, self._tool.time.monotonic()
        os.write(self._session.fd, self._tool.key_bytes(key))
        changed = None
        for when, data in self._session.collect(BEAT_S, BEAT_S):
            self._session.feed(data)
            if changed is None and self._limits != before:
                changed = (when - at) * 1000
        return changed

    @property
    def _limits(self) -> str:
        return next((row for row in self.text.splitlines() if LIMITS.search(row)), "")


def late_ms(screen: Screen) -> dict[str, list[float]]:
    """One search: the answers while it goes on, and as many when it is over."""
    screen.wait_for(f"{RUNNING}|{OVER}")
    late: dict[str, list[float]] = {RUNNING: [], OVER: []}
    for word in (RUNNING, OVER):
        if word == OVER:
            screen.wait_for(OVER)
        for _key in range(len(late[RUNNING]) if word == OVER else MOST_KEYS):
            if word not in screen.text:
                break
            answer = screen.press("M")
            if answer is not None:
                late[word].append(answer)
    return late


def main() -> None:
    searches = int(sys.argv[1]) if len(sys.argv) > 1 else SEARCHES
    tool = _tool()
    late: dict[str, list[float]] = {RUNNING: [], OVER: []}
    with tempfile.TemporaryDirectory() as folder:
        screen = Screen(tool, large_account(Path(folder), 600, 3000))
        try:
            screen.press("R")
            screen.wait_for(OVER)
            screen.press("]")
            screen.wait_for("month")
            for _search in range(searches):
                for word, found in late_ms(screen).items():
                    late[word] += found
                screen.press("f5")
        finally:
            screen.close()
    for word, found in late.items():
        print(f"{word:<10} {len(found):>4} keys  p50 {statistics.median(found):6.1f} ms  p95 {_p95(found):6.1f} ms")
    added = _p95(late[RUNNING]) - _p95(late[OVER])
    print(f"added at p95 {added:.1f} ms, at most 10 asked for; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
