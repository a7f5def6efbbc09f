"""HubSpot as its documents tell: properties of text, an index that lags, 10,000 hits of a query, upserts, associations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tests.crm.fakes.base import Answer, Hosted, Refusal, Request

OBJECTS = {
    "companies": {"name", "domain", "address", "phone", "industry", "city", "country", "hubspot_owner_id"},
    "contacts": {"firstname", "lastname", "jobtitle", "phone", "mobilephone", "email", "hs_lead_status", "hubspot_owner_id"},
    "deals": {
        "dealname", "amount", "deal_currency_code", "dealstage", "pipeline", "closedate", "createdate", "hubspot_owner_id",
        "closed_lost_reason", "dealtype",
    },
    "meetings": {
        "hs_meeting_title", "hs_meeting_body", "hs_meeting_outcome", "hs_meeting_start_time", "hs_meeting_end_time",
        "hs_timestamp", "hubspot_owner_id",
    },
    "calls": {"hs_call_title", "hs_call_body", "hs_call_status", "hs_timestamp", "hubspot_owner_id"},
    "tasks": {"hs_task_subject", "hs_task_body", "hs_task_status", "hs_timestamp", "hubspot_owner_id"},
    "goal_targets": {
        "hs_goal_name", "hs_target_amount", "hs_start_datetime", "hs_end_datetime", "hubspot_owner_id",
        "hs_kpi_object_type", "hs_kpi_metric_type", "hs_kpi_property_name",
    },
}  # fmt: skip
CHOICES = {
    "hs_meeting_outcome": {"SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"},
    "hs_call_status": {"QUEUED", "COMPLETED", "NO_ANSWER", "CANCELED", "BUSY", "FAILED", "IN_PROGRESS", "RINGING"},
    "hs_task_status": {"NOT_STARTED", "COMPLETED", "DEFERRED", "IN_PROGRESS", "WAITING"},
    "deal_currency_code": {"USD", "EUR"},
}
_ROW = re.compile(r"/crm/v3/objects/(\w+)(?:/([^/]+))?(/upsert)?")
_LINK = re.compile(r"/crm/v4/objects/(\w+)/(\d+)/associations/(default/)?(\w+)/(\d+)")


@dataclass
class FakeHubSpot(Hosted):
    lag_s: float = 240.0
    """Seconds until the search knows of a change."""
    cap: int = 10_000
    """Hits of one query that can be paged through."""
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in OBJECTS})
    known: dict[str, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in OBJECTS})
    """Properties that were made, by object."""
    links: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    """(object, id, other object): ids, the primary one first."""
    scopes: list[str] = field(
        default_factory=lambda: [f"crm.objects.{k}.read" for k in ("companies", "contacts", "deals")]
    )
    searches: list[datetime] = field(default_factory=list)
    _next: int = 1000

    def __post_init__(self) -> None:
        day = self.stamp()
        self.owners = [
            {"id": "31", "userId": 901, "email": "one@example.com", "firstName": "Rep", "lastName": "One", "archived": False,
             "createdAt": day, "updatedAt": day, "teams": [{"id": "61", "name": "North", "primary": True}], "type": "PERSON"},
            {"id": "32", "userId": 902, "email": "two@example.com", "firstName": "Rep", "lastName": "Two", "archived": False,
             "createdAt": day, "updatedAt": day, "type": "PERSON"},
            {"id": "33", "email": "left@example.com", "firstName": "Gone", "lastName": "Away", "archived": True,
             "createdAt": day, "updatedAt": day, "type": "PERSON"},
        ]  # fmt: skip
        told = [("appointmentscheduled", "Appointment", "0.2", False), ("contractsent", "Contract", "0.9", False),
                ("closedwon", "Closed won", "1.0", True), ("closedlost", "Closed lost", "0.0", True)]  # fmt: skip
        stages = [
            {"id": name, "label": label, "displayOrder": place, "archived": False, "createdAt": day, "updatedAt": day,
             "metadata": {"probability": chance, "isClosed": str(over).lower()}, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"}
            for place, (name, label, chance, over) in enumerate(told)
        ]  # fmt: skip
        self.pipelines: list[dict[str, Any]] = [
            {
                "id": "default",
                "label": "Sales",
                "displayOrder": 0,
                "archived": False,
                "createdAt": day,
                "updatedAt": day,
                "stages": stages,
            }
        ]

    # what a person does in its pages

    def _modified(self, kind: str) -> str:
        return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"

    def _now(self) -> str:
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def add(self, kind: str, links: Mapping[str, str] = MappingProxyType({}), **values: str) -> dict[str, Any]:
        self._next += 1
        row: dict[str, Any] = {"id": str(self._next), "properties": {}, "createdAt": self._now(), "archived": False}
        if kind == "deals":
            row["properties"] |= {"createdate": self._now(), "pipeline": "default", "dealstage": "appointmentscheduled"}
        self.rows[kind][row["id"]] = row
        for other, other_id in links.items():
            self.link(kind, row["id"], other, other_id)
        return self.edit(kind, row["id"], **values)

    def edit(self, kind: str, row_id: str, **values: str) -> dict[str, Any]:
        row = self.rows[kind][row_id]
        row["properties"] |= {**values, self._modified(kind): self._now(), "hs_object_id": row_id}
        row["updatedAt"] = self._now()
        return row

    def remove(self, kind: str, row_id: str) -> None:
        self.rows[kind][row_id] |= {"archived": True, "archivedAt": self._now()}

    def link(self, kind: str, row_id: str, other: str, other_id: str) -> None:
        for mine, its, others, theirs in ((kind, row_id, other, other_id), (other, other_id, kind, row_id)):
            ends = self.links.setdefault((mine, its, others), [])
            if theirs not in ends:
                ends.append(theirs)

    def unlink(self, kind: str, row_id: str, other: str, other_id: str) -> None:
        for mine, its, others, theirs in ((kind, row_id, other, other_id), (other, other_id, kind, row_id)):
            ends = self.links.get((mine, its, others), [])
            if theirs in ends:
                ends.remove(theirs)

    # its API

    def serve(self, request: Request) -> Answer:
        path, asked = request.path, request.query
        if path == "/oauth/2026-03/token":
            return self.renew(request.body, "BAD_REFRESH_TOKEN")
        if request.headers.get("authorization") != f"Bearer {self.access}":
            raise _no(401, "EXPIRED_AUTHENTICATION", "the access token expired")
        if any(part in path for part in self.forbidden):
            raise _no(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes")
        self.limit("calls", 100, 10.0, {"status": "error", "policyName": "TEN_SECONDLY_ROLLING", "message": "too many"})
        if path == "/account-info/v3/details":
            return Answer({"portalId": 1, "timeZone": "Europe/Berlin", "companyCurrency": "USD"})
        if path == "/oauth/v2/private-apps/get/access-token-info":
            return Answer({"userId": 901, "hubId": 1, "appId": 2, "scopes": self.scopes})
        if path == "/oauth/2026-03/token/introspect":
            is_active = self.is_app(request.body) and request.body.get("token") == self.access
            told = {"user_id": 901, "hub_id": 1, "scopes": self.scopes, "token_use": "access_token"}
            return Answer({"active": is_active, **(told if is_active else {})})
        if path == "/crm/v3/owners/":
            return Answer(
                {
                    "results": [
                        o for o in self.owners if str(o["archived"]).lower() == asked.get("archived", "false").lower()
                    ]
                }
            )
        if path == "/crm/v3/pipelines/deals":
            return Answer({"results": self.pipelines})
        if path.startswith("/crm/v3/properties/"):
            return self._properties(request, path.removeprefix("/crm/v3/properties/"))
        if path.startswith("/crm/v4/"):
            return self._links(request)
        found = _ROW.fullmatch(path)
        if found is None or found[1] not in self.rows:
            raise _no(404, "OBJECT_NOT_FOUND", "no such path")
        return self._objects(request, *found.groups())

    def _objects(self, request: Request, kind: str, part: str | None, upsert: str | None) -> Answer:
        match request.method, part, upsert:
            case "POST", "batch", "/upsert":
                return self._upsert(kind, request.body["inputs"])
            case "POST", "search", None:
                return self._search(kind, request.body)
            case "POST", None, None:
                return Answer(
                    self._shown(kind, self.add(kind, **self._checked(kind, request.body["properties"])), {}), 201
                )
            case "GET", None, None:
                return self._list(kind, request.query)
            case "GET", str(), None:
                return Answer(self._shown(kind, self._one(kind, part, request.query.get("idProperty")), request.query))
            case "PATCH", str(), None:
                row = self._one(kind, part, None)
                return Answer(
                    self._shown(
                        kind,
                        self.edit(kind, row["id"], **self._checked(kind, request.body["properties"], row["id"])),
                        {},
                    )
                )
            case "DELETE", str(), None:
                if part in self.rows[kind]:
                    self.remove(kind, part)
                return Answer(None, 204)
        raise _no(405, "METHOD_NOT_ALLOWED", request.method)

    def _one(self, kind: str, key: str, by: str | None) -> dict[str, Any]:
        if by is not None and not self.known[kind].get(by, {}).get("hasUniqueValue"):
            raise _no(400, "VALIDATION_ERROR", f"{by} is no unique property")
        for row in self.rows[kind].values():
            if not row["archived"] and (row["properties"].get(by) if by else row["id"]) == key:
                return row
        raise _no(404, "OBJECT_NOT_FOUND", "Object not found")

    def _shown(self, kind: str, row: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
        names = [name for name in asked.get("properties", "").split(",") if name]
        shown = {**row, "properties": self._some(kind, row, names)}
        ends = {
            other: self.links.get((kind, row["id"], other), [])
            for other in asked.get("associations", "").split(",")
            if other
        }
        told = {
            other: {
                "results": [
                    {"id": i, "type": f"{kind[:-1]}_to_{other}" + ("" if n == 0 else "_unlabeled")}
                    for n, i in enumerate(ids)
                ]
            }
            for other, ids in ends.items()
            if ids
        }
        return {**shown, "associations": told} if told else shown

    def _some(self, kind: str, row: dict[str, Any], names: list[str]) -> dict[str, Any]:
        """The properties asked for; those that do not exist are left out without a word, empty ones are null."""
        have = OBJECTS[kind] | set(self.known[kind]) | {self._modified(kind), "hs_object_id", "createdate"}
        wanted = {*names, self._modified(kind), "hs_object_id"} & have
        return {name: row["properties"].get(name) or None for name in sorted(wanted)}

    def _list(self, kind: str, asked: dict[str, str]) -> Answer:
        if not 1 <= int(asked.get("limit", 10)) <= 100:
            raise _no(400, "VALIDATION_ERROR", "limit")
        limit, after, gone = (
            int(asked.get("limit", 10)),
            int(asked.get("after", 0)),
            asked.get("archived", "").lower() == "true",
        )
        rows = [
            row
            for key, row in sorted(self.rows[kind].items(), key=lambda item: int(item[0]))
            if row["archived"] == gone
        ]
        rows = [row for row in rows if int(row["id"]) > after]
        answer: dict[str, Any] = {"results": [self._shown(kind, row, asked) for row in rows[:limit]]}
        if len(rows) > limit:
            answer["paging"] = {"next": {"after": rows[limit - 1]["id"], "link": "?"}}
        return Answer(answer)

    def _search(self, kind: str, body: dict[str, Any]) -> Answer:
        self.limit("search", 4, 1.0, {"status": "error", "policyName": "SECONDLY", "message": "too many searches"})
        self.searches.append(self.now)
        limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
        if limit > 200 or after + limit > self.cap:
            raise _no(400, "VALIDATION_ERROR", "a page must end within 10,000")
        indexed = self.now - timedelta(seconds=self.lag_s)
        rows = [
            row
            for row in self.rows[kind].values()
            if not row["archived"]
            and datetime.fromisoformat(row["updatedAt"]) <= indexed
            and any(all(_fits(row, one) for one in group["filters"]) for group in body["filterGroups"])
        ]
        for sort in body.get("sorts") or []:
            rows.sort(key=lambda row: _value(row, sort["propertyName"]), reverse=sort["direction"] == "DESCENDING")
        page = rows[after : after + limit]
        found = [{**row, "properties": self._some(kind, row, body.get("properties") or [])} for row in page]
        answer: dict[str, Any] = {"total": len(rows), "results": found}
        if after + limit < len(rows):
            answer["paging"] = {"next": {"after": str(after + limit)}}
        return Answer(answer)

    def _upsert(self, kind: str, inputs: list[dict[str, Any]]) -> Answer:
        if len(inputs) > 100:
            raise _no(400, "VALIDATION_ERROR", "100 at most")
        done = []
        for one in inputs:
            by = str(one.get("idProperty"))
            if not self.known[kind].get(by, {}).get("hasUniqueValue"):
                raise _no(400, "VALIDATION_ERROR", f"{by} is no unique property")
            at = [r for r in self.rows[kind].values() if not r["archived"] and r["properties"].get(by) == one["id"]]
            values = self._checked(kind, {**one["properties"], by: one["id"]}, at[0]["id"] if at else "")
            if kind in ("meetings", "calls", "tasks") and not at and not values.get("hs_timestamp"):
                raise _no(400, "VALIDATION_ERROR", "hs_timestamp is required")
            row = self.edit(kind, at[0]["id"], **values) if at else self.add(kind, **values)
            done.append({**row, "new": not at})
        stamps = {"startedAt": self._now(), "completedAt": self._now()}
        return Answer({"status": "COMPLETE", "results": done, **stamps})

    def _checked(self, kind: str, values: dict[str, Any], row_id: str = "") -> dict[str, Any]:
        for name, value in values.items():
            if name not in OBJECTS[kind] | set(self.known[kind]):
                raise _no(400, "VALIDATION_ERROR", f'Property "{name}" does not exist')
            if not isinstance(value, str):
                raise _no(400, "VALIDATION_ERROR", f"{name} must be text")
            if value and name in CHOICES and value not in CHOICES[name]:
                raise _no(400, "VALIDATION_ERROR", f"{value} was not one of the allowed options of {name}")
            if value and name == "hubspot_owner_id" and value not in [owner["id"] for owner in self.owners]:
                raise _no(400, "VALIDATION_ERROR", f"{value} is no owner")
            if value and name == "dealstage" and value not in [s["id"] for p in self.pipelines for s in p["stages"]]:
                raise _no(400, "VALIDATION_ERROR", f"{value} was not one of the allowed options of dealstage")
            is_unique = name == "email" or self.known[kind].get(name, {}).get("hasUniqueValue")
            if (
                value
                and is_unique
                and any(
                    r["properties"].get(name) == value and i != row_id and not r["archived"]
                    for i, r in self.rows[kind].items()
                )
            ):
                raise _no(409, "CONFLICT", f"{name} {value} exists already")
        return values

    def _properties(self, request: Request, rest: str) -> Answer:
        kind, _slash, name = rest.partition("/")
        if request.method == "POST":
            self.known[kind][request.body["name"]] = {**request.body, "createdAt": self._now()}
            return Answer(self.known[kind][request.body["name"]], 201)
        if name == "groups":
            return Answer(
                {
                    "results": [
                        {"name": f"{kind}_information", "label": "Information", "displayOrder": 0, "archived": False}
                    ]
                }
            )
        if name not in self.known[kind]:
            raise _no(404, "OBJECT_NOT_FOUND", "no such property")
        return Answer(self.known[kind][name])

    def _links(self, request: Request) -> Answer:
        if request.path.endswith("/batch/read"):
            kind, other = request.path.split("/")[4:6]
            found = []
            for one in request.body["inputs"]:
                ends = self.links.get((kind, one["id"], other), [])
                types = (
                    [{"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}],
                    [{"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}],
                )
                to = [
                    {"toObjectId": int(end), "associationTypes": types[min(place, 1)]} for place, end in enumerate(ends)
                ]
                found += [{"from": {"id": one["id"]}, "to": to[::-1]}] if to else []
            all_told = len(found) == len(request.body["inputs"])
            stamps = {"startedAt": self._now(), "completedAt": self._now()}
            return Answer({"status": "COMPLETE", "results": found, **stamps}, 200 if all_told else 207)
        match = _LINK.fullmatch(request.path)
        if match is None:
            raise _no(404, "OBJECT_NOT_FOUND", "no such path")
        kind, row_id, default, other, other_id = match.groups()
        if other_id not in self.rows[other] or row_id not in self.rows[kind]:
            raise _no(404, "OBJECT_NOT_FOUND", "no such row")
        if request.method == "DELETE":
            self.unlink(kind, row_id, other, other_id)
            return Answer(None, 204)
        if request.method != "PUT" or not default:
            raise _no(405, "METHOD_NOT_ALLOWED", request.method)
        self.link(kind, row_id, other, other_id)
        return Answer({"status": "COMPLETE", "results": [], "startedAt": self._now(), "completedAt": self._now()})


def _value(row: dict[str, Any], name: str) -> float:
    value = row["properties"].get(name) or "0"
    return float(value) if name == "hs_object_id" else datetime.fromisoformat(value).astimezone(UTC).timestamp() * 1000


def _fits(row: dict[str, Any], one: dict[str, str]) -> bool:
    have, wanted = round(_value(row, one["propertyName"])), int(one["value"])
    return {"GTE": have >= wanted, "GT": have > wanted, "EQ": have == wanted}[one["operator"]]


def _no(status: int, category: str, words: str) -> Refusal:
    return Refusal(status, {"status": "error", "category": category, "message": words, "correlationId": "0"})
