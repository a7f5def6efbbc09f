"""The most activities of one kind that fit, by trying every order: small cases only, nothing shared with the planner."""

from __future__ import annotations

from datetime import date

from cockpit.planning.problem import Day, Need, Point, Problem, Stop
from tests.planning.checker import trip

Place = Point | None


def most(problem: Problem, need: Need) -> int:
    """How many the days can take beside what is fixed in them."""
    stops = [s for s in problem.stops if s.is_candidate and (not need.tiers or s.tier in need.tiers)]
    days = [day for day in problem.days if need.from_on <= day.on <= need.until_on]
    return _days(problem, need, days, stops, {})


def _days(problem: Problem, need: Need, days: list[Day], stops: list[Stop], used: dict[str, list[date]]) -> int:
    if not days:
        return 0
    day, best = days[0], 0
    for chosen in _chosen(problem, need, day, [s for s in stops if _may(need, s, day.on, used)]):
        more = {**used, **{s.account_id: [*used.get(s.account_id, []), day.on] for s in chosen}}
        best = max(best, len(chosen) + _days(problem, need, days[1:], stops, more))
    return best


def _may(need: Need, stop: Stop, on: date, used: dict[str, list[date]]) -> bool:
    if any(other == on and kind != "task" for other, kind in stop.booked):
        return False
    same = [d for d, k in stop.booked if (k == "visit") == (need.kind == "visit") and k != "task"]
    gap = stop.visit_gap if need.kind == "visit" else stop.call_gap
    return all(abs((other - on).days) >= max(1, gap) for other in [*same, *used.get(stop.account_id, [])])


def _chosen(problem: Problem, need: Need, day: Day, stops: list[Stop]) -> list[tuple[Stop, ...]]:
    """Every set of accounts that some order can serve on the day."""
    fixed = sorted(
        (f for f in problem.fixed if f.on == day.on and f.minutes), key=lambda f: (f.starts, f.minutes, f.id)
    )
    room = day.max_visits - sum(1 for f in fixed if f.kind == "visit")
    length = problem.rules.minutes[need.kind]
    found: set[frozenset[str]] = set()

    def walk(position: int, free: int, place: Place, left_at: int, chosen: tuple[Stop, ...], is_fresh: bool) -> None:
        """`is_fresh`: something new was added since the last fixed visit, so the next trip is checked."""
        if position < len(fixed):
            entry = fixed[position]
            goes = entry.kind == "visit"
            late = free + (trip(problem, place, entry.place) if goes else 0) > entry.starts
            if not (is_fresh and late):
                ends = entry.starts + entry.minutes
                is_last = goes and ends >= left_at
                there, then = (entry.place, ends) if is_last else (place, left_at)
                walk(position + 1, max(free, ends), there, then, chosen, is_fresh and not goes)
        elif not is_fresh or free + trip(problem, place, day.end_place) <= day.ends:
            found.add(frozenset(s.account_id for s in chosen))
        if len(chosen) >= room:
            return
        for stop in stops:
            if stop in chosen:
                continue
            start = _start(
                problem, day, stop, max(free, day.starts, day.earliest) + trip(problem, place, stop.place), length
            )
            if start is not None:
                walk(position, start + length, stop.place, start + length, (*chosen, stop), True)

    walk(0, 0, day.start_place, 0, (), False)
    names = {s.account_id: s for s in stops}
    return [tuple(names[key] for key in sorted(keys)) for keys in found]


def _start(problem: Problem, day: Day, stop: Stop, arrival: int, length: int) -> int | None:
    hours = (
        [(day.starts, day.ends)] if stop.hours is None else [(w.opens, w.closes) for w in stop.hours[day.on.weekday()]]
    )
    start = arrival + -arrival % problem.rules.grid
    while start + length <= 24 * 60:
        inside = any(opens <= start and start + length <= closes for opens, closes in hours)
        if inside and not any(start < gap.closes and gap.opens < start + length for gap in day.breaks):
            return start
        start += problem.rules.grid
    return None
