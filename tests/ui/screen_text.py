"""What a screen shows, as plain lines, and how a test waits for the app to be idle."""

from __future__ import annotations

from contextlib import suppress

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled, WorkerFailed


def screen_text(app: App[int]) -> str:
    """The screen as text: one line a row, without trailing blanks."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def wait_for_idle(pilot: Pilot[int]) -> None:
    """Until no worker runs, no message waits and the screen is drawn: never until some time has passed."""
    for _round in range(3):
        for worker in list(pilot.app.workers):
            with suppress(WorkerFailed, WorkerCancelled):
                await worker.wait()
        await pilot.pause()
