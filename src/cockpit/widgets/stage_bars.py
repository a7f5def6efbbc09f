"""The funnel: a bar for each stage with its numbers beside it; and open, won, lost and the win rate as figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events

from cockpit.i18n import _, short_money
from cockpit.plain import cells
from cockpit.services.snapshots import PipelineSnapshot, StageLine
from cockpit.services.stuck import stuck_by_stage
from cockpit.services.words import with_range
from cockpit.widgets.month_line import Figure
from cockpit.widgets.signs import money, percent
from cockpit.widgets.table import Cell, Column, Row, Table

LEAST_BAR, MOST_BAR = 8, 40
"""Cells of the longest bar, by the room there is."""
BESIDE = 44
"""Cells the other columns want."""
_SIGNS = {True: ("#", "="), False: ("█", "▒")}
"""What moves and what is stuck, by whether the terminal wants ASCII."""


def bar(value: int, stuck: int, largest: int, most: int, *, is_ascii: bool) -> str:
    """A bar out of `most` cells for `value` of `largest`, its end for the part that is stuck.

    One cell at least for anything above zero; what is stuck and what moves has one each where there are two.
    """
    if value <= 0 or largest <= 0:
        return ""
    size = max(1, round(value / largest * most))
    end = round(min(max(stuck, 0), value) / value * size)
    if 0 < stuck < value and size > 1:
        end = min(max(end, 1), size - 1)
    moving, standing = _SIGNS[is_ascii]
    return moving * (size - end) + standing * end


def stage_rows(
    stages: Sequence[StageLine], stuck: Mapping[str, tuple[int, int]], most: int, *, is_ascii: bool
) -> tuple[Row, ...]:
    """Bars by money, by count where no stage has money. `stuck`: count and money by stage id. Conversion is the share
    that went on, of how many that ever left the stage."""
    by_money = any(stage.amount_minor for stage in stages)
    largest = max((stage.amount_minor if by_money else stage.count for stage in stages), default=0)
    rows = []
    for stage in stages:
        count, minor = stuck.get(stage.id, (0, 0))
        value, part = (stage.amount_minor, minor) if by_money else (stage.count, count)
        went_on = _("{share} of {n}").format(share=percent(stage.conversion), n=stage.conversion_n)
        rows.append(
            Row(
                f"stage:{stage.id}",
                (
                    stage.name,
                    str(stage.count),
                    Cell(str(count), "warn" if count else "muted"),
                    money(stage.amount_minor),
                    Cell(bar(value, part, largest, most, is_ascii=is_ascii), "accent"),
                    Cell(went_on if stage.conversion is not None else "-", "" if stage.conversion_n else "muted"),
                ),
            )
        )
    return tuple(rows)


def result_figures(snapshot: PipelineSnapshot) -> tuple[Figure, ...]:
    """Open, won, lost and the win rate (won / (won + lost), by count) with its n."""
    opened = _with_money(snapshot.open_count, snapshot.open_amount_minor)
    if snapshot.open_without_amount:
        opened += " " + _("({count} unpriced)").format(count=snapshot.open_without_amount)
    won = _with_money(snapshot.won_count, snapshot.won_amount_minor)
    rate = f"{percent(snapshot.win_rate)} ({with_range(f'n {snapshot.win_rate_n}', snapshot.win_rate_range)})"
    return (
        Figure(_("open"), opened, "pipeline.open", "strong"),
        Figure(_("won"), won, "pipeline.won", "good"),
        Figure(_("lost"), str(snapshot.lost_count), "pipeline.lost"),
        Figure(_("win rate"), rate, "win_rate", "strong"),
    )


def _with_money(count: int, minor: int) -> str:
    return _("{count}, {money}").format(count=count, money=short_money(minor))


class StageBars(Table):
    """One stage a line; money in the currency of the header. The bars grow with the window."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No funnel here yet."), id=id)
        self._snapshot: PipelineSnapshot | None = None
        self._is_ascii = True

    def show(self, snapshot: PipelineSnapshot, *, is_ascii: bool) -> None:
        self._snapshot, self._is_ascii = snapshot, is_ascii
        moving, standing = _SIGNS[is_ascii]
        legend = _("{moving} moving {stuck} stuck").format(moving=moving, stuck=standing)
        deals, stuck = _("Deals"), _("Stuck")
        self.set_columns(
            (
                Column(_("Stage"), least=8),
                Column(deals, max(cells(deals), 3), "right"),
                Column(stuck, max(cells(stuck), 3), "right"),
                Column(snapshot.currency, 7, "right"),
                Column(legend, least=LEAST_BAR, weight=4, shown_from=57),
                Column(_("Goes on"), 11, "right"),
            )
        )
        self._draw_bars()

    def on_resize(self, _event: events.Resize) -> None:
        self._draw_bars()

    def _draw_bars(self) -> None:
        if self._snapshot is not None:
            room = min(max(self.size.width - BESIDE, LEAST_BAR), MOST_BAR)
            stuck = stuck_by_stage(self._snapshot)
            self.set_rows(stage_rows(self._snapshot.stages, stuck, room, is_ascii=self._is_ascii))
