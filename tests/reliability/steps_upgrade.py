"""A move beside the others: the program on a device is replaced by a newer one, whose file is of an older schema.

What is on disk is put into a file of that schema, in a wire form of before this one; the program of today brings it up,
now and then killed on the way or on a bad disk. The schedule goes on with it, and all that waited then is sent in the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from cockpit.errors import CockpitError
from cockpit.migrations import upcasts
from cockpit.storage.tables import SYNCED
from tests.reliability import old_files
from tests.reliability.device import Device
from tests.reliability.kills import DISK_ERRORS, Killed
from tests.reliability.protocol import Row
from tests.reliability.steps_held import one_of_two_answered
from tests.reliability.world import World

_ASKED_SHARE = 0.4
"""Of the upgrades, before how many something was asked and answered."""
_POINTS = 160
"""About as many are passed in an upgrade."""
_FIRST = "0001"
_TURNING = ("BEGIN IMMEDIATE after", "ALTER before", "ALTER after", "UPDATE alembic_version after",
            "UPDATE outbox before", "UPDATE sync_base after", "UPDATE conflict after", "COMMIT before", "COMMIT after")  # fmt: skip
"""Points at which half of the kills are tried."""

_BEFORE = {
    "account": {"phone": "telephone", "tier": "class"},
    "contact": {"stance": "attitude"},
    "deal": {"amount_minor": "value_minor", "source": "came_from"},
    "activity": {"agenda": "plan", "needs": "wants", "next_step": "follow_up", "subject": "title"},
}
"""What fields were called in the made-up wire form of the version before."""
_NOW = {entity: {old: new for new, old in names.items()} for entity, names in _BEFORE.items()}

Content = dict[str, list[Row]]


def upgrade(world: World, device: Device, random: Random) -> None:
    """Stop the device, put its file back to an older schema, and start it with the program of today."""
    if random.random() < _ASKED_SHARE:
        one_of_two_answered(world, device)
    device.slot.reopen()
    with device.slot.at_once():
        revision = random.choice(_fitting(device))
    before = _content(device.slot.path)
    kept = device.slot.folder / "kept.db"
    kept.write_bytes(device.slot.path.read_bytes())
    device.slot.clear(_put_back(world, device, revision))
    device.restart()
    tries = [_try(world, device, random) for _number in range(random.choice((0, 1, 1, 2, 3)))]
    try:
        with _today():
            device.database.prepare()
    except (CockpitError, SQLAlchemyError, ValueError, TypeError, KeyError) as error:
        world.oracle.find(f"I7 {device.name} does not come up from {revision}: {type(error).__name__}: {error}")
        return
    device.restart()
    known = _tables_of(world.places.old(revision))
    _take_newer(device.slot.path, kept, known)
    world.faults["schema upgrade"] += 1
    world.note(f"{device.name} upgraded from {revision} {' '.join(tries)}")
    wanted = {**before, "cursor": []} if revision == _FIRST and _loads_anew(before, known) else before
    for words in _differences(wanted, _content(device.slot.path)):
        world.oracle.find(f"{words} is not what it was before the upgrade from {revision} ({device.name})")


def _fitting(device: Device) -> list[str]:
    """Schemas that can hold what is on disk: the first one knew nothing of changes that are sent again."""
    names = old_files.names()
    return names[1:] if device.slot.rows("SELECT 1 FROM outbox WHERE is_again LIMIT 1") else names


def _put_back(world: World, device: Device, revision: str) -> bytes:
    """The file as the program of that schema would have it."""
    made = device.slot.folder / "before.db"
    made.write_bytes(world.places.old(revision))
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        old_files.take_rows(connection, device.slot.path)
        _speak_as_before(connection)
    return made.read_bytes()


def _tables_of(file: bytes) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(file)
        return set(old_files.tables(connection))


def _take_newer(path: Path, kept: Path, known: set[str]) -> None:
    """Put back the rows of kinds that the old schema did not know: as if they had come just after the upgrade."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ATTACH ? AS kept", (str(kept),))
        for table in old_files.tables(connection):
            held = connection.execute("SELECT 1 FROM kept.sqlite_master WHERE name = ?", (table,)).fetchone()
            if table not in known and held:
                connection.execute(f'INSERT INTO main."{table}" SELECT * FROM kept."{table}"')
    kept.unlink()


def _speak_as_before(connection: sqlite3.Connection) -> None:
    """Bring everything that holds names of fields to the form of before, its closed questions and acts too."""
    for table in ("outbox", "outbox_done"):
        for seq, entity, *parts in connection.execute(f"SELECT seq, entity, patch, base FROM {table}").fetchall():
            values = [json.dumps(as_before(entity, json.loads(part))) for part in parts]
            connection.execute(f"UPDATE {table} SET patch = ?, base = ?, schema_v = 0 WHERE seq = ?", (*values, seq))
    for entity, row_id, base in connection.execute("SELECT entity, id, base FROM sync_base").fetchall():
        cast = json.dumps(as_before(entity, json.loads(base)))
        connection.execute("UPDATE sync_base SET base = ? WHERE entity = ? AND id = ?", (cast, entity, row_id))
    asked = connection.execute("SELECT id, entity, field, base, mine, theirs FROM conflict").fetchall()
    for one, entity, field, *sides in asked:
        name = _BEFORE.get(entity, {}).get(field, field)
        cast_sides = sides if field else [_side_before(entity, side) for side in sides]
        connection.execute(
            "UPDATE conflict SET field = ?, base = ?, mine = ?, theirs = ? WHERE id = ?", (name, *cast_sides, one)
        )
    for key, value in connection.execute("SELECT key, value FROM meta WHERE key LIKE 'act:%'").fetchall():
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (_act_before(value), key))
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('wire_version', '0')")


def _side_before(entity: str, side: str | None) -> str | None:
    value = json.loads(side) if side is not None else None
    return json.dumps(as_before(entity, value)) if isinstance(value, dict) else side


def _act_before(text: str) -> str:
    kept = json.loads(text)
    for act in (kept, *kept["rest"]):
        for ended in act["ended"]:
            ended |= {part: as_before(ended["entity"], ended[part]) for part in ("patch", "base")} | {"schema_v": 0}
        if act["shown"] is not None:
            act["shown"] = as_before(act["entity"], act["shown"])
    return json.dumps(kept, ensure_ascii=False)


def as_before(entity: str, values: Row) -> Row:
    """Values in the wire form of before."""
    return {_BEFORE.get(entity, {}).get(name, name): value for name, value in values.items()}


def as_now(entity: str, values: Row) -> Row:
    """What the program of today says of values of before."""
    return {_NOW.get(entity, {}).get(name, name): value for name, value in values.items()}


@contextmanager
def _today() -> Iterator[None]:
    """The program knows what was meant by the form of before."""
    upcasts.UPCASTS[1] = as_now
    try:
        yield
    finally:
        del upcasts.UPCASTS[1]


def _try(world: World, device: Device, random: Random) -> str:
    """Start the program, and have it killed or its disk fail; how that ended."""
    hook, kind = device.slot.hook, random.random()
    if kind < 0.2:
        hook.rearm(fail_at=random.randrange(1, _POINTS), failure=random.choice(list(DISK_ERRORS)))
    elif kind < 0.6:
        hook.rearm(kill_at=random.randrange(1, _POINTS))
    else:
        hook.rearm(kill_in=random.choice(_TURNING), kill_turn=random.choice((1, 1, 2)))
    outcome = "done"
    try:
        with _today():
            device.database.prepare()
    except Killed:
        outcome = f"killed at {hook.died_at}"
        world.kills += 1
        world.faults["kill"] += 1
        world.points[hook.died_at] += 1
    except CockpitError as error:
        outcome = type(error).__name__
        world.faults[f"disk {hook.failure}"] += 1
    except (SQLAlchemyError, ValueError, TypeError, KeyError) as error:
        outcome = f"broke with {type(error).__name__}"
    world.passed["upgrade"].update(hook.names)
    device.restart()
    return outcome


def _content(path: Path) -> Content:
    """Every row of the file, as it reads in JSON."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [_plain(dict(row)) for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid')]
            for table in old_files.tables(connection)
        }


def _plain(row: Row) -> Row:
    for name, value in row.items():
        with suppress(ValueError, TypeError):
            row[name] = json.loads(value) if value[:1] in ("{", "[", '"') else value
    return row


_NAMED: dict[str, str] = {"outbox": "I1", "outbox_done": "I1", "sync_base": "I4", "conflict": "I4", "meta": "I1"}
_MAY_DIFFER: dict[str, tuple[str, ...]] = {"sync_base": ("seen_gen",)}
"""Not kept by the first schema, and worked out anew."""


def _loads_anew(before: Content, known: set[str]) -> bool:
    """A load was under way, and of a base whose row is not shown the first schema could not say whether it has come.

    Nor could it of one whose kind is not among the tables that it knew.
    """
    is_under_way = {"key": "complete", "value": "0"} in before["meta"]
    shown = {(entity, row["id"]) for entity in SYNCED if entity in known
             for row in before[entity] if row["seen_gen"]}  # fmt: skip
    return is_under_way and any((base["entity"], base["id"]) not in shown for base in before["sync_base"])


def _differences(before: Content, after: Content) -> Iterator[str]:
    for table, rows in before.items():
        left, found = _sorted(table, rows), _sorted(table, after[table])
        if len(left) != len(found):
            yield f"{_NAMED.get(table, 'I3')} the number of rows of {table}"
        for old, new in zip(left, found, strict=False):
            changed = sorted(column for column in old if old[column] != new[column])
            if changed:
                yield f"{_NAMED.get(table, 'I3')} {table} {changed}"
                break


def _sorted(table: str, rows: list[Row]) -> list[dict[str, Any]]:
    kept = [{n: v for n, v in row.items() if n not in _MAY_DIFFER.get(table, ())} for row in rows]
    kept = [row for row in kept if not (table == "meta" and row["key"] == "wire_version")]
    return sorted(kept, key=lambda row: json.dumps(row, sort_keys=True, default=str))
