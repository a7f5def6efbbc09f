"""The shape of a funnel: stages against everybody else's, the flow between two days, reasons of losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cockpit.domain.book import Book
from cockpit.domain.deals import money, other_money
from cockpit.domain.entities import Deal
from cockpit.domain.flow import KINDS, Flow, money_of
from cockpit.domain.funnel import (
    WINDOW_DAYS,
    Ended,
    Ranged,
    StageHealth,
    health,
    losses_by_reason,
    losses_by_stage,
    wins_by_reason,
)
from cockpit.domain.periods import Period, period_of
from cockpit.domain.pipeline import Pipeline, pipeline
from cockpit.domain.team import reps_below
from cockpit.errors import BadUse
from cockpit.i18n import _, spoken
from cockpit.services.desk import Desk
from cockpit.services.matching import one_funnel
from cockpit.services.pipeline import funnels_of, month_flow
from cockpit.services.snapshots import FlowLine, FunnelSnapshot, FunnelStage, PersonRef, RangeView, ReasonLine
from cockpit.services.views import open_book, stage_name
from cockpit.storage.queries.extra import won_reasons
from cockpit.storage.queries.people import everybody

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader


@dataclass(frozen=True)
class FunnelFigures:
    """What is shown, and what `?` explains: one person's or everybody's funnel in a book with all who can be compared."""

    book: Book
    scope: PersonRef
    owners: Sequence[str]
    others: int
    line: Pipeline
    stages: tuple[StageHealth, ...]
    flow: Flow
    month: Period
    """In which the losses are counted; with a day to look back to, from the day after it on."""

    won_reasons: Mapping[str, str]
    """Why deals were won, by id, where somebody said."""

    @property
    def counted(self) -> tuple[Deal, ...]:
        """Every deal whose money is in a move or with a reason."""
        ended = (deal for part in (*self.won_for, *self.lost_for) for deal in part.deals)
        found = {deal.id: deal for deal in (*self.flow.opening, *self.flow.closing, *ended)}
        return tuple(found.values())

    @property
    def won_for(self) -> tuple[Ended, ...]:
        return wins_by_reason(self.book, self.line.won, self.won_reasons, self.month, self.line.currency)

    @property
    def lost_for(self) -> tuple[Ended, ...]:
        return losses_by_reason(self.book, self.line.lost, self.month, self.line.currency)

    @property
    def lost_from(self) -> tuple[Ended, ...]:
        return losses_by_stage(self.book, self.line.lost, self.month, self.line.currency)


@dataclass(frozen=True)
class FunnelService:
    """Where deals get stuck more than elsewhere."""

    desk: Desk

    def load(
        self,
        rep_id: str | None = None,
        funnel: str | None = None,
        since: date | None = None,
        as_of: datetime | None = None,
    ) -> FunnelSnapshot:
        """One rep's funnel; for a lead or head without `rep_id` that of all their people. `funnel` is a model's id or name,
        None the default one.

        Without `since` the flow is that of the running month: of the deals expected to close in it, from its first day
        on. With it, of all open deals from the end of that day. Raises UnknownName for a funnel that is not here and
        BadUse for a day that is not over.
        """
        with self.desk.look(as_of) as source:
            return _snapshot(funnel_figures(self.desk, source, rep_id, funnel, since, as_of))


def funnel_figures(
    desk: Desk,
    source: Session | Reader,
    rep_id: str | None = None,
    funnel: str | None = None,
    since: date | None = None,
    as_of: datetime | None = None,
) -> FunnelFigures:
    """The figures of a funnel; see `FunnelService.load`."""
    viewer = desk.viewer(source)
    people, teams = everybody(source)
    reps = [person.id for person in reps_below(people, teams, viewer.id)]
    everyone = list(dict.fromkeys([viewer.id, *reps]))
    scope = viewer if rep_id in (None, viewer.id) else desk.find_rep(source, rep_id)
    owners = everyone if scope.id == viewer.id else [scope.id]
    book = open_book(desk, source, sorted({*everyone, scope.id}), as_of)
    funnel_id = one_funnel(book.funnels.values(), funnel).id if funnel is not None else None
    if since is not None and since >= book.today:
        raise BadUse(_("{text} is not over yet. A look back needs a past day.").format(text=since))
    if since is not None and since < book.activities_from:
        book = desk.book(source, as_of=as_of, rep_ids=sorted({*everyone, scope.id}), activities_from=since)
    month = period_of("month", book.today)
    line = pipeline(book, owners, funnel_id)
    moves = month_flow(book, line, owners, since)
    others = {d.owner_id for d in book.deals if d.owner_id} - set(owners)
    window = month if since is None else Period("day", since + timedelta(days=1), book.today)
    reasons = won_reasons(source, [d.id for d in line.won if d.closed_on is not None and d.closed_on in window])
    return FunnelFigures(book, scope, owners, len(others), line, health(book, line, owners), moves, window, reasons)


def _snapshot(found: FunnelFigures) -> FunnelSnapshot:
    book, line, moves = found.book, found.line, found.flow
    funnel = book.funnels.get(line.funnel_id)
    return FunnelSnapshot(
        as_of=book.local(book.as_of),
        complete=book.complete,
        scope=found.scope,
        funnel_id=line.funnel_id,
        funnel=spoken(funnel.name, funnel.alias) if funnel else "",
        funnels=funnels_of(book),
        currency=line.currency,
        others=found.others,
        came_in_days=WINDOW_DAYS,
        astray=(len(line.astray), money(line.astray, line.currency)),
        other_currencies=other_money(found.counted, line.currency),
        stages=tuple(_stage(part) for part in found.stages),
        since=moves.since,
        period_kind=moves.period.kind if moves.period else "",
        starts_on=found.month.starts_on,
        ends_on=found.month.ends_on,
        opening_count=len(moves.opening),
        opening_minor=moves.opening_minor,
        flow=tuple(
            FlowLine(kind=kind, count=sum(move.deals for move in chosen), minor=money_of(chosen))
            for kind in KINDS
            if (chosen := moves.of({kind}))
        ),
        closing_count=len(moves.closing),
        closing_minor=moves.closing_minor,
        won_for=tuple(_reason("wins", won, won.name) for won in found.won_for),
        lost_for=tuple(_reason("losses", loss, loss.name) for loss in found.lost_for),
        lost_from=tuple(_reason("losses_from", loss, stage_name(book, loss.name)) for loss in found.lost_from),
    )


def _reason(kind: str, ended: Ended, name: str) -> ReasonLine:
    return ReasonLine(about=f"{kind}:{ended.name or '-'}", name=name, count=len(ended.deals), minor=ended.minor)


def _stage(part: StageHealth) -> FunnelStage:
    return FunnelStage(
        id=part.stage.id,
        name=spoken(part.stage.name, part.stage.alias),
        open=part.open,
        others_open=part.others_open,
        shape=part.shape or "",
        conversion=_range(part.conversion),
        others_conversion=_range(part.others_conversion),
        stay=_range(part.stay),
        others_stay=_range(part.others_stay),
        is_narrow=part.is_narrow,
        is_slow=part.is_slow,
    )


def _range(found: Ranged | None) -> RangeView | None:
    return None if found is None else RangeView(value=found.value, low=found.low, high=found.high, n=found.n)
