"""The lines of a table as strips of styled text, every text inert and measured in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.domain.text import clean_line
from cockpit.plain import cells, fit
from cockpit.widgets.columns import Cell, Column, Row, share, text_of


class Painter:
    """Draws lines of one table. `style_of` gives the style that a theme has for a name; the widths of the columns are
    kept until `measure` is told of other rows."""

    def __init__(self, columns: Sequence[Column], style_of: Callable[[str], Style]) -> None:
        self.columns = tuple(columns)
        self._style_of = style_of
        self._rows: Sequence[Row] = ()
        self._sizes: tuple[int, tuple[int, ...]] | None = None

    def measure(self, rows: Sequence[Row], columns: Sequence[Column] | None = None) -> None:
        """The columns share their width by these rows from now on."""
        self._rows, self._sizes = rows, None
        self.columns = self.columns if columns is None else tuple(columns)

    def widths(self, width: int) -> tuple[int, ...]:
        if self._sizes is None or self._sizes[0] != width:
            self._sizes = (width, share(self.columns, self._rows, width))
        return self._sizes[1]

    def is_button(self, x: int, width: int) -> bool:
        """Whether the column drawn at a cell is a button."""
        end = 0
        for column, size in zip(self.columns, self.widths(width)):
            end += size + bool(size)
            if x < end:
                return column.is_button
        return False

    def text(self, text: str, width: int, style: Style) -> Strip:
        return Strip([Segment(fit(clean_line(text), width), style)], width)

    def header(self, right: str, width: int, style: Style) -> Strip:
        """The columns' titles, with `right` over their end."""
        strip = self.cells([column.title for column in self.columns], width, style)
        size = min(cells(right), width)
        part = self.text(right, size, style + self._style_of("accent"))
        return Strip.join([strip.crop(0, width - size), part]) if size else strip

    def cells(self, row: Sequence[str | Cell], width: int, style: Style) -> Strip:
        segments: list[Segment] = []
        for column, size, cell in zip(self.columns, self.widths(width), row):
            if size:
                text = fit(clean_line(text_of(cell)), size, right=column.align == "right")
                own = style + self._style_of(cell.tone) if isinstance(cell, Cell) and cell.tone else style
                segments += (Segment(text, own), Segment(" ", style))
        # Neighbours of one style are sent as one: a row is a third as many bytes.
        return Strip(segments).adjust_cell_length(width, style).simplify()

    def labelled(self, strip: Strip, label: str) -> Strip:
        """A label over the first cells."""
        size = cells(label)
        return Strip.join([self.text(label, size, self._style_of("label")), strip.crop(size)])
