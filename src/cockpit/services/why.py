"""The rows behind any number on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.book import Book
from cockpit.domain.periods import PERIOD_KINDS, PeriodKind
from cockpit.errors import UnknownName
from cockpit.i18n import _
from cockpit.services import (
    why_account,
    why_cards,
    why_chain,
    why_forecast,
    why_forecast_scope,
    why_funnel,
    why_metrics,
    why_money,
    why_nudges,
    why_period,
    why_pipeline,
    why_plan,
    why_standing,
    why_sync,
    why_targets,
    why_team,
    why_today,
    why_work,
)
from cockpit.services.cards import find_card
from cockpit.services.desk import Desk
from cockpit.services.snapshots import ReplanProposal, Why
from cockpit.services.today import next_visit_and_last
from cockpit.services.why_names import CARD_PARTS, names_of, near, row_names
from cockpit.services.why_origin import with_origins
from cockpit.services.why_sources import Sources
from cockpit.services.why_words import ALL, OVERVIEWS

_OF_A_PERIOD: dict[str, Callable[[Book, str, PeriodKind], Why]] = {
    "target": why_money.target,
    "actual": why_money.actual,
    "gap": why_money.gap,
    "planned": why_money.planned,
    "uncovered": why_money.uncovered,
    "due": why_period.due,
    "pace": why_period.pace,
    "covered": why_period.covered,
    "workdays": why_period.workdays,
    "days_left": why_period.days_left,
    "agreement": why_standing.agreement,
    "rung": why_standing.rung,
}
_PARTS_OF_A_PERIOD: dict[str, Callable[[Book, str, PeriodKind, str], Why | None]] = {
    "days": why_period.days,
    "week": why_period.week,
    "other": why_period.other,
}


@dataclass(frozen=True)
class WhyService:
    """Answers `?`."""

    desk: Desk

    def explain(
        self,
        about: str,
        rep_id: str | None = None,
        as_of: datetime | None = None,
        proposal: ReplanProposal | None = None,
    ) -> Why:
        """What `about` names (see `why_names.PATTERNS`), of one person, as of one moment. Raises UnknownName otherwise.

        `proposal` is the plan that names like `replan:2` are about; without it the one that would be proposed now.
        """
        with self.desk.database.read() as session:
            sources = Sources(self.desk, session, rep_id, as_of, proposal)
            return with_origins(sources.reader, explained(sources, about))

    def of_screen(
        self, screen: str, rep_id: str | None = None, as_of: datetime | None = None, period: PeriodKind = "month"
    ) -> tuple[tuple[str, Why], ...]:
        """Name and answer of every number that a screen shows as a whole; `period` in place of the month."""
        with self.desk.database.read() as session:
            sources = Sources(self.desk, session, rep_id, as_of)
            return _answers(sources, (_in_period(name, period) for name in names_of(sources, screen)))

    def of_card(self, kind: str, row_id: str, as_of: datetime | None = None) -> tuple[tuple[str, Why], ...]:
        """Name and answer of every number of one account's or deal's card."""
        return self.of_rows((f"{kind}:{row_id}{part}" for part in CARD_PARTS[kind]), as_of=as_of)

    def of_rows(
        self, names: Iterable[str], rep_id: str | None = None, as_of: datetime | None = None
    ) -> tuple[tuple[str, Why], ...]:
        """The answers to these names, as far as there are any."""
        with self.desk.database.read() as session:
            return _answers(Sources(self.desk, session, rep_id, as_of), names)

    def of_metrics(
        self, metrics: Sequence[str], period: PeriodKind, scope: str, as_of: datetime | None = None
    ) -> tuple[tuple[str, Why], ...]:
        """Name and answer of these metrics, of a period and a scope."""
        return self.of_rows((f"metric:{metric}:{period}:{scope}" for metric in metrics), as_of=as_of)

    def of_forecast(
        self, period: PeriodKind, scope: str | None, as_of: datetime | None = None
    ) -> tuple[tuple[str, Why], ...]:
        """Name and answer of every number of a forecast."""
        names = (f"forecast.{number}:{period}:{scope or ''}".rstrip(":") for number in why_forecast_scope.NUMBERS)
        return self.of_rows(names, as_of=as_of)

    def of_targets(self, period: str, metric: str, as_of: datetime | None = None) -> tuple[tuple[str, Why], ...]:
        """Name and answer of every number of a tree of targets."""
        with self.desk.database.read() as session:
            sources = Sources(self.desk, session, None, as_of)
            return _answers(sources, why_targets.names(sources.sight(period, metric)))

    def everything(self, rep_id: str | None = None, as_of: datetime | None = None) -> tuple[tuple[str, str, Why], ...]:
        """Screen, name and answer of every number the screens show now, each name once."""
        with self.desk.database.read() as session:
            sources = Sources(self.desk, session, rep_id, as_of)
            found: dict[str, tuple[str, Why]] = {}
            for screen in OVERVIEWS:
                for name in (f"screen:{screen}", *names_of(sources, screen), *row_names(sources, screen)):
                    if name not in found:
                        found[name] = (screen, explained(sources, name))
        return tuple((screen, name, why) for name, (screen, why) in found.items())


def _answers(sources: Sources, names: Iterable[str]) -> tuple[tuple[str, Why], ...]:
    found: dict[str, Why] = {}
    for name in names:
        with suppress(UnknownName):  # a week has no forecast
            found[name] = with_origins(sources.reader, explained(sources, name))
    return tuple(found.items())


def _in_period(name: str, period: PeriodKind) -> str:
    """The same number of another period than the month."""
    head, _dot, rest = name.partition(".")
    if head == "month":
        return f"{period}.{rest}"
    return f"{name}:{period}" if head in ("chain", "metric") and period != "month" else name


def explained(sources: Sources, about: str) -> Why:
    """The answer to one name. Raises UnknownName."""
    kind, _sep, subject = about.partition(":")
    area, _dot, number = kind.partition(".")
    period = next((name for name in PERIOD_KINDS if name == area), None)
    if period is not None:
        found = _of_period(sources, period, number, subject)
    elif number:
        found = _of_area(sources, area, number, subject)
    elif kind == "screen":
        found = _of_screen(sources, subject)
    else:
        found = _of_row(sources, kind, subject)
    if found is None:
        raise UnknownName(kind=_("number"), name=about, near=near(about))
    return why_sync.with_conflicts(sources, found)


def _of_period(sources: Sources, period: PeriodKind, number: str, subject: str) -> Why | None:
    if number in why_forecast.NUMBERS and not subject:
        return why_forecast.of_period(sources.nearby, sources.look.owners, period, number)
    if number in _PARTS_OF_A_PERIOD:
        return _PARTS_OF_A_PERIOD[number](sources.book, sources.rep, period, subject)
    if number in _OF_A_PERIOD and not subject:
        return _OF_A_PERIOD[number](sources.book, sources.rep, period)
    return None


def _of_area(sources: Sources, area: str, number: str, subject: str) -> Why | None:
    if area == "trend" and number in ("visits", "won"):
        return why_period.trend(sources.book, sources.rep, number, subject)
    if area == "chain":
        period = next((name for name in PERIOD_KINDS if name == (subject or "month")), None)
        return why_chain.whole(sources.chain(period), number) if period is not None else None
    if area == "forecast":
        return why_forecast_scope.whole(sources, number, subject)
    if area == "pipeline":
        return why_pipeline.whole(sources.funnel[0], sources.line, number, subject)
    whole: dict[str, Callable[[], Why | None]] = {
        "today": lambda: why_today.whole(sources.book, sources.rep, number),
        "flow": lambda: why_funnel.moved(sources.shape, number),
        "team": lambda: why_team.total(sources.board, number),
        "sync": lambda: why_sync.whole(sources, number),
    }
    return whole[area]() if area in whole and not subject else None


def _of_row(sources: Sources, kind: str, subject: str) -> Why | None:
    row_id, _sep, part = subject.partition(":")
    if kind in CARD_PARTS and part == ALL:
        return _of_card(sources, kind, row_id)
    rows: dict[str, Callable[[], Why | None]] = {
        "card": lambda: why_cards.card(sources.book, find_card(sources.cards, subject)),
        "kpi": lambda: why_cards.kpi(sources.book, sources.rep, row_id, part),
        "visit": lambda: why_account.visit(sources, subject),
        "stage": lambda: _stage(sources, row_id, part),
        "shape": lambda: why_funnel.stage(sources.shape, row_id, part),
        "wins": lambda: why_funnel.won_for(sources.shape, subject),
        "losses": lambda: why_funnel.lost_for(sources.shape, subject),
        "losses_from": lambda: why_funnel.lost_from(sources.shape, subject),
        "rate": lambda: why_chain.rate(sources.ground, subject),
        "deal": lambda: why_account.deal(sources, row_id, part),
        "account": lambda: why_account.account(sources, row_id, part),
        "contact": lambda: why_account.contact(sources, subject),
        "team": lambda: why_team.rep_line(sources.board, row_id, part),
        "target": lambda: why_targets.target(sources, subject),
        "metric": lambda: why_metrics.metric(sources, subject),
        "nudge": lambda: why_nudges.nudge(sources.book, row_id, part),
        "queued": lambda: why_sync.queued(sources, subject),
        "receipt": lambda: why_sync.receipt(sources, subject),
        "conflict": lambda: why_sync.conflict(sources, subject),
        "replan": lambda: why_plan.plan(sources, "replan", subject),
        "fill": lambda: why_plan.plan(sources, "fill", subject),
    }
    single: dict[str, Callable[[], Why | None]] = {
        "prep": lambda: why_work.prep(sources.book, *next_visit_and_last(sources.reader, sources.look)),
        "next_best": lambda: why_work.next_best(sources.book, sources.rep),
        "win_rate": lambda: why_pipeline.win_rate(sources.funnel[0], sources.line),
    }
    if kind in single:
        return single[kind]() if not subject else None
    return rows[kind]() if kind in rows else None


def _stage(sources: Sources, stage_id: str, part: str) -> Why | None:
    book, _owners = sources.funnel
    stage = book.stages.get(stage_id)
    return why_pipeline.stage(book, sources.line_of(stage.funnel_id), stage_id, part) if stage is not None else None


def _of_screen(sources: Sources, screen: str) -> Why | None:
    """All numbers of a screen, each to be opened."""
    names = names_of(sources, screen)
    if not names:
        return None
    return why_today.listed(
        sources, why_today.screen_title(screen), [(name, explained(sources, name)) for name in names]
    )


def _of_card(sources: Sources, kind: str, row_id: str) -> Why | None:
    """All numbers of one account's, deal's or rep's card; None where there is no such row."""
    names = [f"{kind}:{row_id}{part}" for part in CARD_PARTS[kind]]
    answers = [(name, _of_row(sources, kind, name.partition(":")[2])) for name in names]
    found = [(name, why) for name, why in answers if why is not None]
    return why_today.listed(sources, found[0][1].title, found) if found else None
