"""Bad input is part of the feature: a clear message with the next step, an exit code, nothing lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from cockpit.locations import locate
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import Company, at


def _settings(text: str) -> None:
    path = locate().config_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("today", "--rep", "Nobody"), 2, "Nobody"),
        (("today", "--rep", "李娜"), 2, "not on this device"),
        (("gap", "--rep", "周岚"), 2, "not on this device"),
        (("today", "--as-of", "yesterday"), 2, "2026-11-24"),
        (("gap", "--period", "fortnight"), 2, "fortnight"),
        (("today", "--json", "--csv"), 2, "--json"),
        (("log", "v"), 2, "Nothing was saved"),
        (("log", "zz", "ht"), 2, "Nothing was saved"),
        (("log", "v", "nobodyknows", "ok"), 2, "nobodyknows"),
        (("plan", "add", "nobodyknows", "thu", "10"), 2, "nobodyknows"),
        (("plan", "cancel", "no-such-id", "because"), 2, "no-such-id"),
        (("why", "month.weather"), 2, "month.weather"),
        (("problems", "--waive", "x", "--reason", "r", "--until", "soon"), 2, "2026-11-24"),
        (("undo",), 2, "taken back"),
        (("demo", "--as", "king"), 2, "king"),
        (("demo", "--anchor", "someday"), 2, "someday"),
        (("frobnicate",), 2, "frobnicate"),
        (("login", "ftp://hub.example.com"), 4, "https"),
        (("login", "http://hub.example.com"), 4, "https"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_bad_use(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("a-token\n"))
    before = account_file.read_bytes()
    answer = cockpit(*words)
    assert answer.code == code
    assert said in answer.err
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert account_file.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('lang = "en"\nlang = ', "line 2", "config validate"),
        ('theme = "x"\nlagn = "zh"\n', "line 2", "lagn"),
        ('frames = "fancy"\n', "line 1", "frames"),
        ('account = "../../etc"\n', "line 1", "account"),
    ],
)
def test_broken_settings_name_file_line_and_key(cockpit: Cockpit, text: str, line: str, said: str) -> None:
    _settings(text)
    answer = cockpit("config", "validate")
    assert answer.code == 2
    assert line in answer.err
    assert said in answer.err
    assert str(locate().config_file) in answer.err


def test_settings_in_the_environment_win(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    _settings('account = "mine"\n')
    assert cockpit("config", "show").json["account"] == "mine"
    monkeypatch.setenv("COCKPIT_ACCOUNT", "other")
    assert cockpit("config", "show").json["account"] == "other"


def test_no_account_says_how_to_get_one(cockpit: Cockpit) -> None:
    answer = cockpit("today")
    assert answer.code == 4
    assert "cockpit login" in answer.err


def test_no_terminal(cockpit: Cockpit, account_file: Path) -> None:
    answer = cockpit()
    assert answer.code == 2
    assert "--plain" in answer.err


def test_corrupt_database_is_left_as_it_is(cockpit: Cockpit, account_file: Path) -> None:
    account_file.write_bytes(b"this is not a database, it is a letter" * 200)
    before = account_file.read_bytes()
    answer = cockpit("today")
    assert answer.code == 5
    assert str(account_file) in answer.err
    assert account_file.read_bytes() == before


def test_newer_database_is_left_as_it_is(cockpit: Cockpit, account_file: Path) -> None:
    with sqlite3.connect(account_file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    answer = cockpit("today")
    assert answer.code == 5
    assert "Update Cockpit" in answer.err


def test_unwritable_data_folder(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    monkeypatch.setenv("COCKPIT_HOME", str(blocker))
    answer = cockpit("today")
    assert answer.code == 5
    assert "COCKPIT_HOME" in answer.err


def test_disk_full_saves_nothing_and_says_so(
    cockpit: Cockpit, company: Company, account_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page limit on the file is to SQLite what a full disk is."""
    company.account("恒泰机械")
    company.database.close()
    assert company.database.path is not None
    shutil.copyfile(company.database.path, account_file)
    connection = sqlite3.connect(account_file)
    connection.execute("VACUUM")
    connection.close()
    original = Database._make_engine

    def without_room(self: Database) -> Engine:
        engine = original(self)

        @event.listens_for(engine, "connect")
        def _limit(connection: sqlite3.Connection, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        return engine

    monkeypatch.setattr(Database, "_make_engine", without_room)
    answers = [cockpit("plan", "add", "ht", f"11-26 {9 + n // 6}:{n % 6}0", "--goal", "word " * 180) for n in range(50)]
    assert {answer.code for answer in answers} == {0, 5}
    assert all("disk is full" in answer.err for answer in answers if answer.code == 5)
    saved = sum(answer.code == 0 for answer in answers)
    assert len(cockpit("plan", "--json").json["visits"]) == saved


def test_no_room_to_make_the_data_folder(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    answer = cockpit("today")
    assert answer.code == 5
    assert "disk is full" in answer.err


def test_missing_extra_names_the_command(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.cli import hub

    def absent(name: str) -> None:
        assert name

    monkeypatch.setattr(hub, "find_spec", absent)
    answer = cockpit("demo")
    assert answer.code == 2
    assert "uv tool install 'cockpit[hub]'" in answer.err


def test_crash_leaves_a_report_without_the_token(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cockpit.services.today import TodayService

    def fall(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("Authorization: Bearer sesame-open")

    monkeypatch.setattr(TodayService, "load", fall)
    answer = cockpit("today")
    assert answer.code == 5
    reports = list(locate().cache_dir.glob("crash-*.txt"))
    assert len(reports) == 1
    text = reports[0].read_text("utf-8")
    assert "RuntimeError" in text
    assert "sesame" not in text + answer.err
    assert oct(os.stat(reports[0]).st_mode)[-3:] == "600"


def test_reader_that_leaves_early_is_no_error(account_file: Path) -> None:
    command = f"{sys.executable} -m cockpit plan --json | true; exit ${{PIPESTATUS[0]}}"
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run([bash, "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""


def test_ambiguous_log_line_gives_candidates_and_saves_nothing(
    cockpit: Cockpit, company: Company, account_file: Path
) -> None:
    first, second = company.account("恒泰机械"), company.account("恒通物流")
    company.database.close()
    assert company.database.path is not None
    shutil.copyfile(company.database.path, account_file)
    before = account_file.read_bytes()
    answer = cockpit("log", "v ht ok")
    assert answer.code == 2
    assert "恒泰机械" in answer.err
    assert "恒通物流" in answer.err
    assert first != second
    assert account_file.read_bytes() == before
    assert at(24)


def _seen_by_the_doctor(cockpit: Cockpit) -> dict[str, tuple[str, str]]:
    """What is wrong: finding and mend by name."""
    answer = cockpit("doctor", "--json")
    assert answer.code == 1
    assert answer.json["is_ok"] is False
    return {check["name"]: (check["finding"], check["mend"]) for check in answer.json["checks"] if not check["is_ok"]}


def test_doctor_without_an_account(cockpit: Cockpit) -> None:
    found = _seen_by_the_doctor(cockpit)
    assert set(found) == {"account"}
    assert "cockpit login" in found["account"][1]


def test_doctor_with_a_folder_that_cannot_be_written(
    cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "file"))
    finding, mend = _seen_by_the_doctor(cockpit)["data folder"]
    assert str(tmp_path / "file") in finding
    assert "COCKPIT_HOME" in mend


def test_doctor_with_broken_settings(cockpit: Cockpit) -> None:
    _settings("lang = \n")
    finding, mend = _seen_by_the_doctor(cockpit)["settings"]
    assert "line 1" in finding
    assert "config validate" in mend


def test_doctor_with_a_file_that_is_no_database(cockpit: Cockpit, account_file: Path) -> None:
    account_file.write_bytes(os.urandom(9000))
    finding, mend = _seen_by_the_doctor(cockpit)["account"]
    assert str(account_file) in finding
    assert "cockpit login" in mend


def test_doctor_with_a_file_damaged_inside(cockpit: Cockpit, account_file: Path) -> None:
    data = bytearray(account_file.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 16_384] = os.urandom(16_384)
    account_file.write_bytes(data)
    assert {"local file", "account"} & set(_seen_by_the_doctor(cockpit))


@pytest.mark.parametrize(("token", "mend"), [("", "cockpit login"), ("sesame", "Press o")])
def test_doctor_without_a_token_or_a_hub(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch, token: str, mend: str
) -> None:
    monkeypatch.setenv("COCKPIT_TOKEN", token)
    database = Database.at(account_file)
    with database.write() as session:
        meta.put(session, "hub_url", "http://127.0.0.1:9")
    database.close()
    found = _seen_by_the_doctor(cockpit)
    assert set(found) == {"hub"}
    assert mend in found["hub"][1]


def test_a_token_for_nobody_names_who_is_there(cockpit: Cockpit) -> None:
    answer = cockpit("hub", "token", "Nobody")
    assert answer.code == 2
    assert "cockpit hub seed" in answer.err
