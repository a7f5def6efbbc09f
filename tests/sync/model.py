"""A small hub in memory, written from the contract alone: no line of it is shared with the real hub or the client.

It keeps an eye on what must never happen: a mutation that counts twice, a value overwritten by a writer
who had not seen it. Faults are queued per path and used up one by one.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

TOKEN = "token-of-zhang-wei"
URL = "https://hub.example.com"
SETS = {"needs", "roles_for", "roles_against"}
TIME = "2026-11-24T00:30:00.000000Z"

Key = tuple[str, str]
Fault = Callable[["ModelHub", httpx.Request], httpx.Response]


def problem(status: int, kind: str, **headers: str) -> httpx.Response:
    body = {"type": kind, "title": kind, "status": status, "detail": f"{kind} it is"}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json", **headers})


def lost_request(_hub: ModelHub, request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


def lost_response(hub: ModelHub, request: httpx.Request) -> httpx.Response:
    """The hub does its work; the answer never comes."""
    hub.answer(request)
    raise httpx.ReadTimeout("silence", request=request)


def cut_body(hub: ModelHub, request: httpx.Request) -> httpx.Response:
    """The hub does its work; half of the answer comes."""
    whole = hub.answer(request)
    return httpx.Response(whole.status_code, content=whole.content[: len(whole.content) // 2])


def answering(status: int, kind: str, **headers: str) -> Fault:
    return lambda _hub, _request: problem(status, kind, **headers)


@dataclass
class ModelHub:
    """Rows by entity and id, revisions in commit order, one person who sees everything."""

    person_id: str = "rep-1"
    name: str = "张伟"
    epoch: str = "epoch-1"
    time: str = TIME
    page_size: int = 1000
    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)
    stones: dict[Key, dict[str, Any]] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    silent_overwrites: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    """Problem type for every mutation of a row, by row id, or with a value, by `field=value`."""
    oldest_cursor: int = 0
    gone_kind: str = "cursor-expired"
    mark: str = ""
    lasted: dict[str, int] = field(default_factory=dict)
    """The last revision under each mark before the newest."""
    rev: int = 0

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    def fail(self, path: str, *faults: Fault) -> None:
        """Answer the next requests of a path so. The head moves, or nobody would ask for changes."""
        self.rev += path == "/v1/sync/changes"
        self.faults.setdefault(path, deque()).extend(faults)

    def put(self, entity: str, row_id: str, by: str = "lead-1", **values: Any) -> None:
        """A change made elsewhere, with its log entry."""
        key = (entity, row_id)
        before = self.rows.get(key)
        self.stones.pop(key, None)
        self._store(entity, row_id, {**(before or {}), **values})
        if before is None:
            self._log(f"log-{self.rev + 1}", entity, row_id, "create", {}, {}, by)
        else:
            old = {name: before.get(name) for name in values}
            self._log(f"log-{self.rev + 1}", entity, row_id, "patch", old, values, by)

    def delete(self, entity: str, row_id: str, *, reason: str = "deleted", by: str = "lead-1") -> None:
        self.rev += 1
        del self.rows[entity, row_id]
        self.stones[entity, row_id] = {
            "entity": entity, "id": row_id, "rev": self.rev, "deleted_at": TIME, "by_id": by, "reason": reason
        }  # fmt: skip

    def row(self, entity: str, row_id: str) -> dict[str, Any]:
        return self.rows[entity, row_id]

    def count(self, path: str) -> int:
        return sum(1 for seen in self.seen if seen.endswith(path))

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(f"{request.method} {request.url.path}")
        waiting = self.faults.get(request.url.path)
        if waiting:
            return waiting.popleft()(self, request)
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, "unauthorized")
        path = request.url.path
        if path == "/v1/sync/hello":
            asked = request.url.params
            was_here = asked.get("mark", self.mark) == self.mark or int(asked["rev"]) <= self.lasted.get(
                asked["mark"], -1
            )
            return httpx.Response(200, json=self._hello() | {"mark": self.mark, "is_same_history": was_here})
        if path == "/v1/sync/push":
            body = json.loads(request.content)
            return httpx.Response(200, json={"results": [self._judge(m) for m in body["mutations"]]})
        if path == "/v1/sync/changes":
            return self._changes(request.url.params["cursor"], int(request.url.params["limit"]))
        assert path == "/v1/sync/snapshot"
        return self._snapshot(request.url.params.get("page", ""))

    def _hello(self) -> dict[str, Any]:
        return {
            "time": self.time,
            "epoch": self.epoch,
            "schema": {"min": 1, "max": 1},
            "limits": {"batch": 50, "bytes": 262144, "page": 500},
            "scopes": ["rep:self:rw"],
            "head_rev": self.rev,
            "person": {"id": self.person_id, "name": self.name, "role": "rep", "team_id": "team-1"},
        }

    def _store(self, entity: str, row_id: str, values: dict[str, Any]) -> None:
        self.rev += 1
        self.rows[entity, row_id] = {**values, "id": row_id, "rev": self.rev}

    def _log(
        self, log_id: str, entity: str, row_id: str, op: str, before: dict[str, Any], after: dict[str, Any], by: str
    ) -> None:
        entry = {"entity": entity, "entity_id": row_id, "op": op, "recorded_at": TIME, "actor_id": by}
        self._store("change_log", log_id, {**entry, "before": before, "after": after})

    def _judge(self, m: dict[str, Any]) -> dict[str, Any]:
        key = (m["entity"], m["entity_id"])
        answer: dict[str, Any] = {"mutation_id": m["mutation_id"], "rev": 0, "row": None, "fields": []}
        if m["mutation_id"] in self.applied:
            row = self.rows.get(key)
            return {**answer, "status": "replayed", "row": row, "rev": row["rev"] if row else 0}
        words_of = (m["entity_id"], *(f"{name}={value}" for name, value in m["patch"].items()))
        refused = next((self.refuse[word] for word in words_of if word in self.refuse), None)
        if refused:
            words = {"type": refused, "title": refused, "status": 422, "detail": f"{refused} it is"}
            return {**answer, "status": "rejected", "problem": words}
        parent = m["patch"].get("account_id")
        if parent and ("account", parent) not in self.rows:
            if m["depends_on"] and m["depends_on"] not in self.applied:
                return {**answer, "status": "retry"}
            words = {"type": "missing-parent", "title": "missing", "status": 422, "detail": "no such account"}
            return {**answer, "status": "rejected", "problem": words}
        return {**answer, **getattr(self, f"_{m['op']}")(m, key)}

    def _create(self, m: dict[str, Any], key: Key) -> dict[str, Any]:
        if key in self.rows:
            words = {"type": "unique", "title": "there already", "status": 409, "detail": ""}
            return {"status": "rejected", "problem": words}
        self.stones.pop(key, None)
        return self._done(m, key, dict(m["patch"]), {})

    def _patch(self, m: dict[str, Any], key: Key) -> dict[str, Any]:
        row = self.rows.get(key)
        if row is None:
            return self._gone(key, m)
        fields, values = [], {}
        for name, mine in m["patch"].items():
            theirs, base = row.get(name), m["base"].get(name)
            if theirs in (base, mine):
                values[name] = mine
            elif name in SETS:
                seen, there = set(base or []), list(theirs or [])
                values[name] = [x for x in there if x in mine or x not in seen]
                values[name] += [x for x in mine if x not in seen and x not in there]
            elif mine != base:
                fields.append({"field": name, "base": base, "mine": mine, "theirs": theirs})
        if fields:
            who = {"theirs_by": "lead-1", "theirs_at": TIME}
            return {"status": "conflict", "fields": fields, "row": row, "rev": row["rev"], **who}
        return self._done(m, key, {**row, **values}, {name: row.get(name) for name in values})

    def _delete(self, m: dict[str, Any], key: Key) -> dict[str, Any]:
        row = self.rows.get(key)
        if row is None:
            return {"status": "applied"} if key in self.stones else self._gone(key, m)
        if any(row.get(name) != value for name, value in m["base"].items() if name != "rev" and name in row):
            return {"status": "conflict", "row": row, "rev": row["rev"]}
        self._count(m)
        self.delete(*key, by=self.person_id)
        return {"status": "applied", "rev": self.rev}

    def _gone(self, key: Key, m: dict[str, Any]) -> dict[str, Any]:
        if key in self.stones:
            fields = [{"field": name, "base": m["base"].get(name), "mine": v} for name, v in m["patch"].items()]
            words = {"type": "deleted", "title": "deleted", "status": 409, "detail": ""}
            stone = self.stones[key]
            return {"status": "conflict", "fields": fields, "theirs_by": stone["by_id"], "problem": words}
        words = {"type": "missing", "title": "missing", "status": 404, "detail": ""}
        return {"status": "rejected", "problem": words}

    def _done(self, m: dict[str, Any], key: Key, values: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        old = self.rows.get(key, {})
        for name, mine in m["patch"].items():
            if m["op"] == "patch" and name not in SETS and old.get(name) not in (m["base"].get(name), mine):
                self.silent_overwrites.append(f"{key} {name}")
        self._count(m)
        self._store(*key, values)
        row = self.rows[key]
        after = {} if m["op"] == "create" else m["patch"]
        self._log(m["mutation_id"], *key, m["op"], before, after, self.person_id)
        return {"status": "applied", "row": row, "rev": row["rev"]}

    def _count(self, m: dict[str, Any]) -> None:
        self.applied[m["mutation_id"]] = self.rev
        self.counted[m["mutation_id"]] = self.counted.get(m["mutation_id"], 0) + 1

    def _changes(self, cursor: str, limit: int) -> httpx.Response:
        since = int(cursor.removeprefix("after-"))
        if since < self.oldest_cursor:
            return problem(410, self.gone_kind)
        news = [({"entity": entity, "data": row}, row["rev"]) for (entity, _), row in self.rows.items()]
        gone = [(stone, stone["rev"]) for stone in self.stones.values()]
        found = sorted((item for item in [*news, *gone] if item[1] > since), key=lambda item: item[1])
        page = found[: min(limit, self.page_size)]
        last = page[-1][1] if page else since
        body = {
            "rows": [item for item, _ in page if "data" in item],
            "deleted": [item for item, _ in page if "data" not in item],
            "next_cursor": f"after-{last}",
            "more": len(found) > len(page),
            "remaining_estimate": len(found) - len(page),
        }
        return httpx.Response(200, json=body)

    def _snapshot(self, token: str) -> httpx.Response:
        start, head = (int(part) for part in token.split("-")) if token else (0, self.rev)
        found = sorted(self.rows.items(), key=lambda item: item[1]["rev"])
        page = found[start : start + self.page_size]
        lines: list[dict[str, Any]] = [{"entity": key[0], "data": row} for key, row in page]
        is_last = start + len(page) >= len(found)
        end = {"next": None if is_last else f"{start + len(page)}-{head}", "cursor": f"after-{head}"}
        lines.append({**end, "total": len(found)})
        return httpx.Response(200, content="\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
