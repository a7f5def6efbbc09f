"""A server that runs one command line after another, each in a fork of its own: the imports are paid once.

`python -m tests.reliability.forking SCRATCH` reads one JSON line per order and answers with one.
`{"words", "env", "out"}` forks a child that waits, and answers its `pid`; `{"go": true}` lets that child run
`cockpit WORDS...` with its output in the folder `out`, and answers its `status` (an exit code, or minus the signal).
With `die_at` the child ends, without a word to anybody, before its n-th SQL statement; how many ran is in `statements`.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import alembic.command  # imported here for the forks: an upgrade needs it
import alembic.runtime.environment
from sqlalchemy import Engine, event

from cockpit import clock
from cockpit.cli.main import run

DIED = 99
_MAY_TRACE_ME = 0x59616D61
"""PR_SET_PTRACER: some systems let only a parent look into a process."""


def _die_before(number: int, told: Path) -> None:
    """End this process before the n-th statement that SQLAlchemy runs."""
    count = 0

    def heard(_statement: str) -> None:
        nonlocal count
        count += 1
        told.write_text(str(count), "utf-8")
        if count == number:
            os._exit(DIED)

    def listen(connection: sqlite3.Connection, _record: Any) -> None:
        connection.set_trace_callback(heard)

    event.listen(Engine, "connect", listen)


def _child(order: dict[str, Any], gate: int) -> None:
    """Run the command; never returns."""
    os.environ.update(order["env"])
    clock._started = clock.monotonic()
    for number, name in ((1, "out"), (2, "err")):
        handle = os.open(Path(order["out"]) / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    ctypes.CDLL(None).prctl(_MAY_TRACE_ME, ctypes.c_ulong(-1), 0, 0, 0)
    os.read(gate, 1)
    if "die_at" in order:
        _die_before(order["die_at"], Path(order["out"]) / "statements")
    code = 70
    try:
        code = run(order["words"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def serve() -> None:
    """Answer orders until standard input ends."""
    pid = opener = 0
    for line in sys.stdin:
        order = json.loads(line)
        if "go" in order:
            os.close(opener)
            _pid, status = os.waitpid(pid, 0)
            answer = {"status": os.waitstatus_to_exitcode(status)}
        else:
            gate, opener = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(opener)
                _child(order, gate)
            os.close(gate)
            answer = {"pid": pid}
        sys.__stdout__.write(json.dumps(answer) + "\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


def _warm_up(words: list[list[str]]) -> None:
    """Import what the commands will need, by running them here once."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    for line in words:
        run(line)
        sys.stdout.flush()
    os.dup2(kept, 1)
    os.close(kept)
    os.close(nowhere)
    assert alembic.command
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _warm_up([json.loads(text) for text in sys.argv[1:]])
    serve()
