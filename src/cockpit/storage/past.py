"""A look back: the rows as they stood by what was recorded until a moment, under the names of their tables.

Whatever is read through such a reader is of that moment: rows changed since are laid over their table as they were, those
deleted since are there again, those made since are not. For a device's own file: SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cockpit.domain import entities as e
from cockpit.storage.laid import Layer, laid_rows
from cockpit.storage.names import search_key
from cockpit.storage.reading import Reader, as_stored, entities, moment, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session

ALL = datetime.max.replace(tzinfo=UTC)
"""As a moment up to which something was recorded: no end."""

Row = dict[str, Any]
"""A row's columns as SQLite holds them."""


@dataclass(frozen=True)
class PastReader(Reader):
    """Reads what was known at `until`. The queue and the conflicts are those of then too, as far as they are still kept."""

    reader: Reader
    until: datetime

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        return laid_rows(self, sql, values)

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """By the name of a table what takes its place."""
        later = entities(self.reader, e.LogEntry, "recorded_at > :until", "recorded_at, rev, id", until=self.until)
        if not later:
            return {}
        found = {
            name: Layer(f"SELECT * FROM main.{name} WHERE {at} <= :until_{name}", {f"until_{name}": self.until})
            for name, at in (("change_log", "recorded_at"), ("outbox", "occurred_at"), ("conflict", "opened_at"))
        }
        by_entity: dict[str, list[e.LogEntry]] = {}
        for entry in later:
            by_entity.setdefault(entry.entity, []).append(entry)
        for entity, entries in by_entity.items():
            found[entity] = _laid_over(entity, _changed(entries), _rewound(self.reader, entity, entries))
        if steps := _steps_since(self.reader, by_entity.get("deal", ())):
            found["stage_change"] = _laid_over("stage_change", steps, [])
        return found


def past_reader(source: Session | Reader, until: datetime) -> Reader:
    """A reader of what was known at `until`. One that has layers over its tables already stays as it is."""
    reader = reader_of(source)
    return reader if until == ALL or hasattr(reader, "layers") else PastReader(reader, until)


def log_begins(source: Session | Reader) -> datetime | None:
    """When the first thing was recorded; None where nothing was."""
    ((first,),) = reader_of(source).rows("SELECT min(recorded_at) FROM change_log")
    return moment(first) if first else None


def _changed(entries: Sequence[e.LogEntry]) -> list[str]:
    return sorted({entry.entity_id for entry in entries})


def _laid_over(table: str, changed: Sequence[str], rows: Sequence[Row]) -> Layer:
    columns = _columns(table)
    names = ", ".join(f'"{name}"' for name in columns)
    stood = ", ".join(f"json_extract(value, '$.{name}')" for name in columns)
    select = (
        f"SELECT {names} FROM main.{table} WHERE id NOT IN (SELECT value FROM json_each(:changed_{table}))"
        f" UNION ALL SELECT {stood} FROM json_each(:stood_{table})"
    )
    return Layer(select, {f"changed_{table}": json.dumps(changed), f"stood_{table}": json.dumps(rows)})


def _columns(table: str) -> list[str]:
    from cockpit.storage.tables import SYNCED

    return list(SYNCED[table].metadata.tables[table].columns.keys())


def _rewound(reader: Reader, entity: str, entries: Sequence[e.LogEntry]) -> list[Row]:
    """The rows of these entries with each change taken back, newest first."""
    columns = _columns(entity)
    names = ", ".join(f'"{name}"' for name in columns)
    ids = json.dumps(_changed(entries))
    sql = f"SELECT {names} FROM {entity} WHERE id IN (SELECT value FROM json_each(:ids))"
    found = {row["id"]: row for row in (dict(zip(columns, cells)) for cells in reader.rows(sql, ids=ids))}
    for entry in reversed(entries):
        if entry.op == "create":
            found.pop(entry.entity_id, None)
        elif entry.op == "delete":
            found[entry.entity_id] = _row_again(entity, entry)
        elif entry.entity_id in found:
            _take_back(entity, entry, found[entry.entity_id])
    if entity == "account":
        for row in found.values():
            row["search_key"] = search_key(row["name"], row["alias"])
    return list(found.values())


def _take_back(entity: str, entry: e.LogEntry, row: Row) -> None:
    from cockpit.storage.records import from_wire

    before = from_wire(entity, dict(entry.before))
    extra = before.pop("extra", None)
    row.update({name: _stored(value) for name, value in before.items() if name in row})
    if extra is not None:
        kept = {**json.loads(row["extra"] or "{}"), **extra}
        row["extra"] = json.dumps({name: value for name, value in kept.items() if value is not None})
    if entry.rev == 0:  # a change of this device that still waits: then it did not wait yet
        row["pending"] = max(0, row["pending"] - 1)


def _row_again(entity: str, entry: e.LogEntry) -> Row:
    from cockpit.storage.records import from_wire
    from cockpit.storage.tables import SYNCED

    row = SYNCED[entity](**{**from_wire(entity, dict(entry.before)), "id": entry.entity_id})
    return {name: _stored(getattr(row, name)) for name in _columns(entity)}


def _stored(value: Any) -> Any:
    if isinstance(value, list | dict | tuple):
        return json.dumps(value)
    return int(value) if isinstance(value, bool) else as_stored(value)


def _steps_since(reader: Reader, entries: Sequence[e.LogEntry]) -> list[str]:
    """The stage changes that came of changes of deals recorded since: they have no entry of their own, and may be dated
    before the hub learned of them."""
    moves = [entry for entry in entries if entry.op == "patch" and entry.after.get("stage_id")]
    if not moves:
        return []
    ids = json.dumps(sorted({entry.entity_id for entry in moves}))
    where = "deal_id IN (SELECT value FROM json_each(:ids))"
    steps = entities(reader, e.StageChange, where, "changed_at, rev, id", ids=ids)
    found: list[str] = []
    for entry in reversed(moves):
        wanted = (entry.entity_id, entry.before.get("stage_id") or None, entry.after["stage_id"])
        meant = [
            step.id
            for step in steps
            if (step.deal_id, step.from_stage_id or None, step.to_stage_id) == wanted and step.id not in found
        ]
        found += meant[-1:]
    return found
