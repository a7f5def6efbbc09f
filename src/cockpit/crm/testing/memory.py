"""A CRM in memory that has just the capabilities it is given, and its connector. Its ids are random, so pages by offset
drift when rows are added between two of them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from cockpit import clock
from cockpit.crm import fields
from cockpit.crm.connector import (
    OWN,
    BadRemote,
    Capabilities,
    CrmForbidden,
    CrmRefused,
    CrmStale,
    Feed,
    Greeting,
    Holding,
    Op,
    Page,
    Remote,
)
from cockpit.errors import SignInNeeded, VersionTooOld

FIELDS: dict[str, frozenset[str]] = {
    "team": frozenset({"name"}),
    "person": frozenset({"name", "email", "team_id"}),
    "funnel": frozenset({"name"}),
    "stage": frozenset({"name", "funnel_id", "position", "kind", "probability"}),
    "account": frozenset({"name", "industry", "phone", "owner_id"}),
    "contact": frozenset({"name", "phone", "account_id", "owner_id"}),
    "deal": frozenset(
        {"name", "account_id", "funnel_id", "stage_id", "owner_id", "amount_minor", "currency", "expected_on"}
    ),
    "activity": frozenset({"subject", "result", "status", "account_id", "deal_id", "owner_id", "starts_at"}),
}
FEED_CAP = 50


@dataclass
class Record:
    id: str
    values: dict[str, Any]
    seq: int
    row_id: str | None = None
    is_deleted: bool = False
    unknown: dict[str, Any] = field(default_factory=dict)


class MemoryServer:
    """The CRM. `history` is every value a field ever had, in order: what overwrote what."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.records: dict[str, dict[str, Record]] = {entity: {} for entity in FIELDS}
        self.log: list[tuple[str, str, Op]] = []
        self.history: dict[tuple[str, str, str], list[Any]] = {}
        self.seq = 0
        self.refuses: Callable[[str, Mapping[str, Any]], str] = lambda _entity, _values: ""

    def company(self, accounts: int = 5) -> dict[str, list[str]]:
        """A team, two people, a funnel of three stages, and customers with a deal each; their ids."""
        team = self.add("team", {"name": "North"})
        people = [self.add("person", {"name": name, "team_id": team}) for name in ("Ada", "Bob")]
        funnel = self.add("funnel", {"name": "Sales"})
        stages = [
            self.add("stage", {"name": name, "funnel_id": funnel, "position": n, "kind": kind, "probability": share})
            for n, (name, kind, share) in enumerate((("New", "open", 10), ("Offer", "open", 50), ("Won", "won", 100)))
        ]
        customers = [
            self.add("account", {"name": f"Customer {n}", "owner_id": people[n % 2], "phone": "", "industry": ""})
            for n in range(accounts)
        ]
        deals = [
            self.add(
                "deal",
                {
                    **self.deal(n),
                    "account_id": customer,
                    "owner_id": people[n % 2],
                    "funnel_id": funnel,
                    "stage_id": stages[0],
                },
            )
            for n, customer in enumerate(customers)
        ]
        return {"person": people, "stage": stages, "account": customers, "deal": deals, "funnel": [funnel]}

    def deal(self, number: int) -> dict[str, Any]:
        return {"name": f"Deal {number}", "amount_minor": 1000 + number, "currency": "CNY", "expected_on": "2026-12-01"}

    def sample(self, entity: str, number: int) -> Mapping[str, Any] | None:
        first = {name: next(iter(self.rows(name)), "") for name in ("person", "account", "funnel", "stage")}
        if entity == "account":
            return {"name": f"Sample {number}", "owner_id": first["person"], "phone": "1", "industry": ""}
        if entity == "contact":
            owner = {"account_id": first["account"], "owner_id": first["person"]}
            return {"name": f"Sample {number}", "phone": "2", **owner}
        if entity == "deal":
            places = {f"{name}_id": first[name] for name in ("account", "funnel", "stage")}
            return {**self.deal(number), **places, "owner_id": first["person"]}
        if entity == "activity":
            return {
                "subject": f"Sample {number}",
                "result": "",
                "status": "planned",
                "account_id": first["account"],
                "owner_id": first["person"],
                "starts_at": "2026-11-24T02:00:00.000000Z",
            }
        return None

    def add(
        self,
        entity: str,
        values: Mapping[str, Any],
        row_id: str | None = None,
        unknown: Mapping[str, Any] | None = None,
    ) -> str:
        self.seq += 1
        remote_id = f"{entity[0]}{self._random.getrandbits(40):010x}"
        self.records[entity][remote_id] = Record(
            remote_id, dict(values), self.seq, row_id=row_id, unknown=dict(unknown or {})
        )
        self._told(entity, remote_id, values)
        return remote_id

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        record = self.records[entity][remote_id]
        self.seq += 1
        record.values.update(values)
        record.seq = self.seq
        self._told(entity, remote_id, values)

    def remove(self, entity: str, remote_id: str) -> None:
        record = self.records[entity][remote_id]
        if not record.is_deleted:
            self.seq += 1
            record.seq, record.is_deleted = self.seq, True
            self.log.append((entity, remote_id, "delete"))

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        return {one.id: one.values for one in self.records[entity].values() if not one.is_deleted}

    def _told(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None:
        self.log.append((entity, remote_id, "put"))
        for name, value in values.items():
            self.history.setdefault((entity, remote_id, name), []).append(value)


def capabilities(
    delta: str = "since",
    deletes: str = "flag",
    conflict: str = "version",
    create: str = "lookup",
    paging: Literal["offset", "cursor", "keyset"] = "cursor",
    **holding: Any,
) -> Capabilities:
    """The same holding for every kind. deletes feed, or delta none with feed: the feed tells of every kind."""
    made: dict[str, Any] = {"delta": delta, "deletes": deletes, "conflict": conflict, "create": create, **holding}
    holdings = {entity: Holding(fields, **made) for entity, fields in FIELDS.items()}
    fed = frozenset(FIELDS) if deletes == "feed" else frozenset[str]()
    return Capabilities(holdings, paging, fed=fed, own_fields=frozenset(FIELDS))


class MemoryConnector:
    """Speaks to a MemoryServer. `between` is called between two pages: others work there too."""

    name = "memory"

    def __init__(self, server: MemoryServer, can: Capabilities, page: int = 4) -> None:
        self.server, self.can, self._page = server, can, page
        self.requests = self.received_bytes = 0
        self.forbidden: frozenset[str] = frozenset()
        self.bad: dict[tuple[str, str], str] = {}
        self.time: datetime | None = None
        self.is_signed_in, self.version = True, "1"
        self.between: Callable[[], None] = lambda: None

    def greet(self) -> Greeting:
        self._ask()
        if self.version == "0":
            raise VersionTooOld("version 0; 1 is needed")
        now = self.time or clock.now()
        return Greeting("Memory", self.version, "me", "Me", True, now, tuple(sorted(self.forbidden)))

    def snapshot(self, entity: str) -> Iterator[Page]:
        if self.can.paging == "offset":
            yield from self._by_offset(entity)
            return
        for part in self._parts([one for one in self._in_order(entity) if not one.is_deleted]):
            self._ask(entity)
            yield Page(tuple(self._row(entity, one) for one in part))

    def _by_offset(self, entity: str) -> Iterator[Page]:
        offset = 0
        while True:
            self._ask(entity)
            rows = sorted(self.server.rows(entity))[offset : offset + self._page]
            if not rows:
                return
            yield Page(tuple(self._row(entity, self.server.records[entity][one]) for one in rows))
            offset += self._page
            self.between()

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        overlap = 1 if self.can.holdings[entity].delta == "since" else 0
        after = int(cursor or 0) - overlap
        has_flag = self.can.holdings[entity].deletes == "flag"
        found = [one for one in self._in_order(entity) if one.seq > after and (has_flag or not one.is_deleted)]
        parts = self._parts(found)
        for part in parts:
            self._ask(entity)
            yield Page(tuple(self._row(entity, one) for one in part), str(part[-1].seq))
            self.between()
        if not parts:
            self._ask(entity)

    def feed(self, cursor: str) -> Feed:
        self._ask()
        start, end = int(cursor or 0), len(self.server.log)
        touched = self.server.log[max(start, end - FEED_CAP) : end]
        return Feed(tuple(touched), str(end), is_whole=end - start <= FEED_CAP)

    def ids(self, entity: str) -> frozenset[str]:
        self._ask(entity)
        return frozenset(self.server.rows(entity))

    def read(self, entity: str, remote_id: str) -> Remote | None:
        self._ask(entity)
        record = self.server.records[entity].get(remote_id)
        if record is None or record.is_deleted:
            return None
        return self._remote(entity, record)

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        self._ask(entity)
        found = [one for one in self.server.records[entity].values() if one.row_id == row_id and not one.is_deleted]
        return self._remote(entity, found[0]) if found else None

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        self._ask(entity, values)
        how = self.can.holdings[entity].create
        carried = None if how == "none" else row_id
        known = [one for one in self.server.records[entity].values() if one.row_id == row_id and not one.is_deleted]
        if how == "upsert" and known:
            self.server.edit(entity, known[0].id, values)
            return self._remote(entity, known[0])
        rest = {name: value for name, value in values.items() if not name.startswith(OWN)}
        made = self.server.add(entity, rest, carried, fields.own(values))
        return self._remote(entity, self.server.records[entity][made])

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        self._ask(entity, values)
        record = self._current(entity, seen)
        record.unknown |= fields.own(values)
        self.server.edit(entity, record.id, {n: value for n, value in values.items() if not n.startswith(OWN)})
        return self._remote(entity, record)

    def delete(self, entity: str, seen: Remote) -> None:
        self._ask(entity)
        record = self.server.records[entity].get(seen.id)
        if record is not None and not record.is_deleted:
            self.server.remove(entity, self._current(entity, seen).id)

    def close(self) -> None: ...

    def _current(self, entity: str, seen: Remote) -> Record:
        record = self.server.records[entity].get(seen.id)
        if record is None or record.is_deleted:
            raise CrmStale("gone")
        if self.can.holdings[entity].conflict == "version" and seen.version != str(record.seq):
            raise CrmStale("changed")
        return record

    def _ask(self, entity: str = "", values: Mapping[str, Any] | None = None) -> None:
        self.requests += 1
        if not self.is_signed_in:
            raise SignInNeeded("the token is over")
        if entity in self.forbidden:
            raise CrmForbidden("not for this role", entity=entity)
        if values is not None and (reason := self.server.refuses(entity, values)):
            raise CrmRefused(reason)

    def _in_order(self, entity: str) -> list[Record]:
        return sorted(self.server.records[entity].values(), key=lambda one: one.seq)

    def _parts(self, records: list[Record]) -> list[list[Record]]:
        return [records[start : start + self._page] for start in range(0, len(records), self._page)]

    def _row(self, entity: str, record: Record) -> Remote | BadRemote:
        reason = self.bad.get((entity, record.id))
        return BadRemote(entity, record.id, reason, dict(record.values)) if reason else self._remote(entity, record)

    def _remote(self, entity: str, record: Record) -> Remote:
        has_version = self.can.holdings[entity].conflict == "version"
        self.received_bytes += len(json.dumps(record.values))
        return Remote(
            entity,
            record.id,
            dict(record.values),
            row_id=record.row_id,
            version=str(record.seq) if has_version else "",
            is_deleted=record.is_deleted,
            unknown=dict(record.unknown),
        )
