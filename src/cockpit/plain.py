"""The second wall: the only way text from outside becomes something a screen shows.

A `str` given to a widget is parsed as markup; `plain` gives a Text without markup, cleaned once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from cockpit.domain.text import clean

if TYPE_CHECKING:
    from rich.style import Style
    from rich.text import Text


def plain(text: object, style: str | Style = "") -> Text:
    """`text` as inert rich Text."""
    from rich.text import Text  # the command line measures cells alone

    return Text(clean(str(text)), style=style, no_wrap=False, end="")


def cells(text: str) -> int:
    """Width in terminal cells."""
    return cell_len(text)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` cut or padded to exactly `width` cells; `~` marks a cut. `right` aligns to the right."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, max(width - 1, 0)) + "~" if width else ""
    return " " * (width - size) + text if right else text + " " * (width - size)
