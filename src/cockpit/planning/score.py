"""The one account most worth adding to the rest of today; its points are those of `planning.worth`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.book import Book
from cockpit.planning.insertion import Board
from cockpit.planning.problem import Reason, Rules
from cockpit.planning.reading import problem_from
from cockpit.planning.worth import most_points, near_part, whole_points


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
    rules = rules or Rules()
    today = book.local_day(now)
    if not book.calendar_of(rep_id).is_workday(today):
        return None
    board = Board.of(problem_from(book, rep_id, now, rules, (today,)))
    best: tuple[int, int, Addition] | None = None
    plan = board.days[today]
    stops = [
        (most_points(stop.parts), -number, stop)
        for number, stop in enumerate(board.problem.stops)
        if stop.is_candidate
        and stop.account_id not in exclude
        and not any(day >= today and kind == "visit" for day, kind in stop.booked)
    ]
    # From the most points an account could get: once that is less than the best has, no other is tried for a place.
    for most, place, stop in sorted(stops, key=lambda one: one[:2], reverse=True):
        if best is not None and (most, place) < best[:2]:
            break
        fit = board.fit(stop, "visit", today)
        if fit is None:
            continue
        points = whole_points((*stop.parts, near_part(fit.extra_minutes)))
        score = sum(reason.points for reason in points)
        if best is None or (score, place) > best[:2]:
            after = plan.items[fit.position - 1].key if fit.position else None
            starts_at = board.problem.moment(today, fit.starts)
            best = score, place, Addition(stop.account_id, after, starts_at, score, points, stop.row_ids)
    return best[2] if best else None
