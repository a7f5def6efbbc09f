"""Orienteering files made up for tests, and a checker of routes that knows nothing of the planner's reading."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence


def toptw(seed: int, points: int, whole: bool = True, horizon: int = 230) -> str:
    """A file in the form of the public TOPTW sets: whole coordinates (Solomon) or not (Cordeau)."""
    chance = random.Random(seed)

    def place() -> float:
        return float(chance.randint(0, 60)) if whole else round(chance.uniform(-60, 60), 3)

    lines = [f"4 3 {points} 1", "0 200", f"0 {place()} {place()} 0.00 0.00 0 0 0 {horizon}"]
    for number in range(1, points + 1):
        opens = chance.randint(0, horizon)
        closes = min(horizon, opens + chance.randint(5, horizon))
        score = chance.randint(0, 40)
        lines.append(f"{number} {place()} {place()} {chance.randint(0, 12)} {score} 1 2 1 3 {opens} {closes}")
    return "\n".join(lines) + "\n"


def mctopmtw(seed: int, points: int, tours: int) -> str:
    """A file in the form of the MCTOPMTW set; point numbers begin with 2."""
    chance = random.Random(seed)
    most = " ".join(str(chance.randint(0, 4)) for _ in range(10))
    lines = [f"{tours} {points} {chance.randint(0, 60 * points)} {most}", "0 40.0 50.0 0.0 0.0 0 300"]
    for number in range(2, points + 2):
        bounds = " ".join(str(b / 10) for b in sorted(chance.randint(0, 3000) for _ in range(5)))
        types = " ".join(str(int(chance.random() < 0.3)) for _ in range(10))
        x, y, score = chance.randint(10, 70), chance.randint(20, 80), chance.randint(1, 40)
        lines.append(f"{number} {x} {y} 10.0 {score} {bounds} {chance.randint(0, 1)} {chance.randint(5, 60)} {types}")
    return "\n".join(lines) + "\n"


def score_of(text: str, routes: Sequence[Sequence[int]]) -> float:
    """The score of the routes; AssertionError where they break a rule of the file."""
    rows = [[float(word) for word in line.split()] for line in text.splitlines()]
    is_constrained = len(rows[0]) == 13
    by_number = {int(row[0]): row for row in (rows[2:] if is_constrained else rows[3:])}
    depot = rows[1] if is_constrained else rows[2]
    digits = 1 if all(row[1].is_integer() and row[2].is_integer() for row in by_number.values()) else 2
    visited = [number for route in routes for number in route]
    assert len(visited) == len(set(visited)), "visited twice"
    for tour, route in enumerate(routes, start=1):
        at, here = depot[-2], depot
        for number in route:
            row = by_number[number]
            at += math.floor(math.dist(here[1:3], row[1:3]) * 10**digits) / 10**digits
            windows = _windows(row, tour) if is_constrained else [row[-2:]]
            starts = [max(at, opens) for opens, closes in windows if at <= closes + 1e-6]
            assert starts, f"tour {tour} is late at {number}"
            at, here = min(starts) + row[3], row
        back = at + math.floor(math.dist(here[1:3], depot[1:3]) * 10**digits) / 10**digits
        assert back <= depot[-1] + 1e-6, f"tour {tour} is back late"
    if is_constrained:
        for limit, most in enumerate(rows[0][2:]):
            assert sum(by_number[number][11 + limit] for number in visited) <= most, f"limit {limit}"
    return sum(by_number[number][4] for number in visited)


def _windows(row: Sequence[float], tour: int) -> list[Sequence[float]]:
    """Windows 1 and 3 in odd tours where the sixth bound says 1, else windows 2 and 4; in even tours the others."""
    is_odd = tour % 2 == 1
    first = 5 if is_odd == (row[10] == 1) else 6
    return [row[first : first + 2], row[first + 2 : first + 4]]
