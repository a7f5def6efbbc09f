"""How many of the visits a rep plans take place, and what that asks for beside a KPI.

A buffer is offered and never made by itself: it is no part of what a KPI lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import ceil

from cockpit.domain.book import Book
from cockpit.domain.distributions import beta_quantile
from cockpit.domain.entities import Activity
from cockpit.planning.problem import Need
from cockpit.planning.schedule import FACE

DAYS = 60
"""So many days back planned visits count."""
ENOUGH = 20
"""Fewer say nothing."""
USUAL = Fraction(9, 10)
"""Who keeps so many needs no buffer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Of `planned` visits whose time is over so many were held; 80 % range of the share."""

    held: int
    planned: int
    low: float
    high: float
    row_ids: tuple[str, ...]

    @property
    def share(self) -> Fraction:
        return Fraction(self.held, self.planned)

    @property
    def is_low(self) -> bool:
        return self.planned >= ENOUGH and self.held > 0 and self.share < USUAL


def kept_of(book: Book, rep_id: str) -> Kept:
    """Held, of held, not held, cancelled and left unvisited; one that was moved counts at its new time, one that was
    logged without having been planned does not count.

    The range is that of Beta(held + 1/2, missed + 1/2).
    """
    since, until = book.midnight(book.today - timedelta(days=DAYS)), book.midnight(book.today)
    made = {entry.entity_id: entry.recorded_at for entry in book.log if entry.op == "create"}

    def was_planned(row: Activity) -> bool:
        return row.kind == FACE and row.status != "moved" and made.get(row.id, row.starts_at) <= row.starts_at

    rows = [
        row for row in book.activities_by_rep.get(rep_id, ()) if since <= row.starts_at < until and was_planned(row)
    ]
    held = sum(row.status == "held" for row in rows)
    low, high = (beta_quantile(p, held + 0.5, len(rows) - held + 0.5) for p in (0.1, 0.9))
    return Kept(held, len(rows), low, high, tuple(row.id for row in rows))


def buffer_for(kept: Kept, need: Need) -> int:
    """Visits beyond the limit so that, kept as usual, those still to come reach it: ceil(left / share) - left."""
    if not kept.is_low or need.kind != FACE:
        return 0
    left = max(0, need.limit - need.done)
    return ceil(left / kept.share) - left
