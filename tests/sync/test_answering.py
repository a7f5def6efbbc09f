"""Answers beyond mine and theirs: a third value, a whole record, another account; each one key, each one undo."""

from __future__ import annotations

import pytest

from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.services.answering import AnswerService
from cockpit.services.desk import Desk
from cockpit.sync import ledger
from tests.sync.conftest import Device
from tests.sync.model import ModelHub
from tests.sync.test_conflicts import VISIT


def answers_of(device: Device) -> AnswerService:
    return AnswerService(Desk(device.database))


def clash(device: Device, hub: ModelHub) -> None:
    """Phone and address in question, the tier not."""
    device.edit("patch", "account", "acc-1", label="visit card", phone="mine", address="my road", tier="A")
    hub.put("account", "acc-1", phone="theirs", address="their road")
    device.sync()


def test_a_third_value_is_what_the_hub_gets(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    address, phone = sorted(answers_of(device).open(), key=lambda item: item.field)
    assert (phone.can_edit, phone.typed, phone.my_text) == (True, "mine", "phone: mine")
    assert answers_of(device).edit(phone.id, "  third ").text == "Answered: a third value, 恒泰机械, phone"
    assert device.value("account", "acc-1", "phone") == "mine", "the row is settled with its last question"
    answers_of(device).answer(address.id, "theirs")
    device.sync()
    row = hub.row("account", "acc-1")
    assert (row["phone"], row["address"], row["tier"]) == ("third", "their road", "A")
    assert device.value("account", "acc-1", "phone") == "third"
    assert hub.silent_overwrites == []
    with device.database.read() as session:
        assert ledger.prove(session).holds


def test_undo_of_a_third_value_shows_mine_again(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    before = answers_of(device).open()
    for one in before:
        answers_of(device).edit(one.id, "third")
    assert answers_of(device).open() == ()
    device.undo.undo()
    device.undo.undo()
    assert answers_of(device).open() == before
    assert device.value("account", "acc-1", "phone") == "mine"


def test_theirs_that_changes_opens_a_question_answered_by_a_third_value(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    address, phone = sorted(answers_of(device).open(), key=lambda item: item.field)
    answers_of(device).edit(phone.id, "third")
    hub.put("account", "acc-1", address="their other road")
    device.sync()
    assert [item.field for item in answers_of(device).open()] == ["address"], "the answer to the phone stands"
    answers_of(device).answer(address.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "third"


def test_mine_for_the_whole_record_is_one_key_and_one_undo(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    before = answers_of(device).open()
    saved = answers_of(device).answer(before[0].id, "mine", is_whole_record=True)
    assert saved.text == "Answered: mine for the whole record, 恒泰机械"
    assert answers_of(device).open() == ()
    device.undo.undo()
    assert answers_of(device).open() == before
    answers_of(device).answer(before[0].id, "mine", is_whole_record=True)
    device.sync()
    row = hub.row("account", "acc-1")
    assert (row["phone"], row["address"]) == ("mine", "my road")


def test_a_third_value_that_cannot_be_read_answers_nothing(device: Device, hub: ModelHub) -> None:
    hub.put("deal", "deal-1", name="pilot", funnel_id="f", stage_id="s", amount_minor=100, owner_id="rep-1")
    device.sync()
    device.edit("patch", "deal", "deal-1", amount_minor=200, stage_id="t")
    hub.put("deal", "deal-1", amount_minor=300, stage_id="u")
    device.sync()
    amount, stage = sorted(answers_of(device).open(), key=lambda item: item.field)
    assert not stage.can_edit
    with pytest.raises(BadUse):
        answers_of(device).edit(amount.id, "much")
    with pytest.raises(NotAllowed):
        answers_of(device).edit(stage.id, "t")
    assert len(answers_of(device).open()) == 2


def test_what_lost_its_account_can_be_given_another(device: Device, hub: ModelHub) -> None:
    hub.put("account", "acc-2", name="明远物流", owner_id="rep-1")
    hub.put("activity", "visit-1", **VISIT)
    device.sync()
    device.edit("patch", "activity", "visit-1", label="result", result="they sign")
    hub.delete("activity", "visit-1")
    hub.delete("account", "acc-1")
    device.sync()
    (found,) = answers_of(device).open()
    assert (found.kind, found.can_attach, found.my_text) == ("delete_edit", True, "result: they sign")
    with pytest.raises(UnknownName):
        answers_of(device).attach(found.id, "nobody")
    assert answers_of(device).attach(found.id, "明远物流").text == "Attached to 明远物流"
    device.undo.undo()
    assert device.value("activity", "visit-1", "account_id") == "acc-1"
    answers_of(device).attach(answers_of(device).open()[0].id, "acc-2")
    device.sync()
    row = hub.row("activity", "visit-1")
    assert (row["account_id"], row["result"]) == ("acc-2", "they sign")


def test_mine_is_shown_with_what_was_typed_since_the_question(device: Device, hub: ModelHub) -> None:
    clash(device, hub)
    device.edit("patch", "account", "acc-1", phone="newer")
    phone = next(item for item in answers_of(device).open() if item.field == "phone")
    assert (phone.mine, phone.typed, phone.my_text) == ("newer", "newer", "phone: newer")
    for one in answers_of(device).open():
        answers_of(device).answer(one.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "newer"
