"""Bad input is part of the feature: a clear message with the next step, an exit code, nothing lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from cockpit.locations import locate
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import Company, at


@pytest.mark.parametrize(
    ("words", "english", "chinese", "verb"),
    [
        (("frobnicate",), "there is no command frobnicate", "没有命令 frobnicate", ""),
        (("targets", "frob"), "there is no command frob", "没有命令 frob", " targets"),
        (("today", "--nope"), "there is no option --nope", "没有选项 --nope", " today"),
        (("today", "--jso"), "--jso; like it: --as-of, --csv, --json", "没有选项 --jso；相近的有：", " today"),
        (("targets", "set"), "name is missing", "缺少 name", " targets set"),
        (("gap", "Zhang", "Wei"), "more words than it takes: Zhang Wei", "多出的内容：Zhang Wei", " gap"),
        (("gap", "Zhang"), "more words than it takes: Zhang", "多出的内容：Zhang", " gap"),
        (("gap", "--period"), "--period needs a value behind it", "--period 后面要有一个值", " gap"),
        (("gap", "--json=5"), "--json takes no value", "--json 不带值", " gap"),
        (("targets", "set", "Zhang", "-5"), "-5 is taken for an option", "-5 被当成了选项", " targets set"),
        (("gap", "--period", "x"), "x is not a period", "x 不是周期", " gap"),
        (("metric", "target", "sales", "x"), "sales is not known", "sales", " metric target"),
        (("hub", "funnels", "frob"), "there is no command frob", "没有命令 frob", " hub funnels"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_line_that_does_not_fit_its_verb_is_refused_in_the_readers_language(
    cockpit: Cockpit, words: tuple[str, ...], english: str, chinese: str, verb: str
) -> None:
    answer = cockpit(*words)
    assert (answer.code, answer.out) == (2, "")
    assert english in answer.err
    assert f"See `cockpit{verb} --help`." in answer.err
    answer = cockpit("--lang", "zh", *words)
    assert answer.code == 2
    assert chinese in answer.err
    assert f"请看 `cockpit{verb} --help`。" in answer.err


@pytest.mark.usefixtures("account_file")
def test_a_value_below_zero_is_read_after_two_dashes(cockpit: Cockpit) -> None:
    assert "-5 is not an amount" in cockpit("targets", "set", "Zhang", "--", "-5").err


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
        (("problems", "--waive", "x", "--reason", "r"), 2, "needs --reason TEXT and --until DATE"),
        (("problems", "--reason", "r"), 2, "--waive ID says which"),
        (("undo",), 2, "taken back"),
        (("targets", "--metric", "count", "set", "East", "60"), 2, "--metric in front of set would not count"),
        (("plan", "--rep", "Zhang", "add", "ht", "thu", "10"), 2, "`cockpit plan add --help`"),
        (("nudge", "--json", "Zhang"), 2, "`cockpit nudge send --help`"),
        (("demo", "--as", "king"), 2, "king"),
        (("--lang", "xx", "today"), 2, "auto, en, zh"),
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
    original = vars(Database)["_engine"].func

    def without_room(self: Database) -> Engine:
        engine: Engine = original(self)

        @event.listens_for(engine, "connect")
        def _limit(connection: sqlite3.Connection, _record: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        return engine

    limited = cached_property(without_room)
    limited.__set_name__(Database, "_engine")
    monkeypatch.setattr(Database, "_engine", limited)
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


def test_a_token_for_nobody_names_who_is_there(cockpit: Cockpit) -> None:
    answer = cockpit("hub", "token", "Nobody")
    assert answer.code == 2
    assert "cockpit hub seed" in answer.err
