"""The reps of a team with their part of its gap, the most uncovered first."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services import forecast_words
from cockpit.services.snapshots import GapRep
from cockpit.widgets.signs import money
from cockpit.widgets.table import Cell, Column, Row, Table, Tone


def rep_rows(reps: Sequence[GapRep]) -> tuple[Row, ...]:
    """Keys are the ids of the reps."""
    return tuple(_row(rep) for rep in reps)


def _row(rep: GapRep) -> Row:
    is_short: Tone = "bad" if rep.uncovered_minor else "good"
    return Row(
        rep.id,
        (
            rep.name,
            money(rep.target_minor),
            money(rep.actual_minor),
            money(rep.gap_minor, "strong"),
            money(rep.planned_minor, "accent"),
            money(rep.uncovered_minor, is_short),
            Cell(forecast_words.value_text(rep.forecast), "muted"),
        ),
        search=rep.name,
    )


class GapReps(Table):
    """Amounts in the currency of the header; Enter goes to the rep's own Gap."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nobody in this team yet"), id=id)

    def show(self, reps: Sequence[GapRep]) -> None:
        self.set_columns(
            (
                Column(_("Rep"), least=8, weight=3),
                Column(_("Target"), 7, "right"),
                Column(_("Actual"), 7, "right"),
                Column(_("Gap"), 7, "right"),
                Column(_("Planned"), 7, "right"),
                Column(_("Uncovered"), 9, "right"),
                Column(_("Forecast"), 0, "right", least=9, weight=2, shown_from=66),
            )
        )
        self.set_rows(rep_rows(reps))
