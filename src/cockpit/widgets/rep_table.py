"""The reps of a team: result, visits, main problem, and their sum."""

from __future__ import annotations

from datetime import datetime

from cockpit.i18n import _, clock_time, short_day, spoken
from cockpit.services.snapshots import TeamRep, TeamSnapshot
from cockpit.services.words import card_state
from cockpit.widgets.signs import meter, money, percent
from cockpit.widgets.sparkline import spark
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

METER_WIDTH = 8
STATE_TONES: dict[str, Tone] = {"found": "bad", "relapsed": "bad", "planned": "accent", "doing": "accent"}
"""Of a problem: bad while nothing is planned against it."""
NUDGE_TONES: dict[str, Tone] = {
    "acted": "accent",
    "moved": "good",
    "not_moved": "bad",
    "help": "warn",
    "not_fair": "warn",
}


def rep_name(rep: TeamRep) -> str:
    """The name the reader's language would use first."""
    return spoken(rep.name, rep.alias)


def log_age(rep: TeamRep, as_of: datetime) -> str:
    """When this rep last logged: the time today, else the day; how old the figures are."""
    if rep.last_log_at is None:
        return "-"
    return clock_time(rep.last_log_at) if rep.last_log_at.date() == as_of.date() else short_day(rep.last_log_at.date())


def share_of(rep: TeamRep) -> float | None:
    """Actual of target; None without a target."""
    return rep.actual_minor / rep.target_minor if rep.target_minor else None


def visits_text(rep: TeamRep) -> str:
    """`11+2/15`: held, planned, limit."""
    text = f"{rep.visits_done}+{rep.visits_planned}"
    return text if rep.visits_limit is None else f"{text}/{rep.visits_limit}"


def weeks_text(rep: TeamRep, is_ascii: bool) -> str:
    """Visits held in each of the last weeks as a word of bars, and the last one as a number."""
    held = [week.held for week in rep.trend]
    return f"{spark(held, is_ascii)} {held[-1]}" if held else ""


def _meter_tone(rep: TeamRep) -> Tone:
    if rep.target_minor and rep.actual_minor >= rep.target_minor:
        return "good"
    return "warn" if rep.behind_minor else "accent"


def _cells(rep: TeamRep, name: str, is_ascii: bool) -> tuple[str | Cell, ...]:
    share = share_of(rep)
    return (
        name,
        money(rep.target_minor),
        money(rep.actual_minor),
        Cell(meter(share, METER_WIDTH, is_ascii), _meter_tone(rep)),
        percent(share),
        money(rep.gap_minor),
        money(rep.behind_minor, "warn") if rep.behind_minor else Cell("-", "muted"),
        money(rep.forecast.value_minor),
        visits_text(rep),
        Cell(str(rep.visits_uncovered), "bad" if rep.visits_uncovered else "good"),
        Cell(weeks_text(rep, is_ascii), "accent"),
    )


def _problem_cells(rep: TeamRep) -> tuple[Cell, Cell, Cell]:
    code = rep.problems[0].state if rep.problems else ""
    nudge = Cell(rep.nudge_text, NUDGE_TONES.get(rep.nudge, "")) if rep.nudge else Cell("-", "muted")
    problem = Cell(rep.problem or "-", "" if rep.problem else "muted")
    return nudge, Cell(card_state(code), STATE_TONES.get(code, "")), problem


def rep_rows(snapshot: TeamSnapshot, is_ascii: bool) -> tuple[Row, ...]:
    """Keys are rep ids; the last row is the total."""
    rows = [
        Row(rep.id, (*_cells(rep, rep_name(rep), is_ascii), *_problem_cells(rep)), search=f"{rep.name} {rep.alias}")
        for rep in snapshot.reps
    ]
    if rows:
        rows.append(Row("total", (*_cells(snapshot.total, _("Total"), is_ascii), "", "", ""), "strong"))
    return tuple(rows)


class RepTable(Table):
    """Money in the currency that the facts name; visits are those of the KPI's period."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nobody is in this team yet. Press o to sync."), id=id)

    def show(self, snapshot: TeamSnapshot, *, is_ascii: bool) -> None:
        columns = (
            Column(_("Rep"), least=10, weight=9),
            Column(_("Target"), 0, "right", least=6, weight=9),
            Column(_("Actual"), 0, "right", least=6, weight=9),
            Column("", METER_WIDTH, shown_from=104),
            Column("%", 4, "right"),
            Column(_("Gap"), 0, "right", least=5, weight=9),
            Column(_("Behind"), 0, "right", least=5, weight=9, shown_from=104),
            Column(_("Forecast"), 0, "right", least=5, weight=9, shown_from=104),
            Column(_("Visits"), 0, "right", least=7, weight=9),
            Column(_("Uncov"), 0, "right", least=4, weight=9),
            Column(_("8 weeks"), least=10, weight=9, shown_from=114),
            Column(_("Nudge"), least=5, weight=9),
            Column(_("State"), least=6, weight=9),
            Column(_("Problem"), least=8, weight=9),
        )
        self.set_columns(columns if snapshot.reps else columns[:1])
        self.set_rows(rep_rows(snapshot, is_ascii))
