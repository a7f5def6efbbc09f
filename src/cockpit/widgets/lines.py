"""Lines of words in a fixed area. Only the cells that changed are sent again, and nothing else moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from cockpit.domain.text import clean
from cockpit.i18n import _
from cockpit.plain import cells, fit
from cockpit.widgets.columns import Tone
from cockpit.widgets.tones import tone_style

Part = tuple[str, Tone]
"""A stretch of words and what it means."""

Line = Sequence[Part]
Draw = Callable[[int], Sequence[Line]]
"""The lines for a width in cells."""

TONES: tuple[Tone, ...] = ("muted", "good", "warn", "bad", "accent", "strong")

_TOKEN = re.compile(r"\s+|[⺀-￿][，。；：、）」！？]*|[^\s⺀-￿]+")
"""What a line may be broken between: words, and any two Chinese characters, but not before a stop."""


def folded(line: Line, width: int, indent: int = 0) -> list[list[Part]]:
    """`line` as several of at most `width` cells; all but the first begin with `indent` blanks."""
    lines: list[list[Part]] = [[]]
    used = 0
    for text, tone in line:
        for token in _TOKEN.findall(text):
            size = cells(token)
            if used + size > width and used > indent:
                if token.isspace():
                    continue
                lines.append([(" " * indent, "")] if indent else [])
                used = indent
            while used + size > width and width > indent:  # a word longer than the line
                head = _head(token, width - used)
                lines[-1].append((head, tone))
                lines.append([(" " * indent, "")] if indent else [])
                token, used = token[len(head) :], indent
                size = cells(token)
            lines[-1].append((token, tone))
            used += size
    return lines


def _head(token: str, width: int) -> str:
    """The first characters of a word that fit, at least one."""
    end = 1
    while end < len(token) and cells(token[: end + 1]) <= width:
        end += 1
    return token[:end]


class Lines(Widget):
    """What `show` was given, redrawn for each width. What does not fit in height is counted in the last line. With
    `height: auto` it is as high as its lines, and every `show` is a new layout: for what is shown once."""

    DEFAULT_CSS = """
    Lines { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._draw: Draw = lambda _width: ()
        self._lines: tuple[tuple[Part, ...], ...] = ()

    def show(self, draw: Draw) -> None:
        """Show these lines from now on."""
        self._draw = draw
        if self.styles.is_auto_height:
            self._lines = self._made()
            self.refresh(layout=True)
            return
        old, self._lines = self._lines, self._made()
        width = self.size.width
        for y in range(max(len(old), len(self._lines))):
            before, after = (lines[y] if y < len(lines) else () for lines in (old, self._lines))
            if before != after:
                first, last = _span(before, after)
                self.refresh(Region(first, y, max(min(last, width) - first, 1), 1))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._draw(width))

    def on_resize(self, event: events.Resize) -> None:
        self._lines = self._made()
        self.refresh()

    def _made(self) -> tuple[tuple[Part, ...], ...]:
        width, height = self.size
        if not width or not height:
            return ()
        lines = [tuple((_on_one_line(text), tone) for text, tone in line) for line in self._draw(width)]
        if len(lines) > height:
            rest = len(lines) - height + 1
            lines = [*lines[: height - 1], ((_("{count} more lines").format(count=rest), "muted"),)]
        return tuple(lines)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        segments: list[Segment] = []
        left = width
        for text, tone in self._lines[y]:
            shown = text if cells(text) <= left else fit(text, left)
            left -= cells(shown)
            style = base + tone_style(self, tone)
            segments.append(Segment(shown, style))
        return Strip(segments).adjust_cell_length(width, base).simplify()


def _on_one_line(text: str) -> str:
    """Inert, with its blanks kept: they are what aligns."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _span(before: tuple[Part, ...], after: tuple[Part, ...]) -> tuple[int, int]:
    """The cells in which two lines may differ."""
    first = 0
    for one, other in zip(before, after):
        if one != other:
            break
        first += cells(one[0])
    return first, max(sum(cells(text) for text, _tone in line) for line in (before, after))
