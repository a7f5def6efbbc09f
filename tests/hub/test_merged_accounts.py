"""Two accounts become one: everything moves, everybody is told, and what comes late for the first finds the second."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.hub.world import LEAD, MATE, ME, OTHER, OTHER_LEAD, Client, HubWorld


def merge(client: Client, source: str, into: str, etag: str | None = None) -> httpx.Response:
    etag = etag or client.get(f"/v1/account/{source}").headers.get("etag", '"0"')
    return client.send("POST", f"/v1/account/{source}/merge", json={"into": into}, headers={"If-Match": etag})


@pytest.fixture
def two(hub: HubWorld) -> HubWorld:
    """My account with a bit of everything, and my mate's."""
    hub.account("first")
    hub.account("second", owner=MATE)
    hub.put("contact", "contact-1", account_id="first", name="A", owner_id=None)
    hub.put("opening_window", "window-1", account_id="first", weekday=1, opens="09:00", closes="17:00")
    hub.deal("deal-1", account_id="first")
    hub.patch("deal", "deal-1", stage_id="stage-2")
    hub.visit("visit-1", account_id="first")
    return hub


def test_everything_moves_and_the_tombstone_says_where_to(two: HubWorld) -> None:
    lead, mine, his = two.client(LEAD), two.client(ME), two.client(MATE)
    cursors = {client.device: client.pull().cursor for client in (mine, his)}
    answer = merge(lead, "first", "second")
    assert (answer.status_code, answer.json()["id"]) == (200, "second")
    assert answer.headers["etag"] == lead.get("/v1/account/second").headers["etag"]
    for entity, row_id in (
        ("contact", "contact-1"),
        ("opening_window", "window-1"),
        ("deal", "deal-1"),
        ("activity", "visit-1"),
    ):
        assert lead.get(f"/v1/{entity}/{row_id}").json()["account_id"] == "second"
    told, received = mine.pull(cursors[mine.device]), his.pull(cursors[his.device])
    (stone,) = [entry for entry in told.deleted if entry["entity"] == "account"]
    assert (stone["id"], stone["reason"], stone["merged_into"], stone["by_id"]) == ("first", "deleted", "second", LEAD)
    assert {"contact-1", "deal-1", "visit-1"} <= {row["data"]["id"] for row in received.rows}
    assert len(received.ids("stage_change")) == 1
    assert ("contact", "contact-1") in told.gone("scope")
    assert told.ids("activity") == ["visit-1"], "his own visits stay with him"
    for client in (mine, his, lead):
        fresh = {(row["entity"], row["data"]["id"]): row["data"] for row in client.pull().rows}
        lines = client.get("/v1/sync/snapshot").text.count('"entity":')
        assert all(row.get("account_id") != "first" or key[0] == "change_log" for key, row in fresh.items())
        assert lines >= len(fresh)


def test_the_old_owner_is_told_of_everything_he_no_longer_sees(two: HubWorld) -> None:
    me = two.client(ME)
    before = me.pull()
    held = {(row["entity"], row["data"]["id"]) for row in before.rows}
    assert merge(two.client(LEAD), "first", "second").status_code == 200
    after = me.pull(before.cursor)
    held |= {(row["entity"], row["data"]["id"]) for row in after.rows}
    held -= {(entry["entity"], entry["id"]) for entry in after.deleted}
    assert held == {(row["entity"], row["data"]["id"]) for row in me.pull().rows}


def test_opening_hours_are_not_doubled(two: HubWorld) -> None:
    two.put("opening_window", "window-2", account_id="second", weekday=2, opens="10:00", closes="18:00")
    assert merge(two.client(LEAD), "first", "second").status_code == 200
    rows = two.client(LEAD).get("/v1/opening_window").json()["rows"]
    assert [row["id"] for row in rows] == ["window-2"]


def test_a_visit_logged_offline_for_the_merged_account_is_hung_on_the_other_one(two: HubWorld) -> None:
    assert merge(two.client(LEAD), "first", "second").status_code == 200
    values = {"account_id": "first", "starts_at": "2026-11-24T02:00:00Z", "status": "held"}
    create = two.mutation("activity", "visit-9", "create", values)
    applied, again = two.client(ME).push(create, create)
    assert (applied["status"], applied["row"]["account_id"], applied["row"]["owner_id"]) == ("applied", "second", ME)
    assert (again["status"], again["row"]["account_id"]) == ("replayed", "second")
    assert two.client(MATE).get("/v1/activity/visit-9").status_code == 200


def test_it_is_followed_through_a_second_merge(two: HubWorld) -> None:
    two.account("third", owner=MATE)
    lead = two.client(LEAD)
    assert [merge(lead, *pair).status_code for pair in (("first", "second"), ("second", "third"))] == [200, 200]
    move = two.mutation("activity", "visit-9", "create", {"account_id": "first", "starts_at": "2026-11-24T02:00:00Z"})
    assert two.client(ME).push(move)[0]["row"]["account_id"] == "third"


def test_who_never_saw_the_first_account_gets_nothing_onto_the_second(two: HubWorld) -> None:
    assert merge(two.client(LEAD), "first", "second").status_code == 200
    create = two.mutation("activity", "visit-9", "create", {"account_id": "first", "starts_at": "2026-11-24T02:00:00Z"})
    (result,) = two.client(OTHER).push(create)
    assert (result["status"], result["problem"]["type"]) == ("rejected", "missing-parent")


def test_an_edit_of_the_merged_account_is_a_conflict_that_names_the_other_one(two: HubWorld) -> None:
    assert merge(two.client(LEAD), "first", "second").status_code == 200
    (result,) = two.client(ME).push(two.mutation("account", "first", "patch", {"phone": "1"}, base={"phone": ""}))
    assert (result["status"], result["problem"]["type"]) == ("conflict", "deleted")
    assert result["problem"]["merged_into"] == "second"


def test_once_more_changes_nothing(two: HubWorld) -> None:
    lead = two.client(LEAD)
    etag = lead.get("/v1/account/first").headers["etag"]
    assert merge(lead, "first", "second", etag).status_code == 200
    cursor = lead.pull().cursor
    assert merge(lead, "first", "second", etag).json()["id"] == "second"
    after = lead.pull(cursor)
    assert (after.rows, after.deleted) == ([], [])


REFUSALS: list[tuple[str, str, str, dict[str, Any], str]] = [
    (ME, "first", "second", {}, "permission"),
    (OTHER_LEAD, "first", "second", {}, "missing"),
    (LEAD, "first", "other", {}, "missing-parent"),
    (LEAD, "first", "first", {}, "missing-parent"),
    (LEAD, "first", "nowhere", {}, "missing-parent"),
    (LEAD, "nowhere", "second", {}, "missing"),
    (LEAD, "%00", "second", {}, "missing"),
    (LEAD, "first", "second", {"headers": {}}, "if-match-missing"),
    (LEAD, "first", "second", {"headers": {"If-Match": '"1"'}}, "stale"),
    (LEAD, "first", "second", {"json": {"into": "a b"}}, "validation"),
    (LEAD, "first", "house", {}, "permission"),
]


def test_what_is_refused_leaves_everything_as_it_was(two: HubWorld) -> None:
    two.account("other", owner=OTHER)
    two.put("account", "house", name="House")
    etag = two.client(LEAD).get("/v1/account/first").headers["etag"]
    for person, source, into, options, type_ in REFUSALS:
        asked = {"json": {"into": into}, "headers": {"If-Match": etag}, **options}
        answer = two.client(person).send("POST", f"/v1/account/{source}/merge", **asked)
        assert answer.json()["type"] == type_, (person, source, into, answer.text)
    assert two.client(ME).get("/v1/account/first").headers["etag"] == etag
