"""The focused deal of a list: one fact a line in a pane, two columns where it is wide, running text in a few lines."""

from __future__ import annotations

from datetime import datetime

from cockpit.plain import cells
from cockpit.services.snapshots import DealBrief, DealLine
from cockpit.widgets.deal_facts import deal_figures, deal_troubles
from cockpit.widgets.deal_states import KeyOf
from cockpit.widgets.detail import columns, running
from cockpit.widgets.lines import Lines, Part

PANE = 6
"""Lines from which facts have lines of their own."""
TWO = 90
"""Cells from which there are two columns."""
BETWEEN = 3


class DealDetail(Lines):
    """What `show_deal` was given, by the room there is."""

    def show_deal(self, deal: DealLine | None, brief: DealBrief | None, as_of: datetime, key_of: KeyOf) -> None:
        if deal is None:
            self.show(lambda _width: ())
        else:
            self.show(lambda width: detail_lines(deal, brief, as_of, key_of, (width, self.size.height)))


def detail_lines(
    deal: DealLine, brief: DealBrief | None, as_of: datetime, key_of: KeyOf, size: tuple[int, int]
) -> list[list[Part]]:
    """`size` in cells and lines."""
    width, height = size
    troubles, figures = deal_troubles(deal, as_of, key_of), deal_figures(deal, brief)
    if height < PANE:
        return running(deal.name, [*troubles, *figures], width, height)
    if width < TWO:
        return columns(deal.name, [*troubles, *figures], width)
    half = (width - BETWEEN) // 2
    return side_by_side(columns(deal.name, troubles, half), columns("", figures, half)[1:], half + BETWEEN)


def side_by_side(left: list[list[Part]], right: list[list[Part]], start: int) -> list[list[Part]]:
    """Two columns of lines, the second from the cell `start` on."""
    lines: list[list[Part]] = []
    for place in range(max(len(left), len(right))):
        line = list(left[place]) if place < len(left) else []
        if place < len(right):
            used = sum(cells(text) for text, _tone in line)
            line = [*line, (" " * max(start - used, 0), ""), *right[place]]
        lines.append(line)
    return lines
