"""Checks a plan against every rule, from the problem alone: nothing of the planner's own arithmetic is used.

`violations` names what is wrong; an empty list means that the plan may be shown.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import atan2, ceil, cos, radians, sin, sqrt

from cockpit.planning.plan import Line, Plan
from cockpit.planning.problem import Day, Point, Problem, Stop


def violations(plan: Plan) -> list[str]:
    problem = plan.problem
    found = [*_standing(plan), *_loose(plan), *_points(plan), *_counts(plan)]
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
        if line is None or (line.on, line.starts, line.sign) != (entry.on, entry.starts, "="):
            found.append(f"{entry.id} ({entry.why}) does not stay")
    return found + [f"{key} came from nowhere" for key in kept]


def _loose(plan: Plan) -> list[str]:
    """What lost its time is planned once or named, never both and never on a day too early."""
    found = []
    placed = Counter(line.source_id for line in plan.changes if line.source_id)
    named = Counter(loose.id for loose, _ in plan.unplaced)
    rows = {row.id: row for row in plan.problem.loose} | {loose.id: loose for loose, _ in plan.unplaced}
    for row in rows.values():
        stays = any(entry.id == row.id for entry in plan.problem.fixed)
        if placed[row.id] + named[row.id] != 1 or (stays and not named[row.id]):
            found.append(f"{row.id}: placed {placed[row.id]} times, named {named[row.id]} times")
    for line in plan.changes:
        if line.source_id and line.on < rows[line.source_id].not_before:
            found.append(f"{line.key}: too early a day")
    return found


def _points(plan: Plan) -> list[str]:
    found = []
    for line in plan.changes:
        parts = {part.code: part.value for part in _stop(plan.problem, line).parts}
        near = sum(reason.points for reason in line.points if reason.code == "near")
        standing = [reason for reason in line.points if reason.code != "near"]
        if any(abs(reason.points - parts.get(reason.code, -9)) > 1 for reason in standing) or not 0 <= near <= 8:
            found.append(f"{line.key}: points are not the parts")
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
        loose = {row.id: row for row in plan.problem.loose}
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
    if line.source_id is None and not stop.is_candidate:
        found.append(f"{line.key}: not an account of the rep")
    return found


def _cadence(plan: Plan, line: Line) -> list[str]:
    stop = _stop(plan.problem, line)
    loose = next((row for row in plan.problem.loose if row.id == line.source_id), None)
    others = [*stop.booked]
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
        partner = next((row for row in plan.problem.loose if _is_partner(plan, row.id, line.account_id, on)), None)
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
        last = max((o for o in before if o.kind == "visit"), key=lambda o: o.starts + o.minutes, default=None)
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
