"""A hub joined to a CRM in memory, with people of both."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from cockpit.crm.connector import Capabilities, Connector
from cockpit.crm.testing.memory import MemoryConnector, MemoryServer, capabilities
from cockpit.hub import tokens
from cockpit.hub.committing import commit
from cockpit.hub.context import Hub
from cockpit.hub.judgement import Push
from cockpit.hub.upstream import Connection, Round, Upstream
from cockpit.hub.wire import Mutation, MutationResult
from cockpit.storage import rows
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED, CrmFaultRow, CrmLinkRow

START = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


class Joined:
    """The hub, its clock (`now` moves by hand), the CRM behind it and a connection to it."""

    def __init__(
        self, database: Database, can: Capabilities | None = None, connector: Connector | None = None, **settings: Any
    ) -> None:
        self.database = database
        self.now = START
        self.hub = Hub(self.database, lambda: self.now)
        self.server = MemoryServer()
        self.memory = MemoryConnector(self.server, can or capabilities())
        self.connection = replace(Connection("crm", "memory", "http://memory", ZoneInfo("Asia/Shanghai")), **settings)
        self.upstream = Upstream(self.hub, connector or self.memory, self.connection)
        self._numbers = itertools.count(1)

    def round(self) -> Round:
        self.now += timedelta(minutes=1)
        return self.upstream.round()

    def row_id(self, entity: str, remote_id: str) -> str:
        with self.database.read() as session:
            link = session.get(CrmLinkRow, (self.connection.name, entity, remote_id))
            assert link is not None, f"{entity} {remote_id} is not linked"
            return link.row_id

    def row(self, entity: str, remote_id: str) -> dict[str, Any]:
        return self.row_here(entity, self.row_id(entity, remote_id))

    def row_here(self, entity: str, row_id: str) -> dict[str, Any]:
        with self.database.read() as session:
            row = rows.find(session, entity, row_id)
            assert row is not None, f"{entity} {row_id} is not here"
            return to_wire(row, entity)

    def every(self, entity: str) -> dict[str, dict[str, Any]]:
        with self.database.read() as session:
            return {row.id: to_wire(row, entity) for row in session.exec(select(SYNCED[entity])).all()}

    def faults(self) -> dict[str, tuple[str, str]]:
        with self.database.read() as session:
            return {fault.remote_id: (fault.kind, fault.reason) for fault in session.exec(select(CrmFaultRow)).all()}

    def turn(self, person: str) -> Push:
        """A push of the person that the CRM calls so."""
        person_id = self.row_id("person", person)
        with self.database.write() as session:
            token = tokens.issue(session, person_id, label="test")
        with self.database.read() as session:
            actor = tokens.authenticate(session, token, self.now)
        assert actor is not None
        return Push(actor, "device", self.now, None)

    def mutation(
        self, entity: str, row_id: str, op: str, patch: Mapping[str, Any] | None = None, **more: Any
    ) -> Mutation:
        name = f"mutation-{next(self._numbers):05}"
        made = {"mutation_id": name, "entity": entity, "entity_id": row_id, "op": op, "patch": dict(patch or {})}
        return Mutation(**{**made, "occurred_at": self.now, "sent": "never", **more})

    def push(self, person: str, mutation: Mutation) -> MutationResult:
        return commit(self.hub, self.turn(person), mutation)

    def patch(self, person: str, entity: str, remote_id: str, **patch: Any) -> MutationResult:
        """An edit of what the person sees now."""
        return self.push(person, self.edit(entity, remote_id, **patch))

    def edit(self, entity: str, remote_id: str, **patch: Any) -> Mutation:
        row = self.row(entity, remote_id)
        base = {name: row[name] for name in patch}
        return self.mutation(entity, row["id"], "patch", patch, base=base, base_rev=row["rev"])
