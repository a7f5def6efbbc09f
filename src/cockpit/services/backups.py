"""A copy of the account's file, and back from one: nothing unsent is lost on the way without being asked about."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from cockpit import clock
from cockpit.credentials import Credentials
from cockpit.errors import (
    BadUse,
    CockpitError,
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseNewer,
    DiskFull,
    LocalDataError,
    NotAllowed,
    NotSignedIn,
)
from cockpit.i18n import _
from cockpit.services.private_files import new_file
from cockpit.services.signing import kept_under
from cockpit.storage import meta
from cockpit.storage.database import Database, is_filled
from cockpit.storage.unsent import Unsent, read_unsent
from cockpit.sync import outbox, restoring

_SIDES = ("", "-wal", "-shm", "-journal")
_TABLES = "SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
_BESIDE_TABLES = "SELECT sql FROM ready.sqlite_master WHERE type <> 'table' AND sql IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was checked: its size, and what of the work in it the hub has not acknowledged."""

    path: Path
    size: int
    unsent: int
    parked: int
    conflicts: int
    receipts: int


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is where the file from before is kept, None when there was none. `discarded` ids are only in there."""

    aside: Path | None
    unsent: int
    discarded: tuple[str, ...]


def default_target(database: Path) -> Path:
    """Where a backup goes when nobody says where."""
    stamp = f"{clock.now():%Y%m%d-%H%M%S}"
    return database.parent / "backups" / f"{database.stem}-{stamp}.db"


def back_up(database: Path, target: Path) -> Copy:
    """Copy the file while it is in use, and check the copy whole. Raises NotSignedIn, NotAllowed and LocalDataError."""
    if not is_filled(database):
        raise NotSignedIn()
    with new_file(target) as partial:
        _copy(database, partial)
        found = _checked(partial)
    return _described(target, found)


def _described(path: Path, found: Unsent) -> Copy:
    statuses = [str(mutation.get("status")) for mutation in found.mutations]
    return Copy(
        path=path,
        size=path.stat().st_size,
        unsent=len(statuses),
        parked=statuses.count("parked"),
        conflicts=statuses.count("conflict"),
        receipts=len(found.receipts),
    )


def restore(source: Path, database: Path, *, may_discard: bool = False) -> Restored:
    """Put the account back to a backup. The file from before is kept aside, and the hub is asked for everything anew.

    Raises BadUse for what is no sound backup, DatabaseNewer for one of a newer program, NotAllowed for another
    person's, for unsent work that is only in the current file, and while another process syncs.
    """
    if not source.is_file():
        raise BadUse(_("There is no file {path}.").format(path=source))
    with ExitStack() as stack:
        stack.enter_context(_nobody_syncs(database))
        ready = database.with_name(f".{database.name}.{os.getpid()}.restoring")
        stack.callback(_remove, ready)
        kept = _prepared(source, ready)
        now = _current(database)
        discarded = _only_here(now, kept, database, may_discard=may_discard)
        _mend(ready, _device_id(now, kept, database))
        aside = _put(ready, database, now)
    return Restored(aside, len(kept.mutations), discarded)


@contextmanager
def _nobody_syncs(database: Path) -> Iterator[None]:
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(f"{database}.sync", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise NotAllowed(_("Another Cockpit is syncing this account right now.")) from None
    try:
        yield
    finally:
        lock.release()


def _prepared(source: Path, ready: Path) -> Unsent:
    """A copy of the backup at `ready`, sound and of this program's schema."""
    try:
        os.close(os.open(ready, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        _copy(source, ready)
        found = _checked(ready)
    except (DatabaseCorrupt, NotSignedIn) as error:
        raise BadUse(_("{path} is no sound backup. Nothing was changed.").format(path=source)) from error
    if not found.revision or not found.facts.get("person_id"):
        raise BadUse(_("{path} is no sound backup. Nothing was changed.").format(path=source))
    made = Database(f"sqlite:///{ready}")
    try:
        made.prepare()
    except DatabaseNewer:
        raise DatabaseNewer(path=source, revision=found.revision) from None
    finally:
        made.close()
    return found


def _current(database: Path) -> Unsent | None:
    """What is in the file now; None when there is none, or none that can be read."""
    try:
        return read_unsent(database)
    except (NotSignedIn, DatabaseCorrupt):
        return None


def _only_here(now: Unsent | None, kept: Unsent, database: Path, *, may_discard: bool) -> tuple[str, ...]:
    """Ids of unsent changes that the backup does not know, once they may go."""
    if now is None:
        if is_filled(database) and not may_discard:
            raise NotAllowed(
                _("The current file cannot be read, so nobody can say what of it is unsent. It will be kept aside: {how}")
                .format(how="--discard-unsent")
            )  # fmt: skip
        return ()
    mine, theirs = now.facts.get("person_id", ""), kept.facts.get("person_id", "")
    if mine and mine != theirs:
        name = kept.facts.get("person_name") or theirs
        raise NotAllowed(_("The backup is of {name}. Use another account for it.").format(name=name))
    here, there = now.facts.get("hub_url", ""), kept.facts.get("hub_url", "")
    if here and there and here != there:
        raise NotAllowed(_("The file is for {there}, this account for {here}.").format(there=there, here=here))
    known = kept.receipts | {str(mutation["mutation_id"]) for mutation in kept.mutations}
    lost = tuple(str(one["mutation_id"]) for one in now.mutations if str(one["mutation_id"]) not in known)
    if lost and not may_discard:
        words = _(
            "{count} unsent changes are not in the backup. Sync first, or keep them with `cockpit outbox export` and"
            " take them in afterwards; --discard-unsent goes on without them."
        )
        raise NotAllowed(words.format(count=len(lost)))
    return lost


def _device_id(now: Unsent | None, kept: Unsent, database: Path) -> str:
    """The one this machine is signed in with. The backup's only where its sign-in is kept here too: on another machine
    two devices would have one name, and what one of them changes would count as the other's own."""
    mine = now.facts.get("device_id", "") if now is not None else ""
    if mine:
        return mine
    with suppress(LocalDataError):
        if Credentials(database.parent).place(kept_under(kept.facts)) in ("file", "keyring"):
            return kept.facts.get("device_id", "") or outbox.new_id()
    return outbox.new_id()


def _mend(ready: Path, device_id: str) -> None:
    """Make an old state safe to go on from, as that of this device."""
    made = Database(f"sqlite:///{ready}")
    try:
        with made.write() as session:
            meta.put(session, "device_id", device_id)
            restoring.after_restore(session, clock.now())
        _checked(ready)
    finally:
        made.close()


def _put(ready: Path, database: Path, seen: Unsent | None) -> Path | None:
    """The prepared file in place of the current one, of which `seen` was read; None when it could not be. One that can
    be read is written over, so that a program that has it open goes on with the new rows."""
    if not is_filled(database):
        for side in _SIDES:
            Path(f"{database}{side}").unlink(missing_ok=True)
        ready.rename(database)
        return None
    aside = database.with_name(f"{database.stem}.before-restore-{clock.now():%Y%m%d-%H%M%S}.db")
    if seen is not None:
        _write_over(ready, database, aside, seen)
    else:
        for side in _SIDES:
            with suppress(FileNotFoundError):
                Path(f"{database}{side}").rename(f"{aside}{side}")
        ready.rename(database)
    for kept in database.parent.glob(f"{database.stem}.*.json"):
        kept.unlink(missing_ok=True)  # the last rows of the screens are of another state now
    return aside


def _write_over(ready: Path, database: Path, aside: Path, seen: Unsent) -> None:
    """Keep what is there aside and put the prepared rows in its place, in one transaction in which nobody else can save.

    Raises NotAllowed for work that was saved since `seen`: nothing is changed then.
    """
    try:
        with closing(sqlite3.connect(database, timeout=5, isolation_level=None)) as current:
            current.execute("ATTACH ? AS ready", (str(ready),))
            current.execute("BEGIN IMMEDIATE")
            since = read_unsent(database).ids - seen.ids
            if since:
                words = _("{count} changes were saved here meanwhile. Nothing was restored; run it again.")
                raise NotAllowed(words.format(count=len(since)))
            with new_file(aside) as partial:
                _copy(database, partial)
            for name, _sql in current.execute(_TABLES.format(schema="main")).fetchall():
                current.execute(f'DROP TABLE "{name}"')
            for name, made in current.execute(_TABLES.format(schema="ready")).fetchall():
                current.execute(made)
                current.execute(f'INSERT INTO main."{name}" SELECT * FROM ready."{name}"')
            for (made,) in current.execute(_BESIDE_TABLES).fetchall():
                current.execute(made)
            current.execute("COMMIT")
    except sqlite3.Error as error:
        raise _named(error, database, database) from error


def _copy(source: Path, target: Path) -> None:
    """All of one database into another file, in one transaction there."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=5)) as old,
            closing(sqlite3.connect(target, timeout=5)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise _named(error, source, target) from error


def _named(error: sqlite3.Error, source: Path, target: Path) -> CockpitError:
    words = str(error).lower()
    if "full" in words:
        return DiskFull(path=target)
    if "locked" in words or "busy" in words:
        return DatabaseBusy(path=target)
    if "not a database" in words or "malformed" in words:
        return DatabaseCorrupt(path=source)
    return LocalDataError(str(error))


def _checked(path: Path) -> Unsent:
    """The unsent work of a copy that SQLite finds sound from end to end. Raises DatabaseCorrupt."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise DatabaseCorrupt(path=path) from error
    if verdict != "ok":
        raise DatabaseCorrupt(path=path)
    return read_unsent(path)


def _remove(path: Path) -> None:
    """A file with its journals and, where it was upgraded, the copy from before."""
    for side in _SIDES:
        with suppress(FileNotFoundError):
            Path(f"{path}{side}").unlink()
    for copy in path.parent.glob(f"{path.name}.before-*.bak"):
        copy.unlink(missing_ok=True)
