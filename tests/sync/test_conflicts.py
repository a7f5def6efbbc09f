"""Two people, one row: fields merge in silence where they can, else both values are kept, shown and asked about."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cockpit.errors import CockpitError, NotAllowed
from cockpit.storage.queries.sync import write_states
from cockpit.sync import policy
from tests.sync.conftest import Device
from tests.sync.model import ModelHub, lost_request

VISIT: dict[str, Any] = {
    "rep_id": "rep-1",
    "owner_id": "rep-1",
    "account_id": "acc-1",
    "kind": "visit",
    "status": "planned",
    "starts_at": "2026-11-24T02:00:00.000000Z",
    "agenda": "",
    "needs": ["price"],
}


@pytest.fixture
def visited(device: Device, hub: ModelHub) -> Device:
    hub.put("activity", "visit-1", **VISIT)
    device.sync()
    return device


def test_different_fields_merge_in_silence(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", address="theirs")
    device.sync()
    assert (hub.row("account", "acc-1")["phone"], hub.row("account", "acc-1")["address"]) == ("mine", "theirs")
    assert device.value("account", "acc-1", "phone") == "mine"
    assert device.value("account", "acc-1", "address") == "theirs"
    assert device.service.badge().conflicts == 0


def test_lists_take_both_sides(visited: Device, hub: ModelHub) -> None:
    visited.edit("patch", "activity", "visit-1", needs=["price", "service"])
    hub.put("activity", "visit-1", needs=["terms", "price"])
    visited.sync()
    assert sorted(hub.row("activity", "visit-1")["needs"]) == ["price", "service", "terms"]
    assert sorted(visited.value("activity", "visit-1", "needs")) == ["price", "service", "terms"]


def clash(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", label="new phone", phone="mine", tier="A")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()


def test_one_field_twice_is_shown_with_both_values(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    found = device.only_conflict()
    assert (found.base, found.mine, found.theirs) == ("1", "mine", "theirs")
    assert (found.subject, found.field_text, found.theirs_by) == ("恒泰机械", "phone", "周岚")
    assert device.value("account", "acc-1", "phone") == "mine"
    assert hub.row("account", "acc-1")["phone"] == "theirs"
    with device.database.read() as session:
        assert write_states(session, ["acc-1"]) == {"acc-1": "conflict"}
    assert device.service.badge().conflicts == 1


@pytest.mark.parametrize(("choice", "phone"), [("mine", "mine"), ("theirs", "theirs")])
def test_an_answer_is_a_new_change_and_the_other_fields_go_along(
    device: Device, hub: ModelHub, choice: str, phone: str
) -> None:
    clash(device, hub)
    device.service.answer(device.only_conflict().id, choice)  # type: ignore[arg-type]
    assert device.service.badge().conflicts == 0
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == phone
    assert hub.row("account", "acc-1")["tier"] == "A", "a field nobody asked about is carried over"
    assert device.value("account", "acc-1", "phone") == phone
    assert device.queue() == []
    assert hub.silent_overwrites == []
    assert sorted(receipt.result for receipt in device.service.load().receipts) == ["answered", "applied"]


def test_an_answer_never_overwrites_a_third_change(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    device.service.answer(device.only_conflict().id, "mine")
    hub.put("account", "acc-1", phone="third")
    device.sync()
    found = device.only_conflict()
    assert (found.base, found.mine, found.theirs) == ("theirs", "mine", "third")
    assert hub.silent_overwrites == []


def test_later_edits_belong_to_mine_and_later_pulls_to_theirs(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    device.edit("patch", "account", "acc-1", phone="mine again", address="my road")
    hub.put("account", "acc-1", phone="theirs again")
    device.sync()
    found = device.only_conflict()
    assert (found.mine, found.theirs) == ("mine again", "theirs again")
    device.service.answer(found.id, "mine")
    device.sync()
    row = hub.row("account", "acc-1")
    assert (row["phone"], row["address"], row["tier"]) == ("mine again", "my road", "A")
    assert device.queue() == []


def test_two_fields_in_question_are_settled_together(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine", address="mine", tier="A")
    hub.put("account", "acc-1", phone="theirs", address="theirs")
    device.sync()
    first, second = device.service.load().conflicts
    device.service.answer(first.id, "mine")
    assert device.queue() == [("acc-1", "conflict")]
    assert device.service.answer(second.id, "theirs").action_id is not None
    device.sync()
    row = hub.row("account", "acc-1")
    chosen = {first.field: "mine", second.field: "theirs"}
    assert {name: row[name] for name in chosen} == chosen
    assert row["tier"] == "A"
    with pytest.raises(NotAllowed):
        device.service.answer(first.id, "mine")


def test_a_long_text_can_keep_both(visited: Device, hub: ModelHub) -> None:
    visited.edit("patch", "activity", "visit-1", agenda="price list")
    hub.put("activity", "visit-1", agenda="contract")
    visited.sync()
    found = visited.only_conflict()
    assert found.can_keep_both
    assert found.subject == "恒泰机械"
    visited.service.answer(found.id, "both")
    visited.sync()
    assert hub.row("activity", "visit-1")["agenda"] == "contract\nprice list"


def test_a_short_field_cannot_keep_both(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    with pytest.raises(NotAllowed, match="long text"):
        device.service.answer(device.only_conflict().id, "both")


def test_a_conflict_is_seen_at_the_pull_while_the_push_waits(device: Device, hub: ModelHub) -> None:
    """A held first edit keeps the second one from being sent; the pull still shows that it will not fit."""
    device.edit("create", "account", "acc-9", name="Nine", owner_id="rep-1")
    hub.refuse["acc-9"] = "validation"
    device.sync()
    (parked,) = device.service.load().queue
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    assert device.only_conflict().theirs == "theirs"
    assert parked.mutation_id in {item.mutation_id for item in device.service.load().queue}


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_they_deleted_what_i_edited(device: Device, hub: ModelHub, choice: str) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.delete("account", "acc-1")
    device.sync()
    found = device.only_conflict()
    assert (found.kind, found.theirs, found.subject) == ("delete_edit", "deleted", "恒泰机械")
    assert device.value("account", "acc-1", "phone") == "mine"
    device.service.answer(found.id, choice)  # type: ignore[arg-type]
    device.sync()
    if choice == "mine":
        assert hub.row("account", "acc-1")["phone"] == "mine"
        assert hub.row("account", "acc-1")["name"] == "恒泰机械"
        assert device.value("account", "acc-1", "pending") == 0
    else:
        assert ("account", "acc-1") not in hub.rows
        assert device.row("account", "acc-1") is None
    assert device.queue() == []


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_i_deleted_what_they_edited(device: Device, hub: ModelHub, choice: str) -> None:
    device.edit("delete", "account", "acc-1")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    found = device.only_conflict()
    assert (found.kind, found.mine, found.subject) == ("edit_delete", "deleted", "恒泰机械")
    assert "phone: theirs" in found.theirs
    device.service.answer(found.id, choice)  # type: ignore[arg-type]
    device.sync()
    if choice == "mine":
        assert ("account", "acc-1") not in hub.rows
        assert device.row("account", "acc-1") is None
    else:
        assert device.value("account", "acc-1", "phone") == "theirs"
        assert device.value("account", "acc-1", "pending") == 0
    assert device.queue() == []


def test_both_deleted_is_no_question(device: Device, hub: ModelHub) -> None:
    device.edit("delete", "account", "acc-1")
    hub.delete("account", "acc-1")
    device.sync()
    assert device.queue() == []
    assert device.service.badge().conflicts == 0


def test_two_devices_of_one_person(device_at: Callable[[str], Device], hub: ModelHub) -> None:
    one, two = device_at("one"), device_at("two")
    one.sync()
    two.sync()
    one.edit("patch", "account", "acc-1", phone="one", tier="A")
    two.edit("patch", "account", "acc-1", phone="two", address="two")
    one.sync()
    two.sync()
    found = two.only_conflict()
    assert (found.mine, found.theirs) == ("two", "one")
    two.service.answer(found.id, "mine")
    for device in (two, one):
        device.sync()
    for device in (one, two):
        values = [device.value("account", "acc-1", name) for name in ("phone", "tier", "address")]
        assert values == ["two", "A", "two"]
    assert hub.silent_overwrites == []


def test_an_answer_can_be_taken_back(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    device.undo.undo()
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "theirs"
    assert device.queue() == []


def test_a_deleted_row_that_is_said_to_have_left_my_sight_too_can_still_be_made_again(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.delete("account", "acc-1")
    device.sync()
    hub.rev += 1
    hub.stones["account", "acc-1"] |= {"rev": hub.rev, "reason": "scope"}
    device.sync()
    assert device.value("account", "acc-1", "phone") == "mine"
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "mine"


def test_my_last_word_stands_in_a_question_whose_later_change_the_hub_has(device: Device, hub: ModelHub) -> None:
    """Both went in one push: the first met another value, the second wrote the very value that was there."""
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", phone="9")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.queue() == [("acc-1", "conflict")]
    question = device.only_conflict()
    assert (question.mine, question.theirs, device.value("account", "acc-1", "phone")) == ("9", "9", "9")
    hub.put("account", "acc-1", phone="7")
    device.sync()
    question = device.only_conflict()
    assert (question.mine, question.theirs, device.value("account", "acc-1", "phone")) == ("9", "7", "9")
    device.service.answer(question.id, "mine")
    device.sync()
    assert (hub.row("account", "acc-1")["phone"], device.queue()) == ("9", [])


def test_of_a_refused_change_nothing_is_asked_that_a_later_word_of_mine_has_settled(
    device: Device, hub: ModelHub
) -> None:
    """Both went in one push: the first is refused for another field, the second wrote the value that was there."""
    hub.refuse["name=poison"] = "validation"
    device.edit("patch", "account", "acc-1", phone="2", name="poison")
    device.edit("patch", "account", "acc-1", phone="9")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.queue() == [("acc-1", "parked")]
    assert (device.service.badge().conflicts, device.value("account", "acc-1", "phone")) == (0, "9")
    hub.put("account", "acc-1", phone="7")
    device.sync()
    assert (device.service.badge().conflicts, device.value("account", "acc-1", "phone")) == (0, "7")


def test_of_a_change_that_is_to_come_again_nothing_is_asked_that_a_later_word_of_mine_has_settled(
    device: Device, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the first push was lost; a copy of it acknowledges the second change and puts off the first."""
    device.edit("patch", "account", "acc-1", phone="2", name="poison")
    device.edit("patch", "account", "acc-1", phone="9")
    hub.put("account", "acc-1", phone="9")

    def put_off_the_first(hub: ModelHub, request: httpx.Request) -> httpx.Response:
        first, second = json.loads(request.content)["mutations"]
        put_off = {"mutation_id": first["mutation_id"], "status": "retry"}
        return httpx.Response(200, json={"results": [put_off, hub._judge(second)]})

    hub.fail("/v1/sync/push", put_off_the_first)
    monkeypatch.setattr(policy, "backoff", lambda _attempts, _random: timedelta(minutes=1))
    device.sync()
    assert device.queue() == [("acc-1", "pending")]
    assert (device.service.badge().conflicts, device.value("account", "acc-1", "phone")) == (0, "9")


def test_what_meets_a_missing_row_follows_the_question_about_an_earlier_change(device: Device, hub: ModelHub) -> None:
    """The hub was restored from before the row: the later change, which it had once, is sent while a field is asked."""
    hub.refuse["phone=2"] = "validation"
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", tier="A")
    device.sync()
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.queue() == [("acc-1", "conflict")]
    hub.epoch = "another"
    hub.applied.clear()
    del hub.rows["account", "acc-1"]
    device.sync()
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]
    assert device.only_conflict().field == ""


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_row_made_again_under_a_question_that_they_deleted_since(visited: Device, hub: ModelHub, choice: str) -> None:
    """The deletion was sent and lost, taken back, asked about; then a full load did not bring the row any more."""
    visited.edit("delete", "activity", "visit-1")
    hub.fail("/v1/sync/push", lost_request)
    with pytest.raises(CockpitError):
        visited.sync()
    visited.undo.undo()
    hub.put("activity", "visit-1", agenda="theirs")
    visited.sync()
    assert visited.queue() == [("visit-1", "conflict"), ("visit-1", "blocked")]
    del hub.rows["activity", "visit-1"]
    hub.put("account", "acc-1", phone="5")
    hub.oldest_cursor = hub.rev
    visited.sync()
    visited.service.answer(visited.only_conflict().id, choice)  # type: ignore[arg-type]
    visited.sync()
    assert visited.queue() == []
    assert (
        (visited.row("activity", "visit-1") is not None) == (("activity", "visit-1") in hub.rows) == (choice == "mine")
    )


def test_another_value_of_theirs_has_another_writer(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    assert device.only_conflict().theirs_by == "周岚"
    hub.put("account", "acc-1", by="rep-7", phone="again")
    device.sync()
    found = device.only_conflict()
    assert (found.theirs, found.theirs_by) == ("again", "rep-7")


def test_what_i_changed_of_a_row_that_they_deleted_is_shown_as_mine(visited: Device, hub: ModelHub) -> None:
    visited.edit("patch", "activity", "visit-1", goal="the goal")
    hub.delete("activity", "visit-1")
    visited.sync()
    found = visited.only_conflict()
    assert (found.mine, found.theirs) == ("goal: the goal", "deleted")
    assert found.subject.endswith(", Tue 11-24"), found.subject
