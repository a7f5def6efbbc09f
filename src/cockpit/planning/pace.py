"""How fast a rep gets from one visit to the next, by his own log.

A trip is the time between two visits held one after the other on a day. It holds some waiting too, so the fit errs on the
long side: a plan made with it is one that can be kept. The log gives minutes for a straight kilometre and no more, so the
road factor stays as stated and the speed is fitted: the median over the trips, which a long wait or a wrong time moves little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity
from cockpit.planning.problem import Rules, minute_of
from cockpit.planning.reading import point
from cockpit.planning.schedule import FACE
from cockpit.planning.travel import straight_km

DAYS = 60
"""So many days back trips count."""
ENOUGH = 20
"""Fewer trips say nothing."""
LEAST_KM = 0.5
"""On a shorter way the fixed minutes are most of the trip."""
LONGEST_MINUTES = 90
"""Between visits farther apart in time something else was done."""
SPEEDS = (5.0, 80.0)
"""Kilometres an hour on the road in a town; a fit outside is not believed."""


@dataclass(frozen=True, slots=True)
class Trip:
    """From the end of one held visit to the beginning of the next, and the straight line between them."""

    row_id: str
    """The visit it leads to."""
    account_id: str | None
    at: datetime
    km: float
    minutes: int


def trips_of(book: Book, rep_id: str, rules: Rules) -> tuple[Trip, ...]:
    """The trips of the last DAYS days, oldest first; none over lunch, and none with anything else held in between."""
    since = book.midnight(book.today - timedelta(days=DAYS))
    held = [
        row
        for row in book.activities_by_rep.get(rep_id, ())
        if row.status == "held" and row.kind != "task" and row.starts_at >= since
    ]
    found = (_trip(book, first, second, rules) for first, second in pairwise(held))
    return tuple(trip for trip in found if trip is not None)


def _trip(book: Book, first: Activity, second: Activity, rules: Rules) -> Trip | None:
    on = book.local_day(first.starts_at)
    if first.ends_at is None or first.kind != FACE or second.kind != FACE or book.local_day(second.starts_at) != on:
        return None
    minutes = int((second.starts_at - first.ends_at).total_seconds() // 60)
    leaves, arrives = minute_of(first.ends_at, book.zone), minute_of(second.starts_at, book.zone)
    is_over_lunch = rules.lunch is not None and leaves < rules.lunch.closes and rules.lunch.opens < arrives
    accounts = (book.accounts.get(row.account_id or "") for row in (first, second))
    here, there = (point(account.lat, account.lon) if account else None for account in accounts)
    if here is None or there is None or is_over_lunch or not 0 < minutes <= LONGEST_MINUTES:
        return None
    km = straight_km(here, there)
    return Trip(second.id, second.account_id, second.starts_at, km, minutes) if km >= LEAST_KM else None


def with_own_pace(book: Book, rep_id: str, rules: Rules) -> Rules:
    """The rules with the rep's own speed where his log has ENOUGH trips; else as they were, with how many there are.

    speed = factor x 60 / median((minutes - fixed) / straight km); the error is the median of what a trip differs.
    """
    trips = trips_of(book, rep_id, rules)
    if len(trips) < ENOUGH:
        return replace(rules, trips=len(trips))
    pace = median([(trip.minutes - rules.fixed_minutes) / trip.km for trip in trips])
    if pace <= 0 or not SPEEDS[0] <= (speed := round(rules.travel_factor * 60 / pace, 1)) <= SPEEDS[1]:
        return replace(rules, trips=len(trips))
    pace = rules.travel_factor * 60 / speed
    error = median([abs(rules.fixed_minutes + pace * trip.km - trip.minutes) for trip in trips])
    return replace(rules, speed_kmh=speed, trips=len(trips), trip_error=round(error))
