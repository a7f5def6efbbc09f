"""A table drawn line by line: any number of rows, keys kept across refreshes, every cell inert and measured in cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.domain.text import clean_line
from cockpit.plain import cells, fit

MEASURED = 300
"""The most rows looked at for the widths of columns, evenly spread: quick for a table of any length."""

Tone = Literal["", "muted", "good", "warn", "bad", "accent", "strong"]
"""What a cell means. Each tone is a component class of the table, so that themes colour it; a tone never stands alone."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in cells; 0 for what its text takes, and at least `least` cells. Where that is more than is left,
    the columns with little to say keep theirs and the others share the rest by `weight`.

    `shown_from` is the table width in cells from which the column is drawn, so that a narrow screen drops it.
    """

    title: str
    width: int = 0
    align: Literal["left", "right"] = "left"
    weight: int = 1
    least: int = 4
    shown_from: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `key` is the row's lasting name (the id of what it shows). A heading spans all columns and is skipped
    by the cursor. `tone` colours the cells that have none of their own."""

    key: str
    cells: tuple[str | Cell, ...]
    tone: Tone = ""
    is_heading: bool = False


class Table(ScrollView, can_focus=True):
    """Rows under a fixed header line.

    `set_rows` keeps the cursor on the same key and redraws only when something changed. `say_loading`, `say_failed` and
    the `empty` text are the other three states. Posts `Moved` when the cursor comes to another row and `Chosen` on a
    double click; Enter is left to the app, which routes it to the screen's `do_open`.
    """

    DEFAULT_CSS = """
    Table { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    Table > .table--header { color: $text-muted; text-style: bold; }
    Table > .table--heading { color: $text-muted; }
    Table > .table--message { color: $text-muted; }
    Table > .table--cursor { background: $cursor-quiet; }
    Table:focus > .table--cursor { background: $cursor; }
    Table > .table--muted { color: $text-muted; }
    Table > .table--good { color: $text-success; }
    Table > .table--warn { color: $text-warning; }
    Table > .table--bad { color: $text-error; }
    Table > .table--accent { color: $text-accent; }
    Table > .table--strong { text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"table--{name}"
        for name in ("header", "heading", "message", "cursor", "muted", "good", "warn", "bad", "accent", "strong")
    }
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
        """A row was double clicked."""

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
        id: str | None = None,  # noqa: A002  Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._empty = empty
        self._message: tuple[str, Tone] | None = ("", "muted")
        self._has_header = has_header
        self._cursor: int | None = None
        self._sizes_cache: tuple[int, tuple[int, ...]] | None = None

    # -- content ---------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor, None when there is no row."""
        return None if self._cursor is None else self._rows[self._cursor].key

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, for example after a change of language or period."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._sizes_cache = None
            self.refresh()

    def set_rows(self, rows: Sequence[Row], *, empty: str | None = None) -> None:
        """Show these rows; the cursor stays on its key, or near its place when the key is gone."""
        if empty is not None:
            self._empty = empty
        new = tuple(rows)
        message: tuple[str, Tone] | None = None if new else (self._empty, "muted")
        if new == self._rows and message == self._message:
            return
        old_key, old_place = self.cursor_key, self._cursor or 0
        self._rows, self._message, self._sizes_cache = new, message, None
        self._cursor = self._place_of(old_key, old_place)
        self._resize_content()
        if self.cursor_key != old_key:
            self.post_message(self.Moved(self, self.cursor_key))

    def say_loading(self, text: str) -> None:
        """Say that rows are on their way; rows already shown stay."""
        if not self._rows:
            self._say(text, "muted")

    def say_failed(self, text: str) -> None:
        """Say that loading failed and which key tries again, in place of the rows."""
        self._rows, self._cursor = (), None
        self._say(text, "bad")

    def focus_key(self, key: str) -> bool:
        """Put the cursor on a key; False when no such row is shown."""
        place = next((i for i, row in enumerate(self._rows) if row.key == key and not row.is_heading), None)
        if place is not None:
            self._move_to(place)
        return place is not None

    def _say(self, text: str, tone: Tone) -> None:
        if self._message != (text, tone):
            self._message = (text, tone)
            self._resize_content()

    def _place_of(self, key: str | None, near: int) -> int | None:
        places = [i for i, row in enumerate(self._rows) if not row.is_heading]
        if not places:
            return None
        return next((i for i in places if self._rows[i].key == key), min(places, key=lambda i: abs(i - near)))

    def _resize_content(self) -> None:
        lines = len(self._message[0].split("\n")) if self._message else len(self._rows)
        self.virtual_size = Size(0, lines + self._has_header)
        self.refresh()
        if self._cursor is not None:
            self.call_after_refresh(self._scroll_to_cursor)

    # -- movement --------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        place = (self._cursor if self._cursor is not None else -1) + step
        while 0 <= place < len(self._rows) and self._rows[place].is_heading:
            place += step
        if 0 <= place < len(self._rows):
            self._move_to(place)

    def action_page(self, step: int) -> None:
        page = max(self.size.height - self._has_header - 1, 1)
        wanted = (self._cursor or 0) + step * page
        place = self._place_of(None, min(max(wanted, 0), len(self._rows) - 1))
        if place is not None:
            self._move_to(place)

    def action_edge(self, end: int) -> None:
        place = self._place_of(None, len(self._rows) if end else 0)
        if place is not None:
            self._move_to(place)

    def _move_to(self, place: int) -> None:
        old, self._cursor = self._cursor, place
        if old == place:
            return
        for changed in (old, place):
            if changed is not None:
                self._refresh_row(changed)
        self._scroll_to_cursor()
        self.post_message(self.Moved(self, self.cursor_key))

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place - self.scroll_offset.y + self._has_header, self.size.width, 1))

    def _scroll_to_cursor(self) -> None:
        if self._cursor is None:
            return
        first, visible = self.scroll_offset.y, self.size.height - self._has_header
        if self._cursor < first or self._cursor <= 1:
            self.scroll_to(y=self._cursor if self._cursor > 1 else 0, animate=False)
        elif visible > 0 and self._cursor >= first + visible:
            self.scroll_to(y=self._cursor - visible + 1, animate=False)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y - self._has_header
        if event.y < self._has_header or not 0 <= place < len(self._rows) or self._rows[place].is_heading:
            return
        self._move_to(place)
        if event.chain == 2:
            self.post_message(self.Chosen(self, self._rows[place].key))

    def on_focus(self) -> None:
        if self._cursor is not None:
            self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        if self._cursor is not None:
            self._refresh_row(self._cursor)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        if self._has_header and y == 0:
            titles = tuple(Cell(column.title) for column in self._columns)
            return self._draw(titles, width, base + self.get_component_rich_style("table--header", partial=True))
        place = y - self._has_header + (0 if self._message else self.scroll_offset.y)
        if self._message is not None:
            lines = self._message[0].split("\n")
            style = base + self._tone_style(self._message[1])
            return Strip([Segment(fit(clean_line(lines[place]) if place < len(lines) else "", width), style)], width)
        if place >= len(self._rows):
            return Strip.blank(width, base)
        row = self._rows[place]
        style = base + self._tone_style(row.tone)
        if row.is_heading:
            style += self.get_component_rich_style("table--heading", partial=True)
            text = " ".join(cell.text if isinstance(cell, Cell) else cell for cell in row.cells)
            return Strip([Segment(fit(clean_line(text), width), style)], width)
        if place == self._cursor:
            style += self.get_component_rich_style("table--cursor", partial=True)
        return self._draw(row.cells, width, style)

    def _draw(self, row: tuple[str | Cell, ...], width: int, style: Style) -> Strip:
        segments: list[Segment] = []
        for column, size, cell in zip(self._columns, self._widths(width), row):
            if not size:
                continue
            text, tone = (cell.text, cell.tone) if isinstance(cell, Cell) else (cell, "")
            right = column.align == "right"
            segments.append(Segment(fit(clean_line(text), size, right=right), style + self._tone_style(tone)))
            segments.append(Segment(" ", style))
        return Strip(segments).adjust_cell_length(width, style)

    def _tone_style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"table--{tone}", partial=True) if tone else Style.null()

    def _widths(self, width: int) -> tuple[int, ...]:
        """Cells of each column, 0 for one that is not drawn; a space follows each."""
        if self._sizes_cache and self._sizes_cache[0] == width:
            return self._sizes_cache[1]
        shown = [column for column in self._columns if column.shown_from <= width]
        left = width - len(shown) - sum(column.width for column in shown)
        flexible = [place for place, column in enumerate(self._columns) if column in shown and not column.width]
        sizes = [column.width if column in shown else 0 for column in self._columns]
        wanted = {place: self._text_width(place) for place in flexible}
        weights = sum(self._columns[place].weight for place in flexible)
        for place in sorted(flexible, key=lambda place: wanted[place] / self._columns[place].weight):
            column = self._columns[place]
            share = left * column.weight // weights
            sizes[place] = max(min(wanted[place], share), column.least)
            left, weights = left - sizes[place], weights - column.weight
        self._sizes_cache = (width, tuple(sizes))
        return self._sizes_cache[1]

    def _text_width(self, place: int) -> int:
        """Cells of the longest text of a column, its title included."""
        widest = cells(self._columns[place].title)
        for row in self._rows[:: len(self._rows) // MEASURED + 1]:
            if not row.is_heading and place < len(row.cells):
                cell = row.cells[place]
                widest = max(widest, cells(clean_line(cell.text if isinstance(cell, Cell) else cell)))
        return widest
