"""Checks a plan against every rule, from the problem alone: nothing of the planner's own arithmetic is used.

`violations` names what is wrong; an empty list means that the plan may be shown.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from math import atan2, ceil, cos, radians, sin, sqrt

from cockpit.planning.plan import Line, Plan
from cockpit.planning.problem import Day, Fixed, Loose, Point, Problem, Stop


def violations(plan: Plan) -> list[str]:
    problem = plan.problem
    found = [*_standing(plan), *_loose(plan), *_points(plan), *_counts(plan), *_objective(plan)]
    for line in plan.changes:
        found += _place_in_time(problem, line)
        found += _cadence(plan, line)
    for day in problem.days:
        found += _limits(plan, day)
        found += _walk(problem, day, [line for line in plan.lines if line.on == day.on])
    return found


def trip(problem: Problem, a: Point | None, b: Point | None) -> int:
    """Minutes by the stated formula: straight line x factor / speed, plus the fixed minutes."""
    rules = problem.rules
    if a is None or b is None:
        return rules.unknown_minutes
    lat_a, lat_b, lon = radians(a.lat), radians(b.lat), radians(b.lon - a.lon)
    x = sin(lat_a) * sin(lat_b) + cos(lat_a) * cos(lat_b) * cos(lon)
    y = sqrt((cos(lat_b) * sin(lon)) ** 2 + (cos(lat_a) * sin(lat_b) - sin(lat_a) * cos(lat_b) * cos(lon)) ** 2)
    km = 6371.0 * atan2(y, x)
    if km < 0.05:
        return 0
    return ceil(round(km * rules.travel_factor / rules.speed_kmh * 60, 6)) + rules.fixed_minutes


def _now(problem: Problem) -> int:
    local = problem.now.astimezone(problem.moment(problem.today, 0).tzinfo)
    return local.hour * 60 + local.minute


def _stop(problem: Problem, line: Line) -> Stop:
    return next(stop for stop in problem.stops if stop.account_id == line.account_id)


def _standing(plan: Plan) -> list[str]:
    """What is fixed stands where it stood, once, and is not written."""
    found = []
    kept = {line.key: line for line in plan.lines if not line.is_written}
    for entry in plan.problem.fixed:
        line = kept.pop(entry.id, None)
        if line is None and entry.why == "kept" and _makes_room(plan, entry):
            continue
        if line is None or (line.on, line.starts, line.sign) != (entry.on, entry.starts, "="):
            found.append(f"{entry.id} ({entry.why}) does not stay")
    return found + [f"{key} came from nowhere" for key in kept]


def _moved(plan: Plan) -> dict[str, Loose]:
    """What stood in a day and makes room, as it was."""
    sources = {line.source_id for line in plan.changes}
    return {
        entry.id: Loose(
            id=entry.id,
            account_id=entry.account_id or "",
            tier=entry.tier,
            kind=entry.kind,
            was_on=entry.on,
            was_at=entry.starts,
            minutes=entry.minutes,
            place=entry.place,
            why="room",
            is_anew=False,
            not_before=plan.problem.today,
        )
        for entry in plan.problem.fixed
        if entry.id in sources and entry.why == "kept" and all(entry.id != loose.id for loose, _ in plan.unplaced)
    }


def _makes_room(plan: Plan, entry: Fixed) -> bool:
    """A visit that may move begins up to half an hour earlier or later on its day, or is on another one."""
    line = next((line for line in plan.changes if line.source_id == entry.id), None)
    if line is None or line.rules[0].code != "room" or (line.minutes, line.kind) != (entry.minutes, entry.kind):
        return False
    return line.on != entry.on or 0 < abs(line.starts - entry.starts) <= plan.problem.rules.free_shift


def _loose(plan: Plan) -> list[str]:
    """What lost its time is planned once or named, never both and never on a day too early."""
    found = []
    placed = Counter(line.source_id for line in plan.changes if line.source_id)
    named = Counter(loose.id for loose, _ in plan.unplaced)
    rows = {row.id: row for row in plan.problem.loose} | {loose.id: loose for loose, _ in plan.unplaced} | _moved(plan)
    for row in rows.values():
        if row.why == "hot":  # it has no row of its own: a new line of the account stands for it
            placed[row.id] = sum(1 for line in plan.changes if line.key == row.id and line.source_id is None)
        stays = row.why != "room" and any(entry.id == row.id for entry in plan.problem.fixed)
        if placed[row.id] + named[row.id] != 1 or (stays and not named[row.id]):
            found.append(f"{row.id}: placed {placed[row.id]} times, named {named[row.id]} times")
    for line in plan.changes:
        if line.source_id and line.on < rows[line.source_id].not_before:
            found.append(f"{line.key}: too early a day")
    return found


def _objective(plan: Plan) -> list[str]:
    """What the plan says it costs is what its lines cost; points are rounded for each line."""
    mine, said = cost(plan), plan.objective
    if mine[:6] != said[:6] or mine[7] != said[7] or abs(mine[6] - said[6]) > 0.5 * len(plan.changes) + 1e-6:
        return [f"says it costs {said}, costs {mine}"]
    return []


def _points(plan: Plan) -> list[str]:
    found = []
    for line in plan.changes:
        parts = {part.code: part.value for part in _stop(plan.problem, line).parts}
        if line.source_id in _moved(plan):
            found += [f"{line.key}: points for a shift"] if line.points else []
            continue
        if line.kind == "visit":
            day = next(day for day in plan.problem.days if day.on == line.on)
            minutes = nearness(plan, day, [o for o in plan.lines if o.on == line.on and o.kind == "visit"])
            parts["near"] = 8 * max(0.0, 1 - minutes[line.key] / 40)
        if any(abs(reason.points - parts.get(reason.code, -9)) >= 1 for reason in line.points):
            found.append(f"{line.key}: points are not the parts")
        if abs(line.score - sum(parts.values())) > 0.5 + 1e-9:
            found.append(f"{line.key}: {line.score} points, the parts are {sum(parts.values())}")
        if sum(reason.points for reason in line.points) != line.score:
            found.append(f"{line.key}: points do not add up")
        if not line.rules:
            found.append(f"{line.key}: no rule asked for it")
    return found


def _counts(plan: Plan) -> list[str]:
    """What is said to be done and planned for each rule is what the lines say."""
    found = []
    for need, said in plan.counted:
        total = need.done + need.planned
        loose = {row.id: row for row in plan.problem.loose} | _moved(plan)
        for line in plan.changes:
            total += need.counts(line.kind, line.tier, line.on)
            old = loose.get(line.source_id or "")
            if old is not None and not line.is_anew:
                total -= need.counts(old.kind, old.tier, old.was_on)
        if said != total:
            found.append(f"{need.rule_id}: said {said}, is {total}")
    return found


def _place_in_time(problem: Problem, line: Line) -> list[str]:
    found = []
    day = next((day for day in problem.days if day.on == line.on), None)
    if day is None:
        return [f"{line.key}: {line.on} is not planned"]
    stop, ends = _stop(problem, line), line.starts + line.minutes
    if line.on < problem.today or (line.on == problem.today and line.starts <= _now(problem)):
        found.append(f"{line.key}: in the past")
    hours = [(day.starts, day.ends)]
    if stop.hours is not None:
        hours = [(w.opens, w.closes) for w in stop.hours[line.on.weekday()]]
    if not any(opens <= line.starts and ends <= closes for opens, closes in hours):
        found.append(f"{line.key}: outside opening hours")
    if any(line.starts < gap.closes and gap.opens < ends for gap in day.breaks):
        found.append(f"{line.key}: in the break")
    loose = next((row for row in problem.loose if row.id == line.source_id), None)
    if loose is not None and any(on == line.on and line.starts < w.closes and w.opens < ends for on, w in loose.busy):
        found.append(f"{line.key}: the companion is not free")
    if line.source_id is None and not stop.is_candidate:
        found.append(f"{line.key}: not an account of the rep")
    return found


def _cadence(plan: Plan, line: Line) -> list[str]:
    stop = _stop(plan.problem, line)
    rows = {row.id: row for row in plan.problem.loose} | _moved(plan)
    loose = rows.get(line.source_id or "")
    others = [*stop.booked]
    for moved in _moved(plan).values():
        if moved.account_id == line.account_id:
            others.remove((moved.was_on, moved.kind))
    others += [(o.on, o.kind) for o in plan.changes if o is not line and o.account_id == line.account_id]
    found = []
    for on, kind in others:
        if kind == "task":
            continue
        apart, least = abs((on - line.on).days), 1
        if kind == line.kind == "visit":
            least = stop.visit_gap
        elif kind != "visit" and line.kind != "visit":
            least = stop.call_gap
        if loose is not None:
            least = max(1, min(least, abs((on - loose.was_on).days)))
        partner = next((row for row in rows.values() if _is_partner(plan, row.id, line.account_id, on)), None)
        if partner is not None:
            least = 1
        if apart < least:
            found.append(f"{line.key}: {apart} days from {on}, at least {least}")
    return found


def _is_partner(plan: Plan, row_id: str, account_id: str | None, on: date) -> bool:
    """Another moved visit of the account on that day: then the pair is judged from the other one's side."""
    return any(o.source_id == row_id and o.account_id == account_id and o.on == on for o in plan.changes)


def _limits(plan: Plan, day: Day) -> list[str]:
    lines = [line for line in plan.lines if line.on == day.on]
    found = []
    for kinds, limit in ((("visit",), day.max_visits), (("call", "web"), day.max_calls)):
        counted = [line for line in lines if line.kind in kinds]
        if len(counted) > limit and any(line.is_written for line in counted):
            found.append(f"{day.on}: {len(counted)} of at most {limit} {kinds[0]}s")
    return found


def _walk(problem: Problem, day: Day, lines: list[Line]) -> list[str]:
    """Every written line is reached in time from what is before it, and leaves time for what is after it.

    To-dos without length take nobody's time.
    """
    found = []
    lines = [line for line in lines if line.minutes]
    places = {stop.account_id: stop.place for stop in problem.stops}
    places |= {entry.id: entry.place for entry in problem.fixed}
    floor = max(day.starts, _now(problem) if day.on == problem.today else 0)
    for line in (line for line in lines if line.is_written):
        mine = places[line.account_id or ""]
        before = [o for o in lines if o is not line and o.starts + o.minutes <= line.starts]
        after = [o for o in lines if o is not line and o.starts >= line.starts + line.minutes]
        if len(before) + len(after) + 1 != len(lines):
            found.append(f"{line.key}: overlaps something")
            continue
        visits = [(o.starts + o.minutes, place, o) for place, o in enumerate(before) if o.kind == "visit"]
        last = max(visits, key=lambda row: row[:2])[2] if visits else None
        free = max([floor, *(o.starts + o.minutes for o in before)])
        here = day.start_place if last is None else _place(places, last)
        if line.kind == "visit" and free + trip(problem, here, mine) > line.starts:
            found.append(f"{line.key}: cannot be there at {line.starts}")
        there = mine if line.kind == "visit" else here
        following = min((o for o in after if o.kind == "visit"), key=lambda o: (o.starts, o.minutes), default=None)
        until = day.ends if following is None else following.starts
        goal = day.end_place if following is None else _place(places, following)
        between = [o for o in after if o.starts < until and o.kind != "visit"]
        leaves = max([line.starts + line.minutes, *(o.starts + o.minutes for o in between)])
        if (line.kind == "visit" or not between) and leaves + trip(problem, there, goal) > until:
            found.append(f"{line.key}: too late for what follows")
    return found


def _place(places: dict[str, Point | None], line: Line) -> Point | None:
    return places[line.key] if line.key in places else places[line.account_id or ""]


def cost(plan: Plan) -> tuple[float, ...]:
    """What the plan costs, from its lines alone: KPI short, sub-limits short, moves, overdue accounts left of A, B, C,
    minus points, travel. Less is better."""
    problem, needs = plan.problem, [need for need, _ in plan.counted]
    tops = [need for need in needs if not any(need in other.within for other in needs)]
    short = {need.rule_id: max(0, need.limit - said) for need, said in plan.counted}
    moved = sum(1 for line in plan.changes if line.sign == ">" and not line.is_anew) + 3 * len(plan.unplaced)
    ahead = {line.account_id for line in plan.lines if line.kind == "visit" and line.on >= problem.today}
    left = (loose for loose, _ in plan.unplaced if not loose.is_anew and loose.kind == "visit")
    ahead |= {loose.account_id for loose in left if loose.was_on >= problem.today}
    owed = [
        stop.tier
        for stop in problem.stops
        if stop.is_candidate
        and stop.is_overdue
        and stop.account_id not in ahead
        and not any(kind == "visit" and on >= problem.today for on, kind in stop.booked)
    ]
    days = [(day, [line for line in plan.lines if line.on == day.on and line.kind == "visit"]) for day in problem.days]
    worth = sum(worth_of(_stop(problem, line)) for line in plan.changes if line.source_id not in _moved(plan))
    return (
        sum(short[need.rule_id] for need in tops),
        sum(short[need.rule_id] for need in needs if need not in tops),
        moved,
        *(owed.count(tier) for tier in "ABC"),
        -round(worth + sum(8 * max(0.0, 1 - n / 40) for day in days for n in nearness(plan, *day).values()), 6),
        sum(way(problem, day, lines) for day, lines in days),
    )


def worth_of(stop: Stop) -> float:
    return sum(part.value for part in stop.parts)


def way(problem: Problem, day: Day, lines: list[Line]) -> int:
    """Minutes on the road of a day with these visits, in their order; none where there is no visit."""
    places = {stop.account_id: stop.place for stop in problem.stops} | {e.id: e.place for e in problem.fixed}
    stops = [day.start_place, *(_place(places, line) for line in lines), day.end_place]
    return sum(trip(problem, a, b) for a, b in pairwise(stops)) if lines else 0


def nearness(plan: Plan, day: Day, lines: list[Line]) -> dict[str, int]:
    """Minutes that each added visit stands for: put in one after the other, those worth most first."""
    problem, stood = plan.problem, _moved(plan)
    inside = [line for line in lines if not line.is_written or line.source_id in stood]
    found: dict[str, int] = {}
    order = [(-worth_of(_stop(problem, line)), line.key, line) for line in lines if line not in inside]
    for _, key, line in sorted(order, key=lambda row: row[:2]):
        more = [other for other in lines if other in inside or other is line]
        found[key] = max(0, way(problem, day, more) - way(problem, day, inside))
        inside = more
    return found
