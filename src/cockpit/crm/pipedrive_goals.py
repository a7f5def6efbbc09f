"""Pipedrive's goals as targets: a goal covers many periods, a target of ours is about one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from cockpit.crm.connector import BadRemote, Remote
from cockpit.domain.periods import PeriodKind, neighbour, period_of
from cockpit.i18n import _

INTERVALS: dict[str, PeriodKind] = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
_LATER_DAYS = 366


def targets(goal: Mapping[str, Any], codes: Mapping[str, str], today: date) -> Iterator[Remote | BadRemote]:
    """One target for each period that a goal covers, from the year before `today` to one year after."""
    outcome, assignee, span = goal["expected_outcome"], goal["assignee"], goal["duration"]
    kind, metric = INTERVALS.get(goal["interval"]), outcome.get("tracking_metric")
    is_money = metric == "sum"
    if kind is None or goal["type"]["name"] != "deals_won" or metric not in ("sum", "quantity"):
        yield BadRemote("target", str(goal["id"]), _("a goal that is not about deals won"), goal)
        return
    if assignee["type"] not in ("person", "team"):
        yield BadRemote("target", str(goal["id"]), _("a goal of the whole company"), goal)
        return
    last = min(date.fromisoformat(span.get("end") or "9999-12-31"), today + timedelta(days=_LATER_DAYS))
    period = period_of(kind, max(date.fromisoformat(span["start"]), date(today.year - 1, 1, 1)))
    while period.starts_on <= last:
        values = {
            "metric": "won_amount" if is_money else "won_count",
            "scope_kind": assignee["type"],
            "scope_id": str(assignee["id"]),
            "period_kind": kind,
            "period_start": period.starts_on.isoformat(),
            "value": round(float(outcome["target"]) * 100) if is_money else int(outcome["target"]),
            "unit": "money" if is_money else "count",
        }
        if is_money:
            values["currency"] = codes[str(outcome.get("currency_id"))]
        yield Remote("target", f"{goal['id']}:{period.starts_on}", values)
        period = neighbour(period, 1)
