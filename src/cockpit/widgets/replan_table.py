"""One side of a proposal: the plan before, or the plan after with the sign of each change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.i18n import _, clock_time, weekday
from cockpit.services.snapshots import ReplanRow
from cockpit.services.words import activity_status, kind_name
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_SIGN_TONES: dict[str, Tone] = {"=": "muted", "+": "good", "~": "accent", ">": "warn", "x": "bad", "!": "bad"}
_OVER = ("held", "not_held", "cancelled", "moved")


def row_time(row: ReplanRow, today: datetime) -> str:
    """The time; the weekday before it on another day."""
    clock = clock_time(row.starts_at)
    return clock if row.starts_at.date() == today.date() else f"{weekday(row.starts_at.date())} {clock}"


def state_text(row: ReplanRow) -> str:
    """What is fixed about a row: done, cancelled or locked; empty for one that is only planned."""
    if row.status in _OVER:
        return activity_status(row.status)
    return _("locked") if row.is_locked else ""


def row_sign(row: ReplanRow, *, prefix: str) -> str:
    """What becomes of a row. On the side before, what was left unvisited is no news: it asks for an answer."""
    return "!" if prefix == "before" and row.sign == "+" else row.sign


def plan_rows(rows: Sequence[ReplanRow], today: datetime, *, prefix: str) -> tuple[Row, ...]:
    """Keys are `PREFIX:place`, because an activity to be made has no id yet."""
    return tuple(
        Row(
            f"{prefix}:{place}",
            (
                Cell(row_sign(row, prefix=prefix), _SIGN_TONES.get(row_sign(row, prefix=prefix), "")),
                row_time(row, today),
                row.account,
                row.tier,
                kind_name(row.kind),
                state_text(row),
                str(row.travel_minutes) if row.travel_minutes else "",
                str(row.score) if row.score else "",
            ),
            "muted" if row.status in _OVER or row.sign == "x" else "",
        )
        for place, row in enumerate(rows)
    )


class ReplanTable(Table):
    """Travel in minutes from the stop before; points of the planner."""

    def __init__(self, *, empty: str, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=empty, id=id)

    def show(self, title: str, rows: Sequence[ReplanRow], today: datetime, *, prefix: str) -> None:
        self.set_columns(
            (
                Column("", 1),
                Column(_("Time"), least=5, weight=3),
                Column(title, least=8, weight=4),
                Column("", 1),
                Column("", 5),
                Column("", least=6, shown_from=48),
                Column(_("Travel"), 6, "right", shown_from=56),
                Column(_("Points"), 6, "right", shown_from=56),
            )
        )
        self.set_rows(plan_rows(rows, today, prefix=prefix))
