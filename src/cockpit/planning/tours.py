"""What the search is asked and what it answers: which stops to make, on which day, in which order.

Plain tuples of whole numbers, so that a problem can be sent to another process. The unit of time is the
caller's. In the literature: team orienteering with time windows (days are its vehicles).
"""

from __future__ import annotations

from dataclasses import dataclass

Hours = tuple[tuple[tuple[int, int], ...], ...]
"""For every stop its windows: (opens, closes), where `closes` is the latest START; none where it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourDay:
    """One tour: leaves the place `start` at `leaves`, is at the place `end` by `back_by`, makes `most` stops at most.

    `hours` is an index into `TourProblem.hours`: days of the same weekday share their windows.
    """

    start: int
    end: int
    leaves: int
    back_by: int
    hours: int = 0
    most: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TourProblem:
    """Stops are the first places, as many as there are scores; then come the places where days start and end.

    `trip[a][b]` is the time from the start of the stop at a to the arrival at b: the stop's length and the way.
    A stop takes `use[stop]`, pairs of (index of the limit, amount), of the `limits` of all days together.
    """

    trip: tuple[tuple[int, ...], ...]
    scores: tuple[float, ...]
    hours: tuple[Hours, ...]
    days: tuple[TourDay, ...]
    limits: tuple[float, ...] = ()
    use: tuple[tuple[tuple[int, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Tours:
    """An answer: the stops of each day in order, the sum of their scores, and the time all trips take."""

    routes: tuple[tuple[int, ...], ...]
    score: float
    minutes: int
