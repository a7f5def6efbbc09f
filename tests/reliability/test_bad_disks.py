"""Disks that take nothing, have no room, no locks or a broken file: clear words, the next step, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from scripts.terminal import Terminal

from tests.reliability.processes import LIMIT_S, Answer, Home, LoopbackHub, findings, half_done, new_home, visits
from tests.reliability.syscalls import need_strace

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="capabilities and mounts are Linux's"),
]
MARK = "disk-"
TODAY = ("today", "--plain")
LOG = ("log", f"v 恒泰 ok {MARK}new")
SYNC = ("sync", "--plain")
COMMANDS = (TODAY, LOG, SYNC)
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH, _PR_CAPBSET_DROP = 1, 2, 24


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub(tmp_path) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, hub: LoopbackHub) -> Home:
    """A device with a visit that waits to be sent."""
    made = new_home(tmp_path / "home", hub.url, hub.token)
    with made.services() as opened:
        opened.quicklog.save(f"v 华锐 ok {MARK}waits")
    return made


_GO_ON = """
os.execv(sys.executable, [sys.executable, "-m", "cockpit", *sys.argv[1:]])
"""
AS_ANYBODY = f"""
import ctypes, os, sys
for capability in ({_CAP_DAC_OVERRIDE}, {_CAP_DAC_READ_SEARCH}):
    ctypes.CDLL(None).prctl({_PR_CAPBSET_DROP}, capability, 0, 0, 0)
{_GO_ON}"""
"""Give up the superuser's right to write where the mode forbids it."""
WITH_SMALL_FILES = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
{_GO_ON}"""
"""No file may grow past a quarter of a page: every journal does."""


def _command(before: str, within: Sequence[str]) -> list[str]:
    """The program, started after the lines of `before`, as an argument of `within`."""
    return [*within, sys.executable, *(["-c", before] if before else ["-m", "cockpit"])]


def _run(home: Home, words: Sequence[str], before: str = "", within: Sequence[str] = ()) -> Answer:
    """One command to its end."""
    done = subprocess.run(
        [*_command(before, within), *words],
        env=home.environment(PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LIMIT_S,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def _says(answer: Answer, title: str, path: Path | None = None) -> None:
    """The local data's exit code, two lines: what it is and where, what to do."""
    assert answer.code == 5, answer
    assert "Traceback" not in answer.err
    lines = answer.err.strip().splitlines()
    assert len(lines) == 2, answer
    assert lines[0].startswith(title), answer
    if path is not None:
        assert str(path) in lines[0], answer


def _is_kept(home: Home, hub: LoopbackHub) -> None:
    """Once the disk is well again: what waited is sent, once, and work goes on."""
    assert findings(home.database) == []
    assert half_done(home.database) == []
    assert visits(home.database, MARK) == [f"{MARK}waits"]
    assert home.run(*LOG).code == 0
    done = home.run(*SYNC)
    assert done.code == 0, done
    assert hub.database.path is not None
    assert visits(hub.database.path, MARK) == [f"{MARK}new", f"{MARK}waits"]


def _app_says(home: Home, *words: str, before: str = "", within: Sequence[str] = ()) -> None:
    """The screens start, say it, and can be left."""
    with Terminal(_command(before, within), columns=110, rows=32, env=home.environment()) as terminal:
        for pattern in words:
            terminal.wait_for(pattern, limit=LIMIT_S)
        assert "Traceback" not in terminal.text
        terminal.press("\x03")
        assert terminal.wait_end() in (0, 5)


@contextmanager
def _modes(*changes: tuple[Path, int]) -> Iterator[None]:
    kept = [(path, path.stat().st_mode & 0o777) for path, _mode in changes]
    for path, mode in changes:
        path.chmod(mode)
    try:
        yield
    finally:
        for path, mode in kept:
            path.chmod(mode)


@pytest.mark.parametrize("what", ["file", "folder", "both"])
def test_what_may_not_be_written(home: Home, hub: LoopbackHub, what: str) -> None:
    changes = {
        "file": [(home.database, 0o400)],
        "folder": [(home.data, 0o500)],
        "both": [(home.database, 0o400), (home.data, 0o500)],
    }
    before = home.database.read_bytes()
    with _modes(*changes[what]):
        for words in COMMANDS:
            answer = _run(home, words, AS_ANYBODY)
            if what == "folder" and words is TODAY:
                assert answer.code == 0, answer  # to look needs no right to write beside the file
            else:
                _says(answer, "The data folder cannot be written", home.data)
                assert "COCKPIT_HOME" in answer.err
        if what == "both":
            _app_says(home, "cannot be written", before=AS_ANYBODY)
        assert home.database.read_bytes() == before
    _is_kept(home, hub)


def test_a_data_folder_that_cannot_be_made(tmp_path: Path, home: Home) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    for words in COMMANDS:
        answer = _run(replace(home, folder=locked / "deep"), words, AS_ANYBODY)
        _says(answer, "The data folder cannot be written", locked / "deep")
        assert "COCKPIT_HOME" in answer.err


def test_a_limit_on_files(home: Home, hub: LoopbackHub) -> None:
    before = home.database.read_bytes()
    assert _run(home, TODAY, WITH_SMALL_FILES).code == 0
    for words in (LOG, SYNC):
        answer = _run(home, words, WITH_SMALL_FILES)
        _says(answer, "The disk failed", home.database)
        assert "See whether the change is there" in answer.err
    assert home.database.read_bytes() == before
    _is_kept(home, hub)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here; a limit on files stands for it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(tmp_path: Path, home: Home, hub: LoopbackHub) -> None:
    with _small_disk(tmp_path / "small") as disk:
        full = home.copy(disk / "home")
        with (disk / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
        assert _run(full, TODAY).code == 0
        for words in (LOG, SYNC):
            answer = _run(full, words)
            _says(answer, "The disk is full", full.database)
            assert "Make room" in answer.err
        _app_says(full, "华锐")
        assert visits(full.database, MARK) == [f"{MARK}waits"]
        (disk / "filler").unlink()
        _is_kept(full, hub)


def _without_locks(home: Home, name: str) -> list[str]:
    """Run under a file system whose locks fail in the way of `name`."""
    paths = [home.database.with_name(f"default.db{side}") for side in ("", ".sync", ".probe", "-journal")]
    named = [part for path in paths for part in ("-P", str(path))]
    return [
        "strace",
        "-f",
        "-o",
        os.devnull,
        *named,
        "-e",
        "trace=fcntl,flock",
        "-e",
        f"inject=fcntl,flock:error={name}",
    ]


@pytest.mark.parametrize("name", ["ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks(home: Home, hub: LoopbackHub, name: str) -> None:
    need_strace()
    before = home.database.read_bytes()
    for words in COMMANDS:
        answer = _run(home, words, within=_without_locks(home, name))
        _says(answer, "The disk knows no locks", home.database)
        assert "COCKPIT_HOME" in answer.err
    _app_says(home, "knows no locks", within=_without_locks(home, name))
    assert home.database.read_bytes() == before
    _is_kept(home, hub)


def _overwritten(path: Path) -> None:
    path.write_bytes(b"this is a letter, no database. " * 400)


def _cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _cut_short(path: Path) -> None:
    os.truncate(path, 60)


def _holes(path: Path) -> None:
    """Every second page is zeros, as after a disk that lost blocks."""
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 8192):
        content[start : start + 4096] = bytes(4096)
    path.write_bytes(content)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("break_it", [_overwritten, _cut_in_half, _cut_short, _holes, _a_folder])
def test_a_broken_file_is_left_as_it_is(home: Home, hub: LoopbackHub, break_it: Callable[[Path], None]) -> None:
    kept = Path(shutil.copy(home.database, home.folder / "kept"))
    break_it(home.database)
    before = home.database.read_bytes() if home.database.is_file() else b""
    for words in COMMANDS:
        answer = _run(home, words)
        _says(answer, "The local file is damaged", home.database)
        assert "Move it away" in answer.err
    if break_it in (_overwritten, _a_folder):
        _app_says(home, "damaged")
    if home.database.is_dir():
        home.database.rmdir()
    else:
        assert home.database.read_bytes() == before
    kept.replace(home.database)
    _is_kept(home, hub)
