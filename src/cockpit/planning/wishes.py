"""What a rep asks for beside the rules: other limits, what stays, what is left out, what counts most.

A wish changes the question and never the planner, so every rule holds for every wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cockpit.planning.insertion import Board
from cockpit.planning.plan import DayEnd, Line, Plan
from cockpit.planning.problem import Fixed, Loose, Need, Problem, Reason, Rules, Stop
from cockpit.planning.worth import near_part, whole_points

Aim = Literal["kpi", "least", "money"]
"""kpi: the planner's own order. least: nothing is added. money: of the accounts that help, those with most open money."""
_PINNED = "pin:"
_FIRST = 10.0
"""What money weighs where it counts most: more than any nearness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`keep`: ids of activities that stay at their time. `out`: accounts that are not added. `pins`: lines of an earlier
    plan that are taken as they are. A limit of None is the rules' own."""

    aim: Aim = "kpi"
    max_visits: int | None = None
    day_ends: int | None = None
    travel_limit: int | None = None
    buffer: int | None = None
    keep: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    pins: tuple[Line, ...] = ()

    def rules(self, rules: Rules) -> Rules:
        """The rules with the limits of the wish."""
        return replace(
            rules,
            max_visits=rules.max_visits if self.max_visits is None else self.max_visits,
            day_ends=rules.day_ends if self.day_ends is None else self.day_ends,
            travel_limit=rules.travel_limit if self.travel_limit is None else self.travel_limit,
            buffer=rules.buffer if self.buffer is None else self.buffer,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A problem under a wish: what the planner is asked, and how its answer reads in terms of the problem as it stands."""

    problem: Problem
    asked: Problem
    wish: Wish
    pins: Mapping[str, Line]
    """By the id that each has in `asked`."""

    @classmethod
    def of(cls, problem: Problem, wish: Wish, rule_id: str = "") -> Wished:
        """`rule_id`: the rule that is filled, where one is."""
        standing = _without_hot(_kept(problem, wish.keep) if wish.keep else problem, wish)
        pins = {_PINNED + pin.key: pin for pin in wish.pins if _still_holds(pin, standing)}
        asked = _pinned(standing, pins) if pins else standing
        if problem.rules.buffer:
            asked = replace(asked, needs=tuple(_raised(need, rule_id, problem.rules.buffer) for need in asked.needs))
        if wish.out or wish.aim != "kpi":
            asked = replace(asked, stops=tuple(_asked(stop, wish) for stop in asked.stops))
        return cls(problem=standing, asked=asked, wish=wish, pins=pins)

    def read(self, plan: Plan) -> Plan:
        """What was before is the problem as it stands; pinned lines are changes; points are the account's own.

        The objective stays that of what was asked: it compares answers to one question.
        """
        if self.asked is self.problem:
            return plan
        stops = {stop.account_id: stop for stop in self.problem.stops}
        needs = {need.rule_id: need for top in self.problem.needs for need in (top, *top.within)}
        board = Board.of(self.problem)
        counted = tuple((needs[need.rule_id], count) for need, count in plan.counted)
        short = tuple((need, max(0, need.limit - count)) for need, count in counted)
        lines = tuple(_line(line, self.pins, stops) for line in plan.lines)
        if self.problem.rules.buffer:
            lines = _beyond(lines, counted)
        return replace(
            plan,
            problem=self.problem,
            lines=lines,
            days=tuple(_day(day, board) for day in plan.days),
            counted=counted,
            short=short,
            notes=_notes(plan.notes, {need.rule_id: count for need, count in short}, self.wish.aim),
        )


def _asked(stop: Stop, wish: Wish) -> Stop:
    if wish.aim == "least" or stop.account_id in wish.out:
        return replace(stop, is_candidate=False)
    if wish.aim == "money":
        weights = {"money": _FIRST}
        parts = tuple(replace(part, value=part.value * weights.get(part.code, 0.0)) for part in stop.parts)
        return replace(stop, parts=parts, is_overdue=False)
    return stop


def _still_holds(pin: Line, problem: Problem) -> bool:
    return pin.source_id is None or any(loose.id == pin.source_id for loose in problem.loose)


def _without_hot(problem: Problem, wish: Wish) -> Problem:
    """What is new has no place of its own where it is left out, where it is pinned, and where nothing is to be added."""
    answered = wish.out | {pin.account_id for pin in wish.pins}
    loose = tuple(
        row for row in problem.loose if row.why != "hot" or (wish.aim != "least" and row.account_id not in answered)
    )
    return problem if len(loose) == len(problem.loose) else replace(problem, loose=loose)


def _kept(problem: Problem, keep: frozenset[str]) -> Problem:
    """What would have moved stays where it is; what would have been planned anew is left as it is."""
    staying = [loose for loose in problem.loose if loose.id in keep and not loose.is_anew]
    fixed = (
        replace(entry, why="locked") if entry.id in keep and entry.why == "kept" else entry for entry in problem.fixed
    )
    return replace(
        problem,
        loose=tuple(loose for loose in problem.loose if loose.id not in keep),
        fixed=_in_order((*fixed, *(loose.staying("locked") for loose in staying))),
        stops=_booked(problem.stops, [(loose.account_id, loose.was_on, loose) for loose in staying]),
    )


def _pinned(problem: Problem, pins: Mapping[str, Line]) -> Problem:
    """The lines stand in the days as if they were locked, and count for the rules."""
    places = {stop.account_id: stop.place for stop in problem.stops}
    sources = {loose.id: loose for loose in problem.loose}
    taken = {pin.source_id for pin in pins.values()}
    fixed = (
        Fixed(
            id=key,
            account_id=pin.account_id,
            tier=pin.tier,
            kind=pin.kind,
            status="planned",
            on=pin.on,
            starts=pin.starts,
            minutes=pin.minutes,
            place=places.get(pin.account_id or ""),
            why="locked",
        )
        for key, pin in pins.items()
    )
    return replace(
        problem,
        loose=tuple(loose for loose in problem.loose if loose.id not in taken),
        fixed=_in_order((*problem.fixed, *fixed)),
        stops=_booked(problem.stops, [(pin.account_id or "", pin.on, pin) for pin in pins.values()]),
        needs=tuple(_met(need, list(pins.values()), sources) for need in problem.needs),
    )


def _in_order(fixed: Iterable[Fixed]) -> tuple[Fixed, ...]:
    return tuple(sorted(fixed, key=lambda entry: (entry.on, entry.starts, entry.id)))


def _booked(stops: tuple[Stop, ...], more: list[tuple[str, date, Loose | Line]]) -> tuple[Stop, ...]:
    return tuple(
        replace(stop, booked=(*stop.booked, *((on, row.kind) for key, on, row in more if key == stop.account_id)))
        if any(key == stop.account_id for key, _on, _row in more)
        else stop
        for stop in stops
    )


def _met(need: Need, pins: list[Line], sources: dict[str, Loose]) -> Need:
    """The need with the pinned lines counted as planned."""
    net = 0
    for pin in pins:
        net += need.counts(pin.kind, pin.tier, pin.on)
        source = sources.get(pin.source_id or "")
        if source is not None and not source.is_anew:
            net -= need.counts(source.kind, source.tier, source.was_on)
    counted = need.done + need.planned + net
    return replace(
        need,
        planned=need.planned + net,
        short=max(0, need.limit - counted),
        within=tuple(_met(sub, pins, sources) for sub in need.within),
    )


def _raised(need: Need, rule_id: str, buffer: int) -> Need:
    """What is asked for with a buffer on top of the rule that is filled."""
    more = buffer if need.rule_id == rule_id else 0
    return replace(
        need,
        limit=need.limit + more,
        short=max(0, need.limit + more - need.done - need.planned),
        within=tuple(_raised(sub, rule_id, buffer) for sub in need.within),
    )


def _beyond(lines: tuple[Line, ...], counted: tuple[tuple[Need, int], ...]) -> tuple[Line, ...]:
    """The lines with those marked as a buffer that the rule does not need: the last ones, those held before them."""
    need, count = counted[0]
    serving = [line for line in lines if line.is_written and need.counts(line.kind, line.tier, line.on)]
    last_first = sorted(serving, key=lambda line: (_is_buffer(line), line.on, line.starts, line.key), reverse=True)
    marked = {line.key for line in last_first[: max(0, count - need.limit)]}
    reason = Reason("buffer", facts={"rule_id": need.rule_id})
    return tuple(replace(line, rules=(reason,)) if line.key in marked else line for line in lines)


def _is_buffer(line: Line) -> bool:
    return any(reason.code == "buffer" for reason in line.rules)


def _notes(notes: tuple[Reason, ...], short: Mapping[str, int], aim: Aim) -> tuple[Reason, ...]:
    """What a rule lacks, told without the buffer; what blocks it follows where it lacks something, and least change is no
    block."""
    found: list[Reason] = []
    is_short = True
    for note in notes:
        if note.code == "still_short":
            lacking = short[str(note.facts["rule_id"])]
            is_short = lacking > 0
            note = replace(note, facts={**note.facts, "short": lacking})
        if not note.code.startswith(("still_short", "blocked_")) or (
            is_short and (note.code == "still_short" or aim != "least")
        ):
            found.append(note)
    return tuple(found)


def _line(line: Line, pins: Mapping[str, Line], stops: dict[str, Stop]) -> Line:
    pin = pins.get(line.key)
    if pin is not None:
        return replace(pin, is_locked=True, travel_minutes=line.travel_minutes)
    stop = stops.get(line.account_id or "")
    if not line.is_written or stop is None:
        return line
    return replace(line, points=_own_points(line.points, stop))


def _own_points(points: tuple[Reason, ...], stop: Stop) -> tuple[Reason, ...]:
    near = [near_part(int(str(reason.facts["minutes"]))) for reason in points if reason.code == "near"]
    return whole_points((*stop.parts, *near))


def _day(day: DayEnd, board: Board) -> DayEnd:
    before = board.days[day.on]
    return replace(day, travel_before=before.travel_minutes, ends_before=before.ends)
