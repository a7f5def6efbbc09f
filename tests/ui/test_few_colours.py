"""In a terminal with sixteen colours, or with none wanted, all is there: words, the row under the cursor, plain bars."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from scripts.terminal import Terminal

from tests.support.company import NOW_TEXT, at, found_company

BLOCKS = re.compile("[\u2500-\u25ff\u2800-\u28ff]")
SIXTEEN = {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An account with a day of two visits."""
    company = found_company(tmp_path)
    for number, name in enumerate(("Acme", "Bolt")):
        company.activity(at(24, f"{9 + number:02}:30"), account_id=company.account(name), goal=f"goal of {name}")
    company.database.close()
    assert company.database.path is not None
    target = tmp_path / "home" / "data"
    target.mkdir(parents=True)
    company.database.path.rename(target / "default.db")
    return tmp_path / "home"


def _reversed_rows(terminal: Terminal) -> list[str]:
    """The text of the rows drawn in reverse, but for the header."""
    lines = terminal.text.split("\n")
    rows = range(1, terminal.screen.lines)
    return [lines[row] for row in rows if sum(cell.reverse for cell in terminal.screen.buffer[row].values()) > 40]


def _codes(written: bytes) -> set[int]:
    """Every number of every colour sequence."""
    found = re.findall(rb"\x1b\[([0-9;]*)m", written)
    return {int(part) for one in found for part in one.split(b";") if part}


@pytest.mark.parametrize(
    ("environment", "allowed", "is_ascii"),
    [
        ({"TERM": "linux"}, SIXTEEN, True),
        ({"TERM": "xterm"}, SIXTEEN, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, set(), False),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, set(), False),
    ],
    ids=["linux", "xterm", "no colour", "no colour of many"],
)
def test_what_is_drawn(home: Path, environment: dict[str, str], allowed: set[int], is_ascii: bool) -> None:
    given = {"COCKPIT_HOME": str(home), "COCKPIT_NOW": NOW_TEXT, "COCKPIT_LANG": "en", "COLORTERM": "", **environment}
    with Terminal([sys.executable, "-m", "cockpit"], columns=100, rows=30, env=given) as terminal:
        terminal.wait_for(r"(?s)goal of Acme.*goal of Bolt.*l Log")
        first = _reversed_rows(terminal)
        assert len(first) == 1
        assert "Acme" in first[0]
        terminal.press("j")
        while _reversed_rows(terminal) == first:
            assert terminal._read(5)
        assert "Bolt" in terminal.text
        assert bool(BLOCKS.search(terminal.text)) is not is_ascii
        terminal.press("q")
        assert terminal.wait_end() == 0
    styles = {0, 1, 2, 3, 4, 7, 21, 22, 23, 24, 27, 39, 49}
    assert _codes(terminal.written) <= styles | allowed
    assert 7 in _codes(terminal.written)
