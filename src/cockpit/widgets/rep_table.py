"""The reps of a team: result, visits, main problem, and their sum."""

from __future__ import annotations

from datetime import datetime

from cockpit.i18n import _, clock_time, language, short_day
from cockpit.services.snapshots import TeamRep, TeamSnapshot
from cockpit.services.words import card_state
from cockpit.widgets.signs import money, percent
from cockpit.widgets.table import Cell, Column, Row, Table


def rep_name(rep: TeamRep) -> str:
    """The name the reader's language would use first."""
    return rep.alias if language() == "en" and rep.alias else rep.name


def log_age(rep: TeamRep, as_of: datetime) -> str:
    """When this rep last logged: the time today, else the day; how old the figures are."""
    if rep.last_log_at is None:
        return "-"
    return clock_time(rep.last_log_at) if rep.last_log_at.date() == as_of.date() else short_day(rep.last_log_at.date())


def _cells(rep: TeamRep, name: str, problem: Cell, state: Cell, log: str) -> tuple[str | Cell, ...]:
    share = rep.actual_minor / rep.target_minor if rep.target_minor else None
    return (
        name,
        money(rep.target_minor),
        money(rep.actual_minor),
        percent(share),
        money(rep.gap_minor),
        str(rep.visits_done),
        str(rep.visits_planned),
        Cell(str(rep.visits_uncovered), "bad" if rep.visits_uncovered else "good"),
        problem,
        state,
        log,
    )


def rep_rows(snapshot: TeamSnapshot) -> tuple[Row, ...]:
    """Keys are rep ids; the last row is the total."""
    rows = [
        Row(
            rep.id,
            _cells(
                rep,
                rep_name(rep),
                Cell(rep.problem or "-", "" if rep.problem else "muted"),
                Cell(card_state(rep.problem_state), "accent"),
                log_age(rep, snapshot.as_of),
            ),
        )
        for rep in snapshot.reps
    ]
    if rows:
        rows.append(Row("total", _cells(snapshot.total, _("Total"), Cell(""), Cell(""), ""), "strong"))
    return tuple(rows)


class RepTable(Table):
    """Money in the currency of the header; visits are those of the KPI's period."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("Nobody is in this team yet. Press o to sync."), id=id)

    def show(self, snapshot: TeamSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Rep"), least=8, weight=9),
                Column(_("Target"), 7, "right"),
                Column(_("Actual"), 7, "right"),
                Column("%", 4, "right", shown_from=90),
                Column(_("Gap"), 7, "right"),
                Column(_("Done"), 0, "right", weight=9),
                Column(_("Plan"), 0, "right", weight=9),
                Column(_("Uncov"), 0, "right", weight=9),
                Column(_("Problem"), least=8, weight=9),
                Column(_("State"), least=8, weight=6, shown_from=76),
                Column(_("Last log"), weight=9, shown_from=110),
            )
        )
        self.set_rows(rep_rows(snapshot))
