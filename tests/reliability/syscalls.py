"""Commands that end, or that a call of fails, at a chosen call on the account's files or a chosen statement."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from cockpit.storage.database import HEAD_REVISION
from tests.reliability.processes import Home

CALLS = (
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "ftruncate",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
)
"""What changes a file or says that a change is on disk."""

_BACKUP = f"default.db.before-{HEAD_REVISION}.bak"
_SIDES = ("", "-journal", "-wal", "-shm")
_FILES = (
    *(f"{name}{side}" for name in ("default.db", _BACKUP) for side in _SIDES),
    "default.db.sync",
    "cockpit.log",
)
_CALL = re.compile(r"^\d+ +(\w+)\(.*?(\(INJECTED\))?$")


@dataclass(frozen=True)
class Fault:
    """The `number`-th call of `name` on the account's files is where `kind` strikes: KILL, or the name of an error."""

    name: str
    number: int
    kind: str

    @property
    def order(self) -> str:
        what = "signal=KILL" if self.kind == "KILL" else f"error={self.kind}"
        return f"inject={self.name}:{what}:when={self.number}"

    def __str__(self) -> str:
        return f"{self.kind} at {self.name} {self.number}"


@dataclass(frozen=True)
class Outcome:
    """How a command ended. `status` is its exit code, or minus the signal."""

    status: int
    out: str
    err: str
    calls: Counter[str]
    is_struck: bool


class TracedCommands:
    """Runs commands of one home, forked from a process that has imported all they need. Close it with its `with`."""

    def __init__(self, home: Home, folder: Path, warm: Sequence[Sequence[str]]) -> None:
        self.home, self.folder = home, folder
        folder.mkdir(exist_ok=True)
        scratch = home.copy(folder / "warm")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forking", *(json.dumps(words) for words in warm)],
            env=scratch.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> TracedCommands:
        return self

    def __exit__(self, *_error: object) -> None:
        self._in.close()
        self._server.wait()
        self._out.close()

    @property
    def _in(self) -> IO[str]:
        assert self._server.stdin is not None
        return self._server.stdin

    @property
    def _out(self) -> IO[str]:
        assert self._server.stdout is not None
        return self._server.stdout

    def run(self, *words: str, fault: Fault | None = None, is_traced: bool = True) -> Outcome:
        """Run one command, struck by `fault`."""
        trace = self.folder / "trace"
        child = self._ask(words=list(words), env=self._environment(), out=str(self.folder))["pid"]
        tracer = self._attach(child, trace, fault) if is_traced else None
        status = self._ask(go=True)["status"]
        if tracer is not None:
            tracer.communicate()
        lines = trace.read_text("utf-8", "replace").splitlines() if tracer is not None else []
        calls = Counter(found[1] for line in lines if (found := _CALL.match(line)))
        is_struck = status == -9 or any(line.endswith("(INJECTED)") for line in lines)
        out, err = ((self.folder / name).read_text("utf-8") for name in ("out", "err"))
        return Outcome(status, out, err, calls, is_struck)

    def run_to_statement(self, *words: str, die_at: int) -> tuple[int, int]:
        """Run one command until its n-th SQL statement; its status, and how many statements it came to."""
        told = self.folder / "statements"
        told.write_text("0", "utf-8")
        self._ask(words=list(words), env=self._environment(), out=str(self.folder), die_at=die_at)
        status = self._ask(go=True)["status"]
        return status, int(told.read_text("utf-8"))

    def _environment(self) -> dict[str, str]:
        return {name: text for name, text in self.home.environment().items() if name.startswith("COCKPIT_")}

    def _ask(self, **order: Any) -> Any:
        self._in.write(json.dumps(order) + "\n")
        self._in.flush()
        return json.loads(self._out.readline())

    def _attach(self, child: int, trace: Path, fault: Fault | None) -> subprocess.Popen[str]:
        """Start strace on a waiting child; it has attached when this returns."""
        watched = [self.home.data, *(self.home.data / name for name in _FILES)]
        paths = [part for path in watched for part in ("-P", str(path))]
        strike = ["-e", fault.order] if fault is not None else []
        tracer = subprocess.Popen(
            ["strace", "-f", "-p", str(child), "-o", str(trace), *paths, "-e", f"trace={','.join(CALLS)}", *strike],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert tracer.stderr is not None
        said = []
        for line in tracer.stderr:
            said.append(line)
            if "attached" in line:
                return tracer
        raise AssertionError(f"strace did not attach: {''.join(said)}")


def need_strace() -> None:
    """Skip where a process may not be traced; where it has to be possible, fail."""
    reason = _why_not()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def _why_not() -> str:
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True)
    return f"strace may not trace here: {tried.stderr.strip()[:200]}" if tried.returncode else ""
