"""Screens, commands and a sync on one file at once: no error, nothing lost, none of them kept from its turn.

COCKPIT_SOAK_SECONDS sets how long; `make soak` runs it for a minute and prints the times.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cockpit.storage import database as storage
from cockpit.storage import meta
from tests.reliability.processes import LoopbackHub, new_home
from tests.reliability.two_process import Done, in_processes, in_threads, is_whole, journal_of

SECONDS = float(os.environ.get("COCKPIT_SOAK_SECONDS", "12"))
pytestmark = pytest.mark.timeout(300 + 4 * SECONDS)


def _all_had_their_turn(found: list[Done]) -> None:
    screen, commands, sync = found
    assert [one.errors for one in found] == [[], [], []]
    assert commands.ops == commands.seen
    assert screen.seen >= 5
    assert sync.seen >= 20


def test_three_processes(tmp_path: Path) -> None:
    with LoopbackHub(tmp_path) as hub:
        home = new_home(tmp_path / "home", hub.url, hub.token)
        found = in_processes(SECONDS, home, hub)
        _all_had_their_turn(found)
        assert is_whole(home, hub, found[1].seen) == []


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_both_journals_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str) -> None:
    monkeypatch.setattr(storage, "_WAL_SAFE", (3, 0, 0) if journal == "wal" else (99, 0, 0))
    with LoopbackHub(tmp_path) as hub:
        home = new_home(tmp_path / "home", hub.url, hub.token)
        found = in_threads(SECONDS / 3, home, hub)
        assert journal_of(home) == journal
        _all_had_their_turn(found)
        assert is_whole(home, hub, found[1].seen) == []


def test_the_first_start_with_a_newer_sqlite_while_another_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses to change the journal of a file that is being written, and waits for nobody: ask again later."""
    monkeypatch.setattr(storage, "_WAL_SAFE", (99, 0, 0))
    before = storage.Database.at(tmp_path / "cockpit.db")
    before.prepare()
    before.close()
    monkeypatch.setattr(storage, "_WAL_SAFE", (3, 0, 0))
    database = storage.Database.at(tmp_path / "cockpit.db")
    with closing(sqlite3.connect(tmp_path / "cockpit.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with database.read() as session:
            assert meta.get(session, "device_id") == ""
        other.execute("COMMIT")
    database.close()
    with database.write() as session:
        meta.put(session, "device_id", "one")
        assert session.connection().exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    database.close()
