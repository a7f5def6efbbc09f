"""Two visits change days, or one goes to another day: the same accounts on a shorter way."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date

from cockpit.planning.insertion import Added, Board
from cockpit.planning.schedule import FACE, Fit, Shape

Open = Callable[[Added], Mapping[date, Shape]]
"""The days on which an added visit might be, with what it is then."""
DAYS = 5
"""So many days are tried for a visit."""
WORSE = 3.0
"""Minutes that an exchange may cost, by chance: what gets worse first may end better."""


def exchange(board: Board, chance: random.Random, open_of: Open) -> bool:
    """The best exchange for one visit taken at random. False where there is none that saves time, or costs little."""
    keys = [key for key, added in board.added.items() if added.loose is None and added.kind == FACE]
    if not keys:
        return False
    mine = board.added[chance.choice(keys)]
    here = board.days[mine.on]
    less = here.less(mine.key)
    gain = here.travel_minutes - less.travel_minutes
    best = WORSE * chance.random() ** 4
    found: tuple[date, Fit, Added | None, Fit | None] | None = None
    open_on = open_of(mine)
    for on in _near(board, mine, open_on):
        there, shape = board.days[on], open_on[on]
        fit = there.best_fit(shape)
        if fit is not None and fit.extra_minutes - gain < best:
            best, found = fit.extra_minutes - gain, (on, fit, None, None)
        for item in there.items:
            other = board.added.get(item.key)
            if other is None or other.loose is not None or other.kind != FACE:
                continue
            back_shape = open_of(other).get(mine.on)
            back = less.best_fit(back_shape) if back_shape is not None else None
            if back is None:
                continue
            rest = there.less(item.key)
            fit = rest.best_fit(shape)
            if fit is None:
                continue
            more = fit.extra_minutes + back.extra_minutes - gain - there.travel_minutes + rest.travel_minutes
            if more < best:
                best, found = more, (on, fit, other, back)
    if found is None:
        return False
    _move(board, mine, *found)
    return True


def _near(board: Board, mine: Added, open_on: Mapping[date, Shape]) -> list[date]:
    """Of the other days those that pass nearest to the visit."""
    minutes = board.days[mine.on].travel[mine.stop.place]
    ranked = [
        (min([minutes[item.shape.place] for item in board.days[on].items if item.shape.travels], default=0), on)
        for on in open_on
        if on != mine.on
    ]
    return [on for _, on in sorted(ranked)[:DAYS]]


def _move(board: Board, mine: Added, on: date, fit: Fit, other: Added | None, back: Fit | None) -> None:
    board.take([mine.key] if other is None else [mine.key, other.key])
    board.put(mine.stop, mine.kind, on, fit, mine.rule, None, mine.goal)
    if other is not None and back is not None:
        board.put(other.stop, other.kind, mine.on, back, other.rule, None, other.goal)
