"""Somebody at each stand-in, in its own pages: the server that the test kit asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.crm.fakes.hubspot import FakeHubSpot
from tests.crm.fakes.pipedrive import FakePipedrive
from tests.crm.fakes.salesforce import FakeSalesforce

STARTS = "2026-11-24T02:00:00Z"


class Desk:
    """`stage`, `funnel`, `person`: ids there that samples name."""

    stage, funnel, person, currency = "1", "1", "11", "USD"

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        raise AssertionError("each desk has its own")

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        raise AssertionError("each desk has its own")

    def sample(self, entity: str, number: int) -> Mapping[str, Any] | None:
        account = next(iter(self.rows("account")), None)
        match entity:
            case "account":
                return {"name": f"Sample {number}", "owner_id": self.person}
            case "contact" if account:
                return {"name": f"Sample {number}", "account_id": account, "phone": "1"}
            case "deal" if account:
                where = {
                    "funnel_id": self.funnel,
                    "stage_id": self.stage,
                    "account_id": account,
                    "owner_id": self.person,
                }
                return {
                    "name": f"Sample {number}",
                    "amount_minor": 1000 + number % 1000,
                    "currency": self.currency,
                    "expected_on": "2027-01-31",
                    **where,
                }
            case "activity" if account:
                plan = {"kind": "visit", "status": "planned", "result": "", "starts_at": STARTS, "account_id": account}
                return {"subject": f"Sample {number}", "rep_id": self.person, **plan}
        return None


class PipedriveDesk(Desk):
    currency = "EUR"
    KINDS: ClassVar = {
        "account": ("organizations", "name"),
        "contact": ("persons", "name"),
        "deal": ("deals", "title"),
        "activity": ("activities", "subject"),
    }

    def __init__(self, fake: FakePipedrive) -> None:
        self.fake = fake

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        if entity in self.KINDS:
            kind, name = self.KINDS[entity]
            shown = "subject" if entity == "activity" else "name"
            return {str(i): {shown: row[name]} for i, row in self.fake.rows[kind].items() if not row["is_deleted"]}
        fixed: dict[str, list[dict[str, Any]]] = {
            "team": self.fake.teams, "person": self.fake.users, "funnel": list(self.fake.pipelines.values()), "stage": list(self.fake.stages.values()),
        }  # fmt: skip
        return {str(row["id"]): row for row in fixed.get(entity, [])}

    def _given(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "name" | "subject":
                    given[self.KINDS[entity][1]] = value
                case "owner_id" | "rep_id":
                    given["owner_id"] = int(value)
                case "account_id":
                    given["org_id"] = int(value)
                case "stage_id":
                    given["stage_id"] = int(value)
                case "amount_minor":
                    given["value"] = value / 100
                case "currency":
                    given["currency"] = value
                case "expected_on":
                    given["expected_close_date"] = value
                case "starts_at":
                    given |= {"due_date": value[:10], "due_time": value[11:16], "type": "meeting"}
        return given

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        self.fake.tick()
        return str(self.fake.add(self.KINDS[entity][0], **self._given(entity, values))["id"])

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        self.fake.tick()
        self.fake.edit(self.KINDS[entity][0], int(remote_id), **self._given(entity, values))

    def remove(self, entity: str, remote_id: str) -> None:
        self.fake.tick()
        self.fake.remove(self.KINDS[entity][0], int(remote_id))


class HubSpotDesk(Desk):
    stage, funnel, person = "appointmentscheduled", "default", "31"
    KINDS: ClassVar = {"account": "companies", "contact": "contacts", "deal": "deals", "activity": "meetings"}
    NAMES: ClassVar = {"account": "name", "contact": "lastname", "deal": "dealname", "activity": "hs_meeting_title"}

    def __init__(self, fake: FakeHubSpot) -> None:
        self.fake = fake

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        if entity in self.KINDS:
            kind, shown = self.KINDS[entity], "subject" if entity == "activity" else "name"
            found = {}
            for number, row in self.fake.rows[kind].items():
                words = [row["properties"].get(name) for name in ("firstname", self.NAMES[entity])]
                if not row["archived"]:
                    found[f"meetings:{number}" if entity == "activity" else number] = {
                        shown: " ".join(word for word in words if word)
                    }
            return found
        fixed: dict[str, list[dict[str, Any]]] = {
            "person": self.fake.owners, "funnel": self.fake.pipelines, "stage": self.fake.pipelines[0]["stages"],
        }  # fmt: skip
        return {row["id"]: row for row in fixed.get(entity, [])}

    def _given(self, entity: str, values: Mapping[str, Any]) -> dict[str, str]:
        given = {}
        for name, value in values.items():
            match name:
                case "name" | "subject":
                    given[self.NAMES[entity]] = value
                case "owner_id" | "rep_id":
                    given["hubspot_owner_id"] = value
                case "stage_id":
                    given["dealstage"] = value
                case "amount_minor":
                    given["amount"] = str(value / 100)
                case "expected_on":
                    given["closedate"] = f"{value}T12:00:00Z"
                case "phone":
                    given["phone"] = value
                case "starts_at":
                    given |= {"hs_meeting_start_time": value, "hs_timestamp": value, "hs_meeting_outcome": "SCHEDULED"}
        if entity == "contact" and "name" in values:
            given |= {"firstname": ""}
        return given

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        self.fake.tick()
        links = {"companies": values["account_id"]} if values.get("account_id") else {}
        number = str(self.fake.add(self.KINDS[entity], links=links, **self._given(entity, values))["id"])
        return f"meetings:{number}" if entity == "activity" else number

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        self.fake.tick()
        self.fake.edit(self.KINDS[entity], remote_id.removeprefix("meetings:"), **self._given(entity, values))

    def remove(self, entity: str, remote_id: str) -> None:
        self.fake.tick()
        self.fake.remove(self.KINDS[entity], remote_id.removeprefix("meetings:"))


class SalesforceDesk(Desk):
    stage, funnel, person = "Prospecting", "opportunities", "005000000000001AAA"
    KINDS: ClassVar = {"account": "Account", "contact": "Contact", "deal": "Opportunity", "activity": "Event"}
    NAMES: ClassVar = {"account": "Name", "contact": "LastName", "deal": "Name", "activity": "Subject"}

    def __init__(self, fake: FakeSalesforce) -> None:
        self.fake = fake

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        if entity in self.KINDS:
            kind, shown = self.KINDS[entity], "subject" if entity == "activity" else "name"
            found = {}
            for number, row in self.fake.rows[kind].items():
                words = [row.get(name) for name in ("FirstName", self.NAMES[entity])]
                if not row["IsDeleted"]:
                    found[f"Event:{number}" if entity == "activity" else number] = {
                        shown: " ".join(word for word in words if word)
                    }
            return found
        fixed = {"team": self.fake.roles, "person": self.fake.users[:2], "stage": self.fake.stages}
        return {row["ApiName" if entity == "stage" else "Id"]: row for row in fixed.get(entity, [])}

    def _given(self, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "name" | "subject":
                    given[self.NAMES[entity]] = value
                case "owner_id" | "rep_id":
                    given["OwnerId"] = value
                case "account_id":
                    given["WhatId" if entity == "activity" else "AccountId"] = value
                case "stage_id":
                    given["StageName"] = value
                case "amount_minor":
                    given["Amount"] = value / 100
                case "expected_on":
                    given["CloseDate"] = value
                case "phone":
                    given["Phone"] = value
                case "starts_at":
                    given |= {"StartDateTime": value, "EndDateTime": value, "IsAllDayEvent": False}
        if entity == "contact" and "name" in values:
            given["FirstName"] = None
        return given

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        self.fake.tick()
        number = str(self.fake.add(self.KINDS[entity], **self._given(entity, values))["Id"])
        return f"Event:{number}" if entity == "activity" else number

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        self.fake.tick()
        self.fake.edit(self.KINDS[entity], remote_id.removeprefix("Event:"), **self._given(entity, values))

    def remove(self, entity: str, remote_id: str) -> None:
        self.fake.tick()
        self.fake.remove(self.KINDS[entity], remote_id.removeprefix("Event:"))
