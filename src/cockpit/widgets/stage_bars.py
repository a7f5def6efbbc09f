"""The funnel: a bar for each stage with its number beside it, then open, won, lost and the win rate."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.snapshots import PipelineSnapshot, StageLine
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


def result_rows(snapshot: PipelineSnapshot) -> tuple[Row, ...]:
    """Open, won, lost and the win rate (won / (won + lost), by count); keys are the names `?` knows."""
    unpriced = snapshot.open_without_amount
    note = _("{count} unpriced").format(count=unpriced)
    rate = Cell(percent(snapshot.win_rate), "strong")
    others = ", ".join(currency for currency, _amount in snapshot.other_currencies)
    won_note = _("not added: {currencies}").format(currencies=others) if others else ""
    return (
        Row(
            "pipeline.open",
            (
                Cell(_("Open"), "strong"),
                Cell(str(snapshot.open_count), "strong"),
                money(snapshot.open_amount_minor, "strong"),
                Cell(note if unpriced else "", "muted"),
                "",
                "",
            ),
        ),
        Row(
            "pipeline.won",
            (_("Won"), str(snapshot.won_count), money(snapshot.won_amount_minor, "good"), Cell(won_note, "muted")),
        ),
        Row("pipeline.lost", (_("Lost"), str(snapshot.lost_count), Cell("")), "muted"),
        Row("win_rate", (_("Win rate"), "", "", "", rate, Cell(str(snapshot.win_rate_n), "muted"))),
    )


class StageBars(Table):
    """Stages and results in one table, so that each number can be asked about."""

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
        self.set_rows((*stage_rows(snapshot.stages, is_ascii=is_ascii), *result_rows(snapshot)))
