"""The shape of a funnel in three tables: stages against the others, what came and left, why deals were lost."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.funnel_words import days_text, move_name, share_text
from cockpit.services.snapshots import FunnelSnapshot, FunnelStage, ReasonLine
from cockpit.widgets.signs import money
from cockpit.widgets.table import Cell, Column, Row, Table


def stage_rows(stages: Sequence[FunnelStage]) -> tuple[Row, ...]:
    """A figure that stands out beyond chance is marked; the others' are muted."""
    return tuple(
        Row(
            f"shape:{stage.id}",
            (
                stage.name,
                Cell(str(stage.open), "warn" if stage.shape else ""),
                Cell("-" if stage.others_open is None else f"{stage.others_open:.1f}", "muted"),
                Cell(share_text(stage.conversion), "bad" if stage.is_narrow else ""),
                Cell(share_text(stage.others_conversion), "muted"),
                Cell(days_text(stage.stay), "warn" if stage.is_slow else ""),
                Cell(days_text(stage.others_stay), "muted"),
            ),
        )
        for stage in stages
    )


class ShapeTable(Table):
    """One stage a line; ranges hold 80 %."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No funnel here yet."), id=id)

    def show(self, snapshot: FunnelSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Stage"), least=8),
                Column(_("In stage"), 8, "right"),
                Column(_("Others"), 7, "right"),
                Column(_("Goes on"), 0, least=18),
                Column(_("Others"), 0, least=18),
                Column(_("Days"), 0, least=16, shown_from=90),
                Column(_("Others"), 0, least=16, shown_from=90),
            )
        )
        self.set_rows(stage_rows(snapshot.stages))


class FlowTable(Table):
    """From what was open to what is open now, by what happened between."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty="", id=id)

    def show(self, snapshot: FunnelSnapshot) -> None:
        title = _("Flow this month") if snapshot.period_kind else _("Flow")
        self.set_columns(
            (Column(title, least=12), Column(_("Deals"), 6, "right"), Column(snapshot.currency, 8, "right"))
        )
        first = (_("open at the start"), str(snapshot.opening_count), money(snapshot.opening_minor))
        last = (_("open now"), str(snapshot.closing_count), money(snapshot.closing_minor))
        self.set_rows(
            (
                Row("flow.opening", first, "strong"),
                *(
                    Row(f"flow.{move.kind}", (move_name(move.kind), f"{move.count:+d}", money(move.minor)))
                    for move in snapshot.flow
                ),
                Row("flow.closing", last, "strong"),
            )
        )


class ReasonTable(Table):
    """Deals lost, by the reason given and by the stage they were lost from; deals won, by the reason given."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No deal was won or lost."), id=id)

    def show(self, snapshot: FunnelSnapshot) -> None:
        self.set_columns(
            (Column(_("Lost for"), least=12), Column(_("Deals"), 6, "right"), Column(snapshot.currency, 8, "right"))
        )
        self.set_rows(
            (
                *_reason_rows(snapshot.lost_for, _("no reason given")),
                *((Row("from", (_("Lost from"),), "muted", is_heading=True),) if snapshot.lost_from else ()),
                *_reason_rows(snapshot.lost_from, _("stage not known")),
                *((Row("won", (_("Won for"),), "muted", is_heading=True),) if snapshot.won_for else ()),
                *_reason_rows(snapshot.won_for, _("no reason given")),
            )
        )


def _reason_rows(lines: Sequence[ReasonLine], nameless: str) -> list[Row]:
    return [Row(line.about, (line.name or nameless, str(line.count), money(line.minor))) for line in lines]
