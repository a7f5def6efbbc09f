"""A small BottleCRM in memory: rows begin as the recorded ones, answers have the shapes and rules seen on the server."""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

RECORDED = json.loads((Path(__file__).parent / "bottlecrm.json").read_text("utf-8"))
TOKEN = "bcrm_pat_" + "x" * 32
KINDS = {"accounts": "Account", "contacts": "Contact", "opportunities": "Opportunity", "tasks": "Task"}
WHOLE = {"accounts": "account_obj", "contacts": "contact_obj", "opportunities": "opportunity_obj", "tasks": "task_obj"}
BLANK: dict[str, dict[str, Any]] = {
    "accounts": {**RECORDED["account"], **dict.fromkeys(("industry", "phone", "address_line", "city"))},
    "contacts": {**RECORDED["contact"], **dict.fromkeys(("email", "phone", "title", "account")), "linked_accounts": []},
    "opportunities": {**RECORDED["deal"], "account": None, "amount": None, "closed_on": None, "currency": None},
    "tasks": {**RECORDED["task_whole"], "account": None, "opportunity": None, "case": None, "due_date": None},
}
BLANK["accounts"]["number_of_employees"] = None


class Refusal(Exception):
    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def _bad(**errors: str) -> Refusal:
    return Refusal(400, {"error": True, "errors": {name: [words] for name, words in errors.items()}})


class FakeBottle:
    """`lists` by path; `deaf` answers are committed and then lost; `now` is its clock."""

    def __init__(self, *, role: str = "ADMIN") -> None:
        self.me = {**RECORDED["profile"], "role": role}
        self.lists: dict[str, dict[str, dict[str, Any]]] = {path: {} for path in KINDS}
        self.interactions: dict[str, dict[str, Any]] = {}
        self.definitions: list[dict[str, Any]] = []
        self.goals = [RECORDED["goal"]]
        self.pipelines: list[dict[str, Any]] = deepcopy(RECORDED["pipelines"])
        self.people = [self.profile(n) for n in range(4)]
        self.activity: list[dict[str, Any]] = []
        self.now = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
        self.token = TOKEN
        self.asked: list[tuple[str, str]] = []
        self.deaf = 0
        self.answers: dict[str, httpx.Response] = {}
        """By path: an answer instead of the true one."""
        self._chance = random.Random(7)
        self.transport = httpx.MockTransport(self.handle)

    def _id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def profile(self, number: int) -> dict[str, Any]:
        """Who came later stands first wherever people are listed, as there."""
        joined = f"2026-01-0{number + 1}T08:00:00Z"
        user = {**RECORDED["user"]["user_details"], "name": f"rep{number}", "email": f"rep{number}@example.com"}
        return {**RECORDED["user"], "id": f"p{number}", "user_details": user, "created_at": joined}

    def add(self, path: str, **values: Any) -> dict[str, Any]:
        """A row that somebody else made."""
        row = {**deepcopy(BLANK[path]), "custom_fields": {}, "id": self._id(), "assigned_to": []}
        row["created_at"] = self.now.isoformat().replace("+00:00", "Z")
        self.lists[path][row["id"]] = row
        self._write(path, row, values)
        self.tell("CREATE", KINDS[path], row["id"])
        return row

    def change(self, path: str, row_id: str, **values: Any) -> None:
        self._write(path, self.lists[path][row_id], values)
        self.tell("UPDATE", KINDS[path], row_id)

    def remove(self, path: str, row_id: str) -> None:
        del self.lists[path][row_id]
        self.tell("DELETE", KINDS[path], row_id)

    def log(self, account_id: str, **values: Any) -> dict[str, Any]:
        row = {
            **deepcopy(RECORDED["interaction"]),
            "id": self._id(),
            "account": account_id,
            "body": "",
            **values,
        }
        self.interactions[row["id"]] = row
        return row

    def tell(self, action: str, kind: str, row_id: str) -> None:
        stamp = self.now.isoformat().replace("+00:00", "Z")
        one = {**RECORDED["activity"], "id": self._id(), "action": action, "timestamp": stamp}
        self.activity.insert(0, {**one, "entity_type": kind, "entity_id": row_id})

    # -- requests -------------------------------------------------------------------------------------------------------

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/")
        self.asked.append((request.method, path))
        headers = {"Date": format_datetime(self.now, usegmt=True)}
        if path in self.answers:
            return self.answers[path]
        try:
            params = dict(parse_qsl(request.url.query.decode()))
            body = json.loads(request.content) if request.content else {}
            if request.headers["Authorization"] != f"Bearer {self.token}":
                raise Refusal(403, {"detail": "Organization context is required. Please login again."})
            answer = self._answer(request.method, path, params, body)
            status = 201 if request.method == "POST" and path in ("interactions/", "custom-fields/") else 200
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body
        if self.deaf and request.method != "GET":
            self.deaf -= 1
            raise httpx.ReadError("the connection was lost", request=request)
        return httpx.Response(status, json=answer, headers=headers)

    def _answer(self, method: str, path: str, params: Mapping[str, str], body: dict[str, Any]) -> object:
        whole: dict[str, Callable[[], object]] = {
            "profile/": lambda: {"user_obj": self.me},
            "org/settings/": lambda: RECORDED["company"],
            "opportunities/pipelines/": lambda: {"pipelines": self.pipelines},
            "opportunities/goals/": lambda: {"goals": self.goals, "goals_count": len(self.goals)},
            "users/get-teams-and-users/": self._teams,
            "users/": self._users,
            "activities/": lambda: {"error": False, "activities": self._feed()[: int(params["limit"])]},
        }
        if path in whole:
            return whole[path]()
        if path == "custom-fields/":
            return self._define(body) if method == "POST" else {"definitions": self._defined(params["target_model"])}
        if path.startswith("interactions/"):
            return self._interaction(method, path.removeprefix("interactions/").rstrip("/"), params, body)
        found = re.fullmatch(r"(accounts|contacts|opportunities|tasks)/(?:([^/]+)/)?", path)
        if found is None:
            raise Refusal(404, {"detail": "Not found."})
        if found[2]:
            return self._one(method, found[1], found[2], body)
        return self._post(found[1], body) if method == "POST" else self._list(found[1], params)

    def _teams(self) -> object:
        team = {**RECORDED["team"], "id": "t1", "name": "South", "users": [self.people[0]]}
        return {"teams": [team], "profiles": [one for one in self.people if one["is_active"]]}

    def _users(self) -> object:
        if self.me["role"] != "ADMIN":
            raise Refusal(403, {"error": True, "errors": "Only admins"})
        active = [one for one in self.people if one["is_active"]]
        gone = [one for one in self.people if not one["is_active"]]
        return {"active_users": {"active_users": active}, "inactive_users": {"inactive_users": gone}}

    def _feed(self) -> list[dict[str, Any]]:
        if self.me["role"] == "ADMIN":
            return self.activity
        there = {row_id for rows in self.lists.values() for row_id in rows}
        return [one for one in self.activity if one["entity_id"] in there]

    def _defined(self, model: str) -> list[dict[str, Any]]:
        return [one for one in self.definitions if one["target_model"] == model]

    def _define(self, body: dict[str, Any]) -> object:
        if self.me["role"] != "ADMIN":
            raise Refusal(403, {"error": True, "errors": "Only admins can manage custom fields"})
        self.definitions.append({**RECORDED["definition"], **body})
        return self.definitions[-1]

    # -- rows -----------------------------------------------------------------------------------------------------------

    def _list(self, path: str, params: Mapping[str, str]) -> object:
        rows = sorted(self.lists[path].values(), key=lambda row: row["id"], reverse=True)
        for name, value in params.items():
            if name.startswith("cf_"):
                rows = [row for row in rows if row["custom_fields"].get(name[3:]) == value]
        start = int(params.get("offset", 0))
        limit = int(params.get("limit", 10))

        def cut(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return found[start : start + limit]

        if path == "accounts":
            halves = [[row for row in rows if row["is_active"] is is_active] for is_active in (True, False)]
            active, closed = {"open_accounts": cut(halves[0])}, {"close_accounts": cut(halves[1])}
            return {"active_accounts": active, "closed_accounts": closed}
        if path == "contacts":
            return {"contact_obj_list": cut(rows), "results": cut(rows)}
        if path == "tasks":
            shown = [{name: row[name] for name in RECORDED["task"]} for row in cut(rows)]
            names = [{"id": row["id"], "name": row["name"]} for row in self.lists["accounts"].values()]
            return {"tasks": shown, **({} if params.get("slim") == "true" else {"accounts_list": names})}
        return {path: cut(rows)}

    def _one(self, method: str, path: str, row_id: str, body: dict[str, Any]) -> object:
        row = self.lists[path].get(row_id)
        if row is None:
            raise Refusal(404, {"detail": f"No {KINDS[path]} matches the given query."})
        if method == "GET":
            return {WHOLE[path]: row}
        if method == "DELETE":
            if self.me["role"] != "ADMIN":
                raise Refusal(403, {"error": True, "errors": "You do not have Permission to perform this action"})
            self.remove(path, row_id)
            return {"error": False}
        self._check(path, row, body)
        self._write(path, row, body)
        self.tell("UPDATE", KINDS[path], row_id)
        return {"error": False, "message": "Updated Successfully"}

    def _post(self, path: str, body: dict[str, Any]) -> object:
        blank = {**deepcopy(BLANK[path]), "id": "", "custom_fields": {}, "name": None, "title": None}
        self._check(path, blank, body)
        row = self.add(path, **{"stage": "PROSPECTING", **body} if path == "opportunities" else body)
        return {"error": False, "message": "Created"} if path == "tasks" else {"error": False, "id": row["id"]}

    def _check(self, path: str, row: dict[str, Any], body: dict[str, Any]) -> None:
        after = {**row, **body}
        if path in ("accounts", "opportunities"):
            same = (one for one in self.lists[path].values() if one["id"] != row["id"])
            if any(one["name"].lower() == (after["name"] or "").lower() for one in same):
                raise _bad(name=f"{KINDS[path]} already exists with this name")
        if path == "accounts" and body.get("industry") not in (None, "AUTOMOTIVE", "BANKING"):
            raise _bad(industry=f'"{body["industry"]}" is not a valid choice.')
        if path == "contacts" and not (after["first_name"] and after["last_name"]):
            raise _bad(last_name="This field may not be blank.")
        if path == "tasks" and not row["id"] and "priority" not in body:
            raise _bad(priority="This field is required.")
        if path == "tasks" and after["account"] and after["opportunity"]:
            raise _bad(account="A task can only be linked to one parent entity")
        if path == "opportunities" and "stage" in body:
            kinds = {stage["code"]: stage["kind"] for stage in self.pipelines[0]["stages"]}
            if body["stage"] not in kinds:
                raise _bad(stage="That is not a stage of this deal's pipeline.")
            if kinds[body["stage"]] == "won" and not after["amount"]:
                raise _bad(amount="A won deal has to record what it was worth.")

    def _write(self, path: str, row: dict[str, Any], values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if name == "custom_fields":
                known = {one["key"] for one in self._defined(KINDS[path]) if one["is_active"]}
                row[name] = {**row[name], **{key: text for key, text in value.items() if key in known}}
                row[name] = {key: text for key, text in row[name].items() if text != ""}
            elif name == "assigned_to":
                people = [one for one in self.people if one["id"] in value]
                row[name] = sorted(people, key=lambda one: one["created_at"], reverse=True)
            elif name in ("account", "opportunity") and path != "contacts":
                row[name] = {"id": value, "name": "?"} if value else None
            else:
                row[name] = value
        if path == "opportunities":
            stages = {stage["code"]: stage for stage in self.pipelines[0]["stages"]}
            row["pipeline"] = self.pipelines[0]["id"]
            row["stage_kind"] = stages[row["stage"]]["kind"] if row["stage"] in stages else None

    def _interaction(self, method: str, row_id: str, params: Mapping[str, str], body: dict[str, Any]) -> object:
        if "occurred_at" in body:
            stamp = datetime.fromisoformat(body["occurred_at"])
            if stamp > self.now + timedelta(minutes=5):
                raise _bad(occurred_at="This is more than five minutes in the future.")
            body["occurred_at"] = stamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if method == "POST":
            if body["account"] not in self.lists["accounts"]:
                raise Refusal(404, {"detail": "No such record."})
            return self.log(body.pop("account"), duration_seconds=body.pop("duration_seconds", None), **body)
        if method == "GET":
            if params["account"] not in self.lists["accounts"]:
                raise Refusal(404, {"detail": "No such record."})
            found = [row for row in self.interactions.values() if row["account"] == params["account"]]
            found.sort(key=lambda row: row["occurred_at"], reverse=True)
            start = int(params["offset"])
            return {"interactions": found[start : start + int(params["limit"])], "count": len(found)}
        if row_id not in self.interactions:
            raise Refusal(404, {"detail": "No Interaction matches the given query."})
        if method == "DELETE":
            del self.interactions[row_id]
            return None
        if "kind" in body and body["kind"] != self.interactions[row_id]["kind"]:
            raise _bad(kind="The kind of an interaction cannot be changed.")
        self.interactions[row_id].update(body)
        return self.interactions[row_id]
