"""What the terminal around the program asks of it: few bytes over a slow line, an orderly end when it closes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender

if TYPE_CHECKING:
    from textual.app import App

_PATIENCE_S = 3.0
"""How long an orderly end may take after a signal. What was saved is on disk all the time."""


class PlainBars(ScrollBarRender):
    """Scroll bars without block signs: their ends are on whole cells."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def fit_into(app: App[int], *, is_ascii: bool) -> None:
    """Called once the event loop runs. Nothing moves over SSH, where each frame costs a round trip."""
    ScrollBar.renderer = PlainBars if is_ascii else ScrollBarRender
    if os.environ.get("SSH_CONNECTION"):
        app.animation_level = "none"
    if app.is_headless or sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _end, app, 128 + number)


def _end(app: App[int], code: int) -> None:
    """Leave as by the key; a terminal that is gone may hold the farewell up, not the end."""
    last_resort = threading.Timer(_PATIENCE_S, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()
    app.exit(0, return_code=code)
