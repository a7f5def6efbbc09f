"""A hub joined to a real CRM, served on loopback, and one rep's device that syncs with it."""

from __future__ import annotations

import socket
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from sqlalchemy import update
from sqlmodel import select

from cockpit import clock
from cockpit.crm.connector import Connector
from cockpit.hub import tokens
from cockpit.hub.app import create_app
from cockpit.hub.upstream import Connection, Round, Upstream
from cockpit.services.container import Services, open_services
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED, CrmLinkRow, OutboxRow

MOST = 60
"""Tries until something must have got through."""


class Loop:
    """`url` of the hub; rounds are asked for, never in the background. Ends with its `with`."""

    def __init__(self, folder: Path, connector: Connector) -> None:
        self._folder = folder
        self.database = Database.at(folder / "hub.db")
        self.database.prepare()
        self._ahead = timedelta()
        app = create_app(self.database, self._now)
        self.connection = Connection("crm", connector.name, "http://127.0.0.1", ZoneInfo("Asia/Shanghai"))
        self.upstream = Upstream(app.state.hub, connector, self.connection)
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self._thread.start()
        self._devices: list[Services] = []

    def __enter__(self) -> Loop:
        return self

    def __exit__(self, *_error: object) -> None:
        for device in self._devices:
            device.desk.database.close()
        self._server.should_exit = True
        self._thread.join(60)
        self._listener.close()
        self.upstream.stop()
        self.database.close()

    def _now(self) -> datetime:
        return clock.now() + self._ahead

    def round(self) -> Round:
        return self.upstream.round()

    def sync(self, device: Services, conflicts: int = 0) -> None:
        """Sync until nothing waits but so many open conflicts; what waits for a lost answer, here and at the hub, is due."""
        for _number in range(MOST):
            report = device.sync.run()
            if (report.pending, report.conflicts) == (conflicts, conflicts) and not report.error:
                return
            self._ahead += timedelta(seconds=self.upstream.line.rest_s())
            with device.desk.database.write() as session:
                session.execute(update(OutboxRow).values(next_try_at=None))
        raise AssertionError(f"still waiting after {MOST} runs: {report}")

    def settle(self, device: Services) -> None:
        """Rounds until one gets through, then a sync."""
        for _number in range(MOST):
            if not self.round().error:
                device.sync.run()
                return
        raise AssertionError("no round got through")

    def device(self, remote_person_id: str) -> Services:
        """A new device of the person whom the CRM calls so, signed in and synced."""
        person_id = self.row_id("person", remote_person_id)
        with self.database.write() as session:
            token = tokens.issue(session, person_id, label="loop")
        services = open_services(self._folder / f"device-{len(self._devices)}.db")
        self._devices.append(services)
        services.sync.sign_in(self.url, token)
        services.sync.run()
        return services

    def row_id(self, entity: str, remote_id: str) -> str:
        with self.database.read() as session:
            link = session.get(CrmLinkRow, (self.connection.name, entity, remote_id))
            assert link is not None, f"{entity} {remote_id} is not linked"
            return link.row_id

    def every(self, entity: str) -> dict[str, dict[str, Any]]:
        return every(self.database, entity)


def every(database: Database, entity: str) -> dict[str, dict[str, Any]]:
    """All rows of a kind in a file, by id."""
    with database.read() as session:
        return {row.id: to_wire(row, entity) for row in session.exec(select(SYNCED[entity])).all()}
