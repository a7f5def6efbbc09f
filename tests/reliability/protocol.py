"""What the simulator needs of a server, so that the reference one and the real hub can take each other's place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

Key = tuple[str, str]
Row = dict[str, Any]

URL = "https://hub.example.com"


class Server(Protocol):
    """Answers requests; everything else is done to it by the schedule or asked by the invariants."""

    def handle(self, request: httpx.Request) -> httpx.Response: ...

    def applied(self) -> dict[str, int]: ...

    def epoch_now(self) -> str: ...

    def visible_to(self, person_id: str) -> dict[Key, Row]: ...

    def change(self, entity: str, row_id: str, values: Row, *, by: str) -> None: ...

    def remove(self, entity: str, row_id: str, *, by: str) -> None: ...

    def move_account(self, account_id: str, owner_id: str, *, with_deals: bool) -> None: ...

    def set_role(self, person_id: str, role: str, team_id: str) -> None: ...

    def expire_cursors(self) -> None: ...

    def back_up(self) -> None: ...

    def restore(self) -> bool: ...

    def new_epoch(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """A write as the device had it on disk the moment it was saved: what its user had seen, and what he wanted."""

    device: str
    seq: int
    mutation_id: str
    entity: str
    entity_id: str
    op: str
    patch: Row
    base: Row


@dataclass
class Oracle:
    """Knows every write since it was saved, and so what its writer had seen, whatever the device says later."""

    written: dict[str, Written] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def find(self, words: str) -> None:
        if words not in self.findings:
            self.findings.append(words)

    def sent(self, mutation: Row) -> Written | None:
        """Hold what came over the wire against what was saved: neither the wish nor the base may have moved."""
        known = self.written.get(mutation["mutation_id"])
        if known is None:
            self.find(f"I1 the server was sent {mutation['mutation_id']}, which nobody saved")
            return None
        if mutation["patch"] != known.patch or mutation["op"] != known.op:
            self.find(f"I1 {known.mutation_id} was sent with another wish than the one saved")
        if mutation["base"] != known.base:
            self.find(f"I4 the base of {known.mutation_id} moved between saving and sending")
        return known
