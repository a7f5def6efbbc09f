"""Sign-in, problems, limits and health: what every request meets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from cockpit import clock
from cockpit.errors import BadUse, DatabaseBusy, UnknownName
from cockpit.hub import tokens
from cockpit.hub.problems import TITLES
from cockpit.storage.tables import TokenRow
from tests.hub.world import LEAD, ME, START, Client, HubWorld


def test_hello_says_who_i_am_and_what_the_hub_takes(hub: HubWorld) -> None:
    hello = hub.client(LEAD).get("/v1/sync/hello").json()
    assert hello["person"] == {"id": LEAD, "name": "周岚", "role": "team_lead", "team_id": "team-1"}
    assert hello["limits"] == {"batch": 50, "bytes": 262_144, "page": 500, "backdate_days": 45}
    assert hello["schema"] == {"min": 1, "max": 1}
    assert hello["scopes"] == sorted([tokens.SELF, tokens.TEAM, tokens.NUDGE, tokens.PLAN])
    assert hello["time"] == "2026-11-24T00:30:00Z"
    assert hello["head_rev"] == max(row["data"]["rev"] for row in hub.admin().pull().rows)


def test_the_epoch_outlives_a_restart(hub: HubWorld) -> None:
    again = HubWorld(hub.database)
    assert (
        again.client(ME).get("/v1/sync/hello").json()["epoch"] == hub.client(ME).get("/v1/sync/hello").json()["epoch"]
    )
    cursor = hub.client(ME).pull().cursor
    assert again.client(ME).get("/v1/sync/changes", params={"cursor": cursor}).status_code == 200


PATHS = [
    ("GET", "/v1/sync/hello"),
    ("POST", "/v1/sync/push"),
    ("GET", "/v1/sync/changes"),
    ("GET", "/v1/sync/snapshot"),
    ("GET", "/v1/team/summary"),
    ("GET", "/v1/team/gaps"),
    ("POST", "/v1/account/account-1/merge"),
    ("GET", "/v1/account"),
    ("POST", "/v1/account"),
    ("GET", "/v1/account/account-1"),
    ("PATCH", "/v1/account/account-1"),
    ("DELETE", "/v1/account/account-1"),
    ("POST", "/v1/oauth/approve"),
]
OPEN_TO_ALL = [
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/v1/oauth/device"),
    ("POST", "/v1/oauth/device"),
    ("POST", "/v1/oauth/token"),
    ("POST", "/v1/oauth/revoke"),
]
"""Health, and what somebody needs who is about to sign in: a secret of its own each, or nothing to protect."""


def test_every_way_in_asks_for_a_token(hub: HubWorld) -> None:
    body = {"device_id": "d", "mutations": []}
    for method, path in PATHS:
        for token in (None, "nonsense", "ckp_" + "x" * 43):
            answer = Client(hub.app, token).send(method, path, json=body)
            assert (answer.status_code, answer.json()["type"]) == (401, "unauthorized"), (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


def test_no_route_is_left_out_of_the_sign_in_test(hub: HubWorld) -> None:
    served = {
        (method.upper(), path.replace("{entity}", "account").replace("{row_id}", "account-1"))
        for path, methods in hub.app.openapi()["paths"].items()
        for method in methods
    }
    assert served == {*PATHS, *OPEN_TO_ALL}


def test_a_token_ends_by_time_by_hand_and_with_its_person(hub: HubWorld) -> None:
    brief = hub.client(ME, expires_at=START + timedelta(hours=1))
    revoked, lasting = hub.client(ME, scopes=[tokens.SELF]), hub.client(ME)
    for client in (brief, revoked, lasting):
        assert client.get("/v1/sync/hello").status_code == 200
    hub.later(hours=1)
    with hub.database.write() as session:
        assert tokens.revoke(session, revoked.token or "", hub.now)
        assert not tokens.revoke(session, "unknown", hub.now)
    assert brief.get("/v1/sync/hello").status_code == 401
    assert revoked.get("/v1/sync/hello").status_code == 401
    assert lasting.get("/v1/sync/hello").status_code == 200
    hub.patch("person", ME, is_active=False)
    assert lasting.get("/v1/sync/hello").status_code == 401


def test_the_token_itself_is_not_kept(hub: HubWorld) -> None:
    token = hub.client(ME).token or ""
    with hub.database.read() as session:
        kept = [row.model_dump_json() for row in session.exec(select(TokenRow))]
    assert kept
    assert not any(token in text or token[4:] in text for text in kept)


def test_a_token_is_only_issued_to_somebody_for_something(hub: HubWorld) -> None:
    with hub.database.write() as session:
        with pytest.raises(UnknownName):
            tokens.issue(session, "nobody", label="")
        with pytest.raises(BadUse):
            tokens.issue(session, ME, label="", scopes=["everything"])
        assert tokens.authenticate(session, tokens.issue(session, ME, label=""), clock.now()) is not None


JSON = {"Content-Type": "application/json"}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", "/v1/nothing/at/all", {}, "missing"),
    ("GET", "/", {}, "missing"),
    ("PUT", "/v1/account", {}, "method"),
    ("GET", "/v1/sync/changes", {"params": {"limit": 0}}, "validation"),
    ("GET", "/v1/sync/changes", {"params": {"limit": 501}}, "validation"),
    ("POST", "/v1/sync/push", {"content": b"{", "headers": JSON}, "bad-json"),
    ("POST", "/v1/sync/push", {"content": b"[" * 100_000, "headers": JSON}, "bad-json"),
    ("POST", "/v1/sync/push", {"content": b"[" * 33 + b"]" * 33, "headers": JSON}, "bad-json"),
    ("POST", "/v1/sync/push", {"content": b'{"device_id": "a", "device_id": "b"}', "headers": JSON}, "bad-json"),
    ("POST", "/v1/sync/push", {"content": b'{"device_id": "\xff"}', "headers": JSON}, "bad-json"),
    ("POST", "/v1/sync/push", {"content": b"\x00", "headers": JSON}, "bad-json"),
    ("POST", "/v1/sync/push", {"headers": JSON}, "validation"),
    ("POST", "/v1/sync/push", {"content": b"{}"}, "media-type"),
    ("POST", "/v1/sync/push", {"data": {"device_id": "d"}}, "media-type"),
    ("POST", "/v1/sync/push", {"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}, "media-type"),
    ("PATCH", "/v1/account/a", {"content": b"{}", "headers": {"Content-Type": "text/plain"}}, "media-type"),
    ("PATCH", "/v1/account/a", {"json": [1]}, "validation"),
    ("GET", "/v1/account/%00", {}, "missing"),
    ("GET", f"/v1/account/{'a' * 65}", {}, "validation"),
    ("GET", "/v1/account/a%20b", {}, "missing"),
    ("GET", "/v1/account", {"params": {"limit": "9" * 5000}}, "validation"),
    ("GET", "/v1/account", {"params": {"cursor": "\x00.\x00"}}, "bad-cursor"),
    ("GET", "/v1/sync/snapshot", {"params": {"page": "x" * 2000}}, "validation"),
    ("GET", "/v1/team/summary", {"params": {"month": "0000-01"}}, "validation"),
    ("GET", "/v1/team/summary", {"params": {"month": "9999-12"}}, "validation"),
    ("GET", "/v1/team/summary", {"params": {"month": "٢٠٢٦-11"}}, "validation"),
    ("POST", "/v1/sync/push", {"json": {"mutations": []}}, "validation"),
    ("POST", "/v1/sync/push", {"json": {"device_id": "\x1b[2J", "mutations": []}}, "validation"),
    ("POST", "/v1/account", {"json": [1], "headers": {"Idempotency-Key": "k"}}, "validation"),
    ("GET", "/v1/team/summary", {"params": {"month": "2026-13"}}, "validation"),
]


def test_every_refusal_has_a_stable_type(hub: HubWorld) -> None:
    for method, path, options, type_ in REFUSED:
        answer = hub.client(LEAD).send(method, path, **options)
        assert answer.headers["content-type"] == "application/problem+json", (method, path)
        body = answer.json()
        assert (body["type"], body["status"]) == (type_, answer.status_code), (method, path)
        assert body["title"] == TITLES[type_][1]
        assert "\x1b" not in answer.text


def test_a_busy_database_asks_to_come_back(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    client = hub.client(ME)

    def busy(*_given: object) -> None:
        raise DatabaseBusy(path="hub")

    monkeypatch.setattr(tokens, "authenticate", busy)
    answer = client.get("/v1/sync/hello")
    assert (answer.status_code, answer.json()["type"]) == (503, "maintenance")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_fault_of_ours_shows_nothing_of_its_inside(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    client = hub.client(ME)

    def broken(*_given: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(tokens, "authenticate", broken)
    answer = client.send("GET", "/v1/sync/hello", raises=False)
    assert (answer.status_code, answer.json()["type"]) == (500, "internal")
    assert "secret" not in answer.text


def test_a_body_sent_in_pieces_is_capped_too(hub: HubWorld) -> None:
    async def pieces() -> Any:
        for _piece in range(20):
            yield b" " * 65_536

    answer = hub.client(ME).send("POST", "/v1/account", content=pieces())
    assert (answer.status_code, answer.json()["type"]) == (413, "too-large")


def test_health_needs_no_token(hub: HubWorld) -> None:
    nobody = Client(hub.app, None)
    assert nobody.get("/healthz").json() == {"status": "ok"}
    assert nobody.get("/readyz").json() == {"status": "ready"}
