"""What a reader of a plan has to know: what was assumed, and which rule the existing visits break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cockpit.planning.insertion import Board
from cockpit.planning.problem import Fact, Fixed, Loose, Problem, Reason
from cockpit.planning.schedule import FACE


def notes_of(problem: Problem, board: Board, unplaced: Sequence[Loose]) -> Iterator[Reason]:
    """Facts behind the plan, most serious first."""
    today = next((day for day in problem.days if day.on == problem.today), None)
    if problem.today not in problem.workdays:
        yield Reason("no_workday", facts={"on": problem.today})
    elif today is not None and today.earliest >= today.ends:
        yield Reason("day_over", facts={"ends": today.ends})
    if not problem.days:
        yield Reason("no_days")
    yield from _clashes(problem, board)
    yield from problem.notes
    stops = {stop.account_id: stop for stop in problem.stops}
    used = {added.stop.account_id: added for added in board.added.values()}
    for account_id, added in sorted(used.items()):
        if added.kind == FACE and added.stop.place is None:
            yield Reason("no_place", facts={"account_id": account_id, "minutes": problem.rules.unknown_minutes})
    for account_id in sorted(used):
        if stops[account_id].hours is None:
            opens, closes = problem.rules.day_starts, problem.rules.day_ends
            yield Reason("no_hours", facts={"account_id": account_id, "opens": opens, "closes": closes})
    yield from _companions(board)
    if any(added.kind == FACE for added in used.values()):
        rules = problem.rules
        facts: dict[str, Fact] = {"factor": rules.travel_factor, "speed": rules.speed_kmh, "trips": rules.trips}
        is_own = rules.trip_error is not None
        yield Reason("own_pace" if is_own else "straight_line", facts={**facts, "error": rules.trip_error})


def _companions(board: Board) -> Iterator[Reason]:
    """Who else has to come at a new time, and whether his plan was looked at."""
    for key, added in sorted(board.added.items()):
        loose = added.loose
        if loose is not None and loose.companion_id:
            plan = board.days[added.on]
            starts = next(start for item, start in zip(plan.items, plan.starts) if item.key == key)
            code = "companion_free" if loose.is_companion_known else "companion_unknown"
            facts: dict[str, Fact] = {"account_id": loose.account_id, "person_id": loose.companion_id}
            yield Reason(code, facts={**facts, "on": added.on, "at": starts})


def _clashes(problem: Problem, board: Board) -> Iterator[Reason]:
    """Existing visits that overlap, follow each other faster than the trip allows, or meet one account twice a day."""
    stops = {stop.account_id: stop for stop in problem.stops}
    for day in problem.days:
        rows = sorted((f for f in problem.fixed if f.on == day.on and f.minutes), key=lambda f: (f.starts, f.id))
        ahead = [f for f in rows if f.starts + f.minutes > day.earliest]
        met = [f for f in rows if f not in ahead and f.kind == FACE and f.status == "held"]
        is_next_to_come = bool(ahead) and ahead[0].starts >= day.earliest
        for first, second in pairwise((*met[-1:], *ahead) if is_next_to_come else ahead):
            facts: dict[str, Fact] = {"on": day.on, "first": first.id, "second": second.id, "at": second.starts}
            late = max(first.starts + first.minutes, day.earliest - 1) + _trip(board, first, second) - second.starts
            if second.starts < first.starts + first.minutes:
                yield Reason("overlap_stays", facts=facts)
            elif late > 0:
                yield Reason("late_by", facts={**facts, "minutes": late})
        visited = Counter(f.account_id for f in ahead if f.kind == FACE and f.status == "planned" and f.account_id)
        for account_id in sorted(account_id for account_id, count in visited.items() if count > 1):
            yield Reason("met_twice", facts={"account_id": account_id, "on": day.on})
        for entry in ahead:
            stop = stops.get(entry.account_id or "")
            if entry.kind == FACE and entry.status == "planned" and stop is not None and stop.hours is not None:
                windows = stop.hours[day.on.weekday()]
                if not any(w.opens <= entry.starts and entry.starts + entry.minutes <= w.closes for w in windows):
                    yield Reason("closed_then", facts={"on": day.on, "activity_id": entry.id, "at": entry.starts})


def _trip(board: Board, first: Fixed, second: Fixed) -> int:
    if first.kind != FACE or second.kind != FACE:
        return 0
    return board.days[first.on].travel[first.place][second.place]
