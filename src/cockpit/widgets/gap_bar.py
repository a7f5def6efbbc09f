"""The gap as one bar: actual, planned, uncovered, and the mark where the target is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BarCells:
    """How many cells each part takes; their sum is the bar's width. `mark` is the target's cell, None without one."""

    actual: int
    planned: int
    uncovered: int
    rest: int
    mark: int | None


def bar_cells(target: int | None, actual: int, planned: int, width: int) -> BarCells:
    """Share `width` cells between the parts of one bar.

    The scale runs to the larger of the target and actual + planned. Each border is rounded once, so the parts
    never overlap and anything above zero that is wide enough shows. Amounts are minor units; below zero counts as zero.
    """
    actual, planned, goal = max(actual, 0), max(planned, 0), max(target or 0, 0)
    scale = max(goal, actual + planned)
    if scale == 0 or width <= 0:
        return BarCells(0, 0, 0, max(width, 0), None)
    first = round(actual / scale * width)
    second = round((actual + planned) / scale * width)
    third = max(second, round(goal / scale * width))
    mark = None if target is None else min(max(round(goal / scale * width) - 1, 0), width - 1)
    return BarCells(first, second - first, third - second, width - third, mark)
