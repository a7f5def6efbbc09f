"""The power goes at any moment: every transaction that was acknowledged is there, whole, and no other half.

The statements are the product's own, written down while its services log, plan, take back and sync; they are run again
over a file system that remembers what was synced. COCKPIT_IMAGES sets how many power cuts, COCKPIT_POWER_SEED which.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import pytest
from sqlalchemy import Engine, event

from tests.reliability.lossy_vfs import LossyVFS, Recording, power_cut
from tests.reliability.processes import Home, LoopbackHub, half_done, new_home

IMAGES = int(os.environ.get("COCKPIT_IMAGES", "400"))
SEED = int(os.environ.get("COCKPIT_POWER_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
LOG_OF_WRITES = {"delete": "journal_mode=DELETE", "wal": "journal_mode=WAL"}


@dataclass(frozen=True)
class Script:
    """What the product did: the file before, and the statements of each of its transactions, in order."""

    before: Path
    transactions: list[list[str]]
    synchronous: int


@contextmanager
def _statements_of(path: Path) -> Iterator[list[str]]:
    """Every statement that runs on a file, with its values."""
    heard: list[str] = []

    def listen(connection: sqlite3.Connection, _record: Any) -> None:
        if connection.execute("PRAGMA database_list").fetchone()[2] == str(path):
            connection.set_trace_callback(heard.append)

    event.listen(Engine, "connect", listen)
    try:
        yield heard
    finally:
        event.remove(Engine, "connect", listen)


def _work(home: Home, hub: LoopbackHub) -> int:
    """Days of a rep, through the services; the level of care that commits are made with."""
    with home.services() as opened:
        opened.sync.sign_in(hub.url, hub.token, remember=False)
        for number in range(6):
            opened.quicklog.save(f"v 恒泰 ok power {number} " + "long text " * 40)
        saved = opened.quicklog.save("c 华锐 ok power call")
        opened.undo.undo()
        assert saved.action_id
        opened.visits.plan("中远", "fri 10", goal="power plan")
        for number in range(30):
            hub.world.visit(f"visit-late-{number}", account_id="account-2", goal="late " * 50)
        hub.world.patch("activity", "visit-3", goal="changed meanwhile")
        opened.sync.run()
        for number in range(4):
            opened.quicklog.save(f"v 明达 ok power again {number}")
        opened.sync.run()
        opened.quicklog.save("v 东海 ok power unsent")
        with opened.desk.database.write() as session:
            return int(session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one())


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Script:
    folder = tmp_path_factory.mktemp("power")
    with LoopbackHub(folder) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_NOW", "2026-11-24T08:30:00+08:00")
        patch.setenv("COCKPIT_HOME", str(folder / "home"))
        home = new_home(folder / "home", hub.url, hub.token)
        before = Path(shutil.copy(home.database, folder / "before.db"))
        with _statements_of(home.database) as heard:
            level = _work(home, hub)
    return Script(before, list(_transactions(heard)), level)


def _transactions(heard: list[str]) -> Iterator[list[str]]:
    """The statements between BEGIN IMMEDIATE and COMMIT; what only reads is left out."""
    current: list[str] | None = None
    for text in heard:
        word = text.split(maxsplit=1)[0].upper() if text.strip() else ""
        if text.strip().upper() == "BEGIN IMMEDIATE":
            current = []
        elif word == "COMMIT" and current is not None:
            yield current
            current = None
        elif word == "ROLLBACK" and "TO" not in text.upper():
            current = None
        elif current is not None and word in ("INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE", "ROLLBACK"):
            current.append(text)


@dataclass(frozen=True)
class Run:
    """A script run over the lossy file system: `states[n]` is what the file holds after n transactions."""

    recording: Recording
    states: list[str]


def _run(script: Script, folder: Path, journal: str, synchronous: int) -> Run:
    path = Path(shutil.copy(script.before, folder / "cockpit.db"))
    recording = Recording()
    vfs = LossyVFS(recording, path)
    vfs.adopt(path)
    connection = apsw.Connection(str(path), vfs=vfs.vfs_name)
    with closing(connection):
        if journal == "wal":
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # no shared memory over a file system of Python
        connection.execute(f"PRAGMA {LOG_OF_WRITES[journal]}")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA wal_autocheckpoint=60")
        states = [_state(connection)]
        recording.mark(0)
        for number, statements in enumerate(script.transactions, 1):
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")
            recording.mark(number)
            states.append(_state(connection))
    return Run(recording, states)


def _state(connection: apsw.Connection) -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    for table in tables:
        for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):
            digest.update(repr((table, row)).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Found:
    """What a machine finds after one power cut: which states it may be in, and what it is in."""

    cut: int
    acknowledged: int
    state: int | None
    verdict: str
    halves: tuple[str, ...]

    @property
    def is_lost(self) -> bool:
        return self.state is None or self.state < self.acknowledged

    @property
    def is_right(self) -> bool:
        return self.verdict == "ok" and not self.is_lost and not self.halves


def _cuts(run: Run, folder: Path, count: int, seed: int) -> Iterator[Found]:
    """Cut the power at `count` moments after the first transaction has begun, and look at what is left."""
    drawn = random.Random(seed)
    begin = next(place for place, step in enumerate(run.recording.steps) if step.kind == "mark")
    for number in range(count):
        cut = drawn.randint(begin + 1, len(run.recording.steps))
        done = sum(step.kind == "mark" for step in run.recording.steps[:cut]) - 1
        image = folder / f"image-{number}"
        image.mkdir()
        for name, data in power_cut(run.recording, cut, drawn).items():
            (image / name).write_bytes(data)
        yield _look(run, image / "cockpit.db", cut, done)
        shutil.rmtree(image)


def _look(run: Run, path: Path, cut: int, done: int) -> Found:
    state, verdict = None, ""
    try:
        with closing(apsw.Connection(str(path))) as connection:
            verdict = str(connection.execute("PRAGMA integrity_check").fetchall()[0][0])
            digest = _state(connection)
            connection.execute("PRAGMA journal_mode=DELETE")
        here = [number for number, known in enumerate(run.states) if known == digest and number <= done + 1]
        state = here[-1] if here else None
        halves = tuple(half_done(path)) if verdict == "ok" else ()
    except (apsw.Error, UnicodeDecodeError) as error:
        return Found(cut, done, None, f"{type(error).__name__}: {error}", ())
    return Found(cut, done, state, verdict, halves)


@pytest.mark.parametrize("journal", list(LOG_OF_WRITES))
def test_what_was_acknowledged_outlives_a_power_cut(script: Script, tmp_path: Path, journal: str) -> None:
    assert len(script.transactions) >= 25
    run = _run(script, tmp_path, journal, script.synchronous)
    assert len(set(run.states)) >= 25
    found = list(_cuts(run, tmp_path, IMAGES, SEED))
    assert [one for one in found if not one.is_right] == [], f"seed {SEED}"
    assert len({one.state for one in found}) >= min(IMAGES, 200) // 10


def test_the_level_below_would_lose_the_last_commit(script: Script, tmp_path: Path) -> None:
    """Why it is EXTRA: with FULL the deleted journal can come back and take the commit with it."""
    assert script.synchronous == 3
    run = _run(script, tmp_path, "delete", 2)
    found = list(_cuts(run, tmp_path, 200, 7))
    assert [one for one in found if one.verdict != "ok"] == []
    lost = [one for one in found if one.is_lost]
    assert lost
    for one in lost:  # a transaction without a write in between makes no journal: one commit, and never more
        assert one.state is not None
        assert run.states[one.state + 1] == run.states[one.acknowledged]


def test_without_syncs_these_cuts_do_break_files(script: Script, tmp_path: Path) -> None:
    """That the pictures are bad enough: the same cuts, on a file nobody syncs, lose and damage."""
    run = _run(script, tmp_path, "delete", 0)
    found = list(_cuts(run, tmp_path, 60, 7))
    assert any(one.is_lost for one in found)
    assert any(one.verdict != "ok" for one in found)
