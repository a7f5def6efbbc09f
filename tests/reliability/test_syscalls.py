"""A kill, a full disk or a failing one at each call that writes: acknowledged means there once, else whole or not at all.

By default each of the few calls that make a commit (syncs, unlinks, truncations) is struck in every way, and the many
writes before them are drawn from; COCKPIT_SYSCALLS=all strikes every call in every way.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from cockpit.storage.database import HEAD_REVISION
from tests.reliability import old_files
from tests.reliability.processes import Home, LoopbackHub, findings, half_done, new_home, visits
from tests.reliability.syscalls import Fault, Outcome, TracedCommands, need_strace

SEED = int(os.environ.get("COCKPIT_SYSCALLS_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
pytestmark = pytest.mark.timeout(3600)
ALL = os.environ.get("COCKPIT_SYSCALLS") == "all"
MARK = "struck"
LOG = ("log", f"v 恒泰 ok {MARK}")
SYNC = ("sync", "--plain")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    need_strace()
    with LoopbackHub(tmp_path) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, hub: LoopbackHub) -> Home:
    return new_home(tmp_path / "home", hub.url, hub.token)


@pytest.fixture
def commands(tmp_path: Path, home: Home) -> Iterator[TracedCommands]:
    with TracedCommands(home, tmp_path / "traced", [["log", "v 华锐 ok warm"], ["sync", "--plain"]]) as made:
        yield made


def _faults(clean: Outcome, most_writes: int) -> list[Fault]:
    """Where to strike, by what a clean run called. Calls that are made once in a while are never left out."""
    drawn = random.Random(SEED)
    faults = []
    for name, count in sorted(clean.calls.items()):
        kinds = ("KILL", "EIO") if name.startswith("unlink") else ("KILL", "EIO", "ENOSPC")
        every = [Fault(name, number, kind) for number in range(1, count + 1) for kind in kinds]
        faults += every if ALL or len(every) <= most_writes else drawn.sample(every, most_writes)
    return faults


class _Place:
    """The home before the command, to begin each case with."""

    def __init__(self, home: Home, image: Path) -> None:
        self.home, self.image = home, image
        shutil.copytree(home.data, image)

    def reset(self) -> None:
        shutil.rmtree(self.home.data)
        shutil.copytree(self.image, self.home.data)


def _is_told(outcome: Outcome, fault: Fault) -> None:
    """The exit code says that it was not done, and the words why and what next."""
    assert "Traceback" not in outcome.err + outcome.out, (fault, outcome)
    if fault.kind == "KILL":
        assert outcome.status in (-9, 0), (fault, outcome)
    elif outcome.status != 0:
        assert outcome.status == 5, (fault, outcome)
        said = outcome.err.strip().splitlines()
        assert len(said) == 2, (fault, outcome)
        assert "disk" in said[0], (fault, outcome)


def _is_sound(path: Path, fault: Fault) -> None:
    assert findings(path) == [], fault
    assert half_done(path) == [], fault


def test_log(tmp_path: Path, home: Home, commands: TracedCommands) -> None:
    place = _Place(home, tmp_path / "before")
    clean = commands.run(*LOG)
    assert clean.status == 0, clean
    assert clean.calls["fdatasync"] >= 3
    struck = 0
    for fault in _faults(clean, 90):
        place.reset()
        outcome = commands.run(*LOG, fault=fault)
        struck += outcome.is_struck
        _is_told(outcome, fault)
        _is_sound(home.database, fault)
        here = visits(home.database, MARK)
        is_saved = outcome.status == 0 or "Logged" in outcome.out
        assert here == [MARK] if is_saved else here in ([], [MARK]), (fault, outcome)
        if "not saved" in outcome.err:
            assert here == [], (fault, outcome)
    assert struck >= 40


def test_sync_with_a_push(tmp_path: Path, hub: LoopbackHub, home: Home, commands: TracedCommands) -> None:
    hub.world.visit("visit-new", account_id="account-1", goal="came meanwhile")
    assert commands.run(*LOG, is_traced=False).status == 0
    assert commands.run("log", f"c 华锐 ok {MARK} too", is_traced=False).status == 0
    wanted = [MARK, f"{MARK} too"]
    place, image = _Place(home, tmp_path / "before"), hub.image(tmp_path / "hub.image")
    clean = commands.run(*SYNC)
    assert clean.status == 0, clean
    assert clean.calls["fdatasync"] >= 8
    assert hub.database.path is not None
    struck = 0
    for fault in _faults(clean, 18):
        place.reset()
        hub.restore(image)
        outcome = commands.run(*SYNC, fault=fault)
        struck += outcome.is_struck
        _is_told(outcome, fault)
        _is_sound(home.database, fault)
        assert visits(home.database, MARK) == wanted, fault
        again = commands.run(*SYNC, is_traced=False)
        assert again.status == 0, (fault, again)
        _is_sound(home.database, fault)
        assert visits(hub.database.path, MARK) == wanted, fault
        assert visits(home.database, MARK) == wanted, fault
        assert home.rows("SELECT count(*) FROM outbox") == [(0,)], fault
        assert home.rows("SELECT goal FROM activity WHERE id = 'visit-new'") == [("came meanwhile",)], fault
    assert struck >= 40


_KEPT = ("outbox", "outbox_done", "sync_base", "conflict", "activity", "account")


def _kept(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What a user could miss, by table, in the columns that the first schema had."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {_columns(table)} FROM {table}"), key=repr) for table in _KEPT
        }


@cache
def _columns(table: str) -> str:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((old_files.FOLDER / "0001.sql").read_text("utf-8"))
        return ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})"))


def test_upgrade_of_the_first_schema(tmp_path: Path, home: Home, commands: TracedCommands) -> None:
    home.database.unlink()
    before = _kept(old_files.build("0001", home.database))
    status = ("status", "--plain")
    place = _Place(home, tmp_path / "before")
    clean = commands.run(*status)
    assert clean.status == 0, clean
    assert clean.calls["fdatasync"] >= 3
    struck = 0
    for fault in _faults(clean, 14):
        place.reset()
        outcome = commands.run(*status, fault=fault)
        struck += outcome.is_struck
        _is_told(outcome, fault)
        assert findings(home.database) == [], fault
        ((revision,),) = home.rows("SELECT version_num FROM alembic_version")
        assert revision == HEAD_REVISION if outcome.status == 0 else revision in ("0001", HEAD_REVISION), fault
        assert _kept(home.database) == before, fault
        again = commands.run(*status, is_traced=False)
        assert again.status == 0, (fault, again)
        assert home.rows("SELECT version_num FROM alembic_version") == [(HEAD_REVISION,)]
        assert _kept(home.database) == before, fault
        assert findings(home.database) == [], fault
    assert struck >= 20
