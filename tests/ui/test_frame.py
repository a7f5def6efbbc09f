"""Only what differs is sent, and the terminal shows the same as if all was."""

from __future__ import annotations

from io import StringIO

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from cockpit.widgets.frame import Changes, Frame

WIDTH, HEIGHT = 24, 3
STYLES = (Style(), Style(color="red"), Style(bgcolor="blue", bold=True))


def console() -> Console:
    return Console(file=StringIO(), force_terminal=True, color_system="truecolor", width=WIDTH, height=HEIGHT)


def line(parts: list[tuple[str, int]]) -> Strip:
    strip = Strip([Segment(text, STYLES[style]) for text, style in parts])
    return strip.adjust_cell_length(WIDTH, STYLES[0])


def whole(*lines: list[tuple[str, int]]) -> LayoutUpdate:
    return LayoutUpdate([[line(parts)] for parts in lines], Region(0, 0, WIDTH, len(lines)))


def looks(screen: pyte.Screen) -> list[tuple[object, ...]]:
    return [
        tuple((screen.buffer[y][x].data, screen.buffer[y][x].fg, screen.buffer[y][x].bg) for x in range(WIDTH))
        for y in range(HEIGHT)
    ]


def test_the_same_again_sends_nothing_and_one_sign_sends_one_sign() -> None:
    frame, terminal = Frame(), console()
    first = [[("hello there", 0)], [("恒泰机械 66k", 1)], [("", 0)]]
    assert "hello there" in frame.changes(whole(*first), terminal)
    assert frame.changes(whole(*first), terminal) == ""
    assert frame.changes(whole([("hellO there", 0)], *first[1:]), terminal) == "\x1b[1;5HO"
    assert "恒态机" not in (sent := frame.changes(whole([("hellO there", 0)], [("恒态机械 66k", 1)], []), terminal))
    assert sent.startswith("\x1b[2;3H"), "a wide sign begins at its first cell"
    assert "态" in sent


def test_a_style_alone_is_a_difference_and_far_parts_are_sent_apart() -> None:
    frame, terminal = Frame(), console()
    frame.changes(whole([("abcdefghijklmnopqrst", 0)]), terminal)
    sent = frame.changes(whole([("abc", 1), ("defghijklmnopqr", 0), ("st", 1)]), terminal)
    assert sent.count("H") == 2
    assert "defgh" not in sent


def test_after_forget_and_after_another_size_all_is_sent() -> None:
    frame, terminal = Frame(), console()
    update = whole([("abc", 0)])
    frame.changes(update, terminal)
    frame.forget()
    assert "abc" in frame.changes(update, terminal)
    terminal.size = (WIDTH + 4, HEIGHT)
    assert "abc" in frame.changes(update, terminal)


def test_a_part_with_pictures_is_sent_whole_and_what_follows_them_is_put_in_its_place() -> None:
    frame, terminal = Frame(), console()
    frame.changes(whole([("a 👨‍👩‍👧 b", 0), ("tail", 1)]), terminal)
    sent = frame.changes(whole([("a 👨‍👩‍👧 b", 0), ("tall", 1)]), terminal)
    assert "\x1b[1;3H  \x1b[1;3H👨‍👩‍👧\x1b[1;5H b" in sent
    assert "tall" in sent


def test_nothing_is_taken_as_sent_before_it_is() -> None:
    frame, terminal = Frame(), console()
    update = whole([("abc", 0)])
    Changes(update, frame)
    assert "abc" in Changes(update, frame).render_segments(terminal)


def test_parts_of_lines_are_compared_too() -> None:
    frame, terminal = Frame(), console()
    frame.changes(whole([("left", 0), (" " * 6, 0), ("right", 0)]), terminal)
    chops = [{0: line([("left", 0)]).crop(0, 10), 10: line([("night", 0)]).crop(0, 14)}]
    assert frame.changes(ChopsUpdate(chops, [(0, 0, WIDTH)], [[10, WIDTH]]), terminal) == "\x1b[1;11Hn"


SIGNS = st.sampled_from(["a", "b", " ", "恒", "泰", "界", "xyz", "é"])
PARTS = st.lists(st.tuples(SIGNS, st.integers(0, 2)), max_size=16)
WHOLE = st.tuples(PARTS, PARTS, PARTS).map(lambda lines: whole(*lines))


@st.composite
def partial(draw: st.DrawFn) -> ChopsUpdate:
    y, x = draw(st.integers(0, HEIGHT - 1)), draw(st.integers(0, WIDTH - 2))
    end = draw(st.integers(x + 1, WIDTH))
    strip = line(draw(PARTS)).crop(0, end - x)
    chops: list[dict[int, Strip | None]] = [{} for _line in range(HEIGHT)]
    chops[y] = {x: strip}
    ends: list[list[int]] = [[] for _line in range(HEIGHT)]
    ends[y] = [end]
    return ChopsUpdate(chops, [(y, x, end)], ends)


@settings(max_examples=200)
@given(st.lists(WHOLE | partial(), min_size=1, max_size=6))
def test_a_terminal_shows_what_it_would_show_if_all_was_sent(updates: list[LayoutUpdate | ChopsUpdate]) -> None:
    frame, terminal = Frame(), console()
    lean, full = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    for update in (*updates, updates[0] if isinstance(updates[0], LayoutUpdate) else whole([], [], [])):
        pyte.Stream(lean).feed(frame.changes(update, terminal))
        pyte.Stream(full).feed(update.render_segments(terminal))
    assert looks(lean) == looks(full), [repr(update) for update in updates]
