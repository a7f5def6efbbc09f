"""Where a device's process can die or its disk can fail: around every statement, commit and network call.

A slot is a place on disk with one engine that outlives the schedules, so that statements are compiled once.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event

from cockpit.storage.database import Database

DISK_ERRORS = {
    "enospc": "database or disk is full",
    "eio": "disk I/O error",
    "locked": "database is locked",
}
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?(\w+)", re.IGNORECASE)
_WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "BEGIN IMMEDIATE")


class Killed(BaseException):
    """The process ends here: nothing of ours may catch it."""


@cache
def named(statement: str) -> str:
    """A statement by its verb and table."""
    words = statement.split(None, 2)
    verb = words[0].upper() if words else "?"
    if verb in ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK"):
        return f"{verb} {words[1]}" if verb == "BEGIN" and len(words) > 1 else verb
    table = _TABLE.search(statement)
    return f"{verb} {table.group(1)}" if table else verb


@cache
def places(name: str) -> tuple[str, str]:
    """The points before and after it."""
    return f"{name} before", f"{name} after"


@dataclass
class Hook:
    """The life of one process: how many points it passed, where it is to die, how its disk fails."""

    passed: int = 0
    names: Counter[str] = field(default_factory=Counter)
    kill_in: str = ""
    """Die at this point by its name, the `kill_turn`th time it is passed."""
    kill_turn: int = 1
    kill_at: int = 0
    """Die at this point counted from when it was armed; 0 is never."""
    fail_at: int = 0
    failure: str = ""
    is_lasting: bool = False
    is_dead: bool = False
    has_committed: bool = False
    died_at: str = ""
    failed: int = 0

    def rearm(
        self,
        kill_at: int = 0,
        fail_at: int = 0,
        failure: str = "",
        *,
        kill_in: str = "",
        kill_turn: int = 1,
        is_lasting: bool = False,
    ) -> None:
        self.names.clear()
        self.kill_in, self.kill_turn = kill_in, kill_turn
        self.passed, self.kill_at, self.fail_at, self.failure = 0, kill_at, fail_at, failure
        self.is_lasting, self.is_dead, self.has_committed, self.died_at, self.failed = is_lasting, False, False, "", 0

    def point(self, place: str) -> None:
        """Pass a named point, or die there. A dead process does nothing more."""
        if self.is_dead:
            raise Killed
        self.passed += 1
        self.names[place] += 1
        if self.passed == self.kill_at or (place == self.kill_in and self.names[place] == self.kill_turn):
            self.is_dead, self.died_at = True, place
            raise Killed

    def disk(self, name: str) -> None:
        """Fail a write as a full, broken or locked disk does."""
        if not self.fail_at or self.passed < self.fail_at or not name.startswith(_WRITES):
            return
        self.failed += 1
        if not self.is_lasting:
            self.fail_at = 0
        raise sqlite3.OperationalError(DISK_ERRORS[self.failure])


class Reader(sqlite3.Connection):
    """Reads with a point before and after each statement."""

    hook: Hook

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        before, after = places(f"look {named(sql)}")
        self.hook.point(before)
        found = super().execute(sql, parameters)
        self.hook.point(after)
        return found


@dataclass
class Slot:
    """One place for a device's file."""

    folder: Path
    empty: bytes
    hook: Hook = field(default_factory=Hook)
    hits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "cockpit.db"
        self.path.write_bytes(self.empty)
        self._first = Database(f"sqlite:///{self.path}")
        self._second = Database(f"sqlite:///{self.path}")
        self._checker: sqlite3.Connection | None = None
        self._opened: list[sqlite3.Connection] = []
        _fit(self._first, self.hook, self._opened)
        _fit(self._second, None, self._opened)

    def clear(self, content: bytes = b"") -> None:
        """An empty file, as on a new machine, or one with that content."""
        self.reopen()
        if self._checker is not None:
            self._checker.close()
            self._checker = None
        for suffix in ("-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").unlink()
        self.path.write_bytes(content or self.empty)
        self.hook.rearm()

    def reopen(self) -> Database:
        """The process starts again: nothing of the old one is left but the file."""
        self.hook.rearm()
        for connection in self._opened:
            with suppress(sqlite3.ProgrammingError):
                connection.rollback()  # the frames of a killed call may hold it a while longer
        self._opened.clear()
        self._first._engine.dispose()
        self._second._engine.dispose()
        return self.again()

    def again(self) -> Database:
        """A database as the process that begins now has it."""
        return self._again(self._first)

    def second(self) -> Database:
        """Another process on the same file."""
        return self._again(self._second)

    def _again(self, kept: Database) -> Database:
        database = Database(kept.url)
        vars(database)["_engine"] = kept._engine
        if kept is self._first:
            vars(database)["_connect"] = self._reader
        return database

    def _reader(self, path: Path) -> sqlite3.Connection:
        """A connection of `look()`, which does without SQLAlchemy; it has its points too."""
        connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False, factory=Reader)
        connection.hook = self.hook
        return connection

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What is on disk, read past all the code under test."""
        return self._checking().execute(sql, values).fetchall()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Many `rows` while nobody writes: to take and give back the file's locks for each costs more than to read."""
        checker = self._checking()
        checker.execute("BEGIN")
        try:
            yield
        finally:
            checker.execute("COMMIT")

    def _checking(self) -> sqlite3.Connection:
        if self._checker is None:
            self._checker = sqlite3.connect(self.path, isolation_level=None)
        return self._checker


def _fit(database: Database, hook: Hook | None, opened: list[sqlite3.Connection]) -> None:
    """Put the points into the driver of one database; no power is lost here, so nothing waits for the disk."""
    engine = database._engine

    @event.listens_for(engine, "connect")
    def _quick(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=MEMORY")
        opened.append(connection)

    if hook is None:
        return
    dialect: Any = engine.dialect
    execute, many, commit = dialect.do_execute, dialect.do_executemany, dialect.do_commit

    def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        name = named(statement)
        before, after = places(name)
        hook.point(before)
        hook.disk(name)
        execute(cursor, statement, parameters, context)
        try:
            hook.point(after)
        except Killed:
            cursor.close()  # a dead process holds no lock
            raise

    def do_executemany(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        name = f"{named(statement)} many"
        before, after = places(name)
        hook.point(before)
        hook.disk(name)
        many(cursor, statement, parameters, context)
        hook.point(after)

    def do_commit(connection: Any) -> None:
        hook.point("COMMIT before")
        hook.disk("COMMIT")
        commit(connection)
        hook.has_committed = True
        hook.point("COMMIT after")

    dialect.do_execute, dialect.do_executemany, dialect.do_commit = do_execute, do_executemany, do_commit
