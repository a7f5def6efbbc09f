"""Undo of what queues no change by itself: an answer opens its conflict again, a discard brings the refused change back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.storage import meta
from cockpit.storage.tables import ChangeLogRow, SyncBaseRow
from cockpit.sync import receipts
from cockpit.sync.outbox import Edit
from tests.sync.conftest import Device
from tests.sync.model import ModelHub, answering
from tests.sync.test_push import make_customer


def picture(device: Device, entity: str = "account", row_id: str = "acc-1") -> tuple[Any, ...]:
    """Everything an answer changes: the row, the queue, the questions, the log, the counts."""
    with device.database.read() as session:
        log = session.exec(select(ChangeLogRow.id).order_by(col(ChangeLogRow.id))).all()
    shown = device.service.load()
    return device.row(entity, row_id), device.queue(), shown.conflicts, log, shown.badge, shown.queue


def in_conflict(device: Device, hub: ModelHub) -> Any:
    device.edit("patch", "account", "acc-1", label="phone of 恒泰", phone="mine", tier="A")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    return device.only_conflict()


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_an_answer_that_was_not_sent_leaves_the_conflict_open_as_it_was(
    device: Device, hub: ModelHub, choice: Any
) -> None:
    found = in_conflict(device, hub)
    before = picture(device)
    device.service.answer(found.id, choice)
    assert device.service.load().conflicts == ()
    words = device.undo.undo().text
    assert words == f"Taken back: Answered: {choice}, 恒泰机械, phone. The conflict is open again."
    assert picture(device) == before
    device.sync()
    assert picture(device)[:3] == before[:3], "it still waits for an answer"
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    assert (hub.row("account", "acc-1")["phone"], hub.row("account", "acc-1")["tier"]) == ("mine", "A")


def test_a_row_that_went_since_the_answer_goes_with_the_last_change_of_it(device: Device, hub: ModelHub) -> None:
    """The answer is taken back: nothing here knew any more that the last full load had not brought the row."""
    found = in_conflict(device, hub)
    device.edit("patch", "account", "acc-1", address="poison")
    device.service.answer(found.id, "theirs")
    hub.refuse["address=poison"] = "validation"
    del hub.rows["account", "acc-1"]
    hub.fail("/v1/sync/changes", answering(410, "cursor-expired"))
    device.sync()
    assert device.only_conflict().kind == "missing"
    assert device.undo.undo().text.endswith("The conflict is open again.")
    device.service.answer(device.only_conflict().id, "theirs")
    device.sync()
    parked = next(item for item in device.service.load().queue if item.state == "parked")
    device.service.discard(parked.mutation_id)
    assert (device.queue(), device.row("account", "acc-1")) == ([], None)


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_row_that_came_again_since_the_answer_is_not_asked_about(device: Device, hub: ModelHub, choice: Any) -> None:
    """It was thought missing: with the old question open again, its answer made or removed a row that the hub has."""
    device.edit("patch", "account", "acc-1", phone="mine")
    away = hub.rows.pop(("account", "acc-1"))
    hub.fail("/v1/sync/changes", answering(410, "cursor-expired"))
    hub.refuse["phone=mine"] = "validation"
    device.sync()
    found = device.only_conflict()
    assert found.kind == "missing"
    device.service.answer(found.id, choice)
    hub.rows["account", "acc-1"] = away
    hub.fail("/v1/sync/changes", answering(410, "cursor-expired"))
    device.sync()
    device.undo.undo()
    assert device.service.load().conflicts == ()
    assert (device.value("account", "acc-1", "phone"), device.value("account", "acc-1", "rev")) == ("mine", away["rev"])
    hub.refuse.clear()
    device.sync()
    assert (hub.row("account", "acc-1")["phone"], device.queue()) == ("mine", [])


def test_an_answer_about_a_field_taken_back_leaves_the_question_of_the_row_that_they_deleted_since(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="mine", address="mine")
    hub.put("account", "acc-1", phone="theirs", address="theirs")
    device.sync()
    device.service.answer(device.service.load().conflicts[0].id, "theirs")
    hub.delete("account", "acc-1")
    device.sync()
    assert device.only_conflict().kind == "delete_edit"
    device.undo.undo()
    assert device.only_conflict().kind == "delete_edit"
    device.service.answer(device.only_conflict().id, "theirs")
    device.sync()
    assert (device.queue(), device.row("account", "acc-1")) == ([], None)


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_field_that_was_asked_about_again_since_the_answer_is_asked_about_once(
    device: Device, hub: ModelHub, choice: Any
) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    device.service.answer(device.only_conflict().id, "theirs")
    device.edit("patch", "account", "acc-1", phone="mine again")
    device.sync()
    device.undo.undo()  # by a change: the hub has it
    hub.put("account", "acc-1", phone="theirs again")
    device.sync()
    assert device.only_conflict().theirs == "theirs again"
    assert device.undo.undo().text.endswith("The conflict is open again.")
    found = device.only_conflict()
    assert (found.mine, found.theirs) == ("theirs", "theirs again"), "my last word was to take my other one back"
    device.service.answer(found.id, choice)
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == {"mine": "theirs", "theirs": "theirs again"}[choice]
    assert (device.queue(), device.service.load().conflicts) == ([], ())


def test_a_deletion_taken_back_leaves_the_question_of_the_field_changed_before_it(
    device: Device, hub: ModelHub
) -> None:
    """The row was asked about on that change; without the deletion the question held it, and asked of nothing."""
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    device.edit("delete", "account", "acc-1")
    hub.put("account", "acc-1", tier="C")
    device.sync()
    assert device.only_conflict().kind == "edit_delete"
    device.undo.undo()
    assert device.service.load().conflicts == ()
    device.edit("patch", "account", "acc-1", address="new road")
    device.sync()
    found = device.only_conflict()
    assert (found.kind, found.field, found.mine, found.theirs) == ("field", "phone", "mine", "theirs")
    device.service.answer(found.id, "mine")
    device.sync()
    sent = hub.row("account", "acc-1")
    assert (sent["phone"], sent["address"], device.queue()) == ("mine", "new road", [])


def test_after_the_answer_the_act_before_it_is_next(device: Device, hub: ModelHub) -> None:
    found = in_conflict(device, hub)
    device.service.answer(found.id, "mine")
    device.undo.undo()
    assert device.undo.undo().text == "Taken back: phone of 恒泰"
    assert (device.value("account", "acc-1", "phone"), device.queue()) == ("theirs", [])
    assert device.service.load().conflicts == ()
    with pytest.raises(NotAllowed):
        device.undo.undo()


def test_an_answer_the_hub_has_is_taken_back_by_an_inverse_change(device: Device, hub: ModelHub) -> None:
    found = in_conflict(device, hub)
    device.service.answer(found.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "mine"
    assert device.undo.undo().text == "Taken back: Answered: mine, 恒泰机械, phone"
    device.sync()
    assert (hub.row("account", "acc-1")["phone"], hub.row("account", "acc-1")["tier"]) == ("theirs", "B")
    assert (device.queue(), device.service.load().conflicts) == ([], ())


def test_theirs_can_be_taken_back_after_any_number_of_syncs_and_asks_about_their_newest_value(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    device.service.answer(device.only_conflict().id, "theirs")
    hub.put("account", "acc-1", phone="theirs anew")
    device.sync()
    assert device.value("account", "acc-1", "phone") == "theirs anew"
    device.undo.undo()
    found = device.only_conflict()
    assert (found.mine, found.theirs) == ("mine", "theirs anew")
    assert device.value("account", "acc-1", "phone") == "mine"
    device.service.answer(found.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "mine"


def test_answers_of_one_row_are_taken_back_one_by_one(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine", address="mine", tier="A")
    hub.put("account", "acc-1", phone="theirs", address="theirs")
    device.sync()
    first, second = device.service.load().conflicts
    both = picture(device)
    device.service.answer(first.id, "mine")
    one = picture(device)
    device.service.answer(second.id, "theirs")
    device.undo.undo()
    assert picture(device) == one
    device.undo.undo()
    assert picture(device) == both


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_row_the_other_side_deleted_is_asked_about_again(device: Device, hub: ModelHub, choice: Any) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.delete("account", "acc-1")
    device.sync()
    found = device.only_conflict()
    before = device.row("account", "acc-1")
    device.service.answer(found.id, choice)
    device.undo.undo()
    assert device.only_conflict() == found
    assert device.queue() == [("acc-1", "conflict")]
    after = device.row("account", "acc-1")
    assert before is not None
    assert after is not None
    assert {k: v for k, v in after.items() if k != "rev"} == {k: v for k, v in before.items() if k != "rev"}
    device.service.answer(found.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "mine"


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_row_i_deleted_and_they_changed_is_asked_about_again(device: Device, hub: ModelHub, choice: Any) -> None:
    device.edit("delete", "account", "acc-1")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    found = device.only_conflict()
    before = picture(device)
    device.service.answer(found.id, choice)
    device.undo.undo()
    assert picture(device) == before
    device.service.answer(found.id, "theirs")
    assert device.value("account", "acc-1", "phone") == "theirs"


def refused(device: Device, hub: ModelHub, *edits: Edit) -> None:
    for edit in edits:
        hub.refuse[edit.id] = "validation"
    device.act(*edits, label="refused")
    device.sync()


def test_a_discarded_correction_comes_back_as_it_was_refused(device: Device, hub: ModelHub) -> None:
    refused(device, hub, Edit("account", "acc-1", "patch", {"phone": "2"}))
    before = picture(device)
    (waiting,) = device.service.load().queue
    assert waiting.state == "parked"
    device.service.discard(waiting.mutation_id)
    assert device.value("account", "acc-1", "phone") == "1"
    assert device.undo.undo().text == "Taken back: Discarded: refused"
    assert picture(device) == before
    assert [receipt.result for receipt in device.service.load().receipts] == []


def test_a_correction_that_comes_back_does_not_hide_the_later_one(device: Device, hub: ModelHub) -> None:
    refused(device, hub, Edit("account", "acc-1", "patch", {"phone": "2", "address": "new road"}))
    device.edit("patch", "account", "acc-1", phone="3")
    before = picture(device)
    (waiting, _later) = device.service.load().queue
    device.service.discard(waiting.mutation_id)
    device.undo.undo()
    assert (device.value("account", "acc-1", "phone"), device.value("account", "acc-1", "address")) == ("3", "new road")
    assert picture(device) == before


def test_a_discarded_creation_comes_back_with_what_depends_on_it(device: Device, hub: ModelHub) -> None:
    hub.refuse["new-1"] = "validation"
    make_customer(device)
    device.sync()
    before = picture(device, "account", "new-1")
    visit = device.row("activity", "visit-1")
    parked = next(item for item in device.service.load().queue if item.state == "parked")
    device.service.discard(parked.mutation_id)
    assert (device.row("account", "new-1"), device.row("activity", "visit-1"), device.queue()) == (None, None, [])
    device.undo.undo()
    assert picture(device, "account", "new-1") == before
    assert device.row("activity", "visit-1") == visit
    del hub.refuse["new-1"]
    device.service.retry(parked.mutation_id)
    device.sync()
    assert hub.row("activity", "visit-1")["account_id"] == "new-1"


def test_a_refused_change_that_was_queued_again_is_refused_again(device: Device, hub: ModelHub) -> None:
    refused(device, hub, Edit("account", "acc-1", "patch", {"phone": "2"}))
    before = picture(device)
    (waiting,) = device.service.load().queue
    device.service.retry(waiting.mutation_id)
    assert device.queue() == [("acc-1", "pending")]
    assert device.undo.undo().text == "Taken back: Queued again: refused"
    assert picture(device) == before
    assert device.undo.undo().text == "Taken back: refused"
    assert device.queue() == []


@pytest.mark.parametrize("is_taken", [True, False])
def test_after_a_retry_was_sent_the_change_itself_is_taken_back(device: Device, hub: ModelHub, is_taken: bool) -> None:
    refused(device, hub, Edit("account", "acc-1", "patch", {"phone": "2"}))
    (waiting,) = device.service.load().queue
    if is_taken:
        hub.refuse.clear()
    device.service.retry(waiting.mutation_id)
    device.sync()
    assert device.queue() == ([] if is_taken else [("acc-1", "parked")])
    assert device.undo.undo().text == "Taken back: refused"
    device.sync()
    assert (device.queue(), hub.row("account", "acc-1")["phone"]) == ([], "1")


def test_what_is_gone_at_the_hub_cannot_be_corrected_again(device: Device, hub: ModelHub) -> None:
    refused(device, hub, Edit("account", "acc-1", "patch", {"phone": "2"}))
    (waiting,) = device.service.load().queue
    device.service.discard(waiting.mutation_id)
    hub.delete("account", "acc-1")
    device.sync()
    with pytest.raises(NotAllowed, match="changed by others"):
        device.undo.undo()
    assert device.queue() == []


def test_acts_are_forgotten_with_their_receipts(device: Device, hub: ModelHub) -> None:
    found = in_conflict(device, hub)
    device.service.answer(found.id, "theirs")
    hub.time = "2027-03-24T00:30:00.000000Z"
    device.sync()
    with device.database.read() as session:
        assert not [key for key in meta.everything(session) if key.startswith("act:")]


def out_of_sight(device: Device, hub: ModelHub) -> None:
    hub.delete("account", "acc-1", reason="scope")
    hub.refuse["acc-1"] = "permission"
    device.sync()


def test_an_answer_taken_back_leaves_what_a_restored_hub_is_to_get_again(device: Device, hub: ModelHub) -> None:
    """It is older than the row that the answer made anew, and the hub may have it."""
    device.edit("patch", "account", "acc-1", tier="A")
    device.sync()
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.delete("account", "acc-1")
    device.sync()
    device.service.answer(device.only_conflict().id, "mine")
    with device.database.write() as session:
        assert receipts.requeue(session, clock.now()) == {("account", "acc-1")}
    device.undo.undo()
    assert device.queue() == [("acc-1", "pending"), ("acc-1", "conflict")]


def nothing_of_it_is_here(device: Device) -> bool:
    with device.database.read() as session:
        return device.row("account", "acc-1") is None and session.get(SyncBaseRow, ("account", "acc-1")) is None


def test_the_first_of_two_answers_taken_back_brings_nothing_of_a_row_that_left_my_sight(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="mine", address="mine")
    hub.put("account", "acc-1", phone="theirs", address="theirs")
    device.sync()
    first, _second = device.service.load().conflicts
    device.service.answer(first.id, "mine")
    out_of_sight(device, hub)
    with pytest.raises(NotAllowed):
        device.undo.undo()
    assert nothing_of_it_is_here(device)
    device.sync()
    (waiting,) = device.service.load().queue
    device.service.discard(waiting.mutation_id)
    assert (nothing_of_it_is_here(device), device.queue()) == (True, [])


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_an_answer_about_a_row_that_left_my_sight_brings_back_what_i_typed_alone(
    device: Device, hub: ModelHub, choice: Any
) -> None:
    """Nobody can be asked about it: the hub has the word on the change, and that is told."""
    found = in_conflict(device, hub)
    device.service.answer(found.id, choice)
    out_of_sight(device, hub)
    assert nothing_of_it_is_here(device)
    words = device.undo.undo().text
    assert words == f"Taken back: Answered: {choice}, 恒泰机械, phone"
    assert (nothing_of_it_is_here(device), device.queue()) == (True, [("acc-1", "pending")])
    assert device.service.load().conflicts == ()
    device.sync()
    assert device.queue() == [("acc-1", "parked")]
    (waiting,) = device.service.load().queue
    device.service.discard(waiting.mutation_id)
    assert (nothing_of_it_is_here(device), device.queue()) == (True, [])


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_an_answer_taken_back_after_they_deleted_the_row_asks_about_that(
    device: Device, hub: ModelHub, choice: Any
) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    found = device.only_conflict()
    device.service.answer(found.id, "theirs")
    hub.delete("account", "acc-1")
    device.sync()
    assert nothing_of_it_is_here(device)
    device.undo.undo()
    question = device.only_conflict()
    assert (question.kind, question.theirs) == ("delete_edit", "deleted")
    assert device.value("account", "acc-1", "phone") == found.mine
    device.service.answer(question.id, choice)
    device.sync()
    assert nothing_of_it_is_here(device) == (choice == "theirs")
    assert device.queue() == []


def test_an_answer_taken_back_shows_my_last_word_though_the_hub_has_that_one(device: Device, hub: ModelHub) -> None:
    """In one push the first change met another value, and the second wrote the very value that was there."""
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", phone="9")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    hub.put("account", "acc-1", phone="7")
    device.sync()
    before = picture(device)
    device.service.answer(device.only_conflict().id, "theirs")
    assert device.value("account", "acc-1", "phone") == "7"
    device.undo.undo()
    assert picture(device) == before
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "9"


def test_a_later_edit_taken_back_shows_my_last_word_before_it_though_the_hub_has_that_one(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", phone="9")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    hub.put("account", "acc-1", phone="7")
    device.sync()
    before = picture(device)
    device.edit("patch", "account", "acc-1", phone="5")
    device.undo.undo()
    assert picture(device) == before
