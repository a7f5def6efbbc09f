"""Three programs on one file at once: screens that look, commands that write, a sync with a busy hub.

`python -m tests.reliability.two_process SECONDS` runs it and prints what each did: operations, errors, milliseconds.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cockpit import clock
from cockpit.errors import CockpitError
from cockpit.services.container import Services, open_services
from tests.reliability.processes import LIMIT_S, Home, LoopbackHub, findings, half_done, new_home, visits

MARK = "both-"
ROLES = ("screen", "commands", "sync")
_ACCOUNTS = ("恒泰", "华锐", "中远", "明达", "东海")
_SCREEN_PAUSE_S = 0.05
_COMMAND_PAUSE_S = 0.03
"""A real command takes longer to start."""
_FEED_PAUSE_S = 0.2
_FEED_ROWS = 20


@dataclass
class Done:
    """What one program did until it was told to stop."""

    role: str
    ops: int = 0
    seen: int = 0
    """Rows saved, looks that found something new, or rows that came from the hub."""
    errors: list[str] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The time within which that share of the operations was done."""
        ordered = sorted(self.took_ms) or [0.0]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def words(self) -> str:
        times = f"p50 {self.at(0.5):.1f} ms  p99 {self.at(0.99):.1f} ms  most {self.at(1):.1f} ms"
        return f"{self.role:9} ops {self.ops:6}  {times}  errors {len(self.errors)}"


LEAST = {"screen": 20, "commands": 25, "sync": 4}
"""Operations that each does however short the time: one that is kept from its turn never ends."""

Stop = threading.Event


def work(role: str, path: Path, url: str, token: str, stop: Stop) -> Done:
    """One program's part, until `stop`."""
    done = Done(role)
    if role == "commands":
        _repeat(done, stop, _COMMAND_PAUSE_S, lambda: _command(done, path))
        return done
    opened = open_services(path)
    try:
        if role == "screen":
            seen = _Seen()
            _repeat(done, stop, _SCREEN_PAUSE_S, lambda: _look(done, opened, seen))
        else:
            opened.sync.sign_in(url, token, remember=False)
            _repeat(done, stop, 0.0, lambda: _sync(done, opened))
    finally:
        opened.desk.database.close()
    return done


def _repeat(done: Done, stop: Stop, pause_s: float, act: Callable[[], None]) -> None:
    while not stop.is_set() or done.ops < LEAST[done.role]:
        begin = clock.monotonic()
        try:
            act()
        except (CockpitError, sqlite3.Error) as error:
            done.errors.append(f"{type(error).__name__}: {error}")
        done.took_ms.append((clock.monotonic() - begin) * 1000)
        done.ops += 1
        if pause_s:
            stop.wait(pause_s)


def _command(done: Done, path: Path) -> None:
    """What `cockpit log` does: open the file, save, close it."""
    opened = open_services(path)
    try:
        number = done.seen + 1
        opened.quicklog.save(f"v {_ACCOUNTS[number % 5]} ok {MARK}{number:06}")
        done.seen = number
    finally:
        opened.desk.database.close()


@dataclass
class _Seen:
    version: int = -1


def _look(done: Done, opened: Services, seen: _Seen) -> None:
    """What the screens do each second, and more often: ask whether the file changed, and draw Today anew if so."""
    opened.badge()
    version = opened.desk.database.data_version()
    if version != seen.version:
        seen.version = version
        done.seen += 1
        opened.today.load()


def _sync(done: Done, opened: Services) -> None:
    done.seen += opened.sync.run().pulled


@contextmanager
def _busy_feed(hub: LoopbackHub) -> Iterator[None]:
    """Other people work too: rows that are new and rows that change, all the time."""
    stop, faults = threading.Event(), list[BaseException]()

    def feed() -> None:
        number = 0
        try:
            while not stop.wait(_FEED_PAUSE_S):
                for _row in range(_FEED_ROWS):
                    number += 1
                    if number % 3:
                        hub.world.visit(f"busy-{number}", account_id=f"account-{number % 5 + 1}", status="cancelled")
                    else:
                        hub.world.patch("activity", f"visit-{number % 15}", agenda=f"agenda {number}")
        except BaseException as error:
            faults.append(error)
            raise

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LIMIT_S)
    assert not faults, faults


def in_processes(seconds: float, home: Home, hub: LoopbackHub) -> list[Done]:
    """Each program in a process of its own."""
    command = [sys.executable, "-m", "tests.reliability.two_process"]
    children = [
        subprocess.Popen(
            [*command, role, str(home.database), home.url],
            env=home.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for role in ROLES
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    with _busy_feed(hub):
        threading.Event().wait(seconds)
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
    found = []
    for child in children:
        assert child.stdout is not None
        found.append(Done(**json.loads(child.stdout.read())))
        child.stdout.close()
        assert child.wait(LIMIT_S) == 0
    return found


def in_threads(seconds: float, home: Home, hub: LoopbackHub) -> list[Done]:
    """Each program in a thread of this process, on connections of its own."""
    stop, found = threading.Event(), dict[str, Done]()

    def run(role: str) -> None:
        found[role] = work(role, home.database, home.url, home.token, stop)

    threads = [threading.Thread(target=run, args=(role,)) for role in ROLES]
    for thread in threads:
        thread.start()
    with _busy_feed(hub):
        stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join(LIMIT_S)
    return [found[role] for role in ROLES]


def journal_of(home: Home) -> str:
    return str(home.rows("PRAGMA journal_mode")[0][0])


def is_whole(home: Home, hub: LoopbackHub, saved: int) -> list[str]:
    """What is wrong once the sync has come to its end; empty when every visit is there, once, on both sides."""
    with home.services() as opened:
        opened.sync.sign_in(home.url, home.token, remember=False)
        opened.sync.run()
        opened.sync.run()
    assert hub.database.path is not None
    wanted = [f"{MARK}{number:06}" for number in range(1, saved + 1)]
    wrong = findings(home.database) + half_done(home.database)
    for name, path in (("device", home.database), ("hub", hub.database.path)):
        if visits(path, MARK) != wanted:
            wrong.append(f"the visits of the {name} are not the {saved} that were saved")
    if home.rows("SELECT count(*) FROM outbox") != [(0,)]:
        wrong.append("something waits that nobody sends")
    return wrong


def _child(role: str, path: Path, url: str) -> None:
    """Work until standard input ends."""
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    done = work(role, path, url, os.environ["COCKPIT_TOKEN"], stop)
    sys.stdout.write(json.dumps(asdict(done)))


def _soak(seconds: float) -> int:
    os.environ["COCKPIT_NOW"] = "2026-11-24T08:30:00+08:00"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COCKPIT_HOME"] = folder
        with LoopbackHub(Path(folder)) as hub:
            home = new_home(Path(folder) / "home", hub.url, hub.token)
            found = in_processes(seconds, home, hub)
            wrong = is_whole(home, hub, next(one.seen for one in found if one.role == "commands"))
            journal = journal_of(home)
    summary: dict[str, Any] = {"seconds": seconds, "journal": journal, "wrong": wrong}
    for one in found:
        sys.stdout.write(f"{one.words}\n")
        times = {"p50_ms": round(one.at(0.5), 1), "p99_ms": round(one.at(0.99), 1)}
        summary[one.role] = {"ops": one.ops, "errors": len(one.errors), **times}
        wrong += one.errors[:5]
    sys.stdout.write(f"{json.dumps(summary)}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] in ROLES:
        _child(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    else:
        raise SystemExit(_soak(float(sys.argv[1])))
