"""What a screen shows, as plain lines, and how a test waits for the app to be idle."""

from __future__ import annotations

import asyncio
import unicodedata
from contextlib import suppress

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.worker import WorkerCancelled, WorkerFailed

from cockpit.app import CockpitApp

QUIET_ROUNDS = 3
"""Rounds of the event loop in a row with nothing left to run: then nothing is left to wait for."""


def screen_text(app: App[int]) -> str:
    """The screen as text: one line a row, without trailing blanks."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def wait_for_idle(pilot: Pilot[int]) -> None:
    """Until no worker runs, no message waits and the screen is drawn: never until some time has passed."""
    app = pilot.app
    for _round in range(3):  # what waits for the paint may start a worker, and what that brings is painted again
        await _settle()
        while isinstance(app, CockpitApp) and app.typing_ahead.is_waiting:
            await asyncio.sleep(0.001)
        while working := [worker for worker in app.workers if not worker.is_finished]:
            for worker in working:
                with suppress(WorkerFailed, WorkerCancelled):
                    await worker.wait()
            await _settle()
        await app.animator.wait_until_complete()
        if app.is_running and app._exception is None:
            app.screen._on_timer_update()


async def _settle() -> None:
    """Until the event loop has run everything that is ready. The pilot's own wait sleeps 20 ms or more at every key."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    quiet = 0
    while quiet < QUIET_ROUNDS:
        await asyncio.sleep(0)
        quiet = 0 if ready else quiet + 1


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Keys one right after the other, as fast as the program takes them; idle at the end."""
    for key in keys:
        event = _key_event(key)
        event.set_sender(pilot.app)
        assert pilot.app._driver is not None
        pilot.app._driver.send_message(event)
        await _settle()
    await wait_for_idle(pilot)


def _key_event(key: str) -> events.Key:
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    try:
        char: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        char = name if len(name) == 1 else None
    return events.Key(name, char)
