"""What the terminal can draw, asked of terminals that answer, lie and stay silent."""

from __future__ import annotations

import os
import pty
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.cli import terminal
from cockpit.cli.terminal import SIGN, Asking, ask_width, has_few_colours, has_few_signs, keep_width, kept_widths
from cockpit.colours import TERMINAL
from cockpit.locations import Locations, StartValues

QUESTION = b"\x1b[6n"
FRESH = ("TERM", "TERM_PROGRAM", "COLORTERM", "NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "LC_ALL", "LC_CTYPE")


class FakeTerminal:
    """The other end of a pseudo-terminal: notes what is written and answers the question with `answer`."""

    def __init__(self, answer: bytes | None) -> None:
        self.main, self.child = pty.openpty()
        self.seen = b""
        self._answer = answer
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                read = os.read(self.main, 1024)
            except OSError:
                return
            with self._changed:
                self.seen += read
                self._changed.notify_all()
            if QUESTION in self.seen and self._answer is not None:
                os.write(self.main, self._answer)
                self._answer = None

    def wait_for(self, text: bytes) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.seen, 5)

    def close(self) -> None:
        os.close(self.child)
        self._thread.join(5)
        os.close(self.main)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes | None], FakeTerminal]]:
    """Makes terminals in whose foreground this process stands."""
    made: list[FakeTerminal] = []
    monkeypatch.setattr(os, "tcgetpgrp", lambda _handle: os.getpgrp())

    def make(answer: bytes | None) -> FakeTerminal:
        made.append(FakeTerminal(answer))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("answer", "width"),
    [
        (b"\x1b[12;2R", 1),
        (b"\x1b[12;3R", 2),
        (b"\x1b[1;4R", 2),
        (b"typed\x1b[1;3R", 2),
        (b"\x1b[12;40R", None),
        (b"\x1b[R", None),
        (b"\xff\x00nonsense", None),
        (b"\x1b[99999999;99999999R", None),
        (None, None),
    ],
    ids=["one", "two", "bytes", "after keys", "far", "empty", "garbage", "huge", "silent"],
)
def test_the_answer_is_read(
    fake: Callable[[bytes | None], FakeTerminal], answer: bytes | None, width: int | None
) -> None:
    one = fake(answer)
    before = termios.tcgetattr(one.child)
    assert ask_width(one.child, one.child) == width
    assert termios.tcgetattr(one.child) == before


def test_the_line_is_left_empty(fake: Callable[[bytes | None], FakeTerminal]) -> None:
    one = fake(b"\x1b[5;2R")
    ask_width(one.child, one.child)
    os.write(one.child, b"end")
    one.wait_for(b"end")
    assert one.seen == f"\r{SIGN}\x1b[6n\r\x1b[Kend".encode()


def test_silence_costs_the_wait_and_no_more(fake: Callable[[bytes | None], FakeTerminal]) -> None:
    waits: list[float] = []
    one = fake(None)

    def select(
        source: list[int], _out: list[int], _err: list[int], limit: float
    ) -> tuple[list[int], list[int], list[int]]:
        waits.append(limit)
        return [], [], []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("select.select", select)
        assert ask_width(one.child, one.child) is None
    assert sum(waits) <= terminal.WAIT_S == 0.1


def test_a_pipe_is_asked_nothing() -> None:
    reading, writing = os.pipe()
    assert ask_width(reading, writing) is None
    os.set_blocking(reading, False)
    with pytest.raises(BlockingIOError):
        os.read(reading, 1)
    os.close(reading)
    os.close(writing)


def test_a_program_in_the_background_asks_nothing(
    fake: Callable[[bytes | None], FakeTerminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fake(b"\x1b[5;2R")
    monkeypatch.setattr(os, "tcgetpgrp", lambda _handle: os.getpgrp() + 1)
    assert ask_width(one.child, one.child) is None
    assert one.seen == b""


def _locations(folder: Path) -> Locations:
    return Locations(folder / "config", folder / "data", folder / "cache")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """A modern terminal; the widths it will answer, one for each time it is asked."""
    answers: list[int | None] = []
    for name in FRESH:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(terminal, "is_utf8", lambda: True)
    monkeypatch.setattr("sys.stdin.fileno", lambda: 0)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1)
    monkeypatch.setattr(terminal, "ask_width", lambda _source, _target: answers.pop(0))
    return answers


@pytest.mark.parametrize(("width", "frames"), [(1, "unicode"), (2, "ascii"), (None, "unicode")])
def test_a_kind_of_terminal_is_asked_once(
    tmp_path: Path, asked: list[int | None], monkeypatch: pytest.MonkeyPatch, width: int | None, frames: str
) -> None:
    asked.append(width)
    for _start in range(2):  # an answer more would be missing
        assert Asking(_locations(tmp_path), StartValues()).fitted().frames == frames
    monkeypatch.setenv("TERM_PROGRAM", "another")
    asked.append(2)
    assert Asking(_locations(tmp_path), StartValues()).fitted().frames == "ascii"
    assert asked == []


@pytest.mark.parametrize("frames", ["unicode", "ascii"])
def test_the_setting_wins_unasked(tmp_path: Path, asked: list[int | None], frames: str) -> None:
    assert Asking(_locations(tmp_path), StartValues(frames=frames)).fitted().frames == frames


@pytest.mark.parametrize("content", ["", "[]", '{"a": ', "\x00", '{"x": {"y": 1}}'])
def test_a_broken_cache_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    cache = tmp_path / "terminals.json"
    cache.write_text(content, "utf-8")
    assert set(kept_widths(cache).values()) <= {None}
    keep_width(cache, 2)
    assert 2 in kept_widths(cache).values()


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    keep_width(tmp_path / "file" / "terminals.json", 1)


@pytest.mark.parametrize(
    ("environment", "few_colours", "few_signs"),
    [
        ({"TERM": "linux"}, True, True),
        ({"TERM": "vt100"}, True, True),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False, False),
        ({"TERM": "tmux-256color"}, False, False),
        ({"TERM": "xterm-kitty"}, False, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, True, False),
    ],
)
def test_few_colours_take_the_terminals_own(
    tmp_path: Path,
    asked: list[int | None],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    few_colours: bool,
    few_signs: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    asked.append(1)
    assert (has_few_colours(), has_few_signs()) == (few_colours, few_signs)
    start = Asking(_locations(tmp_path), StartValues(theme="cockpit-light")).fitted()
    assert start.theme == (TERMINAL if few_colours else "cockpit-light")
    assert start.frames == ("ascii" if few_signs else "unicode")
