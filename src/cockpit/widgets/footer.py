"""The bottom line: at most eight keys, those that matter here and now. A click presses the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from cockpit.plain import cells, plain

MOST = 8


@dataclass(frozen=True, slots=True)
class FooterKey:
    """`command` is posted on a click; empty for a key of the view's own. A key that is off is drawn muted."""

    command: str
    key: str
    label: str
    is_on: bool = True


class Footer(Widget):
    DEFAULT_CSS = """
    Footer { height: 1; dock: bottom; background: $panel; padding: 0 1; }
    Footer > .footer--key { color: $text-accent; text-style: bold; }
    Footer > .footer--off { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"footer--key", "footer--off"}

    class Pressed(Message):
        """A key of the footer was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[FooterKey, ...] = ()

    def show(self, keys: Sequence[FooterKey]) -> None:
        new = tuple(keys[:MOST])
        if new != self._keys:
            self._keys = new
            self.refresh()

    def _spans(self) -> list[tuple[int, int, FooterKey]]:
        """(first cell, end cell, key) of what fits."""
        spans, start = [], 0
        for key in self._keys:
            end = start + cells(key.key) + 1 + cells(key.label)
            if end > self.size.width:
                break
            spans.append((start, end, key))
            start = end + 2
        return spans

    def render(self) -> Text:
        on = str(self.get_component_rich_style("footer--key", partial=True))
        off = str(self.get_component_rich_style("footer--off", partial=True))
        text = Text(end="", no_wrap=True)
        for start, _end, key in self._spans():
            text.append(" " * (start - text.cell_len))
            text.append_text(plain(key.key, on if key.is_on else off))
            text.append_text(plain(" " + key.label, "" if key.is_on else off))
        return text

    def on_click(self, event: events.Click) -> None:
        x = event.x - self.styles.padding.left
        for start, end, key in self._spans():
            if key.command and start <= x < end:
                self.post_message(self.Pressed(key.command))
