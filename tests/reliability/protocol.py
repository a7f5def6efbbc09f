"""What the simulator needs of a server, so that the reference one and the real hub can take each other's place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

Key = tuple[str, str]
Row = dict[str, Any]

URL = "https://hub.example.com"


class Server(Protocol):
    """Answers requests; everything else is done to it by the schedule or asked by the invariants."""

    oracle: Oracle
    page_size: int

    def handle(self, request: httpx.Request) -> httpx.Response: ...

    def applied(self) -> Collection[str]: ...

    def epoch_now(self) -> str: ...

    def head(self) -> int: ...

    def is_current(self, mark: str) -> bool:
        """True for a start of the server since it was last restored."""
        ...

    def ids(self, entity: str) -> list[str]:
        """In order."""
        ...

    def value(self, entity: str, row_id: str, name: str) -> Any: ...

    def role_of(self, person_id: str) -> tuple[str, str]: ...

    def visible_to(self, person_id: str) -> dict[Key, Row]: ...

    def admit(self, token: str, person_id: str) -> None: ...

    def is_good(self, token: str) -> bool: ...

    def set_good(self, token: str, is_good: bool) -> None: ...

    def change(self, entity: str, row_id: str, values: Row, *, by: str) -> None: ...

    def remove(self, entity: str, row_id: str, *, by: str) -> None: ...

    def move_account(self, account_id: str, owner_id: str, *, with_deals: bool) -> None: ...

    def merge_accounts(self, source_id: str, target_id: str) -> None: ...

    def set_role(self, person_id: str, role: str, team_id: str) -> None: ...

    def expire_cursors(self) -> None: ...

    def back_up(self) -> None: ...

    def restore(self, *, is_announced: bool = True) -> bool: ...

    def new_epoch(self) -> None: ...


PEOPLE = {"rep-1": ("rep", "team-1"), "rep-2": ("rep", "team-1"), "lead-1": ("team_lead", "team-1")}


def found_company(change: Callable[[str, str, Row], None]) -> None:
    """Two reps and a lead, a funnel, three accounts and what belongs to them."""
    change("team", "team-1", {"name": "East"})
    change("team", "team-2", {"name": "West"})
    for person_id, (role, team_id) in PEOPLE.items():
        change("person", person_id, {"name": person_id, "role": role, "team_id": team_id})
    change("funnel", "funnel-1", {"name": "Project"})
    for number in "123":
        change("stage", f"stage-{number}", {"funnel_id": "funnel-1", "name": f"Stage {number}"})
    for number, owner in (("1", "rep-1"), ("2", "rep-1"), ("3", "rep-2")):
        account = f"acc-{number}"
        change("account", account, {"name": f"Customer {number}", "owner_id": owner, "phone": "1"})
        of = {"account_id": account, "owner_id": owner}
        change("contact", f"con-{number}", {"name": f"Contact {number}", **of})
        change("deal", f"deal-{number}", {"name": f"Deal {number}", "amount_minor": 1000, **of})
        starts = f"2026-11-2{number}T02:00:00.000000Z"
        text = {"starts_at": starts, "agenda": "one\ntwo\nthree\n"}
        change("activity", f"act-{number}", {"rep_id": owner, **text, **of})
        about = {"rule": "unvisited", "subject_id": owner, "message": "two are missing", "sent_at": starts}
        change("nudge", f"nudge-{number}", {"owner_id": owner, "by_id": "lead-1", **about})


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
    base_rev: int = 0
    occurred_at: str = ""

    @property
    def key(self) -> Key:
        return self.entity, self.entity_id


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
        if mutation["base_rev"] not in (0, known.base_rev):  # 0: revisions of another epoch mean nothing
            self.find(f"I4 the base revision of {known.mutation_id} moved between saving and sending")
        if mutation["occurred_at"][:19] != known.occurred_at[:19].replace(" ", "T"):
            self.find(f"I1 {known.mutation_id} was sent with another time than the one saved")
        return known
