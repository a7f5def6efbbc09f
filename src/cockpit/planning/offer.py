"""When a new plan is worth offering: something of today no longer holds. It is offered, never made."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from cockpit.domain.agenda import unvisited
from cockpit.domain.book import Book
from cockpit.domain.entities import Activity
from cockpit.domain.kpi import kpi_counts
from cockpit.planning.chances import chance_of
from cockpit.planning.pace import with_own_pace
from cockpit.planning.problem import Fact, Reason, Rules
from cockpit.planning.reading import point
from cockpit.planning.schedule import FACE
from cockpit.planning.travel import Travel

LATE_MINUTES = 15
"""Later than this is worth a new plan."""
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
        chance_of(book, rep_id),
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
    """Somebody else, the last one is named, changed what is planned from today on, after the rep's own last change of a plan."""
    ahead = {row.id: row for row in mine if row.starts_at >= book.midnight(book.today)}
    entries = [entry for entry in book.log if entry.entity == "activity" and entry.entity_id in ahead]
    found = None
    for entry in entries:
        if entry.actor_id == rep_id:
            found = None
        elif entry.actor_id and (entry.op == "create" or _PLANNED & entry.after.keys()):
            is_new = book.local_day(entry.recorded_at) == book.today
            found = (ahead[entry.entity_id], entry.actor_id) if is_new else found
    if found is None:
        return None
    row, person_id = found
    if row.account_id is None:
        return None
    facts: dict[str, Fact] = {"account_id": row.account_id, "on": book.local_day(row.starts_at), "person_id": person_id}
    return Reason("offer_changed", facts=facts)


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
