"""One database: engine, journal rule, BEGIN IMMEDIATE, schema check and upgrade.

Every write transaction is BEGIN IMMEDIATE so that two processes queue instead of failing; synchronous=EXTRA so that
"saved" means on disk: with FULL a power cut can bring back the journal of the last commit, which then rolls it back.
WAL only where SQLite is free of the WAL-reset bug.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.errors import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseNewer,
    DataDirUnwritable,
    DataRemoved,
    DiskFault,
    DiskFull,
    LocalDataError,
    NoLocks,
)
from cockpit.locations import kept_file
from cockpit.storage.reading import FileReader, Reader, SessionReader

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine
    from sqlmodel import Session

    from cockpit.storage.server_turns import ServerTurns

HEAD_REVISION = "0004"
"""The newest Alembic revision. Compared first, so that Alembic is imported only to upgrade."""

_KNOWN_REVISIONS = ("0001", "0002", "0003", "0004")
_HAS_REVISION = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
_HAS_REVISION_ON_SERVER = "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL"
_BUSY_MS = 5_000
_WAL_SAFE = (3, 51, 3)
_TURN_EVERY_S = 0.01


class Database:
    """One database. `look()`, `read()` and `write()` open short transactions; nothing else may touch the engine.

    SQLAlchemy is imported with the first `read()` or `write()`: a look at a file does without.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        name = url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else ""
        self.path: Path | None = Path(name) if name and name != ":memory:" else None
        self._watch: sqlite3.Connection | None = None
        self._watching = threading.Lock()

    @classmethod
    def at(cls, path: Path) -> Database:
        """The SQLite database of one file, made with its folder (0700) and the file (0600) when absent."""
        if path.is_dir():
            raise DatabaseCorrupt(path=path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            elif not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, "not writable", str(path))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(path=path) from error
            raise DataDirUnwritable(path=path) from error
        return cls(f"sqlite:///{path}")

    @cached_property
    def _engine(self) -> Engine:
        import msgspec
        from sqlalchemy import event
        from sqlmodel import create_engine

        if not self.is_sqlite:
            return create_engine(self.url, pool_pre_ping=True)
        # every row holds a few small JSON values: reading them is much of the time of a first load
        as_json = {"json_serializer": _encoded, "json_deserializer": msgspec.json.decode}
        engine = create_engine(
            self.url, **as_json, connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False}
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
            connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
            for pragma in ("synchronous=EXTRA", f"busy_timeout={_BUSY_MS}"):
                connection.execute(f"PRAGMA {pragma}")
            if sqlite3.sqlite_version_info < _WAL_SAFE:
                connection.execute("PRAGMA journal_mode=DELETE")
                return
            # refused at once while another process writes; the next connection asks again
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode=WAL")

        return engine

    def _begin(self, session: Session, mode: str) -> None:
        """Said here: an engine with a listener for it would ask after listeners at every statement."""
        if self.is_sqlite:
            session.connection().exec_driver_sql(f"BEGIN {mode}")

    @contextmanager
    def look(self) -> Iterator[Reader]:
        """A reader of one state of the data; of a file, without SQLAlchemy."""
        if self.path is None:
            with self.read() as session:
                yield SessionReader(session)
            return
        with self._named_errors(), closing(self._connect(self.path)) as connection:
            connection.execute("BEGIN")
            yield FileReader(connection)
            connection.rollback()

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; its changes are never committed."""
        from sqlmodel import Session

        with self._named_errors(), Session(self._engine) as session:
            self._begin(session, "")
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one BEGIN IMMEDIATE transaction, committed at the end, rolled back on any error."""
        from sqlmodel import Session

        with self._named_errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            self._begin(session, "IMMEDIATE")
            yield session

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """A session to change rows in and look at what comes of it; nothing of it stays. Nobody else writes meanwhile."""
        from sqlmodel import Session

        with self._named_errors(), Session(self._engine, expire_on_commit=False) as session:
            self._begin(session, "IMMEDIATE")
            yield session
            session.rollback()

    @contextmanager
    def turn(self, name: str, part: str = "", *, waits: bool = True) -> Iterator[None]:
        """Be the only holder of a name, or of a part of it, among all processes; wait until one is, or raise DatabaseBusy.

        Whoever has the whole is alone with every part. On a server parts go side by side; a file has one turn for all.
        However the holder ends, the kernel or the server frees it. Never asked for within a transaction.
        """
        if self.path is not None:
            with self._file_turn(self.path.with_name(f"{self.path.name}.{name}"), waits=waits):
                yield
        elif self.is_sqlite:
            yield
        else:
            with self._named_errors(), self._turns.held(name, part, waits=waits):
                yield

    @staticmethod
    @contextmanager
    def _file_turn(path: Path, *, waits: bool) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(path, mode=0o600)
        try:
            lock.acquire(timeout=-1 if waits else 0, poll_interval=_TURN_EVERY_S)
        except Timeout as error:
            raise DatabaseBusy(path=path) from error
        except OSError as error:
            raise why_locked(path) from error
        try:
            yield
        finally:
            lock.release()

    @cached_property
    def _turns(self) -> ServerTurns:
        from cockpit.storage.server_turns import ServerTurns

        return ServerTurns(self.url)

    def data_version(self) -> int:
        """A number that changes with every commit by another connection, of any process. Zero where the database is
        shared by nature. Asked of one connection kept for it: the number means nothing on another one."""
        if self.path is None:
            return 0
        with self._named_errors(), self._watching:
            if self._watch is None:
                self._watch = self._connect(self.path)
            found = self._watch.execute("PRAGMA data_version").fetchone()
            return int(found[0])

    def revision(self) -> str | None:
        """The stored schema revision, None for an empty database."""
        with self.look() as reader:
            is_there = reader.rows(_HAS_REVISION if self.is_sqlite else _HAS_REVISION_ON_SERVER)
            return str(reader.rows("SELECT version_num FROM alembic_version")[0][0]) if is_there else None

    def prepare(self) -> None:
        """Bring the schema to this program's revision; a backup file is made before an upgrade."""
        stored = self.revision()
        if stored == HEAD_REVISION:
            return
        if stored is not None and stored not in _KNOWN_REVISIONS:
            raise DatabaseNewer(path=self.path or self.url, revision=stored)
        if stored is not None:
            self._keep(stored)
        from sqlmodel import SQLModel

        from cockpit.migrations import upgrade
        from cockpit.storage.tables import load_all
        from cockpit.storage.tables.sync import SCHEMA_VERSION

        load_all()
        with self.write() as session:
            upgrade(session.connection(), SQLModel.metadata, wire_version=SCHEMA_VERSION)

    def _keep(self, stored: str) -> None:
        """A copy from before an upgrade, beside the file and mode 0600. A server keeps its own backups."""
        if self.path is None:
            return
        target = self.path.with_name(f"{self.path.name}.before-{HEAD_REVISION}.bak")
        # a copy that is cut short is never taken for a whole one, nor written by two processes
        draft = self.path.with_name(f"{self.path.name}.before-{HEAD_REVISION}-{os.getpid()}.bak.new")
        with self._named_errors():
            os.close(os.open(draft, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(draft)) as copy:
                source.backup(copy)
                is_old = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0] == stored
        if is_old:
            draft.replace(target)
        else:
            draft.unlink()  # another process has upgraded meanwhile, and kept the file as it was

    def forget_old_copies(self, before: datetime) -> None:
        """Remove copies that were made for an upgrade before that moment."""
        if self.path is None:
            return
        for copy in self.path.parent.glob(f"{self.path.name}.before-*.bak"):
            with suppress(OSError):
                if copy.stat().st_mtime < before.timestamp():
                    copy.unlink()

    def damage(self, session: Session) -> str | None:
        """The first finding of SQLite's own check of the file, None when it is sound."""
        if not self.is_sqlite:
            return None
        found = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar()
        return None if found == "ok" else str(found)

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        if "_engine" in vars(self):
            self._engine.dispose()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except _database_errors() as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> Exception:
        cause = getattr(error, "orig", None) or error
        words = str(cause).lower()
        path = self.path or "database"
        if "disk is full" in words:
            return DiskFull(path=path)
        if "disk i/o error" in words:
            if self.path is not None and "LOCK" in getattr(cause, "sqlite_errorname", ""):
                return why_locked(self.path)
            return DiskFault(path=path)
        if "locked" in words or "busy" in words or "locking protocol" in words:
            return DatabaseBusy(path=path) if self.path is None else why_locked(self.path)
        if "not a database" in words or "malformed" in words:
            return DatabaseCorrupt(path=path)
        if "no such table" in words and self.path is not None and not is_filled(self.path):
            return DataRemoved(path=path)
        if "readonly" in words or "unable to open" in words:
            return DataDirUnwritable(path=path)
        if not self.is_sqlite and "connect" in words:
            from sqlalchemy.engine import make_url

            return DatabaseBusy(path=make_url(self.url).render_as_string(hide_password=True))
        return error


def _encoded(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()


def _database_errors() -> tuple[type[Exception], ...]:
    """What a database raises; of SQLAlchemy only where it is imported."""
    found = sys.modules.get("sqlalchemy.exc")
    return (sqlite3.Error,) if found is None else (sqlite3.Error, found.DBAPIError)


def why_locked(path: Path) -> LocalDataError:
    """Why a lock on a file could not be had: another process has it, or the file system has none to give.

    Tried on a file beside it: to close another handle of a database would let go of this process's own locks.
    """
    if os.name == "posix":
        import fcntl

        probe = path.with_name(f"{path.name}.probe")
        try:
            handle = os.open(probe, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            finally:
                os.close(handle)
                probe.unlink(missing_ok=True)
        except OSError as error:
            if error.errno in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL):
                return NoLocks(path=path)
    return DatabaseBusy(path=path)


def is_filled(path: Path) -> bool:
    """Whether there is a file with something in it; to look into one that is gone makes an empty one."""
    return path.is_file() and path.stat().st_size > 0


def remove_files(path: Path) -> None:
    """Delete a SQLite file with its journals and the last rows kept of its screens."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").unlink()
    for kept in path.parent.glob(kept_file(path, "*").name):
        kept.unlink(missing_ok=True)
