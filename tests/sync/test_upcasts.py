"""Edits queued by an older version: brought to the new wire form with their bases, or parked with their text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import Session, col, select

from cockpit.migrations import upcasts
from cockpit.storage.database import Database
from cockpit.storage.tables import ConflictRow, OutboxDoneRow, OutboxRow, SyncBaseRow
from tests.support.company import ME
from tests.sync.conftest import Device
from tests.sync.model import ModelHub


def version_two(entity: str, values: dict[str, Any]) -> dict[str, Any]:
    """A made-up next version: the phone is called telephone, there is no tier any more."""
    if entity != "account":
        return values
    renamed = {"telephone" if name == "phone" else name: value for name, value in values.items()}
    return {name: value for name, value in renamed.items() if name != "tier"}


@pytest.fixture(autouse=True)
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upcasts.UPCASTS, 2, version_two)


def cast(database: Database, to: int = 2) -> None:
    with database.write() as session:
        upcasts.upcast_file(session.connection(), to)


def queued(session: Session) -> list[OutboxRow]:
    return list(session.exec(select(OutboxRow).order_by(col(OutboxRow.seq))))


def test_queued_edits_and_their_bases_take_the_new_form(device: Device) -> None:
    device.edit("patch", "account", "acc-1", phone="2", address="new road")
    device.sync()
    device.edit("patch", "account", "acc-1", phone="3", address="newer road")
    cast(device.database)
    with device.database.read() as session:
        (waiting,) = queued(session)
        assert (waiting.patch, waiting.schema_v, waiting.status) == (
            {"telephone": "3", "address": "newer road"},
            2,
            "pending",
        )
        assert waiting.base == {"telephone": "2", "address": "new road"}
        base = session.exec(select(SyncBaseRow)).one()
        assert base.base["telephone"] == "2"
        assert "phone" not in base.base
        assert "tier" not in base.base
        receipt = session.exec(select(OutboxDoneRow)).one()
        assert (receipt.patch, receipt.schema_v) == ({"telephone": "2", "address": "new road"}, 2)


def test_an_edit_of_a_removed_field_is_parked_with_its_text(device: Device) -> None:
    device.edit("patch", "account", "acc-1", tier="A")
    device.edit("patch", "account", "acc-1", phone="2")
    cast(device.database)
    with device.database.read() as session:
        lost, kept = queued(session)
        assert (lost.status, lost.error_type, lost.error_text) == ("parked", upcasts.REMOVED, "tier: A")
        assert kept.patch == {"telephone": "2"}


def test_open_conflicts_go_with_their_field(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2", tier="A")
    hub.put("account", "acc-1", phone="9", tier="C")
    device.sync()
    cast(device.database)
    with device.database.read() as session:
        found = {c.field: c for c in session.exec(select(ConflictRow))}
        phone = found["telephone"]
        assert (phone.base, phone.mine, phone.theirs, phone.state) == ("1", "2", "9", "open")
        assert found["tier"].state == "closed"


def test_the_whole_row_of_a_deletion_in_question_is_recast(device: Device, hub: ModelHub) -> None:
    device.edit("delete", "account", "acc-1")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    cast(device.database)
    with device.database.read() as session:
        (asked,) = session.exec(select(ConflictRow))
        assert (asked.base["telephone"], asked.theirs["telephone"], asked.state) == ("1", "9", "open")


def test_what_undo_would_bring_back_is_recast(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.refuse["acc-1"] = "validation"
    device.sync()
    (parked,) = device.service.load().queue
    device.service.discard(parked.mutation_id)
    cast(device.database)
    with device.database.look() as reader:
        ((text,),) = reader.rows("SELECT value FROM meta WHERE key LIKE 'act:%'")
    (ended,) = json.loads(text)["ended"]
    assert (ended["patch"], ended["schema_v"]) == ({"telephone": "2"}, 2)


def test_a_question_about_a_number_is_recast(device: Device, hub: ModelHub) -> None:
    """SQLite keeps the number as a number where its column holds JSON."""
    hub.put("deal", "deal-1", name="Deal", account_id="acc-1", owner_id=ME, amount_minor=1000)
    device.sync()
    device.edit("patch", "deal", "deal-1", amount_minor=2000)
    hub.put("deal", "deal-1", amount_minor=3000)
    device.sync()
    cast(device.database)
    with device.database.read() as session:
        (asked,) = session.exec(select(ConflictRow))
        assert (asked.base, asked.mine, asked.theirs) == (1000, 2000, 3000)


def test_a_question_that_undo_asks_again_is_recast(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", phone="9")
    device.sync()
    (asked,) = device.service.load().conflicts
    device.service.answer(asked.id, "mine")
    cast(device.database)
    with device.database.look() as reader:
        assert reader.rows("SELECT field, state FROM conflict") == [("telephone", "closed")]
        ((text,),) = reader.rows("SELECT value FROM meta WHERE key LIKE 'act:%'")
    shown = json.loads(text)["shown"]
    assert shown["telephone"] == "2"
    assert "phone" not in shown


def test_what_undo_would_bring_back_of_a_removed_field_waits_with_its_text(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", tier="A")
    hub.refuse["acc-1"] = "validation"
    device.sync()
    (parked,) = device.service.load().queue
    device.service.discard(parked.mutation_id)
    cast(device.database)
    with device.database.look() as reader:
        ((text,),) = reader.rows("SELECT value FROM meta WHERE key LIKE 'act:%'")
    (ended,) = json.loads(text)["ended"]
    assert (ended["status"], ended["error_type"], ended["error_text"]) == ("parked", upcasts.REMOVED, "tier: A")


def test_a_second_time_changes_nothing(device: Device) -> None:
    device.edit("patch", "account", "acc-1", phone="2", tier="A")
    cast(device.database)
    with device.database.read() as session:
        before = [mutation.model_dump() for mutation in queued(session)]
    cast(device.database)
    with device.database.read() as session:
        assert [mutation.model_dump() for mutation in queued(session)] == before


def test_versions_are_crossed_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upcasts.UPCASTS, 4, lambda _entity, values: {**values, "country": "CN"})
    assert upcasts.upcast("account", {"phone": "1"}, 1, 4) == {"telephone": "1", "country": "CN"}
    assert upcasts.upcast("account", {"phone": "1"}, 2, 3) == {"phone": "1"}
