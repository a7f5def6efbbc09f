"""Lines: folded by cells, cut by cells, and drawn again only where they changed."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from cockpit.i18n import set_language
from cockpit.plain import cells
from cockpit.themes import THEMES, variable_defaults
from cockpit.widgets.lines import Line, Lines, folded
from tests.ui.screen_text import screen_text


def _texts(line: Line, width: int, indent: int = 0) -> list[str]:
    return ["".join(text for text, _tone in part) for part in folded(line, width, indent)]


@pytest.mark.parametrize(
    ("text", "width", "indent", "lines"),
    [
        ("short", 10, 0, ["short"]),
        ("two words here", 9, 0, ["two words", "here"]),
        ("one two three", 7, 2, ["one two", "  three"]),
        ("出门拜访客户，回来记录", 12, 0, ["出门拜访客", "户，回来记录"]),
        ("abcdefghij", 4, 0, ["abcd", "efgh", "ij"]),
        ("恒泰机械", 3, 0, ["恒", "泰", "机", "械"]),
        ("", 5, 0, [""]),
    ],
)
def test_a_line_folds_between_words_and_chinese_characters(
    text: str, width: int, indent: int, lines: list[str]
) -> None:
    assert [line.rstrip() for line in _texts([(text, "")], width, indent)] == lines


def test_tones_stay_with_their_words() -> None:
    lines = folded([("good ", "good"), ("bad", "bad")], 4)
    assert [[part for part in line if part[0].strip()] for line in lines] == [[("good", "good")], [("bad", "bad")]]


@pytest.mark.parametrize("width", range(1, 12))
def test_no_line_is_wider_than_it_may_be(width: int) -> None:
    text = "恒泰机械 visits，一个 verylongword 👨‍👩‍👧 e\u0301 end"
    for line in _texts([(text, "muted")], width):
        assert cells(line) <= max(width, 2) or len(line.strip()) == 1


class _Watched(Lines):
    """Remembers what it asked to be drawn again."""

    drawn: ClassVar[list[Region]] = []

    def refresh(self, *regions: Region, **kwargs: Any) -> Self:
        self.drawn.extend(regions)
        return super().refresh(*regions, **kwargs)


class _App(App[int]):
    CSS = "Lines { width: 20; height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield _Watched()


def _plain(*lines: str) -> list[Line]:
    return [[(line, "")] for line in lines]


async def test_what_does_not_fit_is_counted_and_hostile_text_is_only_text() -> None:
    set_language("en")
    async with _App().run_test(size=(30, 5)) as pilot:
        lines = pilot.app.query_one(Lines)
        lines.show(lambda _width: _plain("[red]a[/] \x1b[2J\nb", "x" * 50, "three"))
        await pilot.pause()
        first, second, third = screen_text(pilot.app).split("\n")[:3]
        assert first.startswith("[red]a[/]")
        assert "\x1b" not in first
        assert second == "x" * 19 + "~"
        assert third == "three"
        lines.show(lambda _width: _plain("1", "2", "3", "4", "5"))
        await pilot.pause()
        assert screen_text(pilot.app).split("\n")[:3] == ["1", "2", "3 more lines"]


async def test_only_the_cells_that_changed_are_drawn_again() -> None:
    async with _App().run_test(size=(30, 5)) as pilot:
        lines = pilot.app.query_one(Lines)
        lines.show(lambda _width: [[("same", ""), ("old", "")], [("same", "")], []])
        await pilot.pause()
        _Watched.drawn.clear()
        lines.show(lambda _width: [[("same", ""), ("newer", "")], [("same", "")], [("more", "")]])
        assert _Watched.drawn == [Region(4, 0, 5, 1), Region(0, 2, 4, 1)]


async def test_another_width_is_drawn_anew() -> None:
    async with _App().run_test(size=(30, 5)) as pilot:
        lines = pilot.app.query_one(Lines)
        lines.show(lambda width: _plain(f"{width} cells"))
        await pilot.pause()
        assert "20 cells" in screen_text(pilot.app)
        lines.styles.width = 12
        await pilot.pause()
        assert "12 cells" in screen_text(pilot.app)
