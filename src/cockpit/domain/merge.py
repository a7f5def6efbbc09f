"""Three-way merge of one field: base is what the writer saw, mine and theirs what became of it.

Used by the hub on a pushed mutation and by the device on a pulled row, so both decide alike. Values are
in wire form. Money, dates and stages never merge by themselves: both values are shown to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SET_FIELDS = frozenset({("activity", "needs"), ("activity", "roles_for"), ("activity", "roles_against")})
"""Lists without order: adds and removes of both sides are applied."""

LONG_TEXT_FIELDS = frozenset({("activity", "agenda"), ("activity", "advantages"), ("activity", "result")})
"""Texts that merge line by line; where both changed the same line, a person may answer with "both"."""

DEVICE_FIELDS = frozenset(
    ("activity", name) for name in ("status", "starts_at", "ends_at", "result", "goal_result", "reason", "next_step")
)
"""What one rep does himself: mine wins when both edits come from the same device."""

SERVER_FIELDS = frozenset({("account", "owner_id"), ("deal", "owner_id"), ("person", "role"), ("person", "team_id")})
"""What the hub decides; an edit from a device is not taken."""

LATEST_FIELDS = frozenset(("target", name) for name in ("version", "agreed_by_lead_at", "agreed_by_rep_at"))
"""Stamps: the later one holds. A yes to a target that was set anew since is older than it, and asked for again."""

FIRST_FIELDS = frozenset({("nudge", "seen_at")})
"""Stamps of what happens once: the earlier one holds, whichever device says it first."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged value, or a conflict (then `value` is theirs and nothing was decided)."""

    value: Any
    is_conflict: bool = False


def merge_field(entity: str, field: str, base: Any, mine: Any, theirs: Any, *, same_device: bool = False) -> Merged:
    """Merge one field. Laws: mine == base gives theirs, theirs == base gives mine, equal gives either."""
    key = (entity, field)
    if key in SERVER_FIELDS:
        return Merged(theirs)
    if theirs in (base, mine):
        return Merged(mine)
    if mine == base:
        return Merged(theirs)
    if key in LATEST_FIELDS and mine is not None and theirs is not None:
        return Merged(max(mine, theirs))
    if key in FIRST_FIELDS and mine is not None and theirs is not None:
        return Merged(min(mine, theirs))
    if key in SET_FIELDS:
        return Merged(_merge_set(base or [], mine or [], theirs or []))
    if key in DEVICE_FIELDS and same_device:
        return Merged(mine)
    if key in LONG_TEXT_FIELDS and isinstance(mine, str) and isinstance(theirs, str):
        text = _merge_lines(base or "", mine, theirs)
        if text is not None:
            return Merged(text)
    return Merged(theirs, is_conflict=True)


def _merge_lines(base: str, mine: str, theirs: str) -> str | None:
    """The text with the lines of both, None where both changed the same place."""
    from merge3 import Merge3  # rarely needed, and never at the start

    merged: list[str] = []
    for kind, *lines in Merge3(_lines(base), _lines(mine), _lines(theirs)).merge_groups():
        if kind == "conflict":
            return None
        merged += lines[0]
    was_ended, is_ended = base.endswith("\n"), mine.endswith("\n")
    ending = "\n" if merged and (is_ended if is_ended != was_ended else theirs.endswith("\n")) else ""
    return "\n".join(merged) + ending


def _lines(text: str) -> list[str]:
    """The end of a text is no line: it would hold together two sides that have nothing in common."""
    return text.removesuffix("\n").split("\n") if text else []


def _merge_set(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    """Theirs, less what I removed, plus what I added, in a stable order."""
    removed = [item for item in base if item not in mine]
    added = [item for item in mine if item not in base and item not in theirs]
    return [item for item in theirs if item not in removed] + added
