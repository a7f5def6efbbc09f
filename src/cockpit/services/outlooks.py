"""The outlook on the deals of everybody on this device: what each forecast on a screen is read from.

A rep's device holds his own deals, a lead's those of his team: the same rep's forecast may differ between the two,
and says how many people it learned from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from cockpit.domain import entities as e
from cockpit.domain.book import Book
from cockpit.domain.forecast import Needs, Outlook, PastDeal, Record, Span, history_of, outlook, record
from cockpit.domain.forecast.from_book import past_deals
from cockpit.domain.gap import split
from cockpit.domain.periods import Period, PeriodKind
from cockpit.services.desk import Desk
from cockpit.services.snapshots import ForecastLine, PersonRef
from cockpit.storage.reading import entities

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

PERIODS: tuple[PeriodKind, ...] = ("month", "quarter")
"""What is forecast: shorter is a handful of deals, longer has no past to be judged by."""

Owners = Collection[str]


@dataclass(frozen=True)
class Around:
    """The deals on this device in one currency, as of a book's day."""

    book: Book
    currency: str
    deals: tuple[PastDeal, ...]

    @cached_property
    def names(self) -> dict[str, tuple[str, str | None]]:
        """Name and account id of the deals that the book shows."""
        return {deal.id: (deal.name, deal.account_id) for deal in self.book.deals}

    @property
    def owners(self) -> frozenset[str]:
        return frozenset(deal.owner_id for deal in self.deals)

    def peers(self, owners: Owners) -> tuple[frozenset[str], ...]:
        """Scopes of the same level: every rep for a rep, else the scope alone."""
        return tuple(frozenset((owner,)) for owner in sorted(self.owners)) if len(owners) == 1 else ()

    def outlook(self, period: Period) -> Outlook | Needs:
        as_of = min(max(self.book.today, period.starts_on), period.ends_on)
        return _outlook(self.deals, Span(period.starts_on, as_of, period.ends_on))

    def line(self, owners: Owners, period: Period, *, is_judged: bool = True) -> ForecastLine:
        """The forecast of these people; unless judged, without its past."""
        if period.kind not in PERIODS:
            return ForecastLine(reason="no_period")
        seen = self.outlook(period)
        if isinstance(seen, Needs):
            return ForecastLine(
                reason="needs_wins" if seen.have >= seen.months else "needs_history",
                needs_months=seen.months,
                has_months=seen.have,
            )
        if not self.owners.intersection(owners):
            return ForecastLine(reason="needs_wins")
        found = seen.forecast(owners, self.peers(owners))
        told = past_record(seen, owners, self.peers(owners)) if is_judged else None
        return ForecastLine(
            value_minor=round(found.value),
            low_minor=round(found.low),
            high_minor=round(found.high),
            error=told.error if told else None,
            bias=told.bias if told else None,
            covered=told.covered if told else None,
            past=told.count if told else 0,
            floor=found.floor,
        )


def around(
    desk: Desk, source: Session | Reader, viewer: PersonRef, book: Book, currency: str, as_of: datetime | None
) -> Around:
    """The deals that a forecast learns from: the book's for a rep, all on the device for who leads."""
    if viewer.role == "rep":
        return Around(book, currency, past_deals(book, book.deals, currency))
    return Around(book, currency, past_deals(book, entities(desk.at(source, as_of), e.Deal), currency))


@lru_cache(maxsize=6)
def _outlook(deals: tuple[PastDeal, ...], span: Span) -> Outlook | Needs:
    """The same deals on the same day give the same outlook: screens that look again need not compute it again."""
    return outlook(history_of(deals), span)


def past_record(seen: Outlook, owners: Owners, peers: Sequence[Owners]) -> Record | None:
    return record(seen.settled(owners, peers))


@dataclass(frozen=True, slots=True)
class Composition:
    """A forecast in whole minor units that sum to it: won, each open deal, what is to come, and the rhythm's half."""

    won: int
    parts: tuple[int, ...]
    """In the order of `Outlook.parts`."""
    arriving: int
    rhythm: int


def composition(seen: Outlook, owners: Owners) -> Composition:
    """The parts of the forecast; what rounding leaves goes to the largest remainders."""
    found = seen.forecast(owners)
    weights = [part.value for part in seen.parts(owners)]
    arriving = seen.views.by_age(owners) - seen.views.opened(owners)
    won = round(found.won)
    shares = [*weights, arriving, seen.views.by_rhythm(owners)]
    ahead = split(round(found.value) - won, [round(max(0.0, share) * 1000) for share in shares])
    return Composition(won, ahead[:-2], ahead[-2], ahead[-1])
