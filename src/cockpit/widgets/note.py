"""A few lines of words that can be focused and asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.widget import Widget

from cockpit.plain import plain
from cockpit.widgets.table import Tone
from cockpit.widgets.tones import tone_style

Part = tuple[str, Tone]
"""A stretch of words and what it means."""


class Note(Widget, can_focus=True):
    """Lines made of parts. `about` is what `?` explains."""

    DEFAULT_CSS = """
    Note { height: auto; }
    Note:focus { background: $cursor; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"note--{name}" for name in ("strong", "good", "warn", "bad", "accent", "muted")
    }

    def __init__(self, about: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.about = about
        self._lines: tuple[tuple[Part, ...], ...] = ()

    def show(self, lines: Sequence[Sequence[Part]]) -> None:
        new = tuple(tuple(line) for line in lines)
        if new != self._lines:
            self._lines = new
            self.refresh(layout=True)

    def render(self) -> Text:
        text = Text(end="")
        for number, line in enumerate(self._lines):
            if number:
                text.append("\n")
            for words, tone in line:
                style = tone_style(self, tone)
                text.append_text(plain(words, style))
        return text
