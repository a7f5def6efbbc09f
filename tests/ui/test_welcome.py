"""A device without an account: four ways in, each told, stopped, failed and ended well."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cockpit.app import CockpitApp
from cockpit.colours import LEAST_CONTRAST, PALETTES
from cockpit.errors import NotSignedIn, SignInNeeded
from cockpit.locations import StartValues, is_tour_due, mark_tour
from cockpit.services.container import Services
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running
from tests.ui.fakes import FakeServices
from tests.ui.screen_text import wait_for_idle
from tests.ui.test_themes import ratio_of, words

Tell = Callable[[str], None]


class FakeStarter:
    """Notes what it was asked; `gate` holds it in the middle of its work until it is opened."""

    joiner: Any = None

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.is_needed = True
        self.command = ""
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.told = threading.Event()

    def lacking(self) -> str:
        return self.command

    def _work(self, tell: Tell, *asked: str) -> Path:
        self.asked.append(asked)
        tell("First half")
        self.told.set()
        self.gate.wait(10)
        tell("Second half")
        if self.error is not None:
            raise self.error
        self.is_needed = False
        return Path("/nowhere/some.db")

    def demo(self, tell: Tell) -> Path:
        return self._work(tell, "demo")

    def connect(self, url: str, token: str, tell: Tell) -> Path:
        gate, self.gate = self.gate, threading.Event()
        self.gate.set()
        found = self._work(tell, "connect", url, token)
        self.gate = gate
        self.told.clear()
        return found

    def fetch(self, tell: Tell) -> None:
        self._work(tell, "fetch")

    def read_folder(self, folder: str, tell: Tell) -> list[tuple[str, str]]:
        self._work(tell, "read", folder)
        self.is_needed = True
        return [("id-1", "Ann"), ("id-2", "Ben")]

    def open_as(self, person_id: str, tell: Tell) -> Path:
        return self._work(tell, "open", person_id)


@asynccontextmanager
async def welcomed(
    starter: FakeStarter,
    *,
    open_container: Callable[[], Services] | None = None,
    size: tuple[int, int] = (80, 24),
    theme: str = "auto",
) -> AsyncIterator[Driver]:
    """The app started with nothing configured."""
    services = FakeServices()
    app = CockpitApp(
        open_container or services.opener(),
        StartValues(lang="en", theme=theme),
        starter=starter,
        is_ticking=False,
        is_syncing=False,
    )
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot, services)
        await driver.idle()
        yield driver


async def _held(driver: Driver, starter: FakeStarter) -> None:
    """Until the work stands at the gate and its first words are drawn."""
    assert await asyncio.to_thread(starter.told.wait, 10)
    await driver.pilot.pause()


async def test_four_ways_are_offered_in_place_of_today() -> None:
    async with welcomed(FakeStarter()) as driver:
        assert "Nothing is set up on this device yet" in driver.text
        for number, title in enumerate(
            ("Look at a demo company", "Connect to a hub", "Join your CRM", "Import an export"), 1
        ):
            assert any(line.strip().startswith(f"{number}  {title}") for line in driver.lines)
        assert "~" not in driver.text
        assert "cockpit demo" in driver.text
        await driver.press("down")
        assert "cockpit login URL" in driver.text
        await driver.press("down")
        assert "cockpit connect" in driver.text
        await driver.press("down")
        assert "cockpit hub import-csv" in driver.text


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_leaving_is_no_failure(key: str) -> None:
    async with welcomed(FakeStarter()) as driver:
        await driver.press(key)
        assert driver.app.return_code == 0
        assert not driver.app.is_running


@pytest.mark.parametrize("keys", [("1",), ("enter",)], ids=["digit", "enter"])
async def test_the_demo_goes_into_today(keys: tuple[str, ...]) -> None:
    starter = FakeStarter()
    async with welcomed(starter) as driver:
        await driver.press(*keys)
        assert starter.asked == [("demo",)]
        assert "Nothing is set up" not in driver.text
        assert "恒泰机械" in driver.text


async def test_progress_says_what_and_how_to_stop() -> None:
    starter = FakeStarter()
    starter.gate.clear()
    async with welcomed(starter) as driver:
        await driver.pilot.press("1")
        await _held(driver, starter)
        assert "First half ...  Esc stops." in driver.text
        await driver.pilot.press("escape")
        starter.gate.set()
        await driver.idle()
        assert "Stopped. Nothing was lost." in driver.text
        assert driver.app.is_running
        await driver.press("1")
        assert "恒泰机械" in driver.text


async def test_a_hub_is_asked_for_address_and_token() -> None:
    starter = FakeStarter()
    async with welcomed(starter) as driver:
        await driver.press("2")
        await driver.type("https://hub.example.com")
        await driver.press("enter")
        await driver.type("sesame")
        assert "sesame" not in driver.text
        await driver.press("enter")
        assert starter.asked == [("connect", "https://hub.example.com", "sesame"), ("fetch",)]
        assert "恒泰机械" in driver.text


async def test_without_a_token_a_code_is_asked_for() -> None:
    starter = FakeStarter()
    async with welcomed(starter) as driver:
        await driver.press("2")
        assert "leave it empty to be shown a code" in driver.text
        await driver.press("enter")
        assert starter.asked == []
        await driver.type("https://hub.example.com")
        await driver.press("enter", "enter")
        assert starter.asked == [("connect", "https://hub.example.com", ""), ("fetch",)]


async def test_one_goes_in_before_everything_is_fetched() -> None:
    starter = FakeStarter()
    starter.gate.clear()
    async with welcomed(starter) as driver:
        await driver.press("2")
        await driver.type("https://h")
        await driver.press("enter")
        await driver.type("t")
        await driver.pilot.press("enter")
        await _held(driver, starter)
        while ("fetch",) not in starter.asked:
            starter.told.clear()
            await _held(driver, starter)
        assert "Esc goes in now" in driver.text
        await driver.pilot.press("escape")
        starter.gate.set()
        await wait_for_idle(driver.pilot)
        assert "恒泰机械" in driver.text


async def test_a_token_that_is_not_taken_is_said_and_asked_for_again() -> None:
    starter = FakeStarter()
    starter.error = SignInNeeded()
    async with welcomed(starter) as driver:
        await driver.press("2")
        await driver.type("https://h")
        await driver.press("enter")
        await driver.type("wrong")
        await driver.press("enter")
        assert "Sign in again" in driver.text
        assert "https://h" in driver.text
        starter.error = None
        await driver.press("enter")
        assert "恒泰机械" in driver.text


async def test_escape_leaves_the_fields_and_then_the_program() -> None:
    async with welcomed(FakeStarter()) as driver:
        await driver.press("4")
        assert "Folder with the CSV files" in driver.text
        await driver.type("q1")
        assert driver.app.is_running
        await driver.press("escape")
        assert "Folder with the CSV files" not in driver.text
        await driver.press("escape")
        assert not driver.app.is_running


async def test_an_import_asks_whose_cockpit_it_is() -> None:
    starter = FakeStarter()
    async with welcomed(starter) as driver:
        await driver.press("4")
        await driver.type("/export")
        await driver.press("enter")
        assert "Whose cockpit?" in driver.text
        assert "Ben" in driver.text
        await driver.press("2")
        assert starter.asked == [("read", "/export"), ("open", "id-2"), ("fetch",)]
        assert "恒泰机械" in driver.text


@pytest.mark.parametrize("key", ["1", "4"])
async def test_a_part_that_is_not_installed_is_named_with_its_command(key: str) -> None:
    starter = FakeStarter()
    starter.command = "uv tool install 'cockpit[hub]'"
    async with welcomed(starter) as driver:
        await driver.press(key)
        assert "Run: uv tool install 'cockpit[hub]'" in driver.text
        assert starter.asked == []


async def test_keys_of_other_rooms_say_to_choose_first() -> None:
    async with welcomed(FakeStarter()) as driver:
        for key in ("g", "p", "l", "o", "u"):
            await driver.press(key)
            assert "First choose how to begin." in driver.text
            assert "Nothing is set up" in driver.text


async def test_help_and_palette_open_and_close_over_it() -> None:
    async with welcomed(FakeStarter()) as driver:
        await driver.press("f1")
        assert "Everywhere" in driver.text
        await driver.press("q", "colon")
        await driver.type("gap")
        await driver.press("enter")
        assert "First choose how to begin." in driver.text
        assert "Nothing is set up" in driver.text


async def test_the_fields_are_reached_in_the_smallest_window() -> None:
    async with welcomed(FakeStarter(), size=(40, 12)) as driver:
        await driver.press("2", *"https", "enter")
        assert "Token" in driver.text
        assert driver.app.focused is not None
        assert driver.app.screen.region.contains_region(driver.app.focused.region)


async def test_a_file_without_a_person_is_welcomed_too() -> None:
    starter = FakeStarter()
    starter.is_needed = False

    def nobody() -> Services:
        raise NotSignedIn

    async with welcomed(starter, open_container=nobody) as driver:
        assert "Nothing is set up on this device yet" in driver.text


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 45)])
async def test_it_fits(size: tuple[int, int]) -> None:
    async with welcomed(FakeStarter(), size=size) as driver:
        for way in ("Look at a demo", "Connect to a hub", "Join your CRM", "Import an"):
            assert way in driver.text


@pytest.mark.parametrize("name", PALETTES)
async def test_every_word_is_readable(name: str) -> None:
    async with welcomed(FakeStarter(), theme=name) as driver:
        for key in ("", "2", "escape", "4"):
            await driver.press(*filter(None, [key]))
            for text, style in words(driver.app):
                assert ratio_of(style) >= LEAST_CONTRAST, text


@pytest.mark.parametrize(("lang", "word"), [("en", "DEMO"), ("zh", "演示")])
async def test_the_demo_says_so_on_every_screen(monkeypatch: pytest.MonkeyPatch, lang: str, word: str) -> None:
    async with running(start=StartValues(lang=lang)) as driver:
        assert word not in driver.lines[0]
    monkeypatch.setenv("COCKPIT_DEMO", "/somewhere")
    async with running(board_services(), start=StartValues(lang=lang)) as driver:
        for key in ("h", "p", "g", "o", "t", "l"):
            await driver.press(key)
            assert driver.lines[0].strip().startswith(word)


# -- the tour ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def in_today(*, is_due: bool, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Driver]:
    """Today after a sign-in; the tour is offered when it is due."""
    if is_due:
        mark_tour("due")
    starter = FakeStarter()
    starter.is_needed = False
    async with welcomed(starter, size=size) as driver:
        yield driver


TITLES = (
    "1/5  Who next",
    "2/5  How far the month is",
    "3/5  What is wrong",
    "4/5  Log in one line",
    "5/5  Sync and help",
)


async def test_the_tour_is_offered_once_it_is_due_and_never_after_it_was_left() -> None:
    async with in_today(is_due=False) as driver:
        assert "New here?" not in driver.text
    async with in_today(is_due=True) as driver:
        assert "New here?" in driver.text
        await driver.press("escape")
        assert "New here?" not in driver.text
    assert not is_tour_due()
    async with in_today(is_due=True) as driver:
        assert "New here?" not in driver.text


async def test_another_key_than_the_offers_goes_to_the_screen() -> None:
    async with in_today(is_due=True) as driver:
        await driver.press("l")
        assert "Log a visit in one line" in driver.text
    assert not is_tour_due()


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (160, 45)])
async def test_each_step_points_at_a_part_it_does_not_cover(size: tuple[int, int]) -> None:
    async with in_today(is_due=True, size=size) as driver:
        for title in TITLES:
            await driver.press("enter")
            assert title in driver.text
            pointed = driver.app.main.query(".-pointed")
            assert len(pointed) == 1
            panel = driver.app.screen.query_one("#panel").region
            assert panel.height > 3
            part = pointed.first().region
            if part.height < size[1] // 2:
                assert not panel.overlaps(part), title
            assert driver.app.screen.region.contains_region(panel)
            words = driver.text.split("\n")[panel.y : panel.bottom]
            assert any("Enter" in line for line in words), "the hint does not fit"
        await driver.press("enter")
        assert not driver.app.main.query(".-pointed")
        assert "5/5" not in driver.text


@pytest.mark.parametrize("name", PALETTES)
async def test_the_panel_is_readable(name: str) -> None:
    starter = FakeStarter()
    starter.is_needed = False
    async with welcomed(starter, size=(100, 30), theme=name) as driver:
        driver.app.run_command("tour")
        await driver.idle()
        for text, style in words(driver.app):
            assert ratio_of(style) >= LEAST_CONTRAST, text


async def test_back_and_out_at_any_step() -> None:
    async with in_today(is_due=False) as driver:
        driver.app.run_command("tour")
        await driver.idle()
        await driver.press("right", "right", "left")
        assert TITLES[1] in driver.text
        await driver.press("left", "left", "left")
        assert TITLES[0] in driver.text
        await driver.press("q")
        assert "1/5" not in driver.text
        assert not driver.app.main.query(".-pointed")
        assert driver.app.is_running


async def test_a_new_size_moves_the_panel_along() -> None:
    async with in_today(is_due=False) as driver:
        driver.app.run_command("tour")
        await driver.idle()
        await driver.press("right", "right")
        await driver.pilot.resize_terminal(60, 20)
        await driver.idle()
        assert driver.app.screen.region.contains_region(driver.app.screen.query_one("#panel").region)
        assert TITLES[2] in driver.text


async def test_it_starts_from_another_screen_over_today() -> None:
    async with in_today(is_due=False) as driver:
        await driver.press("o")
        driver.app.run_command("tour")
        await driver.idle()
        assert TITLES[0] in driver.text
        assert driver.app.main.shown == "today"
