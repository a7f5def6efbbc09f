"""What was done and what is planned with one account or deal, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cockpit.i18n import _, clock_time, long_day, short_moment
from cockpit.services.card_words import past_day
from cockpit.services.snapshots import AgendaItem
from cockpit.services.words import activity_status, goal_result, kind_name, write_state
from cockpit.widgets.detail import Fact
from cockpit.widgets.signs import SIGN_COLUMN, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_RESULT_TONES: dict[str, Tone] = {"reached": "good", "half": "warn", "missed": "bad"}


def outcome(item: AgendaItem) -> Cell:
    """That it may be there twice; the goal's result where there is one, else the status."""
    if item.is_double:
        return Cell(_("double?"), "warn")
    if item.status == "held" and item.goal_result:
        return Cell(goal_result(item.goal_result), _RESULT_TONES.get(item.goal_result, ""))
    tone: Tone = "accent" if item.status == "planned" else "warn" if item.status == "not_held" else ""
    return Cell(activity_status(item.status), tone)


def history_rows(
    planned: Sequence[AgendaItem], history: Sequence[AgendaItem], today: date, total: int
) -> tuple[Row, ...]:
    """Keys are activity ids; what is over is muted. `total` are the activities that are over, shown or not."""
    rows = [_row(item, short_moment(item.starts_at)) for item in planned]
    if planned:
        rows.insert(0, Row("planned", (_("Planned {count}").format(count=len(planned)),), is_heading=True))
    if history and (planned or total > len(history)):
        words = _("Done {count}") if total <= len(history) else _("Done {count}, the newest {shown} shown")
        heading = words.format(count=f"{max(total, len(history)):,}", shown=f"{len(history):,}")
        rows.append(Row("done", (heading,), is_heading=True))
    rows += (_row(item, past_day(item.starts_at.date(), today)) for item in history)
    return tuple(rows)


def _row(item: AgendaItem, when: str) -> Row:
    is_planned = item.status == "planned"
    return Row(
        item.id,
        (
            write_sign(item.write_state),
            when,
            kind_name(item.kind),
            item.result or item.goal or item.subject,
            outcome(item),
        ),
        "" if is_planned else "muted",
    )


def item_facts(item: AgendaItem) -> list[Fact]:
    """What it was for, how it ended, what came of it; and where its newest change is."""
    ended = outcome(item)
    goal = item.goal or item.subject
    facts = [Fact(_("goal"), goal or _("no goal"), "" if goal else "muted"), Fact(_("ended"), ended.text, ended.tone)]
    if item.result:
        facts.append(Fact(_("result"), item.result))
    if item.stage:
        facts.append(Fact(_("stage"), item.stage))
    if item.is_double:
        facts.append(Fact(_("double?"), double_words(), "warn"))
    if item.write_state != "done":
        facts.append(Fact(_("sync"), write_state(item.write_state), write_sign(item.write_state).tone))
    return facts


def double_words() -> str:
    """What makes it one, and both ways out."""
    return _("another visit here begins within 30 minutes; drop one, or give each a goal of its own")


def item_title(item: AgendaItem) -> str:
    """When and what, in full."""
    return f"{long_day(item.starts_at.date())} {clock_time(item.starts_at)}  {kind_name(item.kind)}  {item.account}"


class History(Table):
    """Planned ones first, then what was done."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nothing done or planned yet. Press n to plan."), id=id)

    def show(
        self, planned: Sequence[AgendaItem], history: Sequence[AgendaItem], today: date, *, total: int = 0
    ) -> None:
        self.set_columns(
            (
                SIGN_COLUMN,
                Column(_("Day"), weight=20),
                Column(_("Kind"), 5),
                Column(_("What came of it, or the goal"), least=8, weight=6),
                Column(_("Result"), weight=20),
            )
        )
        self.set_rows(history_rows(planned, history, today, total))
