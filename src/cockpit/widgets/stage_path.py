"""The way of one deal through its stages: when it came into each, which is left, what each asks."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, short_day
from cockpit.services.snapshots import StageStep
from cockpit.widgets.table import Cell, Column, Row, Table


def path_rows(steps: Sequence[StageStep], days_in_stage: int | None) -> tuple[Row, ...]:
    """Keys are stage ids; `>` marks the stage the deal is in, with its days there; stages to come are muted."""
    return tuple(
        Row(
            step.id,
            (
                Cell(">" if step.is_current else "", "accent"),
                Cell(step.name, "strong" if step.is_current else ""),
                short_day(step.entered_at.date()) if step.entered_at else "",
                str(days_in_stage) if step.is_current and days_in_stage is not None else "",
                step.milestone,
            ),
            "" if step.entered_at or step.is_current else "muted",
        )
        for step in steps
    )


class StagePath(Table):
    """Days are those in the stage the deal is in."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("This deal is in no funnel."), id=id)

    def show(self, steps: Sequence[StageStep], days_in_stage: int | None) -> None:
        self.set_columns(
            (
                Column("", 1),
                Column(_("Stage"), least=8),
                Column(_("Since"), least=9),
                Column(_("Days"), 5, "right"),
                Column(_("Asked before leaving"), least=10, weight=2, shown_from=44),
            )
        )
        self.set_rows(path_rows(steps, days_in_stage))
