"""The pipeline: stages with count, money and conversion, deals with their states."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cockpit.domain.book import Book
from cockpit.domain.deals import money
from cockpit.domain.flow import INFLOW, OUTFLOW, Flow, MoveKind, flow, money_of
from cockpit.domain.measures import share_range
from cockpit.domain.periods import period_of
from cockpit.domain.pipeline import DealFacts, Pipeline, deal_facts, pipeline
from cockpit.domain.team import reps_below
from cockpit.i18n import spoken
from cockpit.services.cardparts import contact_lines
from cockpit.services.desk import Desk
from cockpit.services.matching import one_funnel
from cockpit.services.snapshots import DealBrief, PersonRef, PipelineSnapshot, StageLine, WriteState
from cockpit.services.views import deal_line, look_at, open_book
from cockpit.storage.queries.people import contacts_by_account, everybody, last_held_by_account
from cockpit.storage.queries.sync import write_states

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

WORST_FIRST = ("dirty", "slipped", "regressed", "stalled", "no_activity", "healthy")


@dataclass(frozen=True)
class PipelineService:
    """What is stuck."""

    desk: Desk

    def load(
        self, rep_id: str | None = None, funnel: str | None = None, as_of: datetime | None = None
    ) -> PipelineSnapshot:
        """One rep's deals; for a lead or head without `rep_id`, all deals of their people. `funnel` is a funnel's id or
        name, None the default one."""
        with self.desk.look(as_of) as source:
            viewer, scope, owners, book = pipeline_scope(self.desk, source, rep_id, as_of)
            funnel_id = one_funnel(book.funnels.values(), funnel).id if funnel is not None else None
            line = pipeline(book, owners, funnel_id)
            states = write_states(source, [deal.id for deal in line.open])
            briefs = _briefs(source, book, line)
        moves = month_flow(book, line, owners)
        return _snapshot(book, line, scope, scope.id != viewer.id, states, briefs, moves)


def pipeline_scope(
    desk: Desk, source: Session | Reader, rep_id: str | None, as_of: datetime | None
) -> tuple[PersonRef, PersonRef, list[str], Book]:
    """Viewer, whose pipeline, the ids of the owners in it, and their book."""
    viewer = desk.viewer(source)
    if rep_id is None and viewer.role != "rep":
        people, teams = everybody(source)
        owners = [viewer.id, *(person.id for person in reps_below(people, teams, viewer.id))]
        return viewer, viewer, owners, open_book(desk, source, owners, as_of)
    look = look_at(desk, source, rep_id, as_of)
    return look.viewer, look.person, [look.person.id], look.book


def _snapshot(
    book: Book,
    line: Pipeline,
    scope: PersonRef,
    is_read_only: bool,
    states: Mapping[str, WriteState],
    briefs: tuple[DealBrief, ...],
    moves: Flow,
) -> PipelineSnapshot:
    funnel = book.funnels.get(line.funnel_id)
    facts = sorted((deal_facts(book, deal, line.usual) for deal in line.open), key=_order)
    return PipelineSnapshot(
        as_of=book.local(book.as_of),
        complete=book.complete,
        scope=scope,
        is_read_only=is_read_only,
        funnel_id=line.funnel_id,
        funnel=spoken(funnel.name, funnel.alias) if funnel else "",
        funnels=funnels_of(book),
        inflow=_sum(moves, INFLOW),
        outflow=_sum(moves, OUTFLOW),
        currency=line.currency,
        stages=tuple(
            StageLine(
                id=part.stage.id,
                name=spoken(part.stage.name, part.stage.alias),
                count=len(part.deals),
                amount_minor=money(part.deals, line.currency),
                conversion=part.conversion,
                conversion_n=part.left,
                conversion_range=share_range(part.forward, part.left),
            )
            for part in line.stages
        ),
        won_count=len(line.won),
        won_amount_minor=money(line.won, line.currency),
        lost_count=len(line.lost),
        open_count=len(line.open),
        open_amount_minor=money(line.open, line.currency),
        astray=(len(line.astray), money(line.astray, line.currency)),
        open_without_amount=sum(deal.amount_minor is None for deal in line.open),
        win_rate=line.win_rate,
        win_rate_n=len(line.won) + len(line.lost),
        win_rate_range=share_range(len(line.won), len(line.won) + len(line.lost)),
        other_currencies=line.other_currencies,
        deals=tuple(deal_line(book, fact, states.get(fact.deal.id, "done")) for fact in facts),
        briefs=briefs,
    )


def month_flow(book: Book, line: Pipeline, owners: Collection[str], since: date | None = None) -> Flow:
    """What came into the funnel and left it: of the deals expected in the running month since it began; with a day, of all
    open deals since the end of that day. Deals of other people here count where one of them was handed over."""
    month = period_of("month", book.today)
    mine = {deal.id for part in (line.open, line.won, line.lost) for deal in part}
    ids = mine | {d.id for d in book.deals if d.owner_id not in owners and d.funnel_id == line.funnel_id}
    of_funnel = replace(book, deals=tuple(deal for deal in book.deals if deal.id in ids))
    begins = since or month.starts_on - timedelta(days=1)
    return flow(of_funnel, owners, begins, None if since else month, line.currency)


def _sum(moves: Flow, kinds: Collection[MoveKind]) -> tuple[int, int]:
    chosen = moves.of(kinds)
    return sum(move.deals for move in chosen), money_of(chosen)


def funnels_of(book: Book) -> tuple[tuple[str, str], ...]:
    """Id and name of every funnel, the default one first."""
    ordered = sorted(book.funnels.values(), key=lambda one: (not one.is_default, one.name, one.id))
    return tuple((one.id, spoken(one.name, one.alias)) for one in ordered)


def _briefs(source: Session | Reader, book: Book, line: Pipeline) -> tuple[DealBrief, ...]:
    """For each open deal with an account its people and the last meeting held there, in two SELECTs."""
    accounts = {deal.account_id for deal in line.open if deal.account_id}
    people = contacts_by_account(source, accounts)
    held = last_held_by_account(source, accounts, book.as_of)
    briefs = []
    for deal in line.open:
        last = held.get(deal.account_id or "")
        briefs.append(
            DealBrief(
                deal_id=deal.id,
                contacts=contact_lines(people.get(deal.account_id or "", ()), {}),
                last_held_on=book.local_day(last.starts_at) if last else None,
                last_result=last.result if last else "",
            )
        )
    return tuple(briefs)


def _order(facts: DealFacts) -> tuple[int, int, str]:
    """The worst state first, in it the most money."""
    return WORST_FIRST.index(facts.state), -(facts.deal.amount_minor or 0), facts.deal.id
