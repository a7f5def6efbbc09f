"""What the fault simulator found, each in small."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from cockpit import clock
from cockpit.errors import HubUnavailable
from cockpit.storage import meta
from cockpit.storage.database import remove_files
from cockpit.storage.tables import ChangeLogRow, ConflictRow, OutboxRow, SyncBaseRow
from cockpit.sync import outbox, receipts, undo
from tests.reliability import old_files
from tests.sync.conftest import Device
from tests.sync.model import TIME, ModelHub, answering, lost_request, lost_response


def refuse_phones(hub: ModelHub) -> None:
    judge = hub._judge
    hub._judge = lambda m: judge(m) if "phone" not in m["patch"] else {  # type: ignore[method-assign]
        "mutation_id": m["mutation_id"], "rev": 0, "row": None, "fields": [], "status": "rejected",
        "problem": {"type": "validation", "title": "validation", "status": 422, "detail": ""},
    }  # fmt: skip


def test_an_edit_behind_a_refused_creation_is_no_deletion_by_somebody(device: Device, hub: ModelHub) -> None:
    """In one push the creation is refused, and so the edit of it meets no row: nobody has deleted it."""
    hub.refuse["acc-9"] = "unique"
    judge = hub._judge
    hub._judge = lambda m: judge(m) if m["op"] == "create" else {  # type: ignore[method-assign]
        "mutation_id": m["mutation_id"], "rev": 0, "row": None, "fields": [], "status": "rejected",
        "problem": {"type": "missing", "title": "missing", "status": 404, "detail": ""},
    }  # fmt: skip
    device.edit("create", "account", "acc-9", name="新客户", owner_id="rep-1")
    device.edit("patch", "account", "acc-9", phone="2")
    device.sync()
    assert device.queue() == [("acc-9", "parked"), ("acc-9", "blocked")]
    assert device.service.load().conflicts == ()
    assert device.value("account", "acc-9", "pending") == 2


def test_discarding_a_refused_creation_keeps_the_row_the_hub_has(device: Device, hub: ModelHub) -> None:
    hub.refuse["acc-9"] = "unique"
    device.edit("create", "account", "acc-9", name="新客户", owner_id="rep-1")
    device.sync()
    hub.put("account", "acc-9", name="新客户", phone="9", owner_id="rep-1")
    device.sync()
    (mutation,) = device.service.load().queue
    device.service.discard(mutation.mutation_id)
    assert device.value("account", "acc-9", "phone") == "9"
    assert device.value("account", "acc-9", "pending") == 0


def test_a_delete_that_found_nothing_leaves_no_log_entry_behind(device: Device, hub: ModelHub) -> None:
    hub.put("contact", "con-9", name="李工", account_id="acc-1", owner_id="rep-1")
    device.sync()
    device.edit("delete", "contact", "con-9")
    hub.delete("contact", "con-9")
    device.sync()
    assert device.queue() == []
    with device.database.read() as session:
        assert session.exec(select(ChangeLogRow.id).where(ChangeLogRow.rev == 0)).all() == []


def test_a_row_that_comes_back_takes_its_question_with_it(device: Device, hub: ModelHub) -> None:
    """Deleted there and brought back before anybody answered: the edit goes on, and "theirs" must not hide the row."""
    device.edit("patch", "account", "acc-1", phone="2")
    hub.delete("account", "acc-1")
    device.sync()
    assert [conflict.kind for conflict in device.service.load().conflicts] == ["delete_edit"]
    hub.put("account", "acc-1", name="恒泰机械", phone="1", tier="B", owner_id="rep-1", address="old road")
    device.sync()
    assert device.service.load().conflicts == ()
    device.sync()
    assert device.queue() == []
    assert hub.row("account", "acc-1")["phone"] == "2"
    assert device.value("account", "acc-1", "phone") == "2"


def test_discarding_a_refused_deletion_shows_no_row_that_left_my_sight(device: Device, hub: ModelHub) -> None:
    hub.put("contact", "con-9", name="李工", account_id="acc-1", owner_id="rep-1")
    device.sync()
    device.edit("delete", "contact", "con-9")
    hub.refuse["con-9"] = "permission"
    hub.delete("contact", "con-9", reason="scope")
    device.sync()
    (mutation,) = device.service.load().queue
    device.service.discard(mutation.mutation_id)
    assert device.row("contact", "con-9") is None


def test_undo_of_a_deletion_whose_fate_is_unknown_counts_both_in_the_queue(device: Device, hub: ModelHub) -> None:
    """The deletion may have arrived: it stays queued, and the row made again waits behind it."""
    hub.put("contact", "con-9", name="李工", account_id="acc-1", owner_id="rep-1")
    device.sync()
    device.edit("delete", "contact", "con-9")
    hub.fail("/v1/sync/push", lost_response)
    with pytest.raises(HubUnavailable):
        device.sync()
    device.undo.undo()
    assert len(device.queue()) == 2
    assert device.value("contact", "con-9", "pending") == 2


def test_discarding_a_refused_deletion_brings_no_row_back_that_others_deleted(device: Device, hub: ModelHub) -> None:
    hub.put("contact", "con-9", name="李工", account_id="acc-1", owner_id="rep-1")
    device.sync()
    device.edit("delete", "contact", "con-9")
    hub.refuse["con-9"] = "permission"
    device.sync()
    hub.delete("contact", "con-9")
    device.sync()
    (mutation,) = device.service.load().queue
    device.service.discard(mutation.mutation_id)
    assert device.row("contact", "con-9") is None


def test_a_row_acknowledged_before_a_full_load_begins_may_leave_my_sight_until_then(
    device: Device, hub: ModelHub
) -> None:
    hub.put("account", "acc-2", name="Gone to a colleague", phone="1", owner_id="rep-1")
    device.sync()
    device.edit("patch", "account", "acc-2", phone="2")
    hub.epoch = "epoch-2"
    hub.fail("/v1/sync/snapshot", lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert device.queue() == []
    del hub.rows["account", "acc-2"]
    device.sync()
    assert device.row("account", "acc-2") is None


def test_a_row_deleted_here_that_a_full_load_did_not_bring_is_not_shown_again(device: Device, hub: ModelHub) -> None:
    """It left the viewer's sight meanwhile: of the row, not even what was last received may stay."""
    hub.put("account", "acc-2", name="Gone to a colleague", owner_id="rep-1")
    device.sync()
    hub.refuse["acc-2"] = "permission"
    device.edit("delete", "account", "acc-2")
    del hub.rows["account", "acc-2"]
    hub.fail("/v1/sync/changes", answering(410, "scope-changed"))
    device.sync()
    (parked,) = device.service.load().queue
    device.service.discard(parked.mutation_id)
    assert device.row("account", "acc-2") is None


def test_a_wait_set_by_a_clock_that_ran_ahead_ends_with_it(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    with device.database.write() as session:
        for mutation in session.exec(select(OutboxRow)):
            mutation.next_try_at, mutation.attempts = clock.now() + timedelta(days=365), 1
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"


def test_receipts_grow_old_by_the_clock_of_the_hub(
    device: Device, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.fromisoformat(TIME)
    monkeypatch.setattr(clock, "now", lambda: now)
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=365))
    device.sync()
    assert len(device.service.load().receipts) == 1


def test_a_question_shows_what_came_last_even_where_it_would_merge_now(device: Device, hub: ModelHub) -> None:
    """Theirs goes back to what I had seen: an answer goes on top of that, so that is what is shown."""
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    hub.put("account", "acc-1", phone="1")
    device.sync()
    with device.database.read() as session:
        (asked,) = session.exec(select(ConflictRow).where(ConflictRow.state == "open"))
        assert (asked.mine, asked.theirs) == ("2", "1")


def test_a_question_is_refreshed_behind_which_the_row_is_deleted_here(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    device.edit("delete", "account", "acc-1")
    hub.put("account", "acc-1", phone="7")
    device.sync()
    with device.database.read() as session:
        found = session.exec(select(ConflictRow).where(ConflictRow.field == "phone")).one()
        assert found.theirs == "7"


def test_the_row_of_a_restored_hub_counts_whatever_its_revision(device: Device, hub: ModelHub) -> None:
    """Its revisions begin lower than those from before. Until the full load begins, the answers to a push bring rows."""
    for phone in ("7", "8", "9"):
        hub.put("account", "acc-1", phone=phone)
    device.sync()
    device.edit("patch", "account", "acc-1", phone="2")
    hub.epoch = "another"
    hub.rows["account", "acc-1"] |= {"phone": "1", "rev": 1}
    hub.fail("/v1/sync/snapshot", lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    device.service.answer(device.only_conflict().id, "theirs")
    assert device.value("account", "acc-1", "phone") == "1"


def test_an_answer_without_the_row_to_what_the_hub_had_before_tells_nothing_of_theirs(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    device.edit("patch", "account", "acc-1", phone="3")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    hub.epoch = "another"
    hub.delete("account", "acc-1")
    hub.fail("/v1/sync/snapshot", lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert device.only_conflict().theirs == "9"
    device.service.answer(device.only_conflict().id, "theirs")
    assert device.value("account", "acc-1", "phone") == "9"


def test_a_row_made_here_and_deleted_before_the_answer_came_goes_with_the_next_full_load(
    device: Device, hub: ModelHub
) -> None:
    device.edit("create", "account", "acc-9", name="新客户", owner_id="rep-1")
    hub.fail("/v1/sync/push", lost_response)
    with pytest.raises(HubUnavailable):
        device.sync()
    del hub.rows["account", "acc-9"]
    hub.fail("/v1/sync/changes", answering(410, "cursor-expired"))
    device.sync()
    assert (device.queue(), device.row("account", "acc-9")) == ([], None)


def test_what_is_sent_again_and_meets_a_question_waits_behind_it(device: Device, hub: ModelHub) -> None:
    """Before, it was sent to the hub and refused without end."""
    refuse_phones(hub)
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", address="new road")
    device.sync()
    hub.delete("account", "acc-1")
    device.sync()
    assert device.queue() == [("acc-1", "conflict")]
    hub.epoch = "another"
    hub.applied.clear()
    device.sync()
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]


def test_what_was_acknowledged_after_a_change_in_question_waits_behind_it(device: Device, hub: ModelHub) -> None:
    """A restored hub has lost three. Before, each was sent in a run of its own, only to come behind the question."""
    for phone in ("2", "3", "4"):
        device.edit("patch", "account", "acc-1", phone=phone)
        device.sync()
    judge, questions = hub._judge, list[str]()

    def in_order(m: dict[str, Any]) -> dict[str, Any]:
        found = {"status": "retry"} if questions else judge(m)
        questions.extend([m["mutation_id"]] if found["status"] == "conflict" else [])
        return {"mutation_id": m["mutation_id"], **found}

    hub._judge = in_order  # type: ignore[method-assign]
    hub.epoch = "another"
    hub.applied.clear()
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert len(questions) == 1
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked"), ("acc-1", "blocked")]
    assert (device.only_conflict().mine, device.only_conflict().theirs) == ("4", "9")


def test_a_deletion_behind_a_question_is_asked_about_in_its_place(device: Device, hub: ModelHub) -> None:
    """One question holds the deletion and what it comes after: none of them is sent to be asked about again."""
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    device.edit("delete", "account", "acc-1")
    hub.put("account", "acc-1", address="new road")
    device.sync()
    assert (device.only_conflict().kind, device.queue()) == (
        "edit_delete",
        [("acc-1", "conflict"), ("acc-1", "blocked")],
    )
    device.sync()
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    assert (device.queue(), ("account", "acc-1") in hub.rows) == ([], False)


def test_a_deletion_survives_a_hub_that_has_lost_the_row_for_a_while(device: Device, hub: ModelHub) -> None:
    """Restored from a backup it does not know the row, until the device that made it sends it again."""
    made = {"name": "Made by another device", "owner_id": "rep-1"}
    hub.put("account", "acc-2", **made)
    device.sync()
    device.edit("delete", "account", "acc-2")
    hub.epoch = "another"
    del hub.rows["account", "acc-2"]
    device.sync()
    assert device.queue() == [("acc-2", "parked")]
    hub.put("account", "acc-2", **made)
    device.sync()
    assert (device.queue(), device.row("account", "acc-2")) == ([("acc-2", "pending")], None)
    device.sync()
    assert (device.queue(), ("account", "acc-2") in hub.rows) == ([], False)


def test_what_a_restored_hub_is_sent_again_passes_a_parked_change_as_it_did_before(
    device: Device, hub: ModelHub
) -> None:
    """Both went in one push, and the first was refused: held behind it, the hub would be without the second for ever."""
    refuse_phones(hub)
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", address="new road")
    device.sync()
    assert device.queue() == [("acc-1", "parked")]
    hub.epoch = "another"
    hub.applied.clear()
    hub.put("account", "acc-1", address="old road")
    device.sync()
    assert device.queue() == [("acc-1", "parked")]
    assert hub.row("account", "acc-1")["address"] == "new road"


def test_two_changes_of_one_field_in_one_push_are_one_question(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", phone="3")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    question = device.only_conflict()
    assert (question.mine, question.theirs) == ("3", "9")
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]
    device.service.answer(question.id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "3"
    assert device.queue() == []


def test_a_row_in_question_that_a_full_load_does_not_bring_is_asked_about_as_a_whole(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    del hub.rows["account", "acc-1"]
    hub.put("account", "acc-2", name="Another", owner_id="rep-1")
    hub.fail("/v1/sync/changes", answering(410, "scope-changed"))
    device.sync()
    assert device.only_conflict().kind == "missing"
    device.service.answer(device.only_conflict().id, "theirs")
    assert device.row("account", "acc-1") is None
    assert device.queue() == []


def test_undoing_my_edit_of_a_row_that_others_deleted_shows_no_row(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.delete("account", "acc-1")
    device.sync()
    assert device.only_conflict().kind == "delete_edit"
    device.undo.undo()
    device.sync()
    assert device.row("account", "acc-1") is None
    assert device.service.load().conflicts == ()


def test_a_row_that_is_deleted_behind_a_question_leaves_one_question(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.only_conflict().kind == "field"
    hub.delete("account", "acc-1")
    device.sync()
    assert device.only_conflict().kind == "delete_edit"
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"
    assert device.queue() == []


def test_of_a_row_in_question_that_leaves_my_sight_my_change_is_refused_and_told(device: Device, hub: ModelHub) -> None:
    """Nobody can be asked about a row that may not be seen, and an answer to it would be lost."""
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.only_conflict().mine == "2"
    hub.delete("account", "acc-1", reason="scope")
    hub.refuse["acc-1"] = "permission"
    device.sync()
    assert device.service.load().conflicts == ()
    device.sync()
    assert device.queue() == [("acc-1", "parked")]


def test_undo_of_an_answer_about_a_row_that_is_gone_since_takes_nothing_of_mine_for_theirs(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    device.edit("patch", "account", "acc-1", address="new road")
    device.service.answer(device.only_conflict().id, "mine")
    hub.delete("account", "acc-1")
    hub.fail("/v1/sync/changes", lost_response)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert device.only_conflict().kind == "delete_edit"
    device.undo.undo()
    assert device.only_conflict().theirs == "9"
    with device.database.read() as session:
        received = session.exec(select(SyncBaseRow)).one().base
    assert (received["phone"], received["address"]) == ("9", "old road")


def test_of_a_row_that_both_deleted_its_fields_are_asked_about_no_more(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    device.edit("delete", "account", "acc-1")
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]
    hub.delete("account", "acc-1")
    device.sync()
    device.sync()
    question = device.only_conflict()
    assert (question.kind, question.field) == ("delete_edit", "")
    device.service.answer(question.id, "mine")
    assert (device.queue(), device.row("account", "acc-1")) == ([], None)


def test_of_a_row_deleted_behind_a_question_that_a_load_does_not_bring_nothing_is_asked(
    device: Device, hub: ModelHub
) -> None:
    """An answer would find nothing that it is about, and the deletion would end without a word."""
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.only_conflict().mine == "2"
    device.edit("delete", "account", "acc-1")
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]
    del hub.rows["account", "acc-1"]
    hub.rev += 1
    hub.oldest_cursor, hub.gone_kind = hub.rev, "scope-changed"
    hub.refuse["acc-1"] = "permission"
    device.sync()
    assert device.service.load().conflicts == ()
    device.sync()
    assert [status for _id, status in device.queue()] == ["parked", "parked"]


def test_a_hub_restored_while_the_first_load_had_brought_little_is_noticed(
    device_at: Callable[[str], Device], hub: ModelHub
) -> None:
    """The load goes on at the place it had, whose cursor is higher than what the restored hub counts anew from."""
    device = device_at("two")
    for phone in ("7", "8", "9"):
        hub.put("account", "acc-1", phone=phone)
    hub.fail("/v1/sync/snapshot", lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    hub.rev -= 2
    device.sync()
    with device.database.read() as session:
        assert meta.get(session, "generation") == "2", "everything was read anew"


def test_undo_of_one_of_two_edits_of_a_row_that_others_deleted_leaves_the_question(
    device: Device, hub: ModelHub
) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.delete("account", "acc-1")
    device.sync()
    with device.database.write() as session:
        (first,) = session.exec(select(OutboxRow))
        edit = outbox.Edit("account", "acc-1", "patch", {"tier": "A"})
        outbox.submit(session, [edit], actor_id="rep-1", label="later", now=clock.now())
        undo.withdraw(session, [first], "undone", clock.now())
    assert device.queue() == [("acc-1", "conflict")]
    device.service.answer(device.only_conflict().id, "mine")
    device.sync()
    assert (hub.row("account", "acc-1")["phone"], hub.row("account", "acc-1")["tier"]) == ("1", "A")


def test_a_row_that_is_made_again_waits_for_the_answers_to_what_was_before(device: Device, hub: ModelHub) -> None:
    """In one push the old edits would be refused, the row be made, and the old edits then come after it."""
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("delete", "account", "acc-1")
    device.edit("create", "account", "acc-1", name="Again", owner_id="rep-1")
    hub.delete("account", "acc-1")
    device.sync()
    assert device.only_conflict().kind == "delete_edit"
    assert [status for _id, status in device.queue()][:1] == ["conflict"]
    assert ("account", "acc-1") not in hub.rows, "the new row waits for the answer"


def test_mine_is_what_i_typed_and_not_what_somebody_wrote_before_the_restore(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    hub.put("account", "acc-1", phone="9")
    device.sync()
    hub.epoch, hub.applied = "another", {}
    hub.rows["account", "acc-1"] |= {"phone": "7"}
    device.sync()
    question = device.only_conflict()
    assert (question.mine, question.theirs, device.value("account", "acc-1", "phone")) == ("2", "7", "2")


def test_what_waited_for_a_change_that_was_let_go_is_judged_without_it(device: Device, hub: ModelHub) -> None:
    """Else the hub would answer "not yet" for ever."""
    device.edit("create", "contact", "con-9", name="Wang", account_id="let-go", owner_id="rep-1")
    with device.database.write() as session:
        (mutation,) = session.exec(select(OutboxRow))
        mutation.depends_on = "let-go"
    device.sync()
    device.sync()
    assert device.queue() == [("con-9", "parked")]


def test_discarding_the_deletion_of_a_row_i_made_shows_it_not_again_once_it_left_my_sight(
    device: Device, hub: ModelHub
) -> None:
    device.edit("create", "account", "acc-9", name="New", owner_id="rep-1")
    hub.fail("/v1/sync/push", lost_response)
    with pytest.raises(HubUnavailable):
        device.sync()
    device.edit("delete", "account", "acc-9")
    hub.refuse["acc-9"] = "permission"
    hub.delete("account", "acc-9", reason="scope")
    device.sync()
    (waiting,) = device.service.load().queue
    device.service.discard(waiting.mutation_id)
    assert (device.queue(), device.row("account", "acc-9")) == ([], None)


def test_a_restore_that_nobody_announced_is_told_though_others_gave_its_revisions_again(
    device: Device, hub: ModelHub
) -> None:
    """The head is higher than what was met by then; only the mark of the start after the restore tells."""
    hub.mark = "first"
    device.edit("patch", "account", "acc-1", tier="A")
    device.sync()
    backup, taken = dict(hub.rows), dict(hub.applied)
    hub.lasted["first"] = hub.rev
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("create", "account", "acc-9", name="新客户", phone="1", owner_id="rep-1")
    device.sync()
    device.edit("patch", "account", "acc-9", phone="3")
    hub.rows, hub.applied, hub.rev, hub.mark = backup, taken, hub.lasted["first"], "second"
    for number in range(20):
        hub.put("contact", f"con-{number}", name="其他", account_id="acc-1", owner_id="rep-1")
    device.sync()
    device.sync()
    assert device.queue() == []
    assert hub.row("account", "acc-1")["phone"] == "2"
    assert (hub.row("account", "acc-9")["name"], hub.row("account", "acc-9")["phone"]) == ("新客户", "3")
    assert device.value("contact", "con-0", "name") == "其他"
    assert device.value("account", "acc-9", "rev") == hub.row("account", "acc-9")["rev"]


def test_a_place_before_the_restore_point_needs_no_new_load(device: Device, hub: ModelHub) -> None:
    hub.mark = "first"
    hub.put("account", "acc-1", tier="A")
    device.sync()
    hub.lasted["first"], hub.mark = hub.rev, "second"
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert device.value("account", "acc-1", "phone") == "9"
    assert hub.count("/v1/sync/snapshot") == 1


def test_a_cursor_of_another_history_sends_again_what_was_acknowledged(device: Device, hub: ModelHub) -> None:
    """It knows of revisions out of my sight, beyond the place that the greeting was asked about."""
    hub.mark = "first"
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    hub.put("account", "acc-1", phone="1")
    hub.applied.clear()
    hub.fail("/v1/sync/changes", answering(410, "other-history"))
    device.sync()
    with device.database.read() as session:
        assert session.exec(select(OutboxRow.is_again)).all() == [True]
        assert meta.get(session, "generation") == "2"


def put_back_to_first_schema(device: Device) -> None:
    """The file as the first program would have it: it did not keep which load had brought a base."""
    path = device.database.path
    assert path is not None
    device.database.close()
    old = old_files.empty("0001", path.with_name("old.db"))
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        old_files.take_rows(connection, path)
    remove_files(path)
    old.replace(path)


@pytest.mark.parametrize("pages", range(1, 8))
@pytest.mark.parametrize("is_in_sight", [True, False])
def test_an_upgrade_in_the_middle_of_a_load_does_not_guess_what_had_come(
    device: Device, hub: ModelHub, pages: int, is_in_sight: bool
) -> None:
    """Of a row deleted here only its base is left, brought by this load or by the one before: let go, the deletion
    brings back what the hub still shows, and nothing else."""
    hub.refuse["acc-1"] = "permission"
    device.edit("delete", "account", "acc-1")
    device.sync()
    hub.epoch, hub.page_size = "epoch-2", 1
    if not is_in_sight:
        hub.delete("account", "acc-1", reason="scope")
        hub.stones.clear()
    device.sync_killed_at("saved", pages)
    put_back_to_first_schema(device)
    device.database.prepare()
    device.sync()
    (waiting,) = device.service.load().queue
    device.service.discard(waiting.mutation_id)
    device.sync()
    assert device.queue() == []
    assert (device.row("account", "acc-1") is not None) == is_in_sight


def test_a_refused_change_asks_only_about_fields_of_which_no_later_word_of_mine_went_through(
    device: Device, hub: ModelHub
) -> None:
    hub.refuse["address=poison"] = "validation"
    device.edit("patch", "account", "acc-1", address="poison", industry="2")
    device.edit("patch", "account", "acc-1", tier="B", industry="0")
    hub.put("account", "acc-1", address="theirs", industry="0")
    device.sync()
    assert hub.row("account", "acc-1")["tier"] == "B"
    assert [found.field for found in device.service.load().conflicts] == ["address"]
    assert device.value("account", "acc-1", "industry") == "0"
    hub.put("account", "acc-1", phone="9")
    device.sync()
    assert [found.field for found in device.service.load().conflicts] == ["address"]


def second_comes_again(hub: ModelHub, request: httpx.Request) -> httpx.Response:
    """As the real hub does with what stands behind a conflict in one push."""
    first, second = json.loads(request.content)["mutations"]
    met = hub.answer(httpx.Request("POST", request.url, headers=request.headers, json={"mutations": [first]})).json()
    later = {"mutation_id": second["mutation_id"], "status": "retry", "rev": 0, "row": None, "fields": []}
    return httpx.Response(200, json={"results": [*met["results"], later]})


def test_what_a_restored_hub_is_to_get_again_waits_behind_the_question_about_a_deletion_too(
    device: Device, hub: ModelHub
) -> None:
    """First a field of the older change is in question, then the row: it stays one that the hub has had before."""
    for name in ("phone", "address"):
        device.edit("patch", "account", "acc-1", **{name: "mine"})
        device.sync()
    hub.applied.clear()
    hub.put("account", "acc-1", phone="theirs")
    with device.database.write() as session:
        assert receipts.requeue(session, clock.now()) == {("account", "acc-1")}
    hub.fail("/v1/sync/push", second_comes_again)
    device.sync()
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]
    hub.delete("account", "acc-1")
    device.sync()
    assert device.only_conflict().kind == "delete_edit"
    assert device.queue() == [("acc-1", "conflict"), ("acc-1", "blocked")]


def first_comes_again(hub: ModelHub, request: httpx.Request) -> httpx.Response:
    """As the real hub does with a copy of a push: only what was applied is answered, and the first was not."""
    first, second = json.loads(request.content)["mutations"]
    taken = hub.answer(httpx.Request("POST", request.url, headers=request.headers, json={"mutations": [second]})).json()
    later = {"mutation_id": first["mutation_id"], "status": "retry", "rev": 0, "row": None, "fields": []}
    return httpx.Response(200, json={"results": [later, *taken["results"]]})


def test_a_word_that_a_restored_hub_is_to_get_again_is_my_last_one_again(device: Device, hub: ModelHub) -> None:
    """I changed the name and took it back; the second went through and the first waits. Then the hub is restored."""
    before = device.value("account", "acc-1", "name")
    device.edit("patch", "account", "acc-1", name="Another")
    device.edit("patch", "account", "acc-1", name=before)
    hub.fail("/v1/sync/push", first_comes_again, lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert device.queue() == [("acc-1", "pending")]
    hub.epoch = "another"
    hub.fail("/v1/sync/push", lost_request)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert device.queue() == [("acc-1", "pending"), ("acc-1", "pending")]
    assert device.value("account", "acc-1", "name") == before
