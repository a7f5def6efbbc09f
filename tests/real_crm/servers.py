"""Real CRMs on this machine: each is installed once into `.real-crm` and started anew on an empty database.

Where one cannot be installed or started the tests that need it are skipped with the reason, unless CI is set: there it
must run.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

HOME = Path(os.environ.get("COCKPIT_REAL_CRM", Path(__file__).parents[2] / ".real-crm"))
INSTALL_S, START_S = 1200, 180


class CannotRun(Exception):
    """Why there can be no real CRM here."""


def or_skip(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def python_from(least: tuple[int, int]) -> str:
    """A Python of at least that version. Raises CannotRun."""
    names = [f"python3.{minor}" for minor in range(14, least[1] - 1, -1)]
    found = [sys.executable, *(path for name in names if (path := shutil.which(name)))]
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found += [str(path) for name in names for path in sorted(root.glob(f"{name[6:]}*/bin/python"), reverse=True)]
    check = f"import sys; sys.exit(sys.version_info < {least})"
    for path in found:
        with suppress(OSError):
            if subprocess.run([path, "-c", check], capture_output=True, timeout=30).returncode == 0:
                return path
    raise CannotRun(f"no Python {least[0]}.{least[1]} or newer is installed")


def installed(name: str, packages: Sequence[str], least: tuple[int, int]) -> Path:
    """The bin folder of an environment with these packages. Raises CannotRun."""
    folder = HOME / name
    ready = folder / "ready"
    if ready.exists() and ready.read_text() == "\n".join(packages):
        return folder / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    run([python_from(least), "-m", "venv", str(folder)], {}, limit_s=INSTALL_S)
    run([str(folder / "bin" / "pip"), "install", "--quiet", *packages], {}, limit_s=INSTALL_S)
    ready.write_text("\n".join(packages))
    return folder / "bin"


def run(command: Sequence[str], environment: Mapping[str, str], *, limit_s: float) -> str:
    """What the command printed. Raises CannotRun."""
    try:
        done = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=limit_s, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"{command[0]}: {error}") from error
    if done.returncode:
        raise CannotRun(f"{' '.join(command[:4])}: {done.stderr.strip()[-1500:]}")
    return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str], url: str, log: Path) -> Iterator[None]:
    """The server, from when `url` answers until the end of the block. Raises CannotRun."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output, cwd="/")
    try:
        _await(lambda: _answers(url), process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def _await(is_there: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while not is_there():
        if process.poll() is not None or time.monotonic() > until:
            raise CannotRun(f"the server did not start: {log.read_text('utf-8', 'replace')[-1500:]}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def last_json(text: str) -> object:
    return json.loads(text.strip().splitlines()[-1])
