"""The program in a real pseudo-terminal: hostile names leave no raw byte, a tiny terminal asks for room, Ctrl-C ends it."""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path

import pytest
from scripts.terminal import Terminal

from cockpit.storage.database import Database
from tests.support.company import ME, NOW_TEXT, Company, at, found_company

HOSTILE = (
    "Acme [/b] Ltd",
    "[red]loud[/red]",
    "[@click=app.quit]press[/]",
    "clip \x1b]52;c;aGVsbG8=\x07 board",
    "wipe \x1b[2J screen",
    "c1 \u009b31m red",
    "bidi \u202eevil\u202c",
    "zero\u200bwidth\ufeff",
    "tab\tand\nnewline",
    "nul \x00 bell \x07 back \x08",
    "title \x1b]0;pwned\x07",
    "dcs \x1bP1$r0m\x1b\\",
    "emoji 👨‍👩‍👧‍👦 family",
    "한국어 العربية עברית",
    "恒泰机械「华东」有限公司" * 6,
    "$(reboot) `id` ; rm -rf",
)
# Every sequence a screen may be written with: colours, cursor, modes, clearing, synchronised output.
KNOWN = re.compile(
    rb"\x1b\[[0-9;:]*[mHJKABCDGSTfrhl]|\x1b\[\?[0-9;]*[hl]|\x1b\[\?[0-9;]*\$p|\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[[0-9;]*[ntc]|\x1b\[\?u"
    rb"|\x1b\]22;[a-z-]*\x07|\x1b\[[0-9;]* q|\x1b[=>78()][B0]?"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose account is full of hostile names."""
    company = found_company(tmp_path)
    for number, name in enumerate(HOSTILE):
        account = company.account(name, address=name, phone=name)
        company.put("contact", account_id=account, owner_id=ME, name=name, mobile=name)
        company.activity(at(24, f"{9 + number // 2:02}:{30 * (number % 2):02}"), account_id=account, goal=name)
        company.deal(name, "stage-2", 1_000_00, account_id=account)
    company.database.close()
    assert company.database.path is not None
    target = tmp_path / "home" / "data"
    target.mkdir(parents=True)
    company.database.path.rename(target / "default.db")
    return tmp_path / "home"


def _start(home: Path, columns: int = 120, rows: int = 40) -> Terminal:
    environment = {"COCKPIT_HOME": str(home), "COCKPIT_NOW": NOW_TEXT, "COCKPIT_LANG": "en", "PYTHONWARNINGS": "ignore"}
    return Terminal([sys.executable, "-m", "cockpit"], columns=columns, rows=rows, env=environment)


def test_hostile_names_stay_names(home: Path) -> None:
    with _start(home) as terminal:
        terminal.wait_for("Acme")
        # Marks in the last line where the next key depends on it: a screen is painted from the top.
        for key, mark in (
            ("l", "Tab other match"),
            ("\x1b", "l Log "),
            ("?", "q Back"),
            ("q", "l Log "),
            ("r", "Meaning"),
            ("j", "Keep the plan"),  # who moves ends the search, and the next key leaves
            ("q", "l Log "),
            ("t", "Last log|Total"),
            ("h", "l Log "),
            ("//", "Esc Leave"),
            ("\x1b", r"(?s)\A(?!.*Esc Leave)"),
            ("p", "Stages|stage"),
            ("g", "[Tt]arget"),
            ("o", "Waits to be sent"),
            ("h", "November, day"),
        ):
            terminal.press(key)
            terminal.wait_for(mark)
        terminal.press("\r")
        terminal.wait_for("Acme")
        terminal.press("\x03")
        assert terminal.wait_end() == 0
        rest = KNOWN.sub(b"", terminal.written)
        assert b"\x1b]52" not in terminal.written
        assert b"\x1b]0;" not in terminal.written
        for raw in (b"\x07", b"\x00", b"\x08", "\u009b".encode(), "\u202e".encode(), "\u200b".encode()):
            assert raw not in rest
        assert not re.findall(rb"\x1b[^\[\\(]?", rest)[:3]


def test_tiny_terminal_asks_for_room_and_stays(home: Path) -> None:
    with _start(home, columns=38, rows=10) as terminal:
        terminal.wait_for("40")
        terminal.resize(100, 30)
        terminal.wait_for("Acme")
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_change_of_another_process_shows(home: Path) -> None:
    with _start(home) as terminal:
        terminal.wait_for("Acme")
        company = Company(Database.at(home / "data" / "default.db"), rev=90_000)
        account = company.account("Newcomer")
        company.activity(at(24, "08:45"), account_id=account)
        company.database.close()
        terminal.wait_for("Newcomer", limit=10)
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert os.path.exists(home)


def test_copy_reaches_the_terminals_clipboard(home: Path) -> None:
    with _start(home) as terminal:
        terminal.wait_for("Acme")
        terminal.press("\x19")
        terminal.wait_for("copied")
        (sent,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", terminal.written)
        copied = base64.b64decode(sent).decode()
        assert copied
        assert all(sign.isprintable() for sign in copied)
        terminal.press("\x03")
        assert terminal.wait_end() == 0


def test_the_mouse_presses_keys_and_opens_rows(home: Path) -> None:
    with _start(home) as terminal:
        terminal.wait_for("F1 Help")
        terminal.wait_for("Acme")
        lines = terminal.text.split("\n")
        row = next(y for y, line in enumerate(lines) if "09:30 visit" in line)
        _click(terminal, 4, row)
        terminal.wait_for(r"\[red\]loud\[/red\]  09:30-10:15")
        _click(terminal, 4, row + 1)
        _click(terminal, 4, row + 1)
        last = terminal.wait_for("q Back").split("\n")[-1]
        _click(terminal, last.index("Back"), len(lines) - 1)
        terminal.wait_for(r"\A Today")
        terminal.press("\x03")
        assert terminal.wait_end() == 0


def _click(terminal: Terminal, x: int, y: int) -> None:
    """Press and let go, as terminals report it."""
    terminal.press(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")


def test_what_is_shown_is_the_same_as_after_all_is_sent_anew(home: Path) -> None:
    """Only cells that differ are sent; F5 sends all. Over hostile names, dialogs, filters and other sizes."""
    with _start(home) as terminal:
        terminal.wait_for("Acme")
        for keys, mark in (
            ("jj", "l Log "),
            ("/", "Esc Clear"),
            ("a", "of \\d+ for /a"),
            ("\r", "l Log "),
            (";", "Type the letters"),
            ("\x07", r"(?s)\A(?!.*Type the letters)"),
            ("\x07", r"(?s)\A(?!.*Esc clears)"),
            ("p", "s Stage|No deal|Stages"),
            (":", "Commands"),
            ("spe", "screen: speed"),
            ("\r", "Key to paint: half within \\d+ ms"),
            ("h", "November, day"),
        ):
            terminal.press(keys)
            terminal.wait_for(mark)
        for size in ((120, 40), (100, 30)):
            terminal.resize(*size)
            terminal.wait_for("l Log ")
            terminal.press("jk")
            _settle(terminal)
            before = terminal.text
            terminal.screen.reset()
            terminal.press("\x1b[15~")
            terminal.wait_for("(?s)Today.*l Log .*F1 Help")
            _settle(terminal)
            assert terminal.text == before
        terminal.press("\x03")
        assert terminal.wait_end() == 0


def _settle(terminal: Terminal) -> None:
    """Until a further key has been answered, and taken back, in the last line: all that was asked before is drawn."""
    terminal.press("/")
    terminal.wait_for("Esc Clear")
    terminal.press("\x07")
    terminal.wait_for(r"(?s)\A(?!.*(?:part of a row|Esc Clear)).*l Log ")
