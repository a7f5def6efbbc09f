"""The demo from outside, as a user starts it: prints, ends with 0, leaves no process and nothing outside its folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.terminal import Terminal

ANCHOR = "2026-11-24"


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COCKPIT_HOME": str(home / "own"), "HOME": str(home / "user")}
    environment.pop("COCKPIT_NOW", None)
    (home / "user").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "cockpit", "demo", "--anchor", ANCHOR, *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=home,
        timeout=110,
        stdin=subprocess.DEVNULL,
    )


def _processes_naming(text: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all runs of this file, so that the company is seeded once a language."""
    return tmp_path_factory.mktemp("demo")


def test_rep(home: Path) -> None:
    done = _run(home, "--plain")
    assert done.returncode == 0, done.stderr
    assert "Today" in done.stdout
    assert "uncovered 2" in done.stdout
    assert "Weeks" in done.stdout
    assert "Team" in done.stdout
    for state in ("FOUND", "PLANNED", "DOING", "WAIVED"):
        assert state in done.stdout
    assert sorted(path.name for path in home.iterdir()) == ["own", "user"]
    assert list((home / "user").iterdir()) == []
    assert _processes_naming(str(home)) == []


def test_lead_in_chinese(home: Path) -> None:
    done = _run(home, "--as", "lead", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert "周岚" in done.stdout
    assert "30万" in done.stdout
    assert _processes_naming(str(home)) == []


@pytest.mark.parametrize("last_key", ["q", "\x03"], ids=["q", "ctrl-c"])
def test_on_a_terminal(home: Path, last_key: str) -> None:
    """Opened on Today, left by either key: the hub goes with it."""
    environment = {
        "COCKPIT_HOME": str(home / "own"),
        "HOME": str(home / "user"),
        "COCKPIT_NOW": "",
        "COCKPIT_LANG": "en",
    }
    told = home / "own" / "data" / "tour"
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text("left", "utf-8")
    command = [sys.executable, "-m", "cockpit", "demo", "--anchor", ANCHOR]
    with Terminal(command, columns=120, rows=36, env=environment) as terminal:
        terminal.wait_for(r"09:30.*visit", limit=100)
        assert terminal.text.lstrip().startswith("DEMO")
        assert [line for line in _processes_naming(str(home)) if "hub serve" in line]
        terminal.press(last_key)
        assert terminal.wait_end() == 0
    assert _processes_naming(str(home)) == []


def test_same_day_same_text(home: Path) -> None:
    assert _run(home, "--plain").stdout == _run(home, "--plain").stdout
