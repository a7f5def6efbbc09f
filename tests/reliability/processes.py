"""Real processes on real files: a hub on loopback, the home of a device, the command line as a child of the test."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from cockpit.hub import tokens
from cockpit.hub.app import create_app
from cockpit.services.container import Services, open_services
from cockpit.storage.database import Database
from tests.hub.world import ME, HubWorld, people_hub
from tests.support.company import NOW_TEXT

ACCOUNTS = ("恒泰机械", "华锐电子", "中远物流", "明达制药", "东海纺织")
LIMIT_S = 90.0
"""No command of these tests takes this long: past it the test fails rather than hangs."""


class LoopbackHub:
    """The real hub behind uvicorn, in a thread of this process, with a small company. Ends with its `with`."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.at(folder / "hub.db")
        people_hub(self.database)
        self.world = HubWorld(self.database)
        for number, name in enumerate(ACCOUNTS, 1):
            self.world.account(f"account-{number}", name=name)
        for number in range(15):
            self.world.visit(f"visit-{number}", account_id=f"account-{number % 5 + 1}", goal=f"goal {number}")
        with self.database.write() as session:
            self.token = tokens.issue(session, ME, label="test")
        config = uvicorn.Config(
            create_app(self.database), log_level="critical", access_log=False, lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self._thread.start()

    def __enter__(self) -> LoopbackHub:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join(LIMIT_S)
        self._listener.close()
        self.database.close()

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the hub has, asked of its file."""
        assert self.database.path is not None
        return file_rows(self.database.path, statement, *values)

    def image(self, target: Path) -> Path:
        """A copy of the hub's file as it is now."""
        assert self.database.path is not None
        with closing(sqlite3.connect(self.database.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target

    def restore(self, image: Path) -> None:
        """Put the hub back to an image, under its running server."""
        assert self.database.path is not None
        with closing(sqlite3.connect(image)) as source, closing(sqlite3.connect(self.database.path)) as copy:
            source.backup(copy)


def file_rows(path: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of a SQLite file, read as any other program would."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute(statement, values).fetchall()


def findings(path: Path) -> list[str]:
    """What SQLite's own checks say against the file; empty when it is sound."""
    (verdict,), *more = file_rows(path, "PRAGMA integrity_check")
    broken = file_rows(path, "PRAGMA foreign_key_check")
    return ([] if verdict == "ok" and not more else [str(verdict)]) + [str(row) for row in broken]


@dataclass(frozen=True)
class Home:
    """The folder of one device: where COCKPIT_HOME of its commands points."""

    folder: Path
    url: str
    token: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "default.db"

    def environment(self, **more: str) -> dict[str, str]:
        """What its commands are started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COCKPIT_", "PYTEST_"))}
        return {
            **kept,
            "COCKPIT_HOME": str(self.folder),
            "COCKPIT_NOW": NOW_TEXT,
            "COCKPIT_LANG": "en",
            "COCKPIT_TOKEN": self.token,
            "PYTHONWARNINGS": "ignore",
            **more,
        }

    def copy(self, folder: Path) -> Home:
        """The same device once more, in another folder."""
        shutil.copytree(self.folder, folder)
        return Home(folder, self.url, self.token)

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `cockpit WORDS...` on this home."""
        return subprocess.Popen(
            [sys.executable, "-m", "cockpit", *words],
            env=self.environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Answer:
        """Run `cockpit WORDS...` to its end."""
        process = self.start(*words, env=env)
        out, err = process.communicate(timeout=LIMIT_S)
        return Answer(process.returncode, out, err)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return file_rows(self.database, statement, *values)

    @contextmanager
    def services(self) -> Iterator[Services]:
        """The real services on this home's file, in this process, signed in for as long as the block lasts."""
        opened = open_services(self.database)
        try:
            yield opened
        finally:
            opened.desk.database.close()


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


def new_home(folder: Path, url: str, token: str) -> Home:
    """A device that has signed in and synced once."""
    home = Home(folder, url, token)
    home.data.mkdir(parents=True, mode=0o700)
    with home.services() as opened:
        opened.sync.sign_in(url, token, remember=False)
        opened.sync.run()
    return home


def half_done(path: Path) -> list[str]:
    """Rows made here without a mutation that says so, mutations without their row, counts that do not agree."""
    return [
        str(row[0])
        for row in file_rows(
            path,
            """
            SELECT 'row without its mutation ' || id FROM activity WHERE rev = 0
              AND id NOT IN (SELECT entity_id FROM outbox UNION SELECT entity_id FROM outbox_done)
            UNION ALL
            SELECT 'mutation without its row ' || mutation_id FROM outbox WHERE op = 'create' AND entity = 'activity'
              AND entity_id NOT IN (SELECT id FROM activity)
            UNION ALL
            SELECT 'mutation without its log line ' || mutation_id FROM outbox
              WHERE mutation_id NOT IN (SELECT id FROM change_log)
            UNION ALL
            SELECT 'queued and ended ' || mutation_id FROM outbox
              WHERE mutation_id IN (SELECT mutation_id FROM outbox_done)
            UNION ALL
            SELECT 'result without its mutation ' || id FROM activity
              WHERE result != '' AND (rev = 0 OR pending > 0) AND id NOT IN
              (SELECT entity_id FROM outbox UNION SELECT entity_id FROM outbox_done)
            UNION ALL
            SELECT 'wrong count of pending work ' || id FROM activity a WHERE pending !=
              (SELECT count(*) FROM outbox o WHERE o.entity = 'activity' AND o.entity_id = a.id)
            """,
        )
    ]


def visits(path: Path, mark: str) -> list[str]:
    """The results that begin with `mark`, of every visit of a file, sorted."""
    found = file_rows(path, "SELECT result FROM activity WHERE result LIKE ? ORDER BY result", f"{mark}%")
    return [str(result) for (result,) in found]
