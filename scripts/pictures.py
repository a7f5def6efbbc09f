"""Draw the pictures of README and docs from the running demo of a fixed day. `make pictures`.

Needs the fonts DejaVu Sans Mono and Noto Sans Mono CJK on this machine.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path

from cockpit import i18n
from cockpit.app import CockpitApp
from cockpit.cli import opening
from cockpit.cli.demo import demo_account
from cockpit.locations import StartValues
from scripts.drawing import draw

TARGET = Path(__file__).parents[1] / "docs" / "pictures"
DAY = date(2026, 11, 24)
SIZES = ((120, 36), (80, 24))
SCREENS = (
    ("today", "rep", ()),
    ("gap", "rep", ()),
    ("pipeline", "rep", ()),
    ("sync", "rep", ()),
    ("log", "rep", ("l",)),
    ("replan", "rep", ("r",)),
    ("fill", "rep", ("f",)),
    ("help", "rep", ("f1",)),
    ("team", "lead", ()),
)


async def _picture(name: str, keys: tuple[str, ...], lang: str, size: tuple[int, int]) -> None:
    i18n.set_language(lang)
    opening_screen = "today" if keys else name
    app = CockpitApp(opening.services, StartValues(lang=lang), opening=opening_screen)
    async with app.run_test(size=size) as pilot:
        await _settle(app, pilot)
        for key in keys:
            await pilot.press(key)
            await _settle(app, pilot)
        draw(app, TARGET / f"{name}-{lang}-{size[0]}x{size[1]}.png")


async def _settle(app: CockpitApp, pilot: object) -> None:
    from textual.pilot import Pilot
    from textual.worker import WorkerCancelled

    assert isinstance(pilot, Pilot)
    for _round in range(3):
        with suppress(WorkerCancelled):  # a newer load took its place; the next round waits for that one
            await app.workers.wait_for_complete()
        await pilot.pause()


def main() -> None:
    wanted = os.environ.get("SCREENS", "").split()
    with tempfile.TemporaryDirectory() as folder:
        for role in ("rep", "lead"):
            os.environ["COCKPIT_HOME"] = folder
            with demo_account(DAY, role) as opened:
                opened.desk.database.close()
                for name, who, keys in SCREENS:
                    if who == role and (not wanted or name in wanted):
                        for lang in i18n.LANGUAGES:
                            for size in SIZES:
                                asyncio.run(_picture(name, keys, lang, size))


if __name__ == "__main__":
    main()
