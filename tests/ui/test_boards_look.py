"""The boards as they look, at the floor and wide, in both languages; and what hostile names do to them: nothing."""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from cockpit.locations import StartValues
from cockpit.plain import cells
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running

SIZES = {"80x24": (80, 24), "120x36": (120, 36)}
OVERLAYS: dict[str, dict[str, Any]] = {
    "replan": {},
    "chain": {},
    "deal": {"deal_id": "d"},
    "account": {"account_id": "a"},
}
BOARDS = ("gap", "pipeline", "funnel", "team", "metrics", "sync", "replan", "deal", "account")

HOSTILE = (
    "Acme [/b] Ltd [@click=app.quit]x[/] [red]",
    "\x1b]52;c;aGk=\x07\x1b[2J\x9b31m\u202eevil\u2066\x00\x7f",
    "line one\nline two\r\ttab",
    "恒泰" * 200,
    "👨‍👩‍👧 ﷽ e\u0301\u200b\ufeff",
)


async def _open(driver: Driver, board: str) -> None:
    if board in OVERLAYS:
        driver.app.open(board, **OVERLAYS[board])
    await driver.idle()


@pytest.mark.parametrize(
    ("board", "size", "lang"),
    [
        ("gap", "80x24", "en"),
        ("chain", "80x24", "en"),
        ("forecast", "80x24", "zh"),
        ("chain", "120x36", "zh"),
        ("team", "120x36", "zh"),
        ("pipeline", "80x24", "zh"),
        ("pipeline", "120x36", "en"),
        ("funnel", "80x24", "en"),
        ("funnel", "120x36", "zh"),
        ("deal", "120x36", "zh"),
        ("deal", "80x24", "en"),
        ("account", "120x36", "en"),
        ("account", "80x24", "zh"),
        ("replan", "120x36", "en"),
        ("team", "80x24", "en"),
        ("sync", "80x24", "zh"),
        ("metrics", "80x24", "zh"),
        ("metrics", "120x36", "en"),
    ],
)
async def test_a_board_looks_as_agreed(board: str, size: str, lang: str, snapshot: SnapshotAssertion) -> None:
    start = StartValues(lang=lang, frames="ascii")
    opening = "gap" if board in OVERLAYS else board
    async with running(board_services(), size=SIZES[size], start=start, opening=opening) as driver:
        await _open(driver, board)
        assert driver.text == snapshot


def poisoned(value: Any, text: str) -> Any:
    """The same snapshot with `text` in every free text; ids and codes keep their meaning."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return type(value)(
            **{
                name: text if isinstance(old, str) and name not in _CODES else poisoned(old, text)
                for name, old in fields.items()
            }
        )
    if isinstance(value, tuple):
        return tuple(text if isinstance(part, str) else poisoned(part, text) for part in value)
    return value


_CODES = {"id", "deal_id", "account_id", "stage_id", "mutation_id", "period_kind", "sign", "role", "ticket"}


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "lines", "long", "joined"])
@pytest.mark.parametrize("board", BOARDS)
async def test_hostile_text_is_only_text(board: str, text: str) -> None:
    kinds = {
        "gap__load": samples.gap(),
        "pipeline__load": samples.pipeline(),
        "team__load": samples.team(),
        "metrics__load": samples.metrics(),
        "deals__load": samples.deal(),
        "accounts__load": samples.account(),
        "replan__propose": samples.proposal(),
        "sync__load": samples.sync(),
    }
    services = board_services(**{name: poisoned(value, text) for name, value in kinds.items()})
    opening = "gap" if board in OVERLAYS else board
    async with running(services, opening=opening) as driver:
        await _open(driver, board)
        await driver.press("j", "tab", "j", "tab", "end")
        assert driver.app.is_running
        shown = driver.text.replace("\n", "")
        assert [char for char in shown if unicodedata.category(char) in ("Cc", "Cf") and char != "\u200d"] == []
        assert all(cells(line) <= 80 for line in driver.lines)


@pytest.mark.parametrize("board", BOARDS)
async def test_a_small_terminal_asks_for_room_and_a_large_one_shows_all_again(board: str) -> None:
    opening = "gap" if board in OVERLAYS else board
    async with running(board_services(), opening=opening) as driver:
        await _open(driver, board)
        before = driver.text
        await driver.pilot.resize_terminal(39, 11)
        await driver.idle()
        assert "39x11" in driver.text
        await driver.pilot.resize_terminal(80, 24)
        await driver.idle()
        assert driver.text == before
