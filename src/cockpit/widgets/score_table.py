"""What a proposal changes in numbers: before, after, what it means."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.snapshots import ScoreLine
from cockpit.widgets.table import Cell, Column, Row, Table


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


class ScoreTable(Table):
    """Each line carries its own unit in its label."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty="", id=id)

    def show(self, lines: Sequence[ScoreLine]) -> None:
        self.set_columns(
            (
                Column(_("Score"), least=12, weight=3),
                Column(_("Before"), 8, "right"),
                Column(_("After"), 8, "right"),
                Column(_("Meaning"), least=12, weight=4),
            )
        )
        self.set_rows(score_rows(lines))
