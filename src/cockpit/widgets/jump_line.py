"""Jump mode: a letter on every row that is seen and on every key of the footer; typed, it goes there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

from rich.text import Text
from textual import events
from textual.widget import Widget

from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.widgets.footer import Footer
from cockpit.widgets.table import Table

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The letters of labels, those under the fingers first."""


def labels(count: int) -> list[str]:
    """That many labels of one length, so that none is the start of another."""
    size = 1 if count <= len(LETTERS) else 2
    return ["".join(letters) for _n, letters in zip(range(count), product(LETTERS, repeat=size))]


class JumpLine(Widget, can_focus=True):
    """Holds the focus while the labels are shown, and says in the place of the notices what to type. Any other key
    than a label's letters ends it. Made once for a room and shown again."""

    DEFAULT_CSS = """
    JumpLine { dock: bottom; margin: 0 0 1 0; height: 1; layer: notice; background: $panel; padding: 0 1;
        display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._tables: tuple[Table, ...] = ()
        self._footer: Footer | None = None
        self._back: Widget | None = None
        self._typed = ""
        self._goals: dict[str, Callable[[], None]] = {}

    def begin(self, tables: Sequence[Table], footer: Footer) -> None:
        """Label the rows of these tables and the keys of the footer."""
        self._tables, self._footer = tuple(tables), footer
        self._back = footer.screen.focused
        self._label(footer)
        if self.is_mounted:
            self.on_mount()

    def _label(self, footer: Footer) -> None:
        self._typed = ""
        tables = self._tables
        places = [(table, place) for table in tables for place in table.visible_places]
        found = labels(len(places) + len(footer.commands))
        keys = dict(zip(found[len(places) :], footer.commands))
        self._goals = {label: self._to_row(*goal) for label, goal in zip(found, places)}
        self._goals |= {label: partial(footer.press, command) for label, command in keys.items()}
        for table in tables:
            table.label_rows({place: label for label, (other, place) in zip(found, places) if other is table})
        footer.label_keys({command: label for label, command in keys.items()})

    def on_mount(self) -> None:
        """At once, not with a message: the next key is for this line."""
        self.display = True
        self.screen.set_focus(self)

    def on_resize(self) -> None:
        """Other rows are seen now."""
        if self.has_focus and self._footer is not None:
            self.call_after_refresh(self._label, self._footer)

    def render(self) -> Text:
        return plain(_("Type the letters of a row or a key. Any other key leaves."))

    def _to_row(self, table: Table, place: int) -> Callable[[], None]:
        def go() -> None:
            table.focus()
            table.move_to(place)

        return go

    def on_key(self, event: events.Key) -> None:
        """Letters add up to a label; whatever cannot become one leaves."""
        event.stop()
        event.prevent_default()
        if not self.has_focus:  # typed ahead
            self.app.post_message(events.Key(event.key, event.character))
            return
        self._typed += event.character or event.key
        goal = self._goals.get(self._typed)
        if goal is None and any(label.startswith(self._typed) for label in self._goals):
            return
        self.screen.set_focus(self._back)
        if goal is not None:
            goal()

    def on_blur(self) -> None:
        """Also when a click took the focus elsewhere."""
        for table in self._tables:
            table.label_rows({})
        if self._footer is not None:
            self._footer.label_keys({})
        self.display = False
