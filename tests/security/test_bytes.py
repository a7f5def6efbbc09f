"""What really goes to the terminal, from the first byte to the last, when every text in the file is hostile."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from scripts.terminal import Terminal

from cockpit.cli.main import run
from cockpit.locations import locate
from tests.cli.conftest import Cockpit
from tests.security.payloads import PAYLOADS, storable
from tests.security.poison import SHORT, TERMINAL, leftovers, poison_rows
from tests.support.company import NOW_TEXT, found_company


@cache
def _poisoned_file() -> tuple[bytes, int]:
    with tempfile.TemporaryDirectory() as folder:
        company = found_company(Path(folder))
        count = poison_rows(company)
        company.database.close()
        return (Path(folder) / "cockpit.db").read_bytes(), count


def _home(tmp_path: Path) -> tuple[Path, int]:
    content, count = _poisoned_file()
    file = tmp_path / "home" / "data" / "default.db"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_bytes(content)
    file.chmod(0o600)
    return tmp_path / "home", count


def test_the_bytes_of_a_whole_session(tmp_path: Path) -> None:
    home, count = _home(tmp_path)
    environment = {"COCKPIT_HOME": str(home), "COCKPIT_NOW": NOW_TEXT, "COCKPIT_LANG": "en", "PYTHONWARNINGS": "ignore"}
    environment |= {"HOSTNAME": PAYLOADS[0], "SSH_CLIENT": PAYLOADS[1], "USER": PAYLOADS[2]}
    with Terminal([sys.executable, "-m", "cockpit"], columns=180, rows=70, env=environment) as terminal:
        terminal.wait_for("l Log ")
        terminal.wait_for(r"\d\d:\d\d-\d\d:\d\d")
        for keys, mark in (
            ("\x1b[F", "l Log "),
            ("\t\x1b[F\t\x1b[F\t", "l Log "),
            ("?", "Row"),
            ("q", "l Log "),
            ("p", "Stages|stage"),
            *[("\x1b[6~", "Stages|stage")] * (count // 50 + 1),
            ("\r", "q Back"),
            ("q", "Stages|stage"),
            ("g", "[Tt]arget"),
            ("t", "Last log|Total"),
            ("o", "Waits to be sent"),
            ("h", "l Log "),
            ("//", "Esc Leave"),
            ("a", "Esc Leave"),
            ("\x1b", r"(?s)\A(?!.*Esc Leave)"),
            (":", "Commands"),
            ("\x1b", r"(?s)\A(?!.*Commands)"),
            ("\x1b[200~paste \x1b]52;c;aGk=\x07 \x9b31m\x1b[201~", "l Log "),
        ):
            terminal.press(keys)
            terminal.wait_for(mark)
        terminal.press("\x03")
        assert terminal.wait_end() == 0
        written = terminal.written.decode("utf-8")  # a lone 8-bit code would not be UTF-8
    assert leftovers(written, re.compile(TERMINAL)) == "", _around(written)
    assert len(written) > 100_000


def _around(written: str) -> list[str]:
    rest = TERMINAL.sub("", written)
    return [
        rest[max(found.start() - 20, 0) : found.end() + 20]
        for found in re.finditer("[\x00-\x09\x0b-\x1f\x7f-\x9f]", rest)
    ][:5]


TWINS = (
    ("today",),
    ("gap",),
    ("pipeline",),
    ("team",),
    ("plan",),
    ("problems",),
    ("status",),
    ("sync", "--offline"),
    ("why", "month.actual"),
    ("account", "p-1"),
    ("deal", "pd-1"),
    ("conflicts",),
    ("verify",),
)


@pytest.mark.parametrize("twin", TWINS, ids=" ".join)
def test_twins_print_hostile_rows_as_text(cockpit: Cockpit, tmp_path: Path, twin: tuple[str, ...]) -> None:
    home, _count = _home(tmp_path)
    assert locate().data_dir == home / "data"
    for form in ("--plain", "--json", "--csv"):
        answer = cockpit(*twin, form)
        assert "Traceback" not in answer.err
        assert "crash" not in answer.err, answer.err
        assert answer.code in (0, 1, 2), answer.err
        if answer.code == 2:  # not every verb has every form
            assert "there is no option" in answer.err
            continue
        assert leftovers(answer.out) == "", (twin, form, leftovers(answer.out))
        assert leftovers(answer.err) == ""
        if form == "--json" and answer.out:
            json.loads(answer.out)


# -- what is given on the command line, by the environment, the settings and the names of files -----------------------

ARGUMENTS = tuple(text for text in SHORT[::6] if "\x00" not in text)
LINES = (
    ("{}",),
    ("--{}",),
    ("-{}",),
    ("today", "--rep", "{}"),
    ("today", "--as-of", "{}"),
    ("gap", "--period", "{}"),
    ("today", "{}"),
    ("log", "v {}"),
    ("log", "{}"),
    ("plan", "add", "{}", "thu", "10"),
    ("plan", "cancel", "{}", "because"),
    ("why", "{}"),
    ("account", "{}"),
    ("login", "{}"),
    ("demo", "--as", "{}"),
    ("demo", "--anchor", "{}"),
    ("hub", "import", "{}"),
    ("hub", "token", "{}"),
    ("--lang", "{}", "today"),
    ("config", "{}"),
)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_arguments_come_back_as_text(
    cockpit: Cockpit, account_file: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    for text in ARGUMENTS:
        monkeypatch.setattr("sys.stdin", io.StringIO("a-token\n"))
        answer = cockpit(*(word.replace("{}", text) for word in line))
        assert "Traceback" not in answer.err, text
        assert leftovers(answer.out + answer.err) == "", (text, answer.err)
        assert answer.code in (0, 1, 2, 4, 5), text
    assert list(locate().cache_dir.glob("crash*")) == []


@pytest.mark.parametrize(
    "name", ["COCKPIT_LANG", "COCKPIT_THEME", "COCKPIT_ACCOUNT", "COCKPIT_KEYMAP__LOG", "COCKPIT_CA_FILE", "LANG"]
)
def test_the_environment_comes_back_as_text(
    capsys: pytest.CaptureFixture[str], account_file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for text in ARGUMENTS[::3]:
        monkeypatch.setenv(name, os.fsdecode(text.encode("utf-8", "surrogatepass")))
        for words in (["today", "--plain"], ["config", "show"], ["config", "validate"], ["doctor"]):
            run(words)
            said = capsys.readouterr()
            assert leftovers(said.out + said.err) == "", (text, words)
            assert "Traceback" not in said.err


def test_the_settings_file_comes_back_as_text(cockpit: Cockpit, account_file: Path) -> None:
    file = locate().config_file
    file.parent.mkdir(parents=True)
    for text in map(storable, ARGUMENTS[::2]):
        quoted = json.dumps(text).replace("\\u007f", "").replace("\x7f", "")
        for body in (
            f"theme = {quoted}",
            f"{quoted} = 1",
            f"lang = {quoted}\naccount = {quoted}",
            f"[keymap]\nlog = {quoted}\n{quoted} = 'x'",
            f"[themes.{quoted}]\ntext = {quoted}",
            text,
        ):
            file.write_text(body, "utf-8")
            for words in (("config", "show"), ("config", "validate"), ("today", "--plain"), ("doctor",)):
                answer = cockpit(*words)
                assert leftovers(answer.out + answer.err) == "", (body, words)
                assert "Traceback" not in answer.err, body
    assert list(locate().cache_dir.glob("crash*")) == []


def test_names_of_files_come_back_as_text(cockpit: Cockpit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, text in enumerate(ARGUMENTS):
        folder = tmp_path / f"{number}{storable(text).replace('/', '|')[:60]}"
        folder.mkdir()
        (folder / f"{storable(text).replace('/', '|')[:50]}.csv").write_text("a,b\n1,2\n")
        monkeypatch.setenv("COCKPIT_HOME", str(folder))
        for words in (("hub", "import", str(folder)), ("today", "--plain"), ("config", "path"), ("doctor",)):
            answer = cockpit(*words)
            assert leftovers(answer.out + answer.err) == "", (text, words)
            assert "Traceback" not in answer.err, text
