"""A plan: the day as it would be, what changes and why, and what it does for the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cockpit.domain.entities import ActivityKind
from cockpit.planning.exact import add_most
from cockpit.planning.explain import what_blocks, why_not
from cockpit.planning.insertion import Added, Board, add_best, add_valuable, days_of, place_loose
from cockpit.planning.notes import notes_of
from cockpit.planning.problem import Fixed, Loose, Need, Problem, Reason, Stop
from cockpit.planning.schedule import FACE
from cockpit.planning.worth import most_points, near_part, whole_points

Sign = Literal["=", "+", "~", ">", "x"]
PAST_DAY_DROP = 3
"""What a drop weighs beside a move to another day (1); a shift within the day weighs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One activity of the plan. `source_id` is the row it is or replaces; None for something new.

    `is_written`: accepting the plan writes it. `is_anew`: as a new row, the old one is closed or stays closed.
    """

    sign: Sign
    key: str
    source_id: str | None
    account_id: str | None
    tier: str
    kind: ActivityKind
    status: str
    on: date
    starts: int
    minutes: int
    travel_minutes: int
    is_written: bool
    is_anew: bool
    is_locked: bool
    rules: tuple[Reason, ...]
    points: tuple[Reason, ...]
    row_ids: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        return sum(reason.points for reason in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """The best account that is not in the plan, its points, and the first rule that keeps it out."""

    account_id: str
    tier: str
    kind: ActivityKind
    points: tuple[Reason, ...]
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEnd:
    on: date
    travel_before: int
    travel_after: int
    ends_before: int | None
    ends_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer to a problem. `lines` are in order of time; `objective` is compared as a tuple, less is better:

    KPI short, sub-limits short, moves and drops, overdue accounts left, minus score, travel minutes.
    """

    problem: Problem
    lines: tuple[Line, ...]
    unplaced: tuple[tuple[Loose, Reason], ...]
    dropped: Dropped | None
    days: tuple[DayEnd, ...]
    counted: tuple[tuple[Need, int], ...]
    """Each rule asked for, and what is done and planned for it once the plan is taken."""
    short: tuple[tuple[Need, int], ...]
    notes: tuple[Reason, ...]
    objective: tuple[int, ...]

    @property
    def changes(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_written)


def replan(problem: Problem) -> Plan:
    """The rest of today planned anew, with overflow to the next days; what may not move stays.

    In order: what lost its time, what the KPI lacks (today alone), overdue and closing accounts.
    """
    settled, board, left = _settle(problem)
    empty = Board.of(problem)
    today = [problem.today] if problem.today in board.days else []
    for need in problem.needs:
        board = _close(board, need, [on for on in days_of(board, need) if on in today], _pace(board, need))
    for on in today:
        add_valuable(board, on)
    wanted = [need for need in problem.needs if board.still_short(need)]
    return _finish(settled, board, empty, left, problem.needs, wanted, today)


def fill(problem: Problem, rule_id: str) -> Plan:
    """Exactly the activities that one rule lacks, on its days; everything that is planned stays. KeyError: no such rule."""
    need = _find(problem.needs, rule_id)
    board, empty = Board.of(problem), Board.of(problem)
    days = days_of(board, need)
    board = _close(board, need, days, board.still_short(need))
    wanted = [n for n in (need, *need.within) if board.still_short(n)]
    return _finish(problem, board, empty, [], (need,), wanted, days)


def _find(needs: Sequence[Need], rule_id: str) -> Need:
    for need in needs:
        for found in (need, *need.within):
            if found.rule_id == rule_id:
                return found
    raise KeyError(rule_id)


def _settle(problem: Problem) -> tuple[Problem, Board, list[Loose]]:
    """Place what lost its time. A visit at the time of another one that finds no room stays where it is."""
    left: list[Loose] = []
    while True:
        board = Board.of(problem)
        unplaced = place_loose(board)
        stuck = [loose for loose in unplaced if loose.why == "overlap"]
        left += stuck
        if not stuck:
            return problem, board, left + unplaced
        problem = replace(
            problem,
            loose=tuple(loose for loose in problem.loose if loose not in stuck),
            fixed=(*problem.fixed, *(_as_fixed(loose) for loose in stuck)),
            stops=tuple(
                replace(
                    stop, booked=(*stop.booked, *((s.was_on, s.kind) for s in stuck if s.account_id == stop.account_id))
                )
                for stop in problem.stops
            ),
        )


def _as_fixed(loose: Loose) -> Fixed:
    return Fixed(
        id=loose.id,
        account_id=loose.account_id,
        tier=loose.tier,
        kind=loose.kind,
        status="planned",
        on=loose.was_on,
        starts=loose.was_at,
        minutes=loose.minutes,
        place=loose.place,
        why="kept",
    )


def _pace(board: Board, need: Need) -> int:
    """What a replan of today takes on for a rule: all it lacks in visits, its share of the days left in calls.

    What today already holds is part of the share, so that a second replan adds nothing.
    """
    short = board.still_short(need)
    if need.kind == FACE or not board.days:
        return short
    today = board.problem.today
    held_today = board.days[today].count(need.kind) if today in board.days else 0
    days_left = max(1, board.problem.days_left(need.until_on))
    return max(0, min(short, -(-(short + held_today) // days_left) - held_today))


def _close(start: Board, need: Need, days: Sequence[date], count: int) -> Board:
    """`count` activities for the rule on `days`, sub-limits first; searched exhaustively where best-first fails."""
    board = start.copy()
    left = count
    for sub in need.within:
        wanted = min(left, board.still_short(sub))
        board, added = _add(board, sub, wanted, days)
        left -= added
    board, added = _add(board, need, left, days)
    if added < left and need.within:
        other, reached = _add(start.copy(), need, count, days)
        if reached > count - left + added:
            return other
    return board


def _add(board: Board, need: Need, count: int, days: Sequence[date]) -> tuple[Board, int]:
    if count <= 0 or not days:
        return board, 0
    rule = Reason("kpi", facts={"rule_id": need.rule_id, "limit": need.limit})
    greedy, searched = board.copy(), board.copy()
    reached = add_best(greedy, need, count, days, rule)
    if reached == count:
        return greedy, reached
    more = add_most(searched, need, count, days, rule)
    return (searched, more) if more > reached else (greedy, reached)


# -- the answer


def _finish(
    problem: Problem,
    board: Board,
    empty: Board,
    left: list[Loose],
    needs: Sequence[Need],
    wanted: Sequence[Need],
    days: Sequence[date],
) -> Plan:
    lines = sorted((*_standing(problem, board), *_changes(board)), key=lambda line: (line.on, line.starts, line.key))
    stops = {stop.account_id: stop for stop in problem.stops}
    unplaced = tuple((loose, _why_unplaced(board, loose)) for loose in left)
    rules = [*needs, *(sub for need in needs for sub in need.within)]
    notes = list(notes_of(problem, board, [loose for loose, _ in unplaced]))
    for need in wanted:
        blocked = what_blocks(board, need, days)
        notes.append(Reason("still_short", facts={"rule_id": need.rule_id, "short": board.still_short(need)}))
        if blocked is not None:
            notes.append(Reason(f"blocked_{blocked.code}", facts=blocked.facts))
    moves = sum(1 for line in lines if line.sign == ">" and not line.is_anew) + PAST_DAY_DROP * len(unplaced)
    overdue = sum(1 for s in stops.values() if s.is_candidate and s.is_overdue and not _is_ahead(board, s.account_id))
    return Plan(
        problem=problem,
        lines=tuple(lines),
        unplaced=unplaced,
        dropped=_best_dropped(board, needs, days),
        days=tuple(_day_end(board, empty, on) for on in sorted(board.days)),
        counted=tuple((need, board.counted(need)) for need in rules),
        short=tuple((need, board.still_short(need)) for need in rules),
        notes=tuple(notes),
        objective=(
            sum(board.still_short(need) for need in needs),
            sum(board.still_short(sub) for need in needs for sub in need.within),
            moves,
            overdue,
            -sum(added.score for added in board.added.values()),
            sum(plan.travel_minutes for plan in board.days.values()),
        ),
    )


def _is_ahead(board: Board, account_id: str) -> bool:
    return any(on >= board.problem.today and kind == FACE for on, kind in board.booked[account_id])


def _standing(problem: Problem, board: Board) -> list[Line]:
    trips = {item.key: plan.trip_to(index) for plan in board.days.values() for index, item in enumerate(plan.items)}
    return [
        Line(
            sign="=",
            key=entry.id,
            source_id=entry.id,
            account_id=entry.account_id,
            tier=entry.tier,
            kind=entry.kind,
            status=entry.status,
            on=entry.on,
            starts=entry.starts,
            minutes=entry.minutes,
            travel_minutes=trips.get(entry.id, 0),
            is_written=False,
            is_anew=False,
            is_locked=entry.why in ("held", "in_progress", "locked", "promised"),
            rules=(Reason(entry.why),),
            points=(),
        )
        for entry in problem.fixed
    ]


def _changes(board: Board) -> list[Line]:
    lines: list[Line] = []
    for on, plan in board.days.items():
        for index, item in enumerate(plan.items):
            added = board.added.get(item.key)
            if added is not None:
                lines.append(_changed(added, on, plan.starts[index], item.minutes, plan.trip_to(index)))
    return lines


def _changed(added: Added, on: date, starts: int, minutes: int, trip: int) -> Line:
    loose = added.loose
    sign: Sign = "+"
    if loose is not None and loose.why == "cancelled":
        sign = ">"
    elif loose is not None and not loose.is_anew:
        sign = "~" if on == loose.was_on else ">"
    return Line(
        sign=sign,
        key=added.key,
        source_id=loose.id if loose else None,
        account_id=added.stop.account_id,
        tier=added.stop.tier,
        kind=added.kind,
        status="planned",
        on=on,
        starts=starts,
        minutes=minutes,
        travel_minutes=trip,
        is_written=True,
        is_anew=loose is None or loose.is_anew,
        is_locked=False,
        rules=(added.rule,),
        points=added.points,
        row_ids=added.stop.row_ids,
    )


def _why_unplaced(board: Board, loose: Loose) -> Reason:
    stop = next(s for s in board.problem.stops if s.account_id == loose.account_id)
    found: Reason | None = None
    for on in sorted(board.days):
        if on >= loose.not_before and on != loose.was_on:
            found = found or why_not(board, stop, loose.kind, on, loose)
    return found or Reason("no_time", facts={"on": board.problem.today})


def _best_dropped(board: Board, needs: Sequence[Need], days: Sequence[date]) -> Dropped | None:
    """The account with the most points that is not in the plan though its last visit is long enough ago."""
    kind: ActivityKind = needs[0].kind if len(needs) == 1 else FACE
    most = {stop.account_id: most_points(stop.parts, is_near=kind == FACE) for stop in board.problem.stops}
    best: tuple[int, Dropped] | None = None
    # From the most points an account could get: once that is no more than the best has, no other is asked.
    for stop in sorted(board.problem.stops, key=lambda one: -most[one.account_id]):
        if best is not None and most[stop.account_id] < best[0]:
            break
        if not stop.is_candidate or any(board.too_near(stop, kind, on) is not None for on in days) or not days:
            continue
        found = _dropped(board, stop, kind, days)
        score = sum(reason.points for reason in found.points)
        if best is None or (-score, stop.account_id) < (-best[0], best[1].account_id):
            best = score, found
    return best[1] if best else None


def _dropped(board: Board, stop: Stop, kind: ActivityKind, days: Sequence[date]) -> Dropped:
    blocked = [why_not(board, stop, kind, on) for on in days]
    why = next((reason for reason in blocked if reason is not None), Reason("enough"))
    why = Reason("enough") if None in blocked else why
    points = whole_points(stop.parts)
    if None in blocked and kind == FACE:
        fit = board.fit(stop, kind, days[blocked.index(None)])
        points = whole_points((*stop.parts, near_part(fit.extra_minutes if fit else 0)))
    return Dropped(account_id=stop.account_id, tier=stop.tier, kind=kind, points=points, why=why)


def _day_end(board: Board, empty: Board, on: date) -> DayEnd:
    before, after = empty.days[on], board.days[on]
    return DayEnd(
        on=on,
        travel_before=before.travel_minutes,
        travel_after=after.travel_minutes,
        ends_before=before.ends,
        ends_after=after.ends,
    )
