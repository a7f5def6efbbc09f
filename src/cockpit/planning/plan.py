"""A plan: the day as it would be, what changes and why, and what it does for the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cockpit.domain.entities import ActivityKind
from cockpit.planning.cost import TIERS
from cockpit.planning.explain import what_blocks, why_not
from cockpit.planning.insertion import Added, Board, days_of, place_loose, stays_at
from cockpit.planning.notes import notes_of
from cockpit.planning.problem import Fixed, Loose, Need, Problem, Reason, Stop
from cockpit.planning.schedule import FACE, DayPlan
from cockpit.planning.search import Goal, PlanSearch
from cockpit.planning.worth import most_points, near_part, whole_points

Sign = Literal["=", "+", "~", ">", "x"]
PAST_DAY_DROP = 3
"""What a drop weighs beside a move to another day (1); a shift within the day weighs nothing."""
OPENING = 40
"""Steps before the first plan while the KPI is short: some milliseconds that close it where insertion alone fails."""
PATIENCE, SHORT_PATIENCE = 300, 3000
"""Steps without a better plan after which the search ends: with all that was asked for in the plan, and while some is short."""


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

    KPI short, sub-limits short, moves and drops, overdue accounts left of tier A, B and C, minus score, travel minutes.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. replan: the rest of today, with overflow to the next days. arrange: all days of the problem.
    fill: exactly what the rule `rule_id` lacks on its days. What may not move stays."""

    problem: Problem
    kind: Literal["replan", "arrange", "fill"]
    rule_id: str = ""


class Planning:
    """The answer to a question in the making: a first plan at once, a better one with every step that finds one.

    In order: what lost its time, what the KPI lacks, overdue and closing accounts (fill: the KPI alone).
    Raises KeyError for a rule that the problem does not have.
    """

    def __init__(self, question: Question, seed: int = 0) -> None:
        problem = question.problem
        self._left: list[Loose] = []
        board = Board.of(problem)
        self._needs = problem.needs
        if question.kind == "fill":
            need = _find(problem.needs, question.rule_id)
            self._needs = (need,)
            self._days = days_of(board, need)
            goals = [Goal(need, tuple(self._days), board.still_short(need))]
        else:
            problem, board, self._left = _settle(problem)
            self._days = [on for on in sorted(board.days) if question.kind == "arrange" or on == problem.today]
            goals = [
                Goal(
                    need,
                    tuple(on for on in days_of(board, need) if on in self._days),
                    board.still_short(need) if question.kind == "arrange" else _pace(board, need),
                )
                for need in self._needs
            ]
            goals += [Goal(None, (on,), problem.rules.usual_meetings) for on in self._days]
        self._problem = problem
        self.search = PlanSearch(board, goals, self._needs, left=len(self._left), seed=seed)
        for _ in range(OPENING if self.search.is_small else OPENING // 4):
            if self.search.is_closed:
                break
            self.search.step()
        if question.kind != "fill":
            # Not before: a second first plan would else have more ways than the one it follows.
            movable = [entry for entry in problem.fixed if _may_move(entry, self._days)]
            self.search.let_move(movable, question.kind == "arrange")

    @property
    def is_exhausted(self) -> bool:
        """Nothing better turned up for long."""
        idle = self.search.idle
        return idle >= PATIENCE and (self.search.is_closed or idle >= SHORT_PATIENCE)

    def plan(self) -> Plan:
        """The best so far."""
        return _finish(self._problem, self.search.best, self._left, self._needs, self._days)


def improved(question: Question, seed: int, is_over: Callable[[], bool]) -> Plan:
    """The best plan found until `is_over`, or until nothing better turned up for long."""
    planning = Planning(question, seed)
    while not planning.is_exhausted and not is_over():
        planning.search.step()
    return planning.plan()


def replan(problem: Problem) -> Plan:
    """The first plan for the rest of today."""
    return Planning(Question(problem=problem, kind="replan")).plan()


def arrange(problem: Problem) -> Plan:
    """The first plan for all days of the problem, with all that the KPI lacks until its period ends."""
    return Planning(Question(problem=problem, kind="arrange")).plan()


def fill(problem: Problem, rule_id: str) -> Plan:
    """The first plan with exactly what one rule lacks; everything planned stays. KeyError: no such rule."""
    return Planning(Question(problem=problem, kind="fill", rule_id=rule_id)).plan()


def _may_move(entry: Fixed, days: Sequence[date]) -> bool:
    return entry.why == "kept" and entry.on in days and entry.kind != "task"


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
        problem = stays_at(problem, stuck)


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


# -- the answer


def _finish(problem: Problem, board: Board, left: list[Loose], needs: Sequence[Need], days: Sequence[date]) -> Plan:
    """`days` are those that take new activities."""
    empty = Board.of(problem)
    lines = sorted(
        (*_standing(problem, board), *_changes(board)),
        key=lambda line: (line.on, line.starts, line.minutes, line.key),
    )
    unplaced = tuple((loose, _why_unplaced(board, loose)) for loose in left)
    rules = [*needs, *(sub for need in needs for sub in need.within)]
    short = tuple((need, board.still_short(need)) for need in rules)
    notes = list(notes_of(problem, board, [loose for loose, _ in unplaced]))
    for need, lacking in short:
        if not lacking:
            continue
        blocked = what_blocks(board, need, [on for on in days_of(board, need) if on in days])
        notes.append(Reason("still_short", facts={"rule_id": need.rule_id, "short": lacking}))
        if blocked is not None:
            notes.append(Reason(f"blocked_{blocked.code}", facts=blocked.facts))
    moves = sum(1 for line in lines if line.sign == ">" and not line.is_anew) + PAST_DAY_DROP * len(unplaced)
    owed = [s.tier for s in problem.stops if s.is_candidate and s.is_overdue and not board.is_ahead(s.account_id)]
    return Plan(
        problem=problem,
        lines=tuple(lines),
        unplaced=unplaced,
        dropped=_best_dropped(board, needs, days),
        days=tuple(_day_end(board, empty, on) for on in sorted(board.days)),
        counted=tuple((need, board.counted(need)) for need in rules),
        short=short,
        notes=tuple(notes),
        objective=(
            sum(lacking for _, lacking in short[: len(needs)]),
            sum(lacking for _, lacking in short[len(needs) :]),
            moves,
            *(owed.count(tier) for tier in TIERS),
            -sum(line.score for line in lines),
            sum(plan.travel_minutes for plan in board.days.values()),
        ),
    )


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
            is_locked=entry.why in ("held", "in_progress", "locked", "promised", "ride", "joint"),
            rules=(Reason(entry.why),),
            points=(),
        )
        for entry in problem.fixed
        if entry.id not in board.added
    ]


def _changes(board: Board) -> list[Line]:
    lines: list[Line] = []
    for plan in board.days.values():
        for index, item in enumerate(plan.items):
            added = board.added.get(item.key)
            if added is not None:
                lines.append(_changed(added, plan, index))
    return lines


def _changed(added: Added, plan: DayPlan, index: int) -> Line:
    loose, on, item = added.loose, added.on, plan.items[index]
    parts = added.stop.parts if item.worth is not None else ()
    near = (near_part(plan.extras[item.key]),) if item.key in plan.extras else ()
    sign: Sign = "+"
    if loose is not None and loose.why == "cancelled":
        sign = ">"
    elif loose is not None and not loose.is_anew:
        sign = "~" if on == loose.was_on else ">"
    return Line(
        sign=sign,
        key=added.key,
        source_id=loose.id if loose and loose.stood_on else None,
        account_id=added.stop.account_id,
        tier=added.stop.tier,
        kind=added.kind,
        status="planned",
        on=on,
        starts=plan.starts[index],
        minutes=item.minutes,
        travel_minutes=plan.trip_to(index),
        is_written=True,
        is_anew=loose is None or loose.is_anew,
        is_locked=False,
        rules=(added.rule,),
        points=whole_points((*parts, *near)),
        row_ids=added.stop.row_ids,
    )


def _why_unplaced(board: Board, loose: Loose) -> Reason:
    stop = next(s for s in board.problem.stops if s.account_id == loose.account_id)
    found: Reason | None = None
    for on in sorted(board.days):
        if on >= loose.not_before and on != loose.stood_on:
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
