"""A hub of one's own on loopback: a child process that ends with the one that started it.

The child reads its standard input to the end; when the parent goes, however it goes, the kernel closes
the pipe and the child stops. It has a session of its own, so that Ctrl-C in the terminal reaches only
the parent, which can still send its last changes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from types import TracebackType
from typing import IO

from cockpit.domain.text import clean
from cockpit.errors import HubUnavailable, MissingExtra

_START_S = 30.0
_STOP_S = 8.0


class EmbeddedHub:
    """The running child. `url` answers from the moment this object exists."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self._process = process
        self.url = url
        self.pid = process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """End the child and wait for it. Calling it again does nothing."""
        _end(self._process)

    def __enter__(self) -> EmbeddedHub:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(database_url: str, port: int = 0, command: Sequence[str] | None = None, upstream: str = "") -> EmbeddedHub:
    """Start a hub on `database_url` and wait until it takes connections.

    `command` is what runs it, by default this program's own `hub serve`; `upstream` the CRM it is joined to. Raises MissingExtra where the
    hub is not installed, HubUnavailable with the child's last words when it does not come up.
    """
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise MissingExtra(extra="hub", command="uv tool install 'cockpit[hub]'")
    program = list(command) if command is not None else [sys.executable, "-m", "cockpit", "hub", "serve"]
    arguments = ["--embedded", "--database", database_url, "--port", str(port)]
    arguments += ["--upstream", upstream] if upstream else []
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            [*program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            start_new_session=True,
        )
        assert process.stdout is not None
        url = _first_url(process.stdout)
        if url is None:
            _end(process)
            words.seek(0)
            last = words.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise HubUnavailable(clean(last, 500), url=f"127.0.0.1:{port}")
    return EmbeddedHub(process, url)


def _first_url(stdout: IO[bytes]) -> str | None:
    """The `url` of the child's first line, None when it ended or stayed silent."""
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.append(stdout.readline()), daemon=True)
    reader.start()
    reader.join(_START_S)
    try:
        return str(json.loads(lines[0])["url"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
