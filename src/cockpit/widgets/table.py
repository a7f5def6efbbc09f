"""A table drawn line by line: any number of rows, keys kept across refreshes, every cell inert and measured in cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.i18n import _
from cockpit.widgets.columns import Cell, Column, Row, Tone, text_of
from cockpit.widgets.painting import Painter
from cockpit.widgets.row_list import RowList
from cockpit.widgets.tones import tone_style

__all__ = ["Cell", "Column", "Row", "Table", "Tone"]

FLASH_SECONDS = 1.0
"""How long a changed row keeps its tone."""

_STYLES = ("heading", "cursor", "changed", "label")
"""What stylesheets say by state: the others are tones."""


class Table(ScrollView, can_focus=True):
    """Rows under a fixed header line.

    `set_rows` keeps the cursor on the same key, redraws only when something changed and shows for a second which rows
    did. `say_loading`, `say_failed` and the `empty` text are the other three states. Posts `Moved` when the cursor comes
    to another row and `Chosen` on a double click; Enter is left to the app, which routes it to the screen's `do_open`.
    """

    DEFAULT_CSS = """
    Table { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    Table > .table--heading { color: $text-muted; }
    Table > .table--changed { background: $panel; }
    Table > .table--cursor { background: $cursor-quiet; }
    Table:focus > .table--cursor { background: $cursor; }
    Table > .table--label { color: $background; background: $accent; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{name}" for name in _STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row; `key` is None when there is none."""

        def __init__(self, table: Table, key: str | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> Table:
            return self.table

    class Chosen(Message):
        """A row was clicked as often as it takes to choose it."""

        def __init__(self, table: Table, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> Table:
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty: str = "",
        has_header: bool = True,
        clicks: int = 2,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`clicks` on a row choose it; one is enough in a column that is a button."""
        super().__init__(id=id, classes=classes)
        self._clicks = clicks
        self.list = RowList()
        self._paint = Painter(columns, self._style_of)
        self._empty = empty
        self._message: tuple[str, Tone] | None = ("", "muted")
        self._has_header = has_header
        self._changed: frozenset[str] = frozenset()
        self._labels: Mapping[int, str] = {}

    # -- content ---------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown."""
        return self.list.shown

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor, None when there is no row."""
        return self.list.key

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, for example after a change of language or period."""
        if tuple(columns) != self._paint.columns:
            self._paint.measure(self.list.all, columns)
            self.refresh()

    def set_rows(self, rows: Sequence[Row], *, empty: str | None = None) -> None:
        """Show these rows; the cursor stays on its key, or near its place when the key is gone."""
        self._empty = self._empty if empty is None else empty
        new, old = tuple(rows), self.list.all
        if new == old and (new or self._message == (self._empty, "muted")):
            return
        place, top = self.list.cursor, self.scroll_offset.y
        was_seen = not old or (place is not None and top <= place < top + self._visible)
        self._draw_list(lambda: self.list.put(new))
        if was_seen and top and place is not None and self.list.cursor is not None:
            self.scroll_to(y=top + self.list.cursor - place, animate=False)  # the row in focus keeps its line
        if was_seen:
            self.call_after_refresh(self._scroll_to_cursor)
        self._changed = self.list.differing(old, top, top + self._visible)
        if self._changed:
            self.set_timer(FLASH_SECONDS, self._calm)

    def narrow(self, text: str) -> None:
        """Show only the rows in which `text` is found; all of them for an empty text."""
        if text != self.list.filter:
            self._draw_list(lambda: self.list.narrow(text))
            self.call_after_refresh(self._scroll_to_cursor)

    def say_loading(self, text: str) -> None:
        """Say that rows are on their way; rows already shown stay."""
        if not self.list.all:
            self._resize_content((text, "muted"))

    def say_failed(self, text: str) -> None:
        """Say that loading failed and which key tries again, in place of the rows."""
        self.list.put(())
        self._resize_content((text, "bad"))

    def focus_key(self, key: str) -> bool:
        """Put the cursor on a key; False when no such row is shown."""
        place = self.list.place_of(key)
        self.move_to(place)
        return place is not None

    def _draw_list(self, change: Callable[[], None]) -> None:
        """Change the list, then say what it shows now."""
        old_key = self.cursor_key
        change()
        self._paint.measure(self.list.all)
        nothing = _("Nothing here fits the filter.") if self.list.all else self._empty
        self._resize_content(None if self.list.shown else (nothing, "muted"))
        if self.cursor_key != old_key:
            self.post_message(self.Moved(self, self.cursor_key))

    def _resize_content(self, message: tuple[str, Tone] | None) -> None:
        """As long as the rows, or the message in their place."""
        self._message = message
        lines = len(self._message[0].split("\n")) if self._message else len(self.rows)
        self.virtual_size = Size(0, lines + self._has_header)
        self.refresh()

    def _calm(self) -> None:
        """Draw the rows that changed as the others again."""
        changed, self._changed = self._changed, frozenset()
        self._refresh_rows(place for place in self.visible_places if self.rows[place].key in changed)

    # -- movement --------------------------------------------------------------------------------------------------

    @property
    def _visible(self) -> int:
        """How many rows there is room for."""
        return max(self.size.height - self._has_header, 0)

    @property
    def visible_places(self) -> list[int]:
        """The places of the rows seen that the cursor can go to."""
        top = self.scroll_offset.y
        places = range(top, min(top + self._visible, len(self.rows)))
        return [place for place in places if not self.rows[place].is_heading]

    def action_move(self, step: int) -> None:
        self.move_to(self.list.step(step))

    def action_page(self, step: int) -> None:
        self.move_to(self.list.near((self.list.cursor or 0) + step * max(self._visible - 1, 1)))

    def action_edge(self, end: int) -> None:
        self.move_to(self.list.near(len(self.rows) if end else 0))

    def move_to(self, place: int | None) -> None:
        """Put the cursor on the row at a place; None leaves it where it is."""
        old = self.list.cursor
        if place is not None and old != place:
            self.list.cursor = place
            self._refresh_rows(row for row in (old, place) if row is not None)
            self._scroll_to_cursor()
            self.post_message(self.Moved(self, self.cursor_key))

    def label_rows(self, labels: Mapping[int, str]) -> None:
        """Draw labels over the first cells of the rows at these places; none for an empty mapping."""
        before, self._labels = self._labels, labels
        self._refresh_rows({*before, *labels})

    def _refresh_rows(self, places: Iterable[int]) -> None:
        shift = self._has_header - self.scroll_offset.y
        self.refresh(*(Region(0, place + shift, self.size.width, 1) for place in places))

    def _scroll_to_cursor(self) -> None:
        place = self.list.cursor
        if place is None:
            return
        first, visible = self.scroll_offset.y, self._visible
        if place < first or place <= 1:
            self.scroll_to(y=place if place > 1 else 0, animate=False)
        elif visible > 0 and place >= first + visible:
            self.scroll_to(y=place - visible + 1, animate=False)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        place = at.y + self.scroll_offset.y - self._has_header if at is not None else -1
        if at is None or at.y < self._has_header or not 0 <= place < len(self.rows) or self.rows[place].is_heading:
            return
        self.move_to(place)
        if event.chain == self._clicks or self._paint.is_button(at.x, self.size.width):
            self.post_message(self.Chosen(self, self.rows[place].key))

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        if self.list.cursor is not None:
            self._refresh_rows([self.list.cursor])

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, base, paint = self.size.width, self.rich_style, self._paint
        if self._has_header and y == 0:
            return paint.header(self.list.words, width, base + tone_style(self, "muted", is_bold=True))
        place = y - self._has_header + (0 if self._message else self.scroll_offset.y)
        if self._message is not None:
            lines = self._message[0].split("\n")
            style = base + self._style_of(self._message[1])
            return paint.text(lines[place] if place < len(lines) else "", width, style)
        if place >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[place]
        style = base + self._style_of(row.tone)
        if row.is_heading:
            return paint.text(" ".join(map(text_of, row.cells)), width, style + self._style_of("heading"))
        if place == self.list.cursor:
            style += self._style_of("cursor")
        elif row.key in self._changed:
            style += self._style_of("changed")
        strip = paint.cells(row.cells, width, style)
        return paint.labelled(strip, self._labels[place]) if place in self._labels else strip

    def _style_of(self, name: str) -> Style:
        if name in _STYLES:
            return self.get_component_rich_style(f"table--{name}", partial=True)
        return tone_style(self, name)
