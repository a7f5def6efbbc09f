"""What a mutation does at the reference server. From the contract alone.

No line of it is shared with the hub or the merge of the device. It holds the oracle against every write it takes.
"""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.reliability.model import DEFAULTS, Company
from tests.reliability.overwrites import OF_ONE_DEVICE, watch
from tests.reliability.overwrites import SETS as SETS
from tests.reliability.overwrites import TEXTS as TEXTS
from tests.reliability.overwrites import line_merge as line_merge
from tests.reliability.protocol import Key, Row, Written

BACKDATE = timedelta(days=30)


class Refused(Exception):
    """A result other than applied."""

    def __init__(self, **result: Any) -> None:
        super().__init__(str(result))
        self.result = result


def rejected(kind: str) -> Refused:
    return Refused(status="rejected", problem={"type": kind, "title": kind, "status": 422, "detail": f"{kind} it is"})


@dataclass
class Judge(Company):
    """Takes mutations. `device` and `person` come from the token and the envelope, never from the mutation."""

    is_careless: bool = False
    """For a self-test: take every edit without looking at its base."""
    is_forgetful: bool = False
    """For a self-test: know no mutation again."""

    def judge(self, person_id: str, device: str, mutation: Row) -> Row:
        key = (mutation["entity"], mutation["entity_id"])
        answer: Row = {"mutation_id": mutation["mutation_id"], "rev": 0, "row": None, "fields": []}
        written = self.oracle.sent(mutation)
        known = self.state.results.get(mutation["mutation_id"])
        wish = json.dumps([*key, mutation["op"], mutation["patch"]], sort_keys=True)
        if known is not None and not self.is_forgetful:
            if known != (person_id, hashlib.sha256(wish.encode()).hexdigest()):
                return {**answer, **rejected("idempotency-key-reused").result}
            return {**answer, "status": "replayed", **self._as_seen(person_id, key)}
        before = self._values(key)
        try:
            self._check(mutation)
            getattr(self, f"_{mutation['op']}")(person_id, device, mutation, key, written)
        except Refused as refused:
            return {**answer, **refused.result}
        self.state.results[mutation["mutation_id"]] = (person_id, hashlib.sha256(wish.encode()).hexdigest())
        self._count(mutation["mutation_id"], device, key, written, has_effect=self._values(key) != before)
        return {**answer, "status": "applied", **self._as_seen(person_id, key)}

    def _values(self, key: Key) -> Row | None:
        row = self.state.rows.get(key)
        return None if row is None else {name: value for name, value in row.items() if name != "rev"}

    def _as_seen(self, person_id: str, key: Key) -> Row:
        row = self.state.rows.get(key)
        if row is None:
            stone = self.state.stones.get(key)
            return {"row": None, "rev": stone["rev"] if stone else 0}
        return {"row": row if self.sees(self.sight(person_id), row) else None, "rev": row["rev"]}

    def _count(self, mutation_id: str, device: str, key: Key, written: Written | None, *, has_effect: bool) -> None:
        counted = self.state.counted.get(mutation_id, 0) + 1
        self.state.counted[mutation_id] = counted
        if counted > 1:
            self.oracle.find(f"I2 {mutation_id} changed the server {counted} times")
        if written is None:
            return
        # a late copy of one that was answered meanwhile finds its value there already: it overtakes nothing
        if has_effect and written.seq < self.state.order.get((device, key), 0):
            self.oracle.find(f"I6 {mutation_id} of {key} overtaken by a later edit of its device")
        self.state.order[device, key] = max(written.seq, self.state.order.get((device, key), 0))

    def _check(self, mutation: Row) -> None:
        if mutation["schema_v"] != 1:
            raise rejected("schema-too-old")
        if any("poison" in value for value in mutation["patch"].values() if isinstance(value, str)):
            raise rejected("validation")
        if self.has_backdate_rule and datetime.fromisoformat(mutation["occurred_at"]) < self.now() - BACKDATE:
            raise rejected("backdate")

    def _may_write(self, person_id: str, row: Row) -> bool:
        account = self.state.rows.get(("account", row.get("account_id") or ""))
        return person_id in (row.get("owner_id"), account["owner_id"] if account else None)

    def _need_parents(self, mutation: Row, values: Row) -> None:
        for name, entity in (("account_id", "account"), ("deal_id", "deal"), ("contact_id", "contact")):
            parent = values.get(name)
            if parent and (entity, parent) not in self.state.rows:
                if mutation["depends_on"] and mutation["depends_on"] not in self.state.results:
                    raise Refused(status="retry")
                raise rejected("missing-parent")

    def _create(self, person_id: str, device: str, mutation: Row, key: Key, written: Written | None) -> None:
        if key in self.state.rows:
            if self.is_forgetful:
                self.put(key[0], f"{key[1]}-again", self.state.rows[key])
                self._count(mutation["mutation_id"], device, key, written, has_effect=True)
            raise rejected("unique")
        values = {"owner_id": person_id, **copy.deepcopy(DEFAULTS[key[0]]), **mutation["patch"]}
        if key[0] == "account" and any(
            place[0] == "account" and row["name"] == values["name"] for place, row in self.state.rows.items()
        ):
            raise rejected("unique")
        stone = self.state.stones.get(key)
        account = self.state.rows.get(("account", values.get("account_id") or ""))
        if values["owner_id"] not in (None, person_id) or (stone and person_id not in stone["seen_by"]):
            raise rejected("permission")
        if account is not None and not self.sees(self.sight(person_id), account):
            raise rejected("permission")
        if "account_id" in values:
            values["account_id"] = self._rehung(person_id, values["account_id"])
        self._need_parents(mutation, values)
        row = self.put(*key, values)
        self.state.writers.note(key, values, self.state.rev, device)
        if stone is not None and key[0] == "account":
            self.renew_history(key[1])
        self._log(mutation["mutation_id"], key, row, "create", {}, {}, person_id)

    def _patch(self, person_id: str, device: str, mutation: Row, key: Key, written: Written | None) -> None:
        row = self.state.rows.get(key)
        if row is None:
            self._gone(person_id, mutation, key)
            return
        if "owner_id" in mutation["patch"] or not self._may_write(person_id, row):
            raise rejected("permission")
        values: Row = {}
        fields: list[Row] = []
        for name, mine in mutation["patch"].items():
            base, theirs = mutation["base"].get(name), row.get(name)
            merged = self._merged(key, name, base, mine, theirs, mutation["base_rev"], device)
            if merged is None and not self.is_careless:
                fields.append({"field": name, "base": base, "mine": mine, "theirs": theirs})
            else:
                values[name] = merged[0] if merged else mine
        if fields:
            who = {"theirs_by": "lead-1", "theirs_at": self.now().isoformat()}
            raise Refused(status="conflict", fields=fields, row=row, rev=row["rev"], **who)
        self._need_parents(mutation, values)
        for name, value in values.items():
            if written is None:
                break
            watch(self.oracle, self.state.writers, written, name, row.get(name), value, mutation["base_rev"], device)
        before, was = {name: row.get(name) for name in values}, row
        row = self.put(*key, {**row, **values})
        self.state.writers.note(key, values, self.state.rev, device)
        self._step(was, row, person_id)
        self._log(mutation["mutation_id"], key, row, "patch", before, values, person_id)

    def _merged(
        self, key: Key, name: str, base: Any, mine: Any, theirs: Any, base_rev: int, device: str
    ) -> tuple[Any] | None:
        """The merged value in a tuple, None where a person has to decide."""
        if theirs in (base, mine):
            return (mine,)
        if mine == base:
            return (theirs,)
        place = (key[0], name)
        if place in SETS:
            gone = set(base or ()) - set(mine or ())
            return (
                [x for x in theirs or () if x not in gone]
                + [x for x in mine if x not in (base or ()) and x not in theirs],
            )
        if place in OF_ONE_DEVICE and self.state.writers.is_own_work(key, name, base_rev, device):
            return (mine,)
        if place in TEXTS:
            return line_merge(base or "", mine or "", theirs or "")
        return None

    def _delete(self, person_id: str, device: str, mutation: Row, key: Key, written: Written | None) -> None:
        row = self.state.rows.get(key)
        if row is None:
            self._gone(person_id, mutation, key)
            return
        if not self._may_write(person_id, row):
            raise rejected("permission")
        seen = written.base if written else mutation["base"]
        differing = [
            name for name, value in mutation["base"].items() if name != "rev" and row.get(name, value) != value
        ]
        if differing and not self.is_careless:
            fields = [{"field": name, "base": mutation["base"][name], "theirs": row[name]} for name in differing]
            raise Refused(status="conflict", row=row, rev=row["rev"], fields=fields)
        if any(name != "rev" and row.get(name, value) != value for name, value in seen.items()):
            self.oracle.find(f"I4 {key} was deleted with values its deleter had not seen")
        if key[0] == "account" and any(other.get("account_id") == key[1] and place[0] != "change_log"
                                       for place, other in self.state.rows.items()):  # fmt: skip
            raise rejected("in-use")
        self.remove(*key, by=person_id, log_id=mutation["mutation_id"])

    def _gone(self, person_id: str, mutation: Row, key: Key) -> None:
        stone = self.state.stones.get(key)
        if stone is not None and person_id in stone["seen_by"]:
            if mutation["op"] == "delete":
                return
            fields = [
                {"field": name, "base": mutation["base"].get(name), "mine": mine}
                for name, mine in mutation["patch"].items()
            ]
            words = {"type": "deleted", "title": "deleted", "status": 409, "detail": ""}
            raise Refused(status="conflict", fields=fields, theirs_by=stone["by_id"], rev=stone["rev"], problem=words)
        if mutation["depends_on"] and mutation["depends_on"] not in self.state.results:
            raise Refused(status="retry")
        raise rejected("missing")
