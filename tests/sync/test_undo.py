"""One key press is one undo: withdrawn while never sent, an inverse change afterwards."""

from __future__ import annotations

import pytest

from cockpit.errors import HubUnavailable, NotAllowed
from cockpit.sync.outbox import Edit
from tests.sync.conftest import Device
from tests.sync.model import ModelHub, lost_response
from tests.sync.test_push import make_customer


def test_what_was_never_sent_is_as_if_it_had_not_been(device: Device, hub: ModelHub) -> None:
    before, revision = device.row("account", "acc-1"), hub.rev
    device.edit("patch", "account", "acc-1", label="phone of 恒泰", phone="2", address="new road")
    assert device.undo.undo().text == "Taken back: phone of 恒泰"
    assert device.row("account", "acc-1") == before
    assert device.queue() == []
    assert device.service.badge().pending == 0
    assert [receipt.result for receipt in device.service.load().receipts] == ["undone"]
    device.sync()
    assert hub.rev == revision


def test_a_withdrawn_creation_takes_what_depends_on_it(device: Device, hub: ModelHub) -> None:
    action = [
        Edit("account", "new", "create", {"name": "New", "owner_id": "rep-1"}),
        Edit("contact", "con", "create", {"name": "Wu", "account_id": "new", "owner_id": "rep-1"}),
    ]
    device.act(*action)
    device.undo.undo()
    assert device.row("account", "new") is None
    assert device.row("contact", "con") is None
    assert device.queue() == []


def test_a_withdrawn_deletion_brings_the_row_back(device: Device, hub: ModelHub) -> None:
    before = device.row("account", "acc-1")
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("delete", "account", "acc-1")
    device.undo.undo()
    assert device.value("account", "acc-1", "phone") == "2"
    assert device.value("account", "acc-1", "pending") == 1
    device.undo.undo()
    assert device.row("account", "acc-1") == before


def test_each_press_takes_back_one_more_action(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    device.edit("patch", "account", "acc-1", phone="3")
    device.edit("patch", "account", "acc-1", tier="A")
    for phone, tier in (("3", "B"), ("2", "B"), ("1", "B")):
        device.undo.undo()
        assert (device.value("account", "acc-1", "phone"), device.value("account", "acc-1", "tier")) == (phone, tier)
    with pytest.raises(NotAllowed):
        device.undo.undo()
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "1"
    with pytest.raises(NotAllowed):
        device.undo.undo()


def test_after_sending_an_inverse_change_is_sent(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", label="phone", phone="2")
    make_customer(device)
    device.edit("delete", "account", "acc-1")
    device.sync()
    assert ("account", "acc-1") not in hub.rows
    assert device.undo.undo().action_id is not None
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2", "a deleted row is made again"
    device.undo.undo()
    device.undo.undo()
    device.sync()
    assert ("activity", "visit-1") not in hub.rows
    assert ("account", "new-1") not in hub.rows
    device.undo.undo()
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "1"
    assert device.queue() == []


def test_an_unknown_answer_counts_as_sent(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/push", lost_response)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"
    device.undo.undo()
    assert device.value("account", "acc-1", "phone") == "1"
    assert len(device.queue()) == 2
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "1"
    assert set(hub.counted.values()) == {1}


def test_a_value_that_somebody_changed_since_stays(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", label="two fields", phone="2", tier="A")
    device.sync()
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    device.undo.undo()
    assert device.value("account", "acc-1", "phone") == "theirs"
    assert device.value("account", "acc-1", "tier") == "B"


def test_nothing_left_to_take_back_is_said_and_does_not_block_the_next(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", tier="A")
    device.edit("patch", "account", "acc-1", label="phone", phone="2")
    device.sync()
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    with pytest.raises(NotAllowed, match="phone"):
        device.undo.undo()
    device.undo.undo()
    assert device.value("account", "acc-1", "tier") == "B"


def test_a_held_conflict_is_withdrawn_and_theirs_is_shown(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine", tier="A")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    device.undo.undo()
    assert device.value("account", "acc-1", "phone") == "theirs"
    assert device.value("account", "acc-1", "tier") == "B"
    assert device.service.badge().conflicts == 0
    assert device.queue() == []


def test_a_half_sent_action_is_taken_back_whole(device: Device, hub: ModelHub) -> None:
    device.act(
        Edit("account", "new", "create", {"name": "New", "owner_id": "rep-1"}),
        Edit("contact", "con", "create", {"name": "Wu", "account_id": "new", "owner_id": "rep-1"}),
    )
    hub.refuse["con"] = "validation"
    device.sync()
    assert device.queue() == [("con", "parked")]
    device.undo.undo()
    device.sync()
    assert ("account", "new") not in hub.rows
    assert device.row("contact", "con") is None
    assert device.queue() == []


def test_an_undo_of_a_received_merge_keeps_what_others_wrote(device: Device, hub: ModelHub) -> None:
    device.edit("create", "account", "held", name="Held", owner_id="rep-1")
    hub.refuse["acc-1"] = "validation"
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", address="theirs")
    device.sync()
    assert ("acc-1", "parked") in device.queue()
    parked = next(item for item in device.service.load().queue if item.state == "parked")
    device.service.discard(parked.mutation_id)
    assert device.value("account", "acc-1", "phone") == "1"
    assert device.value("account", "acc-1", "address") == "theirs"
