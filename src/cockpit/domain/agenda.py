"""The day in order, what was never answered for, and what to know before the next visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Activity, Deal

MISSING = ("goal", "agenda", "contact")
AHEAD = 7
"""Days that count as the coming ones."""


@dataclass(frozen=True, slots=True)
class PrepFacts:
    """The rows to read before one visit."""

    visit: Activity
    last: Activity | None
    needs: tuple[str, ...]
    """Needs heard at this account, newest first."""
    needs_from: tuple[str, ...]
    """Ids of the activities the needs come from."""
    deals: tuple[Deal, ...]
    missing: tuple[str, ...]


def today_list(book: Book, rep_id: str) -> tuple[Activity, ...]:
    """Everything that starts today, done or not, and next steps and to-dos that are overdue, in order of time.

    Overdue visits are not here but in `unvisited`; what was moved or cancelled is gone.
    """
    begins, ends = book.midnight(book.today), book.midnight(book.today + timedelta(days=1))
    return tuple(
        activity
        for activity in book.activities_by_rep.get(rep_id, ())
        if (begins <= activity.starts_at < ends and activity.status in ("planned", "held", "not_held"))
        or (activity.starts_at < begins and activity.status == "planned" and activity.kind != "visit")
    )


def coming(book: Book, rep_id: str) -> tuple[Activity, ...]:
    """What is planned for the AHEAD days after today, in order of time."""
    begins, ends = (book.midnight(book.today + timedelta(days=days)) for days in (1, AHEAD + 1))
    return tuple(
        activity
        for activity in book.activities_by_rep.get(rep_id, ())
        if activity.status == "planned" and begins <= activity.starts_at < ends
    )


def unvisited(book: Book, rep_id: str) -> tuple[Activity, ...]:
    """Every visit still planned with a local date before today."""
    begins = book.midnight(book.today)
    return tuple(
        activity
        for activity in book.activities_by_rep.get(rep_id, ())
        if activity.kind == "visit" and activity.status == "planned" and activity.starts_at < begins
    )


def is_yesterday(book: Book, rep_id: str, day: date) -> bool:
    """Whether a list says yesterday for `day`: the person's last working day before today."""
    return day == book.calendar_of(rep_id).previous_workday(book.today)


def next_visit(book: Book, rep_id: str) -> Activity | None:
    """The first planned visit of today that is not over, else the next one at all."""
    for activity in book.activities_by_rep.get(rep_id, ()):
        ends = activity.ends_at or activity.starts_at
        if activity.kind == "visit" and activity.status == "planned" and ends >= book.as_of:
            return activity
    return None


def prep_for(book: Book, visit: Activity) -> PrepFacts:
    """What the book knows of the visit's account."""
    held = [
        activity
        for activity in book.activities_by_account.get(visit.account_id or "", ())
        if activity.status == "held" and activity.starts_at <= book.as_of
    ]
    held.sort(key=lambda activity: (activity.starts_at, activity.id), reverse=True)
    needs: dict[str, str] = {}
    for activity in held:
        for need in activity.needs:
            needs.setdefault(need, activity.id)
    deals = tuple(
        deal
        for deal in book.deals
        if visit.account_id is not None and deal.account_id == visit.account_id and standing(book, deal) == "open"
    )
    return PrepFacts(
        visit,
        held[0] if held else None,
        tuple(needs),
        tuple(dict.fromkeys(needs.values())),
        deals,
        tuple(
            name for name, value in zip(MISSING, (visit.goal, visit.agenda, visit.contact_id), strict=True) if not value
        ),
    )


def is_overdue(book: Book, activity: Activity) -> bool:
    """Still planned with its day past."""
    return activity.status == "planned" and activity.starts_at < book.midnight(book.today)
