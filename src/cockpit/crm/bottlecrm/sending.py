"""Our values as BottleCRM takes them. Pure: no calls.

Each function takes the values to write; `raw` is their row as it is ({} for a new one), `whole` the activity as it will be.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from cockpit.crm.bottlecrm.rows import KIND, NO_LAST_NAME, STATE, Raw, moment
from cockpit.crm.connector import CrmRefused
from cockpit.i18n import _


def account(values: Raw, raw: Raw) -> dict[str, Any]:
    body = {name: values[name] or None for name in ("name", "phone") if name in values}
    if "industry" in values:
        body["industry"] = values["industry"].upper() or None
    if "size" in values:
        if values["size"] and not values["size"].isdecimal():
            raise CrmRefused(_("the size must be a number of employees"), field="size")
        body["number_of_employees"] = int(values["size"]) if values["size"] else None
    if "address" in values:
        city = raw.get("city") or ""
        body["address_line"] = values["address"].removesuffix(f", {city}" if city else "") or None
    return body


def contact(values: Raw, raw: Raw) -> dict[str, Any]:
    body = {name: values[name] or None for name in ("title", "phone", "email") if name in values}
    if "account_id" in values:
        body["account"] = values["account_id"]
    if "name" in values:
        first, _blank, last = values["name"].rpartition(" ")
        body |= {"first_name": first or last, "last_name": last if first else NO_LAST_NAME}
    return body


def deal(values: Raw, raw: Raw) -> dict[str, Any]:
    body = {name: values[name] for name in ("name", "currency") if name in values}
    if "account_id" in values:
        body["account"] = values["account_id"]
    if values.get("stage_id"):
        body["pipeline"], _colon, body["stage"] = values["stage_id"].partition(":")
    if "amount_minor" in values:
        amount = values["amount_minor"]
        body["amount"] = None if amount is None else f"{Decimal(amount) / 100:.2f}"
    day = values.get("closed_on") or values.get("expected_on")
    if day or "expected_on" in values:
        body["closed_on"] = day
    return body


def task(values: Raw, whole: Raw) -> dict[str, Any]:
    """A planned activity. A task hangs on one record: the account where there is one."""
    body: dict[str, Any] = {}
    if "subject" in values:
        body["title"] = values["subject"] or whole["kind"].capitalize()
    if "goal" in values:
        body["description"] = values["goal"]
    if "starts_at" in values:
        body["due_date"] = values["starts_at"][:10]
    if "account_id" in values or "deal_id" in values:
        account_id = whole.get("account_id")
        body |= {"account": account_id, "opportunity": None if account_id else whole.get("deal_id")}
    if "rep_id" in values:
        body["assigned_to"] = [values["rep_id"]]
    if "status" in values or "kind" in values:
        body["status"] = "New" if whole["status"] == "planned" else "Completed"
        body["custom_fields"] = {KIND: whole["kind"], STATE: whole["status"]}
    return body


def meeting(row_id: str | None, whole: Raw, now: datetime, me: str) -> dict[str, Any]:
    """The interaction of a held activity, written by `me`; one without our id was made there.

    They refuse what lies more than five minutes ahead of their clock, which is at `now`.
    """
    starts = moment(whole["starts_at"])
    if starts.date() > now.astimezone(starts.tzinfo).date():
        raise CrmRefused(_("a visit of a later day cannot be done yet"), field="starts_at")
    web, by = " web" if whole["kind"] == "web" else "", whole.get("rep_id") or me
    marker = f"[ck:{row_id}{web}{f' by {by}' if by != me else ''}]" if row_id else ""
    body: dict[str, Any] = {
        "kind": "call" if whole["kind"] == "call" else "meeting",
        "account": whole["account_id"],
        "occurred_at": min(starts, now).isoformat(),
        "subject": whole.get("subject") or "",
        "body": f"{whole.get('result') or ''}\n\n{marker}".strip(),
    }
    if whole.get("ends_at"):
        seconds = (moment(whole["ends_at"]) - starts).total_seconds()
        body["duration_seconds"] = max(0, round(seconds))
    return body
