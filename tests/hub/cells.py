"""The role matrix of the API: every way in, asked by every role about its own rows, those of its team, and those of others.

A way in has a `Row` here or a test fails. A row says who may, and how it is tried; who has no good token is tried on all.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from cockpit.hub import store, tokens
from cockpit.hub.routes_oauth import DEVICE_GRANT
from cockpit.hub.store import Change
from cockpit.storage.records import to_wire
from tests.hub.world import BOSS, HEAD, LEAD, MATE, ME, OTHER, Client, HubWorld

Cell = tuple[str, str]
"""Role and whose row it is: self, mate (team mate, or somebody the role leads), other."""

ADMIN = "admin"
OWNERS: dict[str, dict[str, str]] = {
    "rep": {"self": ME, "mate": MATE, "other": OTHER},
    "team_lead": {"self": LEAD, "mate": ME, "other": OTHER},
    "region_head": {"self": HEAD, "mate": ME, "other": BOSS},
    ADMIN: {"self": BOSS, "mate": ME, "other": OTHER},
}
CELLS: frozenset[Cell] = frozenset((role, relation) for role in OWNERS for relation in OWNERS[role])
NOBODIES = ("no token", "unknown", "expired", "revoked", "left")

_OF_ADMIN = frozenset((ADMIN, relation) for relation in OWNERS[ADMIN])
READS = _OF_ADMIN | {(role, "self") for role in OWNERS} | {("team_lead", "mate"), ("region_head", "mate")}
WRITES = _OF_ADMIN | {("rep", "self"), ("team_lead", "self"), ("team_lead", "mate"), ("region_head", "self")}
MERGES = _OF_ADMIN | {("team_lead", "self"), ("team_lead", "mate")}
LEADS_REPS: frozenset[Cell] = frozenset(
    {("team_lead", "mate"), ("region_head", "mate"), (ADMIN, "mate"), (ADMIN, "other")}
)
"""The board has a line for each rep below, and the reps alone."""

DAY, MOMENT = "2026-11-24", "2026-11-24T02:00:00.000000Z"
LONG_AGO = "2025-01-07T02:00:00.000000Z"
OWNED: dict[str, tuple[dict[str, Any], tuple[str, Any]]] = {
    "account": ({"name": "A"}, ("phone", "1")),
    "deal": ({"name": "D"}, ("source", "fair")),
    "activity": ({"starts_at": MOMENT}, ("goal", "g")),
    "contact": ({"name": "C", "account_id": "shelf"}, ("title", "t")),
    "opening_window": ({"account_id": "shelf", "weekday": 1, "opens": "09:00", "closes": "17:00"}, ("weekday", 2)),
    "waiver": (
        {"rule": "r", "subject_id": "s", "period_start": DAY, "reason": "because", "until_on": DAY},
        ("reason", "other"),
    ),
    "milestone_done": (
        {"deal_id": "shelf-deal", "stage_id": "stage-1", "done_at": MOMENT},
        ("stage_id", "stage-2"),
    ),
    "absence": ({"person_id": "x", "from_on": DAY, "to_on": DAY}, ("reason", "ill")),
}
"""What a row of each kind needs, and a change of it."""


@dataclass
class Asking:
    """One cell: who asks, whose row it is about, and a name that makes its rows its own."""

    hub: HubWorld
    client: Client
    owner: str
    name: str

    def values(self, entity: str) -> dict[str, Any]:
        values = {**OWNED[entity][0], "owner_id": self.owner}
        return {**values, "rep_id": self.owner} if entity == "activity" else values

    def put(self, *suffixes: str) -> dict[str, dict[str, Any]]:
        """A row of every kind, or for each suffix one of every kind, as they are on the wire; in one transaction."""
        found: dict[str, dict[str, Any]] = {}
        with self.hub.database.write() as session:
            for suffix, entity in itertools.product(suffixes or ("",), OWNED):
                change = Change(entity, f"{entity}-{self.name}{suffix}", "create", self.values(entity))
                row = store.apply(session, change, actor_id=None, recorded_at=self.hub.now)
                assert row is not None
                found[entity + suffix] = to_wire(row, entity)
        return found


@dataclass(frozen=True)
class Row:
    """`ask` gives the outcome of each try, True where it was allowed; all tries of a cell have the same answer."""

    allowed: frozenset[Cell]
    ask: Callable[[Asking], Iterator[bool]]
    is_open: bool = False
    """Answers without a token."""


def _is(answer: Any, good: int, *refusals: int) -> bool:
    assert answer.status_code in (good, *refusals), answer.text
    return bool(answer.status_code == good)


def _open_to_all(method: str, path: str, status: int, **options: Any) -> Row:
    def ask(cell: Asking) -> Iterator[bool]:
        yield _is(cell.client.send(method, path, **options), status)

    return Row(CELLS, ask, is_open=True)


def _hello(cell: Asking) -> Iterator[bool]:
    answer = cell.client.get("/v1/sync/hello")
    yield _is(answer, 200)


def _push(cell: Asking) -> Iterator[bool]:
    for entity, seen in cell.put().items():
        row_id, (field, value) = seen["id"], OWNED[entity][1]
        change = cell.hub.mutation(entity, row_id, "patch", {field: value}, base={field: seen[field]})
        delete = cell.hub.mutation(entity, row_id, "delete", base={**seen, field: value})
        make = cell.hub.mutation(entity, f"{entity}-made-{cell.name}", "create", cell.values(entity))
        for result in cell.client.push(change, delete, make):
            assert result["status"] == "applied" or result["problem"]["type"] == "permission", result
            yield result["status"] == "applied"


def _changes(cell: Asking) -> Iterator[bool]:
    made = {row["id"] for row in cell.put().values()}
    seen = {row["data"]["id"] for row in cell.client.pull().rows}
    yield from (row_id in seen for row_id in made)


def _snapshot(cell: Asking) -> Iterator[bool]:
    made = {row["id"] for row in cell.put().values()}
    lines = cell.client.get("/v1/sync/snapshot").text.splitlines()
    seen = {json.loads(line)["data"]["id"] for line in lines[:-1]}
    yield from (row_id in seen for row_id in made)


def _list(cell: Asking) -> Iterator[bool]:
    for entity, made in cell.put().items():
        listed = cell.client.get(f"/v1/{entity}", params={"limit": 500}).json()["rows"]
        yield made["id"] in {row["id"] for row in listed}


def _read(cell: Asking) -> Iterator[bool]:
    for entity, made in cell.put().items():
        yield _is(cell.client.get(f"/v1/{entity}/{made['id']}"), 200, 404)


def _create(cell: Asking) -> Iterator[bool]:
    for entity in OWNED:
        headers = {"Idempotency-Key": f"{entity}-{cell.name}"}
        yield _is(cell.client.send("POST", f"/v1/{entity}", json=cell.values(entity), headers=headers), 201, 403)


def _patch(cell: Asking) -> Iterator[bool]:
    for entity, made in cell.put().items():
        (field, value), headers = OWNED[entity][1], {"If-Match": f'"{made["rev"]}"'}
        answer = cell.client.send("PATCH", f"/v1/{entity}/{made['id']}", json={field: value}, headers=headers)
        yield _is(answer, 200, 403, 404)


def _delete(cell: Asking) -> Iterator[bool]:
    for entity, made in cell.put().items():
        headers = {"If-Match": f'"{made["rev"]}"'}
        yield _is(cell.client.send("DELETE", f"/v1/{entity}/{made['id']}", headers=headers), 204, 403, 404)


def _merge(cell: Asking) -> Iterator[bool]:
    made = cell.put("-a", "-b")
    source, target = made["account-a"], made["account-b"]
    options: dict[str, Any] = {"json": {"into": target["id"]}, "headers": {"If-Match": f'"{source["rev"]}"'}}
    answer = cell.client.send("POST", f"/v1/account/{source['id']}/merge", **options)
    yield _is(answer, 200, 403, 404)


def _board(path: str) -> Callable[[Asking], Iterator[bool]]:
    def ask(cell: Asking) -> Iterator[bool]:
        answer = cell.client.get(path)
        yield _is(answer, 200, 403) and cell.owner in {rep["id"] for rep in answer.json()["reps"]}

    return ask


def _approve(cell: Asking) -> Iterator[bool]:
    asked = Client(cell.hub.app, None).send("POST", "/v1/oauth/device", data={"client_id": "cockpit"}).json()
    yield _is(cell.client.send("POST", "/v1/oauth/approve", json={"user_code": asked["user_code"]}), 200, 401)


_TOKEN_FORM = {"client_id": "cockpit", "grant_type": DEVICE_GRANT, "device_code": "unknown"}
ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/openapi.json"): _open_to_all("GET", "/openapi.json", 200),
    ("GET", "/healthz"): _open_to_all("GET", "/healthz", 200),
    ("GET", "/readyz"): _open_to_all("GET", "/readyz", 200),
    ("GET", "/v1/sync/hello"): Row(CELLS, _hello),
    ("POST", "/v1/sync/push"): Row(WRITES, _push),
    ("GET", "/v1/sync/changes"): Row(READS, _changes),
    ("GET", "/v1/sync/snapshot"): Row(READS, _snapshot),
    ("GET", "/v1/team/summary"): Row(LEADS_REPS, _board("/v1/team/summary")),
    ("GET", "/v1/team/gaps"): Row(LEADS_REPS, _board("/v1/team/gaps")),
    ("GET", "/v1/{entity}"): Row(READS, _list),
    ("POST", "/v1/{entity}"): Row(WRITES, _create),
    ("GET", "/v1/{entity}/{row_id}"): Row(READS, _read),
    ("PATCH", "/v1/{entity}/{row_id}"): Row(WRITES, _patch),
    ("DELETE", "/v1/{entity}/{row_id}"): Row(WRITES, _delete),
    ("POST", "/v1/account/{row_id}/merge"): Row(MERGES, _merge),
    ("GET", "/v1/oauth/device"): _open_to_all("GET", "/v1/oauth/device", 200),
    ("POST", "/v1/oauth/device"): _open_to_all("POST", "/v1/oauth/device", 200, data={"client_id": "cockpit"}),
    ("POST", "/v1/oauth/token"): _open_to_all("POST", "/v1/oauth/token", 400, data=_TOKEN_FORM),
    ("POST", "/v1/oauth/revoke"): _open_to_all(
        "POST", "/v1/oauth/revoke", 200, data={"client_id": "cockpit", "token": "unknown"}
    ),
    ("POST", "/v1/oauth/approve"): Row(CELLS, _approve),
}


def served(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path of the application, in the contract or not."""
    return {
        (method, path)
        for path, methods in _routes(app.router.routes)
        for method in methods
        if method not in ("HEAD", "OPTIONS")
    }


def _routes(routes: Any) -> Iterator[tuple[str, set[str]]]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        else:
            assert route.methods, route
            assert not isinstance(route, APIRoute) or route.include_in_schema, route.path
            yield route.path, route.methods


def nobody(hub: HubWorld, who: str) -> Client:
    """A client without a good token."""
    if who == "no token":
        return Client(hub.app, None)
    if who == "unknown":
        return Client(hub.app, "ckp_" + "x" * 43)
    if who == "expired":
        return hub.client(ME, expires_at=hub.now - timedelta(seconds=1))
    client = hub.client(MATE if who == "left" else ME, scopes=[tokens.SELF])
    with hub.database.write() as session:
        if who == "revoked":
            assert client.token is not None
            tokens.revoke(session, client.token, hub.now)
    if who == "left":
        hub.patch("person", MATE, is_active=False)
    return client
