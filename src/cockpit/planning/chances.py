"""A hot prospect: what came in since the working day before and has nothing planned. It is offered a plan, and gets a place in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of, standing
from cockpit.domain.entities import Activity, Deal
from cockpit.planning.problem import Fact, Reason

FEW_DEALS = 4
"""With fewer other open deals any amount is large."""
MOST_NEW = 10
"""More accounts at once were handed over or imported: they are no news of one."""
LONGEST_BREAK = 14
"""Days looked back for a working day."""


def chance_of(book: Book, rep_id: str) -> Reason | None:
    """A hot prospect: new since the working day before, with nothing planned and nothing held since, and either of tier A or
    with a deal that fewer than a quarter of the rep's other open deals are larger than. The largest deal is named first."""
    mine = book.activities_by_rep.get(rep_id, ())
    since = _workday_before(book, rep_id)
    busy = set(_busy(book, mine, since))
    main = currency_of(book, [rep_id])
    still_open = [deal for deal in book.deals_by_owner.get(rep_id, ()) if standing(book, deal) == "open"]
    new = [
        deal
        for deal in still_open
        if deal.created_on is not None
        and deal.created_on >= since
        and deal.account_id in book.accounts
        and deal.account_id not in busy
    ]
    ids = {deal.id for deal in new}
    others = [deal.amount_minor or 0 for deal in still_open if deal.id not in ids and deal.currency == main]
    hot = [deal for deal in new if book.accounts[deal.account_id or ""].tier == "A" or _is_large(deal, main, others)]
    if hot:
        deal = max(hot, key=lambda one: (one.amount_minor or 0, one.id))
        facts: dict[str, Fact] = {"account_id": deal.account_id, "amount_minor": deal.amount_minor or 0}
        return Reason("offer_chance", facts=facts)
    came = [
        account
        for account in book.accounts_by_owner.get(rep_id, ())
        if account.id in book.recorded and book.local_day(book.recorded[account.id]) >= since
    ]
    if len(came) > MOST_NEW:
        return None
    fresh = (one for one in came if one.tier == "A" and one.lifecycle == "prospect" and one.id not in busy)
    prospect = min((account.id for account in fresh), default=None)
    return Reason("offer_prospect", facts={"account_id": prospect}) if prospect is not None else None


def _is_large(deal: Deal, currency: str, others: Sequence[int]) -> bool:
    amount = deal.amount_minor or 0
    is_above = len(others) < FEW_DEALS or 4 * sum(other > amount for other in others) < len(others)
    return amount > 0 and deal.currency == currency and is_above


def _workday_before(book: Book, rep_id: str) -> date:
    """What came on a Friday evening is new on Monday."""
    days = book.calendar_of(rep_id).workdays(book.today - timedelta(days=LONGEST_BREAK), book.today - timedelta(days=1))
    return days[-1] if days else book.today - timedelta(days=1)


def _busy(book: Book, mine: tuple[Activity, ...], since: date) -> Iterator[str]:
    for row in mine:
        if row.account_id and row.status in ("planned", "held") and book.local_day(row.starts_at) >= since:
            yield row.account_id
