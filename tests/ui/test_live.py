"""What changes by itself: writes of another process, the sync's steps, the minute, the day, a computer that slept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit import clock
from cockpit.app import CockpitApp
from cockpit.errors import HubUnavailable
from cockpit.screens.watch import Watch
from cockpit.services.container import services_on
from cockpit.services.syncing import SyncService
from cockpit.storage.database import Database
from tests.hub.world import HubWorld
from tests.support.company import Company, at
from tests.sync.test_real_hub import InProcess, Terminal
from tests.ui.test_flows import Desk, at_the_desk, ht, on_the_hub, terminal, visit, world

__all__ = ["ht", "terminal", "visit", "world"]


class Time:
    """Moves the program's clock; the event loop's stands still, as while a computer sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def set(self, text: str) -> None:
        self._patch.setenv("COCKPIT_NOW", f"{text}+08:00")
        self._patch.setattr(clock, "_started", clock.monotonic())


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


async def tick(desk: Desk) -> None:
    """What happens once a second."""
    app = desk.pilot.app
    assert isinstance(app, CockpitApp)
    app.main.query_one(Watch).tick()
    await desk.press()


@pytest.fixture
def other(company: Company) -> Iterator[Database]:
    """The same file, opened by somebody else."""
    assert company.database.path is not None
    database = Database.at(company.database.path)
    yield database
    database.close()


# -- another process ---------------------------------------------------------------------------------------------


async def test_a_write_of_another_process_shows_and_moves_nothing(company: Company, ht: str, other: Database) -> None:
    for hour in range(9, 21):
        company.activity(at(24, f"{hour:02}:00"), account_id=company.account(f"客户 {hour}"))
    async with at_the_desk(company) as desk:
        agenda = desk.pilot.app.query_one("#agenda")
        await tick(desk)
        await desk.go("agenda")
        await desk.press("end", "up", "up")
        agenda.scroll_to(y=3, animate=False)
        await desk.press()
        before = (desk.view._item().id, agenda.scroll_offset, desk.pilot.app.focused)
        services_on(other).visits.plan(ht, "today 21:30", goal="late call")
        await tick(desk)
        assert "恒泰机械" in desk.text or len(desk.view.snapshot.visits) == 13
        assert (desk.view._item().id, agenda.scroll_offset, desk.pilot.app.focused) == before
        await desk.press("end")
        assert "late call" in desk.text


async def test_where_nothing_changed_nothing_is_loaded(company: Company, visit: str, other: Database) -> None:
    async with at_the_desk(company) as desk:
        await tick(desk)
        loads: list[int] = []
        load = desk.view.load

        def counted() -> None:
            loads.append(1)
            load()

        desk.view.load = counted
        for _second in range(3):
            await tick(desk)
        assert loads == []
        services_on(other).visits.set_lock(visit, True)
        await tick(desk)
        assert loads == [1]
        assert "locked" in desk.text


async def test_a_change_that_shows_nowhere_draws_nothing(company: Company, visit: str, other: Database) -> None:
    """The badge counts on; the day is not drawn again line by line."""
    async with at_the_desk(company) as desk:
        await tick(desk)
        agenda = desk.pilot.app.query_one("#agenda")
        drawn: list[Any] = []
        refresh = agenda.refresh

        def seen(*regions: Any, **how: Any) -> Any:
            drawn.append(regions)
            return refresh(*regions, **how)

        agenda.refresh = seen  # type: ignore[method-assign]
        services_on(other).accounts.create("新海电气")
        await tick(desk)
        assert "1 queued" in desk.text
        assert drawn == []


async def test_a_view_that_was_not_seen_shows_it_when_it_is(company: Company, visit: str, other: Database) -> None:
    company.deal("二期产线", "stage-2", 66_000_00, account_id="account-1")
    async with at_the_desk(company) as desk:
        await desk.press("p", "h")
        services_on(other).deals.edit("deal-1", {"name": "三期产线"})
        await tick(desk)
        await desk.press("p")
        assert "三期产线" in desk.text


# -- the sync ------------------------------------------------------------------------------------------------------


class Gate(httpx.BaseTransport):
    """The hub, behind a gate that a push waits at."""

    def __init__(self, world: HubWorld) -> None:
        self._hub = InProcess(world.app)
        self.reached, self.opened = threading.Event(), threading.Event()
        self.fails = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/push"):
            self.reached.set()
            assert self.opened.wait(30)
            if self.fails:
                raise httpx.ConnectError("gone")
        return self._hub.handle_request(request)


@pytest.fixture
def gate(world: HubWorld) -> Iterator[Gate]:
    made = Gate(world)
    yield made
    made.opened.set()


async def test_a_write_is_saved_then_on_its_way_then_received(
    terminal: Terminal, world: HubWorld, gate: Gate, tmp_path: Path
) -> None:
    services = on_the_hub(terminal)
    services.sync = SyncService(terminal.desk, gate, own=services._own_sync)
    async with at_the_desk(terminal, services=services) as desk:
        services.visits.plan("account-1", "today 14:00", goal="price")
        await tick(desk)

        def state() -> str:
            (item,) = desk.view.snapshot.visits
            return str(item.write_state)

        assert state() == "saved"
        watch = desk.pilot.app.query_one(Watch)
        watch.sync()
        while not gate.reached.is_set():
            await desk.pilot.pause()
        for _turn in range(100):
            if state() == "sending" and "syncing up" in desk.text:
                break
            await desk.pilot.pause()
        assert state() == "sending"
        assert "syncing up 0/1" in desk.text
        gate.fails = True
        gate.opened.set()
        await desk.press()
        assert state() == "waiting"
        assert "offline" in desk.text
        gate.fails = False
        desk.pilot.app.sync_now()  # type: ignore[attr-defined]
        await desk.press()
        assert state() == "done"
        assert "queued" not in desk.text


async def test_in_conflict_and_refused_the_rows_say_so(terminal: Terminal, world: HubWorld) -> None:
    services = on_the_hub(terminal)
    async with at_the_desk(terminal, services=services) as desk:
        for hour in ("14:00", "15:00"):
            services.visits.plan("account-1", f"today {hour}", goal="price")
        await asyncio.to_thread(services.sync.run)
        first, second = services.today.load().visits
        services.visits.edit(first.id, {"goal": "mine"})
        world.patch("activity", first.id, goal="theirs")
        terminal.patch("activity", second.id, contact_id="nobody")
        await asyncio.to_thread(services.sync.run)
        await tick(desk)
        assert [item.write_state for item in desk.view.snapshot.visits] == ["conflict", "parked"]
        assert "1 conflict  1 parked" in desk.text
        await desk.press("o", "m")
        services.sync.discard(services.sync.load().queue[0].mutation_id)
        await tick(desk)
        await desk.press("h")
        assert [item.write_state for item in desk.view.snapshot.visits] == ["saved", "done"]


async def test_x_stops_a_sync_that_waits_for_its_hub(terminal: Terminal, world: HubWorld, gate: Gate) -> None:
    services = on_the_hub(terminal)
    services.sync = sync = SyncService(terminal.desk, gate, own=services._own_sync)
    async with at_the_desk(terminal, "sync", services) as desk:
        services.visits.plan("account-1", "today 14:00")
        await tick(desk)
        desk.pilot.app.query_one(Watch).sync()
        while not gate.reached.is_set():
            await desk.pilot.pause()
        for _turn in range(100):
            if "x stops" in desk.text:
                break
            await desk.pilot.pause()
        assert "x stops" in desk.text
        await desk.pilot.press("x")
        gate.opened.set()
        await desk.press()
        assert "Stopped. What was saved or has arrived is kept" in desk.text
        assert sync.badge().pending == 0, "what was answered by then is kept"
        assert not sync.badge().is_offline


# -- time ----------------------------------------------------------------------------------------------------------


async def test_the_minute_moves_the_clock_and_the_countdown(company: Company, visit: str, time: Time) -> None:
    time.set("2026-11-24T08:30:50")
    async with at_the_desk(company) as desk:
        assert "08:30" in desk.text.split("\n")[0]
        assert "in 59 min" in desk.text
        time.set("2026-11-24T08:30:59")
        await tick(desk)
        assert "08:30" in desk.text.split("\n")[0]
        time.set("2026-11-24T08:31:00")
        await tick(desk)
        assert "08:31" in desk.text.split("\n")[0]
        time.set("2026-11-24T08:31:01")
        loads: list[int] = []
        desk.view.load = lambda: loads.append(1)
        await tick(desk)
        assert loads == [], "once a minute, not twice"


async def test_the_clock_goes_on_where_a_line_is_typed(company: Company, visit: str, time: Time) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("l", "v", "space", "h")
        time.set("2026-11-24T08:31:00")
        await tick(desk)
        assert "08:31" in desk.text.split("\n")[0]
        assert "v h" in desk.text


async def test_midnight_brings_the_next_day(company: Company, visit: str, ht: str, time: Time) -> None:
    tomorrow = company.activity(at(25, "10:00"), account_id=ht, goal="sign the order")
    time.set("2026-11-24T23:59:45")
    async with at_the_desk(company) as desk:
        assert "Tue 2026-11-24" in desk.text
        assert [item.id for item in desk.view.snapshot.visits] == [visit]
        time.set("2026-11-25T00:00:00")
        await tick(desk)
        assert "Wed 2026-11-25" in desk.text
        assert "sign the order" in desk.text
        assert [item.id for item in desk.view.snapshot.visits] == [tomorrow]
        assert [item.id for item in desk.view.snapshot.yesterday_unvisited] == [visit]


@pytest.mark.parametrize("now", ["2026-11-24T13:30:00", "2026-11-26T08:30:00", "2026-11-24T07:00:00"])
async def test_after_a_sleep_the_first_tick_shows_the_time_and_syncs(
    company: Company, visit: str, time: Time, now: str
) -> None:
    runs: list[int] = []

    class Counted:
        """The sync, with no network behind it."""

        def __init__(self, inner: SyncService) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def run_if_due(self, _progress: object) -> None:
            runs.append(1)
            raise HubUnavailable("no connection")

    services = services_on(company.database)
    object.__setattr__(services, "sync", Counted(services.sync))
    async with at_the_desk(company, services=services, is_syncing=True) as desk:
        runs.clear()
        await tick(desk)
        assert runs == []
        time.set(now)
        await tick(desk)
        assert runs == [1]
        assert now[11:16] in desk.text.split("\n")[0]
