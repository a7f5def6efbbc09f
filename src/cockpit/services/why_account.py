"""Why the cards of an account, a person and a deal show what they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from cockpit.domain.book import Book
from cockpit.domain.card_rules import TIER_DAYS
from cockpit.domain.deals import currency_of, standing
from cockpit.domain.entities import Account, Activity, Contact, Deal
from cockpit.domain.pipeline import ENOUGH_STAYS, Stay, deal_facts, usual_stays
from cockpit.i18n import _, long_day, short_day
from cockpit.services import why_work, words
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import account_name, stage_name
from cockpit.services.why_money import answer, deal_row
from cockpit.services.why_period import day_of, part_row
from cockpit.services.why_sources import Sources
from cockpit.services.why_work import activity_row
from cockpit.storage.queries.histories import account_activities
from cockpit.storage.reading import one

MONTHS = 12


def account(sources: Sources, account_id: str, part: str) -> Why | None:
    """`account:ID` and its parts: due (also for the whole), visits (by month), history, open (money of its deals)."""
    row = one(sources.reader, Account, account_id)
    if row is None:
        return None
    book = sources.book_with(row.owner_id)
    known = book.accounts.get(account_id)
    if known is None:
        return None
    rows = account_activities(sources.reader, account_id)
    answers: dict[str, Callable[[], Why | None]] = {
        "": lambda: _due(book, known, rows),
        "due": lambda: _due(book, known, rows),
        "visits": lambda: _by_month(book, known, rows, ""),
        "history": lambda: _history(book, known, rows),
        "open": lambda: _open_money(book, known),
    }
    name, _sep, month = part.partition(":")
    if name == "visits" and month:
        return _by_month(book, known, rows, month)
    return answers[part]() if part in answers else None


def _due(book: Book, row: Account, activities: Sequence[Activity]) -> Why:
    """Days until the next visit is due: the limit less the days since the last one; below zero it is overdue."""
    seen = [a for a in activities if a.status == "held" and a.kind in ("visit", "web") and a.starts_at <= book.as_of]
    last = max(seen, key=lambda a: (a.starts_at, a.id), default=None)
    title = _("{account}: next visit due in").format(account=row.name)
    inputs = [(_("tier"), row.tier), (_("lifecycle"), words.lifecycle(row.lifecycle))]
    if row.lifecycle == "prospect" and not row.cadence_days:
        formula = _("a prospect has no visit limit until one is set for it")
        return answer(book, title, None, "days", formula, _account_rows(row), "none", inputs=inputs)
    limit = row.cadence_days or TIER_DAYS.get(row.tier, TIER_DAYS["C"])
    source = _("set for this account") if row.cadence_days else _("usual for tier {tier}").format(tier=row.tier)
    inputs.append((_("limit"), _("{days} days, {source}").format(days=limit, source=source)))
    if last is None:
        formula = _("nothing was held here yet, so there is no day to count from")
        return answer(book, title, None, "days", formula, _account_rows(row), "none", inputs=inputs)
    day = book.local_day(last.starts_at)
    gone = (book.today - day).days
    formula = _("due in = limit {limit} - {gone} days since the last visit on {day}")
    said = formula.format(limit=limit, gone=gone, day=long_day(day))
    inputs.append((_("last visit"), long_day(day)))
    rows = [
        WhyRow(entity="account", id=row.id, text=_("limit in days"), at=None, value=limit),
        activity_row(book, last, -gone),
    ]
    return answer(book, title, limit - gone, "days", said, rows, "sum", inputs=inputs)


def _account_rows(row: Account) -> list[WhyRow]:
    return [WhyRow(entity="account", id=row.id, text=row.name, at=None, value=0)]


def _by_month(book: Book, row: Account, activities: Sequence[Activity], text: str) -> Why | None:
    """Visits held in the last twelve months, one row a month; or those of one month, one row each."""
    held = [a for a in activities if a.status == "held" and a.kind == "visit"]
    this = book.today.year * 12 + book.today.month - 1
    starts = [date(y, m + 1, 1) for y, m in (divmod(number, 12) for number in range(this - MONTHS + 1, this + 1))]
    if text:
        first = day_of(text)
        if first not in starts:
            return None
        found = [a for a in held if book.local_day(a.starts_at).replace(day=1) == first]
        title = _("{account}: visits held in {month}").format(account=row.name, month=f"{first:%Y-%m}")
        rows = [activity_row(book, a) for a in found]
        formula = _("visits held, by their local day")
        return answer(book, title, len(rows), "count", formula, rows, "count")
    counts = [sum(book.local_day(a.starts_at).replace(day=1) == first for a in held) for first in starts]
    rows = [
        part_row(f"account:{row.id}:visits:{first}", f"{first:%Y-%m}", count) for first, count in zip(starts, counts)
    ]
    title = _("{account}: visits held by month").format(account=row.name)
    formula = _("visits held in {count} months by anybody seen here; this month {now}").format(
        count=MONTHS, now=counts[-1]
    )
    return answer(book, title, sum(counts), "count", formula, rows, "sum")


def _history(book: Book, row: Account, activities: Sequence[Activity]) -> Why:
    over = [a for a in activities if a.status != "planned"]
    title = _("{account}: history").format(account=row.name)
    formula = _("everything logged here that is over: held, not held, moved or cancelled")
    rows = [activity_row(book, a) for a in reversed(over)]
    inputs = [(_("planned"), str(len(activities) - len(over)))]
    return answer(book, title, len(rows), "count", formula, rows, "count", inputs=inputs)


def _open_money(book: Book, row: Account) -> Why:
    deals = [deal for deal in book.deals if deal.account_id == row.id and standing(book, deal) == "open"]
    largest = max(deals, key=lambda deal: (deal.amount_minor or 0, deal.id), default=None)
    currency = largest.currency if largest else currency_of(book, [row.owner_id or ""])
    title = _("{account}: open deals").format(account=row.name)
    rows = [deal_row(book, d, (d.amount_minor or 0) if d.currency == currency else 0) for d in deals]
    formula = _("sum over the open deals of this account, unweighted ({count})").format(count=len(rows))
    value = sum(one_row.value for one_row in rows)
    return answer(book, title, value, "money", formula, rows, "sum", currency=currency)


def contact(sources: Sources, contact_id: str) -> Why | None:
    """A person's stance: typed in, not worked out."""
    row = one(sources.reader, Contact, contact_id)
    if row is None:
        return None
    formula = _("as somebody entered it: -2 strongly against, 0 neutral, +2 strongly for; empty is not known")
    texts = (
        (_("account"), account_name(sources.book, row.account_id)),
        (_("title"), row.title),
        (_("decides"), words.decision_role(row.decision_role) if row.decision_role else ""),
    )
    shown = WhyRow(entity="contact", id=row.id, text=row.name, at=None, value=row.stance or 0)
    rows = [shown, *_account_rows_of(sources.book, row)]
    inputs = [(name, text) for name, text in texts if text]
    return answer(sources.book, row.name, row.stance, "points", formula, rows, "none", inputs=inputs)


def _account_rows_of(book: Book, row: Contact) -> list[WhyRow]:
    found = book.accounts.get(row.account_id)
    return _account_rows(found) if found else []


def deal(sources: Sources, deal_id: str, part: str) -> Why | None:
    """`deal:ID` and its parts: days (in the stage), usual (days there), amount."""
    found = one(sources.reader, Deal, deal_id)
    if found is None:
        return None
    book = sources.book_with(found.owner_id)
    row = next((deal for deal in book.deals if deal.id == deal_id), None)
    if row is None:
        return None
    usual = usual_stays(book)
    if part == "days":
        return _days_in_stage(book, row, usual.get(row.stage_id))
    if part == "usual":
        return _usual(book, row, usual.get(row.stage_id))
    return why_work.deal(book, row, usual) if part == "" else None


def _days_in_stage(book: Book, row: Deal, stay: Stay | None) -> Why:
    days = deal_facts(book, row, {}).days_in_stage
    title = _("{deal}: days in stage").format(deal=row.name)
    changes = [c for c in book.changes_by_deal.get(row.id, ()) if c.to_stage_id == row.stage_id]
    usual = "-" if stay is None or stay.days is None else f"{stay.days:g}"
    inputs = [(_("stage"), stage_name(book, row.stage_id)), (_("usual days"), usual)]
    if days is None:
        formula = _("nothing here says when the deal came into its stage")
        return answer(book, title, None, "days", formula, [deal_row(book, row, 0)], "none", inputs=inputs)
    since = date.fromordinal(book.today.toordinal() - days)
    formula = _("today {today} - {since}, the day it came into {stage}")
    said = formula.format(today=short_day(book.today), since=long_day(since), stage=stage_name(book, row.stage_id))
    rows = [
        WhyRow(
            entity="stage_change",
            id=change.id,
            text=_("into {stage}").format(stage=stage_name(book, change.to_stage_id)),
            at=book.local(change.changed_at),
            value=days,
        )
        for change in changes[-1:]
    ]
    return answer(book, title, days, "days", said, rows or [deal_row(book, row, days)], "sum", inputs=inputs)


def _usual(book: Book, row: Deal, stay: Stay | None) -> Why:
    """The finished stays behind the median; with too few of them the days set for the stage."""
    title = _("{stage}: usual days").format(stage=stage_name(book, row.stage_id))
    rows: list[WhyRow] = []
    names = {deal.id: deal for deal in book.deals}
    for deal_id, changes in book.changes_by_deal.items():
        for entered, left in pairwise(changes):
            if left.from_stage_id == entered.to_stage_id == row.stage_id:
                days = (book.local_day(left.changed_at) - book.local_day(entered.changed_at)).days
                text = names[deal_id].name if deal_id in names else deal_id
                moment = book.local(left.changed_at)
                rows.append(WhyRow(entity="deal", id=deal_id, text=text, at=moment, value=days))
    rows.sort(key=lambda one_row: (one_row.value, one_row.id))
    inputs = [(_("finished stays"), str(len(rows)))]
    if stay is None or stay.days is None:
        formula = _("no days are set for this stage, and {count} finished stays are too few for a median")
        return answer(book, title, None, "days", formula.format(count=len(rows)), rows, "none", inputs=inputs)
    formula = _("set for the stage: {count} finished stays are fewer than the {enough} a median needs")
    if stay.is_measured:
        formula = _("median of {count} finished stays in this stage")
    said = formula.format(count=len(rows), enough=ENOUGH_STAYS)
    inputs.append((_("usual days"), f"{stay.days:g}"))
    return answer(book, title, round(stay.days), "days", said, rows, "none", inputs=inputs)


def visit(sources: Sources, activity_id: str) -> Why | None:
    """One of the viewer's rows, of somebody seen here, or one older than a book reaches."""
    found = next((row for row in sources.book.activities if row.id == activity_id), None)
    if found is not None:
        return why_work.visit(sources.book, found)
    row = one(sources.reader, Activity, activity_id)
    return why_work.visit(sources.book_with(row.rep_id), row) if row is not None else None
