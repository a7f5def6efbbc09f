"""BottleCRM's rows in our words. Pure: no calls.

A deal names its stage by pipeline and code, so a stage's id here is `pipeline:CODE`. Planned activities are their tasks
(`task:ID`), held ones their interactions (`meeting:ACCOUNT:ID`: they are found through their account alone).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from cockpit.crm import fields
from cockpit.crm.connector import BadRemote, CrmRefused, Page, Remote
from cockpit.i18n import _

REF, KIND, STATE = "cockpit_ref", "cockpit_kind", "cockpit_state"
"""Custom fields that carry our id, and on a task the activity's kind and what their status cannot say."""
OWNER = "cockpit_owner"
"""Custom field with the owner, where several people are assigned: their list has no order of its own."""
OURS = frozenset({REF, KIND, STATE, OWNER})
LOGGED = "logged"
"""The kind of a task that has become an interaction."""
NO_LAST_NAME = "-"
"""They demand a last name; 王小明 has none apart."""

_CUSTOM = "cf_"

Raw = Mapping[str, Any]
_MARKER = re.compile(r"\s*\[ck:([!-Z\\^-~]{1,64})( web)?(?: by ([!-Z\\^-~]{1,64}))?\]\s*")
"""Our id in a text, that it was a web meeting, and whose it is where that is not who the token belongs to."""
_MEETINGS = {"call": "call", "meeting": "visit"}
_STAGE_ODDS = {"PROSPECTING": 10, "QUALIFICATION": 25, "PROPOSAL": 50, "NEGOTIATION": 75}
"""Percent which the CRM itself gives a deal in the stages it is delivered with."""
_METRICS = {"REVENUE": ("won_amount", "money"), "DEALS_CLOSED": ("won_count", "count")}
_PERIODS = {"MONTHLY": "month", "QUARTERLY": "quarter", "YEARLY": "year"}


def page(entity: str, make: Callable[[Raw], Remote | None], found: Iterable[Any]) -> Page:
    made = (_taken(entity, make, raw) for raw in found)
    return Page(tuple(row for row in made if row is not None))


def _taken(entity: str, make: Callable[[Raw], Remote | None], raw: Any) -> Remote | BadRemote | None:
    """`make(raw)`, or why it cannot be understood; None for what is no row of ours."""
    try:
        return make(raw)
    except CrmRefused as error:
        reason = error.detail
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        reason = f"{type(error).__name__}: {error}"
    found = dict(raw) if isinstance(raw, Mapping) else {}
    return BadRemote(entity, str(found.get("id", "")), reason[:200], found)


def minor(text: str | None) -> int | None:
    return None if text is None else int((Decimal(text) * 100).to_integral_value())


def moment(text: str) -> datetime:
    """A moment, or noon of a bare day."""
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else stamp.replace(hour=12, tzinfo=UTC)


def is_meeting(values: Raw) -> bool:
    """A held activity at an account: an interaction of theirs. Everything else is a task."""
    return values.get("status") == "held" and values.get("kind") != "task" and bool(values.get("account_id"))


def name_of(raw: Raw) -> str:
    return str(raw["name"])


def owner_of(raw: Raw) -> str | None:
    people = [person["id"] for person in raw["assigned_to"]]
    named = (raw.get("custom_fields") or {}).get(OWNER)
    return named if named in people else next(iter(people), None)


def marked(raw: Raw) -> str | None:
    found = _MARKER.search(raw["body"])
    return found[1] if found else None


def _row(entity: str, raw: Raw, values: dict[str, Any], kept: tuple[str, ...] = (), row_id: str = "") -> Remote:
    """`kept`: their fields without a place in ours. What changes by itself (days in stage) must not be among them."""
    custom = dict(raw.get("custom_fields") or {})
    ref = custom.pop(REF, None)
    unknown = {name: raw[name] for name in kept if raw.get(name) not in (None, "", [])}
    unknown |= {f"{_CUSTOM}{key}": value for key, value in custom.items() if key not in (KIND, STATE, OWNER)}
    people = [person["user_details"]["name"] for person in raw.get("assigned_to") or () if isinstance(person, Mapping)]
    if len(people) > 1:
        unknown["assigned_to"] = people
    return Remote(entity, row_id or str(raw["id"]), values, row_id=ref, unknown=unknown)


def with_empty(row: Remote, keys: Iterable[str]) -> Remote:
    """Custom fields without a value too: one that is not there was renamed or removed."""
    return replace(row, unknown={**{f"{_CUSTOM}{key}": None for key in keys}, **row.unknown})


def custom(values: Mapping[str, Any]) -> dict[str, Any]:
    """Custom fields to be written. Raises CrmRefused for a field that is none."""
    found = fields.own(values)
    for name in found:
        if not name.startswith(_CUSTOM):
            raise CrmRefused(_("the field {name} is changed in the CRM alone").format(name=name), field=name)
    return {name.removeprefix(_CUSTOM): "" if value is None else value for name, value in found.items()}


def company(org: Raw) -> Remote:
    values = {"name": org["name"], "kind": "company", "parent_id": None, "time_zone": org.get("timezone") or "UTC"}
    return Remote("team", org["id"], values)


def team(raw: Raw, org: Raw) -> Remote:
    zone = org.get("timezone") or "UTC"
    return Remote("team", raw["id"], {"name": raw["name"], "kind": "team", "parent_id": org["id"], "time_zone": zone})


def person(raw: Raw, team_id: str) -> Remote:
    user = raw["user_details"]
    values = {
        "name": user["name"] or user["email"],
        "email": user["email"],
        "role": "team_lead" if raw["role"] == "ADMIN" else "rep",
        "team_id": team_id,
        "is_active": bool(raw["is_active"]),
    }
    return Remote("person", raw["id"], values)


def funnel(raw: Raw) -> Remote:
    return Remote("funnel", raw["id"], {"name": raw["name"], "is_default": bool(raw["is_default"])})


def stage(raw: Raw) -> Remote:
    """`raw` with the id of its pipeline."""
    values = {
        "funnel_id": raw["pipeline"],
        "name": raw["label"],
        "position": raw["order"],
        "kind": raw["kind"],
        "days": raw["expected_days"],
    }
    odds = {"won": 100, "lost": 0}.get(raw["kind"], _STAGE_ODDS.get(raw["code"]))
    if odds is not None:
        values["probability"] = odds
    return Remote("stage", f"{raw['pipeline']}:{raw['code']}", values)


def account(raw: Raw) -> Remote:
    values = {
        "name": raw["name"],
        "industry": raw["industry"] or "",
        "size": str(raw["number_of_employees"] or ""),
        "address": ", ".join(part for part in (raw["address_line"], raw["city"]) if part),
        "phone": raw["phone"] or "",
        "owner_id": owner_of(raw),
    }
    return _row("account", raw, values, ("email", "website", "annual_revenue", "country", "description"))


def contact(raw: Raw) -> Remote:
    account_id = raw["account"] or next((one["id"] for one in raw["linked_accounts"]), None)
    if account_id is None:
        raise CrmRefused(_("a contact without an account"))
    last = raw["last_name"] if raw["last_name"] != NO_LAST_NAME else ""
    values = {
        "account_id": account_id,
        "name": f"{raw['first_name']} {last}".strip(),
        "title": raw["title"] or "",
        "phone": raw["phone"] or "",
        "email": raw["email"] or "",
        "owner_id": owner_of(raw),
    }
    return _row("contact", raw, values, ("department", "do_not_call", "linkedin_url", "description"))


def deal(raw: Raw, currency: str) -> Remote:
    """`currency`: the company's, which they leave out."""
    values: dict[str, Any] = {
        "name": raw["name"],
        "owner_id": owner_of(raw),
        "account_id": raw["account"]["id"] if raw["account"] else None,
        "funnel_id": raw["pipeline"],
        "stage_id": f"{raw['pipeline']}:{raw['stage']}",
        "amount_minor": minor(raw["amount"]),
        "currency": raw["currency"] or currency,
    }
    if raw["stage_kind"] in ("won", "lost"):
        values["closed_on"] = raw["closed_on"]
    else:  # the same field of theirs is then the day on which it is expected
        values |= {"closed_on": None, "expected_on": raw["closed_on"]}
    found = _row("deal", raw, values, ("probability", "opportunity_type", "lead_source", "description"))
    if found.row_id is None:  # ours knows better on which day it began, before it was sent
        values["created_on"] = raw["created_at"][:10]
    return found


def task(raw: Raw) -> Remote | None:
    """A planned activity; None without a day, or of nobody: no plan can hold it."""
    custom = raw.get("custom_fields") or {}
    if not raw["due_date"] or not (raw["assigned_to"] or custom.get(REF)):
        return None
    status = "planned" if raw["status"] != "Completed" else custom.get(STATE) or "held"
    values = {"kind": custom.get(KIND) or "task", "status": status}
    values |= {"starts_at": raw["due_date"], "subject": raw["title"]}
    if raw["assigned_to"]:
        values["rep_id"] = owner_of(raw)
    if raw["account"]:
        values["account_id"] = raw["account"]["id"]
    if raw["opportunity"]:
        values["deal_id"] = raw["opportunity"]["id"]
    if values["kind"] != "task":
        values["goal"] = raw["description"] or ""
    return _row("activity", raw, values, ("priority",), f"task:{raw['id']}")


def meeting(raw: Raw) -> Remote | None:
    """A held activity; None for mail and messages, and for what hangs on no account."""
    found = _MARKER.search(raw["body"])
    kind = "web" if found and found[2] else _MEETINGS.get(raw["kind"])
    rep_id = (found[3] if found else None) or raw["logged_by"]
    if kind is None or not raw["account"] or not rep_id:
        return None
    values = {"kind": kind, "status": "held", "starts_at": raw["occurred_at"], "subject": raw["subject"]}
    values |= {"account_id": raw["account"], "rep_id": rep_id, "result": _MARKER.sub("", raw["body"]).strip()}
    if raw["duration_seconds"]:
        ends = datetime.fromisoformat(raw["occurred_at"]) + timedelta(seconds=raw["duration_seconds"])
        values["ends_at"] = ends.isoformat().replace("+00:00", "Z")
    return Remote("activity", f"meeting:{raw['account']}:{raw['id']}", values, row_id=found[1] if found else None)


def target(raw: Raw, org: Raw) -> Remote:
    if raw["goal_type"] not in _METRICS or raw["period_type"] not in _PERIODS:
        raise CrmRefused(_("no target of ours is like {kind}").format(kind=f"{raw['goal_type']} {raw['period_type']}"))
    metric, unit = _METRICS[raw["goal_type"]]
    scope = ("person", raw["assigned_to"]) if raw["assigned_to"] else ("team", raw["team"])
    values = {
        "metric": metric,
        "unit": unit,
        "scope_kind": scope[0] if scope[1] else "company",
        "scope_id": scope[1] or org["id"],
        "period_kind": _PERIODS[raw["period_type"]],
        "period_start": raw["period_start"],
        "value": minor(raw["target_value"]) if unit == "money" else int(Decimal(raw["target_value"])),
    }
    if unit == "money":
        values["currency"] = raw["currency"] or org["default_currency"]
    return Remote("target", raw["id"], values, unknown={"name": raw["name"]})
