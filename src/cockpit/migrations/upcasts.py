"""Changes of the wire form, and what they do to edits that were queued before them.

Every mutation carries the version it was written in. A version that renames, splits or removes a field
brings a pure function here, which says what a row's values of the version before are in this one. It is
applied to everything queued on a device, in the transaction of the schema upgrade, and by the hub to what
a device of an older version pushes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

Upcast = Callable[[str, dict[str, Any]], dict[str, Any]]
"""From an entity and some of its values (any of them may be absent) to the values in the next version.
A field that is no longer there is left out."""

UPCASTS: dict[int, Upcast] = {}
"""By the version that they lead to. The first version needs none."""

REMOVED = "field-removed"
"""Why a queued edit is parked whose field is gone: its text is kept with it, for a person to decide."""

_QUEUES = ("outbox", "outbox_done")


def upcast(entity: str, values: Mapping[str, Any], version: int, to: int) -> dict[str, Any]:
    """`values` of wire version `version` as they are in version `to`."""
    found = dict(values)
    for step in range(version + 1, to + 1):
        change = UPCASTS.get(step)
        if change is not None:
            found = change(entity, found)
    return found


def upcast_file(connection: Connection, to: int) -> None:
    """Bring every edit, base, conflict and act of a device to wire version `to`, in the caller's transaction."""
    for table in _QUEUES:
        sql = f"SELECT seq, entity, schema_v, patch, base FROM {table} WHERE schema_v < :to"
        for seq, entity, version, patch, base in _rows(connection, sql, to=to):
            _recast_mutation(connection, table, seq, entity, version, json.loads(patch), json.loads(base), to)
    since = _version_of_bases(connection)
    if since < to:
        _recast_bases(connection, since, to)
        _recast_conflicts(connection, since, to)
        _recast_acts(connection, to)
        _put_meta(connection, "wire_version", str(to))


def _recast_mutation(
    connection: Connection,
    table: str,
    seq: int,
    entity: str,
    version: int,
    patch: dict[str, Any],
    base: dict[str, Any],
    to: int,
) -> None:
    wanted, seen = upcast(entity, patch, version, to), upcast(entity, base, version, to)
    values = {"seq": seq, "to": to, "patch": _json(wanted), "base": _json(seen)}
    connection.execute(
        text(f"UPDATE {table} SET patch = :patch, base = :base, schema_v = :to WHERE seq = :seq"), values
    )
    lost = {name: value for name, value in patch.items() if not upcast(entity, {name: value}, version, to)}
    if lost and table == "outbox":
        words = "; ".join(f"{name}: {value}" for name, value in lost.items())
        connection.execute(
            text("UPDATE outbox SET status = 'parked', error_type = :kind, error_text = :words WHERE seq = :seq"),
            {"seq": seq, "kind": REMOVED, "words": words[:500]},
        )


def _recast_bases(connection: Connection, since: int, to: int) -> None:
    for entity, row_id, base in _rows(connection, "SELECT entity, id, base FROM sync_base"):
        connection.execute(
            text("UPDATE sync_base SET base = :base WHERE entity = :entity AND id = :id"),
            {"entity": entity, "id": row_id, "base": _json(upcast(entity, json.loads(base), since, to))},
        )


def _recast_conflicts(connection: Connection, since: int, to: int) -> None:
    """A conflict of one field goes with that field; one whose field is gone closes with its parked edit."""
    sql = "SELECT id, entity, field, base, mine, theirs FROM conflict WHERE state <> 'closed'"
    for conflict_id, entity, field, *sides in _rows(connection, sql):
        values = [None if side is None else json.loads(side) for side in sides]
        if field:
            cast = [upcast(entity, {field: value}, since, to) for value in values]
            after, name = [next(iter(one.values()), None) for one in cast], next(iter(cast[1]), "")
            state = "open" if cast[1] else "closed"
        else:
            after = [upcast(entity, value, since, to) if isinstance(value, dict) else value for value in values]
            name, state = "", "open"
        connection.execute(
            text(
                "UPDATE conflict SET field = :field, base = :base, mine = :mine, theirs = :theirs, state ="
                " CASE WHEN :state = 'closed' THEN 'closed' ELSE state END WHERE id = :id"
            ),
            {"id": conflict_id, "field": name, "state": state}
            | dict(zip(("base", "mine", "theirs"), map(_json, after), strict=True)),
        )


def _recast_acts(connection: Connection, to: int) -> None:
    """Acts keep whole queue entries, for undo."""
    for key, value in _rows(connection, "SELECT key, value FROM meta WHERE key LIKE 'act:%'"):
        kept = json.loads(value)
        for ended in (entry for act in (kept, *kept.get("rest", ())) for entry in act.get("ended", ())):
            version = int(ended.get("schema_v", to))
            for part in ("patch", "base"):
                ended[part] = upcast(ended["entity"], ended[part], version, to)
            ended["schema_v"] = to
        _put_meta(connection, key, json.dumps(kept, ensure_ascii=False))


def _version_of_bases(connection: Connection) -> int:
    found = connection.execute(text("SELECT value FROM meta WHERE key = 'wire_version'")).scalar()
    return int(found or 1)


def _rows(connection: Connection, sql: str, **values: Any) -> list[Any]:
    return list(connection.execute(text(sql), values))


def _put_meta(connection: Connection, key: str, value: str) -> None:
    connection.execute(text("DELETE FROM meta WHERE key = :key"), {"key": key})
    connection.execute(text("INSERT INTO meta (key, value) VALUES (:key, :value)"), {"key": key, "value": value})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
