"""HubSpot's objects as our rows, and ours as its properties.

An activity of ours is a meeting, a call or a task there, so its id says which: `meetings:17`. The property `cockpit_state`
keeps what those cannot say (a web meeting, a call that was moved) as long as they mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cockpit.crm import fields as f
from cockpit.crm.connector import BadRemote, CrmRefused, Remote
from cockpit.i18n import _

OUR_ID, OUR_STATE = "cockpit_id", "cockpit_state"
OBJECTS = {
    "account": ("companies",),
    "contact": ("contacts",),
    "deal": ("deals",),
    "activity": ("meetings", "calls", "tasks"),
}
_OF_ACTIVITY = {"account_id": "companies", "deal_id": "deals", "contact_id": "contacts"}
LINKS: dict[str, dict[str, str]] = {
    "companies": {},
    "contacts": {"account_id": "companies"},
    "deals": {"account_id": "companies"},
    **dict.fromkeys(OBJECTS["activity"], _OF_ACTIVITY),
}
"""Our columns that are associations there."""
OF_KIND = {"visit": "meetings", "web": "meetings", "call": "calls", "task": "tasks"}


@dataclass(frozen=True, slots=True)
class Kind:
    """The properties of one kind of activity. `states` of ours as theirs."""

    title: str
    body: str
    state: str
    states: Mapping[str, str]
    starts: tuple[str, ...] = ("hs_timestamp",)
    ends: str = ""


KINDS = {
    "meetings": Kind(
        "hs_meeting_title",
        "hs_meeting_body",
        "hs_meeting_outcome",
        {
            "planned": "SCHEDULED",
            "held": "COMPLETED",
            "not_held": "NO_SHOW",
            "moved": "RESCHEDULED",
            "cancelled": "CANCELED",
        },
        ("hs_meeting_start_time", "hs_timestamp"),
        "hs_meeting_end_time",
    ),
    "calls": Kind(
        "hs_call_title",
        "hs_call_body",
        "hs_call_status",
        {
            "planned": "QUEUED",
            "held": "COMPLETED",
            "not_held": "NO_ANSWER",
            "cancelled": "CANCELED",
            "moved": "CANCELED",
        },
    ),
    "tasks": Kind(
        "hs_task_subject",
        "hs_task_body",
        "hs_task_status",
        {
            "planned": "NOT_STARTED",
            "held": "COMPLETED",
            "not_held": "DEFERRED",
            "moved": "DEFERRED",
            "cancelled": "DEFERRED",
        },
    ),
}
OWNER = "hubspot_owner_id"
_SHOWN = {
    "companies": ("domain", "industry", "city", "country"),
    "contacts": ("hs_lead_status",),
    "deals": ("dealtype",),
}
"""Properties without a place here that are asked for all the same; a connection names more of them in its options."""


def modified(kind: str) -> str:
    return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"


class Rows:
    """Both ways of the mapping. `stages` are the known ones by id, `currency` the account's."""

    def __init__(self, zone: str, more: Mapping[str, Iterable[str]]) -> None:
        self._calendar = f.Calendar(zone)
        self._more = more
        self.stages: dict[str, str] = {}
        self.currency = ""
        self._tables: dict[str, dict[str, f.Field]] = {
            "companies": {
                "name": f.text("name", ""),
                "address": f.text("address", ""),
                "phone": f.text("phone", ""),
                "owner_id": f.ref(OWNER, empty=""),
            },
            "contacts": {
                "title": f.text("jobtitle", ""),
                "phone": f.text("phone", ""),
                "mobile": f.text("mobilephone", ""),
                "email": f.text("email", ""),
            },
            "deals": {
                "name": f.text("dealname", ""),
                "owner_id": f.ref(OWNER, empty=""),
                "funnel_id": f.ref("pipeline"),
                "stage_id": f.ref("dealstage"),
                "amount_minor": f.money("amount", _plain, ""),
                "created_on": f.Field("createdate", lambda v: self._calendar.of(v) if v else None, None),
                "lost_reason": f.text("closed_lost_reason", ""),
            },
            **{
                name: {"rep_id": f.ref(OWNER, empty=""), "subject": f.text(kind.title, "")}
                for name, kind in KINDS.items()
            },
        }
        self.ours = {
            "team": frozenset({"name"}),
            "person": frozenset({"name", "email", "team_id", "is_active"}),
            "funnel": frozenset({"name"}),
            "stage": frozenset({"funnel_id", "name", "position", "kind", "probability"}),
            "account": frozenset(self._tables["companies"]),
            "contact": frozenset({*self._tables["contacts"], "name", "account_id"}),
            "deal": frozenset({*self._tables["deals"], "account_id", "currency", "expected_on", "closed_on"}),
            "activity": frozenset({*self._tables["meetings"], *LINKS["meetings"], "kind", "status", "result"})
            | {"starts_at", "ends_at"},
            "target": frozenset(
                {"metric", "scope_kind", "scope_id", "period_kind", "period_start", "value", "unit", "currency"}
            ),
        }

    def properties(self, kind: str) -> list[str]:
        """What to ask for."""
        names = [field.theirs for field in self._tables[kind].values()] + [OUR_ID, modified(kind)]
        match kind:
            case "contacts":
                names += ["firstname", "lastname"]
            case "deals":
                names += ["closedate", "deal_currency_code"]
            case "meetings" | "calls" | "tasks":
                of = KINDS[kind]
                names += [of.body, of.state, *of.starts, OUR_STATE, *([of.ends] if of.ends else [])]
        return [*names, *_SHOWN.get(kind, ()), *self._more.get(kind, ())]

    def read(self, kind: str, raw: Mapping[str, Any], links: Mapping[str, str | None]) -> Remote | BadRemote:
        """`links` are the associations by our column."""
        entity = next(entity for entity, kinds in OBJECTS.items() if kind in kinds)
        remote_id = f"{kind}:{raw['id']}" if kind in KINDS else str(raw["id"])
        if raw.get("archived"):
            return Remote(entity, remote_id, {}, is_deleted=True)
        return f.row(entity, remote_id, lambda: self._understood(entity, kind, remote_id, raw, links), raw)

    def _understood(
        self, entity: str, kind: str, remote_id: str, raw: Mapping[str, Any], links: Mapping[str, str | None]
    ) -> Remote:
        given = raw["properties"]
        values = {**f.read(self._tables[kind], given), **links}
        if kind == "contacts":
            values["name"] = f.whole_name(given.get("firstname"), given.get("lastname")) or values["email"]
        elif kind == "deals":
            values["currency"] = str(given.get("deal_currency_code") or self.currency)
            closes = self._calendar.of(given["closedate"]) if given.get("closedate") else None
            is_over = self.stages.get(values["stage_id"], "open") != "open"
            values |= {"closed_on": closes} if is_over else {"closed_on": None, "expected_on": closes}
        elif kind in KINDS:
            values |= _visit(kind, given)
        taken = set(self.properties(kind)) - {*_SHOWN.get(kind, ()), *self._more.get(kind, ())}
        left = f.unknown(given, {*taken, "hs_object_id", "createdate"})
        return Remote(
            entity, remote_id, values, given.get(OUR_ID) or None, str(given.get(modified(kind)) or ""), unknown=left
        )

    def write(self, kind: str, values: Mapping[str, Any], seen: Remote | None) -> dict[str, Any]:
        """The properties of a call. `seen` None: a new row."""
        body = {**f.write(self._tables[kind], values), **f.own(values)}
        whole = {**(seen.values if seen else {}), **values}
        if kind == "contacts" and "name" in values:
            body["firstname"], body["lastname"] = f.split_name(values["name"])
        elif kind == "deals":
            self._close(body, values, whole)
        elif kind in KINDS:
            body |= _plan(kind, values, whole)
        return body

    def _close(self, body: dict[str, Any], values: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
        """One day there for two of ours: the expected end of an open deal, the end of a closed one."""
        is_over = self.stages.get(str(whole.get("stage_id")), "open") != "open"
        name = "closed_on" if is_over else "expected_on"
        if name in values and (values[name] or not is_over):
            body["closedate"] = f.stamp(self._calendar.noon(values[name])) if values[name] else ""
        if values.get("currency") and (values["currency"] != self.currency or whole.get("currency") != self.currency):
            body["deal_currency_code"] = values["currency"]


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def _visit(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    of = KINDS[kind]
    starts = next((given[name] for name in of.starts if given.get(name)), None)
    if starts is None:
        raise ValueError(_("an activity without a day"))
    status, _space, kept = (given.get(OUR_STATE) or "").partition(" ")
    found: dict[str, Any] = {
        "starts_at": f.moment(starts),
        "result": f.from_html(given.get(of.body)),
        "status": f.state(status, str(given.get(of.state) or ""), of.states, "planned"),
        "kind": f.state(kept, kind, OF_KIND, "task"),
    }
    if of.ends:
        found["ends_at"] = f.moment(given[of.ends]) if given.get(of.ends) else None
    return found


def _plan(kind: str, values: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    of = KINDS[kind]
    body: dict[str, Any] = {}
    if OF_KIND.get(whole.get("kind") or "visit") != kind:
        raise CrmRefused(_("what it is cannot be changed there: delete it and plan it anew"), field="kind")
    if "result" in values:
        body[of.body] = f.to_html(values["result"] or "")
    if "starts_at" in values:
        body |= dict.fromkeys(of.starts, f.stamp(datetime.fromisoformat(values["starts_at"])))
    if of.ends and "ends_at" in values:
        body[of.ends] = f.stamp(datetime.fromisoformat(values["ends_at"])) if values["ends_at"] else ""
    if values.keys() & {"status", "kind"}:
        status = whole.get("status") or "planned"
        body |= {of.state: of.states[status], OUR_STATE: f"{status} {whole.get('kind') or 'visit'}"}
    return body


def people(owners: Iterable[Mapping[str, Any]]) -> Iterable[Remote]:
    for raw in owners:
        teams = sorted(raw.get("teams") or [], key=lambda team: not team.get("primary"))
        values = {
            "name": f.whole_name(raw.get("firstName"), raw.get("lastName")) or str(raw.get("email") or raw["id"]),
            "email": str(raw.get("email") or ""),
            "team_id": str(teams[0]["id"]) if teams else None,
            "is_active": not raw.get("archived"),
        }
        yield Remote("person", str(raw["id"]), values)


def stage(pipeline: Mapping[str, Any], raw: Mapping[str, Any]) -> Remote:
    told = raw.get("metadata") or {}
    chance = round(float(told.get("probability") or 0) * 100)
    is_over = str(told.get("isClosed")).lower() == "true"
    values = {
        "funnel_id": str(pipeline["id"]),
        "name": str(raw["label"]),
        "position": int(raw.get("displayOrder") or 0),
        "kind": ("won" if chance == 100 else "lost") if is_over else "open",
        "probability": chance,
    }
    return Remote("stage", str(raw["id"]), values)
