"""What was done and what is planned with one account or deal, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, clock_time, long_day, short_day
from cockpit.services.snapshots import AgendaItem
from cockpit.services.words import activity_status, goal_result, kind_name
from cockpit.widgets.signs import SIGN_COLUMN, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_RESULT_TONES: dict[str, Tone] = {"reached": "good", "half": "warn", "missed": "bad"}


def outcome(item: AgendaItem) -> Cell:
    """The goal's result where there is one, else the status."""
    if item.status == "held" and item.goal_result:
        return Cell(goal_result(item.goal_result), _RESULT_TONES.get(item.goal_result, ""))
    tone: Tone = "accent" if item.status == "planned" else "warn" if item.status == "not_held" else ""
    return Cell(activity_status(item.status), tone)


def history_rows(planned: Sequence[AgendaItem], history: Sequence[AgendaItem]) -> tuple[Row, ...]:
    """Keys are activity ids; what is over is muted."""
    return tuple(
        Row(
            item.id,
            (
                write_sign(item.write_state),
                f"{short_day(item.starts_at.date())} {clock_time(item.starts_at)}",
                kind_name(item.kind),
                item.result or item.goal or item.subject,
                outcome(item),
            ),
            "" if item.status == "planned" else "muted",
        )
        for item in (*planned, *history)
    )


def item_detail(item: AgendaItem) -> str:
    """Two lines: when and what, then the goal in full, how it ended and what came of it."""
    head = f"{long_day(item.starts_at.date())} {clock_time(item.starts_at)}  {kind_name(item.kind)}  {item.account}"
    goal = item.goal or item.subject or _("no goal")
    return f"{head}\n{goal}  {outcome(item).text}  {item.result}".rstrip()


class History(Table):
    """Planned ones first, then what was done."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("Nothing done or planned yet. Press n to plan."), id=id)

    def show(self, planned: Sequence[AgendaItem], history: Sequence[AgendaItem]) -> None:
        self.set_columns(
            (
                SIGN_COLUMN,
                Column(_("Time"), weight=20),
                Column(_("Kind"), 5),
                Column(_("What came of it, or the goal"), least=8, weight=6),
                Column(_("Result"), weight=20),
            )
        )
        self.set_rows(history_rows(planned, history))
