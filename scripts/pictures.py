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
WIDE, SMALL = (120, 36), (80, 24)
PICTURES: tuple[tuple[str, str, str, tuple[int, int], tuple[str, ...]], ...] = (
    # name, role, language, size, keys pressed on Today (none: the screen of that name)
    ("today", "rep", "en", WIDE, ()),
    ("today", "rep", "zh", SMALL, ()),
    ("gap", "rep", "zh", WIDE, ()),
    ("pipeline", "rep", "en", WIDE, ()),
    ("replan", "rep", "en", WIDE, ("r",)),
    ("log", "rep", "zh", SMALL, ("l",)),
    ("team", "lead", "en", WIDE, ()),
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
    for lang in i18n.LANGUAGES:
        for role in ("rep", "lead"):
            wanted = [picture for picture in PICTURES if picture[1:3] == (role, lang)]
            if not wanted:
                continue
            i18n.set_language(lang)
            with tempfile.TemporaryDirectory() as folder:
                os.environ["COCKPIT_HOME"] = folder
                with demo_account(DAY, role) as opened:
                    opened.desk.database.close()
                    for name, _role, _lang, size, keys in wanted:
                        asyncio.run(_picture(name, keys, lang, size))


if __name__ == "__main__":
    main()
