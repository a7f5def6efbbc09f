"""Reads the public orienteering files: TOPTW, and MCTOPMTW (several windows, a budget, limits by type)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, hypot, inf, isfinite
from pathlib import Path

from cockpit.planning.tours import Hours, TourDay, TourProblem

_MC_HEADER = 13
_TOPTW_ROW = 9
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Instance:
    """`numbers` are the file's point numbers by stop; the start and end point is left out."""

    problem: TourProblem
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    number: int
    x: float
    y: float
    lasts: float
    score: float
    windows: tuple[tuple[tuple[float, float], ...], ...]
    """By kind of tour: one kind in TOPTW; tours 1, 3, ... and tours 2, 4, ... in MCTOPMTW."""
    takes: tuple[float, ...] = ()


def read(path: Path, paths: int | None = None) -> Instance:
    """The instance for that many paths; MCTOPMTW files say themselves how many. ValueError: not such a file."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    rows = [[_number(word, place) for word in line.split()] for place, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ValueError("the file is empty")
    if len(rows[0]) == _MC_HEADER:
        paths, points = paths or int(rows[0][0]), _constrained(rows)
        announced, limits = rows[0][1], tuple(rows[0][2:])
        if paths < 1:
            raise ValueError(f"{paths} paths; say with --paths how many")
    elif paths is None:
        raise ValueError("a TOPTW file needs --paths")
    else:
        # The second line is about the fleet and may be short.
        points = [_point(row) for place, row in enumerate(rows[1:]) if place or len(row) >= _TOPTW_ROW]
        if len(rows[0]) < 3 or not points:
            raise ValueError("neither a TOPTW nor an MCTOPMTW file")
        announced, limits = rows[0][2], ()
    if len(points) < announced:
        raise ValueError(f"{len(points)} points, the first line says {announced:g}: the file is cut off")
    return _instance(points, paths, limits)


def _number(word: str, line: int) -> float:
    try:
        found = float(word)
    except ValueError:
        found = inf
    if not isfinite(found):
        raise ValueError(f"line {line}: {word[:20]!r} is no number")
    return found


def _point(row: list[float]) -> _Point:
    if len(row) < _TOPTW_ROW:
        raise ValueError(f"point {row[0]:g} has {len(row)} values, not {_TOPTW_ROW} or more")
    number, x, y, lasts, score = row[:5]
    if lasts < 0:
        raise ValueError(f"point {number:g} lasts {lasts:g}")
    return _Point(int(number), x, y, lasts, score, (((row[-2], row[-1]),),))


def _constrained(rows: list[list[float]]) -> list[_Point]:
    limits = len(rows[0]) - 2
    if len(rows) < 2 or len(rows[1]) < 7:
        raise ValueError("the second line does not say where and when the tours begin")
    number, x, y, lasts, score = rows[1][:5]
    day = ((rows[1][-2], rows[1][-1]),)
    points = [_Point(int(number), x, y, lasts, score, (day, day), (0.0,) * limits)]
    for row in rows[2:]:
        if len(row) < 11 + limits:
            raise ValueError(f"point {row[0]:g} has {len(row)} values, not {11 + limits}")
        one, two, three, four, end, exchanged = row[5:11]
        first, second = ((one, two), (three, four)), ((two, three), (four, end))
        windows = (first, second) if exchanged else (second, first)
        number, x, y, lasts, score = row[:5]
        if lasts < 0:
            raise ValueError(f"point {number:g} lasts {lasts:g}")
        points.append(_Point(int(number), x, y, lasts, score, windows, tuple(row[11 : 11 + limits])))
    return points


def _times(a: _Point, places: list[_Point], scale: int) -> tuple[int, ...]:
    x, y, lasts = a.x, a.y, ceil(a.lasts * scale - _TINY)
    return tuple([int(hypot(x - b.x, y - b.y) * scale + _TINY) + lasts for b in places])


def _instance(points: list[_Point], paths: int, limits: tuple[float, ...]) -> Instance:
    """Times in tenths where coordinates are whole (Solomon), else in hundredths (Cordeau); distances rounded down."""
    is_whole = all(p.x == int(p.x) and p.y == int(p.y) for p in points)
    scale = 10 if is_whole else 100
    depot, stops = points[0], points[1:]
    places = [*stops, depot]
    trip = tuple(_times(a, places, scale) for a in places)
    kinds = range(len(depot.windows))
    hours: tuple[Hours, ...] = tuple(
        tuple(tuple((ceil(o * scale - _TINY), floor(c * scale + _TINY)) for o, c in p.windows[kind]) for p in stops)
        for kind in kinds
    )
    opens, closes = depot.windows[0][0]
    days = tuple(
        TourDay(
            start=len(stops),
            end=len(stops),
            leaves=ceil(opens * scale),
            back_by=floor(closes * scale),
            hours=path % len(kinds),
        )
        for path in range(paths)
    )
    problem = TourProblem(
        trip=trip,
        scores=tuple(p.score for p in stops),
        hours=hours,
        days=days,
        limits=limits,
        use=tuple(tuple((k, amount) for k, amount in enumerate(p.takes) if amount) for p in stops) if limits else (),
    )
    return Instance(problem, tuple(p.number for p in stops))
