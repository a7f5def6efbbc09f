"""Every change of a device is counted when it is made, and found again whatever became of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import select

from cockpit import clock
from cockpit.storage import meta
from cockpit.storage.tables import OutboxDoneRow, OutboxRow
from cockpit.sync import ledger, receipts
from cockpit.sync.ledger import Proof
from tests.sync.conftest import Device
from tests.sync.model import ModelHub


def proof(device: Device) -> Proof:
    with device.database.read() as session:
        return ledger.prove(session)


def parts(found: Proof) -> int:
    ended = found.receipts + found.discarded + found.undone + found.answered
    return found.queue + found.conflicts + found.parked + found.blocked + ended


def test_every_end_of_a_change_is_in_the_sum(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    device.edit("patch", "account", "acc-1", tier="A")
    hub.put("account", "acc-1", tier="C")
    hub.refuse["new-1"] = "validation"
    device.edit("create", "account", "new-1", name="New", owner_id="rep-1")
    device.edit("patch", "account", "new-1", phone="3")
    device.sync()
    device.edit("patch", "account", "acc-1", address="new road")
    device.edit("create", "account", "new-2", name="Other", owner_id="rep-1")
    device.undo.undo()
    device.edit("create", "account", "new-3", name="Third", owner_id="rep-1")
    found = proof(device)
    assert found.holds
    assert (found.ops, parts(found)) == (7, 7)
    assert (found.receipts, found.conflicts, found.parked, found.blocked) == (1, 1, 2, 1)
    assert (found.undone, found.queue) == (1, 1)
    device.service.answer(device.only_conflict().id, "mine")
    parked = next(item for item in device.service.load().queue if item.state == "parked")
    device.service.discard(parked.mutation_id)
    device.sync()
    found = proof(device)
    assert found.holds
    assert (found.receipts, found.discarded, found.answered, found.queue, found.blocked) == (3, 2, 2, 0, 0)
    assert found.ops == parts(found) == 8


def test_a_lost_and_a_doubled_change_are_named(device: Device) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.edit("patch", "account", "acc-1", phone="3")
    with device.database.write() as session:
        first = session.exec(select(OutboxRow)).first()
        assert first is not None
        session.execute(delete(OutboxRow).where(OutboxRow.mutation_id == first.mutation_id))  # type: ignore[arg-type]
    found = proof(device)
    assert (found.missing, found.doubled, found.digest_holds, found.holds) == (1, 0, False, False)


def test_a_changed_id_breaks_the_digest_though_the_count_is_right(device: Device) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    with device.database.write() as session:
        session.execute(update(OutboxRow).values(mutation_id="another"))
    found = proof(device)
    assert (found.missing, found.doubled, found.holds) == (0, 0, False)


def test_old_receipts_leave_the_table_and_stay_in_the_sum(device: Device) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    with device.database.write() as session:
        receipts.prune(session, clock.now() + timedelta(days=91))
        assert session.exec(select(OutboxDoneRow)).all() == []
    found = proof(device)
    assert (found.ops, found.receipts, found.holds) == (1, 1, True)


def test_a_file_from_before_the_count_begins_with_what_is_there(device: Device) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    device.sync()
    with device.database.write() as session:
        for key in ("ops", "ops_digest"):
            meta.put(session, key, "")
        meta.put(session, "total_applied", "5")
    assert proof(device).holds
    device.edit("patch", "account", "acc-1", phone="3")
    found = proof(device)
    assert (found.ops, found.receipts, found.queue, found.holds) == (7, 6, 1, True)
