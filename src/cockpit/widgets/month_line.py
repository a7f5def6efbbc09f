"""The month in figures, each of which can be focused and asked about; as many a line as fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.widget import Widget

from cockpit.plain import cells, fit, plain
from cockpit.widgets.table import Tone
from cockpit.widgets.tones import tone_style

GAP = 2
MOST_PACKED = 2
"""More lines than this are set in columns."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`about` is the name that `?` explains; empty for a figure with nothing behind it."""

    label: str
    value: str
    about: str
    tone: Tone = ""

    @property
    def width(self) -> int:
        return cells(self.label) + 1 + cells(self.value)


class Figures(Widget, can_focus=True):
    """Labels and values in reading order. Left and right move among them, at first on one that `?` explains."""

    DEFAULT_CSS = """
    Figures { height: auto; }
    Figures > .figures--cursor { background: $cursor; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"figures--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._figures: tuple[Figure, ...] = ()
        self._place = 0
        self._is_set = False

    def show(self, figures: Sequence[Figure], *, is_set: bool = False) -> None:
        """`is_set`: in columns, however many lines they would take in one row after the other."""
        new = tuple(figures)
        if (new, is_set) != (self._figures, self._is_set):
            self._is_set = is_set
            about, self._figures = self.about, new
            explained = {figure.about: place for place, figure in reversed(list(enumerate(new))) if figure.about}
            self._place = explained.get(about or "", min(explained.values(), default=0))
            self.refresh(layout=True)

    @property
    def about(self) -> str | None:
        """What `?` explains for the focused figure."""
        return (self._figures[self._place].about or None) if self._figures else None

    def action_move(self, step: int) -> None:
        if self._figures:
            self._place = min(max(self._place + step, 0), len(self._figures) - 1)
            self.refresh()

    def _lines(self, width: int) -> list[list[tuple[int, int]]]:
        """Places of the figures line by line as (place, cells to take)."""
        if not self._figures:
            return []
        packed: list[list[tuple[int, int]]] = [[]]
        used = 0
        for place, figure in enumerate(self._figures):
            if used and used + figure.width > width:
                packed.append([])
                used = 0
            packed[-1].append((place, figure.width))
            used += figure.width + GAP
        if not self._in_columns(packed):
            return packed
        widest = max(figure.width for figure in self._figures)
        many = max((width + GAP) // (widest + GAP), 1)
        places = list(range(len(self._figures)))
        return [[(place, widest) for place in places[i : i + many]] for i in range(0, len(places), many)]

    def _in_columns(self, lines: list[list[tuple[int, int]]]) -> bool:
        return self._is_set or len(lines) > MOST_PACKED

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width)) if self._figures else 1

    def render(self) -> Text:
        text = Text(end="", no_wrap=True)
        lines = self._lines(self.size.width)
        is_set = self._in_columns(lines)
        label_size = max((cells(figure.label) for figure in self._figures if figure.value), default=0) if is_set else 0
        for number, line in enumerate(lines):
            if number:
                text.append("\n")
            for order, (place, size) in enumerate(line):
                figure = self._figures[place]
                cursor = self._cursor_style() if place == self._place and self.has_focus else Style.null()
                start = text.cell_len
                label = (
                    figure.label if len(figure.value) == 0 else fit(figure.label, max(label_size, cells(figure.label)))
                )
                text.append_text(plain(label + " ", tone_style(self, "muted") + cursor))
                text.append_text(plain(figure.value, tone_style(self, figure.tone) + cursor))
                if order + 1 < len(line):
                    text.append(" " * (size - (text.cell_len - start) + GAP))
        return text

    def _cursor_style(self) -> Style:
        return self.get_component_rich_style("figures--cursor", partial=True)

    def on_click(self, event: events.Click) -> None:
        lines = self._lines(self.size.width)
        if not 0 <= event.y < len(lines):
            return
        start = 0
        for place, size in lines[event.y]:
            if start <= event.x < start + size:
                self._place = place
                self.refresh()
            start += size + GAP

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
