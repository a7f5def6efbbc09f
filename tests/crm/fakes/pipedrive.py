"""Pipedrive as its specification tells: tokens a call costs, cursors, soft deletes, a search that lags."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.crm.fakes.base import Answer, Hosted, Refusal, Request

BUDGET = 30_000
COSTS = {"list": 10, "get": 1, "write": 5, "delete": 3, "search": 20, "v1": 20}
SEARCH_LAG = timedelta(seconds=30)
KINDS = {"organizations": "name", "persons": "name", "deals": "title", "activities": "subject"}
_LISTED = {"limit", "cursor", "sort_by", "sort_direction", "updated_since", "updated_until", "ids", "owner_id"}
ASKED = {
    "organizations": _LISTED,
    "persons": _LISTED | {"org_id", "deal_id"},
    "deals": _LISTED | {"org_id", "person_id", "pipeline_id", "stage_id", "status"},
    "activities": _LISTED | {"org_id", "person_id", "deal_id", "lead_id", "done"},
    "pipelines": {"limit", "cursor", "sort_by", "sort_direction"},
    "stages": {"limit", "cursor", "sort_by", "sort_direction", "pipeline_id"},
}
WRITABLE: dict[str, dict[str, type | tuple[type, ...]]] = {
    "organizations": {"name": str, "owner_id": int, "address": dict, "custom_fields": dict},
    "persons": {
        "name": str, "owner_id": int, "org_id": int, "emails": list, "phones": list, "job_title": str, "custom_fields": dict,
    },
    "deals": {
        "title": str, "owner_id": int, "org_id": int, "person_id": int, "pipeline_id": int, "stage_id": int,
        "value": (int, float), "currency": str, "status": str, "lost_reason": str, "close_time": str, "won_time": str,
        "lost_time": str, "expected_close_date": str, "custom_fields": dict,
    },
    "activities": {
        "subject": str, "type": str, "owner_id": int, "deal_id": int, "org_id": int, "due_date": str, "due_time": str,
        "duration": str, "done": bool, "note": str, "participants": list,
    },
}  # fmt: skip
NULLABLE = {"org_id", "person_id", "deal_id", "lost_reason", "job_title", "expected_close_date", "owner_id"}
FIELDS = {"organizationFields": "organizations", "personFields": "persons", "dealFields": "deals"}
PATH = re.compile(r"/api/v2/(\w+)(?:/(\w+))?")


@dataclass
class FakePipedrive(Hosted):
    token: str = "0123456789abcdef0123456789abcdef01234567"
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    fields: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in FIELDS.values()})
    goals: list[dict[str, Any]] = field(default_factory=list)
    spent: int = 0
    """Tokens of this day."""
    budget: int = BUDGET
    burst: int = 20
    _next: int = 100

    def __post_init__(self) -> None:
        self.pipelines = {1: {"id": 1, "name": "Sales", "order_nr": 1, "is_deleted": False}}
        names = ("Qualified", "Contact made", "Proposal", "Negotiation")
        self.stages: dict[int, dict[str, Any]] = {
            number: {
                "id": number, "order_nr": number, "name": name, "is_deleted": False, "deal_probability": 20 * number,
                "pipeline_id": 1, "is_deal_rot_enabled": number == 3, "days_to_rotten": 14 if number == 3 else None,
            }
            for number, name in enumerate(names, 1)
        }  # fmt: skip
        self.users = [
            {
                "id": 11,
                "name": "Rep One",
                "email": "one@example.com",
                "active_flag": True,
                "is_admin": 1,
                "default_currency": "EUR",
            },
            {
                "id": 12,
                "name": "Rep Two",
                "email": "two@example.com",
                "active_flag": True,
                "is_admin": 0,
                "default_currency": "EUR",
            },
        ]
        self.teams = [{"id": 5, "name": "North", "manager_id": 11, "users": [11, 12], "active_flag": 1}]
        self.currencies = [{"id": 7, "code": "EUR", "active_flag": True}, {"id": 8, "code": "USD", "active_flag": True}]

    # what a person does in its pages

    def add(self, kind: str, **values: Any) -> dict[str, Any]:
        self._next += 1
        row: dict[str, Any] = {
            "id": self._next,
            "owner_id": 11,
            "is_deleted": False,
            "add_time": self.stamp(),
            "custom_fields": {},
        }
        if kind == "deals":
            row |= {"value": 0, "currency": "EUR", "status": "open", "org_id": None, "pipeline_id": 1, "stage_id": 1}
            row |= {"lost_reason": None, "expected_close_date": None, "close_time": None}
        elif kind == "activities":
            row |= {
                "type": "task",
                "done": False,
                "note": None,
                "due_date": None,
                "due_time": "",
                "duration": "",
                "org_id": None,
            }
            row |= {"deal_id": None, "participants": []}
        elif kind == "persons":
            row |= {"org_id": None, "emails": [], "phones": [], "job_title": None}
        else:
            row |= {"address": {}}
        self.rows[kind][row["id"]] = row
        return self.edit(kind, row["id"], **values)

    def edit(self, kind: str, row_id: int, **values: Any) -> dict[str, Any]:
        row = self.rows[kind][row_id]
        if kind == "deals":
            if values.get("stage_id"):
                values["pipeline_id"] = self.stages[values["stage_id"]]["pipeline_id"]
            elif values.get("pipeline_id") and values["pipeline_id"] != row["pipeline_id"]:
                of_it = [stage for stage in self.stages.values() if stage["pipeline_id"] == values["pipeline_id"]]
                values["stage_id"] = min(of_it, key=lambda stage: stage["order_nr"])["id"]
            if values.get("status") in ("won", "lost") and row["status"] == "open":
                values.setdefault("close_time", self.stamp())
            elif values.get("status") == "open":
                values |= {"close_time": None, "lost_reason": None}
        row["custom_fields"] = {**row["custom_fields"], **values.pop("custom_fields", {})}
        row.update(values, update_time=self.stamp())
        return row

    def remove(self, kind: str, row_id: int) -> None:
        self.edit(kind, row_id, is_deleted=True)

    def new_day(self) -> None:
        self.spent = 0

    # its API

    def serve(self, request: Request) -> Answer:
        if request.path == "/oauth/token":
            kind, _space, told = request.headers.get("authorization", "").partition(" ")
            client_id, _colon, secret = base64.b64decode(told).decode().partition(":")
            if kind != "Basic" or {"client_id", "client_secret"} & request.body.keys():
                raise _no(401, "the app is named in a Basic header, and there alone")
            return self.renew({**request.body, "client_id": client_id, "client_secret": secret})
        self._may(request)
        if request.path.startswith("/api/v1/"):
            return self._v1(request)
        found = PATH.fullmatch(request.path)
        if found is None:
            raise _no(404, "Unknown method.")
        kind, part = found.groups()
        if kind in FIELDS:
            return self._custom(request, FIELDS[kind])
        if part == "search":
            self._pay("search")
            return Answer(
                {"success": True, "data": {"items": self._search(kind, request.query)}, "additional_data": {}}
            )
        if part is not None:
            return self._one(request, kind, int(part))
        if request.method == "POST":
            self._pay("write")
            return Answer(
                {"success": True, "data": self.add(kind, **self._checked(kind, request.body, is_new=True))}, 201
            )
        self._pay("list")
        return self._list(kind, request.query)

    def _may(self, request: Request) -> None:
        bearer = request.headers.get("authorization")
        if bearer != f"Bearer {self.access}" and request.headers.get("x-api-token") != self.token:
            raise _no(401, "unauthorized access")
        if any(part in request.path for part in self.forbidden):
            raise _no(403, "Forbidden")
        self.limit("burst", self.burst, 2.0, {"success": False, "error": "request over limit"})

    def _pay(self, call: str) -> None:
        if self.spent + COSTS[call] > self.budget:
            raise Refusal(429, {"success": False, "error": "Daily budget is used up"}, **{"Retry-After": "3600"})
        self.spent += COSTS[call]
        self.calls[call] += 1

    def _v1(self, request: Request) -> Answer:
        self._pay("get" if request.path.endswith("/me") else "v1")
        data: Any
        match request.path.removeprefix("/api/v1/"):
            case "users/me":
                data = self.users[0]
            case "users":
                data = self.users
            case "legacyTeams":
                data = self.teams
            case "goals/find":
                data = {"goals": self.goals}
            case "currencies":
                data = self.currencies
            case _:
                raise _no(404, "Unknown method.")
        return Answer({"success": True, "data": data})

    def _custom(self, request: Request, kind: str) -> Answer:
        known = self.fields[kind]
        if request.method == "GET":
            self._pay("list")
            return Answer({"success": True, "data": list(known.values()), "additional_data": {"next_cursor": None}})
        self._pay("write")
        name = request.body["field_name"]
        code = hashlib.sha1(f"{kind}{len(known)}{name}".encode()).hexdigest()
        known[code] = {"field_code": code, "is_custom_field": True, **request.body}
        return Answer({"success": True, "data": known[code]}, 201)

    def _one(self, request: Request, kind: str, row_id: int) -> Answer:
        self._pay({"GET": "get", "DELETE": "delete"}.get(request.method, "write"))
        row = self.rows[kind].get(row_id)
        gone = row is not None and row["is_deleted"]
        if row is None or (gone and (request.method != "GET" or self._age(row) > timedelta(days=30))):
            raise _no(404, "The row was not found.")
        if request.method == "DELETE":
            self.remove(kind, row_id)
            return Answer({"success": True, "data": {"id": row_id}})
        if request.method == "PATCH":
            row = self.edit(kind, row_id, **self._checked(kind, request.body, is_new=False))
        return Answer({"success": True, "data": row})

    def _age(self, row: dict[str, Any]) -> timedelta:
        return self.now - datetime.fromisoformat(row["update_time"])

    def _list(self, kind: str, asked: dict[str, str]) -> Answer:
        if kind not in ASKED or asked.keys() - ASKED[kind]:
            raise _no(400, f"unknown parameter {sorted(asked.keys() - ASKED.get(kind, set()))}")
        limit = int(asked.get("limit", 100))
        if not 1 <= limit <= 500:
            raise _no(400, "limit must be 500 at most")
        rows: Iterable[dict[str, Any]]
        if kind in ("pipelines", "stages"):
            rows = (self.pipelines if kind == "pipelines" else self.stages).values()
        else:
            rows = [row for row in self.rows[kind].values() if self._fits(kind, row, asked)]
        by = asked.get("sort_by", "id")
        ordered = sorted(rows, key=lambda row: (row[by], row["id"]), reverse=asked.get("sort_direction") == "desc")
        begin = int(asked["cursor"].removeprefix("at-")) if asked.get("cursor") else 0
        page = ordered[begin : begin + limit]
        after = f"at-{begin + limit}" if begin + limit < len(ordered) else None
        return Answer({"success": True, "data": page, "additional_data": {"next_cursor": after}})

    def _fits(self, kind: str, row: dict[str, Any], asked: dict[str, str]) -> bool:
        statuses = asked.get("status", "").split(",")
        if row["is_deleted"] and ("deleted" not in statuses or self._age(row) > timedelta(days=30)):
            return False
        if "status" in asked and not row["is_deleted"] and row["status"] not in statuses:
            return False
        if "ids" in asked and str(row["id"]) not in asked["ids"].split(",")[:100]:
            return False
        if "updated_since" in asked and row["update_time"] < asked["updated_since"]:
            return False
        names = ("owner_id", "org_id", "deal_id", "pipeline_id", "stage_id")
        return all(str(row.get(name)) == asked[name] for name in names if name in asked)

    def _search(self, kind: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Custom fields, exactly; what was written lately is not found yet."""
        if len(asked["term"]) < 2 or asked.get("fields") != "custom_fields" or asked.get("exact_match") != "true":
            raise _no(400, "what this stand-in does not know")
        return [
            {"result_score": 1.0, "item": {"id": row["id"], "type": kind[:-1], KINDS[kind]: row[KINDS[kind]]}}
            for row in self.rows[kind].values()
            if not row["is_deleted"]
            and self._age(row) >= SEARCH_LAG
            and asked["term"].lower() in [str(value).lower() for value in row["custom_fields"].values()]
        ]

    def _checked(self, kind: str, body: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
        for name, value in body.items():
            wanted = WRITABLE[kind].get(name)
            if wanted is None:
                raise _no(400, f"Unknown field: {name}")
            is_none = value is None and name in NULLABLE
            if not is_none and (not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool)):
                raise _no(400, f"Validation failed: {name}: expected {wanted}")
        if is_new and not body.get(KINDS[kind]) and kind != "activities":
            raise _no(400, f"Validation failed: {KINDS[kind]}: is required")
        known = {
            "org_id": self.rows["organizations"],
            "deal_id": self.rows["deals"],
            "stage_id": self.stages,
            "pipeline_id": self.pipelines,
        }
        for name, rows in known.items():
            if body.get(name) is not None and body[name] not in rows:
                raise _no(400, f"Validation failed: {name}: not found")
        if body.get("owner_id") is not None and body["owner_id"] not in [user["id"] for user in self.users]:
            raise _no(400, "Validation failed: owner_id: not found")
        if body.get("status", "open") not in ("open", "won", "lost"):
            raise _no(400, "Validation failed: status")
        if set(body.get("custom_fields", {})) - set(self.fields.get(kind, {})):
            raise _no(400, "Validation failed: custom_fields: unknown key")
        if not re.fullmatch(r"(\d\d:\d\d)?", body.get("due_time", "")):
            raise _no(400, "Validation failed: due_time")
        return body


def _no(status: int, words: str) -> Refusal:
    return Refusal(status, {"success": False, "error": words})
