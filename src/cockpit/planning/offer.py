"""When a new plan is worth offering: something of today no longer holds. It is offered, never made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from cockpit.domain.agenda import unvisited
from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of, standing
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.kpi import kpi_counts
from cockpit.planning.pace import with_own_pace
from cockpit.planning.problem import Fact, Reason, Rules
from cockpit.planning.reading import point
from cockpit.planning.schedule import FACE
from cockpit.planning.travel import Travel

LATE_MINUTES = 15
"""Later than this is worth a new plan."""
FEW_DEALS = 4
"""With fewer other open deals any amount is large."""
MOST_NEW = 10
"""More accounts at once were handed over or imported: they are no news of one."""
LONGEST_BREAK = 14
"""Days looked back for a working day."""
_PLANNED = frozenset({"starts_at", "status", "is_locked", "is_promised"})


def offer_of(book: Book, rep_id: str, rules: Rules | None = None, disputed: Collection[str] = ()) -> Reason | None:
    """The first of: a plan that differs from the hub's (`disputed`: ids of its activities), a cancelled visit of today,
    running late, a change by somebody else, a hot prospect, the morning.

    None when nothing asks for a new plan, or today is no working day. Each goes away once its cause is planned for.
    """
    asked = next((row for row in book.activities_by_rep.get(rep_id, ()) if row.id in disputed), None)
    if asked is not None:
        return Reason("offer_disputed", facts={"account_id": asked.account_id, "on": book.local_day(asked.starts_at)})
    if not book.calendar_of(rep_id).is_workday(book.today):
        return None
    mine = book.activities_by_rep.get(rep_id, ())
    today = [row for row in mine if book.local_day(row.starts_at) == book.today]
    found = (
        _cancelled(book, mine, today),
        _late(book, today, rules or with_own_pace(book, rep_id, Rules())),
        _changed(book, rep_id, mine),
        _chance(book, rep_id, mine),
        _morning(book, rep_id, today),
    )
    return next((reason for reason in found if reason is not None), None)


def _cancelled(book: Book, mine: tuple[Activity, ...], today: list[Activity]) -> Reason | None:
    """Cancelled today, its account has nothing of the kind ahead, and its time, or a later one, can still be used."""
    for row in today:
        if row.status != "cancelled" or row.kind == "task" or row.account_id not in book.accounts:
            continue
        ahead = (
            other.moved_from_id == row.id
            or (other.account_id == row.account_id and other.kind == row.kind and other.status == "planned")
            for other in mine
            if other.starts_at >= book.midnight(book.today)
        )
        if not any(ahead):
            return Reason("offer_cancelled", facts={"account_id": row.account_id, "at": _minute(book, row)})
    return None


def _late(book: Book, today: list[Activity], rules: Rules) -> Reason | None:
    """The trip from the last visit that was held comes more than LATE_MINUTES after the next one begins."""
    held = [row for row in today if row.kind == FACE and row.status == "held"]
    if not held:
        return None
    last = held[-1]
    ahead = (row for row in today if row.kind == FACE and row.status == "planned" and row.starts_at > last.starts_at)
    row = next(ahead, None)
    if row is None:
        return None
    here, there = (book.accounts.get(one.account_id or "") for one in (last, row))
    places = [point(account.lat, account.lon) if account else None for account in (here, there)]
    if places[0] is None or places[1] is None:
        return None
    free = max(last.ends_at or last.starts_at, book.as_of if row.starts_at > book.as_of else last.starts_at)
    arrives = free + timedelta(minutes=Travel(rules)[places[0]][places[1]])
    minutes = int((arrives - row.starts_at).total_seconds() // 60)
    if minutes <= LATE_MINUTES:
        return None
    return Reason("offer_late", facts={"account_id": row.account_id, "minutes": minutes, "at": _minute(book, row)})


def _changed(book: Book, rep_id: str, mine: tuple[Activity, ...]) -> Reason | None:
    """Somebody else changed what is planned from today on, after the rep's own last change of a plan."""
    ahead = {row.id: row for row in mine if row.starts_at >= book.midnight(book.today)}
    entries = [entry for entry in book.log if entry.entity == "activity" and entry.entity_id in ahead]
    found = None
    for entry in entries:
        if entry.actor_id == rep_id:
            found = None
        elif entry.actor_id and (entry.op == "create" or _PLANNED & entry.after.keys()):
            found = ahead[entry.entity_id] if book.local_day(entry.recorded_at) == book.today else found
    if found is None or found.account_id is None:
        return None
    return Reason("offer_changed", facts={"account_id": found.account_id, "on": book.local_day(found.starts_at)})


def _chance(book: Book, rep_id: str, mine: tuple[Activity, ...]) -> Reason | None:
    """A hot prospect: new since the working day before, with nothing planned and nothing held since, and either of tier A or
    with a deal that fewer than a quarter of the rep's other open deals are larger than. The largest deal is named first."""
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


def _morning(book: Book, rep_id: str, today: list[Activity]) -> Reason | None:
    """Before the first thing of the day: visits without a day, or a KPI without a plan."""
    if any(row.status == "held" or (row.kind != "task" and row.starts_at <= book.as_of) for row in today):
        return None
    left = len(unvisited(book, rep_id))
    short = sum(count.uncovered for count in kpi_counts(book, rep_id) if count.rule.parent_id is None)
    if not left and not short:
        return None
    return Reason("offer_morning", facts={"left": left, "short": short})


def _minute(book: Book, row: Activity) -> int:
    local = book.local(row.starts_at)
    return local.hour * 60 + local.minute
