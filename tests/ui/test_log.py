"""The log line: what it reads, what it saves, what it keeps."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from textual.geometry import Region
from textual.widgets import Input

from cockpit.errors import DiskFull
from cockpit.i18n import set_language
from cockpit.locations import StartValues
from cockpit.plain import cells
from cockpit.screens.log import LogView, field_lines
from cockpit.services.snapshots import LogField
from cockpit.widgets.lines import Line, Lines
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


def _words(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _tone in line).rstrip() for line in lines]


def test_what_is_read_stands_under_each_other_with_where_it_comes_from() -> None:
    set_language("en")
    fields = (
        LogField(name="what", label="what", value="face visit", source="v"),
        LogField(name="account", label="customer", value="恒泰机械", source="ht"),
    )
    assert _words(field_lines(fields, 60)) == [
        "Read as               from",
        "what      face visit  v",
        "customer  恒泰机械    ht",
    ]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_long_and_hostile_fields_keep_to_the_width(width: int) -> None:
    text = "恒泰 [red]x[/] " * 30
    fields = tuple(LogField(name="account", label="customer", value=text, source=text) for _number in range(3))
    first, second, _third = _words(field_lines(fields, width))[1:]
    assert first == second
    assert cells(first[: first.index("~")]) < width


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_all_ten_fields_and_the_signs_fit_at_the_floor(lang: str) -> None:
    names = ("what", "account", "time", "goal", "result", "need", "person", "next", "stage", "amount")
    fields = tuple(LogField(name=name, label=name, value=f"value {name}", source="") for name in names)
    services = FakeServices(quicklog__preview=lambda line, choice=None: replace(preview_of(line), fields=fields))
    async with running(services, start=StartValues(lang=lang)) as driver:
        await driver.press("l")
        await driver.type("ok")
        assert all(f"value {name}" in driver.text for name in names)
        assert "s4" in driver.text
        assert "11 -> 12" in driver.text


async def test_below_the_floor_what_is_read_comes_before_the_signs() -> None:
    async with running(size=(50, 14)) as driver:
        await driver.press("l")
        await driver.type("ok")
        assert "恒泰机械" in driver.text
        assert "11 -> 12" in driver.text
        assert "pinyin" not in driver.text


async def test_a_wide_window_lists_the_signs_beside_what_is_read() -> None:
    async with running(size=(120, 36)) as driver:
        await driver.press("l")
        for words in ("What can be typed", "ok half no  goal reached, half, missed", "What it changes"):
            assert words in driver.text


async def test_a_letter_redraws_nothing_of_what_is_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    refresh = Lines.refresh

    def watched(lines: Lines, *regions: Region, **kwargs: Any) -> Lines:
        drawn.append(lines.id or "")
        return refresh(lines, *regions, **kwargs)

    async with running() as driver:
        await driver.press("l")
        await driver.type("ok")
        monkeypatch.setattr(Lines, "refresh", watched)
        await driver.type("x")
        assert drawn == []


async def test_a_whole_line_that_came_at_once_takes_the_place_of_the_one_begun() -> None:
    async with running(opening="today") as driver:
        await driver.press("l")
        field = driver.app.screen.query_one(Input)
        field.value += "v ht ok"  # as when keys come faster than they are looked at
        field.post_message(Input.Submitted(field, field.value))
        await driver.idle()
        assert driver.services.called("quicklog.save") == [(("v ht ok", None), {})]
