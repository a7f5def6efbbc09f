"""Pipedrive's rows as ours, and ours as its fields.

Won and lost are no stages there: each funnel gets one of each, `won:3` and `lost:3`. What an activity cannot say (not held,
moved, cancelled, a web meeting) stands in the mark at the end of its note, beside our id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cockpit.crm import fields as f
from cockpit.crm.connector import BadRemote, CrmRefused, Remote
from cockpit.domain.text import clean_line
from cockpit.i18n import _

TYPES = {"visit": "meeting", "web": "meeting", "call": "call", "task": "task"}
DONE = {"planned": "open", "held": "done", "not_held": "done", "moved": "done", "cancelled": "done"}
ENDS = ("won", "lost")
NO_ID = "-"
_MARK = re.compile(r"\s*\[ck:(\S{1,64})(?: (\w+) (\w+))?\]\s*$")
_CUSTOM = re.compile("[0-9a-f]{40}")
"""What a custom field is called there."""
_CARRIED = re.compile(r"ck:(\S{1,64})")
_TAKEN = (
    "id",
    "org_id",
    "update_time",
    "is_deleted",
    "custom_fields",
    "status",
    "stage_id",
    "phones",
    "emails",
    "address",
)
_OF_COURSE = ("visible_to", "add_time", "stage_change_time", "is_archived", "origin", "first_name", "last_name", "busy")
_OF_ACTIVITY = ("type", "done", "due_date", "due_time", "duration", "note", "person_id", "participants", "attendees")


class Rows:
    """Both ways of the mapping, in the zone of the connection."""

    def __init__(self, zone: str) -> None:
        self._calendar = calendar = f.Calendar(zone)
        minor = f.money("value")  # a deal without an amount is one of 0 there
        self.tables: dict[str, dict[str, f.Field]] = {
            "account": {"name": f.text("name"), "owner_id": f.ref("owner_id", int)},
            "contact": {"name": f.text("name"), "account_id": f.ref("org_id", int), "title": f.text("job_title")},
            "deal": {
                "name": f.text("title"),
                "owner_id": f.ref("owner_id", int),
                "account_id": f.ref("org_id", int),
                "funnel_id": f.ref("pipeline_id", int),
                "amount_minor": f.Field(
                    "value", lambda value: minor.read(value or None), lambda value: (value or 0) / 100
                ),
                "currency": f.currency("currency"),
                "created_on": f.Field("add_time", calendar.of, None),
                "expected_on": f.day("expected_close_date"),
                "closed_on": calendar.day("close_time"),
                "lost_reason": f.text("lost_reason"),
            },
            "activity": {
                "rep_id": f.ref("owner_id", int),
                "account_id": f.ref("org_id", int),
                "deal_id": f.ref("deal_id", int),
                "subject": f.text("subject"),
            },
        }
        self.ours = {
            **{entity: frozenset(table) for entity, table in self.tables.items()},
            "team": frozenset({"name"}),
            "person": frozenset({"name", "email", "team_id", "is_active", "currency"}),
            "funnel": frozenset({"name"}),
            "stage": frozenset({"funnel_id", "name", "position", "kind", "probability", "days"}),
            "target": frozenset(
                {"metric", "scope_kind", "scope_id", "period_kind", "period_start", "value", "unit", "currency"}
            ),
        }
        self.ours["account"] |= {"address"}
        self.ours["contact"] |= {"phone", "mobile", "email"}
        self.ours["deal"] |= {"stage_id"}
        self.ours["activity"] |= {"contact_id", "starts_at", "ends_at", "kind", "status", "result"}

    def read(self, entity: str, raw: Mapping[str, Any]) -> Remote | BadRemote:
        remote_id = str(raw.get("id", ""))
        if raw.get("is_deleted"):
            return Remote(entity, remote_id, {}, is_deleted=True)
        return f.row(entity, remote_id, lambda: self._understood(entity, remote_id, raw), raw)

    def _understood(self, entity: str, remote_id: str, raw: Mapping[str, Any]) -> Remote:
        values, kept = {}, {}
        if entity in self.tables:
            values = f.read(self.tables[entity], raw)
            taken = [field.theirs for field in self.tables[entity].values()]
            kept = f.unknown(raw, [*taken, *_TAKEN, *_OF_COURSE, *(_OF_ACTIVITY if entity == "activity" else ())])
        row_id = None
        match entity:
            case "funnel":
                values = {"name": raw["name"]}
            case "stage":
                values = _stage(raw)
            case "account":
                values["address"] = (raw.get("address") or {}).get("value") or ""
            case "contact":
                if not values.get("account_id"):
                    raise ValueError(_("a contact without an organization"))
                kept |= _reach(raw, values)
            case "deal":
                ended = raw["status"] in ENDS
                values["stage_id"] = f"{raw['status']}:{raw['pipeline_id']}" if ended else str(raw["stage_id"])
            case "activity":
                row_id = self._visit(raw, values)
        custom = raw.get("custom_fields") or {}
        for name, value in custom.items():
            if isinstance(value, str) and (found := _CARRIED.fullmatch(value)):
                row_id = found[1]
            else:
                kept[name] = value
        return Remote(entity, remote_id, values, row_id, str(raw.get("update_time") or ""), unknown=kept)

    def _visit(self, raw: Mapping[str, Any], values: dict[str, Any]) -> str | None:
        """Into `values`: when, what kind and how it went; our id from the mark."""
        if not raw.get("due_date"):
            raise ValueError(_("an activity without a day"))
        hour = raw.get("due_time") or ""
        starts = (
            datetime.fromisoformat(f"{raw['due_date']}T{hour[:5]}:00Z")
            if hour
            else self._calendar.noon(raw["due_date"])
        )
        hours, minutes = (int(part) for part in (raw.get("duration") or "00:00").split(":")[:2])
        length = timedelta(hours=hours, minutes=minutes)
        note = f.from_html(raw.get("note"))
        mark = _MARK.search(note)
        row_id, status, kind = mark.groups() if mark else (None, None, None)
        people = [p["person_id"] for p in raw.get("participants") or [] if p.get("primary")]
        values |= {
            "starts_at": f.stamp(starts),
            "ends_at": f.stamp(starts + length) if length else None,
            "kind": f.state(kind or "", raw.get("type") or "", TYPES, "task"),
            "status": f.state(status or "", "done" if raw.get("done") else "open", DONE, "planned"),
            "result": _MARK.sub("", note),
            "contact_id": str(people[0]) if people else None,
        }
        return None if row_id == NO_ID else row_id

    def write(self, entity: str, values: Mapping[str, Any], seen: Remote | None, row_id: str | None) -> dict[str, Any]:
        """The body of a call. `seen` None: a new row."""
        body = f.write(self.tables[entity], values)
        custom: dict[str, Any] = {}
        for name, value in f.own(values).items():
            (custom if _CUSTOM.fullmatch(name) else body)[name] = value
        if custom:
            body["custom_fields"] = custom
        whole = {**(seen.values if seen else {}), **values}
        match entity:
            case "account" if "address" in values:
                body["address"] = {"value": values["address"] or ""}
            case "contact":
                body |= _numbers(values, whole, seen)
            case "deal":
                self._place(body, values, whole)
            case "activity":
                body |= self._plan(values, whole, row_id)
        return body

    def _place(self, body: dict[str, Any], values: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
        """Stage, end and reason. A stage names its funnel, so the funnel is sent only with an end, which has none."""
        kind, _colon, place = (whole.get("stage_id") or "").rpartition(":")
        if values.get("stage_id"):
            body.pop("pipeline_id", None)
            number = _number("stage_id", place)
            if not kind:
                body |= {"status": "open", "stage_id": number}
            else:
                body["status"] = kind
                if values.get("funnel_id", place) != whole.get("funnel_id") or "name" in values:
                    body["pipeline_id"] = number
        closed = body.pop("close_time", None)
        if closed and kind:
            body |= {"close_time": closed, f"{kind}_time": closed}
        if kind != "lost":
            body.pop("lost_reason", None)

    def _plan(self, values: Mapping[str, Any], whole: Mapping[str, Any], row_id: str | None) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if values.keys() & {"starts_at", "ends_at"}:
            starts = datetime.fromisoformat(whole["starts_at"]).astimezone(UTC)
            minutes = int(f.length(whole["starts_at"], whole.get("ends_at")).total_seconds()) // 60
            body |= {
                "due_date": starts.date().isoformat(),
                "due_time": f"{starts:%H:%M}",
                "duration": f"{minutes // 60:02}:{minutes % 60:02}",
            }
        kind, status = whole.get("kind") or "visit", whole.get("status") or "planned"
        if "kind" in values:
            body["type"] = TYPES[kind]
        if "status" in values:
            body["done"] = DONE[status] == "done"
        if "contact_id" in values:
            person = values["contact_id"]
            body["participants"] = [{"person_id": int(person), "primary": True}] if person else []
        if values.keys() & {"kind", "status", "result"}:
            mark = f"[ck:{row_id or NO_ID} {status} {kind}]"
            body["note"] = f.to_html("\n".join(part for part in (whole.get("result") or "", mark) if part))
        return body


def ended(pipelines: Sequence[Mapping[str, Any]]) -> Iterator[Remote]:
    """The stages of each funnel in which a deal is over."""
    for raw in pipelines:
        for position, kind in enumerate(ENDS, 900):
            values = {
                "funnel_id": str(raw["id"]),
                "name": _("Won") if kind == "won" else _("Lost"),
                "position": position,
                "kind": kind,
                "probability": 100 if kind == "won" else 0,
                "days": None,
            }
            yield Remote("stage", f"{kind}:{raw['id']}", values)


def _stage(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "funnel_id": str(raw["pipeline_id"]),
        "name": raw["name"],
        "position": int(raw.get("order_nr") or 0),
        "kind": "open",
        "probability": int(raw.get("deal_probability") or 0),
        "days": raw.get("days_to_rotten") if raw.get("is_deal_rot_enabled") else None,
    }


def people(users: Sequence[Mapping[str, Any]], team_of: Mapping[str, str]) -> Iterator[Remote]:
    for raw in users:
        remote_id = str(raw["id"])
        values = {
            "name": str(raw.get("name") or raw.get("email") or remote_id),
            "email": str(raw.get("email") or ""),
            "is_active": bool(raw.get("active_flag")),
            "team_id": team_of.get(remote_id),
        }
        if raw.get("default_currency"):
            values["currency"] = raw["default_currency"]
        yield Remote("person", remote_id, values)


def _reach(raw: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Phone, mobile and mail into `values`; what is left of the lists comes back, to be sent along."""
    phones = sorted(raw.get("phones") or [], key=lambda entry: not entry.get("primary"))
    mails = sorted(raw.get("emails") or [], key=lambda entry: not entry.get("primary"))
    mobile = next((entry for entry in phones if entry.get("label") == "mobile"), None)
    phone = next((entry for entry in phones if entry is not mobile), None)
    for name, entry in (("phone", phone), ("mobile", mobile), ("email", mails[0] if mails else None)):
        values[name] = str(entry["value"] or "") if entry else ""
    rest = {"phones": [entry for entry in phones if entry not in (phone, mobile)], "emails": mails[1:]}
    return {name: entries for name, entries in rest.items() if entries}


def _numbers(values: Mapping[str, Any], whole: Mapping[str, Any], seen: Remote | None) -> dict[str, Any]:
    kept = seen.unknown if seen else {}
    body: dict[str, Any] = {}
    for theirs, ours in (("phones", (("phone", "work"), ("mobile", "mobile"))), ("emails", (("email", "work"),))):
        if any(name in values for name, _label in ours):
            entries = [{"value": whole[name], "label": label} for name, label in ours if whole.get(name)]
            entries += [{**entry, "primary": False} for entry in kept.get(theirs, [])]
            body[theirs] = [{**entry, "primary": place == 0} for place, entry in enumerate(entries)]
    return body


def _number(name: str, text: str) -> int:
    if not text.isdigit():
        raise CrmRefused(_("{id} is no id there").format(id=clean_line(text, 64)), field=name)
    return int(text)
