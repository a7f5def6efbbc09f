"""One rep with two devices at the real hub, and a device that was away for a week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from cockpit import clock
from cockpit.services.container import services_on
from tests.hub.world import ME, HubWorld
from tests.sync.test_real_hub import Terminal, hub_row, hub_template, terminal, world

__all__ = ["hub_template", "terminal", "world"]


def _at(monkeypatch: pytest.MonkeyPatch, text: str) -> datetime:
    monkeypatch.setenv("COCKPIT_NOW", text)
    monkeypatch.setattr(clock, "_started", clock.monotonic())
    return datetime.fromisoformat(text)


def _visit(world: HubWorld) -> None:
    world.put(
        "activity",
        "visit",
        rep_id=ME,
        owner_id=ME,
        account_id="account-1",
        kind="visit",
        status="planned",
        starts_at="2026-11-25T02:00:00Z",
        ends_at="2026-11-25T02:45:00Z",
    )


@pytest.mark.parametrize(("choice", "hour"), [("mine", "06:00"), ("theirs", "02:00")])
def test_one_visit_moved_on_both(terminal: Callable[..., Terminal], world: HubWorld, choice: str, hour: str) -> None:
    _visit(world)
    phone, laptop = terminal(ME, "phone"), terminal(ME, "laptop")
    services_on(phone.database).visits.move("visit", "thu 10")
    services_on(laptop.database).visits.move("visit", "fri 14")
    services_on(laptop.database).visits.edit("visit", {"goal": "price"})
    assert phone.sync.run().conflicts == 0
    assert laptop.sync.run().conflicts == 2
    found = {item.field: (item.mine, item.theirs, item.theirs_by) for item in laptop.sync.load().conflicts}
    assert found["starts_at"] == ("Fri 2026-11-27 14:00", "Thu 2026-11-26 10:00", "张伟")
    assert hub_row(world, "activity", "visit")["starts_at"].startswith("2026-11-26T02:00"), "nothing is overwritten"
    assert laptop.rows("activity")["visit"]["starts_at"].startswith("2026-11-27T06:00"), "mine stays in sight"
    for item in laptop.sync.load().conflicts:
        laptop.sync.answer(item.id, choice)  # type: ignore[arg-type]
    assert laptop.sync.run().conflicts == 0
    phone.sync.run()
    rows = [hub_row(world, "activity", "visit"), phone.rows("activity")["visit"], laptop.rows("activity")["visit"]]
    assert {row["starts_at"][11:16] for row in rows} == {hour}
    assert {row["goal"] for row in rows} == {"price"}, "what is not in conflict is not lost with it"
    assert (phone.queue(), laptop.queue()) == ([], [])


def test_a_week_without_a_network(
    terminal: Callable[..., Terminal], world: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        world.account(f"far-{number}", name=f"Customer {number}")
    me = terminal()
    quicklog = services_on(me.database).quicklog
    for day in range(16, 21):
        for number in range(40):
            _at(monkeypatch, f"2026-11-{day:02}T{9 + number // 5:02}:{number % 5 * 12 + 11:02}:00+08:00")
            quicklog.save(f"c far-{number % 10} ok call {day}-{number}")
    assert me.sync.badge().pending == 200
    _at(monkeypatch, "2026-11-24T08:30:00+08:00")
    report = me.sync.run()
    assert (report.pushed, report.pending, report.parked, report.conflicts) == (200, 0, 0, 0)
    assert report.receipts == 200
    said = sorted(row["result"] for row in me.rows("activity").values())
    assert said == sorted(f"call {day}-{number}" for day in range(16, 21) for number in range(40))
    fresh = terminal(ME, "fresh")
    assert fresh.rows("activity") == me.rows("activity")
    assert (me.sync.run().pushed, me.queue()) == (0, [])
