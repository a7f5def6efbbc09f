"""The team board: every rep's result, visits and main problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealReader, deal_reader
from cockpit.domain.deals import currency_of
from cockpit.domain.problems import cards_of
from cockpit.domain.team import RepFigures, board, reps_below, sum_known
from cockpit.services.card_views import main_problem
from cockpit.services.desk import Desk
from cockpit.services.snapshots import TeamRep, TeamSnapshot
from cockpit.services.views import open_book, spoken, this_month
from cockpit.storage.queries.people import everybody


@dataclass(frozen=True)
class TeamService:
    """Who needs me."""

    desk: Desk

    def load(self, as_of: datetime | None = None) -> TeamSnapshot:
        """All reps below the viewer; for a rep, the rep alone. Totals are sums of the reps' own figures."""
        with self.desk.database.read() as session:
            viewer = self.desk.viewer(session)
            people, teams = everybody(session)
            reps = reps_below(people, teams, viewer.id)
            book = open_book(self.desk, session, [person.id for person in reps], as_of)
        currency = currency_of(book, [person.id for person in reps])
        figures = board(book, reps, currency)
        reader = deal_reader(book)
        lines = tuple(_line(book, rep, reader) for rep in figures)
        team = teams.get(viewer.team_id or "")
        return TeamSnapshot(
            as_of=book.local(book.as_of),
            complete=book.complete,
            viewer=viewer,
            team=spoken(team.name, team.alias) if team else "",
            starts_on=this_month(book),
            currency=currency,
            reps=lines,
            total=_total(lines),
        )


def _line(book: Book, rep: RepFigures, reader: DealReader) -> TeamRep:
    problem, state = main_problem(book, cards_of(book, rep.person.id, reader))
    return TeamRep(
        id=rep.person.id,
        name=rep.person.name,
        alias=rep.person.alias,
        target_minor=rep.gap.target_minor,
        actual_minor=rep.gap.actual_minor,
        gap_minor=rep.gap.gap_minor,
        visits_done=rep.visits_done,
        visits_planned=rep.visits_planned,
        visits_uncovered=rep.visits_uncovered,
        problem=problem,
        problem_state=state,
        last_log_at=book.local(rep.last_log_at) if rep.last_log_at else None,
    )


def _total(reps: Sequence[TeamRep]) -> TeamRep:
    """Sums; target and gap over the reps who have one."""
    logs = [rep.last_log_at for rep in reps if rep.last_log_at is not None]
    return TeamRep(
        id="",
        name="",
        alias="",
        target_minor=sum_known(rep.target_minor for rep in reps),
        actual_minor=sum(rep.actual_minor for rep in reps),
        gap_minor=sum_known(rep.gap_minor for rep in reps),
        visits_done=sum(rep.visits_done for rep in reps),
        visits_planned=sum(rep.visits_planned for rep in reps),
        visits_uncovered=sum(rep.visits_uncovered for rep in reps),
        problem="",
        problem_state="",
        last_log_at=max(logs, default=None),
    )
