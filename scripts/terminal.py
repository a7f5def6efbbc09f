"""A program in a pseudo-terminal of its own, with a screen one can read: for tests and the fresh-install check."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

import pyte

# What pyte does not know and would print: private queries and string sequences.
_UNKNOWN = re.compile(rb"\x1b\[[<=>?][\d;]*[$]?[a-zA-Z]|\x1b[P_^\]].*?(?:\x07|\x1b\\)", re.DOTALL)


class Terminal:
    """`with Terminal([...]) as t: t.wait_for("Today"); t.press("q"); t.wait_end()`."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 100, rows: int = 30, env: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self._main, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            list(command),
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment,
            start_new_session=True,
            # Without a controlling terminal the program would not hear of a new size or of Ctrl-C.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(child)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._main)

    @property
    def text(self) -> str:
        # Not `screen.display`: it stumbles over the second half of a wide sign whose first half was written over.
        lines = (self.screen.buffer[row] for row in range(self.screen.lines))
        return "\n".join("".join(line[x].data for x in range(self.screen.columns)).rstrip() for line in lines)

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        return bool(termios.tcgetattr(self._main)[3] & termios.ECHO)

    def press(self, keys: str) -> None:
        """Type `keys`, as they are."""
        os.write(self._main, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def wait_for(self, pattern: str, limit: float = 30.0) -> str:
        """Read until the screen shows `pattern`; the screen's text. Raises AssertionError after `limit` seconds."""
        until = time.monotonic() + limit
        while not re.search(pattern, self.text):
            left = until - time.monotonic()
            assert left > 0, f"{pattern!r} did not appear on:\n{self.text}"
            assert self._read(left), f"the program ended ({self.process.poll()}) on:\n{self.text}"
        return self.text

    def wait_end(self, limit: float = 30.0) -> int:
        """Read until the program has ended; its exit code."""
        until = time.monotonic() + limit
        while self._read(max(until - time.monotonic(), 0.01)):
            assert time.monotonic() < until, f"still running on:\n{self.text}"
        return self.process.wait(timeout=max(until - time.monotonic(), 0.01))

    def _read(self, limit: float) -> bool:
        ready, _, _ = select.select([self._main], [], [], limit)
        if not ready:
            return True
        try:
            data = os.read(self._main, 1 << 16)
        except OSError:
            return False
        self.written += data
        self._stream.feed(_UNKNOWN.sub(b"", data))
        return bool(data)
