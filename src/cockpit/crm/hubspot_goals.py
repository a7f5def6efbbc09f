"""HubSpot's goals as targets: one row for each person and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cockpit.crm import fields as f
from cockpit.crm.connector import BadRemote, Remote
from cockpit.crm.hubspot_rows import OWNER
from cockpit.i18n import _

_PERIODS = (("day", 1), ("week", 7), ("month", 31), ("quarter", 92), ("year", 9999))
TARGET_PROPERTIES = (
    "hs_goal_name", "hs_target_amount", "hs_start_datetime", "hs_end_datetime", OWNER,
    "hs_kpi_object_type", "hs_kpi_metric_type", "hs_kpi_property_name",
)  # fmt: skip


def target(raw: Mapping[str, Any], calendar: f.Calendar, currency: str) -> Remote | BadRemote:
    """A goal about the amount of deals, of one person and period."""
    given = raw["properties"]

    def build() -> Remote:
        about = (given.get("hs_kpi_object_type"), given.get("hs_kpi_metric_type"), given.get("hs_kpi_property_name"))
        if about != ("DEAL", "SUM", "amount"):
            raise ValueError(_("a goal that is not about deals won"))
        first, last = calendar.of(given["hs_start_datetime"]), calendar.of(given["hs_end_datetime"])
        days = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days
        values = {
            "metric": "won_amount",
            "scope_kind": "person",
            "scope_id": str(given[OWNER]),
            "period_kind": next(kind for kind, most in _PERIODS if days <= most),
            "period_start": first,
            "value": f.money("amount").read(given["hs_target_amount"]),
            "unit": "money",
            "currency": currency,
        }
        return Remote("target", str(raw["id"]), values)

    return f.row("target", str(raw["id"]), build, raw)
