"""A dialog with a line to type and a list that follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cockpit.plain import plain
from cockpit.widgets.table import Column, Table


class Pick(ModalScreen["str | None"]):
    """Closes with the key of the row taken, None on Esc. Up and down move the list while typing goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]

    def __init__(self, title: str, columns: Sequence[Column], hint: str, empty: str) -> None:
        super().__init__()
        self._title, self._columns, self._hint, self._empty = title, tuple(columns), hint, empty

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog pick"):
            yield Static(plain(self._title), classes="title")
            yield Input(id="text")
            yield Table(self._columns, has_header=False, empty=self._empty, id="found")
            yield Static(plain(self._hint), classes="hint")

    def on_mount(self) -> None:
        self.table.can_focus = False
        self.query_one(Input).focus()
        self.look_up("")

    @property
    def table(self) -> Table:
        return self.query_one("#found", Table)

    def look_up(self, text: str) -> None:
        """Fill the table for what is typed."""

    def on_input_changed(self, event: Input.Changed) -> None:
        self.look_up(event.value.strip())

    def on_input_submitted(self) -> None:
        if self.table.cursor_key is not None:
            self.dismiss(self.table.cursor_key)

    def on_table_chosen(self, event: Table.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)

    def action_move(self, step: int) -> None:
        self.table.action_move(step)

    def action_leave(self) -> None:
        self.dismiss(None)
