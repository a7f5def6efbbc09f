"""What every connector keeps to. Each check is a function of a connector and a server with a few rows of each kind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from cockpit.crm.connector import BadRemote, Connector, CrmStale, Remote
from cockpit.crm.testing.server import Server

Check = Callable[[Connector, Server], None]


class Broken(AssertionError):
    """The connector does not keep to the contract."""


def check(connector: Connector, server: Server) -> None:
    """Run every check. Raises Broken naming the first that fails."""
    for one in CHECKS:
        one(connector, server)


def it_greets(connector: Connector, server: Server) -> None:
    """It says who we are there, and it is named in lower case."""
    greeting = connector.greet()
    _expect(bool(greeting.product and greeting.user_id), "the greeting names the product and the user")
    _expect(connector.name == connector.name.lower() != "", "the name is in lower case")
    time = greeting.time
    _expect(time is None or time.tzinfo is not None, "the CRM's time has a zone")


def it_shows_every_row(connector: Connector, server: Server) -> None:
    """A snapshot names each row of the server, with known fields in wire form."""
    for entity in _readable(connector):
        found = {row.id: row for row in _rows(connector.snapshot(entity)) if not _is_deleted(row)}
        _expect(set(server.rows(entity)) <= found.keys(), f"{entity}: a snapshot shows every row")
        for row in found.values():
            _in_wire_form(connector, row)


def it_reads_one(connector: Connector, server: Server) -> None:
    """`read` says the same as the snapshot, and None of what is not there."""
    for entity in _readable(connector):
        rows = [row for row in _rows(connector.snapshot(entity)) if isinstance(row, Remote) and not row.is_deleted]
        if not rows:
            continue
        first = connector.read(entity, rows[0].id)
        _expect(first is not None and first.values == rows[0].values, f"{entity}: read and snapshot agree")
        made_up = _another_id(rows[0].id)
        _expect(connector.read(entity, made_up) is None, f"{entity}: what is not there reads as None")


def it_tells_changes(connector: Connector, server: Server) -> None:
    """From the start the changes are everything; after a cursor they hold what was edited and added since."""
    for entity, values in _makeable(connector, server):
        if connector.can.holdings[entity].delta == "none":
            continue
        cursor, seen = _read_changes(connector, entity, "")
        _expect(set(server.rows(entity)) <= seen.keys(), f"{entity}: changes from the start are everything")
        cursor, _rest = _read_changes(connector, entity, cursor)
        added = server.add(entity, values)
        _cursor, seen = _read_changes(connector, entity, cursor)
        _expect(added in seen, f"{entity}: a new row is among the changes")


def it_tells_deletions(connector: Connector, server: Server) -> None:
    """A row that goes is told in the way the record says, and is read as None."""
    for entity, values in _makeable(connector, server):
        holding = connector.can.holdings[entity]
        remote_id = server.add(entity, values)
        feed = connector.feed("").cursor if holding.deletes == "feed" else ""
        cursor = _read_changes(connector, entity, "")[0] if holding.delta != "none" else ""
        server.remove(entity, remote_id)
        gone = connector.read(entity, remote_id)
        _expect(gone is None or gone.is_deleted, f"{entity}: a deleted row reads as None")
        if holding.deletes == "feed":
            told = connector.feed(feed).touched
            _expect((entity, remote_id, "delete") in told, f"{entity}: the feed tells of a deletion")
        elif holding.deletes == "flag":
            seen = _read_changes(connector, entity, cursor)[1]
            _expect(remote_id in seen and seen[remote_id].is_deleted, f"{entity}: a deleted row comes with its flag")
        elif holding.deletes in ("log", "diff"):
            _expect(remote_id not in connector.ids(entity), f"{entity}: a deleted row is not among the ids")


def it_creates_once(connector: Connector, server: Server) -> None:
    """What it makes carries our id, and a second try finds the first or makes the same row."""
    for entity, values in _makeable(connector, server):
        holding = connector.can.holdings[entity]
        if holding.is_read_only:
            continue
        row_id = str(uuid.uuid4())
        given = {name: value for name, value in values.items() if name in holding.fields}
        before = len(server.rows(entity))
        made = connector.create(entity, row_id, given)
        _expect(len(server.rows(entity)) == before + 1, f"{entity}: create makes one row")
        _same(given, made.values, f"{entity}: the answer of create has the values that were given")
        if holding.create == "lookup":
            found = connector.find(entity, row_id, given)
            _expect(found is not None and found.id == made.id, f"{entity}: find finds the row by our id")
            _expect(connector.find(entity, str(uuid.uuid4()), given) is None, f"{entity}: find finds nothing else")
        if holding.create == "upsert":
            again = connector.create(entity, row_id, given)
            is_one = again.id == made.id and len(server.rows(entity)) == before + 1
            _expect(is_one, f"{entity}: creating twice makes one row")
        if holding.create != "none":
            read = connector.read(entity, made.id)
            _expect(read is not None and read.row_id == row_id, f"{entity}: the row carries our id")


def it_updates_what_it_is_told(connector: Connector, server: Server) -> None:
    """An update changes its fields alone, and its answer is the row as it is then."""
    for entity, values in _makeable(connector, server):
        holding = connector.can.holdings[entity]
        name = next((one for one in ("name", "subject", "phone") if one in holding.fields), "")
        if holding.is_read_only or not name:
            continue
        seen = connector.read(entity, server.add(entity, values))
        _expect(seen is not None, f"{entity}: a new row can be read")
        assert seen is not None
        after = connector.update(entity, seen, {name: "Changed 客户"})
        expected = {**seen.values, name: "Changed 客户"}
        _same({one: expected[one] for one in holding.fields & expected.keys()}, after.values, f"{entity}: update")
        read = connector.read(entity, after.id)
        _expect(read is not None and read.values == after.values, f"{entity}: the answer is the row as it is then")
        if holding.conflict == "version":
            _refuses_stale(connector, server, entity, after, name)


def _refuses_stale(connector: Connector, server: Server, entity: str, seen: Remote, name: str) -> None:
    server.edit(entity, seen.id, {name: "Meanwhile"})
    try:
        connector.update(entity, seen, {name: "Mine"})
    except CrmStale:
        return
    raise Broken(f"{entity}: an update of a row that changed meanwhile raises CrmStale")


def it_deletes(connector: Connector, server: Server) -> None:
    """A deleted row is gone, and to delete it once more is no failure."""
    for entity, values in _makeable(connector, server):
        if connector.can.holdings[entity].is_read_only:
            continue
        seen = connector.read(entity, server.add(entity, values))
        _expect(seen is not None, f"{entity}: a new row can be read")
        assert seen is not None
        connector.delete(entity, seen)
        _expect(seen.id not in server.rows(entity), f"{entity}: a deleted row is gone")
        connector.delete(entity, seen)


CHECKS: tuple[Check, ...] = (
    it_greets,
    it_shows_every_row,
    it_reads_one,
    it_tells_changes,
    it_tells_deletions,
    it_creates_once,
    it_updates_what_it_is_told,
    it_deletes,
)


# -- parts of them -------------------------------------------------------------------------------------------------------


def _expect(is_true: bool, words: str) -> None:
    if not is_true:
        raise Broken(words)


def _readable(connector: Connector) -> list[str]:
    forbidden = connector.greet().forbidden
    return [entity for entity in connector.can.holdings if entity not in forbidden]


def _makeable(connector: Connector, server: Server) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The kinds of which the server makes rows, each with values of a new one."""
    for entity in _readable(connector):
        values = server.sample(entity, uuid.uuid4().int % 10**9)
        if values is not None:
            yield entity, values


def _rows(pages: Iterator[Any]) -> list[Remote | BadRemote]:
    return [row for page in pages for row in page.rows]


def _is_deleted(row: Remote | BadRemote) -> bool:
    return isinstance(row, Remote) and row.is_deleted


def _read_changes(connector: Connector, entity: str, cursor: str) -> tuple[str, dict[str, Remote]]:
    seen: dict[str, Remote] = {}
    for page in connector.changes(entity, cursor):
        cursor = page.cursor or cursor
        seen |= {row.id: row for row in page.rows if isinstance(row, Remote)}
    return cursor, seen


def _another_id(remote_id: str) -> str:
    """An id of the same form that no row has."""
    return f"{remote_id}00000"


def _in_wire_form(connector: Connector, row: Remote | BadRemote) -> None:
    _expect(isinstance(row, Remote), f"{row.entity} {row.id}: {getattr(row, 'reason', '')}")
    assert isinstance(row, Remote)
    strange = row.values.keys() - connector.can.holdings[row.entity].fields
    _expect(not strange, f"{row.entity}: {', '.join(sorted(strange))} are not among its fields")
    for name, value in row.values.items():
        where = f"{row.entity}.{name}: {value!r}"
        if value is None:
            continue
        if name.endswith("_minor"):
            _expect(isinstance(value, int) and not isinstance(value, bool), f"{where}: money is in whole minor units")
        elif name.endswith("_on"):
            _expect(date.fromisoformat(value).isoformat() == value, f"{where}: a day is like 2026-11-24")
        elif name.endswith("_at") and len(value) > len("2026-11-24"):
            _expect(datetime.fromisoformat(value).tzinfo is not None, f"{where}: a moment has a zone")
        elif name.endswith("_id"):
            _expect(isinstance(value, str), f"{where}: an id is a text")


def _same(given: Mapping[str, Any], found: Mapping[str, Any], words: str) -> None:
    for name, value in given.items():
        other = found.get(name)
        if name.endswith("_at") and value and other:
            is_same = _moments(value, other)
        else:
            is_same = (value or None) == (other or None)
        _expect(is_same, f"{words}: {name} is {other!r}, not {value!r}")


def _moments(one: str, other: str) -> bool:
    """The same moment, or the same day where one of them is but a day."""
    length = len("2026-11-24")
    if len(one) == length or len(other) == length:
        return one[:length] == other[:length]
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)
