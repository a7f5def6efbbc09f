"""The bottom line: at most eight keys, those that matter here and now. A click presses the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from cockpit.plain import cells, plain
from cockpit.widgets.tones import tone_style

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
    Footer > .footer--label { color: $background; background: $accent; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"footer--label"}

    class Pressed(Message):
        """A command was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, keys: Sequence[FooterKey] = ()) -> None:
        super().__init__()
        self._keys = tuple(keys[:MOST])
        self._labels: Mapping[str, str] = {}

    def show(self, keys: Sequence[FooterKey]) -> None:
        new = tuple(keys[:MOST])
        if new != self._keys:
            self._keys = new
            self.refresh()

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands of the keys that are seen."""
        return tuple(key.command for _start, _end, key in self._spans() if key.command)

    def label_keys(self, labels: Mapping[str, str]) -> None:
        """Draw labels over the first cells of the keys of these commands; none for an empty mapping."""
        if labels != self._labels:
            self._labels = labels
            self.refresh()

    def press(self, command: str) -> None:
        """As if its key was clicked."""
        self.post_message(self.Pressed(command))

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
        on = tone_style(self, "accent", is_bold=True)
        off = tone_style(self, "muted")
        marked = str(self.get_component_rich_style("footer--label", partial=True))
        text = Text(end="", no_wrap=True)
        for start, _end, key in self._spans():
            text.append(" " * (start - text.cell_len))
            words = Text(end="")
            words.append_text(plain(key.key, on if key.is_on else off))
            words.append_text(plain(" " + key.label, "" if key.is_on else off))
            if label := self._labels.get(key.command):
                text.append_text(plain(label, marked))
                words = words[len(label) :]
            text.append_text(words)
        return text

    def on_click(self, event: events.Click) -> None:
        x = event.x - self.styles.padding.left
        for start, end, key in self._spans():
            if key.command and start <= x < end:
                self.press(key.command)
