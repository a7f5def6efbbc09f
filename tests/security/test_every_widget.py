"""Every payload in every text of every view and dialog: what is written to the terminal holds no sign of it but text.

The views, dialogs and widgets are found by looking for them: a new one fails here until it is tried.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from textual.events import Paste
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

import cockpit.screens
import cockpit.widgets
from cockpit.domain.text import clean
from cockpit.errors import SignInNeeded
from cockpit.feedback import Notice
from cockpit.screens.ask import Choose, Confirm, Form
from cockpit.screens.base import View
from cockpit.screens.doing import DoingView
from cockpit.screens.fields import Field
from cockpit.screens.find import Find
from cockpit.screens.palette import Palette
from cockpit.screens.period_view import PeriodView
from cockpit.screens.pick import Pick
from cockpit.screens.proposing import Proposing
from cockpit.screens.room import Room
from cockpit.screens.tour import Tour
from cockpit.screens.views import MAIN_VIEWS, OTHER_VIEWS, make_view
from cockpit.widgets.columns import Column, Row
from cockpit.widgets.frame import Frame
from tests.security.payloads import PAYLOADS
from tests.security.poison import LONG, SHORT, leftovers, long_words, poison, words
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.chain_sample import team_chain
from tests.ui.driver import Driver, running
from tests.ui.fakes import preview_of, today_snapshot, why_snapshot
from tests.ui.forecast_sample import forecast
from tests.ui.nudge_sample import nudge
from tests.ui.screen_text import _settle
from tests.ui.target_sample import targets
from tests.ui.test_connect import LOOK, FakeJoiner, signed_in, wizard
from tests.ui.test_welcome import FakeStarter, welcomed

EXAMPLES = int(os.environ.get("COCKPIT_TEXTS", "100"))
"""Random texts for each view; 10,000 before a release."""
STEP = 1 if EXAMPLES > 1_000 else 4
"""A frame holds a hundred payloads; the next one holds them this many places on. With 1 each place has had each."""

SAMPLES: dict[str, tuple[dict[str, Any], Callable[[], Any]]] = {
    "today": ({}, today_snapshot),
    "gap": ({}, samples.team_gap),
    "chain": ({}, team_chain),
    "pipeline": ({}, samples.pipeline),
    "funnel": ({}, samples.funnel),
    "targets": ({}, targets),
    "team": ({}, samples.team),
    "nudge": ({"rep_id": "rep-1"}, nudge),
    "forecast": ({}, forecast),
    "metrics": ({}, samples.metrics),
    "sync": ({}, samples.sync),
    "deal": ({"deal_id": "deal-1"}, samples.deal),
    "account": ({"account_id": "acc-1"}, samples.account),
    "replan": ({}, samples.proposal),
    "why": ({"about": "month.actual"}, why_snapshot),
    "conflicts": ({}, samples.sync),
    "log": ({}, lambda: preview_of("v ht ok")),
    "help": ({}, lambda: None),
}
"""What each view is opened with, and what it shows."""


def _classes(package: Any, base: type) -> Iterator[type]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for _name, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(found, base) and found.__module__ == module.name:
                yield found


class Watcher:
    """Looks at each frame as it would be sent, and remembers which widgets were part of one."""

    def __init__(self) -> None:
        self.seen: set[type] = set()

    def look(self, driver: Driver, what: object) -> None:
        app = driver.app
        assert app.is_running, what
        assert app._exception is None, what
        app.screen._on_timer_update()
        compositor = app.screen._compositor
        written = Frame().changes(compositor.render_full_update(), app.console)
        assert not leftovers(written), (what, leftovers(written))
        self.seen |= {type(widget) for widget in compositor.visible_widgets}


async def _drawn(driver: Driver) -> None:
    await _settle()
    driver.app.screen._on_timer_update()
    await _settle()


WATCHER = Watcher()


@asynccontextmanager
async def _opened(name: str) -> AsyncIterator[Driver]:
    size = (160, 45) if name == "replan" else (110, 40)  # the map has no room before
    async with running(board_services(), size=size) as driver:
        if name != "today":
            args = {"under": driver.app.room.view} if name == "help" else SAMPLES[name][0]
            driver.app.push_screen(Room(make_view(name, **args)))
            await driver.idle()
        yield driver


@pytest.mark.parametrize("name", SAMPLES)
async def test_every_view_shows_every_payload_as_text(name: str) -> None:
    snapshot = SAMPLES[name][1]()
    async with _opened(name) as driver:
        view = driver.app.room.view
        for feed, most in ((words, len(SHORT)), (long_words, len(LONG))):
            for number in range(0, most, STEP):
                _put(view, name, poison(snapshot, feed(number)))
                driver.app.say(" ".join(islice(feed(number), STEP)))
                await _drawn(driver)
                WATCHER.look(driver, (name, number))
        await driver.press("tab", "end", "tab", "end", "tab")
        WATCHER.look(driver, name)


def _put(view: View, name: str, snapshot: Any) -> None:
    """Show the snapshot as if it had come from the services."""
    if name == "log":
        cast("Any", view)._preview = snapshot
        cast("Any", view)._draw_preview()
    elif snapshot is not None:
        view.draw(snapshot)


def test_every_view_is_tried() -> None:
    assert {*MAIN_VIEWS, *OTHER_VIEWS} == set(SAMPLES)
    assert {
        found for found in _classes(cockpit.screens, View) if found not in (View, DoingView, PeriodView, Proposing)
    } == {
        getattr(importlib.import_module(module), name)
        for module, name in {
            **MAIN_VIEWS,
            **OTHER_VIEWS,
            "welcome": ("cockpit.screens.welcome", "WelcomeView"),
            "connect": ("cockpit.screens.connect", "ConnectView"),
        }.values()
    }


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "help"])
async def test_every_view_shows_any_text_at_all(name: str) -> None:
    """One app; hypothesis draws the texts, ten at a time."""
    snapshot = SAMPLES[name][1]()
    texts: list[list[str]] = []

    @settings(max_examples=max(EXAMPLES // 10, 5), database=None, phases=[Phase.generate])
    @given(st.lists(st.text(st.characters(codec=None), max_size=60), min_size=10, max_size=10))
    def draw(drawn: list[str]) -> None:
        texts.append(drawn)

    draw()
    async with _opened(name) as driver:
        for ten in texts:
            _put(driver.app.room.view, name, poison(snapshot, cycle(ten)))
            driver.app.say(ten[0])
            await _drawn(driver)
            WATCHER.look(driver, ten)


# -- dialogs ---------------------------------------------------------------------------------------------------------


def _form(text: Iterator[str], _driver: Driver) -> Form:
    fields = [Field(f"f{n}", next(text), next(text), next(text)) for n in range(4)]
    return Form(next(text), fields, lambda _values: None)


def _pick(text: Iterator[str], _driver: Driver) -> Pick:
    class Given(Pick):
        def look_up(self, _text: str) -> None:
            self.table.set_rows([Row(str(n), (next(text), next(text))) for n in range(10)])

    return Given(next(text), (Column(""), Column("")), next(text), next(text))


DIALOGS: dict[type, Callable[[Iterator[str], Driver], ModalScreen[Any]]] = {
    Form: _form,
    Confirm: lambda text, _driver: Confirm(next(text)),
    Choose: lambda text, _driver: Choose(next(text), [(str(n), next(text)) for n in range(12)]),
    Pick: _pick,
    Find: lambda text, driver: Find(cast("Any", driver.services), next(text)),
    Palette: lambda text, driver: Palette(
        driver.app.keymap, driver.app.room.view, (), {"as_of": [next(text) for _n in range(9)]}
    ),
    Tour: lambda _text, driver: Tour(driver.app.room),
}


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
async def test_every_dialog_shows_every_payload_as_text(kind: type) -> None:
    services = board_services()
    match = services.accounts.search("a")[0]
    async with running(services, size=(110, 40)) as driver:
        for number in range(0, len(PAYLOADS), STEP * 4):
            text = iter(PAYLOADS[number:] + PAYLOADS[:number])
            found = tuple(replace(match, id=str(n), name=next(text), alias=next(text)) for n in range(8))
            services.set("accounts__search", found)
            driver.app.push_screen(DIALOGS[kind](text, driver))
            await driver.idle()
            WATCHER.look(driver, (kind.__name__, number))
            driver.app.pop_screen()
            await _drawn(driver)


def test_every_dialog_is_tried() -> None:
    assert set(_classes(cockpit.screens, ModalScreen)) == set(DIALOGS)


# -- what is typed, pasted, said and refused -------------------------------------------------------------------------


async def test_what_is_pasted_is_text_in_every_field() -> None:
    async with running(board_services(), size=(110, 40)) as driver:
        for key in ("semicolon", "slash", "colon", "l", "L", "n"):
            await driver.press(key)
            for payload in PAYLOADS[::3]:
                driver.app.post_message(Paste(payload))
                await driver.idle()
                WATCHER.look(driver, (key, payload[:60]))
                field = driver.app.focused
                if isinstance(field, Input):
                    assert clean(field.value, 20_000) == field.value
                    field.value = ""
                    await driver.idle()
            await driver.press("escape", "escape", "h")


async def test_notices_and_failures_are_text() -> None:
    async with running(board_services(), size=(110, 40)) as driver:
        for number, payload in enumerate(PAYLOADS):
            notice = Notice(payload, PAYLOADS[number - 1], "error", PAYLOADS[number - 2], 5)
            driver.app.show_notice(notice)
            driver.app.room.view.snapshot = None
            driver.app.room.view.fail(notice)
            await _drawn(driver)
            WATCHER.look(driver, payload[:60])


class HostileStarter(FakeStarter):
    """An export whose people, and a hub whose words, are payloads."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.text = words(place)

    def read_folder(self, folder: str, tell: Callable[[str], None]) -> list[tuple[str, str]]:
        tell(next(self.text))
        return [(f"id-{n}", next(self.text)) for n in range(20)]

    def open_as(self, person_id: str, tell: Callable[[str], None]) -> Path:
        raise SignInNeeded(next(self.text))


async def test_the_welcome_shows_an_export_as_text() -> None:
    for place in range(0, len(SHORT), 90):
        async with welcomed(HostileStarter(place), size=(110, 40)) as driver:
            await driver.press("4")
            driver.app.post_message(Paste(SHORT[place]))
            await driver.idle()
            WATCHER.look(driver, "folder")
            for _step in range(4):
                await driver.press("enter")
                WATCHER.look(driver, place)


async def test_the_wizard_shows_a_crm_as_text() -> None:
    for place in range(0, len(SHORT), 90):
        joiner = FakeJoiner()
        joiner.look_of = poison(LOOK, words(place))
        async with wizard(joiner, size=(110, 40)) as driver:
            await signed_in(driver)
            for keys in (("enter",), ("e",), ("1", "enter"), ("e",), ("escape", "enter")):
                WATCHER.look(driver, place)
                await driver.press(*keys)
            WATCHER.look(driver, place)


async def test_the_watcher_would_see_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.widgets.painting.clean_line", lambda text: text)
    async with _opened("pipeline") as driver:
        _put(driver.app.room.view, "pipeline", poison(samples.pipeline(), iter(["\x9b31m leak"] * 999)))
        await _drawn(driver)
        with pytest.raises(AssertionError, match="leak"):
            Watcher().look(driver, "leak")


# -- at the end ------------------------------------------------------------------------------------------------------

NEVER_SEEN = {"Table", "Lines", "Beginning", "Watch", "PlanSearch"}
"""Bases of others, and what has no face."""


def test_every_widget_was_part_of_a_frame() -> None:
    """Stands last: what the tests above have drawn together."""
    seen = {kind.__name__ for cls in WATCHER.seen for kind in cls.__mro__}
    wanted = {kind.__name__ for package in (cockpit.widgets, cockpit.screens) for kind in _classes(package, Widget)}
    assert sorted(wanted - seen - NEVER_SEEN) == []
