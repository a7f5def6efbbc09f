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
        _recast_acts(connection, since, to)
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
    lost = _lost(entity, patch, version, to)
    if lost and table == "outbox":
        connection.execute(
            text("UPDATE outbox SET status = 'parked', error_type = :kind, error_text = :words WHERE seq = :seq"),
            {"seq": seq, "kind": REMOVED, "words": lost},
        )


def _lost(entity: str, patch: Mapping[str, Any], version: int, to: int) -> str:
    """The text of what a change wanted of fields that are no longer there."""
    lost = {name: value for name, value in patch.items() if not upcast(entity, {name: value}, version, to)}
    return "; ".join(f"{name}: {value}" for name, value in lost.items())[:500]


def _recast_bases(connection: Connection, since: int, to: int) -> None:
    for entity, row_id, base in _rows(connection, "SELECT entity, id, base FROM sync_base"):
        connection.execute(
            text("UPDATE sync_base SET base = :base WHERE entity = :entity AND id = :id"),
            {"entity": entity, "id": row_id, "base": _json(upcast(entity, json.loads(base), since, to))},
        )


def _recast_conflicts(connection: Connection, since: int, to: int) -> None:
    """A conflict of one field goes with that field; one whose field is gone closes with its parked edit. Closed ones
    too: undo of an answer opens them again."""
    sql = "SELECT id, entity, field, base, mine, theirs FROM conflict"
    for conflict_id, entity, field, *sides in _rows(connection, sql):
        values = [_value(side) for side in sides]
        is_gone = False
        if field:
            cast = [upcast(entity, {field: value}, since, to) for value in values]
            is_gone, name = not cast[1], next(iter(cast[1]), field)
            after = values if is_gone else [next(iter(one.values()), None) for one in cast]
        else:
            after, name = [_side(entity, value, since, to) for value in values], ""
        connection.execute(
            text(
                "UPDATE conflict SET field = :field, base = :base, mine = :mine, theirs = :theirs,"
                " state = CASE WHEN :is_gone THEN 'closed' ELSE state END WHERE id = :id"
            ),
            {"id": conflict_id, "field": name, "is_gone": is_gone}
            | dict(zip(("base", "mine", "theirs"), map(_json, after), strict=True)),
        )


def _value(side: Any) -> Any:
    """A value of a JSON column. SQLite keeps a number there as a number, not as its text."""
    return json.loads(side) if isinstance(side, str) else side


def _side(entity: str, value: Any, since: int, to: int) -> Any:
    """A whole row, or nothing."""
    return upcast(entity, value, since, to) if isinstance(value, dict) else value


def _recast_acts(connection: Connection, since: int, to: int) -> None:
    """Acts keep whole queue entries, and the row as it was shown, for undo."""
    for key, value in _rows(connection, "SELECT key, value FROM meta WHERE key LIKE 'act:%'"):
        kept = json.loads(value)
        for act in (kept, *kept.get("rest", ())):
            _recast_act(act, since, to)
        _put_meta(connection, key, json.dumps(kept, ensure_ascii=False))


def _recast_act(act: dict[str, Any], since: int, to: int) -> None:
    for ended in act.get("ended", ()):
        entity, version = ended["entity"], int(ended.get("schema_v", to))
        lost = _lost(entity, ended["patch"], version, to)
        for part in ("patch", "base"):
            ended[part] = upcast(entity, ended[part], version, to)
        ended["schema_v"] = to
        if lost:
            ended |= {"status": "parked", "error_type": REMOVED, "error_text": lost}
    act["shown"] = _side(act["entity"], act.get("shown"), since, to)


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
