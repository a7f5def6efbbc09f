"""Salesforce as its documents tell: SOQL of a few clauses, external ids, conditional updates, the list of deletions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tests.crm.fakes.base import Answer, Hosted, Refusal, Request

API = "/services/data/v62.0"
PREFIX = {
    "Account": "001",
    "Contact": "003",
    "Opportunity": "006",
    "Event": "00U",
    "Task": "00T",
    "ForecastingQuota": "0J9",
}
SYSTEM = {"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "IsDeleted"}
OURS = {"Cockpit_Id__c", "Cockpit_State__c"}
WRITABLE: dict[str, set[str]] = {
    "Account": {"Name", "Industry", "Phone", "BillingStreet", "BillingCity", "BillingCountry", "Website", "Rating", "OwnerId"},
    "Contact": {"FirstName", "LastName", "AccountId", "Title", "Phone", "MobilePhone", "Email", "Department", "OwnerId"},
    "Opportunity": {"Name", "OwnerId", "AccountId", "StageName", "Amount", "CloseDate", "Type", "NextStep"},
    "Event": {
        "Subject", "Description", "OwnerId", "WhatId", "WhoId", "StartDateTime", "EndDateTime", "IsAllDayEvent", "ActivityDate",
        "Location",
    },
    "Task": {
        "Subject", "Description", "OwnerId", "WhatId", "WhoId", "ActivityDate", "Status", "ReminderDateTime", "IsReminderSet",
        "TaskSubtype", "Priority",
    },
    "ForecastingQuota": {"QuotaAmount", "QuotaOwnerId", "StartDate", "Period"},
}  # fmt: skip
DERIVED = {
    "Opportunity": {"IsClosed", "IsWon"},
    "Event": {"AccountId"},
    "Task": {"AccountId", "IsClosed"},
    "Contact": {"Name"},
}
REQUIRED = {
    "Account": {"Name"},
    "Contact": {"LastName"},
    "Opportunity": {"Name", "StageName", "CloseDate"},
    "Event": {"StartDateTime", "EndDateTime"},
}
_SOQL = re.compile(
    r"SELECT (?P<fields>[\w., ]+) FROM (?P<kind>\w+)(?: WHERE (?P<where>\w+ (?:=|>=) \S+))?(?: ORDER BY (?P<order>[\w, ]+))?"
)
_ROW = re.compile(rf"{API}/sobjects/(\w+)(?:/([\w-]+))?(?:/([\w-]+))?/?")


@dataclass
class FakeSalesforce(Hosted):
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in WRITABLE})
    custom: dict[str, set[str]] = field(default_factory=lambda: {kind: set(OURS) for kind in WRITABLE})
    """Fields that an administrator added."""
    is_multi_currency: bool = True
    version: str = "62.0"
    page: int = 2000
    most_requests: int = 100_000
    remembers: timedelta = timedelta(days=15)
    """How long deletions are told of."""
    _next: int = 1
    _queries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users: list[dict[str, Any]] = [
            {
                "Id": "005000000000001AAA",
                "Name": "Rep One",
                "Email": "one@example.com",
                "IsActive": True,
                "UserRoleId": "00E1",
                "UserType": "Standard",
            },
            {
                "Id": "005000000000002AAA",
                "Name": "Rep Two",
                "Email": "two@example.com",
                "IsActive": True,
                "UserRoleId": None,
                "UserType": "Standard",
            },
            {
                "Id": "005000000000003AAA",
                "Name": "Robot",
                "Email": "",
                "IsActive": True,
                "UserRoleId": None,
                "UserType": "AutomatedProcess",
            },
        ]
        self.roles: list[dict[str, Any]] = [
            {"Id": "00E1", "Name": "North", "ParentRoleId": "00E2"},
            {"Id": "00E2", "Name": "Company", "ParentRoleId": None},
        ]
        told = [
            ("Prospecting", 10, False, False),
            ("Negotiation", 80, False, False),
            ("Closed Won", 100, True, True),
            ("Closed Lost", 0, True, False),
        ]
        self.stages: list[dict[str, Any]] = [
            {
                "Id": f"01J{place}",
                "MasterLabel": name,
                "ApiName": name,
                "SortOrder": place,
                "DefaultProbability": float(chance),
                "IsClosed": closed,
                "IsWon": won,
            }
            for place, (name, chance, closed, won) in enumerate(told, 1)
        ]

    # what a person does in its pages

    def _now(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def have(self, kind: str) -> set[str]:
        fields = SYSTEM | WRITABLE[kind] | DERIVED.get(kind, set()) | self.custom[kind]
        return fields | (
            {"CurrencyIsoCode"} if self.is_multi_currency and kind in ("Opportunity", "ForecastingQuota") else set()
        )

    def add(self, kind: str, **values: Any) -> dict[str, Any]:
        self._next += 1
        row: dict[str, Any] = dict.fromkeys(self.have(kind))
        row |= {
            "Id": f"{PREFIX[kind]}{self._next:012}AAA",
            "CreatedDate": self._now(),
            "IsDeleted": False,
            "OwnerId": self.users[0]["Id"],
        }
        if "CurrencyIsoCode" in row:
            row["CurrencyIsoCode"] = "USD"
        self.rows[kind][row["Id"]] = row
        return self.edit(kind, row["Id"], **values)

    def edit(self, kind: str, row_id: str, **values: Any) -> dict[str, Any]:
        row = self.rows[kind][row_id]
        row |= {**values, "LastModifiedDate": self._now(), "SystemModstamp": self._now()}
        if kind == "Opportunity":
            stage = next((s for s in self.stages if s["ApiName"] == row["StageName"]), None)
            row |= {"IsClosed": bool(stage and stage["IsClosed"]), "IsWon": bool(stage and stage["IsWon"])}
        elif kind in ("Event", "Task"):
            what = row["WhatId"] or ""
            row["AccountId"] = (
                what if what.startswith("001") else self.rows["Opportunity"].get(what, {}).get("AccountId")
            )
            row["IsClosed"] = row.get("Status") == "Completed"
            if kind == "Task" and row["Status"] is None:
                row["Status"] = "Not Started"
        for name in ("StartDateTime", "EndDateTime", "ReminderDateTime"):
            if row.get(name):
                row[name] = datetime.fromisoformat(row[name]).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return row

    def remove(self, kind: str, row_id: str) -> None:
        self.edit(kind, row_id, IsDeleted=True)

    # its API

    def serve(self, request: Request) -> Answer:
        if request.path == "/services/oauth2/token":
            return self.renew(request.body)
        if request.headers.get("authorization") != f"Bearer {self.access}":
            raise _no(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if len(self.log) > self.most_requests:
            raise _no(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        if request.path == "/services/data":
            return Answer(
                [
                    {"label": "old", "url": "/services/data/v20.0", "version": "20.0"},
                    {"label": "x", "url": API, "version": self.version},
                ]
            )
        if request.path == "/services/oauth2/userinfo":
            return Answer({"user_id": self.users[0]["Id"], "organization_id": "00D1", "name": "Rep One"})
        if request.path.startswith(f"{API}/query"):
            return self._query(request)
        found = _ROW.fullmatch(request.path)
        if found is None or found[1] not in self.rows or found[1] in self.forbidden:
            raise _no(404, "NOT_FOUND", "The requested resource does not exist")
        return self._sobject(request, *found.groups())

    def _sobject(self, request: Request, kind: str, part: str | None, key: str | None) -> Answer:
        if part == "describe":
            told = [
                {"name": name, "externalId": name == "Cockpit_Id__c", "custom": name.endswith("__c")}
                for name in sorted(self.have(kind))
            ]
            return Answer({"name": kind, "fields": told})
        if part == "deleted":
            return self._deleted(kind, request.query)
        if part is None:
            row = self.add(kind, **self._checked(kind, request.body, is_new=True))
            return Answer({"id": row["Id"], "success": True, "errors": []}, 201)
        if key is not None:
            return self._by_external_id(request, kind, part, key)
        row = self.rows[kind].get(part, {})
        if not row:
            raise _no(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        if row["IsDeleted"]:
            raise _no(404, "ENTITY_IS_DELETED", "entity is deleted")
        if request.method == "GET":
            return Answer(self._shown(kind, row, request.query.get("fields", "").split(",")))
        if request.method == "DELETE":
            self.remove(kind, part)
            return Answer(None, 204)
        if (asked := request.headers.get("if-unmodified-since")) and datetime.fromisoformat(
            row["LastModifiedDate"]
        ) > parsedate_to_datetime(asked):
            raise _no(412, "PRECONDITION_FAILED", "The record was modified")
        self.edit(kind, part, **self._checked(kind, request.body, is_new=False))
        return Answer(None, 204)

    def _by_external_id(self, request: Request, kind: str, name: str, key: str) -> Answer:
        if name not in self.custom[kind]:
            raise _no(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        rows = [row for row in self.rows[kind].values() if row.get(name) == key and not row["IsDeleted"]]
        if len(rows) > 1:
            raise Refusal(300, [f"{API}/sobjects/{kind}/{row['Id']}" for row in rows])
        if request.method == "GET":
            if not rows:
                raise _no(404, "NOT_FOUND", "The requested resource does not exist")
            return Answer(self._shown(kind, rows[0], request.query.get("fields", "").split(",")))
        if name in request.body or "Id" in request.body:
            raise _no(400, "INVALID_FIELD", "The external id must not be in the body")
        if not rows:
            row = self.add(kind, **self._checked(kind, request.body, is_new=True), **{name: key})
            return Answer({"id": row["Id"], "success": True, "errors": [], "created": True}, 201)
        row = self.edit(kind, rows[0]["Id"], **self._checked(kind, request.body, is_new=False))
        return Answer({"id": row["Id"], "success": True, "errors": [], "created": False})

    def _shown(self, kind: str, row: dict[str, Any], names: list[str]) -> dict[str, Any]:
        wanted = [name for name in names if name] or sorted(self.have(kind))
        if set(wanted) - self.have(kind):
            raise _no(400, "INVALID_FIELD", f"No such column {sorted(set(wanted) - self.have(kind))} on {kind}")
        return {
            "attributes": {"type": kind, "url": f"{API}/sobjects/{kind}/{row['Id']}"},
            **{name: row.get(name) for name in wanted},
        }

    def _deleted(self, kind: str, asked: dict[str, str]) -> Answer:
        start, end = datetime.fromisoformat(asked["start"]), datetime.fromisoformat(asked["end"])
        if end - start < timedelta(minutes=1):
            raise _no(400, "INVALID_REPLICATION_DATE", "startDate before endDate by a minute at least")
        gone = [
            row
            for row in self.rows[kind].values()
            if row["IsDeleted"] and start <= datetime.fromisoformat(row["SystemModstamp"]) <= end
        ]
        earliest = (self.now - self.remembers).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        told = [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in gone]
        return Answer(
            {
                "deletedRecords": told,
                "earliestDateAvailable": earliest,
                "latestDateCovered": asked["end"].replace("Z", ".000+0000"),
            }
        )

    def _query(self, request: Request) -> Answer:
        if request.path != f"{API}/query" and request.path != f"{API}/query/":
            locator, _dash, begin = request.path.rpartition("/")[2].rpartition("-")
            return self._batch(locator, int(begin))
        found = _SOQL.fullmatch(request.query["q"])
        if found is None:
            raise _no(400, "MALFORMED_QUERY", request.query["q"])
        kind, names = found["kind"], found["fields"].split(", ")
        held: dict[str, list[dict[str, Any]]] = {
            "User": self.users,
            "UserRole": self.roles,
            "OpportunityStage": self.stages,
        }
        if kind in self.forbidden or (kind not in held and kind not in self.rows):
            raise _no(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        if kind in self.rows:
            have = self.have(kind) | {"Period.Type"}
            if set(names) - have:
                raise _no(400, "INVALID_FIELD", f"No such column {sorted(set(names) - have)} on entity {kind}")
        rows = held[kind] if kind in held else [row for row in self.rows[kind].values() if not row["IsDeleted"]]
        if found["where"]:
            name, sign, value = found["where"].split(" ")
            if sign == "=":
                rows = [row for row in rows if row[name] == value.strip("'")]
            else:
                low = datetime.fromisoformat(value)
                rows = [row for row in rows if datetime.fromisoformat(row[name]) >= low]
        for name in reversed((found["order"] or "Id").split(", ")):
            rows = sorted(rows, key=lambda row: str(row[name]))
        tops = list(dict.fromkeys(name.split(".")[0] for name in names))
        self._next += 1
        locator = f"01g{self._next}"
        self._queries[locator] = [
            {"attributes": {"type": kind}, **{name: row.get(name) for name in tops}} for row in rows
        ]
        return self._batch(locator, 0)

    def _batch(self, locator: str, begin: int) -> Answer:
        rows = self._queries[locator]
        answer: dict[str, Any] = {
            "totalSize": len(rows),
            "done": begin + self.page >= len(rows),
            "records": rows[begin : begin + self.page],
        }
        if not answer["done"]:
            answer["nextRecordsUrl"] = f"{API}/query/{locator}-{begin + self.page}"
        return Answer(answer)

    def _checked(self, kind: str, body: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
        allowed = (
            WRITABLE[kind]
            | self.custom[kind]
            | ({"CurrencyIsoCode"} if "CurrencyIsoCode" in self.have(kind) else set())
        )
        for name, value in body.items():
            if name not in allowed:
                raise _no(400, "INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {name}")
            if name == "OwnerId" and value not in [user["Id"] for user in self.users]:
                raise _no(400, "INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank")
            if name == "StageName" and value not in [stage["ApiName"] for stage in self.stages]:
                raise _no(
                    400,
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    f"Stage: bad value for restricted picklist field: {value}",
                )
            if name == "CurrencyIsoCode" and value not in ("USD", "EUR"):
                raise _no(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"Currency: bad value: {value}")
            if (
                name == "Amount"
                and value is not None
                and (isinstance(value, bool) or not isinstance(value, (int, float)))
            ):
                raise _no(400, "JSON_PARSER_ERROR", "Amount")
            known = {**self.rows["Account"], **self.rows["Opportunity"], **self.rows["Contact"]}
            if (
                name in ("AccountId", "WhatId", "WhoId")
                and value is not None
                and known.get(value, {"IsDeleted": True})["IsDeleted"]
            ):
                raise _no(400, "INVALID_CROSS_REFERENCE_KEY", f"{name}: invalid cross reference id")
        missing = {name for name in REQUIRED.get(kind, set()) if (name in body or is_new) and not body.get(name)}
        if missing:
            raise _no(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: {sorted(missing)}")
        return body


def _no(status: int, code: str, words: str) -> Refusal:
    return Refusal(status, [{"message": words, "errorCode": code, "fields": []}])
