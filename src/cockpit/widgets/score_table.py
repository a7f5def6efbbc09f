"""What a proposal changes in numbers: before, after, what it means; in a low window the same numbers in a line or two."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.snapshots import ScoreLine
from cockpit.widgets.lines import Part, folded
from cockpit.widgets.table import Cell, Column, Row, Table

_BLANK = "\N{NO-BREAK SPACE}"
"""Keeps a label and its numbers on one line."""
_TO = f"{_BLANK}->{_BLANK}"


def score_rows(lines: Sequence[ScoreLine]) -> tuple[Row, ...]:
    """A line that stays the same is muted."""
    return tuple(
        Row(
            f"score:{place}",
            (line.label, line.before, Cell(line.after, "strong" if line.after != line.before else ""), line.meaning),
            "muted" if line.after == line.before else "",
        )
        for place, line in enumerate(lines)
    )


def score_words(lines: Sequence[ScoreLine], width: int) -> list[list[Part]]:
    """`face visits 13 -> 15`, one after the other; what stays the same as one number."""
    parts: list[Part] = []
    for line in lines:
        is_same = line.before == line.after
        parts.append((line.label.replace(" ", _BLANK) + _BLANK, "muted"))
        parts.append((line.after if is_same else f"{line.before}{_TO}{line.after}", "muted" if is_same else "strong"))
        parts.append(("   ", ""))
    return folded(parts[:-1], width)


class ScoreTable(Table, can_focus=False):
    """Each line carries its own unit in its label."""

    DEFAULT_CSS = """
    ScoreTable > .table--cursor { background: $background; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty="", id=id)

    def show(self, lines: Sequence[ScoreLine]) -> None:
        self.set_columns(
            (
                Column(_("Score"), least=12, weight=3),
                Column(_("Before"), 0, "right", least=6, weight=3),
                Column(_("After"), 0, "right", least=6, weight=3),
                Column(_("Meaning"), least=12, weight=4),
            )
        )
        self.set_rows(score_rows(lines))

    def say_loading(self, text: str) -> None:
        """Nothing: the list above says so."""

    def say_failed(self, text: str) -> None:
        """Empty: the list above says why."""
        super().say_failed("")
