"""Target, actual, gap, planned and uncovered, per period and by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.book import Book
from cockpit.domain.card_month import pace
from cockpit.domain.gap import MoneyGap, week_gaps
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import PeriodKind, period_of
from cockpit.domain.rhythm import day_counts, last_weeks, pace_points
from cockpit.domain.team import gap_of
from cockpit.services.agreements import agreement_line, rung_lines
from cockpit.services.desk import Desk
from cockpit.services.outlooks import Around, around
from cockpit.services.snapshots import GapRep, GapSnapshot, GapWeek, PaceDay
from cockpit.services.views import (
    Look,
    day_cells,
    in_question,
    kpi_line,
    look_at,
    person_name,
    team_name,
    trend_weeks,
    workdays_left,
)


@dataclass(frozen=True)
class GapService:
    """How far the period is from its target."""

    desk: Desk

    def load(
        self, rep_id: str | None = None, period: PeriodKind = "month", as_of: datetime | None = None
    ) -> GapSnapshot:
        """The period that holds `as_of`, for one rep."""
        with self.desk.look(as_of) as reader:
            look = look_at(self.desk, reader, rep_id, as_of)
            gap = gap_of(look.book, look.person.id, period_of(period, look.book.today))
            nearby = around(self.desk, reader, look.viewer, look.book, gap.currency, as_of)
        return _snapshot(look, gap, nearby)


def _snapshot(look: Look, gap: MoneyGap, nearby: Around) -> GapSnapshot:
    book = look.book
    reps = [_rep(book, part, nearby) for part in gap.parts if _counts(book, part)]
    return GapSnapshot(
        as_of=look.as_of,
        complete=book.complete,
        rep=look.person,
        is_read_only=look.is_read_only,
        period_kind=gap.period.kind,
        starts_on=gap.period.starts_on,
        ends_on=gap.period.ends_on,
        currency=gap.currency,
        target_minor=gap.target_minor,
        actual_minor=gap.actual_minor,
        gap_minor=gap.gap_minor,
        planned_minor=gap.planned_minor,
        uncovered_minor=gap.uncovered_minor,
        forecast=nearby.line(look.owners, gap.period),
        other_currencies=gap.other_currencies,
        kpis=tuple(kpi_line(book, count, gap.currency) for count in kpi_counts(book, look.person.id)),
        weeks=tuple(
            GapWeek(
                starts_on=week.period.starts_on,
                ends_on=week.period.ends_on,
                target_minor=week.target_minor,
                actual_minor=week.actual_minor,
                gap_minor=week.gap_minor,
            )
            for week in week_gaps(book, gap)
        ),
        workdays_left=workdays_left(book, gap),
        due_minor=None if gap.target_minor is None else pace(book, gap).due_minor,
        days=() if look.is_team else day_cells(day_counts(book, look.person.id, gap.period)),
        trend=trend_weeks(last_weeks(book, look.owners, gap.currency)),
        pace=tuple(
            PaceDay(
                on=point.on,
                due_minor=point.due_minor,
                actual_minor=point.actual_minor,
                covered_minor=point.covered_minor,
            )
            for point in pace_points(book, gap)
        ),
        in_question=in_question(book, gap),
        team=team_name(look.book, look.person) if look.is_team else "",
        reps=tuple(
            sorted(reps, key=lambda rep: (-(rep.uncovered_minor or 0), -(rep.gap_minor or 0), rep.name, rep.id))
        ),
        agreement=agreement_line(book, gap, look.viewer.id),
        rungs=rung_lines(gap) if not look.is_team else (),
        parts_minor=gap.parts_minor,
        months_missing=gap.months_missing,
    )


def _counts(book: Book, part: MoneyGap) -> bool:
    """Who has left is shown while something of his is in the sums."""
    is_active = part.scope_id in book.people and book.people[part.scope_id].is_active
    return is_active or bool(part.target_minor or part.won or part.planned)


def _rep(book: Book, part: MoneyGap, nearby: Around) -> GapRep:
    return GapRep(
        id=part.scope_id,
        name=person_name(book, part.scope_id),
        target_minor=part.target_minor,
        actual_minor=part.actual_minor,
        gap_minor=part.gap_minor,
        planned_minor=part.planned_minor,
        uncovered_minor=part.uncovered_minor,
        forecast=nearby.line((part.scope_id,), part.period, is_judged=False),
    )
