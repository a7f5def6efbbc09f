"""How far back a person may date what he records: the company's rule, told in hello and held on every write.

Measured from the hub's own clock, as the device's can be set. What a row said once it may say again, so that an
undo is never refused for its age.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from cockpit.hub.problems import Problem
from cockpit.storage.tables import ChangeLogRow

DATED = {"activity": "starts_at", "deal": "closed_on", "milestone_done": "done_at"}
"""The column that says when it took place, by kind of row."""

_COUNTS = {"activity": {"status": ("held",)}}
"""Values that turn a row into a result, which then counts on the day it is dated."""


def refuse(
    session: Session,
    entity: str,
    row_id: str,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    now: datetime,
    days: int | None,
) -> None:
    """Raise Problem backdate when `values` (wire form) date the row more than `days` before `now`."""
    name = DATED.get(entity)
    if days is None or name is None:
        return
    told = values.get(name, before.get(name))
    if not told or not _is_older(told, now - timedelta(days=days)):
        return
    results = _COUNTS.get(entity, {})
    offending = {n: v for n, v in values.items() if before.get(n) != v and (n == name or v in results.get(n, ()))}
    if offending and not _were_once(session, entity, row_id, offending):
        raise Problem("backdate", f"{entity}.{name}: more than {days} days ago", field=name, days=days)


def earliest(now: datetime, days: int | None) -> datetime | None:
    """The earliest moment a person may claim for what he did, None where there is no rule."""
    return None if days is None else now - timedelta(days=days)


def _is_older(told: str, limit: datetime) -> bool:
    if "T" in told:
        return datetime.fromisoformat(told) < limit
    # A day has no zone: the most western one is still in it when UTC is a day further.
    return date.fromisoformat(told) < limit.date() - timedelta(days=1)


def _were_once(session: Session, entity: str, row_id: str, values: Mapping[str, Any]) -> bool:
    where = (ChangeLogRow.entity == entity, ChangeLogRow.entity_id == row_id)
    before = session.exec(select(ChangeLogRow.before).where(*where)).all()
    return all(any(kept.get(name) == value for kept in before) for name, value in values.items())
