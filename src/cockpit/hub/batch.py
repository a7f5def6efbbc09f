"""Many rows at once: what the demo company and an import write, in one transaction.

Each row gets a revision, a line in the feed and its entries in the change log, exactly as if a device
had pushed it at the time it was recorded, but by bulk inserts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from cockpit.hub import revisions
from cockpit.storage.names import search_key
from cockpit.storage.records import wire_value
from cockpit.storage.tables import SYNCED, ChangeRow

_CHUNK = 5_000


@cache
def _defaults(table: type[SQLModel]) -> dict[str, Any]:
    return {
        name: info.get_default(call_default_factory=True)
        for name, info in table.model_fields.items()
        if not info.is_required()
    }


@dataclass
class Batch:
    """Rows of an as yet unwritten company, by entity and id, with the log of how they came to be.

    `new_log_id(recorded_at, entity, row_id, number)` makes the id of a log entry; `number` counts the
    entries of that row from 0.
    """

    new_log_id: Callable[[datetime, str, str, int], str]
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {name: {} for name in SYNCED})
    log: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[tuple[str, str], int] = field(default_factory=dict)

    def create(
        self, entity: str, row_id: str, recorded_at: datetime, actor_id: str | None = None, **values: Any
    ) -> str:
        """A new row as it was first recorded. Returns its id."""
        self.rows[entity][row_id] = {"id": row_id, **values}
        self._record("create", entity, row_id, recorded_at, actor_id, {}, {})
        return row_id

    def patch(
        self, entity: str, row_id: str, recorded_at: datetime, actor_id: str | None = None, **values: Any
    ) -> None:
        """A later change of a row of this batch. Calls for one row come in the order of time."""
        row = self.rows[entity][row_id]
        kept = _defaults(SYNCED[entity])
        before = {name: row.get(name, kept.get(name)) for name in values}
        changed = [name for name in values if before[name] != values[name]]
        if not changed:
            return
        row.update(values)
        self._record(
            "patch",
            entity,
            row_id,
            recorded_at,
            actor_id,
            {name: wire_value(before[name]) for name in changed},
            {name: wire_value(values[name]) for name in changed},
        )

    def _record(
        self,
        op: str,
        entity: str,
        row_id: str,
        recorded_at: datetime,
        actor_id: str | None,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        number = self.entries.get((entity, row_id), 0)
        self.entries[entity, row_id] = number + 1
        recorded_at = recorded_at.astimezone(UTC)
        self.log.append(
            {
                "id": self.new_log_id(recorded_at, entity, row_id, number),
                "entity": entity,
                "entity_id": row_id,
                "op": op,
                "recorded_at": recorded_at,
                "actor_id": actor_id,
                "before": before,
                "after": after,
            }
        )

    def write(self, session: Session) -> int:
        """Insert everything. Returns the newest revision. Only inside `Database.write`.

        Log entries get the lower revisions: an entry newer than its row would look like a change nobody has seen.
        """
        self._place_log()
        counts = sum(len(rows) for rows in self.rows.values())
        rev = revisions.take(session, counts) - 1 if counts else revisions.head(session)
        feed: list[dict[str, Any]] = []
        for entity in sorted(SYNCED, key=lambda name: name != "change_log"):
            defaults = _defaults(SYNCED[entity])
            full: list[dict[str, Any]] = []
            for row_id, values in self.rows[entity].items():
                rev += 1
                full.append({**defaults, **values, "rev": rev})
                feed.append(
                    {
                        "rev": rev,
                        "entity": entity,
                        "entity_id": row_id,
                        "op": "put",
                        "owner_id": values.get("owner_id"),
                        "account_id": row_id if entity == "account" else values.get("account_id"),
                    }
                )
            if entity == "account":
                for row in full:
                    row["search_key"] = search_key(row["name"], row["alias"])
            _insert(session, SYNCED[entity], full)
        _insert(session, ChangeRow, feed)
        return rev

    def _place_log(self) -> None:
        """The log as rows, oldest first, each seen by those who see the row it is about."""
        placed = self.rows["change_log"]
        for entry in sorted(self.log, key=lambda e: (e["recorded_at"], e["entity_id"], e["op"] != "create")):
            entity, row_id = entry["entity"], entry["entity_id"]
            about = self.rows[entity][row_id]
            placed[entry["id"]] = {
                **entry,
                "owner_id": row_id if entity == "person" else about.get("owner_id"),
                "account_id": row_id if entity == "account" else about.get("account_id"),
            }
        self.log.clear()


def _insert(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """By the table, not the mapped class: the mapper sorts rows by their nulls and writes them in thousands of pieces."""
    statement = insert(SQLModel.metadata.tables[str(table.__tablename__)])
    for part in _parts(rows):
        session.connection().execute(statement, part)


def _parts(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _CHUNK):
        yield list(rows[start : start + _CHUNK])
