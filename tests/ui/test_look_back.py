"""With T every screen shows what it showed on that day, but for the line that says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit import clock
from cockpit.app import CockpitApp
from cockpit.commands import COMMANDS
from cockpit.locations import StartValues
from cockpit.screens.views import MAIN_VIEWS, OTHER_VIEWS
from cockpit.services.container import services_on
from cockpit.storage import meta
from tests.support.company import LEAD, ME, NOW_TEXT, Company, found_company
from tests.support.later import EVE, go_on, tell_eve
from tests.ui.screen_text import press, screen_text, wait_for_idle

DAY = "2026-11-20"
KEYS = {command.id: command.key for command in COMMANDS}
WAYS: dict[str, tuple[str, ...]] = {
    **{name: (KEYS[name], "home") for name in (*MAIN_VIEWS, "targets") if name != "sync"},
    "chain": (KEYS["gap"], KEYS["chain"]),
    "deal": (KEYS["pipeline"], "enter"),
    "why": (KEYS["gap"], KEYS["why"]),
}
"""The keys that lead from Today to each view that can look back."""
OPENED = {"account": {"account_id": "account-1"}, "nudge": {"rep_id": ME}}
"""What is opened from wherever it is named."""
OF_NOW = {"sync", "conflicts", "replan", "log", "help"}


def test_every_view_looks_back_or_is_of_now() -> None:
    assert set(WAYS) | set(OPENED) | OF_NOW == {*MAIN_VIEWS, *OTHER_VIEWS}


@asynccontextmanager
async def opened(company: Company, size: tuple[int, int]) -> AsyncIterator[Pilot[int]]:
    app = CockpitApp(
        lambda: services_on(company.database),
        StartValues(lang="en"),
        opening="today",
        is_ticking=False,
        is_syncing=False,
    )
    async with app.run_test(size=size) as pilot:
        await wait_for_idle(pilot)
        yield pilot


async def every_view(pilot: Pilot[int]) -> dict[str, list[str]]:
    """The lines of each view but the first, which tells the moment and the state of the sync."""
    found = {}
    assert isinstance(pilot.app, CockpitApp)
    for name, keys in (*WAYS.items(), *((name, ()) for name in OPENED)):
        for key in (KEYS["today"], *keys):
            await press(pilot, key)
            await wait_for_idle(pilot)
        if name in OPENED:
            pilot.app.open(name, **OPENED[name])
            await wait_for_idle(pilot)
        assert type(pilot.app.room.view).__name__ == {**MAIN_VIEWS, **OTHER_VIEWS}[name][1]
        found[name] = screen_text(pilot.app).split("\n")[1:]
    return found


@pytest.mark.parametrize("person", [ME, LEAD])
async def test_with_the_key_every_view_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    company = found_company(tmp_path, person)
    story = tell_eve(company)
    with company.database.write() as session:
        meta.put(session, "last_sync_at", EVE.isoformat())
    monkeypatch.setattr(clock, "now", lambda: EVE.astimezone(UTC))
    async with opened(company, (120, 36)) as pilot:
        then = await every_view(pilot)
    go_on(story)
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(NOW_TEXT).astimezone(UTC))
    async with opened(company, (120, 36)) as pilot:
        await press(pilot, "T", *DAY, "enter")
        await wait_for_idle(pilot)
        back = await every_view(pilot)
    different = {name: [pair for pair in zip(then[name], back[name]) if pair[0] != pair[1]] for name in then}
    assert {name: pairs for name, pairs in different.items() if pairs} == {}
