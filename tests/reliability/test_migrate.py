"""Every file of an earlier schema comes through its upgrade with all that waits in it, wherever the upgrade is cut."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cockpit.migrations import upcasts
from cockpit.storage import database as storage
from cockpit.storage.database import HEAD_REVISION, Database
from cockpit.storage.tables import sync as sync_tables
from tests.reliability import old_files
from tests.reliability.forking import DIED
from tests.reliability.processes import Home, LoopbackHub, file_rows, findings, new_home
from tests.reliability.syscalls import TracedCommands

OPEN = ("pending", "inflight")
HELD = ("conflict", "blocked", "parked")
_TABLES = ("outbox", "outbox_done", "sync_base", "conflict", "activity", "account", "change_log", "tombstone")

_ADDED = {"outbox": ("is_again",), "sync_base": ("seen_gen",)}
"""Columns of later versions, filled with their default by the upgrade."""


def _content(path: Path, tables: tuple[str, ...] = _TABLES) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables a user could miss something of, by column name. What a version added is not in it."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for table in tables:
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for name in _ADDED.get(table, ()):
                for row in rows:
                    row.pop(name, None)
            found[table] = sorted(rows, key=lambda row: json.dumps(row, default=str))
    return found


def _revision(path: Path) -> str:
    ((revision,),) = file_rows(path, "SELECT version_num FROM alembic_version")
    return str(revision)


def test_every_schema_before_this_one_is_kept_as_a_file() -> None:
    """A new version: `python -m tests.reliability.old_files REVISION` keeps the one before it."""
    assert set(old_files.names()) == set(storage._KNOWN_REVISIONS) - {HEAD_REVISION}


@pytest.mark.parametrize("revision", old_files.names())
def test_the_file_holds_every_kind_of_work(tmp_path: Path, revision: str) -> None:
    path = old_files.build(revision, tmp_path / "old.db")
    assert _revision(path) == revision
    kinds = set(file_rows(path, "SELECT op, status FROM outbox"))
    assert kinds == {(op, state) for op in old_files.OPS for state in old_files.STATES}
    assert {result for (result,) in file_rows(path, "SELECT result FROM outbox_done")} == set(old_files.RESULTS)
    assert file_rows(path, "SELECT count(*) FROM sync_base")[0][0] >= 10
    assert {kind for (kind,) in file_rows(path, "SELECT kind FROM conflict")} == {"unique", "field", "edit_delete"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub(tmp_path) as running:
        yield running


@pytest.fixture
def commands(tmp_path: Path, hub: LoopbackHub) -> Iterator[TracedCommands]:
    home = new_home(tmp_path / "home", hub.url, hub.token)
    with TracedCommands(home, tmp_path / "forked", [["status", "--plain"], ["sync", "--plain"]]) as made:
        yield made


def _put_old(home: Home, hub: LoopbackHub, revision: str) -> dict[str, list[dict[str, Any]]]:
    """Put the old file where the home's is, pointed at the hub of the test."""
    for path in home.data.glob("default.db*"):
        path.unlink()
    old_files.build(revision, home.database)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [("hub_url", hub.url), ("hub_host", "127.0.0.1")])
    return _content(home.database)


@pytest.mark.parametrize("revision", old_files.names())
@pytest.mark.timeout(600)
def test_an_upgrade_cut_at_every_statement(hub: LoopbackHub, commands: TracedCommands, revision: str) -> None:
    home = commands.home
    before = _put_old(home, hub, revision)
    _status, count = commands.run_to_statement("status", "--plain", die_at=1_000_000)
    assert count >= 10
    for number in range(1, count + 1):
        assert _put_old(home, hub, revision) == before
        status, _count = commands.run_to_statement("status", "--plain", die_at=number)
        assert status == DIED, number
        assert _revision(home.database) in (revision, HEAD_REVISION)
        assert findings(home.database) == []
        assert _content(home.database) == before, number
        assert commands.run("status", "--plain", is_traced=False).status == 0
        assert _revision(home.database) == HEAD_REVISION
        assert findings(home.database) == []
        assert _content(home.database) == before, number
    _is_backup(home, revision, before)


def _is_backup(home: Home, revision: str, before: dict[str, list[dict[str, Any]]]) -> None:
    """A copy from before the upgrade lies beside the file, whole, and readable by its owner alone."""
    (kept,) = home.data.glob("default.db.before-*")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert _revision(kept) == revision
    assert findings(kept) == []
    assert _content(kept) == before


@pytest.mark.parametrize("revision", old_files.names())
def test_after_the_upgrade_each_is_sent_once_and_the_held_stay(
    hub: LoopbackHub, commands: TracedCommands, revision: str
) -> None:
    home = commands.home
    before = _put_old(home, hub, revision)
    for _round in range(2):
        answer = commands.run("sync", "--plain", is_traced=False)
        assert answer.status == 3, answer  # conflicts were open before and are open now
    for state in OPEN:
        for op in old_files.OPS:
            _is_at_the_hub_once(hub, old_files.edit(op, state))
    assert sorted(file_rows(home.database, "SELECT DISTINCT status FROM outbox")) == sorted((s,) for s in HELD)
    held = {row["mutation_id"]: row for row in before["outbox"] if row["status"] in HELD}
    after = {row["mutation_id"]: row for row in _content(home.database)["outbox"]}
    assert after.keys() == held.keys()
    for mutation_id, row in after.items():
        for name in ("entity", "entity_id", "op", "patch", "base", "occurred_at", "status", "label", "action_id"):
            assert row[name] == held[mutation_id][name], (mutation_id, name)
    receipts = file_rows(home.database, "SELECT mutation_id, result FROM outbox_done")
    assert len(receipts) == len(old_files.RESULTS) + len(OPEN) * len(old_files.OPS)
    assert {(row["mutation_id"], row["result"]) for row in before["outbox_done"]} <= set(receipts)
    assert findings(home.database) == []


def _is_at_the_hub_once(hub: LoopbackHub, edit: Any) -> None:
    found = hub.rows("SELECT goal FROM activity WHERE id = ?", edit.id)
    log = hub.rows("SELECT op FROM change_log WHERE entity_id = ? AND op = ?", edit.id, edit.op)
    if edit.op == "delete":
        assert found == []
    else:
        assert found == [(edit.values["goal"],)]
    assert log == [(edit.op,)]


def test_a_second_program_that_upgrades_at_once_keeps_the_first_ones_backup(tmp_path: Path) -> None:
    """It looked while the file was old, and comes to copy it when the first one is done."""
    path = old_files.build("0001", tmp_path / "default.db")
    before = _content(path)
    first, late = Database.at(path), Database.at(path)
    first.prepare()
    looked = iter(["0001"])
    late.revision = lambda: next(looked, HEAD_REVISION)  # type: ignore[method-assign]
    late.prepare()
    for database in (first, late):
        database.close()
    (kept,) = tmp_path.glob("default.db.before-*")
    assert _revision(kept) == "0001"
    assert _content(kept) == before
    assert _revision(path) == HEAD_REVISION
    assert _content(path) == before


@pytest.mark.parametrize(("complete", "of_deleted"), [("0", 0), ("1", 3)])
def test_a_base_was_brought_by_the_load_that_brought_its_row(tmp_path: Path, complete: str, of_deleted: int) -> None:
    """The first schema did not keep it: what a load has not brought yet must not pass for brought, nor the other way.
    One under way, of which that is not known, begins anew."""
    path = old_files.build("0001", tmp_path / "default.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("REPLACE INTO meta VALUES (?, ?)", [("generation", "3"), ("complete", complete)])
        connection.execute("INSERT INTO cursor VALUES ('changes', 'at', 'epoch', 3, 1, 1, '2026-11-24 00:30:00')")
        connection.execute("UPDATE activity SET seen_gen = 3 WHERE id = 'visit-6'")
        connection.execute("UPDATE activity SET seen_gen = 2 WHERE id <> 'visit-6'")
    database = Database.at(path)
    database.prepare()
    database.close()
    found = dict(file_rows(path, "SELECT id, seen_gen FROM sync_base WHERE entity = 'activity'"))
    assert (found["visit-6"], found["visit-7"], found["visit-11"]) == (3, 2, of_deleted)
    assert file_rows(path, "SELECT stream FROM cursor") == ([("changes",)] if complete == "1" else [])


def _goal_is_aim(_entity: str, values: dict[str, Any]) -> dict[str, Any]:
    """A wire form that calls the goal `next_step` and has no phone any more."""
    found = {("next_step" if name == "goal" else name): value for name, value in values.items()}
    found.pop("phone", None)
    return found


def test_a_changed_wire_form_carries_every_edit_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version for this test: nothing that waits is dropped, changed twice or left in the old words."""
    path = old_files.build("0001", tmp_path / "default.db")
    before = {row["mutation_id"]: row for row in _content(path)["outbox"]}
    bases = file_rows(path, "SELECT count(*) FROM sync_base")
    monkeypatch.setattr(sync_tables, "SCHEMA_VERSION", 2)
    monkeypatch.setitem(upcasts.UPCASTS, 2, _goal_is_aim)
    database = Database.at(path)
    database.prepare()
    database.close()
    after = {row["mutation_id"]: row for row in _content(path)["outbox"]}
    assert after.keys() == before.keys()
    for mutation_id, row in after.items():
        old = before[mutation_id]
        assert row["schema_v"] == 2
        assert json.loads(row["patch"]) == _goal_is_aim("", json.loads(old["patch"]))
        assert json.loads(row["base"]) == _goal_is_aim("", json.loads(old["base"]))
        assert row["status"] == old["status"]
    done = file_rows(path, "SELECT patch, schema_v FROM outbox_done")
    assert {(patch, version) for patch, version in done} == {("{}", 2)}
    assert file_rows(path, "SELECT count(*) FROM sync_base") == bases
    assert not any("goal" in json.loads(base) for (base,) in file_rows(path, "SELECT base FROM sync_base"))
    assert file_rows(path, "SELECT field FROM conflict WHERE id = 'question-patch'") == [("next_step",)]
    assert findings(path) == []


def test_an_edit_whose_field_is_gone_waits_for_a_person_with_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_files.build("0001", tmp_path / "default.db")
    monkeypatch.setattr(sync_tables, "SCHEMA_VERSION", 2)
    without = {"goal"}
    monkeypatch.setitem(
        upcasts.UPCASTS, 2, lambda _entity, values: {k: v for k, v in values.items() if k not in without}
    )
    database = Database.at(path)
    database.prepare()
    database.close()
    rows = file_rows(path, "SELECT status, error_type, error_text FROM outbox WHERE op = 'patch' ORDER BY seq")
    assert [status for status, _kind, _text in rows] == ["parked"] * len(old_files.STATES)
    for (_status, kind, words), state in zip(rows, old_files.STATES, strict=True):
        assert kind == upcasts.REMOVED
        assert f"patch {state}" in words


class _Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", [1, 7, 20, 40, 55])
def test_carrying_over_is_cut_and_the_file_is_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    path = old_files.build("0001", tmp_path / "default.db")
    before = _content(path)
    left = at

    def cut(entity: str, values: dict[str, Any]) -> dict[str, Any]:
        nonlocal left
        left -= 1
        if left == 0:
            raise _Killed
        return _goal_is_aim(entity, values)

    monkeypatch.setattr(sync_tables, "SCHEMA_VERSION", 2)
    monkeypatch.setitem(upcasts.UPCASTS, 2, cut)
    database = Database.at(path)
    with pytest.raises(_Killed):
        database.prepare()
    database.close()
    assert _revision(path) == "0001"
    assert _content(path) == before
    assert findings(path) == []
    monkeypatch.setitem(upcasts.UPCASTS, 2, _goal_is_aim)
    again = Database.at(path)
    again.prepare()
    again.close()
    assert _revision(path) == HEAD_REVISION
    assert {version for (version,) in file_rows(path, "SELECT schema_v FROM outbox")} == {2}
