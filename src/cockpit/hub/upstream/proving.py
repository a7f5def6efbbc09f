"""The whole loop under lost answers: changes on both sides, then both sides are compared.

For connector authors: `prove(connector, server, database, ...)` with the `Server` of `cockpit.crm.testing`. A device here is
what it is to the hub: rows as it last saw them, and a queue that is sent again until each change is answered.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from cockpit.crm.connector import Connector
from cockpit.crm.testing.losing import Fate, Losing
from cockpit.crm.testing.server import Server
from cockpit.hub import cursors, tokens
from cockpit.hub.committing import commit
from cockpit.hub.context import Hub
from cockpit.hub.judgement import Push
from cockpit.hub.tokens import ADMIN, Actor
from cockpit.hub.upstream.joining import Upstream
from cockpit.hub.upstream.links import references
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.wire import Mutation
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED, CrmLinkRow, TombstoneRow

START = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
EDITED = {"account": "name", "contact": "name", "deal": "name", "activity": "subject"}
"""The text of each kind that both sides change."""
MOST_ROUNDS = 60


@dataclass
class Proof:
    """What was done and what came of it. `lost`: accepted changes that are nowhere; `doubled`: rows that are there twice;
    `differing`: what is not alike."""

    changes: int = 0
    losses: int = 0
    conflicts: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.differing)


@dataclass
class _Device:
    """A person's device: the values it saw, and what it has not sent."""

    seen: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    queue: list[Mutation] = field(default_factory=list)
    done: list[Mutation] = field(default_factory=list)
    """What the hub has acknowledged: it goes again to one that came back from a backup."""


class Proving:
    """One run."""

    def __init__(
        self,
        connector: Connector,
        server: Server,
        database: Database,
        *,
        loss: float = 0.1,
        seed: int = 1,
        **settings: Any,
    ) -> None:
        self._random = random.Random(seed)
        self._server, self._database, self._loss = server, database, loss
        self.now = START
        self.hub = Hub(database, lambda: self.now)
        self.line = Losing(connector, self._fate)
        self.is_losing = False
        self._connection = replace(Connection("proof", connector.name, ""), **settings)
        self.upstream = Upstream(self.hub, self.line, self._connection)
        self._backup = sqlite3.connect(":memory:")
        self.device = _Device()
        self.proof = Proof()
        self._numbers = itertools.count(1)
        self._made: dict[str, str] = {}
        self.accepted: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
        """By row: the value that was seen and the value that was put in its place."""
        self._turn: Push | None = None

    def run(
        self,
        changes: int = 1_000,
        send_every: int = 7,
        restore_every: int = 0,
        *,
        tells: bool = True,
        goes_on: Callable[[int], bool] = lambda _made: True,
    ) -> Proof:
        """Take what is there, make the changes, let everything settle, and compare. `restore_every`: after so many changes
        the hub's file is put back to how it was half as many before; `tells` that the operator says so. `goes_on` is asked
        with the number of changes made whether there are to be more."""
        self._round()
        self._look()
        self.is_losing = True
        for number in range(changes):
            if not goes_on(number):
                break
            self.proof.changes += 1
            self._change(number)
            if restore_every and number % restore_every == restore_every // 2:
                self._back_up()
            elif restore_every and number and number % restore_every == 0:
                self._restore(tells=tells)
            if number % send_every == 0:
                self._send()
            if number % 11 == 0:
                self._round()
                self._look()
        self.is_losing = False
        for _number in range(3):
            self._send()
            self.now += timedelta(hours=25)  # every kind is read whole, by offset twice
            self._round()
        self.proof.losses = self.line.lost
        self._compare()
        return self.proof

    # -- the two sides -------------------------------------------------------------------------------------------------

    def _change(self, number: int) -> None:
        kinds = [kind for kind in EDITED if kind in self.line.can.holdings and self._writable(kind)]
        kind = self._random.choice(kinds)
        what = self._random.choices(("edit", "create", "delete"), (70, 25, 5))[0]
        if self._random.random() < 0.5:
            self._there(kind, what, number)
        else:
            self._here(kind, what, number)

    def _writable(self, kind: str) -> bool:
        return not self.line.can.holdings[kind].is_read_only and self._server.sample(kind, 0) is not None

    def _there(self, kind: str, what: str, number: int) -> None:
        if what == "create":
            sample = self._server.sample(kind, 10_000 + number)
            if sample is not None:
                self._server.add(kind, {**sample, EDITED[kind]: f"there {number}"})
        elif (what != "delete" or kind != "account") and (ids := sorted(self._server.rows(kind))):
            chosen = self._random.choice(ids)  # their lists are what a run waits for most: none is read in vain
            if what == "edit":
                self._server.edit(kind, chosen, {EDITED[kind]: f"there {number}"})
            else:
                self._server.remove(kind, chosen)

    def _here(self, kind: str, what: str, number: int) -> None:
        ids = sorted(row_id for entity, row_id in self.device.seen if entity == kind)
        if what == "create":
            self._create(kind, number)
        elif ids:
            row_id = self._random.choice(ids)
            row = self.device.seen[kind, row_id]
            base = {EDITED[kind]: row[EDITED[kind]]}
            if what == "edit":
                patch = {EDITED[kind]: f"here {number}"}
                self._queue(kind, row_id, "patch", patch, base, row["rev"])
                self.device.seen[kind, row_id] = {**row, **patch}
            elif kind != "account":
                self._queue(kind, row_id, "delete", {}, base, row["rev"])
                del self.device.seen[kind, row_id]

    def _create(self, kind: str, number: int) -> None:
        sample = self._server.sample(kind, 20_000 + number)
        assert sample is not None
        values = {name: value for name, value in sample.items() if name in SYNCED[kind].model_fields}
        with self._database.read() as session:
            for name, entity in references(kind, values).items():
                link = session.get(CrmLinkRow, ("proof", entity, str(values[name])))
                values[name] = link.row_id if link is not None else None
        if any(values[name] is None for name in references(kind, values)):
            return
        row_id = f"made-{number:05}"
        self._made[row_id] = kind
        if kind == "activity":
            values["rep_id"] = values["owner_id"] = values.get("owner_id") or values.get("rep_id")
        self._queue(kind, row_id, "create", {**values, EDITED[kind]: f"here {number}"}, {}, 0)

    def _queue(self, kind: str, row_id: str, op: Any, patch: dict[str, Any], base: dict[str, Any], rev: int) -> None:
        name = f"proof-{next(self._numbers):06}"
        self.device.queue.append(
            Mutation(
                mutation_id=name,
                entity=kind,
                entity_id=row_id,
                op=op,
                patch=patch,
                base=base,
                base_rev=rev,
                occurred_at=self.now,
                sent="never",
            )
        )

    def _send(self) -> None:
        """Each change in order; what gets no answer stays, and what follows it of the same row waits."""
        waiting: list[Mutation] = []
        held: set[tuple[str, str]] = set()
        for mutation in self.device.queue:
            key = (mutation.entity, mutation.entity_id)
            if key in held:
                waiting.append(mutation)
                continue
            self.now += timedelta(seconds=10)
            result = commit(self.hub, self._push(), mutation)
            if result.status in ("applied", "replayed"):
                self.device.done.append(mutation)
            if result.status == "retry":
                sent = "before" if mutation.sent == "never" else mutation.sent
                waiting.append(mutation.model_copy(update={"sent": sent}))
                held.add(key)
            elif result.status == "conflict":
                self.proof.conflicts += 1
                self.device.seen.pop(key, None)  # a person takes theirs
                self._made.pop(mutation.entity_id, None) if mutation.op == "create" else None
            elif result.status == "rejected":
                self.proof.refused += 1
                self.device.seen.pop(key, None)
                self._made.pop(mutation.entity_id, None) if mutation.op == "create" else None
            elif mutation.op == "patch":
                name = EDITED[mutation.entity]
                self.accepted.setdefault(key, []).append((mutation.base[name], mutation.patch[name]))
            elif mutation.op == "delete":
                self._made.pop(mutation.entity_id, None)
        self.device.queue = waiting

    def _back_up(self) -> None:
        with closing(sqlite3.connect(str(self._database.path))) as file:
            file.backup(self._backup)

    def _restore(self, *, tells: bool) -> None:
        """The hub as it was then, started anew; the CRM stays as it is, and the device sends all it had sent."""
        self._database.close()
        with closing(sqlite3.connect(str(self._database.path))) as file:
            self._backup.backup(file)
        if tells:
            with self._database.write() as session:
                cursors.begin_anew(session, self.now)
        self.upstream = Upstream(self.hub, self.line, self._connection)
        ended = {(one.entity, one.entity_id) for one in [*self.device.done, *self.device.queue] if one.op == "delete"}
        again = [
            one.model_copy(update={"sent": "before" if _is_made_in_vain(one, ended) else "taken", "base_rev": 0})
            for one in self.device.done
        ]
        self.device.done = []
        self.device.queue = again + [one.model_copy(update={"base_rev": 0}) for one in self.device.queue]

    def _look(self) -> None:
        """The device takes what the hub has, but of rows with unsent work."""
        busy = {(mutation.entity, mutation.entity_id) for mutation in self.device.queue}
        fresh: dict[tuple[str, str], dict[str, Any]] = {}
        with self._database.read() as session:
            for kind in EDITED:
                for row in session.exec(select(SYNCED[kind])).all():
                    fresh[kind, row.id] = to_wire(row, kind)
        kept = {key: row for key, row in self.device.seen.items() if key in busy}
        self.device.seen = {key: row for key, row in fresh.items() if key not in busy} | kept

    def _round(self) -> None:
        for _number in range(MOST_ROUNDS):
            self.now += timedelta(minutes=1)
            if not self.upstream.round().error or self.is_losing:
                return

    def _push(self) -> Push:
        if self._turn is None:
            with self._database.read() as session:
                people = session.exec(select(SYNCED["person"].id).order_by(col(SYNCED["person"].id))).all()
            assert people, "a CRM without people cannot be proven"
            scopes = frozenset({ADMIN, tokens.SELF})
            self._turn = Push(Actor(people[0], "", "rep", None, scopes, None), "device", self.now, None)
        return replace(self._turn, now=self.now)

    def _fate(self, _what: str) -> Fate:
        if not self.is_losing or self._random.random() >= self._loss:
            return ""
        return "after" if self._random.random() < 0.5 else "before"

    # -- the comparison ------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        proof = self.proof
        with self._database.read() as session:
            links = {
                (link.entity, link.remote_id): link.row_id
                for link in session.exec(select(CrmLinkRow).where(CrmLinkRow.state == "")).all()
            }
            here = {
                kind: {row.id: to_wire(row, kind) for row in session.exec(select(SYNCED[kind])).all()}
                for kind in EDITED
            }
        for kind, name in EDITED.items():
            if kind not in self.line.can.holdings:
                continue
            there = self._server.rows(kind)
            for remote_id, values in there.items():
                row = here[kind].get(links.get((kind, remote_id), ""))
                if row is None:
                    proof.differing.append(f"{kind} {remote_id} is only there")
                elif row[name] != values[name]:
                    proof.differing.append(f"{kind} {remote_id}: {row[name]!r} here, {values[name]!r} there")
            linked = {row_id for (entity, remote_id), row_id in links.items() if entity == kind and remote_id in there}
            held = {row_id for row_id, row in here[kind].items() if row["origin"] == "crm"}
            proof.differing += [f"{kind} {row_id} is only here" for row_id in sorted(held - linked)]
            tags = Counter(values[name] for values in there.values())
            proof.doubled += [f"{kind} {tag!r}" for tag, count in tags.items() if count > 1 and _is_tag(tag)]
        proof.lost += self._lost_creations(here)

    def _lost_creations(self, here: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Rows made here that were accepted, are not deleted, and yet are not here."""
        waiting = {mutation.entity_id for mutation in self.device.queue}
        with self._database.read() as session:
            gone = {stone.id for stone in session.exec(select(TombstoneRow)).all()}
        return [
            f"{kind} {row_id}"
            for row_id, kind in self._made.items()
            if row_id not in here[kind] and row_id not in gone and row_id not in waiting
        ]


def _is_made_in_vain(mutation: Mutation, ended: Collection[tuple[str, str]]) -> bool:
    """A creation that the device itself took back later."""
    return mutation.op == "create" and (mutation.entity, mutation.entity_id) in ended


def _is_tag(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("here ", "there "))


def prove(
    connector: Connector,
    server: Server,
    database: Database,
    *,
    changes: int = 1_000,
    loss: float = 0.1,
    seed: int = 1,
    restore_every: int = 0,
    tell: Callable[[str], None] = lambda _line: None,
    **settings: Any,
) -> Proof:
    """Join a fresh hub on `database` to `connector`, make `changes` on both sides while a share of requests or answers is
    lost, and compare. `restore_every` so many changes the hub is put back to an older state. `settings` go into the connection (zone, people, stages ...)."""
    proof = Proving(connector, server, database, loss=loss, seed=seed, **settings).run(
        changes, restore_every=restore_every
    )
    tell(
        f"{connector.name}: {proof.changes} changes, {proof.losses} lost on the way, {proof.conflicts} conflicts shown,"
        f" {proof.refused} refused, {len(proof.lost)} lost, {len(proof.doubled)} doubled, {len(proof.differing)} differing"
    )
    return proof
