"""Behind a forced command over SSH there is the program and nothing else: no key, line or variable leads to a shell."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest
from scripts.terminal import Terminal

from tests.cli.conftest import Cockpit
from tests.support.company import NOW_TEXT, Company

SOURCE = Path(__file__).parents[2] / "src" / "cockpit"
MAY_START = {"hub/embedded.py"}
"""Where a child process is started: the hub of one's own, by this program's own path."""
SHELLS = {"system", "popen", "edit", "launch", "echo_via_pager", "pager", "open_url", "spawn"}


def test_no_line_of_the_program_starts_another_one() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        name = str(path.relative_to(SOURCE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert name in MAY_START or not {"subprocess", "pty", "webbrowser", "pexpect"} & set(names), name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                is_module = isinstance(owner, ast.Name) and owner.id in (
                    "os",
                    "typer",
                    "click",
                    "console",
                    "app",
                    "self",
                )
                started = node.func.attr in SHELLS or node.func.attr.startswith(("exec", "spawn", "posix_spawn"))
                assert not (is_module and started and node.func.attr != "exec_driver_sql"), f"{name}:{node.lineno}"
            shell = [one for one in getattr(node, "keywords", ()) if one.arg == "shell"]
            assert not shell, name


def _home(tmp_path: Path, company: Company) -> Path:
    company.account("恒泰机械")
    company.database.close()
    assert company.database.path is not None
    (tmp_path / "kept" / "data").mkdir(parents=True)
    shutil.copy(company.database.path, tmp_path / "kept" / "data" / "default.db")
    return tmp_path / "kept"


def _state(terminal: Terminal) -> str:
    stat = Path(f"/proc/{terminal.process.pid}/stat").read_text("utf-8")
    return stat.rsplit(")", 1)[1].split()[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_keys_lines_and_variables_open_no_shell(tmp_path: Path, company: Company) -> None:
    trap, mark = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\necho sprung > {mark}\n")
    trap.chmod(0o755)
    variables = dict.fromkeys(("PAGER", "EDITOR", "VISUAL", "SHELL", "BROWSER", "MANPAGER", "LESSOPEN"), str(trap))
    environment = {**variables, "COCKPIT_HOME": str(_home(tmp_path, company)), "COCKPIT_NOW": NOW_TEXT}
    environment |= {"COCKPIT_LANG": "en", "COCKPIT_SUSPEND": "false", "PYTHONWARNINGS": "ignore"}
    environment |= {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22", "SSH_ORIGINAL_COMMAND": str(trap)}
    with Terminal([sys.executable, "-m", "cockpit"], env=environment) as terminal:
        terminal.wait_for("l Log ")
        for keys in ("\x1a", "!", "!sh\r", "\x1a", "\x1c"):
            terminal.press(keys)
        terminal.press("\x1b\x1b")
        terminal.wait_for("l Log ")
        for line in (f"!{trap}", f"sh -c {trap}", f"$({trap})", "shell", "suspend"):
            terminal.press(":")
            terminal.wait_for("Commands")
            terminal.press(line)
            terminal.wait_for("No command is called that|" + re.escape(line[:4]))
            terminal.press("\x1b")
            terminal.wait_for(r"(?s)\A(?!.*Commands)")
        terminal.press("\x1a")
        terminal.press("?")
        terminal.wait_for("Row|Nothing|explain|Esc|q ")
        assert _state(terminal) != "T"
        children = Path(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children").read_text("utf-8")
        assert children == ""
        terminal.press("\x03")
        assert terminal.wait_end() == 0
    assert not mark.exists()


@pytest.mark.skipif(not hasattr(signal, "SIGTSTP"), reason="no job control")
async def test_ctrl_z_follows_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from cockpit.locations import StartValues
    from tests.ui.driver import running

    stops: list[int] = []
    for can_suspend in (True, False):
        start = replace(StartValues(lang="en"), can_suspend=can_suspend)
        async with running(start=start) as driver:
            monkeypatch.setattr(type(driver.app), "action_suspend_process", lambda _app: stops.append(1))
            await driver.press("ctrl+z")
    assert stops == [1]


def test_the_setting_is_read_checked_and_overruled_by_the_environment(
    cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cockpit.locations import locate, start_values

    file = locate().config_file
    file.parent.mkdir(parents=True)
    assert start_values(locate()).can_suspend
    file.write_text("suspend = false\n")
    assert not start_values(locate()).can_suspend
    assert '"suspend"' in cockpit("config", "show", "--json").out
    monkeypatch.setenv("COCKPIT_SUSPEND", "true")
    assert start_values(locate()).can_suspend
    monkeypatch.delenv("COCKPIT_SUSPEND")
    file.write_text('suspend = "perhaps"\n')
    assert not start_values(locate()).can_suspend, "what is not clear is off"
    said = cockpit("config", "validate")
    assert said.code == 2
    assert "neither true nor false" in said.err
    assert os.environ["COCKPIT_HOME"]
