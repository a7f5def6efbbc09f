"""The doctor names each trouble and the command that mends it, and goes on with the rest."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from cockpit import clock
from cockpit.locations import locate
from cockpit.services.syncing import SyncService
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit


def _settings(text: str) -> None:
    path = locate().config_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _seen_by_the_doctor(cockpit: Cockpit) -> dict[str, tuple[str, str]]:
    """What is wrong: finding and mend by name."""
    answer = cockpit("doctor", "--json")
    assert answer.code == 1
    assert answer.json["is_ok"] is False
    return {
        check["name"]: (check["finding"], check["mend"])
        for check in answer.json["checks"]
        if check["status"] == "wrong"
    }


def test_without_an_account(cockpit: Cockpit) -> None:
    found = _seen_by_the_doctor(cockpit)
    assert set(found) == {"sign-in"}
    assert "cockpit login" in found["sign-in"][1]


def test_with_a_folder_that_cannot_be_written(
    cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "file"))
    finding, mend = _seen_by_the_doctor(cockpit)["data folder"]
    assert str(tmp_path / "file") in finding
    assert "COCKPIT_HOME" in mend


def test_with_broken_settings(cockpit: Cockpit) -> None:
    _settings("lang = \n")
    finding, mend = _seen_by_the_doctor(cockpit)["settings"]
    assert "line 1" in finding
    assert "config validate" in mend


def test_with_a_file_that_is_no_database(cockpit: Cockpit, account_file: Path) -> None:
    account_file.write_bytes(os.urandom(9000))
    finding, mend = _seen_by_the_doctor(cockpit)["sign-in"]
    assert str(account_file) in finding
    assert "cockpit login" in mend


def test_with_a_file_damaged_inside(cockpit: Cockpit, account_file: Path) -> None:
    data = bytearray(account_file.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 16_384] = os.urandom(16_384)
    account_file.write_bytes(data)
    assert {"local file", "sign-in"} & set(_seen_by_the_doctor(cockpit))


@pytest.mark.parametrize(
    ("token", "name", "mend"), [("", "token", "cockpit login"), ("sesame", "hub", "cockpit hub serve")]
)
def test_without_a_token_or_a_hub(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch, token: str, name: str, mend: str
) -> None:
    monkeypatch.setenv("COCKPIT_TOKEN", token)
    database = Database.at(account_file)
    with database.write() as session:
        meta.put(session, "hub_url", "http://127.0.0.1:9")
    database.close()
    found = _seen_by_the_doctor(cockpit)
    assert set(found) == {name}
    assert mend in found[name][1]


def test_everything_broken_at_once_still_has_a_line_each(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settings('lang = "fr"\ntheme = "neon"\nacount = "x"\n')
    account_file.write_bytes(os.urandom(9000))
    monkeypatch.setenv("LC_ALL", "zz_ZZ.UTF-8")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("cockpit.cli.checks.shutil.disk_usage", lambda _path: SimpleNamespace(free=2**20))
    answer = cockpit("doctor", "--json")
    assert answer.code == 1
    wrong = {(check["name"], check["status"]) for check in answer.json["checks"] if check["status"] != "ok"}
    assert wrong == {
        ("settings", "warning"),
        ("settings", "wrong"),
        ("data folder", "wrong"),
        ("locale", "warning"),
        ("terminal", "wrong"),
        ("sign-in", "wrong"),
    }
    assert all(check["mend"] for check in answer.json["checks"] if check["status"] != "ok")


def test_a_warning_alone_is_no_failure(cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _settings('theme = "neon"\n')
    monkeypatch.setattr(SyncService, "check", lambda _self: clock.now())
    answer = cockpit("doctor")
    assert answer.code == 0
    assert "warning  settings" in answer.out
    assert "-> cockpit config validate" in answer.out


@pytest.mark.parametrize(("away_s", "status"), [(0, "ok"), (90, "ok"), (-600, "warning"), (600, "warning")])
def test_a_clock_away_from_the_hubs_is_named(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch, away_s: int, status: str
) -> None:
    monkeypatch.delenv("COCKPIT_NOW")

    def check(_self: SyncService) -> datetime:
        return clock.now() + timedelta(seconds=away_s)

    monkeypatch.setattr(SyncService, "check", check)
    found = {one["name"]: one for one in cockpit("doctor", "--json").json["checks"]}
    assert found["clock"]["status"] == status
    assert bool(found["clock"]["mend"]) == (status != "ok")


def test_a_file_of_an_older_version_is_left_as_it_is(cockpit: Cockpit, account_file: Path) -> None:
    database = Database.at(account_file)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    database.close()
    before = account_file.read_bytes()
    found = {one["name"]: one for one in cockpit("doctor", "--json").json["checks"]}
    assert found["sign-in"]["status"] == "warning"
    assert "cockpit sync" in found["sign-in"]["mend"]
    assert account_file.read_bytes() == before


@pytest.mark.parametrize(
    ("broken", "mend"),
    [("newer", "Update Cockpit"), ("busy", "Try again"), ("others can read the tokens", "chmod 600")],
)
def test_trouble_with_the_files_of_the_account(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch, broken: str, mend: str
) -> None:
    connection = sqlite3.connect(account_file, isolation_level=None)
    if broken == "newer":
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    elif broken == "busy":
        monkeypatch.setattr("cockpit.storage.database._BUSY_MS", 1)
        connection.execute("BEGIN EXCLUSIVE")
    else:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('hub_url', 'http://127.0.0.1:9')")
        (account_file.parent / "credentials").write_text("{}", "utf-8")
        (account_file.parent / "credentials").chmod(0o644)
    found = _seen_by_the_doctor(cockpit)
    connection.close()
    assert any(mend in step for _finding, step in found.values())


def test_a_missing_extra_is_named_with_its_command(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.cli.checks.has_extra", lambda: False)
    found = {one["name"]: one for one in cockpit("doctor", "--json").json["checks"]}
    assert "cockpit[hub]" in found["hub extra"]["finding"]


@pytest.mark.parametrize(
    ("environment", "colours", "signs"),
    [
        ({"TERM": "linux"}, "sixteen", "ascii"),
        ({"TERM": "xterm"}, "export TERM=xterm-256color", "unicode"),
        ({"TERM": "xterm-256color"}, "256", "unicode"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "16 million", "unicode"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "NO_COLOR", "unicode"),
    ],
)
def test_the_terminal_is_described(
    cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], colours: str, signs: str
) -> None:
    for name in ("COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    found = {one["name"]: one["finding"] for one in cockpit("doctor", "--json").json["checks"]}
    assert environment["TERM"] in found["terminal"]
    assert colours in found["colours"]
    assert signs in found["signs"]


def test_the_path_of_the_log_file_is_shown(cockpit: Cockpit) -> None:
    assert str(locate().log_file) in cockpit("doctor").out
