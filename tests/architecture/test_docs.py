"""Documents made from the program are current, and what they promise is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from scripts import keys

from tests.reliability import ledger

ROOT = Path(__file__).parents[2]


def test_key_list_is_current() -> None:
    assert keys.TARGET.read_text("utf-8") == keys.text(), "run `make docs`"


def test_the_readme_says_what_the_ledger_holds() -> None:
    assert ledger.words(ledger.kept()) in (ROOT / "README.md").read_text("utf-8")


def test_links_and_pictures_exist() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_commands_of_the_readme_exist() -> None:
    """Every `cockpit VERB` in the README answers --help."""
    verbs = set(re.findall(r"(?:^|`)cockpit ([a-z]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    done = subprocess.run([sys.executable, "-m", "cockpit", "--help"], capture_output=True, text=True, check=True)
    known = set(re.findall(r"^  ([a-z]+)", done.stdout, re.MULTILINE))
    assert verbs
    assert verbs <= known


def test_no_path_of_a_machine() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    pattern = re.compile(r"/(home|root|Users|work)/[a-z]")
    for name in files:
        if name.endswith((".py", ".md", ".toml", ".tcss")) or name in ("Makefile", ".ci/run"):
            assert not pattern.search((ROOT / name).read_text("utf-8")), name
