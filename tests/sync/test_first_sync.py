"""From an empty file to a synced one: sign-in, first load, its resumption, the badge."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from cockpit import clock
from cockpit.cli import shapes, sheets
from cockpit.errors import HubUnavailable, NotAllowed, NotSignedIn, SignInNeeded, UntrustedHub
from cockpit.screens.sync import facts
from cockpit.services.desk import Desk
from cockpit.services.syncing import SyncService
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.tables import OutboxDoneRow
from tests.sync.conftest import Device
from tests.sync.model import TIME, TOKEN, URL, ModelHub, answering, cut_body, lost_request


def test_the_first_sync_brings_everything(device_at: Callable[[str], Device], hub: ModelHub) -> None:
    device = device_at("one")
    assert not device.service.badge().complete
    heard: list[str] = []
    device.sync(heard=heard)
    assert device.value("account", "acc-1", "name") == "恒泰机械"
    assert device.service.badge().complete
    assert device.service.badge().last_sync_at is not None
    assert heard[0] == f"down {len(hub.rows)}/{len(hub.rows)}"
    again = device.sync()
    assert (again.pushed, again.pulled) == (0, 0)


@pytest.mark.parametrize("fault", [lost_request, cut_body, answering(500, "internal"), answering(503, "maintenance")])
def test_a_first_load_goes_on_where_it_was_cut(
    device_at: Callable[[str], Device], hub: ModelHub, fault: object
) -> None:
    hub.page_size = 2
    device = device_at("one")
    hub.fail("/v1/sync/snapshot", lambda h, r: h.answer(r), lambda h, r: h.answer(r), fault)  # type: ignore[arg-type]
    with pytest.raises((HubUnavailable, Exception)) as caught:
        device.sync()
    assert type(caught.value).__name__ in ("HubUnavailable", "HubBusy", "ServerFault")
    assert not device.service.badge().complete
    asked = hub.count("/v1/sync/snapshot")
    device.sync()
    pages = -(-len(hub.rows) // 2)
    assert hub.count("/v1/sync/snapshot") - asked == pages - 2, "pages on disk are not asked for again"
    assert device.value("account", "acc-1", "name") == "恒泰机械"
    assert device.service.badge().complete


def test_a_row_changed_during_the_first_load_comes_again(device_at: Callable[[str], Device], hub: ModelHub) -> None:
    hub.page_size = 3
    device = device_at("one")
    assert device.sync_killed_at("saved")
    hub.put("account", "acc-1", phone="new")
    hub.put("account", "acc-2", name="late")
    device.sync()
    assert device.value("account", "acc-1", "phone") == "new"
    assert device.value("account", "acc-2", "name") == "late"


def test_signing_in_keeps_who_and_where(device: Device) -> None:
    with device.database.read() as session:
        kept = meta.everything(session)
    assert (kept["hub_url"], kept["hub_host"], kept["person_id"]) == (URL, "hub.example.com", "rep-1")
    assert len(kept["device_id"]) == 36


def test_a_clock_that_is_off_is_known_from_the_sign_in_on(
    device_at: Callable[[str], Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends before the first sync is dated by the hub's clock already, and does not seem a year old after it."""
    moment = datetime.fromisoformat(TIME)
    monkeypatch.setattr(clock, "now", lambda: moment - timedelta(days=365))
    device = device_at("two")
    device.edit("create", "account", "mine", name="Mine", owner_id="rep-1")
    device.undo.undo()
    device.sync()
    with device.database.read() as session:
        (ended,) = session.exec(select(OutboxDoneRow.ended_at))
        assert ended == moment


def test_another_hub_or_person_is_refused(device: Device, hub: ModelHub) -> None:
    with pytest.raises(UntrustedHub, match=r"other\.example\.com"):
        device.service.sign_in("https://other.example.com", TOKEN)
    hub.person_id, hub.name = "rep-2", "李娜"
    with pytest.raises(NotAllowed, match="张伟"):
        device.sign_in()
    with pytest.raises(SignInNeeded):
        device.sync()


@pytest.mark.parametrize(
    "url",
    [
        "http://hub.example.com",
        "ftp://hub.example.com",
        "https://u:p@hub.example.com",
        "hub.example.com",
        "https://h:x",
    ],
)
def test_an_unsafe_address_is_refused(device: Device, url: str) -> None:
    with pytest.raises(UntrustedHub):
        device.service.sign_in(url, TOKEN)


def test_without_an_account_there_is_nothing_to_sync(device_at: Callable[[str], Device], tmp_path: object) -> None:
    database = Database.at(device_at("one").database.path.parent.parent / "two" / "cockpit.db")  # type: ignore[union-attr]
    database.prepare()
    with pytest.raises(NotSignedIn):
        SyncService(Desk(database)).run()
    database.close()


def test_a_refused_token_leaves_the_queue(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/push", answering(401, "unauthorized"))
    with pytest.raises(SignInNeeded):
        device.sync()
    assert device.queue() == [("acc-1", "pending")]
    assert not device.service.badge().is_offline
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"


def test_offline_shows_in_the_badge_until_it_works_again(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/hello", lost_request)
    with pytest.raises(HubUnavailable):
        device.service.run()
    badge = device.service.badge()
    assert badge.is_offline
    assert badge.pending == 1
    assert device.service.load().last_error == "The hub did not answer."
    report = device.service.run()
    assert (report.pushed, report.pending, report.receipts) == (1, 0, 1)
    assert not device.service.badge().is_offline


def test_a_wait_the_hub_asked_for_is_kept_by_the_timer(device: Device, hub: ModelHub) -> None:
    hub.fail("/v1/sync/hello", answering(429, "quota", **{"retry-after": "120"}))
    with pytest.raises(Exception, match="quota it is") as caught:
        device.sync()
    assert getattr(caught.value, "facts", {})["seconds"] == 120
    asked = len(hub.seen)
    assert device.service.run_if_due() is None
    assert len(hub.seen) == asked


def test_a_hub_restored_to_before_my_last_push_is_given_it_again(device: Device, hub: ModelHub) -> None:
    """The greeting came before the push: its head alone would not tell that a write was lost."""
    kept = copy.deepcopy((hub.rows, hub.stones, hub.applied, hub.rev))
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"
    hub.rows, hub.stones, hub.applied, hub.rev = kept
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"
    assert device.queue() == []


def test_a_clock_that_is_off_is_measured_and_never_chooses(
    device: Device, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime.fromisoformat(TIME) + timedelta(days=365)
    monkeypatch.setattr(clock, "now", lambda: ahead)
    monkeypatch.setattr(clock, "is_moved", lambda: False)  # a clock that a test has set is not measured
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "9"
    assert device.only_conflict().mine == "2"
    with device.database.read() as session:
        assert abs(int(meta.get(session, "clock_offset_ms")) + 365 * 86_400_000) < 60_000
    found = device.service.load()
    assert "365" in found.clock_note
    assert found.clock_note in facts(found.badge, found).splitlines()
    assert found.clock_note in sheets.sync(found, None).lines
    assert shapes.sync(found)["clock_note"] == found.clock_note
