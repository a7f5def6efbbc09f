"""What could go wrong on paper, each tried: late, twice, meanwhile, out of order, from two devices."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from cockpit.hub import cursors, feed, push, upkeep
from cockpit.storage.tables import ChangeLogRow, MutationResultRow
from tests.hub.world import HEAD, LEAD, MATE, ME, OTHER, Client, HubWorld

VISIT: dict[str, Any] = {"account_id": "account-1", "starts_at": "2026-11-24T02:00:00Z", "status": "held"}


def _load(client: Client, limit: int) -> tuple[dict[tuple[str, str], dict[str, Any]], str]:
    """What a first load gives, and the cursor to go on from."""
    found, page = {}, ""
    for _turn in range(1000):
        *lines, last = client.get("/v1/sync/snapshot", params={"page": page, "limit": limit}).text.splitlines()
        for line in map(json.loads, lines):
            found[line["entity"], line["data"]["id"]] = line["data"]
        end = json.loads(last)
        if end["next"] is None:
            return found, end["cursor"]
        page = end["next"]
    raise AssertionError("the load has no end")


def _follow(client: Client, held: dict[tuple[str, str], dict[str, Any]], cursor: str) -> None:
    """Apply what follows as a device does: nothing older than what is held."""
    pulled = client.pull(cursor, limit=7)
    for row in pulled.rows:
        key = row["entity"], row["data"]["id"]
        if row["data"]["rev"] >= held.get(key, {"rev": 0})["rev"]:
            held[key] = row["data"]
    for entry in pulled.deleted:
        key = entry["entity"], entry["id"]
        if key in held and entry["rev"] > held[key]["rev"]:
            del held[key]


def test_a_replayed_result_does_not_put_an_old_value_back(hub: HubWorld) -> None:
    me, lead = hub.client(ME), hub.client(LEAD)
    hub.account("account-1")
    first = hub.mutation("account", "account-1", "patch", {"phone": "1"}, base={"phone": ""})
    me.push(first)
    lead.push(hub.mutation("account", "account-1", "patch", {"phone": "2"}, base={"phone": "1"}))
    (result,) = me.push(first)
    newest = lead.get("/v1/account/account-1").json()
    assert (result["status"], result["row"], result["rev"]) == ("replayed", newest, newest["rev"])
    assert newest["phone"] == "2"


def test_what_is_written_while_a_first_load_is_read_arrives(hub: HubWorld) -> None:
    """Writers on threads of their own make, change, hand over and delete, from the first page to the last."""
    for number in range(30):
        hub.account(f"account-{number:02}")
    reader, lead = hub.client(ME), hub.client(LEAD)
    failed: list[Any] = []

    def write(start: int) -> None:
        for number in range(start, 30, 3):
            row_id = f"account-{number:02}"
            rev = lead.get(f"/v1/account/{row_id}").json()["rev"]
            change = (
                hub.mutation("account", row_id, "patch", {"phone": "1"}, base={"phone": ""}),
                hub.mutation("account", row_id, "patch", {"owner_id": MATE}, base={"owner_id": ME}),
                hub.mutation("account", row_id, "delete", base_rev=rev),
            )[number // 3 % 3]
            make = hub.mutation("account", f"new-{number:02}", "create", {"name": "N", "owner_id": ME})
            failed.extend(r for r in lead.push(change, make) if r["status"] != "applied")

    threads = [threading.Thread(target=write, args=(start,)) for start in range(3)]
    for thread in threads:
        thread.start()
    held, cursor = _load(reader, limit=3)
    for thread in threads:
        thread.join()
    assert failed == []
    _follow(reader, held, cursor)
    assert held == _load(reader, limit=2000)[0]


def test_an_account_that_changes_hands_brings_its_history_and_leaves_the_visits(hub: HubWorld) -> None:
    hub.account("account-1")
    me, mate, lead = hub.client(ME), hub.client(MATE), hub.client(LEAD)
    me.push(hub.mutation("activity", "visit-1", "create", VISIT))
    mine, my_cursor = _load(me, 2000)
    his, his_cursor = _load(mate, 2000)
    lead.push(hub.mutation("account", "account-1", "patch", {"owner_id": MATE}, base={"owner_id": ME}))
    _follow(me, mine, my_cursor)
    _follow(mate, his, his_cursor)
    assert ("account", "account-1") not in mine
    assert ("activity", "visit-1") in mine
    assert {("account", "account-1"), ("activity", "visit-1")} <= his.keys()
    assert any(key[0] == "change_log" and row["entity_id"] == "visit-1" for key, row in his.items())


def test_a_visit_that_arrives_before_its_account_waits_for_it(hub: HubWorld) -> None:
    me = hub.client(ME)
    account = hub.mutation("account", "account-1", "create", {"name": "A"})
    visit = hub.mutation("activity", "visit-1", "create", VISIT, depends_on=account["mutation_id"])
    early, made, late = (me.push(mutation)[0]["status"] for mutation in (visit, account, visit))
    assert (early, made, late) == ("retry", "applied", "applied")
    assert [row["id"] for row in me.get("/v1/activity").json()["rows"]] == ["visit-1"]


def test_a_visit_without_its_account_is_refused_and_may_come_again(hub: HubWorld) -> None:
    me = hub.client(ME)
    visit = hub.mutation("activity", "visit-1", "create", VISIT)
    (refused,) = me.push(visit)
    assert (refused["status"], refused["problem"]["type"]) == ("rejected", "missing-parent")
    me.push(hub.mutation("account", "account-1", "create", {"name": "A"}))
    assert me.push(visit)[0]["status"] == "applied"


def test_the_same_visit_made_on_two_devices_is_kept_twice(hub: HubWorld) -> None:
    """Whether it is one is for the person to say."""
    hub.account("account-1")
    me = hub.client(ME)
    near = {**VISIT, "starts_at": "2026-11-24T02:20:00Z"}
    assert me.push(hub.mutation("activity", "visit-1", "create", VISIT), device="phone")[0]["status"] == "applied"
    assert me.push(hub.mutation("activity", "visit-2", "create", near), device="laptop")[0]["status"] == "applied"
    assert [row["id"] for row in me.get("/v1/activity").json()["rows"]] == ["visit-1", "visit-2"]


def test_a_pull_from_the_start_ends_on_a_hub_that_forgot_deletions(hub: HubWorld) -> None:
    """The first pages hold rows that did not change for years; their revisions are older than what was forgotten."""
    me = hub.client(ME)
    for number in range(4):
        hub.account(f"account-{number}")
    hub.visit("visit-1")
    me.push(hub.mutation("activity", "visit-1", "delete", base=me.get("/v1/activity/visit-1").json()))
    hub.later(days=91)
    with hub.database.write() as session:
        upkeep.prune(session, hub.now)
    assert len(me.pull(limit=2).ids("account")) == 4
    held, cursor = _load(me, limit=2)
    _follow(me, held, cursor)
    assert held == _load(me, limit=2000)[0]


def test_a_pull_that_pauses_while_exits_are_forgotten_begins_anew(hub: HubWorld) -> None:
    me = hub.client(ME)
    for number in range(4):
        hub.account(f"account-{number}")
    hub.visit("visit-1")
    page = me.get("/v1/sync/changes", params={"limit": 2}).json()
    hub.patch("account", "account-0", owner_id=OTHER)
    me.push(hub.mutation("activity", "visit-1", "delete", base=me.get("/v1/activity/visit-1").json()))
    hub.later(days=91)
    answer = me.get("/v1/sync/changes", params={"cursor": page["next_cursor"]})
    assert (answer.status_code, answer.json()["type"]) == (410, "cursor-expired")


@pytest.mark.postgres
@pytest.mark.parametrize("hub_database", ["postgres"], indirect=True)
def test_a_row_that_leaves_sight_while_its_page_is_read_is_not_sent_as_the_new_owner_has_it(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where readers do not hold writers up: the hand-over lands between two statements of one page."""
    hub.account("account-1")
    me = hub.client(ME)
    start = me.pull().cursor
    hub.patch("account", "account-1", phone="1")
    bodies = feed._bodies

    def overtaken(session: Session, actor: Any, entries: Sequence[Any]) -> dict[int, bytes]:
        monkeypatch.setattr(feed, "_bodies", bodies)
        hub.patch("account", "account-1", owner_id=MATE, phone="secret")
        return bodies(session, actor, entries)

    monkeypatch.setattr(feed, "_bodies", overtaken)
    page = me.get("/v1/sync/changes", params={"cursor": start})
    assert "secret" not in page.text
    held = {(row["entity"], row["data"]["id"]): row["data"] for row in page.json()["rows"]}
    assert held["account", "account-1"]["phone"] == "1"
    _follow(me, held, page.json()["next_cursor"])
    assert ("account", "account-1") not in held


def test_cursors_never_skip_what_a_slower_writer_commits_later(hub: HubWorld) -> None:
    """Big and small pushes at once; one reader takes single rows, so that its cursor stands between any two."""
    hub.account("account-1")
    writers = (ME, LEAD)
    clients = [hub.client(person, device=f"{person}-{n}") for person in writers for n in range(2)]
    reader = hub.client(HEAD)
    held: dict[tuple[str, str], dict[str, Any]] = {}
    failed: list[Any] = []

    def write(client: Client, number: int) -> None:
        for turn in range(4):
            batch = [
                hub.mutation("account", f"{client.device}-{turn}-{n}", "create", {"name": "A"})
                for n in range(1 if number % 2 else 6)
            ]
            failed.extend(result for result in client.push(*batch) if result["status"] != "applied")

    threads = [threading.Thread(target=write, args=(client, n)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    cursor = ""
    while any(thread.is_alive() for thread in threads):
        page = reader.get("/v1/sync/changes", params={"cursor": cursor, "limit": 3}).json()
        held |= {(row["entity"], row["data"]["id"]): row["data"] for row in page["rows"]}
        cursor = page["next_cursor"]
    _follow(reader, held, cursor)
    assert failed == []
    assert held == _load(reader, 2000)[0]


def test_a_hub_that_came_back_from_a_backup_asks_everybody_to_begin_anew(hub: HubWorld) -> None:
    """Revisions of the lost days are given again: no cursor of before may stand between them."""
    me = hub.client(ME)
    create = hub.mutation("account", "account-1", "create", {"name": "A"})
    me.push(create)
    cursor, epoch = me.pull().cursor, me.get("/v1/sync/hello").json()["epoch"]
    page = json.loads(me.get("/v1/sync/snapshot", params={"limit": 1}).text.splitlines()[-1])["next"]
    with hub.database.write() as session:
        cursors.begin_anew(session, datetime.now(UTC))
    assert me.get("/v1/sync/hello").json()["epoch"] != epoch
    for path, params in (("changes", {"cursor": cursor}), ("snapshot", {"page": page})):
        answer = me.get(f"/v1/sync/{path}", params=params)
        assert (answer.status_code, answer.json()["type"]) == (410, "cursor-expired")
    late = {
        "device_id": me.device,
        "epoch": epoch,
        "mutations": [hub.mutation("account", "account-2", "create", {"name": "B"})],
    }
    answer = me.send("POST", "/v1/sync/push", json=late)
    assert (answer.status_code, answer.json()["type"]) == (409, "restored"), "on its way while the hub was restored"
    assert me.push(create)[0]["status"] == "replayed", "what is there already is not made twice"
    assert me.pull().ids("account") == ["account-1"]


@pytest.mark.parametrize("step", ["_keep", "_with_row"])
def test_a_change_and_its_kept_result_stand_or_fall_together(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The hub ends between the two, or before the answer: a retry finds both or neither."""
    me = hub.client(ME)
    create = hub.mutation("account", "account-1", "create", {"name": "A"})
    head = me.get("/v1/sync/hello").json()["head_rev"]

    def end(*_given: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(push, step, end)
        body = {"device_id": me.device, "mutations": [create]}
        assert me.send("POST", "/v1/sync/push", json=body, raises=False).status_code == 500
    assert me.get("/v1/sync/hello").json()["head_rev"] == head
    assert me.get("/v1/account/account-1").status_code == 404
    with hub.database.read() as session:
        assert session.get(MutationResultRow, create["mutation_id"]) is None
        assert session.get(ChangeLogRow, create["mutation_id"]) is None
    assert [result["status"] for result in me.push(create, create)] == ["applied", "replayed"]
