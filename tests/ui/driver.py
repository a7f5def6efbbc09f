"""Starts the app on fake services, in a terminal of a given size, without timers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from cockpit.app import CockpitApp
from cockpit.locations import StartValues
from tests.ui.fakes import FakeServices
from tests.ui.screen_text import press, screen_text, wait_for_idle


class Driver:
    """The running app, its pilot and the services it talks to."""

    def __init__(self, app: CockpitApp, pilot: Pilot[int], services: FakeServices) -> None:
        self.app = app
        self.pilot = pilot
        self.services = services

    async def press(self, *keys: str) -> None:
        """Keys one after the other, idle in between."""
        for key in keys:
            await press(self.pilot, key)

    async def type(self, text: str) -> None:
        """Text into the focused field, then idle."""
        await press(self.pilot, *text)

    async def idle(self) -> None:
        await wait_for_idle(self.pilot)

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@asynccontextmanager
async def running(
    services: FakeServices | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    start: StartValues | None = None,
    opening: str = "today",
) -> AsyncIterator[Driver]:
    """The app, opened and idle."""
    services = services or FakeServices()
    app = CockpitApp(
        services.opener(), start or StartValues(lang="en"), opening=opening, is_ticking=False, is_syncing=False
    )
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot, services)
        await driver.idle()
        yield driver
