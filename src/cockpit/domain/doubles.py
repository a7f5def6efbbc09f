"""Visits that may be one visit made twice: on two devices, or offline. They are never merged, only shown.

A goal of its own for each says that both are meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from cockpit.domain.entities import Activity

NEAR = timedelta(minutes=30)
_REAL = ("planned", "held")


def possible_doubles(activities: Iterable[Activity]) -> frozenset[str]:
    """Ids of visits of one rep with one account that begin within half an hour of each other."""
    visits = [a for a in activities if a.kind == "visit" and a.account_id is not None and a.status in _REAL]
    visits.sort(key=lambda a: (a.account_id or "", a.rep_id, a.starts_at, a.id))
    found: set[str] = set()
    for _who, group in groupby(visits, key=lambda a: (a.account_id, a.rep_id)):
        before: list[Activity] = []
        for visit in group:
            before = [earlier for earlier in before if visit.starts_at - earlier.starts_at <= NEAR]
            for earlier in before:
                if not _are_meant(earlier, visit):
                    found |= {earlier.id, visit.id}
            before.append(visit)
    return frozenset(found)


def _are_meant(one: Activity, other: Activity) -> bool:
    """Two goals, or two people to see: somebody planned both."""
    goals, contacts = (one.goal.strip(), other.goal.strip()), (one.contact_id, other.contact_id)
    return any(all(pair) and pair[0] != pair[1] for pair in (goals, contacts))
