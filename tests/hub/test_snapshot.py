"""The first load holds what the feed would have given, and its cursor goes on from there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cockpit.hub import snapshot
from tests.hub.world import HEAD, LEAD, MATE, ME, Client, HubWorld


def _load(client: Client, limit: int = 2000) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All lines and the last closing line."""
    rows: list[dict[str, Any]] = []
    page = ""
    for _turn in range(1000):
        answer = client.get("/v1/sync/snapshot", params={"page": page, "limit": limit})
        assert answer.status_code == 200, answer.text
        *lines, last = (json.loads(line) for line in answer.text.splitlines())
        assert len(lines) <= limit
        rows += lines
        if last["next"] is None:
            return rows, last
        page = last["next"]
    raise AssertionError("the snapshot has no end")


def _fill(hub: HubWorld) -> None:
    hub.account("account-1")
    hub.account("account-2", owner=MATE)
    hub.put("account", "house", name="House")
    hub.deal("deal-1", account_id="account-1")
    hub.deal("deal-2", account_id="account-2", owner=MATE)
    hub.visit("visit-1", account_id="account-2")


@pytest.mark.parametrize("person", [ME, MATE, LEAD, HEAD])
def test_it_holds_exactly_the_rows_of_the_feed(hub: HubWorld, person: str) -> None:
    _fill(hub)
    client = hub.client(person)
    fed = {(row["entity"], row["data"]["id"]): row["data"] for row in client.pull().rows}
    for limit in (1, 3, 2000):
        rows, last = _load(client, limit)
        keyed = {(row["entity"], row["data"]["id"]): row["data"] for row in rows}
        assert keyed == fed
        assert len(rows) == len(keyed) == last["total"]


@pytest.mark.parametrize("person", [ME, MATE, LEAD, HEAD])
def test_it_holds_the_same_where_tables_are_walked_in_the_order_of_their_ids(
    hub: HubWorld, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "is_walked", lambda _found, _rows: True)
    _fill(hub)
    for number in range(2, 6):
        hub.visit(f"visit-{number}", account_id="account-1")
    client = hub.client(person)
    fed = {(row["entity"], row["data"]["id"]): row["data"] for row in client.pull().rows}
    for limit in (1, 3, 2000):
        rows, last = _load(client, limit)
        assert {(row["entity"], row["data"]["id"]): row["data"] for row in rows} == fed
        assert len(rows) == last["total"]


def test_a_table_is_walked_where_that_reads_fewer_rows_than_to_gather_for_each_page() -> None:
    assert snapshot.is_walked(50_000, lambda: 50_000)
    assert snapshot.is_walked(50_000, lambda: 1_000_000)
    assert not snapshot.is_walked(5_000, lambda: 1_000_000)
    assert not snapshot.is_walked(snapshot.PAGE - 1, lambda: snapshot.PAGE - 1)


def test_what_changes_while_it_loads_comes_with_its_cursor(hub: HubWorld) -> None:
    _fill(hub)
    me = hub.client(ME)
    first = me.get("/v1/sync/snapshot", params={"limit": 2}).text.splitlines()[-1]
    hub.patch("deal", "deal-1", amount_minor=7)
    hub.account("account-9")
    hub.patch("account", "account-1", owner_id=MATE)
    cursor = json.loads(first)["cursor"]
    pulled = me.pull(cursor)
    assert pulled.ids("deal") == ["deal-1"]
    assert pulled.ids("account") == ["account-9"]
    assert ("account", "account-1") in pulled.gone("scope")


def test_it_is_compressed_when_asked(hub: HubWorld) -> None:
    plain = hub.client(ME).get("/v1/sync/snapshot", headers={"Accept-Encoding": "identity"})
    packed = hub.client(ME).get("/v1/sync/snapshot", headers={"Accept-Encoding": "gzip"})
    assert plain.headers["content-type"] == "application/x-ndjson"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text.splitlines()[:-1] == plain.text.splitlines()[:-1]
    assert packed.num_bytes_downloaded < len(plain.content) / 2


def test_a_page_token_of_another_scope_or_make_is_refused(hub: HubWorld) -> None:
    last = json.loads(hub.client(ME).get("/v1/sync/snapshot", params={"limit": 1}).text.splitlines()[-1])
    for client, token, status in (
        (hub.client(MATE), last["next"], 410),
        (hub.client(ME), last["next"][:-1], 400),
        (hub.client(ME), last["cursor"], 400),
    ):
        assert client.get("/v1/sync/snapshot", params={"page": token}).status_code == status
