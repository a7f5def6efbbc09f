"""The team board: every rep's result, visits, problems and week, the one who needs help first at the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealFinding, DealReader, deal_reader
from cockpit.domain.card_month import pace
from cockpit.domain.card_rules import OF_TEAM
from cockpit.domain.deals import currency_of
from cockpit.domain.nudges import AFTERWARDS, Course, courses, newest_by_rep
from cockpit.domain.periods import period_of
from cockpit.domain.problems import Card, cards_of
from cockpit.domain.rhythm import last_weeks
from cockpit.domain.team import RepFigures, board, reps_below, sum_known
from cockpit.garbage import no_collecting
from cockpit.i18n import spoken
from cockpit.services import card_views
from cockpit.services.desk import Desk
from cockpit.services.nudge_words import state_name
from cockpit.services.outlooks import Around, around
from cockpit.services.snapshots import (
    CardView,
    ForecastLine,
    PersonRef,
    TeamProblem,
    TeamRep,
    TeamSnapshot,
    TeamVisit,
    TrendWeek,
)
from cockpit.services.views import account_name, open_book, this_month, trend_weeks
from cockpit.storage.queries.people import everybody

MOST_PROBLEMS, MOST_DEALS, MOST_VISITS = 6, 6, 14
_DAY = timedelta(days=1)
_UNSOLVED = ("found", "relapsed", "planned", "doing")


@dataclass(frozen=True)
class TeamService:
    """Who needs me."""

    desk: Desk

    @no_collecting()
    def load(self, as_of: datetime | None = None) -> TeamSnapshot:
        """All reps below the viewer; for a rep, the rep alone. Totals are sums of the reps' own figures."""
        with self.desk.look(as_of) as source:
            viewer = self.desk.viewer(source)
            people, teams = everybody(source)
            reps = reps_below(people, teams, viewer.id)
            ids = list(dict.fromkeys((viewer.id, *(rep.id for rep in reps))))
            book = open_book(self.desk, source, ids, as_of, is_brief=True)
            currency = currency_of(book, [person.id for person in reps])
            nearby = around(self.desk, source, viewer, book, currency, as_of)
        reader = deal_reader(book)
        nudged = newest_by_rep(courses(book))
        lines = [_line(book, rep, reader, nearby, nudged.get(rep.person.id)) for rep in board(book, reps, currency)]
        lines.sort(key=lambda rep: (-rep.visits_uncovered, -rep.behind_minor, rep.name, rep.id))
        month = period_of("month", book.today)
        days = book.calendar_of(viewer.id).workdays(month.starts_on, month.ends_on)
        team = teams.get(viewer.team_id or "")
        return TeamSnapshot(
            as_of=book.local(book.as_of),
            complete=book.complete,
            viewer=viewer,
            team=spoken(team.name, team.alias) if team else "",
            starts_on=this_month(book),
            currency=currency,
            workdays_gone=sum(day < book.today for day in days),
            workdays_total=len(days),
            reps=tuple(lines),
            total=_total(lines, nearby.line([rep.id for rep in lines], month)),
            cards=_own_cards(book, viewer, reader),
        )


def _own_cards(book: Book, viewer: PersonRef, reader: DealReader) -> tuple[CardView, ...]:
    """Of who leads the cards about his people: the same ones as on his Today."""
    if viewer.role == "rep":
        return ()
    return card_views.card_views(book, (card for card in cards_of(book, viewer.id, reader) if card.rule.id in OF_TEAM))


def _line(book: Book, rep: RepFigures, reader: DealReader, nearby: Around, course: Course | None) -> TeamRep:
    cards = [card for card in cards_of(book, rep.person.id, reader) if card.state in _UNSOLVED]
    deals = sorted((card for card in cards if isinstance(card.finding, DealFinding)), key=lambda c: -c.money_minor)
    is_recent = course is not None and book.today <= course.watched_until + AFTERWARDS
    nudge = course.state if course is not None and is_recent else ""
    problem, state = card_views.main_problem(book, cards)
    visits = next((count for count in rep.kpis if count.rule.kind == "visit" and count.rule.parent_id is None), None)
    return TeamRep(
        id=rep.person.id,
        name=rep.person.name,
        alias=rep.person.alias,
        target_minor=rep.gap.target_minor,
        actual_minor=rep.gap.actual_minor,
        gap_minor=rep.gap.gap_minor,
        behind_minor=pace(book, rep.gap).behind_minor,
        visits_done=rep.visits_done,
        visits_planned=rep.visits_planned,
        visits_uncovered=rep.visits_uncovered,
        visits_limit=visits.limit if visits else None,
        forecast=nearby.line((rep.person.id,), rep.gap.period, is_judged=False),
        problem=problem,
        problem_state=state,
        last_log_at=book.local(rep.last_log_at) if rep.last_log_at else None,
        trend=trend_weeks(last_weeks(book, (rep.person.id,), rep.gap.currency)),
        problems=_problems(book, cards[:MOST_PROBLEMS]),
        deals_at_risk=_problems(book, deals[:MOST_DEALS]),
        week=_week(book, rep.person.id),
        nudge=nudge,
        nudge_text=state_name(nudge) if nudge else "",
        other_currencies=rep.gap.other_currencies,
    )


def _problems(book: Book, cards: Iterable[Card]) -> tuple[TeamProblem, ...]:
    return tuple(
        TeamProblem(
            rule=card.rule.id,
            what=card_views.what(book, card),
            to_do=card_views.to_do(book, card),
            state=card.state,
            state_text=card_views.state_text(card),
            at_risk_minor=card.money_minor,
        )
        for card in cards
    )


def _week(book: Book, rep_id: str) -> tuple[TeamVisit, ...]:
    """Today whatever became of it, then what is still planned until the end of the week; to-dos left out."""
    today, ends_on = book.today, period_of("week", book.today).ends_on
    begins, tomorrow, ends = (book.midnight(day) for day in (today, today + _DAY, ends_on + _DAY))
    rows = (
        row
        for row in book.activities_by_rep.get(rep_id, ())
        if begins <= row.starts_at < ends
        and row.kind != "task"
        and (row.status == "planned" or (row.starts_at < tomorrow and row.status != "moved"))
    )
    return tuple(
        TeamVisit(
            starts_at=book.local(row.starts_at),
            kind=row.kind,
            status=row.status,
            account=account_name(book, row.account_id) or row.subject,
            tier=book.accounts[row.account_id].tier if row.account_id in book.accounts else "",
        )
        for row, _place in zip(rows, range(MOST_VISITS))
    )


def _total(reps: Sequence[TeamRep], forecast: ForecastLine) -> TeamRep:
    """Sums; target and gap over the reps who have one, the limit over those who are bound by one."""
    logs = [rep.last_log_at for rep in reps if rep.last_log_at is not None]
    return TeamRep(
        id="",
        name="",
        alias="",
        target_minor=sum_known(rep.target_minor for rep in reps),
        actual_minor=sum(rep.actual_minor for rep in reps),
        gap_minor=sum_known(rep.gap_minor for rep in reps),
        behind_minor=sum(rep.behind_minor for rep in reps),
        visits_done=sum(rep.visits_done for rep in reps),
        visits_planned=sum(rep.visits_planned for rep in reps),
        visits_uncovered=sum(rep.visits_uncovered for rep in reps),
        visits_limit=sum_known(rep.visits_limit for rep in reps),
        forecast=replace(forecast, value_minor=sum_known(rep.forecast.value_minor for rep in reps)),
        problem="",
        problem_state="",
        last_log_at=max(logs, default=None),
        trend=_sums([rep.trend for rep in reps]),
        other_currencies=_apart(reps),
    )


def _apart(reps: Sequence[TeamRep]) -> tuple[tuple[str, int], ...]:
    """By currency over all reps."""
    sums: Counter[str] = Counter()
    for rep in reps:
        sums.update(dict(rep.other_currencies))
    return tuple(sorted(sums.items()))


def _sums(trends: Sequence[tuple[TrendWeek, ...]]) -> tuple[TrendWeek, ...]:
    """Week by week over all reps."""
    return tuple(
        TrendWeek(
            starts_on=weeks[0].starts_on,
            held=sum(week.held for week in weeks),
            won_minor=sum(week.won_minor for week in weeks),
        )
        for weeks in zip(*trends, strict=True)
    )
