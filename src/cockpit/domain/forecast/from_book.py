"""The deals of a book as a forecast takes them."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Deal
from cockpit.domain.forecast.history import PastDeal, sizes_known


def past_deals(book: Book, deals: Iterable[Deal], currency: str) -> tuple[PastDeal, ...]:
    """Deals in one currency as known on the book's day. What has no creation day, or closed without one, has no age.

    A won deal brings its amount, nothing where nobody wrote one: as it counts in the actual. An amount below zero is no size.
    """
    placed = []
    for deal in deals:
        how = standing(book, deal)
        created, closed = deal.created_on, None if how == "open" else deal.closed_on
        if deal.currency != currency or created is None or created > book.today or (how != "open" and closed is None):
            continue
        if closed is not None and closed < created:
            created = closed
        amount = (deal.amount_minor or 0) if how == "won" else None
        placed.append((deal, PastDeal(deal.id, deal.owner_id or "", created, closed, how, None, amount)))
    written = [None if (deal.amount_minor or 0) < 0 else deal.amount_minor for deal, _ in placed]
    prices = [_price(book, deal) for deal, _ in placed]
    sizes = sizes_known([written, prices], [past.outcome == "won" for _, past in placed])
    return tuple(
        PastDeal(past.id, past.owner_id, past.created_on, past.closed_on, past.outcome, size, past.amount_minor)
        for (_, past), size in zip(placed, sizes, strict=True)
    )


def _price(book: Book, deal: Deal) -> int | None:
    product = book.products.get(deal.product_id or "")
    return product.list_price_minor if product is not None and product.currency == deal.currency else None
