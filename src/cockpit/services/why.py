"""The rows behind any number on a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.domain.book import Book
from cockpit.domain.periods import PERIOD_KINDS, PeriodKind
from cockpit.domain.pipeline import pipeline
from cockpit.domain.problems import cards_of
from cockpit.domain.team import reps_below
from cockpit.errors import UnknownName
from cockpit.i18n import _
from cockpit.services import why_cards, why_money, why_work
from cockpit.services.cards import find_card
from cockpit.services.desk import Desk
from cockpit.services.pipeline import pipeline_scope
from cockpit.services.snapshots import Why
from cockpit.services.today import next_visit_and_last
from cockpit.services.views import Look, look_at
from cockpit.storage.queries.people import everybody

if TYPE_CHECKING:
    from sqlmodel import Session

ABOUT = (
    "month.target, month.actual, month.gap, month.planned, month.uncovered, kpi:ID, card:ID, visit:ID, prep, "
    "next_best, stage:ID, pipeline.won, pipeline.open, win_rate, deal:ID, team:REP_ID"
)

_OF_A_PERIOD: dict[str, Callable[[Book, str, PeriodKind], Why]] = {
    "target": why_money.target,
    "actual": why_money.actual,
    "gap": why_money.gap,
    "planned": why_money.planned,
    "uncovered": why_money.uncovered,
}


@dataclass(frozen=True)
class WhyService:
    """Answers `?`."""

    desk: Desk

    def explain(self, about: str, rep_id: str | None = None, as_of: datetime | None = None) -> Why:
        """`about` is month.target, month.actual, month.gap, month.planned, month.uncovered, kpi:ID, card:ID, visit:ID,
        prep, next_best, stage:ID, pipeline.won, pipeline.open, win_rate, deal:ID, team:REP_ID. Raises UnknownName otherwise.

        Any period stands for month: day.actual, quarter.gap. kpi:ID:done and kpi:ID:planned name the parts of a KPI;
        deal:ID also finds a deal of the viewer's people.
        """
        kind, _, subject = about.partition(":")
        with self.desk.database.read() as session:
            if kind in ("stage", "pipeline.won", "pipeline.open", "win_rate", "deal"):
                return self._about_pipeline(session, kind, subject, rep_id, as_of)
            if kind == "team":
                self._check_below(session, subject)
                rep_id = subject
            look = look_at(self.desk, session, rep_id, as_of)
            if kind == "prep":
                return why_work.prep(look.book, *next_visit_and_last(session, look))
        return _explain(look, kind, subject, about)

    def _about_pipeline(
        self, session: Session, kind: str, subject: str, rep_id: str | None, as_of: datetime | None
    ) -> Why:
        _viewer, _scope, owners, book = pipeline_scope(self.desk, session, rep_id, as_of)
        stage = book.stages.get(subject)
        if kind == "stage" and stage is None:
            raise _unknown(f"{kind}:{subject}")
        line = pipeline(book, owners, stage.funnel_id if kind == "stage" and stage else None)
        if kind == "stage":
            return why_money.stage(book, line, subject)
        if kind == "deal":
            deal = next((deal for deal in book.deals if deal.id == subject), None)
            if deal is None:
                raise _unknown(f"{kind}:{subject}")
            return why_work.deal(book, deal, line.usual)
        whole: dict[str, Callable[[], Why]] = {
            "pipeline.won": lambda: why_money.won(book, line),
            "pipeline.open": lambda: why_money.open_deals(book, line),
            "win_rate": lambda: why_money.win_rate(book, line),
        }
        return whole[kind]()

    def _check_below(self, session: Session, rep_id: str) -> None:
        people, teams = everybody(session)
        viewer = self.desk.viewer(session)
        if rep_id not in {viewer.id, *(person.id for person in reps_below(people, teams, viewer.id))}:
            raise _unknown(f"team:{rep_id}")


def _explain(look: Look, kind: str, subject: str, about: str) -> Why:
    book, rep = look.book, look.person.id
    if kind == "card":
        cards = cards_of(book, rep)
        return why_cards.card(book, find_card(cards, subject))
    word, _, number = kind.partition(".")
    period = next((name for name in PERIOD_KINDS if name == word), None)
    if period is not None and number in _OF_A_PERIOD:
        return _OF_A_PERIOD[number](book, rep, period)
    simple: dict[str, Callable[[], Why | None]] = {
        "team": lambda: why_money.rep_line(book, rep),
        "next_best": lambda: why_work.next_best(book, rep),
        "visit": lambda: why_work.visit(book, subject),
        "kpi": lambda: _kpi(book, rep, subject),
    }
    found = simple[kind]() if kind in simple else None
    if found is None:
        raise _unknown(about)
    return found


def _kpi(book: Book, rep_id: str, subject: str) -> Why | None:
    rule_id, _, part = subject.partition(":")
    return why_cards.kpi(book, rep_id, rule_id, part)


def _unknown(about: str) -> UnknownName:
    return UnknownName(kind=_("number"), name=about, near=ABOUT)
