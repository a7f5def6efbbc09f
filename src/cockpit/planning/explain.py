"""Why something is not in a plan: the first rule that forbids it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cockpit.domain.entities import ActivityKind
from cockpit.planning.insertion import Board, stops_of
from cockpit.planning.problem import Fixed, Loose, Need, Point, Reason, Stop, Window
from cockpit.planning.schedule import FACE, DayPlan, Shape

if TYPE_CHECKING:
    from cockpit.planning.plan import Line, Plan

_DEPTH = {"once_a_day": 0, "too_soon": 1, "closed": 2, "day_full": 3, "no_time": 4}
"""How far an account came before a rule stopped it."""


def why_not(board: Board, stop: Stop, kind: ActivityKind, on: date, loose: Loose | None = None) -> Reason | None:
    """The first rule that keeps the account out of that day; None when it would fit.

    once_a_day, too_soon (facts: other, free_on), closed, companion_busy, day_full (limit), no_time.
    """
    other = board.too_near(stop, kind, on, loose.stood_on if loose else None)
    if other == on:
        return Reason("once_a_day", facts={"on": on})
    if other is not None:
        gap = stop.visit_gap if kind == FACE else stop.call_gap
        free_on = other + timedelta(days=gap) if other < on else None
        return Reason("too_soon", facts={"on": on, "other": other, "gap": gap, "free_on": free_on})
    shape, plan = board.shape(stop, kind, on, loose), board.days[on]
    if not shape.spans:
        if loose is not None and loose.busy and board.shape(stop, kind, on).spans:
            return Reason("companion_busy", facts={"on": on, "person_id": loose.companion_id})
        return Reason("closed", facts={"on": on})
    if not plan.has_room(kind):
        limit = plan.day.max_visits if kind == FACE else plan.day.max_calls
        return Reason("day_full", facts={"on": on, "limit": limit})
    if plan.best_fit(shape) is None:
        return Reason("no_time", facts={"on": on, **_too_late(plan, shape, board.windows(stop, on))})
    return None


def _too_late(plan: DayPlan, shape: Shape, windows: Sequence[Window]) -> dict[str, int]:
    """What one would miss after all that stands in the day: arrives and closes, or back and ends; empty for neither."""
    arrives, closes = plan.arrival(shape), max(window.closes for window in windows)
    if arrives + shape.minutes > closes:
        return {"arrives": arrives, "closes": closes, "minutes": shape.minutes}
    back = arrives + shape.minutes + plan.way_home(shape)
    return {"back": back, "ends": plan.day.ends} if back > plan.day.ends else {}


def why_left_out(plan: Plan, account_id: str, kind: ActivityKind) -> tuple[tuple[date, Reason | None], ...]:
    """For each day of the plan the first rule that keeps an account out of it as it is, None where it would fit.

    Raises KeyError for an account that the problem does not know.
    """
    problem = plan.problem
    stop = {stop.account_id: stop for stop in problem.stops}[account_id]
    booked = [(line.on, line.kind) for line in plan.changes if line.account_id == account_id]
    stop = replace(stop, booked=(*stop.booked, *booked))
    places = {other.account_id: other.place for other in problem.stops}
    fixed = tuple(_standing(line, places.get(line.account_id or "")) for line in plan.lines)
    board = Board.of(replace(problem, fixed=fixed, loose=(), stops=(stop,)))
    return tuple((day.on, why_not(board, stop, kind, day.on)) for day in problem.days)


def _standing(line: Line, place: Point | None) -> Fixed:
    return Fixed(
        id=line.key,
        account_id=line.account_id,
        tier=line.tier,
        kind=line.kind,
        status=line.status,
        on=line.on,
        starts=line.starts,
        minutes=line.minutes,
        place=place,
        why="kept",
    )


def what_blocks(board: Board, need: Need, days: Sequence[date]) -> Reason | None:
    """The rule that stops most accounts from helping a KPI, each at the day it came furthest; facts: count, of.

    Accounts that are in the plan already are asked only when there are no others.

    None when nothing is blocked. `no_days` and `no_accounts` where there is nothing to choose from.
    """
    stops = stops_of(board, need)
    if not days:
        return Reason("no_days")
    if not stops:
        return Reason("no_accounts")
    helping = {added.stop.account_id for added in board.added.values()}
    last: list[Reason] = []
    for stop in [stop for stop in stops if stop.account_id not in helping] or stops:
        found = [why_not(board, stop, need.kind, on) for on in days]
        blocked = [reason for reason in found if reason is not None]
        if len(blocked) == len(found):
            last.append(max(blocked, key=lambda reason: _DEPTH[reason.code]))
    if not last:
        return None
    code, count = Counter(reason.code for reason in last).most_common(1)[0]
    facts = next(reason.facts for reason in last if reason.code == code)
    return Reason(code, facts={**facts, "count": count, "of": len(stops)})
