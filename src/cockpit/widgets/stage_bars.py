"""The funnel: a bar for each stage with its number beside it; and open, won, lost and the win rate as figures."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, short_money
from cockpit.services.snapshots import PipelineSnapshot, StageLine
from cockpit.widgets.month_line import Figure
from cockpit.widgets.signs import money, percent
from cockpit.widgets.table import Cell, Column, Row, Table

BAR_CELLS = 14
_BLOCKS = {True: "#", False: "█"}


def bar(value: int, largest: int, *, is_ascii: bool) -> str:
    """A bar out of BAR_CELLS cells for `value` of `largest`; one cell at least for anything above zero."""
    if value <= 0 or largest <= 0:
        return ""
    return _BLOCKS[is_ascii] * max(1, round(value / largest * BAR_CELLS))


def stage_rows(stages: Sequence[StageLine], *, is_ascii: bool) -> tuple[Row, ...]:
    """Bars by money, by count where no stage has money. Conversion is the share that went on, with its n."""
    by_money = any(stage.amount_minor for stage in stages)
    values = [stage.amount_minor if by_money else stage.count for stage in stages]
    largest = max(values, default=0)
    return tuple(
        Row(
            f"stage:{stage.id}",
            (
                stage.name,
                str(stage.count),
                money(stage.amount_minor),
                Cell(bar(value, largest, is_ascii=is_ascii), "accent"),
                percent(stage.conversion),
                Cell(str(stage.conversion_n) if stage.conversion is not None else "", "muted"),
            ),
        )
        for stage, value in zip(stages, values)
    )


def result_figures(snapshot: PipelineSnapshot) -> tuple[Figure, ...]:
    """Open, won, lost and the win rate (won / (won + lost), by count) with its n."""
    opened = _with_money(snapshot.open_count, snapshot.open_amount_minor)
    if snapshot.open_without_amount:
        opened += " " + _("({count} unpriced)").format(count=snapshot.open_without_amount)
    won = _with_money(snapshot.won_count, snapshot.won_amount_minor)
    rate = f"{percent(snapshot.win_rate)} (n {snapshot.win_rate_n})"
    return (
        Figure(_("open"), opened, "pipeline.open", "strong"),
        Figure(_("won"), won, "pipeline.won", "good"),
        Figure(_("lost"), str(snapshot.lost_count), ""),
        Figure(_("win rate"), rate, "win_rate", "strong"),
    )


def _with_money(count: int, minor: int) -> str:
    return _("{count}, {money}").format(count=count, money=short_money(minor))


class StageBars(Table):
    """One stage a line; money in the currency of the header."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("No funnel here yet."), id=id)

    def show(self, snapshot: PipelineSnapshot, *, is_ascii: bool) -> None:
        self.set_columns(
            (
                Column(_("Stage"), least=9),
                Column(_("Deals"), 6, "right"),
                Column(snapshot.currency, 8, "right"),
                Column("", BAR_CELLS + 1, shown_from=57),
                Column(_("Goes on"), 8, "right"),
                Column("n", 5, "right"),
            )
        )
        self.set_rows(stage_rows(snapshot.stages, is_ascii=is_ascii))
