"""What this terminal can draw: how many colours, and whether signs of ambiguous width take two cells.

The width is asked of the terminal itself, once for each kind of terminal: a block sign is written, the place of the
cursor asked for (DSR), the line erased. The answer is kept in the cache folder.
"""

from __future__ import annotations

import json
import locale
import os
import re
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from cockpit.colours import TERMINAL
from cockpit.locations import Locations, StartValues

WAIT_S = 0.1
SIGN = "\u2588"
"""A full block: what bars are made of, and of ambiguous width."""
_KIND = ("TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "LC_ALL", "LC_CTYPE", "LANG")
_NAMELESS = ("TMUX", "STY", "SSH_CONNECTION", "WT_SESSION")
"""Of these only matters whether they are set."""


class Asking:
    """The question, put in a thread of its own so that imports go on meanwhile."""

    def __init__(self, locations: Locations, start: StartValues) -> None:
        self._start = start
        self._cache = locations.cache_dir / "terminals.json"
        self._width: int | None = None
        self._thread: threading.Thread | None = None
        if start.frames == "auto" and not has_few_signs():
            kept = kept_widths(self._cache)
            if kind() in kept:
                self._width = kept[kind()]
            else:
                self._thread = threading.Thread(target=self._ask, name="terminal", daemon=True)
                self._thread.start()

    def _ask(self) -> None:
        self._width = ask_width(sys.stdin.fileno(), sys.stdout.fileno())
        keep_width(self._cache, self._width)

    def fitted(self) -> StartValues:
        """The start values with `auto` replaced by what suits this terminal."""
        if self._thread is not None:
            self._thread.join()
        frames = self._start.frames
        if frames == "auto":
            frames = "ascii" if has_few_signs() or self._width not in (1, None) else "unicode"
        theme = TERMINAL if has_few_colours() else self._start.theme
        return replace(self._start, frames=frames, theme=theme)


def has_few_colours() -> bool:
    """Whether the terminal has sixteen colours or less, or none are wanted: our palettes need more."""
    if "NO_COLOR" in os.environ:
        return True
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or sys.platform == "win32":
        return False
    term = os.environ.get("TERM", "").lower()
    return "256color" not in term and "kitty" not in term and "direct" not in term


def has_few_signs() -> bool:
    """Whether the terminal's font or encoding lacks the signs bars are drawn with."""
    return os.environ.get("TERM", "") in ("linux", "dumb", "vt100", "vt220", "cons25") or not is_utf8()


def is_utf8() -> bool:
    return (sys.stdout.encoding or locale.getpreferredencoding(False)).lower().replace("-", "") == "utf8"


def kind() -> str:
    """What tells this terminal from another: equal names, equal widths."""
    found = {name: os.environ.get(name, "") for name in _KIND}
    found.update({name: "yes" for name in _NAMELESS if os.environ.get(name)})
    return " ".join(f"{name}={value[:40]}" for name, value in sorted(found.items()) if value)


def kept_widths(cache: Path) -> dict[str, int | None]:
    """The answers of earlier starts, by kind of terminal; None where none came."""
    try:
        found = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): width if width in (1, 2) else None for name, width in found.items()}


def keep_width(cache: Path, width: int | None) -> None:
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = cache.with_name(f"{cache.name}.{os.getpid()}")
        beside.write_text(json.dumps({**kept_widths(cache), kind(): width}), "utf-8")
        beside.replace(cache)


def ask_width(source: int, target: int, wait_s: float = WAIT_S) -> int | None:
    """Cells the terminal takes for the sign; None when it does not say so in time, or is not ours to ask."""
    try:
        with _raw(source) as is_ours:
            if not is_ours or not os.isatty(target):
                return None
            os.write(target, f"\r{SIGN}\x1b[6n".encode())
            answer = _answer(source, wait_s)
            os.write(target, b"\r\x1b[K")
    except OSError:
        return None
    found = re.search(rb"\x1b\[\d+;(\d{1,4})R", answer)
    width = int(found.group(1)) - 1 if found else 0
    return {1: 1, 2: 2, 3: 2}.get(width)  # three: a terminal that shows the sign's bytes one by one


def _answer(source: int, wait_s: float) -> bytes:
    """What comes in until the report is whole or the time is over."""
    answer, until = b"", time.monotonic() + wait_s
    while not re.search(rb"\x1b\[\d+;\d+R", answer) and len(answer) < 1024:
        left = until - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            break
        part = os.read(source, 256)
        if not part:
            break
        answer += part
    return answer


@contextmanager
def _raw(source: int) -> Iterator[bool]:
    """Keys unechoed and at once, as before afterwards. False where there is no terminal in the foreground."""
    if sys.platform == "win32":
        yield False
        return
    import termios

    if not os.isatty(source) or os.tcgetpgrp(source) != os.getpgrp():
        yield False
        return
    try:
        before = termios.tcgetattr(source)
        changed = termios.tcgetattr(source)
        changed[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(source, termios.TCSANOW, changed)
    except termios.error:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(termios.error):
            termios.tcsetattr(source, termios.TCSANOW, before)
