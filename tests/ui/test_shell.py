"""The app's frame: opening, keys, switching, small terminals, notices, the user's keymap."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import pytest

from cockpit.app import CockpitApp
from cockpit.errors import DatabaseNewer, HubUnavailable, NotAllowed
from cockpit.locations import StartValues
from cockpit.screens.base import View
from cockpit.screens.watch import Watch
from tests.ui.driver import running
from tests.ui.fakes import BADGE, FakeServices, today_snapshot
from tests.ui.screen_text import screen_text, wait_for_idle


def test_importing_the_app_loads_no_storage_and_no_network() -> None:
    heavy = ("sqlmodel", "sqlalchemy", "httpx", "pydantic_settings", "alembic", "pydantic")
    code = f"import sys, cockpit.app; print([n for n in {heavy!r} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_the_first_frame_is_there_before_the_services_are() -> None:
    gate = threading.Event()
    services = FakeServices()

    def slow() -> Any:
        gate.wait(30)
        return services

    app = CockpitApp(slow, StartValues(lang="en"), is_ticking=False, is_syncing=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        try:
            assert "Loading" in screen_text(app)
            assert app.services is None
        finally:
            gate.set()
        await wait_for_idle(pilot)
        assert "恒泰机械" in screen_text(app)


async def test_a_file_that_cannot_be_opened_says_so_and_f5_tries_again() -> None:
    services, broken = FakeServices(), [DatabaseNewer(path="cockpit.db")]

    def open_container() -> Any:
        if broken:
            raise broken.pop()
        return services

    app = CockpitApp(open_container, StartValues(lang="en"), is_ticking=False, is_syncing=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_idle(pilot)
        assert "The local file is newer" in screen_text(app)
        assert "Press F5" in screen_text(app)
        await pilot.press("f5")
        await wait_for_idle(pilot)
        assert "恒泰机械" in screen_text(app)


async def test_a_view_that_cannot_load_says_so_in_its_tables_and_f5_loads_again() -> None:
    services = FakeServices(today__load=RuntimeError("broken"))
    async with running(services) as driver:
        assert "Something went wrong inside" in driver.text
        services.set("today__load", today_snapshot())
        await driver.press("f5")
        assert "恒泰机械" in driver.text
        services.set("today__load", RuntimeError("again"))
        await driver.press("f5")
        assert "恒泰机械" in driver.text, "rows already shown stay"
        assert "again" in driver.text


async def test_header_shows_person_team_day_and_how_the_sync_stands() -> None:
    async with running() as driver:
        header = driver.lines[0]
        for words in ("Today", "Zhang Wei", "华东一组", "Tue 11-24 08:30", "offline 14m", "3 queued"):
            assert words in header
        driver.app.badge_changed(replace(BADGE, conflicts=2, parked=1, is_offline=False, pending=0))
        await driver.idle()
        assert "2 conflicts" in driver.lines[0]
        assert "1 parked" in driver.lines[0]


async def test_the_footer_has_at_most_eight_keys_and_a_click_presses_one() -> None:
    async with running() as driver:
        footer = driver.lines[-1]
        assert footer.strip() == "l Log  Enter Open  r Replan  f Fill  g Gap  p Pipeline  ? Why  F1 Help"
        await driver.pilot.click("Footer", offset=(2, 0))
        await driver.idle()
        assert "Log a visit in one line" in driver.lines[0]


async def test_a_terminal_too_small_asks_for_room_and_keeps_everything() -> None:
    async with running(size=(40, 10)) as driver:
        assert driver.text.strip().startswith("Needs 40x12, has 40x10.")
        await driver.pilot.resize_terminal(80, 24)
        await driver.idle()
        assert "恒泰机械" in driver.text
        assert driver.app.focused is not None


async def test_f1_lists_every_command_with_why_it_is_off() -> None:
    services = FakeServices(today__load=today_snapshot(next_best=None))
    async with running(services, size=(120, 60)) as driver:
        await driver.press("f1")
        for words in ("Everywhere", "Today", "Log a visit in one line", "q Esc", "Formula and rows behind"):
            assert words in driver.text
        line = next(line for line in driver.lines if "Add the suggested visit" in line)
        assert "There is no suggestion now." in line
        await driver.press("escape")
        assert "Today" in driver.lines[0]


async def test_a_key_that_is_off_says_why() -> None:
    async with running(FakeServices(today__load=today_snapshot(next_best=None))) as driver:
        await driver.press("a")
        assert "There is no suggestion now." in driver.text
        assert not driver.services.called("visits.plan")


async def test_the_palette_runs_what_is_typed() -> None:
    async with running() as driver:
        await driver.press("colon")
        await driver.type("undo")
        assert "act: undo" in driver.text
        assert "gap: open" not in driver.text
        await driver.press("enter")
        assert driver.services.called("undo.undo")
        await driver.press("ctrl+p")
        assert "Commands" in driver.text
        await driver.press("escape")
        assert "Commands" not in driver.text


async def test_find_opens_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, dict[str, Any]]] = []
    async with running() as driver:
        monkeypatch.setattr(driver.app, "open", lambda name, **args: opened.append((name, args)))
        await driver.press("slash", "slash")
        await driver.type("ht")
        assert driver.services.called("accounts.search")[-1][0] == ("ht",)
        assert "恒泰机械" in driver.text
        await driver.press("enter")
        assert opened == [("account", {"account_id": "acc-1"})]


async def test_undo_says_what_was_taken_back_or_why_not() -> None:
    services = FakeServices()
    async with running(services) as driver:
        await driver.press("u")
        assert "saved undo" in driver.text
        services.set("undo__undo", NotAllowed("Nothing to undo."))
        await driver.press("u")
        assert "Nothing to undo." in driver.text


async def test_escape_clears_a_loud_notice_first_and_q_on_today_ends_the_app() -> None:
    services = FakeServices(undo__undo=NotAllowed("Nothing to undo."))
    async with running(services) as driver:
        await driver.press("u", "escape")
        assert "Nothing to undo." not in driver.text
        await driver.press("escape")
        assert driver.app.is_running, "Esc never ends the program"
        await driver.press("q")
        assert driver.app.return_code == 0
        assert driver.app.return_value == 0


@pytest.mark.parametrize("keys", [("l", "escape"), ("f1", "q"), ("question_mark", "q"), ("slash", "escape")])
async def test_every_overlay_leads_back_to_the_same_focus(keys: tuple[str, ...]) -> None:
    async with running() as driver:
        before = driver.app.focused
        await driver.press("j", *keys)
        assert driver.lines[0].startswith(" Today, day 17/21  Zhang Wei")
        assert driver.app.focused is before


async def test_a_users_keymap_moves_a_key_and_a_clash_is_refused_with_a_notice() -> None:
    start = StartValues(lang="en", keymap=(("undo", "z"), ("gap", "p"), ("nonsense", "v")))
    async with running(start=start) as driver:
        assert "keymap.nonsense: No command" in driver.text
        await driver.press("z")
        assert driver.services.called("undo.undo")
        await driver.press("u")
        assert len(driver.services.called("undo.undo")) == 1
        assert ("gap", "p", "pipeline") in driver.app.keymap.refused
        assert ("nonsense", "v", "") in driver.app.keymap.refused


async def test_a_change_by_another_process_is_shown_without_moving_the_cursor() -> None:
    services = FakeServices()
    async with running(services) as driver:
        await driver.press("j", "j")
        watch = driver.app.query_one(Watch)
        watch.look()
        await driver.idle()
        loads = len(services.called("today.load"))
        watch.look()
        await driver.idle()
        assert len(services.called("today.load")) == loads, "nothing changed, nothing is loaded"
        snapshot = today_snapshot()
        services.set("today__load", replace(snapshot, visits=snapshot.visits[1:]))
        services.desk.database.version += 1
        watch.look()
        await driver.idle()
        assert "恒泰机械" not in "".join(driver.lines[8:14])
        view = driver.app.room.view
        assert view.about() == "visit:act-3"


async def test_sync_by_itself_is_quiet_offline_and_says_why_when_asked() -> None:
    services = FakeServices(sync__run=HubUnavailable("no route"))
    async with running(services) as driver:
        driver.app.query_one(Watch).sync()
        await driver.idle()
        assert "no route" not in driver.text
        driver.app.sync_now()
        await driver.idle()
        assert "no route" in driver.text


async def test_a_write_while_the_network_hangs_is_not_held_up() -> None:
    gate = threading.Event()

    def hang(_progress: object) -> Any:
        gate.wait(30)
        raise HubUnavailable("late")

    services = FakeServices(sync__run=hang)
    async with running(services) as driver:
        driver.app.query_one(Watch).sync()
        try:
            await driver.pilot.press("u")
            for _turn in range(200):
                if services.called("undo.undo"):
                    break
                await asyncio.sleep(0)
                await driver.pilot.pause()
            assert services.called("undo.undo")
        finally:
            gate.set()
        await driver.idle()


async def test_main_views_keep_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(View):
        def compose(self) -> Any:
            from textual.widgets import Static

            yield Static("other view", markup=False)

    monkeypatch.setitem(__import__("cockpit.app").app.MAIN_VIEWS, "gap", (__name__, "Other"))
    monkeypatch.setattr(sys.modules[__name__], "Other", Other, raising=False)
    async with running() as driver:
        await driver.press("j", "g")
        assert "other view" in driver.text
        assert "恒泰机械" not in driver.text
        await driver.press("h")
        assert driver.app.room.view.about() == "visit:act-2"
        await driver.press("g", "q")
        assert "恒泰机械" in driver.text


async def test_a_snapshot_that_cannot_be_drawn_is_a_failed_load_not_the_end() -> None:
    services = FakeServices(today__load=object())
    async with running(services) as driver:
        assert "Something went wrong inside" in driver.text
        services.set("today__load", today_snapshot())
        await driver.press("f5")
        assert "恒泰机械" in driver.text


@pytest.mark.parametrize(("width", "is_beside"), [(80, False), (119, False), (120, True), (160, True), (240, True)])
async def test_panes_stand_side_by_side_at_every_wide_size(width: int, is_beside: bool) -> None:
    async with running(size=(width, 40)) as driver:
        day, month = driver.app.query_one("#day").region, driver.app.query_one("#month").region
        assert (month.x >= day.right) is is_beside
