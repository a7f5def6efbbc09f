"""SIGKILL at random moments of real commands: what they had called saved is there, once; nothing is half there.

COCKPIT_KILLS sets how many, COCKPIT_KILL_SEED which; the seed is in every failure's words.
"""

from __future__ import annotations

import os
import random
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.reliability.processes import LIMIT_S, Home, LoopbackHub, findings, half_done, new_home, visits

KILLS = int(os.environ.get("COCKPIT_KILLS", "40"))
SEED = int(os.environ.get("COCKPIT_KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
pytestmark = pytest.mark.timeout(LIMIT_S + 6 * KILLS)
MARK = "kill-"
ACCOUNTS = ("恒泰", "华锐", "中远", "明达", "东海")


@dataclass
class Struck:
    """What came of one command that was to be killed."""

    was_killed: bool
    is_saved: bool
    spent_s: float
    out: str


@dataclass
class Executioner:
    """Kills a command when it has used a drawn share of what a clean run of its kind uses of the processor.

    Its own progress is measured, not the clock on the wall: so the moment does not depend on what else runs here.
    """

    random: random.Random
    clean_s: dict[str, float] = field(default_factory=dict)

    def strike(self, home: Home, *words: str) -> Struck:
        # most of a run is its imports, which touch no file of ours: most shots fall into the rest
        share = self.random.uniform(0.5, 1.05) if self.random.random() < 0.85 else self.random.uniform(0.0, 0.5)
        return self._run(home, words, share * self.clean_s[words[0]])

    def learn(self, home: Home, *words: str) -> None:
        """A run to its end, for the measure. The least of several counts: the first one ever compiles."""
        done = self._run(home, words, float("inf"))
        assert done.is_saved, (words, done)
        self.clean_s[words[0]] = min(done.spent_s, self.clean_s.get(words[0], done.spent_s))

    def _run(self, home: Home, words: tuple[str, ...], budget_s: float) -> Struck:
        process = home.start(*words)
        spent_s, ended = 0.0, threading.Event()
        gathered: list[str] = []

        def read() -> None:
            gathered.extend(process.communicate())
            ended.set()

        reader = threading.Thread(target=read)
        watched = psutil.Process(process.pid)
        reader.start()
        while not ended.is_set():
            try:
                times = watched.cpu_times()
            except psutil.NoSuchProcess:
                break
            spent_s = max(spent_s, times.user + times.system)
            if spent_s >= budget_s:
                process.kill()
                break
            ended.wait(0.001)
        reader.join(LIMIT_S)
        assert ended.is_set(), f"{words} did not end"
        assert process.returncode in (0, -9), (words, process.returncode, gathered)
        return Struck(process.returncode == -9, process.returncode == 0, spent_s, gathered[0])


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub(tmp_path) as running:
        yield running


def _is_sound(home: Home) -> None:
    assert findings(home.database) == [], f"seed {SEED}"
    assert half_done(home.database) == [], f"seed {SEED}"


def test_what_was_called_saved_outlives_any_kill(tmp_path: Path, hub: LoopbackHub) -> None:
    home = new_home(tmp_path / "home", hub.url, hub.token)
    drawn = random.Random(SEED)
    killer = Executioner(drawn)
    for turn in range(2):
        killer.learn(home, "log", f"v 恒泰 ok {MARK}clean {turn}")
        killer.learn(home, "sync", "--plain")
    saved = {f"{MARK}clean 0", f"{MARK}clean 1"}
    killed = 0
    for number in range(KILLS):
        if drawn.random() < 0.6:
            mark = f"{MARK}{number:05}"
            struck = killer.strike(home, "log", f"v {drawn.choice(ACCOUNTS)} ok {mark}")
            if struck.is_saved or "Logged" in struck.out:
                saved.add(mark)
        else:
            struck = killer.strike(home, "sync", "--plain")
        killed += struck.was_killed
        _is_sound(home)
        here = visits(home.database, MARK)
        assert len(here) == len(set(here)), f"twice on the device, seed {SEED}"
        assert saved <= set(here), f"lost, seed {SEED}"
    assert killed >= KILLS // 4, f"hardly a command was killed, seed {SEED}"

    _sync_to_the_end(home)
    here, there = visits(home.database, MARK), visits(hub_file(hub), MARK)
    assert here == there, f"device and hub differ, seed {SEED}"
    assert len(there) == len(set(there)), f"twice at the hub, seed {SEED}"
    assert saved <= set(there), f"lost on the way, seed {SEED}"
    assert home.rows("SELECT count(*) FROM outbox") == [(0,)]
    _is_sound(home)


def hub_file(hub: LoopbackHub) -> Path:
    assert hub.database.path is not None
    return hub.database.path


def _sync_to_the_end(home: Home) -> None:
    """Two rounds: the second finds nothing to do."""
    for _round in range(2):
        done = home.run("sync", "--plain")
        assert done.code == 0, done.err
    assert "waiting 0" in done.out


def test_a_killed_sync_leaves_its_lock_behind_and_nobody_waits_for_it(tmp_path: Path, hub: LoopbackHub) -> None:
    """The kernel frees the lock of a killed process, though its file stays."""
    home = new_home(tmp_path / "home", hub.url, hub.token)
    (home.data / "default.db.sync").unlink(missing_ok=True)
    process = home.start("sync", "--plain")
    try:
        while process.poll() is None and not (home.data / "default.db.sync").exists():
            threading.Event().wait(0.001)
    finally:
        process.kill()
        process.communicate()
    assert (home.data / "default.db.sync").exists()
    _sync_to_the_end(home)


def test_a_killed_hub_has_what_it_acknowledged(tmp_path: Path) -> None:
    """The other end dies too: the device sends again, the hub knows by the mutation's id what it had."""
    from cockpit.hub import embedded

    with LoopbackHub(tmp_path) as founder:
        token = founder.token
    address = f"sqlite:///{tmp_path / 'hub.db'}"
    drawn = random.Random(SEED)
    with embedded.start(address) as first:
        home = new_home(tmp_path / "home", first.url, token)
        port = int(first.url.rpartition(":")[2])
    with home.services() as opened:
        for number in range(12):
            opened.quicklog.save(f"v {ACCOUNTS[number % 5]} ok {MARK}{number:02}")
    for _round in range(4):
        with embedded.start(address, port) as running:
            process = home.start("sync", "--plain")
            watched = psutil.Process(running.pid)
            before = watched.cpu_times().user
            share = drawn.uniform(0.0, 0.2)
            while process.poll() is None and watched.cpu_times().user - before < share:
                threading.Event().wait(0.001)
            watched.kill()
            try:
                out, err = process.communicate(timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        assert process.returncode in (0, 4), (out, err, SEED)
        assert "Traceback" not in err
        _is_sound(home)
        assert findings(tmp_path / "hub.db") == []
    with embedded.start(address, port):
        for _round in range(2):
            done = home.run("sync", "--plain")
            assert done.code == 0, done.err
    there = visits(tmp_path / "hub.db", MARK)
    assert there == [f"{MARK}{number:02}" for number in range(12)], f"seed {SEED}"
    assert visits(home.database, MARK) == there
