"""The forecast of a rep, a team or all: its parts, how it has erred, and what it still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of, deals_of, other_money, standing, won_in
from cockpit.domain.forecast import Needs, Outlook
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.domain.team import reps_below, teams_below
from cockpit.errors import UnknownName
from cockpit.i18n import _, listed, spoken
from cockpit.services.desk import Desk
from cockpit.services.outlooks import Around, around, composition, past_record
from cockpit.services.snapshots import ForecastLine, ForecastPart, ForecastSnapshot, PastForecast, PersonRef
from cockpit.services.views import account_name, open_book, person_name
from cockpit.storage.queries.people import everybody

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

NEAR = 0.1
"""The error that people ask forecasts for: 10 %."""


@dataclass(frozen=True)
class Scope:
    """Whose forecast: a name and the ids of the reps in it."""

    name: str
    owners: frozenset[str]


@dataclass(frozen=True)
class ForecastService:
    """What the period will bring."""

    desk: Desk

    def load(
        self, scope: str | None = None, period: PeriodKind = "month", as_of: datetime | None = None
    ) -> ForecastSnapshot:
        """The month or quarter that holds `as_of`. `scope`: a rep or a team by name or id; None: the viewer, or all
        below him. Raises UnknownName, NotAllowed."""
        with self.desk.look(as_of) as source:
            viewer = self.desk.viewer(source)
            chosen, nearby = look_ahead(self.desk, source, scope, as_of)
        return snapshot(nearby, viewer, chosen, period_of(period, nearby.book.today))


def look_ahead(
    desk: Desk, source: Session | Reader, wanted: str | None, as_of: datetime | None
) -> tuple[Scope, Around]:
    """Whose forecast, and the deals it is made from. Raises UnknownName, NotAllowed."""
    viewer = desk.viewer(source)
    scope = _scope(desk, source, viewer, wanted)
    book = open_book(desk, source, sorted(scope.owners), as_of)
    return scope, around(desk, source, viewer, book, currency_of(book, sorted(scope.owners)), as_of)


def snapshot(nearby: Around, viewer: PersonRef, scope: Scope, period: Period) -> ForecastSnapshot:
    """The forecast of one scope with all that it is made from."""
    book, seen, line = nearby.book, nearby.outlook(period), nearby.line(scope.owners, period)
    basis = len(nearby.owners)
    if isinstance(seen, Needs):
        return _refused(book, viewer, scope, period, nearby.currency, line, basis)
    owners, found = scope.owners, composition(seen, scope.owners)
    told = past_record(seen, owners, nearby.peers(owners))
    parts = seen.parts(owners)
    return ForecastSnapshot(
        as_of=book.local(book.as_of),
        complete=book.complete,
        viewer=viewer,
        scope=scope.name,
        people=len(owners),
        basis_people=basis,
        period_kind=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        currency=nearby.currency,
        line=line,
        won_minor=found.won,
        open_minor=sum(found.parts),
        arriving_minor=found.arriving,
        rhythm_minor=found.rhythm,
        correction=seen.bias,
        reserve_minor=round(sum(seen.views.reserve.get(owner, 0.0) for owner in owners)),
        weighted_minor=round(seen.weighted(owners)),
        wins=_wins(seen, owners),
        wins_needed=seen.chance.wins_for(NEAR),
        other_currencies=_others(book, scope, period, nearby.currency),
        parts=tuple(
            ForecastPart(
                deal_id=part.deal.id,
                name=nearby.names.get(part.deal.id, ("", ""))[0],
                account=account_name(book, nearby.names.get(part.deal.id, ("", ""))[1]),
                owner=person_name(book, part.deal.owner_id),
                amount_minor=part.deal.size_minor,
                age_days=part.age_days,
                chance=part.chance,
                value_minor=value,
                is_stale=part.is_stale,
            )
            for part, value in zip(parts, found.parts, strict=True)
        ),
        backtest=_backtest(seen, nearby, scope),
        rivals=told.rivals if told else (),
    )


def _refused(
    book: Book, viewer: PersonRef, scope: Scope, period: Period, currency: str, line: ForecastLine, basis: int
) -> ForecastSnapshot:
    """What is said while there is no forecast: what it needs."""
    return ForecastSnapshot(
        as_of=book.local(book.as_of),
        complete=book.complete,
        viewer=viewer,
        scope=scope.name,
        people=len(scope.owners),
        basis_people=basis,
        period_kind=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        currency=currency,
        line=line,
        won_minor=0,
        open_minor=0,
        arriving_minor=0,
        rhythm_minor=0,
        correction=1.0,
        reserve_minor=0,
        weighted_minor=0,
        wins=0.0,
        wins_needed=None,
        other_currencies=_others(book, scope, period, currency),
    )


def _others(book: Book, scope: Scope, period: Period, currency: str) -> tuple[tuple[str, int], ...]:
    """What was won in the period or is open in other currencies."""
    owners = sorted(scope.owners)
    still_open = (deal for deal in deals_of(book, owners) if standing(book, deal) == "open")
    won = (deal for owner in owners for deal in won_in(book, owner, period))
    return other_money((*still_open, *won), currency)


def _wins(seen: Outlook, owners: frozenset[str]) -> float:
    """Wins so far in the span, and those that the money ahead stands for."""
    return seen.money.wins_of(owners, seen.span.first, seen.span.as_of) + seen.forecast(owners).wins


def _backtest(seen: Outlook, nearby: Around, scope: Scope) -> tuple[PastForecast, ...]:
    return tuple(
        PastForecast(
            as_of=one.forecast.span.as_of,
            starts_on=one.forecast.span.first,
            ends_on=one.forecast.span.last,
            value_minor=round(one.forecast.value),
            low_minor=round(one.forecast.low),
            high_minor=round(one.forecast.high),
            actual_minor=round(one.actual),
            is_covered=one.is_covered,
            rivals=tuple((name, round(value)) for name, value in one.rivals),
        )
        for one in seen.settled(scope.owners, nearby.peers(scope.owners))
    )


def _scope(desk: Desk, source: Session | Reader, viewer: PersonRef, wanted: str | None) -> Scope:
    """A rep, or a team at or below the viewer's; without a name the viewer's own people."""
    people, teams = everybody(source)
    below = reps_below(people, teams, viewer.id)
    leads = viewer.role != "rep"
    seen = {team_id: teams[team_id] for team_id in teams_below(teams, viewer.team_id) if leads and team_id in teams}
    if wanted is None:
        if not leads:
            return Scope(viewer.spoken, frozenset((viewer.id,)))
        own = seen.get(viewer.team_id or "")
        return Scope(spoken(own.name, own.alias) if own else _("all"), frozenset(person.id for person in below))
    folded = wanted.casefold()
    found = [t for t in seen.values() if folded in (t.id, t.name.casefold(), t.alias.casefold())]
    if found:
        inside = teams_below(teams, found[0].id)
        owners = frozenset(person.id for person in below if person.team_id in inside)
        return Scope(spoken(found[0].name, found[0].alias), owners)
    try:
        person = desk.find_readable(source, wanted)
    except UnknownName as error:
        if not leads:
            raise
        names = [spoken(team.name, team.alias) for team in seen.values()]
        names += [spoken(rep.name, rep.alias) for rep in below]
        raise UnknownName(kind=_("rep or team among yours"), name=wanted, near=listed(names[:8])) from error
    return Scope(spoken(person.name, person.alias), frozenset((person.id,)))
