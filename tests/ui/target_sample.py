"""A team's targets of a month, with what does not add up."""

from __future__ import annotations

from datetime import date
from typing import Any

from cockpit.services.snapshots import TargetLine, TargetPart, TargetProblem, TargetsSnapshot
from tests.support.company import NOW, at
from tests.ui.board_samples import LEAD, K


def _line(number: int, kind: str, name: str, depth: int, value: int, **values: Any) -> TargetLine:
    fields: dict[str, Any] = {
        "id": f"{kind}-{number}",
        "kind": kind,
        "name": name,
        "depth": depth,
        "workdays": 21,
        "value": value,
        "actual": value // 2,
        "left": value - value // 2,
        "unknown": 1,
        "difference": None,
        "agreement": "asked",
        "agreed_by_lead_at": at(2),
        "agreed_by_rep_at": None,
        "can_set": True,
        "can_agree": False,
        "rung": "middle",
        "next_rung": "high",
        "next_rung_minor": 340 * K,
        "to_next_rung_minor": 40 * K,
        "offer": 330 * K,
        "parts": (
            TargetPart(kind="week", starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 8), workdays=5, value=value),
        ),
        "write_state": "done",
    }
    return TargetLine(**{**fields, **values})


def targets(**values: Any) -> TargetsSnapshot:
    """600k for the team, 500k of it split."""
    fields: dict[str, Any] = {
        "as_of": NOW,
        "complete": True,
        "viewer": LEAD,
        "metric": "won_amount",
        "unit": "money",
        "currency": "CNY",
        "period": "2026-11",
        "period_kind": "month",
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 11, 30),
        "lines": (
            _line(1, "team", "华东一组", 0, 600 * K, difference=100 * K, agreement="none"),
            _line(1, "person", "张伟", 1, 300 * K),
            _line(2, "person", "李娜", 1, 200 * K, agreement="agreed", agreed_by_rep_at=at(3)),
        ),
        "problems": (
            TargetProblem(
                scope_id="team-1", difference=100 * K, text="华东一组: 100k are not split", command="targets split"
            ),
        ),
    }
    return TargetsSnapshot(**{**fields, **values})
