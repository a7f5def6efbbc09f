"""Salesforce's records as our rows, and ours as its fields.

A visit or web meeting of ours is an Event there, a call or to-do a Task, so the id of an activity says which:
`Event:00U…`. Both carry `Cockpit_State__c` for what they cannot say. A task has a day alone: its hour is its reminder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cockpit.crm import fields as f
from cockpit.crm.connector import BadRemote, CrmRefused, Remote
from cockpit.i18n import _

OUR_ID, OUR_STATE = "Cockpit_Id__c", "Cockpit_State__c"
OBJECTS = {"account": ("Account",), "contact": ("Contact",), "deal": ("Opportunity",), "activity": ("Event", "Task")}
ACTIVITIES = ("Event", "Task")
OF_KIND = {"visit": "Event", "web": "Event", "call": "Task", "task": "Task"}
FUNNEL = "opportunities"
MODIFIED, CHANGED = "LastModifiedDate", "SystemModstamp"
_STATES = ("planned", "held", "not_held", "moved", "cancelled")
_STATUS = {
    "planned": "Not Started",
    "held": "Completed",
    "not_held": "Deferred",
    "moved": "Deferred",
    "cancelled": "Deferred",
}
_ANY = dict.fromkeys(_STATES, "Event")
"""An event has no state of its own."""
_DEAL, _CONTACT = "006", "003"
"""Ids tell what they are of."""
MOST_CUSTOM = 40


class Rows:
    """Both ways of the mapping. `currency`: of an organization with one; `closed`: the stages that are an end."""

    def __init__(self, zone: str, currency: str) -> None:
        self._calendar = f.Calendar(zone)
        self.currency = currency
        self.closed: frozenset[str] = frozenset()
        self.tables: dict[str, dict[str, f.Field]] = {
            "Account": {
                "name": f.text("Name"),
                "industry": f.text("Industry"),
                "phone": f.text("Phone"),
                "address": f.text("BillingStreet"),
                "owner_id": f.ref("OwnerId"),
            },
            "Contact": {
                "account_id": f.ref("AccountId"),
                "title": f.text("Title"),
                "phone": f.text("Phone"),
                "mobile": f.text("MobilePhone"),
                "email": f.text("Email"),
            },
            "Opportunity": {
                "name": f.text("Name"),
                "owner_id": f.ref("OwnerId"),
                "account_id": f.ref("AccountId"),
                "stage_id": f.ref("StageName"),
                "amount_minor": f.money("Amount"),
                "created_on": f.Field("CreatedDate", self._calendar.of, None),
            },
            **{name: {"rep_id": f.ref("OwnerId"), "subject": f.text("Subject")} for name in ACTIVITIES},
        }
        self._also = {
            "Account": ("BillingCity", "BillingCountry", "Website", "Rating"),
            "Contact": ("FirstName", "LastName", "Department"),
            "Opportunity": ("CloseDate", "IsClosed", "CurrencyIsoCode", "Type", "NextStep"),
            "Event": (*_OF_BOTH, "StartDateTime", "EndDateTime", "IsAllDayEvent", "ActivityDate", "Location"),
            "Task": (*_OF_BOTH, "ActivityDate", "Status", "ReminderDateTime", "TaskSubtype", "Priority"),
        }
        self.ours = {
            "team": frozenset({"name", "parent_id"}),
            "person": frozenset({"name", "email", "team_id", "is_active"}),
            "funnel": frozenset({"name"}),
            "stage": frozenset({"funnel_id", "name", "position", "kind", "probability"}),
            "account": frozenset(self.tables["Account"]),
            "contact": frozenset({*self.tables["Contact"], "name"}),
            "deal": frozenset({*self.tables["Opportunity"], "funnel_id", "currency", "expected_on", "closed_on"}),
            "activity": frozenset({*self.tables["Event"], "account_id", "deal_id", "contact_id", "kind", "status"})
            | {"starts_at", "ends_at", "result"},
            "target": frozenset(
                {"metric", "scope_kind", "scope_id", "period_kind", "period_start", "value", "unit", "currency"}
            ),
        }

    def wanted(self, kind: str, have: Iterable[str]) -> list[str]:
        """What to ask for, of the fields that the organization has."""
        there = list(have)
        names = [
            "Id",
            OUR_ID,
            MODIFIED,
            CHANGED,
            *(field.theirs for field in self.tables[kind].values()),
            *self._also[kind],
        ]
        custom = [name for name in there if name.endswith("__c") and name not in names][:MOST_CUSTOM]
        return [name for name in dict.fromkeys(names) if name in there] + custom

    def read(self, kind: str, raw: Mapping[str, Any]) -> Remote | BadRemote:
        entity = next(entity for entity, kinds in OBJECTS.items() if kind in kinds)
        remote_id = named(kind, str(raw["Id"]))
        return f.row(entity, remote_id, lambda: self._understood(entity, kind, remote_id, raw), raw)

    def _understood(self, entity: str, kind: str, remote_id: str, raw: Mapping[str, Any]) -> Remote:
        values = f.read(self.tables[kind], raw)
        if kind == "Contact":
            values["name"] = f.whole_name(raw.get("FirstName"), raw.get("LastName"))
        elif kind == "Opportunity":
            name, other = ("closed_on", "") if raw["IsClosed"] else ("expected_on", "closed_on")
            values |= {"funnel_id": FUNNEL, name: raw["CloseDate"], **({other: None} if other else {})}
            values["currency"] = raw.get("CurrencyIsoCode") or self.currency
        elif kind in ACTIVITIES:
            values |= self._visit(kind, raw)
        known = [field.theirs for field in self.tables[kind].values()]
        shown = {"BillingCity", "BillingCountry", "Website", "Rating", "Department", "Type", "NextStep", "Location"}
        taken = {"attributes", "Id", OUR_ID, OUR_STATE, MODIFIED, CHANGED, *known, *self._also[kind]} - shown
        left = f.unknown(raw, taken)
        return Remote(entity, remote_id, values, raw.get(OUR_ID) or None, str(raw[MODIFIED]), unknown=left)

    def _visit(self, kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        status, _space, kept = (raw.get(OUR_STATE) or "").partition(" ")
        what, who, day = str(raw.get("WhatId") or ""), str(raw.get("WhoId") or ""), raw.get("ActivityDate")
        found = {
            "account_id": raw.get("AccountId") or None,
            "deal_id": what if what.startswith(_DEAL) else None,
            "contact_id": who if who.startswith(_CONTACT) else None,
            "result": str(raw.get("Description") or ""),
        }
        if kind == "Event":
            is_whole = bool(raw.get("IsAllDayEvent"))
            starts = f.stamp(self._calendar.noon(day)) if is_whole and day else f.moment(raw["StartDateTime"])
            ends = None if is_whole else f.moment(raw["EndDateTime"])
            shown, table, usual = "Event", _ANY, "visit"
        else:
            if not day:
                raise ValueError(_("an activity without a day"))
            reminder = raw.get("ReminderDateTime")
            is_hour = bool(reminder) and self._calendar.of(reminder) == day
            starts, ends = f.moment(reminder) if is_hour else f.stamp(self._calendar.noon(day)), None
            shown, table = str(raw.get("Status") or ""), _STATUS
            usual = "call" if raw.get("TaskSubtype") == "Call" else "task"
        return {
            **found,
            "starts_at": starts,
            **({"ends_at": ends if ends != starts else None} if kind == "Event" else {}),
            "status": f.state(status, shown, table, "planned"),
            "kind": kept if OF_KIND.get(kept) == kind else usual,
        }

    def write(self, kind: str, values: Mapping[str, Any], seen: Remote | None) -> dict[str, Any]:
        """The body of a call. `seen` None: a new record."""
        body = {**f.write(self.tables[kind], values), **f.own(values)}
        whole = {**(seen.values if seen else {}), **values}
        if body.get("OwnerId", "") is None:
            del body["OwnerId"]  # every record there has an owner
        if kind == "Contact" and "name" in values:
            body["FirstName"], body["LastName"] = f.split_name(values["name"])
        elif kind == "Opportunity":
            name = "closed_on" if whole.get("stage_id") in self.closed else "expected_on"
            if values.get(name):
                body["CloseDate"] = values[name]
            if values.get("currency") and not self.currency:
                body["CurrencyIsoCode"] = values["currency"]
            elif values.get("currency") not in (None, self.currency):
                raise CrmRefused(_("the CRM has one currency: {code}").format(code=self.currency), field="currency")
        elif kind in ACTIVITIES:
            body |= self._plan(kind, values, whole)
        return body

    def _plan(self, kind: str, values: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
        if OF_KIND.get(whole.get("kind") or "visit") != kind:
            raise CrmRefused(_("what it is cannot be changed there: delete it and plan it anew"), field="kind")
        body: dict[str, Any] = {}
        status, sort = whole.get("status") or "planned", whole.get("kind") or "visit"
        if values.keys() & {"account_id", "deal_id"}:
            body["WhatId"] = whole.get("deal_id") or whole.get("account_id")
        if "contact_id" in values:
            body["WhoId"] = values["contact_id"]
        if "result" in values:
            body["Description"] = values["result"] or None
        if values.keys() & {"status", "kind"}:
            body[OUR_STATE] = f"{status} {sort}"
            body |= {"Status": _STATUS[status]} if kind == "Task" else {}
        if values.keys() & {"starts_at", "ends_at"}:
            starts = f.stamp(datetime.fromisoformat(whole["starts_at"]))
            if kind == "Event":
                length = f.length(whole["starts_at"], whole.get("ends_at"))
                ends = f.stamp(datetime.fromisoformat(whole["starts_at"]) + length)
                body |= {"StartDateTime": starts, "EndDateTime": ends, "IsAllDayEvent": False}
            else:
                body |= {"ActivityDate": self._calendar.of(starts), "ReminderDateTime": starts, "IsReminderSet": True}
        return body


_OF_BOTH = ("WhatId", "WhoId", "AccountId", "Description", OUR_STATE)


def named(kind: str, number: str) -> str:
    return f"{kind}:{number}" if kind in ACTIVITIES else number


def person(raw: Mapping[str, Any]) -> Remote:
    values = {
        "name": str(raw["Name"]),
        "email": str(raw.get("Email") or ""),
        "team_id": raw.get("UserRoleId") or None,
        "is_active": bool(raw["IsActive"]),
    }
    return Remote("person", str(raw["Id"]), values)


def team(raw: Mapping[str, Any]) -> Remote:
    return Remote("team", str(raw["Id"]), {"name": str(raw["Name"]), "parent_id": raw.get("ParentRoleId") or None})


def stage(raw: Mapping[str, Any]) -> Remote:
    """Named by what a deal says of its stage."""
    kind = ("won" if raw["IsWon"] else "lost") if raw["IsClosed"] else "open"
    values = {
        "funnel_id": FUNNEL,
        "name": str(raw["MasterLabel"]),
        "position": int(raw.get("SortOrder") or 0),
        "kind": kind,
        "probability": round(float(raw.get("DefaultProbability") or 0)),
    }
    return Remote("stage", str(raw["ApiName"]), values)


def target(raw: Mapping[str, Any], currency: str) -> Remote | BadRemote:
    """A quota about amounts, of one person."""

    def build() -> Remote:
        if raw.get("QuotaAmount") is None:
            raise ValueError(_("a quota without an amount"))
        values = {
            "metric": "won_amount",
            "scope_kind": "person",
            "scope_id": str(raw["QuotaOwnerId"]),
            "period_kind": {"Month": "month", "Quarter": "quarter", "Year": "year"}[(raw.get("Period") or {})["Type"]],
            "period_start": str(raw["StartDate"]),
            "value": f.money("QuotaAmount").read(raw["QuotaAmount"]),
            "unit": "money",
            "currency": raw.get("CurrencyIsoCode") or currency,
        }
        return Remote("target", str(raw["Id"]), values)

    return f.row("target", str(raw["Id"]), build, raw)
