"""The rooms views live in: a header, the view, a line for notices, a footer. The main room keeps its views side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.widgets.footer import Footer, FooterKey
from cockpit.widgets.header import Header
from cockpit.widgets.notice import NoticeLine
from cockpit.widgets.table import Table

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.services.snapshots import Badge, PersonRef

LEAST_WIDTH, LEAST_HEIGHT = 40, 12
WIDE, BROAD, TALL, FLOOR = 120, 160, 32, 24
"""Columns from which a view has two panes (class `-wide`, else `-narrow`) and three (`-broad` besides), and lines from
which it has headings and space (`-tall`, else `-low`) and below which it leaves out what can be (`-tiny` besides)."""


class Room(Screen[None]):
    """One view in its frame. The app refreshes header and footer; the view does the rest."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._first = view
        self._current = view
        self._was_seen = False

    def compose(self) -> ComposeResult:
        self.update_classes(size_classes(self.app.size), update=False)  # so that nothing is styled twice
        yield Header()
        with Container(id="body"):
            yield self._first
        yield NoticeLine()
        yield Footer()
        yield Static(plain(""), id="more-room")

    @property
    def view(self) -> View:
        """The view that is seen."""
        return self._current

    @property
    def notice(self) -> NoticeLine:
        return self.query_one(NoticeLine)

    def on_resize(self, event: events.Resize) -> None:
        """A terminal too small to say anything useful asks for room and keeps everything as it was."""
        self.update_classes(size_classes(event.size))
        is_small = event.size.width < LEAST_WIDTH or event.size.height < LEAST_HEIGHT
        words = _("Needs {width}x{height}, has {now}. Make the window larger.").format(
            width=LEAST_WIDTH, height=LEAST_HEIGHT, now=f"{event.size.width}x{event.size.height}"
        )
        small = self.query_one("#more-room", Static)
        small.update(plain(words))
        small.set_class(is_small, "-shown")

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        event.refresh_styles = self._was_seen  # mounting has just styled everything
        self._was_seen = True
        self.call_later(self.view.shell.show_status)
        self.call_later(self.show_keys)
        if self.view.is_mounted and self.view.is_stale:
            self.view.load()

    def on_descendant_focus(self) -> None:
        self.call_later(self.show_keys)

    def on_table_moved(self, _event: Table.Moved) -> None:
        self.show_keys()

    def on_table_chosen(self, _event: Table.Chosen) -> None:
        self.view.shell.run_command("open")

    def on_footer_pressed(self, event: Footer.Pressed) -> None:
        self.view.shell.run_command(event.command)

    def show_status(self, person: PersonRef | None, as_of: datetime | None, badge: Badge | None) -> None:
        for header in self.query(Header):  # none while the room comes or goes
            header.show(self.view.title(), person, as_of, badge, self.view.age_words())

    def show_keys(self) -> None:
        """The footer for what is focused now."""
        keymap = self.view.shell.keymap
        items: list[FooterKey] = []
        for name in getattr(self.focused, "footer_keys", None) or self.view.footer():
            if isinstance(name, FooterKey):
                items.append(name)
                continue
            command = keymap.command(name)
            label = self.view.label_of(command)
            items.append(FooterKey(name, keymap.text_of(name), label, self.view.why_not(name) is None))
        for footer in self.query(Footer):
            footer.show(items)


def size_classes(size: Size) -> dict[str, bool]:
    """Which of the classes that stylesheets tell sizes apart by hold."""
    width, height = size
    return {
        "-narrow": width < WIDE,
        "-wide": width >= WIDE,
        "-broad": width >= BROAD,
        "-low": height < TALL,
        "-tall": height >= TALL,
        "-tiny": height < FLOOR,
    }


class MainRoom(Room):
    """The main views, each made when first asked for and kept with its cursor and scroll."""

    def __init__(self, name: str, view: View, *unseen: Widget) -> None:
        """`unseen` are widgets that work beside the views and show nothing."""
        super().__init__(view)
        self._unseen = unseen
        self._views = {name: view}
        self.shown = name

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield from self._unseen

    def has(self, name: str) -> bool:
        return name in self._views

    async def switch(self, name: str, view: View | None = None) -> None:
        """Show another main view; `view` is mounted when it is new."""
        if view is not None and name not in self._views:
            self._views[name] = view
            await self.query_one("#body", Container).mount(view)
        for other, held in self._views.items():
            held.display = other == name
        self.shown, self._current = name, self._views[name]
        self._current.focus_first()
        if self._current.is_stale and self._current.is_mounted:
            self._current.load()
        self.show_keys()

    def mark_stale(self) -> None:
        """Rows changed: what is not seen loads again when it is."""
        for view in self._views.values():
            view.is_stale = True
