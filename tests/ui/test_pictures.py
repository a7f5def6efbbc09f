"""What the screens look like, kept as text: a change of any of them is a change somebody looked at."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from cockpit.locations import StartValues
from tests.ui.driver import running

SIZES = {"80x24": (80, 24), "120x36": (120, 36)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_today(lang: str, size: str, snapshot: SnapshotAssertion) -> None:
    async with running(size=SIZES[size], start=StartValues(lang=lang)) as driver:
        assert driver.text == snapshot


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_log(lang: str, snapshot: SnapshotAssertion) -> None:
    async with running(start=StartValues(lang=lang)) as driver:
        await driver.press("l")
        await driver.type("ok")
        assert driver.text == snapshot


async def test_today_in_ascii(snapshot: SnapshotAssertion) -> None:
    async with running(start=StartValues(lang="en", frames="ascii")) as driver:
        assert driver.text == snapshot
        assert not {"█", "▒", "░", "┃"} & set(driver.text)


async def test_keys(snapshot: SnapshotAssertion) -> None:
    async with running(size=(80, 60)) as driver:
        await driver.press("f1")
        assert driver.text == snapshot
