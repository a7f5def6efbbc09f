"""A refused change typed anew: a new one in its place; what waits behind follows, and undo parks the refused one again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from cockpit.errors import BadUse, NotAllowed
from cockpit.services.amending import AmendService
from cockpit.services.desk import Desk
from cockpit.storage.tables import ChangeLogRow, OutboxRow
from cockpit.sync import ledger
from cockpit.sync.outbox import Edit
from tests.sync.conftest import Device
from tests.sync.model import ModelHub
from tests.sync.test_conflicts import VISIT

ACCOUNT = {"name": "Nien", "owner_id": "rep-1", "phone": "x", "address": "lane"}


def amend_of(device: Device) -> AmendService:
    return AmendService(Desk(device.database))


def proved(device: Device) -> ledger.Proof:
    with device.database.read() as session:
        found = ledger.prove(session)
    assert found.holds, found
    return found


def refused_create(device: Device, hub: ModelHub) -> str:
    """A new account that the hub refuses, with a visit at it behind; the id of the refused change."""
    hub.refuse["acc-9"] = "validation"
    device.act(Edit("account", "acc-9", "create", {**ACCOUNT}), label="new Nien")
    device.sync()
    device.act(Edit("activity", "visit-9", "create", {**VISIT, "account_id": "acc-9"}), label="visit at Nien")
    device.edit("patch", "account", "acc-9", label="road", phone="2", address="road")
    device.sync()
    assert device.queue() == [("acc-9", "parked"), ("visit-9", "blocked"), ("acc-9", "blocked")]
    return device.service.load().queue[0].mutation_id


def test_what_waits_behind_a_refused_change_goes_with_the_new_one(device: Device, hub: ModelHub) -> None:
    refused = refused_create(device, hub)
    shown = device.service.load().queue
    assert [item.blocked_by for item in shown] == ["", refused, refused]
    fields = {field.name: field.text for field in amend_of(device).fields(refused)}
    assert fields == {"name": "Nien", "phone": "x", "address": "lane"}
    hub.refuse.clear()
    saved = amend_of(device).save(refused, {"name": "Nine", "phone": "1"})
    assert saved.text == "Corrected and queued again: new Nien"
    assert device.value("account", "acc-9", "name") == "Nine"
    assert device.value("account", "acc-9", "phone") == "2", "a later edit of the field stands"
    assert proved(device).answered == 1
    device.sync()
    assert device.queue() == []
    assert (hub.row("account", "acc-9")["name"], hub.row("account", "acc-9")["phone"]) == ("Nine", "2")
    assert hub.row("activity", "visit-9")["account_id"] == "acc-9"
    assert hub.silent_overwrites == []
    assert device.service.badge().conflicts == 0
    assert proved(device).receipts == 3


def test_undo_of_a_correction_parks_what_was_refused_again(device: Device, hub: ModelHub) -> None:
    def picture() -> tuple[Any, ...]:
        with device.database.read() as session:
            log = session.exec(select(ChangeLogRow.id).order_by(col(ChangeLogRow.id))).all()
            queue = session.exec(select(OutboxRow).order_by(col(OutboxRow.seq))).all()
            kept = [(m.seq, m.mutation_id, m.status, m.patch, m.base, m.depends_on, m.error_text) for m in queue]
        return device.row("account", "acc-9"), device.row("activity", "visit-9"), kept, log

    refused = refused_create(device, hub)
    before = picture()
    amend_of(device).save(refused, {"name": "Nine"})
    assert device.undo.undo().text == "Taken back: Corrected and queued again: new Nien"
    assert picture() == before
    assert proved(device).undone == 1
    amend_of(device).save(refused, {"name": "Nine", "phone": "3"})
    hub.refuse.clear()
    device.sync()
    assert hub.row("account", "acc-9")["name"] == "Nine"
    assert device.undo.undo().text == "Taken back: road", "what was sent is taken back as it was made"
    assert proved(device).ops == 6


def test_a_refused_correction_of_a_field_is_typed_in_its_own_form(device: Device, hub: ModelHub) -> None:
    hub.put("deal", "deal-1", name="pilot", funnel_id="f", stage_id="s", amount_minor=100, owner_id="rep-1")
    device.sync()
    hub.refuse["deal-1"] = "validation"
    device.edit("patch", "deal", "deal-1", label="amount", amount_minor=123_456_00, expected_on="2026-12-01")
    device.sync()
    (parked,) = device.service.load().queue
    assert [field.label for field in parked.fields] == ["amount", "expected on"]
    fields = {field.name: field.text for field in amend_of(device).fields(parked.mutation_id)}
    assert fields == {"amount_minor": "123456", "expected_on": "2026-12-01"}
    with pytest.raises(BadUse, match="no amount"):
        amend_of(device).save(parked.mutation_id, {"amount_minor": "a lot"})
    with pytest.raises(BadUse, match="no time"):
        amend_of(device).save(parked.mutation_id, {"expected_on": "some day"})
    with pytest.raises(NotAllowed, match="what was refused"):
        amend_of(device).save(parked.mutation_id, {"amount_minor": "123456"})
    with pytest.raises(NotAllowed):
        amend_of(device).save(parked.mutation_id, {"rev": "9"})
    hub.refuse.clear()
    amend_of(device).save(parked.mutation_id, {"amount_minor": "1.2万", "expected_on": "2026-12-24"})
    device.sync()
    row = hub.row("deal", "deal-1")
    assert (row["amount_minor"], row["expected_on"]) == (1_200_000, "2026-12-24")
    with pytest.raises(NotAllowed):
        amend_of(device).fields(parked.mutation_id)
