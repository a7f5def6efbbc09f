"""A shaped batch into the hub: new rows in bulk, changed ones one by one, unchanged ones not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cockpit import clock
from cockpit.hub import revisions, store
from cockpit.hub.batch import Batch
from cockpit.storage.records import wire_value
from cockpit.storage.tables import SYNCED, ChangeLogRow

_SLICE = 500


@dataclass(frozen=True, slots=True)
class Written:
    written: int
    unchanged: int


def write(session: Session, batch: Batch, actor_id: str, zone: ZoneInfo) -> Written:
    """Bring the hub to what `batch` says. Only inside `Database.write`.

    A value that somebody changed here since the last import stays as it is. Rows the export no longer
    names stay too.
    """
    revisions.lock(session)
    changed = unchanged = 0
    for entity, rows in batch.rows.items():
        stored = _stored(session, entity, rows)
        differing = {row_id: _differences(stored[row_id], rows[row_id]) for row_id in stored}
        kept = _changed_here(session, [row_id for row_id, found in differing.items() if found], actor_id)
        for row_id, found in differing.items():
            values = {name: value for name, value in found.items() if name not in kept.get(row_id, ())}
            if values:
                moment = _known_at(values, zone)
                change = store.Change(entity, row_id, "patch", values)
                store.apply(session, change, actor_id=actor_id, recorded_at=moment)
                changed += 1
            else:
                unchanged += 1
            del rows[row_id]
    batch.log = [entry for entry in batch.log if entry["entity_id"] in batch.rows[entry["entity"]]]
    created = sum(len(rows) for rows in batch.rows.values())
    if created:
        session.flush()
        batch.write(session)
    return Written(created + changed, unchanged)


def _stored(session: Session, entity: str, rows: Mapping[str, Any]) -> dict[str, Any]:
    table: Any = SYNCED[entity]
    found: dict[str, Any] = {}
    for ids in _slices(rows):
        found.update({row.id: row for row in session.exec(select(table).where(col(table.id).in_(ids)))})
    return found


def _differences(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the export that the stored row has not, in wire form."""
    return {name: wire_value(value) for name, value in values.items() if getattr(row, name) != value}


def _changed_here(session: Session, ids: Iterable[str], actor_id: str) -> dict[str, set[str]]:
    """By row: the fields that somebody other than the import has changed."""
    found: dict[str, set[str]] = {}
    for part in _slices(ids):
        statement = select(ChangeLogRow).where(col(ChangeLogRow.entity_id).in_(part), ChangeLogRow.op == "patch")
        for entry in session.exec(statement):
            if entry.actor_id != actor_id:
                found.setdefault(entry.entity_id, set()).update(entry.after)
    return found


def _known_at(values: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    """A closing is known from its day on; anything else since now."""
    closed = values.get("closed_on")
    if closed:
        return datetime.combine(date.fromisoformat(closed), time(), zone).astimezone(UTC)
    return clock.now()


def _slices(ids: Iterable[str]) -> Iterable[list[str]]:
    every = list(ids)
    return (every[start : start + _SLICE] for start in range(0, len(every), _SLICE))
