"""Draw every main screen from the running demo of a fixed day: both languages, three sizes, two themes. `make pictures`.

All go into `.pictures/`; those that README shows are copied to `docs/pictures/`. `--only today,gap --lang zh --size 80x24
--theme cockpit-light` draws a part. Needs the fonts DejaVu Sans Mono and Noto Sans Mono CJK on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from cockpit import i18n
from cockpit.app import CockpitApp
from cockpit.cli import opening
from cockpit.cli.demo import demo_account
from cockpit.cli.first import FirstRun
from cockpit.locations import DEMO, StartValues
from cockpit.screens.replan import ReplanView
from scripts.drawing import draw

ROOT = Path(__file__).parents[1]
ALL, SHOWN = ROOT / ".pictures", ROOT / "docs" / "pictures"
DAY = date(2026, 11, 24)
SIZES = ((80, 24), (120, 36), (160, 45))
THEMES = ("cockpit-dark", "cockpit-light")


NOBODY = "nobody"
"""The role of who has no account yet."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A screen: who looks, on which view the program opens, and the keys from there."""

    name: str
    role: str
    opening: str
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("today", "rep", "today"),
    Shot("gap", "rep", "gap"),
    Shot("pipeline", "rep", "pipeline"),
    Shot("deal", "rep", "pipeline", ("j", "j", "j", "j", "j", "enter")),
    Shot("account", "rep", "today", ("enter", "enter")),
    Shot("replan", "rep", "today", ("f",)),
    Shot("log", "rep", "today", ("l",)),
    Shot("sync", "rep", "sync"),
    Shot("why", "rep", "gap", ("question_mark",)),
    Shot("help", "rep", "today", ("f1",)),
    Shot("palette", "rep", "today", ("colon",)),
    Shot("filter", "rep", "pipeline", ("slash", *"ht")),
    Shot("jump", "rep", "today", ("semicolon",)),
    Shot("past", "rep", "today", ("colon", *"as-of", "space", *"2026-11-18", "enter")),
    Shot("team", "lead", "team"),
    Shot("tour-who", "rep", "today", ("colon", *"tour", "enter")),
    Shot("tour-problems", "rep", "today", ("colon", *"tour", "enter", "right", "right")),
    Shot("welcome", NOBODY, "today"),
    Shot("welcome-connect", NOBODY, "today", ("2",)),
)
README = (
    "today-en-120x36-dark",
    "today-zh-80x24-dark",
    "gap-zh-120x36-dark",
    "pipeline-en-120x36-light",
    "replan-en-120x36-dark",
    "team-en-160x45-dark",
)
"""What README shows, by file name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    shots: tuple[Shot, ...]
    langs: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    themes: tuple[str, ...]


async def _draw_shot(shot: Shot, lang: str, wanted: Wanted) -> None:
    """One run of the program, drawn at every size and in every theme."""
    i18n.set_language(lang)
    starter = FirstRun() if shot.role == NOBODY else None
    app = CockpitApp(opening.services, StartValues(lang=lang), opening=shot.opening, starter=starter)
    async with app.run_test(size=wanted.sizes[0]) as pilot:
        await _settle(app, pilot)
        for key in shot.keys:
            await pilot.press(key)
            await _settle(app, pilot)
        for width, height in wanted.sizes:
            await pilot.resize_terminal(width, height)
            await _settle(app, pilot)
            for theme in wanted.themes:
                app.theme = theme
                await _settle(app, pilot)
                draw(app, ALL / f"{shot.name}-{lang}-{width}x{height}-{theme.removeprefix('cockpit-')}.png")


async def _settle(app: CockpitApp, pilot: Pilot[int]) -> None:
    for _round in range(3):
        with suppress(WorkerCancelled):  # a newer load took its place; the next round waits for that one
            await app.workers.wait_for_complete()
        while isinstance(app.room.view, ReplanView) and app.room.view.is_searching:
            await pilot.pause(0.05)
        await pilot.pause()


def _wanted() -> Wanted:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(shot.name for shot in SHOTS))
    parser.add_argument("--lang", default=",".join(i18n.LANGUAGES))
    parser.add_argument("--size", default=",".join(f"{width}x{height}" for width, height in SIZES))
    parser.add_argument("--theme", default=",".join(THEMES))
    found = parser.parse_args()
    names = found.only.split(",")
    sizes = tuple((int(width), int(height)) for width, height in (size.split("x") for size in found.size.split(",")))
    return Wanted(
        tuple(shot for shot in SHOTS if shot.name in names),
        tuple(found.lang.split(",")),
        sizes,
        tuple(found.theme.split(",")),
    )


def main() -> None:
    wanted = _wanted()
    for lang in wanted.langs:
        for role in ("rep", "lead", NOBODY):
            shots = [shot for shot in wanted.shots if shot.role == role]
            if not shots:
                continue
            i18n.set_language(lang)
            with tempfile.TemporaryDirectory() as folder:
                os.environ["COCKPIT_HOME"] = folder
                with ExitStack() as stack:
                    if role == NOBODY:
                        os.environ.pop(DEMO, None)
                    else:
                        stack.enter_context(demo_account(DAY, role)).desk.database.close()
                    for shot in shots:
                        asyncio.run(_draw_shot(shot, lang, wanted))
    SHOWN.mkdir(parents=True, exist_ok=True)
    for name in README:
        if (ALL / f"{name}.png").exists():
            shutil.copyfile(ALL / f"{name}.png", SHOWN / f"{name}.png")


if __name__ == "__main__":
    main()
