"""The program in the terminals people have: tmux, a slow line, sixteen colours or none, a pipe, one that closes."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.slow_line import SlowTerminal
from scripts.terminal import Terminal

from cockpit.services.container import services_on
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.support.company import at, found_company

PROGRAM = [sys.executable, "-m", "cockpit"]
COLOUR = re.compile(rb"\x1b\[(?:[0-9;:]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9;:]*)?m")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Twenty visits of a day, one of them with 恒泰机械."""
    company = found_company(tmp_path)
    for number in range(20):
        account = company.account("恒泰机械" if number == 3 else f"客户 {number:02}", "A")
        company.activity(
            at(24, f"{9 + number // 2:02}:{30 * (number % 2):02}"), account_id=account, goal=f"goal {number}"
        )
    company.database.close()
    assert company.database.path is not None
    target = tmp_path / "home" / "data"
    target.mkdir(parents=True)
    company.database.path.rename(target / "default.db")
    return tmp_path / "home"


def surroundings(home: Path, **more: str) -> dict[str, str]:
    base = {"COCKPIT_HOME": str(home), "COCKPIT_NOW": "2026-11-24T08:30:05+08:00", "COCKPIT_LANG": "en"}
    return {**base, "PYTHONWARNINGS": "ignore", **more}


def start(home: Path, columns: int = 100, rows: int = 30, **more: str) -> Terminal:
    return Terminal(PROGRAM, columns=columns, rows=rows, env=surroundings(home, **more))


def drain(terminal: Terminal, seconds: float) -> int:
    """Bytes the program writes within that time when it is left alone."""
    before, until = len(terminal.written), time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([terminal._main], [], [], left)[0]:
            terminal._read(0)
    return len(terminal.written) - before


def held(home: Path) -> list[str]:
    """The accounts of the visits that were logged."""
    with sqlite3.connect(home / "data" / "default.db") as file:
        found = file.execute(
            "select account.name from activity join account on account.id = account_id where status = 'held'"
        )
        return [name for (name,) in found]


# -- sizes -----------------------------------------------------------------------------------------------------------


def test_a_size_that_changes_while_it_loads_and_shrinks_to_nothing_loses_no_place(home: Path) -> None:
    with start(home) as terminal:
        for columns, rows in ((60, 20), (160, 45), (20, 5), (100, 30)):
            terminal.resize(columns, rows)
        terminal.wait_for("客户 00")
        terminal.press("\x1b[F")
        terminal.wait_for("客户 19")
        terminal.press("kk")
        terminal.wait_for("goal 17")
        terminal.resize(20, 5)
        terminal.wait_for("40x12|larger|Needs")
        terminal.resize(100, 30)
        terminal.wait_for("客户 19")
        terminal.press("\r")
        terminal.wait_for("客户 17")
        terminal.press("\x03")
        assert terminal.wait_end() == 0


# -- colours ---------------------------------------------------------------------------------------------------------


def test_without_colour_no_colour_is_sent_and_the_cursor_is_seen(home: Path) -> None:
    with start(home, NO_COLOR="1") as terminal:
        terminal.wait_for("客户 04")
        terminal.press("j")

        def reversed_rows() -> list[str]:
            lines, cells = terminal.text.split("\n"), terminal.screen.buffer
            return [lines[row] for row in range(1, 30) if any(cells[row][x].reverse for x in range(4, 12))]

        until = time.monotonic() + 30
        while not (len(found := reversed_rows()) == 1 and "客户 01" in found[0]):
            assert time.monotonic() < until, f"{found} on:\n{terminal.text}"
            terminal._read(0.2)
        assert not COLOUR.findall(terminal.written)
        terminal.press("\x03")
        assert terminal.wait_end() == 0


def test_the_linux_console_gets_signs_it_has(home: Path) -> None:
    with start(home, TERM="linux") as terminal:
        terminal.wait_for("客户 04")
        drain(terminal, 0.5)
        signs = {char for char in terminal.text if 0x2500 <= ord(char) < 0x2C00}
        assert not signs, signs
        assert b"\x1b[38;2;" not in terminal.written
        terminal.press("q")
        assert terminal.wait_end() == 0


# -- no terminal at all ----------------------------------------------------------------------------------------------


def run(home: Path, command: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    line = command.replace("cockpit", f"{sys.executable} -m cockpit")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **surroundings(home, **more)}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], env=environment, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "command", ["cockpit today | head -1", "cockpit today --json | head -c 20", "cockpit pipeline | true"]
)
def test_a_reader_that_has_enough_is_no_error(home: Path, command: str) -> None:
    done = run(home, command)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout


def test_into_a_pipe_the_screens_are_refused_in_words(home: Path) -> None:
    done = run(home, "cockpit | cat")
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    assert (done.returncode, b"cockpit today --plain" in done.stderr) == (2, True)


def test_a_dumb_terminal_gets_words(home: Path) -> None:
    with start(home, TERM="dumb") as terminal:
        code = terminal.wait_end()
        assert b"\x1b" not in terminal.written
        assert b"Traceback" not in terminal.written
        assert (code, b"cockpit today --plain" in terminal.written) == (2, True)


def test_text_on_a_dumb_terminal_is_plain(home: Path) -> None:
    with Terminal([*PROGRAM, "today"], env=surroundings(home, TERM="dumb")) as terminal:
        assert terminal.wait_end() == 0
        assert b"\x1b" not in terminal.written
        assert "客户 00".encode() in terminal.written


# -- time ------------------------------------------------------------------------------------------------------------


def test_left_alone_it_writes_nothing(home: Path) -> None:
    with start(home) as terminal:
        terminal.wait_for("客户 00")
        drain(terminal, 1.5)
        assert drain(terminal, 3) == 0
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_the_header_turns_with_the_minute(home: Path) -> None:
    with start(home, COCKPIT_NOW="2026-11-24T23:59:56+08:00") as terminal:
        terminal.wait_for("2026-11-24 23:59")
        terminal.wait_for("2026-11-25 00:00", limit=8)
        assert drain(terminal, 1) < 20_000
        terminal.press("q")
        assert terminal.wait_end() == 0


# -- a slow line -----------------------------------------------------------------------------------------------------


def test_over_a_slow_line_everything_typed_ahead_arrives_in_order(home: Path) -> None:
    """200 ms each way: the line is typed before the first sign of the log view can have come back."""
    with SlowTerminal(
        PROGRAM, columns=100, rows=30, env=surroundings(home, SSH_CONNECTION="x"), delay_s=0.2
    ) as terminal:
        terminal.wait_for("客户 00")
        terminal.press("lv ht ok met the CFO\r")
        terminal.wait_for("Logged: visit, 恒泰机械")
        assert held(home) == ["恒泰机械"]
        terminal.press("u")
        terminal.wait_for("Taken back")
        assert held(home) == []
        terminal.press("\x03")
        assert terminal.wait_end() == 0


def test_keys_typed_ahead_through_several_views_go_where_they_were_meant(home: Path) -> None:
    with start(home) as terminal:
        terminal.wait_for("客户 00")
        terminal.press("pgo" + "h" + "lv ht ok\r" + "n" + "thu 10\rsign it\r")
        terminal.wait_for("Planned:")
        assert held(home) == ["恒泰机械"]
        with sqlite3.connect(home / "data" / "default.db") as file:
            assert file.execute("select count(*) from activity where goal = 'sign it'").fetchone() == (1,)
        terminal.press("\x03")
        assert terminal.wait_end() == 0


# -- the end, wanted or not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_in_order(home: Path, number: int, code: int) -> None:
    with start(home) as terminal:
        terminal.wait_for("客户 00")
        terminal.press("lv ht ok\r")
        terminal.wait_for("Logged")
        os.kill(terminal.process.pid, number)
        assert terminal.wait_end() == code
        assert b"\x1b[?1049l" in terminal.written[-400:], "the terminal is given back"
        assert b"Traceback" not in terminal.written
    assert held(home) == ["恒泰机械"]


def test_a_terminal_that_is_closed_ends_it(home: Path) -> None:
    terminal = start(home)
    try:
        terminal.wait_for("客户 00")
        terminal.press("lv ht ok\r")
        terminal.wait_for("Logged")
        os.close(terminal._main)
        assert terminal.process.wait(20) in (129, -signal.SIGHUP)
    finally:
        terminal.process.kill()
        terminal.process.wait()
    assert held(home) == ["恒泰机械"]


def test_it_is_put_to_sleep_and_woken_by_the_shell(home: Path) -> None:
    with start(home) as terminal:
        terminal.wait_for("客户 00")
        terminal.press("\x1a")
        _pid, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        drain(terminal, 0.3)
        assert b"\x1b[?1049l" in terminal.written[-400:], "the shell's screen is back"
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.press("g")
        terminal.wait_for("Gap")
        terminal.press("\x03")
        assert terminal.wait_end() == 0


def test_ctrl_c_stops_a_sync_of_the_command_line_and_nothing_is_lost(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database.at(home / "data" / "default.db")
        with database.write() as session:
            meta.put(session, "hub_url", f"http://127.0.0.1:{silent.getsockname()[1]}")
            meta.put(session, "hub_host", "127.0.0.1")
        services_on(database).visits.plan("客户 01", "thu 10", goal="sign")
        environment = surroundings(home, COCKPIT_TOKEN="token")
        with Terminal([*PROGRAM, "sync"], env=environment) as terminal:
            terminal.wait_for("Syncing: asking the hub. Ctrl.C stops it; what has come stays.")
            connection, _address = silent.accept()
            terminal.press("\x03")
            assert terminal.wait_end() == 130
            connection.close()
            assert "Stopped: What was saved or has arrived is kept; nothing is half done." in terminal.text
            assert b"Traceback" not in terminal.written
    badge = services_on(database).sync.badge()
    database.close()
    assert (badge.pending, badge.is_offline) == (1, False)


def test_a_silent_hub_does_not_hold_the_end_up(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database.at(home / "data" / "default.db")
        with database.write() as session:
            meta.put(session, "hub_url", f"http://127.0.0.1:{silent.getsockname()[1]}")
            meta.put(session, "hub_host", "127.0.0.1")
        database.close()
        with start(home, COCKPIT_TOKEN="token") as terminal:
            terminal.wait_for("客户 00")
            connection, _address = silent.accept()
            connection.recv(16)
            terminal.press("q")
            assert terminal.wait_end(limit=10) == 0, "the hub has 30 seconds for its answer"
            connection.close()


# -- tmux ------------------------------------------------------------------------------------------------------------


class Tmux:
    """One server of its own with one window."""

    def __init__(self, home: Path) -> None:
        self._socket = str(home / "tmux.sock")
        words = " ".join(f"{name}='{value}'" for name, value in surroundings(home).items())
        self(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "100",
            "-y",
            "30",
            f"env -u COLUMNS -u LINES {words} {' '.join(PROGRAM)}; echo left with $?; cat",
        )

    def __call__(self, *words: str) -> str:
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        environment.pop("TMUX", None)
        done = subprocess.run(
            ["tmux", "-u", "-S", self._socket, *words], capture_output=True, env=environment, check=True
        )
        return done.stdout.decode()

    def wait_for(self, pattern: str) -> str:
        until = time.monotonic() + 30
        while not re.search(pattern, text := self("capture-pane", "-p")):
            assert time.monotonic() < until, f"{pattern!r} did not appear on:\n{text}"
            select.select([], [], [], 0.05)
        return text

    def attached(self) -> Terminal:
        """A terminal that looks at the session."""
        return Terminal(["tmux", "-u", "-S", self._socket, "attach"], columns=90, rows=28, env={"TMUX": ""})


@pytest.fixture
def tmux(home: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    made = Tmux(home)
    yield made
    made("kill-server")


def test_inside_tmux_it_starts_takes_keys_sizes_and_lookers(tmux: Tmux, home: Path) -> None:
    tmux.wait_for("客户 00")
    tmux("send-keys", "-l", "lv ht ok met the CFO")
    tmux("send-keys", "Enter")
    tmux.wait_for("Logged: visit, 恒泰机械")
    tmux("send-keys", "u")
    tmux.wait_for("Taken back")
    tmux("resize-window", "-x", "130", "-y", "40")
    tmux.wait_for(r"(?m)^.{105,}$")
    tmux("resize-window", "-x", "30", "-y", "8")
    tmux.wait_for("40x12")
    tmux("resize-window", "-x", "100", "-y", "30")
    tmux.wait_for("客户 00")
    with tmux.attached() as looker:
        looker.wait_for("客户 00")
        looker.press("g")
        looker.wait_for("Gap")
        looker.press("\x02d")
        assert looker.wait_end() == 0
    tmux.wait_for("Gap")
    with tmux.attached() as again:
        again.wait_for("Gap")
        again.press("h")
        again.wait_for("客户 00")
        again.press("q")
        again.wait_for("left with 0")
