"""The one account most worth adding to the rest of today; its points are those of `planning.worth`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cockpit.domain.book import Book
from cockpit.planning.insertion import Board
from cockpit.planning.pace import with_own_pace
from cockpit.planning.problem import Reason, Rules
from cockpit.planning.reading import problem_from
from cockpit.planning.worth import most_points, near_part, parts_of, whole_points

_FIRST = 200
"""So many accounts are put before the planner first, the best of them; of thousands it mostly needs no others."""


@dataclass(frozen=True, slots=True)
class Addition:
    """The account most worth adding today. `points` add up to `score`; words come from `services.reasons`."""

    account_id: str
    after_activity_id: str | None
    starts_at: datetime
    score: int
    points: tuple[Reason, ...]
    row_ids: tuple[str, ...]


def best_addition(
    book: Book, rep_id: str, now: datetime, exclude: Collection[str] = (), rules: Rules | None = None
) -> Addition | None:
    """The account with the highest score that fits into the rest of today without moving anything.

    All the planner's rules hold: opening hours, travel, day end, limit a day, cadence minimum. Accounts
    in `exclude` are left out. None when nothing fits, or today is no working day.
    """
    rules = rules or with_own_pace(book, rep_id, Rules())
    today = book.local_day(now)
    if not book.calendar_of(rep_id).is_workday(today):
        return None
    worth = parts_of(book, rep_id, today, rules)
    most = {key: most_points(found.parts) for key, found in worth.items() if key not in exclude}
    order = sorted(most, key=lambda key: (-most[key], key))
    best: Addition | None = None
    # From the most points an account could get: once that is less than the best has, no other is tried for a place.
    for keys in (order[:_FIRST], order[_FIRST:]):
        among = {key: worth[key] for key in keys if best is None or most[key] >= best.score}
        if among:
            problem = problem_from(book, rep_id, now, rules, (today,), among=among)
            best = _best(Board.of(problem), today, most, best)
    return best


def _best(board: Board, today: date, most: Mapping[str, int], best: Addition | None) -> Addition | None:
    """The better of `best` and the board's accounts; of equals the one whose id comes first."""
    plan = board.days[today]
    for stop in sorted(board.problem.stops, key=lambda one: (-most[one.account_id], one.account_id)):
        if best is not None and (-most[stop.account_id], stop.account_id) > (-best.score, best.account_id):
            break
        if any(day >= today and kind == "visit" for day, kind in stop.booked):
            continue
        fit = board.fit(stop, "visit", today)
        if fit is None:
            continue
        points = whole_points((*stop.parts, near_part(fit.extra_minutes)))
        score = sum(reason.points for reason in points)
        if best is None or (-score, stop.account_id) < (-best.score, best.account_id):
            after = plan.items[fit.position - 1].key if fit.position else None
            starts_at = board.problem.moment(today, fit.starts)
            best = Addition(stop.account_id, after, starts_at, score, points, stop.row_ids)
    return best
