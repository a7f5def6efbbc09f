"""Completion in the shells: verbs, options and their values, without loading what a list of words does not need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = {"sqlmodel", "sqlalchemy", "httpx", "textual", "fastapi", "alembic", "msgspec"}
LOADED = "import sys; from cockpit.cli.main import run; run([]); print(*{n.split('.')[0] for n in sys.modules}, file=sys.stderr)"


def _complete(line: str, shell: str = "bash") -> tuple[list[str], set[str]]:
    """What the last word of a line may become, and the modules that were loaded for it."""
    words = line.split(" ")
    given = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    environment = {**os.environ, "_COCKPIT_COMPLETE": f"complete_{shell}", **given}
    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split(), set(done.stderr.split())


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("cockpit doc", {"doctor"}),
        ("cockpit dem", {"demo"}),
        ("cockpit config ", {"path", "show", "validate", "exchange", "schema"}),
        ("cockpit demo --as ", {"rep", "lead", "head"}),
        ("cockpit demo --as l", {"lead"}),
        ("cockpit gap --period ", {"day", "week", "month", "quarter", "year"}),
        ("cockpit --lang ", {"auto", "en", "zh"}),
    ],
)
def test_words_are_completed(line: str, wanted: set[str]) -> None:
    found, loaded = _complete(line)
    assert set(found) == wanted
    assert not loaded & HEAVY


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_get_the_same(shell: str) -> None:
    found, _loaded = _complete("cockpit demo --as l", shell)
    assert "lead" in " ".join(found)
    assert "head" not in " ".join(found)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_shown(shell: str) -> None:
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "cockpit", "--show-completion", shell],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"complete_{shell}" in done.stdout
    assert "_COCKPIT_COMPLETE" in done.stdout
