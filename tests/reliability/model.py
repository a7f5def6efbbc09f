"""The reference server's rows: revisions, tombstones, who sees what, what others do. From the contract alone."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.reliability.overwrites import Writers
from tests.reliability.protocol import Key, Oracle, Row

DEFAULTS: dict[str, Row] = {
    "team": {"name": "", "time_zone": "UTC"},
    "person": {"name": "", "role": "rep", "team_id": None},
    "funnel": {"name": ""},
    "stage": {"name": "", "funnel_id": "", "kind": "open"},
    "stage_change": {},
    "account": {"name": "", "phone": "", "address": "", "tier": "C", "lifecycle": "prospect", "industry": ""},
    "contact": {"name": "", "account_id": None, "title": "", "mobile": "", "stance": None},
    "deal": {"name": "", "account_id": None, "stage_id": "", "amount_minor": None, "source": "", "expected_on": None},
    "activity": {
        "rep_id": None, "account_id": None, "starts_at": None, "status": "planned", "subject": "", "agenda": "",
        "advantages": "", "needs": [], "roles_for": [], "result": "", "next_step": "", "goal": "", "planned_because": "",
    },
    "nudge": {
        "by_id": None, "rule": "", "subject_id": "", "message": "", "sent_at": None, "watch_days": 7, "seen_at": None,
        "answer": None, "answer_reason": "", "answered_at": None,
    },
    "change_log": {},
}  # fmt: skip


@dataclass
class State:
    """Everything a backup holds."""

    epoch: str
    rev: int = 0
    rows: dict[Key, Row] = field(default_factory=dict)
    stones: dict[Key, Row] = field(default_factory=dict)
    exits: dict[tuple[str, Key], int] = field(default_factory=dict)
    results: dict[str, tuple[str, str]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    order: dict[tuple[str, Key], int] = field(default_factory=dict)
    pushes: dict[str, int] = field(default_factory=dict)
    """The highest number of a push of each device."""
    writers: Writers = field(default_factory=Writers)
    marks: tuple[tuple[str, int], ...] = (("mark-1", 1),)
    """Of each start of the server, with the first revision under it."""

    def copied(self) -> State:
        """Rows are never changed in place, so shallow copies of the books do."""
        found = copy(self)
        for name in ("rows", "stones", "exits", "results", "counted", "order", "pushes"):
            setattr(found, name, dict(getattr(self, name)))
        found.writers = self.writers.copied()
        return found


@dataclass
class Company:
    """One company. `device` and `person` of a write come from the token and the envelope, never from the mutation."""

    now: Callable[[], datetime]
    oracle: Oracle = field(default_factory=Oracle)
    state: State = field(default_factory=lambda: State("epoch-1"))
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    oldest_cursor: int = 0
    has_backdate_rule: bool = False
    backups: list[State] = field(default_factory=list)
    epochs: int = 1
    starts: int = 1
    current: set[str] = field(default_factory=lambda: {"mark-1"})
    """Marks of this history alone: drawn since the last restore."""

    # --- who sees what -------------------------------------------------------------------------------

    def sight(self, person_id: str) -> set[str]:
        """The people whose rows he sees."""
        role, team_id = self.people[person_id]
        if role == "rep":
            return {person_id}
        return {person_id} | {other for other, (_role, team) in self.people.items() if team == team_id}

    def scope(self, person_id: str) -> str:
        return "/".join(self.people[person_id])

    def sees(self, sight: set[str], row: Row) -> bool:
        owner, account_id = row.get("owner_id"), row.get("account_id")
        if owner in sight:
            return True
        account = self.state.rows.get(("account", account_id)) if account_id else None
        if account is not None:
            return account["owner_id"] in sight
        return owner is None and not account_id

    def visible_to(self, person_id: str) -> dict[Key, Row]:
        sight = self.sight(person_id)
        return {key: row for key, row in self.state.rows.items() if self.sees(sight, row)}

    def applied(self) -> dict[str, int]:
        return self.state.counted

    def epoch_now(self) -> str:
        return self.state.epoch

    def head(self) -> int:
        return self.state.rev

    def is_current(self, mark: str) -> bool:
        return mark in self.current

    def start(self) -> None:
        self.starts += 1
        self.state.marks = (*self.state.marks, (f"mark-{self.starts}", self.state.rev + 1))
        self.current.add(f"mark-{self.starts}")

    def mark(self) -> str:
        return self.state.marks[-1][0]

    def was_here(self, mark: str, rev: int) -> bool:
        """Whether this history has had that revision under that mark: none that began later reaches down to it."""
        names = [name for name, _first in self.state.marks]
        later = self.state.marks[names.index(mark) + 1 :] if mark in names else ((mark, 0),)
        return rev <= self.state.rev and all(rev < first for _name, first in later)

    def ids(self, entity: str) -> list[str]:
        return sorted(row_id for kind, row_id in self.state.rows if kind == entity)

    def value(self, entity: str, row_id: str, name: str) -> object:
        return self.state.rows[entity, row_id].get(name)

    def role_of(self, person_id: str) -> tuple[str, str]:
        return self.people[person_id]

    def admit(self, token: str, person_id: str) -> None:
        self.tokens[token] = person_id

    def is_good(self, token: str) -> bool:
        return token not in self.revoked

    def set_good(self, token: str, is_good: bool) -> None:
        (self.revoked.discard if is_good else self.revoked.add)(token)

    # --- what others do ------------------------------------------------------------------------------

    def put(self, entity: str, row_id: str, values: Row) -> Row:
        self.state.rev += 1
        row = {**values, "id": row_id, "rev": self.state.rev}
        self.state.rows[entity, row_id] = row
        self.state.stones.pop((entity, row_id), None)
        return row

    def change(self, entity: str, row_id: str, values: Row, *, by: str) -> None:
        before = self.state.rows.get((entity, row_id))
        row = self.put(entity, row_id, {**(before or {"owner_id": None, **DEFAULTS[entity]}), **values})
        if entity == "person":
            self.people[row_id] = (row["role"], row["team_id"])
        self.state.writers.note((entity, row_id), values, self.state.rev, "")
        self._step(before, row, by)
        if entity not in ("team", "person"):
            old = {name: before.get(name) for name in values} if before else {}
            self._log(f"log-{self.state.rev}", (entity, row_id), row, "patch" if before else "create", old, values, by)

    def remove(self, entity: str, row_id: str, *, by: str, log_id: str = "", merged_into: str | None = None) -> None:
        key = (entity, row_id)
        row = self.state.rows[key]
        self.state.rev += 1
        seen_by = [person_id for person_id in self.people if self.sees(self.sight(person_id), row)]
        del self.state.rows[key]
        self.state.stones[key] = {
            "entity": entity, "id": row_id, "rev": self.state.rev, "deleted_at": self.now().astimezone(UTC).isoformat(),
            "by_id": by, "reason": "deleted", "merged_into": merged_into, "seen_by": seen_by,
        }  # fmt: skip
        self._log(log_id or f"log-{self.state.rev}", key, row, "delete", row, {}, by)

    def renew_history(self, account_id: str) -> None:
        """Of an account that is made again: who made it sees everything of it from now on."""
        for key, row in list(self.state.rows.items()):
            if row.get("account_id") == account_id:
                self.put(*key, row)

    def move_account(self, account_id: str, owner_id: str, *, with_deals: bool) -> None:
        """The whole subtree gets new revisions; who does not see a row any more is told so."""
        before = self._sights()
        subtree = [("account", account_id)]
        subtree += [key for key, row in self.state.rows.items() if row.get("account_id") == account_id]
        for key in subtree:
            row = dict(self.state.rows[key])
            if key[0] == "account" or (with_deals and key[0] == "deal"):
                row["owner_id"] = owner_id
            self.put(*key, row)
        self.state.writers.note(("account", account_id), ("owner_id",), self.state.rev, "")
        self._tell_of_sights(before)

    def merge_accounts(self, source_id: str, target_id: str) -> None:
        """All of the first goes to the second, its history too; the first is gone and says where to."""
        before = self._sights()
        for key, row in list(self.state.rows.items()):
            if row.get("account_id") == source_id:
                self.put(*key, {**row, "account_id": target_id})
        self.remove("account", source_id, by="lead-1", merged_into=target_id)
        self._tell_of_sights(before)

    def _rehung(self, person_id: str, account_id: str | None) -> str | None:
        """The account that one merged meanwhile became part of, for who had seen it."""
        stone = self.state.stones.get(("account", account_id or ""))
        while stone and person_id in stone["seen_by"] and stone["merged_into"]:
            account_id = stone["merged_into"]
            stone = self.state.stones.get(("account", account_id or ""))
        return account_id

    def set_role(self, person_id: str, role: str, team_id: str) -> None:
        """He himself loads anew; a lead who gains or loses him gets or loses his rows with the changes."""
        before = self._sights()
        self.people[person_id] = (role, team_id)
        self.change("person", person_id, {"role": role, "team_id": team_id}, by="admin")
        self._tell_of_sights(before, renew=True)

    def _sights(self) -> dict[str, set[Key]]:
        return {person_id: set(self.visible_to(person_id)) for person_id in self.people}

    def _tell_of_sights(self, before: dict[str, set[Key]], *, renew: bool = False) -> None:
        now = self._sights()
        if renew:
            for key in sorted({key for person_id in self.people for key in now[person_id] - before[person_id]}):
                self.put(*key, self.state.rows[key])
        for person_id in self.people:
            for key in sorted(before[person_id] - now[person_id]):
                self.state.exits[person_id, key] = self.state.rev
            for key in sorted(now[person_id] - before[person_id]):
                self.state.exits.pop((person_id, key), None)

    def expire_cursors(self) -> None:
        self.oldest_cursor = self.state.rev

    def back_up(self) -> None:
        """Every second time the server is stopped for it."""
        self.backups.append(self.state.copied())
        if self.state.rev % 2:
            self.start()

    def restore(self, *, is_announced: bool = True) -> bool:
        """An older state, announced by a new epoch as the contract asks, or not."""
        if not self.backups:
            return False
        epoch, self.state = self.state.epoch, self.backups.pop()
        self.current.clear()
        self.start()
        if not is_announced:
            self.state.epoch, self.oldest_cursor = epoch, 0
            rows = {person_id: self.state.rows["person", person_id] for person_id in self.people}
            self.people = {person_id: (row["role"], row["team_id"]) for person_id, row in rows.items()}
            return True
        self.new_epoch()
        for person_id, (role, team_id) in self.people.items():  # who is who is not part of the backup
            row = self.state.rows["person", person_id]
            if (row["role"], row["team_id"]) != (role, team_id):
                self.set_role(person_id, role, team_id)
        return True

    def new_epoch(self) -> None:
        self.epochs += 1
        self.state.epoch = f"epoch-{self.epochs}"
        self.oldest_cursor = 0

    # --- book-keeping ---

    def _step(self, before: Row | None, row: Row, by: str) -> None:
        """A deal's new stage is kept in its history."""
        if before is None or not row.get("stage_id") or before.get("stage_id") == row["stage_id"]:
            return
        self.put(
            "stage_change",
            f"step-{self.state.rev}",
            {
                "owner_id": row["owner_id"], "account_id": row["account_id"], "deal_id": row["id"],
                "from_stage_id": before["stage_id"] or None, "to_stage_id": row["stage_id"],
                "changed_at": self.now().astimezone(UTC).isoformat(), "by_id": by,
            },
        )  # fmt: skip

    def _log(self, log_id: str, key: Key, row: Row, op: str, before: Row, after: Row, by: str) -> None:
        account_id = key[1] if key[0] == "account" else row.get("account_id")
        self.put(
            "change_log",
            log_id,
            {
                "owner_id": row.get("owner_id"), "account_id": account_id, "entity": key[0], "entity_id": key[1],
                "op": op, "recorded_at": self.now().isoformat(), "actor_id": by, "before": before, "after": after,
            },
        )  # fmt: skip
