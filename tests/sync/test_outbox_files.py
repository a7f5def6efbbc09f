"""Unsent work out into a file and back: whole, once, and only for the person who made it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import BadUse, DatabaseCorrupt, DiskFull, NotAllowed, NotSignedIn
from cockpit.services.desk import Desk
from cockpit.services.outbox_files import OutboxFileService, export_to, lines_of
from cockpit.storage.tables import OutboxRow
from cockpit.sync import ledger
from tests.sync.conftest import Device
from tests.sync.model import ModelHub


def file_of(device: Device) -> Path:
    assert device.database.path is not None
    return device.database.path


def taken(device: Device, source: Path) -> tuple[int, int, int]:
    done = OutboxFileService(Desk(device.database)).take(source)
    return done.queued, done.known, done.ended


def proved(device: Device) -> ledger.Proof:
    with device.database.read() as session:
        found = ledger.prove(session)
    assert found.holds, found
    return found


@pytest.fixture
def busy(device: Device, hub: ModelHub) -> Device:
    """A device with something of every state in its queue."""
    hub.refuse["acc-8"] = "validation"
    device.edit("create", "account", "acc-8", label="refused", name="Eight", owner_id="rep-1", phone="0")
    device.edit("patch", "account", "acc-1", label="phone", phone="mine")
    hub.put("account", "acc-1", phone="theirs")
    device.sync()
    device.edit("patch", "account", "acc-8", label="behind", phone="8")
    device.edit("create", "account", "acc-9", label="new\u202e one", name="Nine", owner_id="rep-1")
    return device


def test_the_file_says_everything_of_every_change(busy: Device, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert export_to(file_of(busy), target) == 4
    assert os.stat(target).st_mode & 0o777 == 0o600
    head, *lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert (head["cockpit"], head["person_id"], head["count"]) == ("outbox", "rep-1", 4)
    by_label = {line["label"]: line for line in lines}
    assert by_label["refused"]["status"] == "parked"
    assert by_label["refused"]["error_text"]
    assert by_label["phone"]["conflicts"][0]["theirs"] == "theirs"
    assert by_label["phone"]["base"] == {"phone": "1"}
    with busy.database.read() as session:
        row = session.get(OutboxRow, 1)
        assert row is not None
        assert set(row.model_dump()) < set(by_label["refused"])
    with pytest.raises(NotAllowed, match="there already"):
        export_to(file_of(busy), target)


def test_a_file_that_comes_twice_counts_once(busy: Device, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    export_to(file_of(busy), target)
    before = busy.queue()
    assert taken(busy, target) == (0, 4, 0)
    assert busy.queue() == before
    busy.hub.refuse.clear()
    first = busy.service.load().queue[0]
    busy.service.retry(first.mutation_id)
    busy.sync()
    assert taken(busy, target)[0] == 0
    proved(busy)


def test_another_device_of_the_same_person_sends_it(
    busy: Device,
    hub: ModelHub,
    device_at: Callable[[str], Device],
    tmp_path: Path,
) -> None:
    target = tmp_path / "out.jsonl"
    export_to(file_of(busy), target)
    other = device_at("two")
    other.sync()
    assert taken(other, target) == (4, 0, 0)
    assert other.value("account", "acc-9", "name") == "Nine"
    assert other.value("account", "acc-1", "phone") == "mine"
    assert proved(other).ops == 4
    hub.refuse.clear()
    for item in other.service.load().queue:
        if item.state == "parked":
            other.service.retry(item.mutation_id)
    other.sync()
    assert hub.row("account", "acc-9")["name"] == "Nine"
    (found,) = other.service.load().conflicts
    assert (found.mine, found.theirs) == ("mine", "theirs")
    busy.service.retry(busy.service.load().queue[0].mutation_id)
    busy.sync()
    assert [count for count in hub.counted.values() if count > 1] == []
    assert hub.silent_overwrites == []
    proved(busy)
    proved(other)


def test_undo_takes_back_what_came_from_a_file_by_an_inverse_change(
    busy: Device,
    hub: ModelHub,
    device_at: Callable[[str], Device],
    tmp_path: Path,
) -> None:
    """Another copy may have sent it since: to withdraw it in silence would leave it at the hub."""
    target = tmp_path / "out.jsonl"
    export_to(file_of(busy), target)
    hub.refuse.clear()
    busy.sync()
    other = device_at("two")
    taken(other, target)
    other.undo.undo()
    other.sync()
    assert ("account", "acc-9") not in hub.rows
    proved(other)


def test_a_file_of_a_newer_program_gives_its_work_too(busy: Device, tmp_path: Path) -> None:
    copy = tmp_path / "newer.db"
    busy.database.close()
    shutil.copyfile(file_of(busy), copy)
    with sqlite3.connect(copy) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.execute("ALTER TABLE outbox ADD COLUMN mood JSON")
        raw.execute("UPDATE outbox SET mood = '{\"calm\": 1}', patch = 'not json' WHERE seq = 1")
    raw.close()
    _head, first, *_rest = [json.loads(line) for line in lines_of(copy)]
    assert (first["mood"], first["patch"]) == ({"calm": 1}, "not json")


def test_no_file_and_no_database_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotSignedIn):
        list(lines_of(tmp_path / "none.db"))
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is not a database, whatever it says" * 100)
    with pytest.raises(DatabaseCorrupt):
        list(lines_of(broken))


def test_another_persons_work_is_not_taken(busy: Device, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    export_to(file_of(busy), target)
    target.write_text(target.read_text("utf-8").replace('"person_id": "rep-1"', '"person_id": "rep-2"', 1), "utf-8")
    with pytest.raises(NotAllowed, match="only 张伟 can send it"):
        taken(busy, target)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda line: "{half", "Line 3: it is not JSON"),
        (lambda line: "[1]", "Line 3: it is not an object"),
        (lambda line: "[" * 100_000, "Line 3: it is not JSON"),
        (lambda line: {**line, "mutation_id": ""}, "Line 3: mutation_id"),
        (lambda line: {**line, "mutation_id": "x" * 65}, "Line 3: mutation_id"),
        (lambda line: {**line, "entity": "spaceship"}, "Line 3: there is no such change"),
        (lambda line: {**line, "op": "drop table"}, "Line 3: there is no such change"),
        (lambda line: {**line, "patch": "x"}, "Line 3: patch"),
        (lambda line: {**line, "patch": {"phone": 7}}, "Line 3: account.phone"),
        (lambda line: {**line, "patch": {"id": "acc-2", "phone": "7"}}, "Line 3: id"),
        (lambda line: {**line, "op": "create", "patch": {"phone": "7"}}, "Line 3: name"),
        (lambda line: {**line, "schema_v": 99}, "a newer Cockpit wrote it"),
        (lambda line: {**line, "occurred_at": "yesterday"}, "Line 3: occurred_at"),
        (lambda line: {**line, "occurred_at": "2026-11-24T10:00:00"}, "Line 3: occurred_at"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_half_done(
    busy: Device, tmp_path: Path, change: Callable[[Any], Any], words: str
) -> None:
    target = tmp_path / "out.jsonl"
    export_to(file_of(busy), target)
    lines = target.read_text("utf-8").splitlines()
    good = {**json.loads(lines[1]), "mutation_id": "01900000-0000-7000-8000-000000000001"}
    bad = change({**json.loads(lines[2]), "mutation_id": "01900000-0000-7000-8000-000000000002"})
    lines[1:3] = [json.dumps(good), bad if isinstance(bad, str) else json.dumps(bad)]
    target.write_text("\n".join(lines), "utf-8")
    before = busy.queue()
    with pytest.raises(BadUse, match=words):
        taken(busy, target)
    assert busy.queue() == before


@pytest.mark.parametrize(("text", "words"), [("", "empty"), ("{}", "Line 1"), ("\xff", "not text")])
def test_what_is_no_such_file_is_said(busy: Device, tmp_path: Path, text: str, words: str) -> None:
    target = tmp_path / "out.jsonl"
    target.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadUse, match=words):
        taken(busy, target)
    with pytest.raises(BadUse, match="no file"):
        taken(busy, tmp_path / "none")


def test_a_file_that_is_cut_between_two_lines_is_not_taken(busy: Device, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    export_to(file_of(busy), target)
    target.write_text("".join(target.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    with pytest.raises(BadUse, match="is cut short: it says 4 changes and holds 3"):
        taken(busy, target)


def test_a_folder_is_no_file_of_unsent_work(busy: Device, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="cannot be read"):
        taken(busy, tmp_path)


def test_a_full_disk_leaves_no_half_file(busy: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        export_to(file_of(busy), tmp_path / "out.jsonl")
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob("*.jsonl"))
