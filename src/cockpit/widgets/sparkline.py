"""A few numbers as one short word of bars, oldest first. The last value stands beside it as a number."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = {True: "_.:-=+*#", False: "▁▂▃▄▅▆▇█"}
"""From nothing to the largest value; by whether the terminal wants ASCII."""


def spark(values: Sequence[int | None], is_ascii: bool) -> str:
    """One cell a value, from zero to the largest of them; what is below zero counts as zero, what is not known is blank."""
    levels = LEVELS[is_ascii]
    most = max((value for value in values if value is not None), default=0)
    if most <= 0:
        return "".join(" " if value is None else levels[0] for value in values)
    steps = len(levels) - 1
    return "".join(
        " " if value is None else levels[-(-max(value, 0) * steps // most)]  # rounded up: little is not nothing
        for value in values
    )
