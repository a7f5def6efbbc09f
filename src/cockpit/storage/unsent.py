"""The unsent work of a file, whatever version of the program wrote it: plain SQL, columns as they are found, read only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.errors import NotSignedIn
from cockpit.storage.database import Database, is_filled
from cockpit.storage.reading import Reader, moment


@dataclass(frozen=True, slots=True)
class Unsent:
    """`revision` of the schema, all of `meta`, and every queued mutation with its conflicts under `conflicts`."""

    revision: str
    facts: Mapping[str, str]
    mutations: tuple[dict[str, Any], ...]
    receipts: frozenset[str]
    """Ids of the mutations that ended."""

    @property
    def ids(self) -> frozenset[str]:
        """Of what is queued."""
        return frozenset(str(mutation.get("mutation_id")) for mutation in self.mutations)


def read_unsent(path: Path) -> Unsent:
    """Everything in `path` that the hub has not acknowledged. Raises NotSignedIn without a file, and the kinds of
    LocalDataError for one that cannot be read."""
    if not is_filled(path):
        raise NotSignedIn()
    with Database(f"sqlite:///{path}").look() as reader:
        return unsent_in(reader)


def unsent_in(reader: Reader) -> Unsent:
    """The same of a file that is open."""
    questions: dict[str, list[dict[str, Any]]] = {}
    for conflict in _whole(reader, "conflict", "id"):
        if conflict.get("state") != "closed":
            questions.setdefault(str(conflict.get("mutation_id")), []).append(conflict)
    queued = tuple(
        {**mutation, "conflicts": questions.get(str(mutation.get("mutation_id")), [])}
        for mutation in _whole(reader, "outbox", "seq")
    )
    has_version = reader.rows("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
    revision = reader.rows("SELECT version_num FROM alembic_version") if has_version else []
    return Unsent(
        revision=str(revision[0][0]) if revision else "",
        facts={str(key): str(value) for key, value in _pairs(reader)},
        mutations=queued,
        receipts=frozenset(str(row[0]) for row in _ended(reader)),
    )


def _pairs(reader: Reader) -> list[tuple[Any, ...]]:
    return reader.rows("SELECT key, value FROM meta") if _columns(reader, "meta") else []


def _ended(reader: Reader) -> list[tuple[Any, ...]]:
    return reader.rows("SELECT mutation_id FROM outbox_done") if _columns(reader, "outbox_done") else []


def _columns(reader: Reader, table: str) -> list[tuple[str, str]]:
    return [(str(row[1]), str(row[2]).upper()) for row in reader.rows(f'PRAGMA table_info("{table}")')]


def _whole(reader: Reader, table: str, order: str) -> Iterator[dict[str, Any]]:
    """Every row of a table, JSON and moments in the form they have on the wire; none where there is no such table."""
    columns = _columns(reader, table)
    if not columns:
        return
    names = ", ".join(f'"{name}"' for name, _kind in columns)
    for row in reader.rows(f'SELECT {names} FROM "{table}" ORDER BY "{order}"'):
        yield {name: _value(kind, cell) for (name, kind), cell in zip(columns, row, strict=True)}


def _value(kind: str, cell: Any) -> Any:
    """A cell that is not what its column promises stays as it is: nothing of unsent work may be left out."""
    if not isinstance(cell, str):
        return cell
    try:
        if kind == "JSON":
            return json.loads(cell)
        if kind == "DATETIME":
            return wire_moment(moment(cell))
    except (ValueError, RecursionError):
        return cell
    return cell


def wire_moment(stamp: datetime) -> str:
    return stamp.isoformat(timespec="microseconds").replace("+00:00", "Z")
