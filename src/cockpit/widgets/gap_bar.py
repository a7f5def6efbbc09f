"""The gap as one bar: actual, planned, uncovered, and the mark where the target is."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget

from cockpit.i18n import _, short_money
from cockpit.plain import cells, plain
from cockpit.widgets.tones import tone_style

BAR_SIGNS = {True: ("#", "=", ".", "|"), False: ("█", "▒", "░", "┃")}
"""Actual, planned, uncovered and the mark of the target; by whether the terminal wants ASCII."""


@dataclass(frozen=True, slots=True)
class BarCells:
    """How many cells each part takes; their sum is the bar's width. `mark` is the target's cell, None without one."""

    actual: int
    planned: int
    uncovered: int
    rest: int
    mark: int | None


def bar_cells(target: int | None, actual: int, planned: int, width: int) -> BarCells:
    """Share `width` cells between the parts of one bar.

    The scale runs to the larger of the target and actual + planned. Each border is rounded once, so the parts
    never overlap. Amounts are minor units; below zero counts as zero.
    """
    actual, planned, goal = max(actual, 0), max(planned, 0), max(target or 0, 0)
    scale = max(goal, actual + planned)
    if scale == 0 or width <= 0:
        return BarCells(0, 0, 0, max(width, 0), None)
    first = round(actual / scale * width)
    second = round((actual + planned) / scale * width)
    third = max(second, round(goal / scale * width))
    mark = None if target is None else min(max(round(goal / scale * width) - 1, 0), width - 1)
    return BarCells(first, second - first, third - second, width - third, mark)


@dataclass(frozen=True, slots=True)
class GapFigures:
    """What the bar shows, in minor units. `target` and `uncovered` are None without a target."""

    target: int | None
    actual: int
    planned: int
    uncovered: int | None


class GapBar(Widget):
    """One line of bar and one line of legend; every part has its own sign and its number beside it."""

    DEFAULT_CSS = """
    GapBar { height: 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._figures: GapFigures | None = None
        self._is_ascii = True

    def show(self, figures: GapFigures, *, is_ascii: bool) -> None:
        self._figures, self._is_ascii = figures, is_ascii
        self.refresh()

    def render(self) -> Text:
        figures = self._figures
        if figures is None:
            return plain("")
        if figures.target is None and figures.actual + figures.planned <= 0:
            return plain(_("No target is set."))
        styles = [tone_style(self, tone) for tone in ("good", "accent", "bad", "strong")]
        signs = BAR_SIGNS[self._is_ascii]
        parts = bar_cells(figures.target, figures.actual, figures.planned, self.size.width)
        line = Text(no_wrap=True, end="")
        counts = (parts.actual, parts.planned, parts.uncovered)
        for sign, count, style in zip(signs, counts, styles):
            line.append(sign * count, style)
        line.append(" " * parts.rest)
        if parts.mark is not None:
            before, after = line[: parts.mark], line[parts.mark + 1 :]
            line = Text.assemble(before, (signs[3], styles[3]), after, no_wrap=True, end="")
        legend = Text(no_wrap=True, end="")
        for sign, style, words in zip(signs, styles, self._legend(figures)):
            if words and cells(legend.plain) + cells(words) + 5 <= self.size.width:
                legend.append("   " if legend.plain else "")
                legend.append(sign, style)
                legend.append(f" {words}")
        return Text.assemble(line, "\n", legend, no_wrap=True, end="")

    @staticmethod
    def _legend(figures: GapFigures) -> tuple[str, str, str, str]:
        return (
            _("actual {money}").format(money=short_money(figures.actual)),
            _("planned {money}").format(money=short_money(figures.planned)),
            _("uncovered {money}").format(money=short_money(figures.uncovered)) if figures.uncovered else "",
            _("target {money}").format(money=short_money(figures.target)) if figures.target is not None else "",
        )
