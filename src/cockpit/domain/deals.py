"""Which deals of whom are open, won or lost as of the book's day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.entities import Deal
from cockpit.domain.periods import Period

Standing = Literal["open", "won", "lost"]


def standing(book: Book, deal: Deal) -> Standing:
    """open, won or lost as of the book's day; a closing date still ahead has not happened."""
    return standing_on(book, deal, book.today)


def standing_on(book: Book, deal: Deal, day: date) -> Standing:
    kind = book.stage_kind(deal)
    if kind == "open" or (deal.closed_on is not None and deal.closed_on > day):
        return "open"
    return "won" if kind == "won" else "lost"


def deals_of(book: Book, owner_ids: Iterable[str]) -> tuple[Deal, ...]:
    """The deals of these people that exist on the book's day."""
    begun = book.begun_by_owner
    return tuple(chain.from_iterable(begun.get(owner, ()) for owner in dict.fromkeys(owner_ids)))


def won_in(book: Book, owner_id: str, period: Period) -> tuple[Deal, ...]:
    """The deals this person won with a closing date in the period."""
    first, last = period.starts_on, period.ends_on
    return tuple(
        deal
        for deal in deals_of(book, (owner_id,))
        if deal.closed_on is not None and first <= deal.closed_on <= last and standing(book, deal) == "won"
    )


def planned_in(book: Book, owner_id: str, period: Period) -> tuple[Deal, ...]:
    """The open deals expected to close in the period that have a dated next step."""
    first, last = period.starts_on, period.ends_on
    return tuple(
        deal
        for deal in deals_of(book, (owner_id,))
        if deal.expected_on is not None
        and first <= deal.expected_on <= last
        and deal.id in book.next_steps
        and standing(book, deal) == "open"
    )


def money(deals: Iterable[Deal], currency: str) -> int:
    """Sum of the known amounts in one currency, in minor units."""
    return sum(deal.amount_minor or 0 for deal in deals if deal.currency == currency)


def other_money(deals: Iterable[Deal], currency: str) -> tuple[tuple[str, int], ...]:
    """What cannot be added: sums in every other currency, by currency name."""
    sums: Counter[str] = Counter()
    for deal in deals:
        if deal.currency != currency and deal.amount_minor:
            sums[deal.currency] += deal.amount_minor
    return tuple(sorted(sums.items()))


def currency_of(book: Book, owner_ids: Sequence[str]) -> str:
    """The currency these people are measured in: that of their targets, else of most of their deals, else of most deals."""
    for names in (
        (
            target.currency
            for owner in owner_ids
            for target in book.targets_by_scope.get(owner, ())
            if target.unit == "money"
        ),
        (deal.currency for owner in owner_ids for deal in book.deals_by_owner.get(owner, ())),
        (deal.currency for deal in book.deals),
    ):
        if counted := Counter(names):
            return min(counted, key=lambda name: (-counted[name], name))
    return "CNY"
