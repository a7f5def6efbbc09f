"""What a step of the search takes out of a plan, to put something better in."""

from __future__ import annotations

import random

from cockpit.planning.insertion import Board

LONGEST = 8
"""Activities taken out in one step, at most; of whole days twice as many."""
SEGMENT, RELATED, DAYS, WORST = 0.3, 0.6, 0.75, 0.9
"""Shares of the ways, added up; the rest takes any."""


def removal(board: Board, chance: random.Random) -> list[str]:
    """Keys of what was added or lost its time: neighbours in a day, what is near one of them, two days, the worst, or any."""
    keys = [key for key, added in board.added.items() if added.loose is None or added.loose.why != "room"]
    if not keys:
        return []
    way, count = chance.random(), 1 + int(chance.random() * min(LONGEST, len(keys)))
    added = board.added[chance.choice(keys)]
    plan = board.days[added.on]
    if way < SEGMENT:
        inside = [item.key for item in plan.items if item.key in keys]
        first = max(0, min(inside.index(added.key), len(inside) - count))
        return inside[first : first + count]
    if way < RELATED:
        minutes = plan.travel[added.stop.place]
        ranked = [(minutes[board.added[key].stop.place] * (0.5 + chance.random()), key) for key in keys]
        return [key for _, key in sorted(ranked)[:count]]
    if way < DAYS:
        other = board.added[chance.choice(keys)].on
        return [key for key in keys if board.added[key].on in (added.on, other)][: 2 * LONGEST]
    if way < WORST:
        ranked = [(_worth(board, key) * (0.5 + chance.random()), key) for key in keys]
        return [key for _, key in sorted(ranked)[:count]]
    return chance.sample(keys, count)


def _worth(board: Board, key: str) -> float:
    """Points per minute of travel, as things stand."""
    added = board.added[key]
    return (added.stop.worth + 1) / (5 + max(0, board.days[added.on].extras.get(key, 0)))
