"""A terminal at the end of a slow line: every byte, of keys and of answers, comes later by the same time. For tests and benchmarks.

`python -m scripts.slow_line COMMAND...` shows a program as it is over SSH with 200 ms each way.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence

from scripts.terminal import Terminal

DELAY_S = 0.2


class SlowTerminal(Terminal):
    """`press` and what is read go through a relay that holds each chunk back, in order."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 100,
        rows: int = 30,
        env: Mapping[str, str] | None = None,
        delay_s: float = DELAY_S,
    ) -> None:
        super().__init__(command, columns=columns, rows=rows, env=env)
        self._delay_s = delay_s
        self._near = self._main
        self._main, self._far = os.pipe()
        threading.Thread(target=self._answers, daemon=True).start()

    def press(self, keys: str) -> None:
        timer = threading.Timer(self._delay_s, os.write, (self._near, keys.encode()))
        timer.daemon = True
        timer.start()

    def resize(self, columns: int, rows: int) -> None:
        self._main, kept = self._near, self._main
        super().resize(columns, rows)
        self._main = kept

    def _answers(self) -> None:
        """Pass on what the program writes, each chunk after the delay."""
        held: deque[tuple[float, bytes]] = deque()
        arrived = threading.Condition()

        def deliver() -> None:
            while True:
                with arrived:
                    arrived.wait_for(lambda: held)
                    due, data = held.popleft()
                time.sleep(max(due - time.monotonic(), 0))
                if not data:
                    os.close(self._far)
                    return
                os.write(self._far, data)

        threading.Thread(target=deliver, daemon=True).start()
        while True:
            try:
                data = os.read(self._near, 1 << 16)
            except OSError:
                data = b""
            with arrived:
                held.append((time.monotonic() + self._delay_s, data))
                arrived.notify()
            if not data:
                return


def main() -> None:
    with SlowTerminal(sys.argv[1:] or [sys.executable, "-m", "cockpit", "demo"]) as terminal:
        begun = time.monotonic()
        terminal.wait_for(r"\d\d:\d\d", limit=90)
        print(terminal.text)
        print(f"first screen after {time.monotonic() - begun:.1f} s, {len(terminal.written)} bytes")
        for key in "gph":
            begun, before = time.monotonic(), len(terminal.written)
            terminal.press(key)
            while len(terminal.written) == before:
                terminal._read(1)
            took = time.monotonic() - begun
            print(f"{key}: answered after {took * 1000:.0f} ms, of which {2000 * DELAY_S:.0f} are the line's")
        terminal.press("\x03")
        terminal.wait_end()


if __name__ == "__main__":
    main()
