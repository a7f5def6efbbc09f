"""What the reader of a plan may do to it before taking it: hold a row, leave one out, move a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.planning.plan import Line
from cockpit.planning.problem import Rules
from cockpit.planning.wishes import Wish

MOST_BUFFER = 20
_STEPS = {"visits": 1, "day_ends": 30, "travel": 15, "buffer": 1}
_BOUNDS = {"visits": (1, 20), "day_ends": (10 * 60, 22 * 60), "travel": (0, 480), "buffer": (0, MOST_BUFFER)}


def held(wish: Wish, line: Line) -> Wish:
    """The line stays as it is when the plan is made again; held already, it is free again. Raises NotAllowed."""
    if line.is_written:
        others = tuple(pin for pin in wish.pins if _what(pin) != _what(line))
        return replace(wish, pins=others if len(others) < len(wish.pins) else (*wish.pins, line))
    if line.status != "planned" or line.source_id is None:
        raise NotAllowed(_("What is over stays anyway."))
    if line.is_locked and line.source_id not in wish.keep:
        raise NotAllowed(_("It is locked already: unlock it on Today."))
    return replace(wish, keep=wish.keep ^ {line.source_id})


def left_out(wish: Wish, line: Line) -> Wish:
    """Something new is not added; what would move stays where it is; what would be booked anew is left as it is.

    Raises NotAllowed for what stands already.
    """
    if not line.is_written:
        raise NotAllowed(_("It stands already: cancel it on Today, with a reason."))
    freed = replace(wish, pins=tuple(pin for pin in wish.pins if _what(pin) != _what(line)))
    if line.source_id is not None:
        return replace(freed, keep=freed.keep | {line.source_id})
    return replace(freed, out=freed.out | {line.account_id or ""})


def taken_back(wish: Wish, activity_id: str) -> Wish:
    """What was left as it is may be planned anew again. Raises NotAllowed for what was not."""
    if activity_id not in wish.keep:
        raise NotAllowed(_("It is not in the plan."))
    return replace(wish, keep=wish.keep - {activity_id})


def limited(wish: Wish, rules: Rules, name: str, steps: int) -> Wish:
    """A limit some steps higher or lower, within what makes sense; at the rules' own it is none of the wish's."""
    fields = {"visits": "max_visits", "day_ends": "day_ends", "travel": "travel_limit", "buffer": "buffer"}
    field, (least, most) = fields[name], _BOUNDS[name]
    usual = getattr(rules, field)
    value = max(least, min(most, getattr(wish.rules(rules), field) + steps * _STEPS[name]))
    changed: dict[str, Any] = {field: None if value == usual else value}
    return replace(wish, **changed)


def _what(line: Line) -> tuple[object, ...]:
    return line.source_id, line.account_id, line.kind, line.on
