"""The line of `/`: what is typed narrows a table at once. It lies over the place of the notices; nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.table import Table


class FilterLine(Input):
    """Enter keeps the filter, Esc clears it. A second `/`, Enter on nothing typed or on nothing found go on to
    `everywhere` with what was typed."""

    DEFAULT_CSS = "FilterLine { width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    def __init__(self, everywhere: Callable[[str], None]) -> None:
        super().__init__(placeholder=_("part of a row, or its pinyin initials"), compact=True)
        self._everywhere = everywhere
        self._table: Table | None = None
        self._is_ready = False

    @property
    def footer_keys(self) -> tuple[FooterKey, ...]:
        """The keys that matter while the line is open."""
        names = (("Enter", _("Keep")), ("Esc", _("Clear")), ("//", _("All accounts")))
        return tuple(FooterKey("", key, label) for key, label in names)

    @property
    def bar(self) -> Widget:
        return cast("Widget", self.parent)

    def begin(self, table: Table) -> None:
        """Narrow this table."""
        self._table, self._is_ready = table, False
        if self.is_mounted:
            self.on_mount()

    def on_mount(self) -> None:
        """At once, not with a message: the next key is for this line."""
        if self._table is None:
            return
        self.value = self._table.list.filter
        self.cursor_position = len(self.value)
        self.bar.display = True
        self.screen.set_focus(self)
        # Folding many rows takes longer than a key may; what is typed meanwhile is applied when it is done.
        self.run_worker(self._table.list.learn, thread=True, exit_on_error=False, exclusive=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        event.stop()
        if event.state is WorkerState.SUCCESS and self._table is not None:
            self._is_ready = True
            self._table.narrow(self.value)

    async def _on_key(self, event: events.Key) -> None:
        """What ends the line ends it at once: keys typed ahead are already waiting here, and go back to the app."""
        ends = {"enter": self._submit, "escape": self._leave, "ctrl+g": self._leave}
        if self._table is None:
            event.stop()
            event.prevent_default()
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key in ends or (event.character == "/" and not self.value):
            event.stop()
            event.prevent_default()
            ends.get(event.key, self._submit)()
        else:
            await super()._on_key(event)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._is_ready and self._table is not None:
            self._table.narrow(event.value)

    def _submit(self) -> None:
        if self._table is not None:
            self._table.narrow(self.value)
            is_of_use = bool(self.value.strip() and self._table.rows)
            self._close(None if is_of_use else self.value.strip())

    def _leave(self) -> None:
        if self._table is not None:
            self._table.narrow("")
        self._close(None)

    def on_blur(self) -> None:
        """The focus went back, or elsewhere by a click: what is filtered stays so."""
        self.bar.display = False
        self._table = None

    def action_move(self, step: int) -> None:
        if self._table is not None:
            self._table.action_move(step)

    def _close(self, wanted: str | None) -> None:
        """Back to the table; on to everywhere when something is wanted there, and then all rows again."""
        table, self._table = self._table, None
        if table is not None:
            if wanted is not None:
                table.narrow("")
            self.screen.set_focus(table)
        if wanted is not None:
            self._everywhere(wanted)


class FilterBar(Horizontal):
    """The line with its sign. Made once for a room and shown again: a new widget would draw the room anew."""

    DEFAULT_CSS = """
    FilterBar { dock: bottom; margin: 0 0 1 0; height: 1; layer: notice; padding: 0 1; background: $panel; display: none; }
    FilterBar Static { width: 2; color: $text-accent; }
    """

    def __init__(self, everywhere: Callable[[str], None]) -> None:
        super().__init__()
        self._line = FilterLine(everywhere)

    def compose(self) -> ComposeResult:
        yield Static(plain("/"))
        yield self._line

    def begin(self, table: Table) -> None:
        """Narrow this table."""
        self._line.begin(table)
