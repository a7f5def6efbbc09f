"""The way up under faults: nothing is lost, nothing counts twice, one bad mutation stops no other."""

from __future__ import annotations

import contextlib
import json

import httpx
import pytest

from cockpit.errors import CockpitError, HubUnavailable, VersionTooOld
from cockpit.sync import policy
from tests.sync.conftest import Device
from tests.sync.model import ModelHub, answering, cut_body, lost_request, lost_response

FAULTS = [
    lost_request,
    lost_response,
    cut_body,
    answering(500, "internal"),
    answering(502, "bad-gateway"),
    answering(503, "maintenance", **{"retry-after": "1"}),
    answering(429, "quota", **{"retry-after": "1"}),
    answering(401, "unauthorized"),
    answering(403, "permission"),
    answering(302, "moved", location="https://evil.example.com/"),
]


def without_the_last(hub: ModelHub, request: httpx.Request) -> httpx.Response:
    """An answer that lacks what became of the last change."""
    whole = json.loads(hub.answer(request).content)
    return httpx.Response(200, json={"results": whole["results"][:-1]})


def discard_what_was_refused_before_a_lost_answer(device: Device, hub: ModelHub, row_id: str) -> None:
    """Of the changes of a row the first is refused, and what became of the last is not told."""
    hub.refuse[row_id] = "validation"
    hub.fail("/v1/sync/push", without_the_last)
    device.sync()
    hub.refuse.clear()
    device.service.discard(device.service.load().queue[0].mutation_id)


def make_customer(device: Device, number: int = 1) -> None:
    device.edit("create", "account", f"new-{number}", name=f"Customer {number}", owner_id="rep-1")
    device.edit(
        "create",
        "activity",
        f"visit-{number}",
        rep_id="rep-1",
        owner_id="rep-1",
        account_id=f"new-{number}",
        starts_at="2026-11-24T02:00:00.000000Z",
    )


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", ["/v1/sync/hello", "/v1/sync/push", "/v1/sync/changes"])
def test_any_fault_leaves_the_queue_to_the_next_run(device: Device, hub: ModelHub, path: str, fault: object) -> None:
    make_customer(device)
    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail(path, fault)  # type: ignore[arg-type]
    with pytest.raises(CockpitError) as caught:
        device.sync()
    assert caught.value.exit_code == 4
    device.sync()
    assert device.queue() == []
    assert hub.row("account", "acc-1")["phone"] == "2"
    assert hub.row("activity", "visit-1")["account_id"] == "new-1"
    assert set(hub.counted.values()) == {1}
    assert all("evil" not in seen for seen in hub.seen)


@pytest.mark.parametrize("point", ["locked", "hello", "taken", "answered", "settled", "pulled", "saved", "swept"])
@pytest.mark.parametrize("time", [1, 2, 3])
def test_a_kill_at_any_step_loses_and_doubles_nothing(device: Device, hub: ModelHub, point: str, time: int) -> None:
    make_customer(device)
    device.edit("patch", "account", "acc-1", phone="2")
    hub.put("account", "acc-1", address="new road")
    was_cut = device.sync_killed_at(point, time)  # type: ignore[arg-type]
    assert was_cut or time > 1
    device.sync()
    assert device.queue() == []
    assert device.service.badge().pending == 0
    assert set(hub.counted.values()) == {1}
    assert len(hub.counted) == 3
    for entity, row_id in (("account", "acc-1"), ("account", "new-1"), ("activity", "visit-1")):
        here, there = device.row(entity, row_id), hub.row(entity, row_id)
        assert here is not None
        assert {name: here[name] for name in there} == there
        assert here["pending"] == 0


def test_a_child_waits_for_its_parent(device: Device, hub: ModelHub) -> None:
    make_customer(device, 1)
    make_customer(device, 2)
    hub.refuse["new-1"] = "validation"
    device.sync()
    assert device.queue() == [("new-1", "parked"), ("visit-1", "blocked")]
    assert ("activity", "visit-2") in hub.rows
    (item,) = [item for item in device.service.load().queue if item.state == "parked"]
    assert item.error == "validation it is"
    hub.refuse.clear()
    device.service.retry(item.mutation_id)
    device.sync()
    assert device.queue() == []
    assert ("activity", "visit-1") in hub.rows


def test_a_discarded_creation_takes_its_children_along(device: Device, hub: ModelHub) -> None:
    make_customer(device)
    hub.refuse["new-1"] = "validation"
    device.sync()
    (parked, _child) = device.service.load().queue
    device.service.discard(parked.mutation_id)
    assert device.queue() == []
    assert device.row("account", "new-1") is None
    assert device.row("activity", "visit-1") is None
    assert [receipt.result for receipt in device.service.load().receipts] == ["discarded", "discarded"]


def test_what_the_hub_may_have_taken_is_not_discarded_with_what_it_depends_on(device: Device, hub: ModelHub) -> None:
    """The customer is there already, under the same id: the visit was taken, and the answer about it never came."""
    make_customer(device)
    hub.put("account", "new-1", name="Customer 1", owner_id="rep-1")
    hub.fail("/v1/sync/push", without_the_last)
    device.sync()
    assert device.queue() == [("new-1", "parked"), ("visit-1", "blocked")]
    device.service.discard(device.service.load().queue[0].mutation_id)
    assert device.queue() == [("visit-1", "pending")]
    device.sync()
    assert device.queue() == []
    assert device.value("activity", "visit-1", "account_id") == "new-1"
    assert set(hub.counted.values()) == {1}


def test_a_deletion_that_the_hub_may_have_is_not_discarded_with_what_was_to_bring_the_row_back(
    device: Device, hub: ModelHub
) -> None:
    """Others deleted the row, I made it anew and deleted it: the one is refused, and the answer to the other was lost."""
    hub.delete("account", "acc-1")
    device.sync()
    device.edit("create", "account", "acc-1", name="Customer 1", owner_id="rep-1")
    device.edit("delete", "account", "acc-1")
    discard_what_was_refused_before_a_lost_answer(device, hub, "acc-1")
    assert device.queue() == [("acc-1", "pending")]
    device.sync()
    assert device.queue() == []
    assert device.row("account", "acc-1") is None
    assert sorted(receipt.result for receipt in device.service.load().receipts) == ["applied", "discarded"]


def test_a_deletion_that_the_hub_may_have_is_kept_too_where_the_tombstone_was_never_told(
    device: Device, hub: ModelHub
) -> None:
    """A full load did not bring the row: that it was there before is known from my own change of it alone."""
    device.edit("patch", "account", "acc-1", phone="2")
    hub.delete("account", "acc-1")
    hub.oldest_cursor = hub.rev
    device.sync()
    device.service.answer(device.only_conflict().id, "mine")
    device.edit("delete", "account", "acc-1")
    discard_what_was_refused_before_a_lost_answer(device, hub, "acc-1")
    assert device.queue() == [("acc-1", "pending")]
    device.sync()
    assert device.queue() == []


def test_a_row_that_never_was_at_the_hub_is_discarded_with_its_deletion(device: Device, hub: ModelHub) -> None:
    device.edit("create", "account", "acc-9", name="Customer 9", owner_id="rep-1")
    device.edit("delete", "account", "acc-9")
    discard_what_was_refused_before_a_lost_answer(device, hub, "acc-9")
    assert device.queue() == []
    device.sync()
    assert device.row("account", "acc-9") is None


def test_a_discarded_edit_gives_the_old_value_back(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2", address="mine")
    hub.refuse["acc-1"] = "validation"
    device.sync()
    hub.refuse.clear()
    (parked,) = device.service.load().queue
    device.service.discard(parked.mutation_id)
    assert device.value("account", "acc-1", "phone") == "1"
    assert device.value("account", "acc-1", "address") == "old road"
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "1"


def test_edits_of_one_row_keep_their_order_over_many_batches(device: Device, hub: ModelHub) -> None:
    for number in range(policy.BATCH * 2 + 5):
        device.edit("patch", "account", "acc-1", phone=f"{number:04}")
    tally = device.sync()
    assert tally.pushed == policy.BATCH * 2 + 5
    assert hub.row("account", "acc-1")["phone"] == f"{policy.BATCH * 2 + 4:04}"
    assert hub.silent_overwrites == []
    assert hub.count("/v1/sync/push") == 3


def test_a_batch_that_is_too_large_is_halved(device: Device, hub: ModelHub) -> None:
    for number in range(8):
        make_customer(device, number)
    hub.fail("/v1/sync/push", answering(413, "too-large"), answering(413, "too-large"))
    device.sync()
    assert device.queue() == []
    assert set(hub.counted.values()) == {1}


def test_one_that_is_too_large_alone_is_parked(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/push", answering(413, "too-large"))
    device.sync()
    assert device.queue() == [("acc-1", "parked")]


def test_a_poisonous_mutation_ends_alone_and_parked(
    device: Device, hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub fails with 500 whenever it sees one mutation; the others get through."""
    device.edit("patch", "account", "acc-1", phone="poison")

    def choke(model: ModelHub, request: object) -> object:
        body = request.content.decode()  # type: ignore[attr-defined]
        model.fail("/v1/sync/push", choke)  # type: ignore[arg-type]
        return answering(500, "internal")(model, request) if "poison" in body else model.answer(request)  # type: ignore[arg-type]

    hub.fail("/v1/sync/push", choke)  # type: ignore[arg-type]
    make_customer(device)
    for hour in range(policy.SUSPECT_AFTER + 5):
        monkeypatch.setenv("COCKPIT_NOW", f"2026-11-{25 + hour // 24}T{hour % 24:02}:00:00+08:00")
        with contextlib.suppress(HubUnavailable):
            device.sync()
        if hour == policy.SUSPECT_AFTER // 2:
            assert ("activity", "visit-1") in hub.rows, "the others pass long before it is given up"
    assert device.queue() == [("acc-1", "parked")]
    assert ("activity", "visit-1") in hub.rows


def test_a_newer_hub_stops_the_push_and_keeps_the_queue(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/push", answering(426, "schema-too-old"))
    with pytest.raises(VersionTooOld):
        device.sync()
    assert device.queue() == [("acc-1", "pending")]


def test_a_place_in_the_queue_is_never_given_twice(device: Device) -> None:
    for phone in ("2", "3", "4"):
        device.edit("patch", "account", "acc-1", phone=phone)
        device.sync()
    assert [receipt.result for receipt in device.service.load().receipts] == ["applied"] * 3


def test_a_missing_result_is_asked_for_again(device: Device, hub: ModelHub) -> None:
    make_customer(device)
    hub.fail("/v1/sync/push", without_the_last)
    device.sync()
    assert device.queue() == []
    assert set(hub.counted.values()) == {1}


def test_only_one_process_syncs_a_file(device: Device) -> None:
    refused: list[str] = []

    def second(point: str) -> None:
        if point == "hello":
            with pytest.raises(CockpitError, match="Another Cockpit") as caught:
                device.sync()
            refused.append(str(caught.value))

    device.sync(second)
    assert len(refused) == 1


def test_what_is_written_meanwhile_does_not_keep_the_rows_from_coming(device: Device, hub: ModelHub) -> None:
    """Somebody writes faster than a round of the push: the run goes on to the pull all the same."""
    device.edit("patch", "account", "acc-1", phone="0")
    hub.put("account", "acc-2", name="New at the hub", owner_id="rep-1")
    written = 0

    def write_on(point: str) -> None:
        nonlocal written
        if point == "answered" and written < 500:
            written += 1
            device.edit("patch", "account", "acc-1", phone=str(written))

    device.sync(write_on)
    assert written <= policy.BATCH + 1
    assert device.value("account", "acc-2", "name") == "New at the hub"
    device.sync()
    assert device.queue() == []


def test_a_device_says_what_it_knows_of_earlier_tries(device: Device, hub: ModelHub) -> None:
    """A hub that forgot, and stands before a CRM that did not, must know which creations are no first ones."""
    told: list[str] = []

    def heard(hub: ModelHub, request: httpx.Request) -> httpx.Response:
        told.extend(mutation["sent"] for mutation in json.loads(request.content)["mutations"])
        return hub.answer(request)

    def heard_in_vain(hub: ModelHub, request: httpx.Request) -> httpx.Response:
        heard(hub, request)
        return lost_response(hub, request)

    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/push", heard_in_vain, heard, heard)
    with pytest.raises(CockpitError):
        device.sync()
    device.sync()
    hub.epoch = "epoch-2"
    device.sync()
    assert told == ["never", "before", "taken"]


def test_of_a_row_that_i_deleted_since_nobody_is_asked_where_it_went(device: Device, hub: ModelHub) -> None:
    told: list[tuple[str, str]] = []

    def heard(hub: ModelHub, request: httpx.Request) -> httpx.Response:
        told.extend((one["op"], one["sent"]) for one in json.loads(request.content)["mutations"])
        return hub.answer(request)

    device.edit("create", "account", "new-1", name="Customer", owner_id="rep-1")
    device.sync()
    device.edit("delete", "account", "new-1")
    device.sync()
    hub.epoch = "epoch-2"
    hub.fail("/v1/sync/push", *[heard] * 4)
    device.sync()
    assert told == [("create", "before"), ("delete", "taken")]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("crm-away", "The CRM behind the hub cannot be asked now (down for maintenance)."),
        (
            "crm-sign-in",
            "The CRM does not take the hub's token any more: whoever runs the hub signs in again with cockpit connect.",
        ),
    ],
)
def test_why_the_hub_cannot_pass_a_change_on_is_shown_while_it_waits(
    device: Device, hub: ModelHub, kind: str, words: str
) -> None:
    """The hub is there, the CRM behind it is not: it waits, and nobody need wonder for what."""

    def later(_hub: ModelHub, request: httpx.Request) -> httpx.Response:
        (mutation,) = json.loads(request.content)["mutations"]
        told = {"type": kind, "title": "t", "status": 503, "detail": "down for maintenance"}
        result = {"mutation_id": mutation["mutation_id"], "status": "retry", "problem": told}
        return httpx.Response(200, json={"results": [result]})

    device.edit("patch", "account", "acc-1", phone="2")
    hub.fail("/v1/sync/push", *[later] * 50)
    device.sync()
    (item,) = device.service.load().queue
    assert (item.state, item.error) == ("waiting", words)
