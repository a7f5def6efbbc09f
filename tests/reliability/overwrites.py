"""The rules of the fields as the contract words them, and the watch over values lost by a write (I4).

Shared by the reference server and by the look at the real hub from outside; no line of it is the product's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from merge3 import Merge3

from tests.reliability.protocol import Key, Oracle, Written

SETS = {("activity", "needs"), ("activity", "roles_for"), ("activity", "roles_against")}
TEXTS = {("activity", "agenda"), ("activity", "advantages"), ("activity", "result")}
OF_ONE_DEVICE = {
    ("activity", name) for name in ("status", "starts_at", "ends_at", "result", "goal_result", "reason", "next_step")
}


@dataclass
class Writers:
    """Which device wrote a field at which revision; "" is somebody without one."""

    found: dict[tuple[Key, str], list[tuple[int, str]]] = field(default_factory=dict)

    def note(self, key: Key, names: Any, rev: int, device: str) -> None:
        for name in names:
            self.found.setdefault((key, name), []).append((rev, device))

    def is_own_work(self, key: Key, name: str, base_rev: int, device: str) -> bool:
        """True when every change of the field since the user looked came from this device."""
        since = [who for rev, who in self.found.get((key, name), []) if rev > base_rev]
        return bool(since) and all(who == device for who in since)

    def copied(self) -> Writers:
        return Writers({place: list(who) for place, who in self.found.items()})


def watch(
    oracle: Oracle, writers: Writers, written: Written, name: str, old: Any, value: Any, base_rev: int, device: str
) -> None:
    """I4 of one field, by what the writer had seen when he saved, whatever the mutation says now."""
    key, place, seen = (written.entity, written.entity_id), (written.entity, name), written.base.get(name)
    if old in (seen, value) or place in SETS:
        return
    if place in OF_ONE_DEVICE and writers.is_own_work(key, name, base_rev, device):
        return
    if place in TEXTS and (value,) == line_merge(seen or "", written.patch.get(name) or "", old or ""):
        return
    oracle.find(f"I4 silent overwrite of {key} {name}: {old!r} by {value!r}, seen was {seen!r}")


def line_merge(base: str, mine: str, theirs: str) -> tuple[str] | None:
    """Both sides' lines, None where they touch the same ones."""
    merge = Merge3(base.splitlines(True), mine.splitlines(True), theirs.splitlines(True))
    out: list[str] = []
    for group in merge.merge_groups():
        if group[0] == "conflict":
            return None
        out += group[1]
    return ("".join(out),)
