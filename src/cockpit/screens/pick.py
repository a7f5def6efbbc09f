"""A dialog with a line to type and a list that follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cockpit.domain.text import clean
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.widgets.footer import Footer, FooterKey
from cockpit.widgets.table import Column, Table

HEIGHT = 12
"""Lines of the list, where the screen has them."""


class Pick(ModalScreen["str | None"]):
    """Closes with the key of the row taken, None on Esc. Up and down move the list while typing goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+g", "leave", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
    ]

    def __init__(self, title: str, columns: Sequence[Column], empty: str, text: str = "") -> None:
        """`text` is what is typed already."""
        super().__init__()
        self._title, self._columns, self._empty, self._text = title, tuple(columns), empty, clean(text)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog pick"):
            yield Static(plain(self._title), classes="title")
            yield Input(self._text, id="text", select_on_focus=False)
            table = Table(self._columns, has_header=False, empty=self._empty, clicks=1, id="found")
            # Of one height, whatever is found: a list that grew and shrank would draw the screen anew with every letter.
            table.styles.height = max(min(HEIGHT, self.app.size.height - 11), 2)
            yield table
            yield Footer((FooterKey("take", "Enter", _("Take")), FooterKey("leave", "Esc", _("Leave"))))

    def on_mount(self) -> None:
        self.table.can_focus = False
        self.set_focus(self.query_one(Input))
        self.look_up(self._text.strip())

    @property
    def table(self) -> Table:
        return self.query_one("#found", Table)

    def look_up(self, text: str) -> None:
        """Fill the table for what is typed."""

    def on_input_changed(self, event: Input.Changed) -> None:
        self.look_up(event.value.strip())

    def on_input_submitted(self) -> None:
        self.action_take()

    def on_table_chosen(self, event: Table.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)

    async def on_footer_pressed(self, event: Footer.Pressed) -> None:
        event.stop()
        await self.run_action(event.command)

    def action_move(self, step: int) -> None:
        self.table.action_move(step)

    def action_page(self, step: int) -> None:
        self.table.action_page(step)

    def action_take(self) -> None:
        if self.table.cursor_key is not None:
            self.dismiss(self.table.cursor_key)

    def action_leave(self) -> None:
        self.dismiss(None)
