"""The way down: pages, deletions, rows that do not fit, full resyncs that never touch the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlmodel import select

from cockpit.errors import HubUnavailable, ShrinkNeedsAnswer
from cockpit.storage import meta
from cockpit.storage.tables import InboundErrorRow, TombstoneRow
from tests.sync.conftest import Device
from tests.sync.model import ModelHub, cut_body, lost_request


def bad_rows(device: Device) -> dict[str, str]:
    with device.database.read() as session:
        return {row.id: row.reason for row in session.exec(select(InboundErrorRow))}


def test_pages_are_taken_one_by_one_and_resumed(device: Device, hub: ModelHub) -> None:
    for number in range(10):
        hub.put("account", f"more-{number}", name=f"More {number}")
    hub.page_size = 4
    hub.fail("/v1/sync/changes", lambda h, r: h.answer(r), lambda h, r: h.answer(r), cut_body)
    with pytest.raises(HubUnavailable):
        device.sync()
    before = hub.count("/v1/sync/changes")
    device.sync()
    assert hub.count("/v1/sync/changes") - before == 3, "two of five pages were on disk already"
    assert device.value("account", "more-9", "name") == "More 9"


@pytest.mark.parametrize(
    ("entity", "values", "reason"),
    [
        ("account", {"name": 7}, "str is needed"),
        ("account", {}, "a value is needed"),
        ("account", {"name": None}, "a value is needed"),
        ("account", {"name": "x", "cadence_days": 10**30}, "too large"),
        ("activity", {"rep_id": "rep-1", "starts_at": "yesterday"}, "isoformat"),
        ("hologram", {"name": "x"}, "unknown entity"),
    ],
)
def test_a_row_that_does_not_fit_is_noted_and_the_page_goes_on(
    device: Device, hub: ModelHub, entity: str, values: dict[str, Any], reason: str
) -> None:
    hub.put("account", "before", name="Before")
    hub.put(entity, "bad", **values)
    hub.put("account", "after", name="After")
    device.sync()
    assert device.value("account", "before", "name") == "Before"
    assert device.value("account", "after", "name") == "After"
    assert list(bad_rows(device)) == ["bad"]
    assert reason in bad_rows(device)["bad"]
    if entity == "account":
        hub.put("account", "bad", name="Good now", tier="B", cadence_days=7)
        device.sync()
        assert device.value("account", "bad", "name") == "Good now"
        assert bad_rows(device) == {}


def test_a_revision_that_does_not_fit_leaves_the_row_as_it_was(device: Device, hub: ModelHub) -> None:
    hub.put("account", "acc-1", name=None, phone="2")
    hub.put("account", "after", name="After")
    device.sync()
    assert (device.value("account", "acc-1", "name"), device.value("account", "acc-1", "phone")) == ("恒泰机械", "1")
    assert device.value("account", "after", "name") == "After"
    assert list(bad_rows(device)) == ["acc-1"]


def test_hostile_text_comes_in_inert(device: Device, hub: ModelHub) -> None:
    hub.put("account", "evil", name="A\x1b]52;c;aGk=\x07\u202eB [red]", address="\x9b31m")
    device.sync()
    name = device.value("account", "evil", "name")
    assert "\x1b" not in name
    assert "\u202e" not in name
    assert "[red]" in name


def test_an_unknown_field_is_kept_and_sent_back(device: Device, hub: ModelHub) -> None:
    hub.put("account", "acc-1", shoe_size=43)
    device.sync()
    assert device.value("account", "acc-1", "shoe_size") == 43
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    assert hub.row("account", "acc-1")["shoe_size"] == 43


def test_a_deletion_removes_the_row_and_an_older_revision_stays_away(device: Device, hub: ModelHub) -> None:
    old = dict(hub.row("account", "acc-1"))
    hub.delete("account", "acc-1")
    device.sync()
    assert device.row("account", "acc-1") is None

    def stale(model: ModelHub, request: httpx.Request) -> httpx.Response:
        page = model.answer(request).json()
        page["rows"].insert(0, {"entity": "account", "data": old})
        return httpx.Response(200, json=page)

    hub.fail("/v1/sync/changes", stale)
    device.sync()
    assert device.row("account", "acc-1") is None
    hub.put("account", "acc-1", name="Back", phone="9")
    device.sync()
    assert device.value("account", "acc-1", "name") == "Back"


def test_a_row_out_of_my_sight_goes_without_a_tombstone(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="typed")
    hub.refuse["acc-1"] = "permission"
    hub.delete("account", "acc-1", reason="scope")
    device.sync()
    assert device.row("account", "acc-1") is None
    with device.database.read() as session:
        assert session.exec(select(TombstoneRow)).all() == []
    assert device.queue() == [("acc-1", "parked")], "what was typed is kept"


def test_an_expired_cursor_starts_over_and_keeps_the_queue(device: Device, hub: ModelHub) -> None:
    hub.put("account", "gone", name="Gone")
    device.sync()
    device.edit("create", "account", "mine", name="Mine", owner_id="rep-1")
    hub.refuse["mine"] = "validation"
    del hub.rows["account", "gone"]
    hub.put("account", "acc-1", phone="fresh")
    hub.oldest_cursor = hub.rev
    device.sync()
    assert device.row("account", "gone") is None, "what the full load did not bring is swept"
    assert device.value("account", "acc-1", "phone") == "fresh"
    assert device.value("account", "mine", "name") == "Mine"
    assert device.queue() == [("mine", "parked")]
    assert device.service.badge().complete


def test_a_row_of_mine_that_left_my_sight_before_i_heard_that_it_is_there_goes(device: Device, hub: ModelHub) -> None:
    """The hub took it, a load did not bring it any more, and then came the answer: no change will say that it left."""
    device.edit("create", "account", "mine", name="Mine", owner_id="rep-1")
    assert device.sync_killed_at("answered")
    del hub.rows["account", "mine"]
    hub.put("account", "acc-1", phone="fresh")
    hub.oldest_cursor = hub.rev
    hub.fail("/v1/sync/push", lambda _hub, _request: httpx.Response(200, json={"results": []}))
    device.sync()
    assert device.queue() == [("mine", "pending")]
    device.sync()
    assert device.queue() == []
    assert device.row("account", "mine") is None


def test_a_resync_cut_in_the_middle_goes_on(device: Device, hub: ModelHub) -> None:
    hub.page_size = 2
    hub.put("account", "acc-1", phone="fresh")
    hub.oldest_cursor = hub.rev
    assert device.sync_killed_at("saved")
    assert not device.service.badge().complete
    before = hub.count("/v1/sync/snapshot")
    device.sync()
    assert hub.count("/v1/sync/snapshot") - before == -(-len(hub.rows) // 2) - 1
    assert device.service.badge().complete


def test_an_edited_row_missing_after_a_resync_is_asked_about(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="typed")
    hub.refuse["acc-1"] = "locked"
    del hub.rows["account", "acc-1"]
    hub.oldest_cursor = hub.rev + 1
    hub.rev += 1
    device.sync()
    found = device.only_conflict()
    assert (found.kind, found.mine) == ("missing", "phone: typed")
    assert device.value("account", "acc-1", "phone") == "typed"
    hub.refuse.clear()
    device.service.answer(found.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "typed"


def many(hub: ModelHub) -> None:
    for number in range(80):
        hub.put("account", f"many-{number}", name=f"Many {number}")


def test_an_emptied_hub_asks_before_it_empties_the_device(device: Device, hub: ModelHub) -> None:
    many(hub)
    device.sync()
    for number in range(80):
        del hub.rows["account", f"many-{number}"]
    hub.rev += 1
    hub.oldest_cursor = hub.rev
    for _ in range(2):
        with pytest.raises(ShrinkNeedsAnswer) as caught:
            device.sync()
        assert caught.value.facts["removed"] == 80
        assert device.row("account", "many-0") is not None
    device.sync(accept_shrink=True)
    assert device.row("account", "many-0") is None
    device.sync()
    assert device.service.badge().complete


def test_a_change_of_scope_does_not_ask(device: Device, hub: ModelHub) -> None:
    many(hub)
    device.sync()
    for number in range(80):
        del hub.rows["account", f"many-{number}"]
    hub.rev += 1
    hub.oldest_cursor, hub.gone_kind = hub.rev, "scope-changed"
    device.sync()
    assert device.row("account", "many-0") is None


def restored(hub: ModelHub, before: dict[Any, Any], applied: dict[str, int]) -> None:
    """The hub goes back to an older backup: what came later is gone, revisions start over."""
    hub.rows = {key: dict(row) for key, row in before.items()}
    hub.applied = dict(applied)
    hub.stones.clear()
    hub.counted.clear()
    hub.epoch, hub.rev = "epoch-2", len(hub.rows)
    for place, row in enumerate(hub.rows.values(), 1):
        row["rev"] = place


def test_a_restored_hub_gets_back_what_it_had_acknowledged(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    backup, applied = {key: dict(row) for key, row in hub.rows.items()}, dict(hub.applied)
    device.edit("patch", "account", "acc-1", phone="3")
    device.edit("create", "account", "new", name="New", owner_id="rep-1")
    device.sync()
    restored(hub, backup, applied)
    device.edit("patch", "account", "acc-1", address="typed meanwhile")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "3"
    assert hub.row("account", "acc-1")["address"] == "typed meanwhile"
    assert hub.row("account", "new")["name"] == "New"
    assert set(hub.counted.values()) == {1}
    assert device.queue() == []
    assert hub.silent_overwrites == []
    assert device.value("account", "acc-1", "phone") == "3"
    assert device.service.badge().complete


def test_a_lower_head_in_the_same_epoch_is_a_restored_hub_too(device: Device, hub: ModelHub) -> None:
    backup = {key: dict(row) for key, row in hub.rows.items()}
    device.edit("patch", "account", "acc-1", phone="3")
    device.sync()
    device.sync()
    restored(hub, backup, {})
    hub.epoch = "epoch-1"
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "3"


def test_an_endless_page_is_given_up(device: Device, hub: ModelHub) -> None:
    def same(model: ModelHub, request: httpx.Request) -> httpx.Response:
        model.fail("/v1/sync/changes", same)
        cursor = request.url.params["cursor"]
        body = {"rows": [], "deleted": [], "next_cursor": cursor, "more": True, "remaining_estimate": 9}
        return httpx.Response(200, json=body)

    hub.put("account", "acc-1", phone="9")
    hub.fail("/v1/sync/changes", same)
    with pytest.raises(HubUnavailable, match="again and again"):
        device.sync()
    assert hub.count("/v1/sync/changes") <= 5


def test_cursors_that_expire_at_once_are_given_up(device: Device, hub: ModelHub) -> None:
    hub.put("account", "acc-1", phone="9")
    hub.oldest_cursor = 10**6
    with pytest.raises(HubUnavailable, match="cursors"):
        device.sync()
    assert hub.count("/v1/sync/changes") <= 4


def test_my_log_entry_becomes_the_hubs(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    mutation_id = device.service.load().queue[0].mutation_id
    assert device.value("change_log", mutation_id, "rev") == 0
    device.sync()
    assert device.value("change_log", mutation_id, "rev") == hub.row("change_log", mutation_id)["rev"]


def test_the_oldest_runs_and_receipts_are_dropped(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    assert len(device.service.load().receipts) == 1
    hub.time = "2027-03-24T00:30:00.000000Z"
    device.sync()
    assert device.service.load().receipts == ()
    with device.database.read() as session:
        assert meta.get(session, "total_applied") == "1"


def test_a_lost_hub_costs_nothing(device_at: Callable[[str], Device], hub: ModelHub) -> None:
    device = device_at("one")
    device.sync()
    hub.fail("/v1/sync/hello", *[lost_request] * 3)
    for _ in range(3):
        with pytest.raises(HubUnavailable):
            device.sync()
    assert device.value("account", "acc-1", "phone") == "1"


def test_an_idle_round_is_one_request(device: Device, hub: ModelHub) -> None:
    hub.seen.clear()
    device.sync()
    assert hub.seen == ["GET /v1/sync/hello"]
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.value("account", "acc-1", "phone") == "9"
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    hub.seen.clear()
    device.sync()
    assert hub.seen == ["GET /v1/sync/hello"], "what I sent myself is no news either"


def test_a_load_that_was_cut_is_gone_on_with_though_nothing_is_new(device: Device, hub: ModelHub) -> None:
    hub.put("account", "acc-2", name="New", owner_id="rep-1")
    hub.fail("/v1/sync/changes", lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    device.sync()
    assert device.value("account", "acc-2", "name") == "New"
