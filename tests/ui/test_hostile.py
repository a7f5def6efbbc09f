"""Text from outside through every part of Today, Log, Why and the dialogs: shown, inert, never the end of the app."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cockpit.services.snapshots import Evidence, Match
from tests.ui.driver import Driver, running
from tests.ui.fakes import ME, FakeServices, preview_of, today_snapshot, why_snapshot

HOSTILE = (
    "Acme [/b] Ltd",
    "[red]loss[/red]",
    "[@click=app.quit]click me[/]",
    "Acme \x1b]52;c;aGk=\x07 \x1b[2J \x9b31m \u202eevil",
    "line one\nline two\ttabbed\r",
    "恒泰\u200b机械\ufeff👨‍👩‍👧 e\u0301\u0301\u0301",
    "x" * 4_000,
    "{name} %s $accent {0}",
)


def _poisoned(name: str) -> FakeServices:
    snapshot = today_snapshot()
    items = tuple(
        replace(item, account=name, goal=name, subject=name, stage=name, tier=name) for item in snapshot.visits
    )
    unvisited = tuple(replace(item, account=name, goal=name) for item in snapshot.yesterday_unvisited)
    coming = tuple(
        replace(item, account=name, account_alias=name, goal=name, planned_because=name) for item in snapshot.coming
    )
    assert snapshot.prep is not None
    prep = replace(
        snapshot.prep,
        account=name,
        last_result=name,
        open_needs=(name,),
        deciders=((name, name, -2),),
        open_deals=(("d", name, 1),),
        missing=(name,),
    )
    assert snapshot.next_best is not None
    today = replace(
        snapshot,
        rep=replace(ME, name=name),
        visits=items,
        yesterday_unvisited=unvisited,
        prep=prep,
        briefs=(prep, *(replace(prep, activity_id=item.id) for item in (*items[1:], *unvisited, *coming))),
        coming=coming,
        next_best=replace(snapshot.next_best, account=name, points=((name, 3),)),
        kpis=tuple(replace(line, name=name) for line in snapshot.kpis),
        cards=tuple(
            replace(
                card,
                what=name,
                to_do=name,
                state_text=name,
                evidence=(Evidence(entity="deal", id="d", text=name, at=None),),
            )
            for card in snapshot.cards
        ),
    )
    services = FakeServices(
        today__load=today,
        why__explain=why_snapshot(title=name, formula=name, inputs=((name, name),)),
        accounts__search=(Match(id="a", name=name, alias=name, tier=name, score=1.0),),
        quicklog__preview=lambda line, choice=None: preview_of(line, effects=(name,), problem=name, milestone=name),
        quicklog__save=RuntimeError(name),
    )
    services.desk.person = replace(ME, name=name, team=name)
    return services


def _assert_inert(driver: Driver) -> None:
    for char in driver.text:
        assert char == "\n" or (ord(char) >= 32 and not 0x7F <= ord(char) <= 0x9F), hex(ord(char))
        assert char not in "\u202e\u200b\ufeff"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_name_is_only_text(name: str, size: tuple[int, int]) -> None:
    async with running(_poisoned(name), size=size) as driver:
        for key in ("end", "tab", "tab", "tab", "j", "question_mark", "escape", "l", "enter", "escape", "escape"):
            await driver.press(key)
            _assert_inert(driver)
        await driver.press("slash", "a", "escape", "home", "e")
        _assert_inert(driver)
        await driver.press("escape", "x", "escape", "f1", "escape")
        _assert_inert(driver)
        assert driver.app.is_running


async def test_markup_in_a_name_is_shown_as_it_is_and_does_nothing_on_a_click(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(_poisoned("[@click=app.quit]x[/]"), size=(120, 36)) as driver:
        monkeypatch.setattr(driver.app, "open", lambda name, **args: None)
        assert "[@click=app.quit]x[/]" in driver.text
        for y in range(36):
            await driver.pilot.click(offset=(12, y))
        await driver.idle()
        assert driver.app.is_running


async def test_hostile_text_in_an_error_is_only_text() -> None:
    error: Any = RuntimeError("\x1b[2J [/b] [@click=app.quit]x")
    async with running(FakeServices(today__load=error)) as driver:
        assert "[/b] [@click=app.quit]x" in driver.text
        _assert_inert(driver)
