"""What importing a part loads, seen in a fresh interpreter: a linter cannot see deferred imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlmodel", "sqlalchemy", "httpx", "pydantic_settings", "alembic", "fastapi")


def _loaded(module: str) -> set[str]:
    code = f"import {module}, sys; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["cockpit.app", "cockpit.commands", "cockpit.plain", "cockpit.services.snapshots"])
def test_first_frame_waits_for_nothing_heavy(module: str) -> None:
    assert not _loaded(module) & set(HEAVY)


@pytest.mark.parametrize(
    "module", ["cockpit.cli.main", "cockpit.commands", "cockpit.services.container", "cockpit.sync.engine"]
)
def test_no_screen_toolkit_below_the_screens(module: str) -> None:
    assert "textual" not in _loaded(module)


@pytest.mark.parametrize("module", ["cockpit.domain.book", "cockpit.domain.cards", "cockpit.planning.insertion"])
def test_domain_is_pure(module: str) -> None:
    assert not _loaded(module) & {*HEAVY, "textual", "rich", "msgspec", "rapidfuzz", "pypinyin"}


def test_package_imports_nothing_of_itself() -> None:
    code = "import cockpit, sys; print([name for name in sys.modules if name.startswith('cockpit.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_is_answered_before_typer() -> None:
    code = (
        "import sys; sys.argv = ['cockpit', '--version']\n"
        "import cockpit.__main__ as m\n"
        "try: m.main()\n"
        "except SystemExit: pass\n"
        "print('typer' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"
