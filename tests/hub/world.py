"""A hub with two teams under one region, and a client for each person, for the tests of the API."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from cockpit.hub import store, tokens
from cockpit.hub.app import create_app
from cockpit.hub.store import Change
from cockpit.storage.database import Database

START = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
ME, MATE, LEAD, HEAD, OTHER, OTHER_LEAD, BOSS = "rep-1", "rep-2", "lead-1", "head-1", "rep-3", "lead-2", "boss"
PEOPLE = {
    ME: ("张伟", "rep", "team-1"),
    MATE: ("李娜", "rep", "team-1"),
    LEAD: ("周岚", "team_lead", "team-1"),
    OTHER: ("王强", "rep", "team-2"),
    OTHER_LEAD: ("陈静", "team_lead", "team-2"),
    HEAD: ("沈敏", "region_head", "region-1"),
    BOSS: ("管理", "region_head", "region-0"),
}
TEAMS = {"region-0": None, "region-1": "region-0", "team-1": "region-1", "team-2": "region-1"}


def people_hub(database: Database) -> None:
    """Prepare an empty database and write the teams, the people and a funnel."""
    database.prepare()
    rows: list[tuple[str, str, dict[str, Any]]] = [("funnel", "funnel-1", {"name": "项目型"})]
    for team, parent in TEAMS.items():
        kind = "region" if team.startswith("region") else "team"
        rows.append(("team", team, {"name": team, "parent_id": parent, "kind": kind, "time_zone": "Asia/Shanghai"}))
    for person, (name, role, team_id) in PEOPLE.items():
        values = {"name": name, "role": role, "team_id": team_id, "bonus_base_minor": 500_000}
        rows.append(("person", person, values))
    for stage, kind in (("stage-1", "open"), ("stage-2", "open"), ("stage-3", "open"), ("stage-won", "won")):
        rows.append(("stage", stage, {"funnel_id": "funnel-1", "name": stage, "kind": kind}))
    with database.write() as session:
        for entity, row_id, values in rows:
            store.apply(session, Change(entity, row_id, "create", values), actor_id=None, recorded_at=START)


@dataclass
class Client:
    """HTTP as one person. Each request runs the application in an event loop of its own."""

    app: FastAPI
    token: str | None
    device: str = "device"

    def send(self, method: str, path: str, *, raises: bool = True, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=raises)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, path, headers=headers, **options)

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def push_raw(self, *mutations: dict[str, Any], device: str | None = None) -> httpx.Response:
        return self.send("POST", "/v1/sync/push", json={"device_id": device or self.device, "mutations": mutations})

    def push(self, *mutations: dict[str, Any], device: str | None = None) -> list[dict[str, Any]]:
        answer = self.push_raw(*mutations, device=device)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def push_numbered(self, number: int, *mutations: dict[str, Any]) -> list[str]:
        """What became of each mutation of a push that says which of its device's it is."""
        body = {"device_id": self.device, "number": number, "mutations": mutations}
        return [result["status"] for result in self.send("POST", "/v1/sync/push", json=body).json()["results"]]

    def pull(self, cursor: str = "", limit: int = 500) -> Pulled:
        """All pages after `cursor`."""
        pulled = Pulled(cursor)
        for _page in range(1000):
            answer = self.get("/v1/sync/changes", params={"cursor": pulled.cursor, "limit": limit})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            pulled.rows += page["rows"]
            pulled.deleted += page["deleted"]
            pulled.cursor = page["next_cursor"]
            if not page["more"]:
                return pulled
        raise AssertionError("the feed has no end")


@dataclass
class Pulled:
    cursor: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[dict[str, Any]] = field(default_factory=list)

    def ids(self, entity: str) -> list[str]:
        return [row["data"]["id"] for row in self.rows if row["entity"] == entity]

    def gone(self, reason: str) -> set[tuple[str, str]]:
        return {(entry["entity"], entry["id"]) for entry in self.deleted if entry["reason"] == reason}


class HubWorld:
    """The hub, its clock (`now` moves only by hand) and its people."""

    def __init__(self, database: Database, **options: Any) -> None:
        self.database = database
        self.now = START
        self.app = create_app(database, lambda: self.now, **options)
        self._numbers = itertools.count(1)
        self.tokens: dict[str, str] = {}

    def put(self, entity: str, row_id: str, **values: Any) -> None:
        """A row as an administrator's import writes it."""
        with self.database.write() as session:
            store.apply(session, Change(entity, row_id, "create", values), actor_id=None, recorded_at=self.now)

    def patch(self, entity: str, row_id: str, **values: Any) -> None:
        with self.database.write() as session:
            store.apply(session, Change(entity, row_id, "patch", values), actor_id=BOSS, recorded_at=self.now)

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def client(self, person: str, device: str | None = None, **grant: Any) -> Client:
        """A client of a person; `scopes=` or `expires_at=` for a token unlike the usual."""
        if person not in self.tokens or grant:
            with self.database.write() as session:
                token = tokens.issue(session, person, label="test", **grant)
            if grant:
                return Client(self.app, token, device or f"device-{person}")
            self.tokens[person] = token
        return Client(self.app, self.tokens[person], device or f"device-{person}")

    def admin(self) -> Client:
        return self.client(BOSS, scopes=[tokens.ADMIN])

    def mutation(
        self, entity: str, row_id: str, op: str, patch: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """A mutation with a fresh id, as a device would send it."""
        made = {
            "mutation_id": f"mutation-{next(self._numbers):04}",
            "entity": entity,
            "entity_id": row_id,
            "op": op,
            "patch": patch or {},
            "base": {},
            "base_rev": 0,
            "schema_v": 1,
            "occurred_at": self.now.isoformat(),
            "depends_on": None,
        }
        return {**made, **more}

    def account(self, row_id: str = "account-1", owner: str = ME, **values: Any) -> str:
        self.put("account", row_id, **{"name": row_id, "owner_id": owner, **values})
        return row_id

    def deal(self, row_id: str = "deal-1", owner: str = ME, **values: Any) -> str:
        usual = {"name": row_id, "owner_id": owner, "funnel_id": "funnel-1", "stage_id": "stage-1"}
        self.put("deal", row_id, **{**usual, **values})
        return row_id

    def visit(self, row_id: str = "visit-1", rep: str = ME, **values: Any) -> str:
        usual = {"rep_id": rep, "owner_id": rep, "starts_at": "2026-11-24T02:00:00.000000Z"}
        self.put("activity", row_id, **{**usual, **values})
        return row_id
