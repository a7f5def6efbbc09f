"""Single rows over HTTP: ETags, keys against doubles, lists."""

from __future__ import annotations

import pytest

from tests.hub.world import HEAD, LEAD, MATE, ME, OTHER, Client, HubWorld


def test_a_row_carries_its_revision_as_etag(hub: HubWorld) -> None:
    hub.account()
    answer = hub.client(ME).get("/v1/account/account-1")
    assert answer.headers["etag"] == f'"{answer.json()["rev"]}"'
    again = hub.client(ME).get("/v1/account/account-1", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_change_needs_the_revision_it_rests_on(hub: HubWorld) -> None:
    hub.account()
    me = hub.client(ME)
    etag = me.get("/v1/account/account-1").headers["etag"]
    path, body = "/v1/account/account-1", {"phone": "138"}
    without = me.send("PATCH", path, json=body)
    assert (without.status_code, without.json()["type"]) == (428, "if-match-missing")
    done = me.send("PATCH", path, json=body, headers={"If-Match": etag})
    assert (done.status_code, done.json()["phone"]) == (200, "138")
    assert done.headers["etag"] == me.get(path).headers["etag"] != etag
    stale = me.send("PATCH", path, json={"phone": "139"}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["type"]) == (412, "stale")
    assert me.get(path).json()["phone"] == "138"


def test_a_delete_needs_the_revision_it_rests_on(hub: HubWorld) -> None:
    hub.account()
    me = hub.client(ME)
    etag = me.get("/v1/account/account-1").headers["etag"]
    assert me.send("DELETE", "/v1/account/account-1").status_code == 428
    assert me.send("DELETE", "/v1/account/account-1", headers={"If-Match": '"1"'}).status_code == 412
    done = me.send("DELETE", "/v1/account/account-1", headers={"If-Match": etag})
    assert (done.status_code, done.content) == (204, b"")
    assert me.get("/v1/account/account-1").json()["type"] == "missing"


def test_a_create_needs_a_key_and_the_key_gives_the_same_row_again(hub: HubWorld) -> None:
    me = hub.client(ME)
    assert me.send("POST", "/v1/account", json={"name": "A"}).json()["type"] == "idempotency-key-missing"
    key = {"Idempotency-Key": "key-1"}
    first = me.send("POST", "/v1/account", json={"name": "A"}, headers=key)
    assert first.status_code == 201
    path = first.headers["location"]
    assert me.get(path).json() == first.json()
    me.send("PATCH", path, json={"name": "B"}, headers={"If-Match": first.headers["etag"]})
    again = me.send("POST", "/v1/account", json={"name": "A"}, headers=key)
    assert (again.status_code, again.json()["name"], again.json()["id"]) == (201, "B", first.json()["id"])
    other = me.send("POST", "/v1/account", json={"name": "C"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "idempotency-key-reused")
    assert len(me.get("/v1/account").json()["rows"]) == 1


def test_a_key_is_each_persons_own(hub: HubWorld) -> None:
    key = {"Idempotency-Key": "key-1"}
    rows = [hub.client(p).send("POST", "/v1/account", json={"name": p}, headers=key).json() for p in (ME, MATE)]
    assert [row["name"] for row in rows] == [ME, MATE]
    assert rows[0]["id"] != rows[1]["id"]


def test_an_id_of_ones_own_is_kept_and_taken_once(hub: HubWorld) -> None:
    me = hub.client(ME)
    body = {"id": "account-1", "name": "A"}
    assert me.send("POST", "/v1/account", json=body, headers={"Idempotency-Key": "1"}).json()["id"] == "account-1"
    double = me.send("POST", "/v1/account", json=body, headers={"Idempotency-Key": "2"})
    assert (double.status_code, double.json()["type"]) == (409, "unique")
    bad = me.send("POST", "/v1/account", json={"id": "a b", "name": "A"}, headers={"Idempotency-Key": "3"})
    assert (bad.status_code, bad.json()["type"]) == (422, "validation")


def test_a_replayed_create_of_a_row_deleted_since_says_so(hub: HubWorld) -> None:
    me, key = hub.client(ME), {"Idempotency-Key": "1"}
    made = me.send("POST", "/v1/account", json={"name": "A"}, headers=key)
    me.send("DELETE", made.headers["location"], headers={"If-Match": made.headers["etag"]})
    again = me.send("POST", "/v1/account", json={"name": "A"}, headers=key)
    assert (again.status_code, again.json()["type"]) == (409, "deleted")


def test_a_list_is_walked_by_its_cursor(hub: HubWorld) -> None:
    for number in range(5):
        hub.account(f"account-{number}")
    hub.account("account-of-mate", owner=MATE)
    me, found, cursor = hub.client(ME), [], ""
    for _page in range(9):
        answer = me.get("/v1/account", params={"limit": 2, "cursor": cursor}).json()
        found += [row["id"] for row in answer["rows"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert found == [f"account-{number}" for number in range(5)]
    page = me.get("/v1/account", params={"limit": 2}).json()["next_cursor"]
    assert me.get("/v1/deal", params={"cursor": page}).json()["type"] == "bad-cursor"


@pytest.mark.parametrize("path", ["/v1/dragon", "/v1/dragon/1", "/v1/outbox", "/v1/token", "/v1/meta/epoch"])
def test_only_the_rows_of_the_trade_are_served(hub: HubWorld, path: str) -> None:
    answer = hub.admin().get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "missing")


def test_the_board_counts_the_month_of_the_teams_zone(hub: HubWorld) -> None:
    hub.visit("v-1", status="held")
    hub.visit("v-2", status="held", starts_at="2026-10-31T16:00:00.000000Z")  # 1 November in Shanghai
    hub.visit("v-3", status="held", starts_at="2026-10-31T15:59:00.000000Z")
    hub.visit("v-4", status="held", starts_at="2026-11-30T16:00:00.000000Z")
    hub.visit("v-5")
    hub.visit("v-6", status="held", kind="call")
    hub.visit("v-7", rep=MATE)
    hub.deal("d-1", stage_id="stage-won", amount_minor=500, closed_on="2026-11-03")
    hub.deal("d-2", stage_id="stage-won", amount_minor=None, closed_on="2026-11-30")
    hub.deal("d-3", stage_id="stage-won", amount_minor=500, closed_on="2026-12-01")
    hub.deal("d-4", amount_minor=500)
    lead = hub.client(LEAD)
    answer = lead.get("/v1/team/summary")
    reps = {rep["id"]: rep for rep in answer.json()["reps"]}
    assert set(reps) == {ME, MATE}
    mine = reps[ME]
    assert (mine["visits_done"], mine["visits_planned"], mine["won_count"], mine["won_minor"]) == (2, 1, 2, 500)
    assert reps[MATE]["visits_planned"] == 1
    headers = {"If-None-Match": answer.headers["etag"]}
    assert lead.get("/v1/team/summary", headers=headers).status_code == 304
    hub.visit("v-8", status="held")
    assert lead.get("/v1/team/summary", headers=headers).status_code == 200
    december = lead.get("/v1/team/summary", params={"month": "2026-12"}).json()
    assert {rep["id"]: rep["won_minor"] for rep in december["reps"]}[ME] == 500


def _gaps(client: Client, **params: str) -> dict[str, dict[str, int | str | None]]:
    answer = client.get("/v1/team/gaps", params=params)
    assert answer.status_code == 200, answer.text
    return {rep["id"]: rep for rep in answer.json()["reps"]}


def test_the_gaps_are_those_of_the_boards(hub: HubWorld) -> None:
    usual = {"metric": "won_amount", "scope_kind": "person", "period_kind": "month", "unit": "money"}
    hub.put("target", "t-1", scope_id=ME, period_start="2026-11-01", value=900, currency="CNY", **usual)
    hub.put("target", "t-2", scope_id=ME, period_start="2026-12-01", value=100, currency="CNY", **usual)
    hub.deal("d-1", stage_id="stage-won", amount_minor=300, closed_on="2026-11-03")
    hub.deal("d-2", amount_minor=200, expected_on="2026-11-28")
    hub.deal("d-3", amount_minor=50, expected_on="2026-11-28")
    hub.visit("v-1", deal_id="d-2", starts_at="2026-11-25T02:00:00.000000Z")
    hub.visit("v-2", deal_id="d-3", starts_at="2026-11-20T02:00:00.000000Z")
    hub.deal("d-9", owner=OTHER, stage_id="stage-won", amount_minor=300, closed_on="2026-11-03")
    lead = hub.client(LEAD)
    found = _gaps(lead)
    assert set(found) == {ME, MATE}
    mine = found[ME]
    assert (mine["target_minor"], mine["actual_minor"], mine["gap_minor"]) == (900, 300, 600)
    assert (mine["planned_minor"], mine["uncovered_minor"], mine["currency"]) == (200, 400, "CNY")
    assert (found[MATE]["target_minor"], found[MATE]["gap_minor"], found[MATE]["uncovered_minor"]) == (None, None, None)
    december = _gaps(lead, month="2026-12")[ME]
    assert (december["target_minor"], december["actual_minor"], december["uncovered_minor"]) == (100, 0, 100)
    assert set(_gaps(hub.client(HEAD))) == {ME, MATE, OTHER}
    hub.patch("person", ME, is_active=False)
    assert _gaps(lead)[ME]["actual_minor"] == 300, "what somebody won stays when he leaves"
    hub.patch("person", MATE, is_active=False)
    assert set(_gaps(lead)) == {ME}


def test_the_gaps_have_an_etag(hub: HubWorld) -> None:
    lead = hub.client(LEAD)
    etag = lead.get("/v1/team/gaps").headers["etag"]
    same = lead.get("/v1/team/gaps", headers={"If-None-Match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    hub.deal("d-1", stage_id="stage-won", amount_minor=300, closed_on="2026-11-03")
    assert lead.get("/v1/team/gaps", headers={"If-None-Match": etag}).status_code == 200
    assert hub.client(ME).get("/v1/team/gaps").json()["type"] == "permission"
