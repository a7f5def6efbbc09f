"""Second people at visits: whose visits the rep rides along on, and when somebody who comes along is free."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity
from cockpit.domain.team import reps_below
from cockpit.planning.problem import MIDNIGHT, Window, minute_of


def rides_of(book: Book, rep_id: str) -> tuple[Activity, ...]:
    """Somebody else's planned visits on which the rep rides along."""
    return tuple(row for row in _others(book, rep_id) if row.companion_id == rep_id and row.kind == "visit")


def busy_of(
    book: Book, rep_id: str, person_id: str, days: Collection[date], minutes: Callable[[Activity], int]
) -> tuple[tuple[date, Window], ...]:
    """When a companion is taken on these days by what is known here: what he plans, what he rides along on, his days off.

    `minutes`: how long an activity takes. What the rep has with him stands in the rep's own days.
    """
    calendar = book.calendar_of(person_id)
    found = [(on, Window(0, MIDNIGHT)) for on in days if not calendar.is_workday(on)]
    for row in _others(book, rep_id):
        on, starts = book.local_day(row.starts_at), minute_of(row.starts_at, book.zone)
        if person_id in (row.rep_id, row.companion_id) and on in days and row.kind != "task":
            found.append((on, Window(starts, starts + minutes(row))))
    return tuple(found)


def knows_plan_of(book: Book, rep_id: str, person_id: str) -> bool:
    """Whether a companion's plan is among the rows of this device: of people one leads."""
    return any(person.id == person_id for person in reps_below(book.people, book.teams, rep_id))


def _others(book: Book, rep_id: str) -> tuple[Activity, ...]:
    rows = (*book.activities, *book.rides)
    return tuple(row for row in rows if row.rep_id != rep_id and row.status == "planned")
