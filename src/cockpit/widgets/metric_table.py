"""The metrics as a tree: value, target, changes, peers and trend of each."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.metric_words import change_words, kind_word, value_words
from cockpit.services.snapshots import MetricLine
from cockpit.widgets.sparkline import spark
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_TONES: dict[bool | None, Tone] = {True: "good", False: "bad", None: ""}


def tree_name(line: MetricLine) -> str:
    """The name behind as many strokes as it lies deep."""
    return f"{'-' * line.depth} {line.name}" if line.depth else line.name


def metric_rows(lines: Sequence[MetricLine], is_ascii: bool) -> tuple[Row, ...]:
    """Keys are metric ids. A target is green when it is reached, a change when it is for the better."""
    return tuple(_row(line, is_ascii) for line in lines)


def _row(line: MetricLine, is_ascii: bool) -> Row:
    def words(value: float | None, tone: Tone = "") -> Cell:
        return Cell(value_words(value, line.unit), tone if value is not None else "muted")

    best = Cell(_("equal"), "muted") if line.no_best else words(line.best)
    return Row(
        line.id,
        (
            Cell(tree_name(line), "strong" if not line.depth else ""),
            Cell(kind_word(line.kind), "muted"),
            words(line.value, _TONES[line.is_reached]),
            words(line.target),
            Cell(change_words(line.change, line.unit), _TONES[line.is_better]),
            Cell(change_words(line.change_year, line.unit), _TONES[line.is_better_year]),
            words(line.median),
            best,
            Cell(spark([None if one is None else round(one * 1000) for one in line.trend], is_ascii), "accent"),
        ),
        search=line.id,
    )


class MetricTable(Table):
    """Money in the currency that the facts name."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No metrics."), id=id)

    def show(self, lines: Sequence[MetricLine], *, is_ascii: bool) -> None:
        self.set_columns(
            (
                Column(_("Metric"), least=20),
                Column(_("Metric kind"), least=4, shown_from=104),
                Column(_("Now"), 0, "right", least=6),
                Column(_("Target"), 0, "right", least=6),
                Column(_("Previous"), 0, "right", least=6),
                Column(_("Last year"), 0, "right", least=6),
                Column(_("Peers"), 0, "right", least=5, shown_from=92),
                Column(_("Best"), 0, "right", least=5, shown_from=92),
                Column(_("Trend"), 8, "right", shown_from=104),
            )
        )
        self.set_rows(metric_rows(lines, is_ascii))
