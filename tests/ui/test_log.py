"""The log line: what it reads, what it saves, what it keeps."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from cockpit.errors import DiskFull
from cockpit.screens.log import LogView
from tests.ui.driver import running
from tests.ui.fakes import FakeServices, preview_of


async def test_the_line_is_read_while_it_is_typed() -> None:
    async with running() as driver:
        await driver.press("end", "l", "ctrl+u")
        await driver.type("v")
        assert "^ which account?" in driver.text
        await driver.type(" ht ok")
        assert driver.services.called("quicklog.preview")[-1][0][0] == "v ht ok"
        assert "face visits 11 -> 12" in driver.text
        assert "Ready: Enter saves." in driver.text


async def test_enter_saves_closes_and_says_what_was_saved() -> None:
    async with running() as driver:
        await driver.press("l", "ctrl+u")
        await driver.type("v ht ok")
        await driver.press("enter")
        assert driver.services.called("quicklog.save") == [(("v ht ok", None), {})]
        assert driver.lines[0].startswith(" Today")
        assert "saved save" in driver.text


async def test_the_shortest_way_to_log_a_planned_visit_is_two_words() -> None:
    async with running() as driver:
        await driver.press("l", "o", "k", "enter")
        assert driver.services.called("quicklog.save") == [(("v 恒泰机械 ok", "acc-1"), {})]


async def test_a_whole_line_takes_the_place_of_the_one_begun_for_the_row() -> None:
    async with running() as driver:
        await driver.press("l")
        await driver.type("v ht ok")
        await driver.press("enter")
        assert driver.services.called("quicklog.save") == [(("v ht ok", None), {})]


async def test_the_text_is_kept_when_saving_fails() -> None:
    services = FakeServices(quicklog__save=DiskFull(path="cockpit.db"))
    async with running(services) as driver:
        await driver.press("l", "ctrl+u")
        await driver.type("v ht ok")
        await driver.press("enter")
        assert "The disk is full" in driver.text
        assert "v ht ok" in driver.text
        services.set("quicklog__save", lambda line, choice: preview_of(line) and _saved())
        await driver.press("enter")
        assert driver.lines[0].startswith(" Today")


def _saved() -> Any:
    from cockpit.services.snapshots import Saved

    return Saved(action_id="op-2", text="logged")


async def test_escape_drops_the_line() -> None:
    async with running() as driver:
        await driver.press("l")
        await driver.type("ok")
        await driver.press("escape")
        assert driver.lines[0].startswith(" Today")
        assert not driver.services.called("quicklog.save")


async def test_tab_takes_the_other_account_that_fits() -> None:
    async with running() as driver:
        await driver.press("end", "l", "ctrl+u")
        await driver.type("v ht ok")
        await driver.press("tab")
        assert driver.services.called("quicklog.preview")[-1][0] == ("v ht ok", "acc-9")
        await driver.press("tab")
        assert driver.services.called("quicklog.preview")[-1][0] == ("v ht ok", "acc-1")
        await driver.press("tab", "enter")
        assert driver.services.called("quicklog.save") == [(("v ht ok", "acc-9"), {})]


async def test_a_stage_move_asks_its_milestone_before_it_is_saved() -> None:
    asked = FakeServices(
        quicklog__preview=lambda line, choice=None: preview_of(
            line, milestone="Budget confirmed?" if line.endswith("s4") else ""
        )
    )
    async with running(asked) as driver:
        await driver.press("l", "ctrl+u")
        await driver.type("v ht ok s4")
        assert "Budget confirmed?" in driver.text
        await driver.press("enter", "y")
        assert asked.called("quicklog.save") == [(("v ht ok s4y", None), {})]


async def test_a_milestone_that_is_not_met_is_saved_as_such_and_escape_saves_nothing() -> None:
    asked = FakeServices(quicklog__preview=lambda line, choice=None: preview_of(line, milestone="Budget confirmed?"))
    async with running(asked) as driver:
        await driver.press("l", "ctrl+u")
        await driver.type("v ht ok s4 fine")
        await driver.press("enter", "escape")
        assert not asked.called("quicklog.save")
        await driver.press("enter", "n")
        assert asked.called("quicklog.save") == [(("v ht ok s4n fine", None), {})]


async def test_typing_never_waits_for_the_reading_and_the_newest_line_is_read_last() -> None:
    gate, seen = threading.Event(), []

    def slow(line: str, choice: str | None = None) -> Any:
        seen.append(line)
        gate.wait(30)
        return preview_of(line)

    services = FakeServices(quicklog__preview=slow)
    async with running(services) as driver:
        driver.app.open("log")
        await driver.pilot.pause()
        try:
            for char in "v ht":
                await driver.pilot.press("space" if char == " " else char)
            view = driver.app.room.view
            assert isinstance(view, LogView)
            assert driver.app.screen.query_one("#line").value == "v ht"  # type: ignore[attr-defined]
        finally:
            gate.set()
        await driver.idle()
        assert seen[0] == "v"
        assert seen[-1] == "v ht"
        assert len(seen) < 4, "what was typed meanwhile is read once"


async def test_a_broken_reading_is_said_and_the_line_stays() -> None:
    services = FakeServices(quicklog__preview=RuntimeError("bad parse"))
    async with running(services) as driver:
        driver.app.open("log", line="v ht")
        await driver.idle()
        assert "bad parse" in driver.text
        assert "v ht" in driver.text


async def test_the_caret_stands_under_the_column_measured_in_cells() -> None:
    services = FakeServices(
        quicklog__preview=lambda line, choice=None: replace(
            preview_of(line), problem="no such time", problem_column=5, is_ready=False
        )
    )
    async with running(services) as driver:
        driver.app.open("log", line="v 恒泰 @25:00")
        await driver.idle()
        typed = next(line for line in driver.lines if "@25:00" in line)
        mark = next(line for line in driver.lines if "^ no such time" in line)
        assert _cells_before(mark, "^") == _cells_before(typed, "@")


def _cells_before(line: str, sign: str) -> int:
    from cockpit.plain import cells

    return cells(line[: line.index(sign)])
