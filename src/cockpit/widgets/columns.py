"""What a table is made of: columns, cells, rows, and how the columns share a width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.domain.text import clean_line
from cockpit.plain import cells

MEASURED = 300
"""The most rows looked at for the widths of columns, evenly spread: quick for a table of any length."""

Tone = Literal["", "muted", "good", "warn", "bad", "accent", "strong"]
"""What a cell means. Each tone is a component class of the table, so that themes colour it; a tone never stands alone."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in cells; 0 for what its text takes, and at least `least` cells. Where that is more than is left,
    the columns with little to say keep theirs and the others share the rest by `weight`.

    `shown_from` is the table width in cells from which the column is drawn, so that a narrow screen drops it. One click in
    a column that `is_button` chooses its row.
    """

    title: str
    width: int = 0
    align: Literal["left", "right"] = "left"
    weight: int = 1
    least: int = 4
    shown_from: int = 0
    is_button: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `key` is the row's lasting name (the id of what it shows). A heading spans all columns and is skipped
    by the cursor. `tone` colours the cells that have none of their own. `search` holds words that the filter finds
    besides those seen."""

    key: str
    cells: tuple[str | Cell, ...]
    tone: Tone = ""
    is_heading: bool = False
    search: str = ""


def text_of(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def row_text(row: Row) -> str:
    """All that is written in a row, and its further words to search by."""
    return " ".join([*map(text_of, row.cells), row.search])


def share(columns: Sequence[Column], rows: Sequence[Row], width: int) -> tuple[int, ...]:
    """Cells of each column, 0 for one that is not drawn; a space follows each."""
    shown = [column for column in columns if column.shown_from <= width]
    left = width - len(shown) - sum(column.width for column in shown)
    flexible = [place for place, column in enumerate(columns) if column in shown and not column.width]
    sizes = [column.width if column in shown else 0 for column in columns]
    wanted = {place: _text_width(columns[place], place, rows) for place in flexible}
    weights = sum(columns[place].weight for place in flexible)
    for place in sorted(flexible, key=lambda place: wanted[place] / columns[place].weight):
        column = columns[place]
        part = left * column.weight // weights
        sizes[place] = max(min(wanted[place], part), column.least)
        left, weights = left - sizes[place], weights - column.weight
    return tuple(sizes)


def _text_width(column: Column, place: int, rows: Sequence[Row]) -> int:
    """Cells of the longest text of a column, its title included."""
    widest = cells(column.title)
    for row in rows[:: len(rows) // MEASURED + 1]:
        if not row.is_heading and place < len(row.cells):
            widest = max(widest, cells(clean_line(text_of(row.cells[place]))))
    return widest
