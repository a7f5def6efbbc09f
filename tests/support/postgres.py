"""A PostgreSQL cluster of one's own for the tests, in a temporary folder, reached by a socket in it.

PostgreSQL refuses to run as root: there the cluster belongs to the user `postgres`. Where it is not
installed the tests that need it are skipped, unless CI is set: there it must be.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c shared_buffers=16MB -c max_connections=60 -c autovacuum=off"
)


@dataclass(frozen=True)
class Cluster:
    """A running server. Databases are named by the tests."""

    folder: Path
    binaries: Path

    @property
    def user(self) -> str:
        return _owner() or _me()

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database, a copy of `template`; returns its URL."""
        self._psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self._psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _psql(self, statement: str) -> None:
        _run([str(self.binaries / "psql"), "-h", str(self.folder), "-d", "postgres", "-qc", statement])


def _me() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def _owner() -> str | None:
    """The user to run as, None for the one we are."""
    return "postgres" if os.geteuid() == 0 else None


def _run(command: list[str]) -> None:
    owner = _owner()
    done = subprocess.run(
        command, user=owner, group=owner, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=60
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")


def _binaries() -> Path | None:
    """Where initdb is: version 15 first, then whatever is there."""
    places = [Path("/usr/lib/postgresql/15/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    if found:
        places.append(Path(found).resolve().parent)
    return next((place for place in places if (place / "initdb").exists()), None)


def _lacking() -> str | None:
    """Why no cluster can be made here, or None."""
    if _binaries() is None:
        return "PostgreSQL is not installed"
    if _owner():
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL does not run as root, and there is no user postgres"
    return None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster and remove it afterwards. Skips the test where there can be none; fails it when CI is set."""
    reason = _lacking()
    if reason:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    binaries = _binaries()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="cockpit-pg-"))
    owner = _owner()
    if owner:
        shutil.chown(folder, owner, owner)
    data = folder / "data"
    pg_ctl = str(binaries / "pg_ctl")
    with _removed_at_the_end(folder, pg_ctl):
        _run([str(binaries / "initdb"), "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C", "-D", str(data)])
        _run([pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", f"{_OPTIONS} -k {folder}", "start"])
        yield Cluster(folder, binaries)


@contextmanager
def _removed_at_the_end(folder: Path, pg_ctl: str) -> Iterator[None]:
    """Stop the server and remove the folder, also when this process is killed: a shell waits for its pipe to close."""
    script = 'cat >/dev/null; "$0" -D "$1/data" -w -m immediate stop; rm -rf "$1"'
    watcher = subprocess.Popen(
        ["sh", "-c", script, pg_ctl, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=_owner(),
        group=_owner(),
        cwd="/",
        start_new_session=True,
    )
    assert watcher.stdin is not None
    try:
        yield
    finally:
        watcher.stdin.close()
        watcher.wait(60)
