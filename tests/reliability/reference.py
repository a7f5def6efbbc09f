"""The reference server's HTTP: hello, push, changes, snapshot, as the contract words them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import httpx
import msgspec

from tests.reliability.judge import Judge
from tests.reliability.protocol import Row

Answered = httpx.Response
_JSON = {"content-type": "application/json"}


def answered(body: Any, status: int = 200, **headers: str) -> Answered:
    return httpx.Response(status, content=msgspec.json.encode(body), headers={**_JSON, **headers})


def problem(status: int, kind: str, **headers: str) -> Answered:
    body = {"type": kind, "title": kind, "status": status, "detail": f"{kind} it is"}
    return answered(body, status, **{"content-type": "application/problem+json", **headers})


def sealed(parts: list[Any]) -> str:
    """A cursor that says by itself whether it is ours."""
    text = msgspec.json.encode(parts).hex()
    return f"{text}.{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def unsealed(token: str) -> list[Any] | None:
    text, _dot, seal = token.partition(".")
    if hashlib.sha256(text.encode()).hexdigest()[:8] != seal:
        return None
    found: list[Any] = msgspec.json.decode(bytes.fromhex(text))
    return found


@dataclass
class Reference(Judge):
    """A whole server. `page_size` bounds a page below what is asked for."""

    page_size: int = 100
    schema_min: int = 1
    push_cap: int = 50
    """Changes of one push above which some wall before the server says 413."""
    snapshot_pages: int = 0

    def handle(self, request: httpx.Request) -> Answered:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        person_id = self.tokens.get(token)
        if person_id is None or token in self.revoked:
            return problem(401, "unauthorized")
        path = request.url.path
        if path == "/v1/sync/hello":
            asked = request.url.params
            was_met = not asked.get("mark") or self.was_here(asked["mark"], int(asked["rev"]))
            return answered(
                self._hello(person_id)
                | {
                    "mark": self.mark(),
                    "is_same_history": was_met,
                    "pushes": self.state.pushes.get(asked["device_id"], 0),
                }
            )
        if path == "/v1/sync/push":
            body = msgspec.json.decode(request.content)
            if (body["epoch"], body["mark"]) != (self.state.epoch, self.mark()):
                return problem(409, "restored")
            if len(body["mutations"]) > self.push_cap:
                return problem(413, "too-large")
            device, number = body["device_id"], body["number"]
            is_new = number > self.state.pushes.get(device, 0)
            self.state.pushes[device] = max(number, self.state.pushes.get(device, 0))
            return answered({"results": self._in_order(person_id, device, body["mutations"], is_new=is_new)})
        if path == "/v1/sync/changes":
            return self._changes(person_id, request.url.params["cursor"], int(request.url.params["limit"]))
        return self._snapshot(person_id, request.url.params.get("page", ""))

    def _in_order(self, person_id: str, device: str, mutations: list[Row], *, is_new: bool) -> list[Row]:
        """Behind one of a row that is in conflict or to come again, those that come after it are to come again. A copy
        of a push, and one that is overtaken, changes nothing."""
        results: list[Row] = []
        held: set[tuple[str, str]] = set()
        for mutation in mutations:
            key = (mutation["entity"], mutation["entity_id"])
            if (key in held or not is_new) and mutation["mutation_id"] not in self.state.results:
                result: Row = {"mutation_id": mutation["mutation_id"], "status": "retry"}
            else:
                result = self.judge(person_id, device, mutation)
                if result["status"] in ("conflict", "retry"):
                    held.add(key)
            results.append(result)
        return results

    def _hello(self, person_id: str) -> Row:
        role, team_id = self.people[person_id]
        return {
            "time": self.now().astimezone(UTC).isoformat(),
            "epoch": self.state.epoch,
            "schema": {"min": self.schema_min, "max": max(1, self.schema_min)},
            "limits": {"batch": 50, "bytes": 262144, "page": 500},
            "scopes": ["rep:self:rw"],
            "head_rev": self.state.rev,
            "person": {"id": person_id, "name": person_id, "role": role, "team_id": team_id},
        }

    def _refusal(self, token: list[Any] | None, person_id: str) -> Answered | None:
        """Of a cursor or page token: [epoch, rev, scope, place, ...]."""
        if token is None:
            return problem(400, "bad-cursor")
        epoch, rev, scope, place = token[:4]
        if epoch == self.state.epoch and not self.was_here(*place):
            return problem(410, "other-history")
        if scope != self.scope(person_id):
            return problem(410, "scope-changed")
        if epoch != self.state.epoch or rev < self.oldest_cursor or rev > self.state.rev:
            return problem(410, "cursor-expired")
        return None

    def _changes(self, person_id: str, cursor: str, limit: int) -> Answered:
        token = unsealed(cursor)
        refusal = self._refusal(token, person_id)
        if refusal is not None or token is None:
            return refusal or problem(400, "bad-cursor")
        since, sight = token[1], self.sight(person_id)
        found: list[tuple[int, str, Row]] = []
        for (entity, _row_id), row in self.state.rows.items():
            if row["rev"] > since and self.sees(sight, row):
                found.append((row["rev"], "row", {"entity": entity, "data": row}))
        for stone in self.state.stones.values():
            if stone["rev"] > since and person_id in stone["seen_by"]:
                found.append((stone["rev"], "gone", {name: stone[name] for name in stone if name != "seen_by"}))
        for (who, key), rev in self.state.exits.items():
            if who == person_id and rev > since:
                gone = {"entity": key[0], "id": key[1], "rev": rev, "reason": "scope"}
                found.append((rev, "gone", gone))
        found.sort(key=lambda item: item[0])
        page = found[: min(limit, self.page_size)]
        while len(page) < len(found) and found[len(page)][0] == page[-1][0]:
            page.append(found[len(page)])  # one revision is never cut in two
        more = len(found) > len(page)
        last = page[-1][0] if more else self.state.rev
        body = {
            "rows": [item for _rev, kind, item in page if kind == "row"],
            "deleted": [item for _rev, kind, item in page if kind == "gone"],
            "next_cursor": sealed([self.state.epoch, last, self.scope(person_id), [self.mark(), self.state.rev]]),
            "more": more,
            "remaining_estimate": len(found) - len(page),
        }
        return answered(body)

    def _snapshot(self, person_id: str, page_token: str) -> Answered:
        """Pages in the order of the keys: a row changed meanwhile keeps its place, and comes again with the changes."""
        self.snapshot_pages += 1
        head, after = self.state.rev, ["", ""]
        if page_token:
            token = unsealed(page_token)
            refusal = self._refusal(token, person_id)
            if refusal is not None or token is None:
                return refusal or problem(400, "bad-cursor")
            head, after = token[1], token[4]
        found = sorted(self.visible_to(person_id).items())
        left = [item for item in found if list(item[0]) > after]
        page = left[: self.page_size]
        lines: list[Row] = [{"entity": key[0], "data": row} for key, row in page]
        cursor = [self.state.epoch, head, self.scope(person_id), [self.mark(), self.state.rev]]
        following = sealed([*cursor, list(page[-1][0])]) if len(page) < len(left) else None
        lines.append({"next": following, "cursor": sealed(cursor), "total": len(found)})
        body = b"\n".join(msgspec.json.encode(line) for line in lines)
        return httpx.Response(200, content=body, headers={"content-type": "application/x-ndjson"})
