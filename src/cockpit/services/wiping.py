"""Everything of one account off this device: rows, tokens, what was kept of its screens, logs; copies when asked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from cockpit.credentials import Place
from cockpit.errors import DatabaseBusy, DatabaseCorrupt, LocalDataError, NotAllowed, NotSignedIn
from cockpit.i18n import _
from cockpit.locations import Locations
from cockpit.services import outbox_files
from cockpit.services.desk import Desk
from cockpit.services.signing import SigningService
from cockpit.storage.database import Database, remove_files
from cockpit.storage.reading import FileReader
from cockpit.storage.unsent import read_unsent, unsent_in

_BUSY_S = 5.0
_STAMP = r"\d{8}-\d{6}"


@dataclass(frozen=True, slots=True)
class Unsent:
    """Changes made here that the hub does not have, by what they wait for. `is_known`: the file could be read."""

    waiting: int
    conflicts: int
    parked: int
    is_known: bool = True
    ids: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        return self.waiting + self.conflicts + self.parked

    @property
    def is_none(self) -> bool:
        return self.is_known and not self.total


@dataclass(frozen=True, slots=True)
class Wiped:
    """What is gone, where the token was, whether the hub was told, and the copies that are still here."""

    removed: tuple[Path, ...]
    token_places: tuple[Place, ...]
    is_revoked: bool
    copies: tuple[Path, ...]


def unsent_work(database: Path) -> Unsent:
    """What would be lost with the file. Raises NotSignedIn where there is none."""
    try:
        found = read_unsent(database)
    except NotSignedIn:
        raise
    except LocalDataError:
        return Unsent(0, 0, 0, is_known=False)
    statuses = [str(mutation.get("status")) for mutation in found.mutations]
    conflicts, parked = statuses.count("conflict"), statuses.count("parked") + statuses.count("blocked")
    return Unsent(len(statuses) - conflicts - parked, conflicts, parked, ids=found.ids)


def copies_of(database: Path) -> tuple[Path, ...]:
    """Backups, files kept aside, and unsent work that was saved to a file: they hold the same data. Only those of this
    account: by their names, and beside it those of any name that say whose they are."""
    name = re.escape(database.stem)
    here = re.compile(rf"{name}\.db\.before-.+\.bak(\.new)?|{name}\.before-restore-{_STAMP}\.db(-wal|-shm|-journal)?")
    backups = re.compile(rf"{name}-{_STAMP}\.db")
    found = [path for path in _files_in(database.parent) if here.fullmatch(path.name)]
    kept = _files_in(database.parent / "backups")
    found += [path for path in kept if backups.fullmatch(path.name)]
    owner = _owner_of(database)
    if owner is not None:
        found += [path for path in kept if path not in found and _owner_of(path) == owner]
        found += [path for path in _files_in(database.parent / "exports") if outbox_files.owner_of(path) == owner]
    return tuple(sorted(found))


def _owner_of(database: Path) -> tuple[str, str] | None:
    """Person and hub of a database file, None for one that does not say."""
    try:
        facts = read_unsent(database).facts
    except LocalDataError:
        return None
    return outbox_files.owner_in(facts)


def wipe(locations: Locations, database: Path, agreed: Unsent, *, with_copies: bool) -> Wiped:
    """Sign out and remove. Of unsent work goes what was `agreed` to, and nothing that was saved since.

    The rows are dropped before the file is removed, so that a program that still has it open fails aloud with its next
    key instead of saving into a file that has no name any more. Raises NotAllowed while another process syncs,
    DatabaseBusy while one writes, NotAllowed for work saved meanwhile; then nothing but the sign-in is gone.
    """
    lock = FileLock(f"{database}.sync", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise NotAllowed(_("Another Cockpit is syncing this account right now.")) from None
    try:
        opened = Database.at(database)
        try:
            places, is_revoked = _signed_out(opened)
        finally:
            opened.close()
        copies = copies_of(database)
        _empty(database, agreed)
        removed = [path for path in _with_sides(locations, database) if path.exists()]
        remove_files(database)
    finally:
        lock.release()
    if with_copies:
        removed += copies
    for path in removed:
        path.unlink(missing_ok=True)
    return Wiped(tuple(removed), places, is_revoked, () if with_copies else copies)


def _signed_out(database: Database) -> tuple[tuple[Place, ...], bool]:
    """Nothing where the file cannot be read: it alone says under which name the token is kept."""
    with suppress(DatabaseCorrupt, sqlite3.Error):
        done = SigningService(Desk(database)).sign_out()
        return done.places, done.is_revoked
    return (), False


def _empty(path: Path, agreed: Unsent) -> None:
    """Drop every table and write over what was in it. What is no database is only removed."""
    with closing(sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN EXCLUSIVE")
            since = unsent_in(FileReader(connection)).ids - agreed.ids if agreed.is_known else frozenset()
            if since:
                words = _(
                    "{count} changes were saved here meanwhile. They and all other data are kept; you are signed out."
                )
                raise NotAllowed(words.format(count=len(since)))
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            for (name,) in connection.execute(tables).fetchall():
                quoted = name.replace('"', '""')
                connection.execute(f'DROP TABLE IF EXISTS "{quoted}"')
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise DatabaseBusy(path=path) from error
        except sqlite3.DatabaseError:
            return


def _with_sides(locations: Locations, database: Path) -> Iterator[Path]:
    """Every file of the account but copies: the database, its journals and lock, last rows of its screens, logs."""
    for suffix in ("", "-wal", "-shm", "-journal", ".sync"):
        yield Path(f"{database}{suffix}")
    yield from sorted(database.parent.glob(f"{database.stem}.*.json"))
    yield from sorted(database.parent.glob(f".{database.name}.*"))
    yield locations.log_file
    yield locations.log_file.with_name(f"{locations.log_file.name}.1")
    yield from sorted(locations.cache_dir.glob("crash-*.txt"))


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
