"""A copy of the file and the way back: nothing unsent goes without a yes, and nothing old poses as new."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from cockpit import clock
from cockpit.credentials import Credentials
from cockpit.errors import BadUse, DatabaseNewer, NotAllowed, NotSignedIn
from cockpit.locations import locate
from cockpit.services import backups, wiping
from cockpit.services.signing import kept_under
from cockpit.storage.database import Database
from cockpit.storage.unsent import read_unsent
from cockpit.sync import ledger
from tests.sync.conftest import Device
from tests.sync.model import ModelHub


def file_of(device: Device) -> Path:
    assert device.database.path is not None
    return device.database.path


def proved(device: Device) -> ledger.Proof:
    with device.database.read() as session:
        found = ledger.prove(session)
    assert found.holds, found
    return found


def test_a_backup_is_private_whole_and_says_what_is_in_it(device: Device, hub: ModelHub, tmp_path: Path) -> None:
    hub.refuse["acc-1"] = "validation"
    device.edit("patch", "account", "acc-1", phone="mine")
    device.sync()
    device.edit("create", "account", "acc-9", name="Nine", owner_id="rep-1")
    with device.database.read():  # while it is in use
        made = backups.back_up(file_of(device), tmp_path / "deep" / "copy.db")
    assert os.stat(made.path).st_mode & 0o777 == 0o600
    assert os.stat(made.path.parent).st_mode & 0o777 == 0o700
    assert (made.unsent, made.parked, made.conflicts, made.size) == (2, 1, 0, made.path.stat().st_size)
    with pytest.raises(NotAllowed, match="there already"):
        backups.back_up(file_of(device), made.path)
    assert list(made.path.parent.iterdir()) == [made.path], "no halves are left"
    with pytest.raises(NotSignedIn):
        backups.back_up(tmp_path / "none.db", tmp_path / "x.db")


def test_what_was_sent_since_the_backup_counts_once(device: Device, hub: ModelHub, tmp_path: Path) -> None:
    device.edit("create", "account", "acc-9", label="nine", name="Nine", owner_id="rep-1")
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    device.sync()
    hub.put("account", "acc-9", phone="theirs since")
    hub.delete("account", "acc-1")
    device.sync()
    done = backups.restore(copy, file_of(device))
    assert (done.unsent, done.discarded) == (1, ())
    assert done.aside is not None
    assert os.stat(done.aside).st_mode & 0o777 == 0o600
    assert device.row("account", "acc-1") is not None, "as it was then, until the hub is asked"
    assert not device.service.load().complete
    device.sync(accept_shrink=True)
    (receipt,) = device.service.load().receipts
    assert receipt.result == "replayed"
    assert device.value("account", "acc-9", "phone") == "theirs since"
    assert device.row("account", "acc-1") is None
    assert (device.queue(), hub.silent_overwrites) == ([], [])
    assert [count for count in hub.counted.values() if count > 1] == []
    proved(device)
    device.undo.undo()
    device.sync()
    assert ("account", "acc-9") not in hub.rows, "undo takes back at the hub what the hub has"


def test_a_program_that_is_open_goes_on_with_the_restored_rows(device: Device, tmp_path: Path) -> None:
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    device.edit("patch", "account", "acc-1", phone="later")
    device.sync()
    before = device.database.data_version()
    backups.restore(copy, file_of(device))
    assert device.database.data_version() != before
    assert device.value("account", "acc-1", "phone") == "1"


def test_unsent_work_that_is_not_in_the_backup_is_asked_about(device: Device, tmp_path: Path) -> None:
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    device.edit("patch", "account", "acc-1", phone="unsent")
    (unsent,) = device.service.load().queue
    with pytest.raises(NotAllowed, match="1 unsent changes are not in the backup"):
        backups.restore(copy, file_of(device))
    assert device.value("account", "acc-1", "phone") == "unsent"
    done = backups.restore(copy, file_of(device), may_discard=True)
    assert done.discarded == (unsent.mutation_id,)
    assert device.queue() == []
    assert done.aside is not None
    aside = Database(f"sqlite:///{done.aside}")
    with aside.look() as reader:
        assert reader.rows("SELECT mutation_id FROM outbox") == [(unsent.mutation_id,)]


def test_a_damaged_file_is_kept_aside_and_replaced(device: Device, tmp_path: Path) -> None:
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    device.database.close()
    damaged = b"no database any more" * 500
    file_of(device).write_bytes(damaged)
    with pytest.raises(NotAllowed, match="cannot be read"):
        backups.restore(copy, file_of(device))
    done = backups.restore(copy, file_of(device), may_discard=True)
    assert done.aside is not None
    assert done.aside.read_bytes() == damaged
    assert device.value("account", "acc-1", "phone") == "1"


def test_a_lost_file_comes_back(device: Device, hub: ModelHub, tmp_path: Path) -> None:
    device.edit("patch", "account", "acc-1", phone="unsent")
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    device.database.close()
    file_of(device).unlink()
    assert backups.restore(copy, file_of(device)).aside is None
    assert os.stat(file_of(device)).st_mode & 0o777 == 0o600
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "unsent"


def _spoil(path: Path, sql: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute(sql)
    raw.commit()
    raw.close()


def test_what_is_no_sound_backup_of_mine_changes_nothing(device: Device, tmp_path: Path) -> None:
    good = backups.back_up(file_of(device), tmp_path / "copy.db").path
    before = device.row("account", "acc-1")
    torn, foreign, newer, other, empty = (
        tmp_path / f"{name}.db" for name in ("torn", "foreign", "newer", "other", "empty")
    )
    torn.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    for spoiled, sql in (
        (foreign, "UPDATE meta SET value = 'rep-2' WHERE key = 'person_id'"),
        (newer, "UPDATE alembic_version SET version_num = '9999'"),
        (other, "UPDATE meta SET value = 'https://else.example' WHERE key = 'hub_url'"),
    ):
        shutil.copyfile(good, spoiled)
        _spoil(spoiled, sql)
    empty.touch()
    text = tmp_path / "text.db"
    text.write_text("a letter", "utf-8")
    for bad in (torn, empty, text):
        with pytest.raises(BadUse, match="no sound backup"):
            backups.restore(bad, file_of(device))
    with pytest.raises(NotAllowed, match="The backup is of"):
        backups.restore(foreign, file_of(device))
    with pytest.raises(NotAllowed, match=r"else\.example"):
        backups.restore(other, file_of(device))
    with pytest.raises(DatabaseNewer):
        backups.restore(newer, file_of(device))
    with pytest.raises(BadUse, match="no file"):
        backups.restore(tmp_path / "none.db", file_of(device))
    assert device.row("account", "acc-1") == before
    assert not [path for path in file_of(device).parent.iterdir() if "restor" in path.name]


def test_nobody_restores_while_another_syncs(device: Device, tmp_path: Path) -> None:
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    with FileLock(f"{file_of(device)}.sync"), pytest.raises(NotAllowed, match="is syncing"):
        backups.restore(copy, file_of(device))


def test_the_device_keeps_the_name_it_is_signed_in_with(device: Device, tmp_path: Path) -> None:
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    _spoil(copy, "UPDATE meta SET value = 'another device' WHERE key = 'device_id'")
    before = device.database
    with before.read() as session:
        from cockpit.storage import meta

        mine = meta.get(session, "device_id")
    backups.restore(copy, file_of(device))
    device.sync()
    with before.read() as session:
        assert meta.get(session, "device_id") == mine


def test_copies_from_before_an_upgrade_go_after_two_weeks(device: Device) -> None:
    old, new = (file_of(device).with_name(f"cockpit.db.before-{name}.bak") for name in ("0003", "0004"))
    for copy, age in ((old, 15), (new, 13)):
        copy.touch()
        moment = (clock.now() - timedelta(days=age)).timestamp()
        os.utime(copy, (moment, moment))
    device.sync()
    assert (old.exists(), new.exists()) == (False, True)


def test_what_is_saved_while_a_restore_runs_stops_it(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    mend = backups._mend

    def meanwhile(ready: Path, device_id: str) -> None:
        mend(ready, device_id)
        device.edit("patch", "account", "acc-1", phone="meanwhile")

    with monkeypatch.context() as patched:
        patched.setattr(backups, "_mend", meanwhile)
        with pytest.raises(NotAllowed, match="1 changes were saved here meanwhile"):
            backups.restore(copy, file_of(device))
    assert device.value("account", "acc-1", "phone") == "meanwhile"
    assert not list(file_of(device).parent.glob("*.before-restore-*"))
    proved(device)
    backups.restore(copy, file_of(device), may_discard=True)
    assert device.value("account", "acc-1", "phone") == "1"


def device_id(file: Path) -> str:
    return read_unsent(file).facts["device_id"]


def test_a_backup_on_another_machine_makes_another_device_of_it(device: Device, tmp_path: Path) -> None:
    """Two of one name would write over each other unasked. Where its own sign-in is kept it is the same machine."""
    copy = backups.back_up(file_of(device), tmp_path / "copy.db").path
    elsewhere = tmp_path / "elsewhere" / "default.db"
    backups.restore(copy, elsewhere)
    assert device_id(elsewhere) not in ("", device_id(copy))
    at_home = tmp_path / "home" / "default.db"
    Credentials(at_home.parent).keep(kept_under(read_unsent(copy).facts), "token")
    backups.restore(copy, at_home)
    assert device_id(at_home) == device_id(copy)


def test_a_wipe_takes_nothing_that_was_saved_since_it_was_agreed_to(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    agreed = wiping.unsent_work(file_of(device))
    device.edit("patch", "account", "acc-1", phone="meanwhile")
    with pytest.raises(NotAllowed, match="1 changes were saved here meanwhile"):
        wiping.wipe(locate(), file_of(device), agreed, with_copies=False)
    assert device.value("account", "acc-1", "phone") == "meanwhile"
    wiping.wipe(locate(), file_of(device), wiping.unsent_work(file_of(device)), with_copies=False)
    assert not file_of(device).exists()
