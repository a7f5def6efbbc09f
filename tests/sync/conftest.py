"""Devices beside the model hub."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from cockpit import clock
from cockpit.crm.hub import HubClient
from cockpit.domain.merge import SET_FIELDS
from cockpit.services.desk import Desk
from cockpit.services.syncing import SyncService
from cockpit.services.undo import UndoService
from cockpit.storage import rows
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import OutboxRow
from cockpit.sync import outbox
from cockpit.sync.engine import Engine, Point, Tally
from tests.support.company import ME
from tests.sync.model import TOKEN, URL, ModelHub

assert SET_FIELDS  # the model keeps its own list of set fields on purpose


class Killed(BaseException):
    """The process ends here: nothing of ours may catch it."""


@dataclass
class Device:
    """One person's program on one machine."""

    hub: ModelHub
    database: Database
    service: SyncService
    undo: UndoService

    def sign_in(self) -> None:
        self.service.sign_in(URL, TOKEN)

    def sync(
        self,
        at: Callable[[Point], None] = lambda _point: None,
        *,
        accept_shrink: bool = False,
        heard: list[str] | None = None,
    ) -> Tally:
        """One run without any real waiting."""
        tell = (lambda _text: None) if heard is None else heard.append
        with HubClient(URL, TOKEN, transport=self.hub.transport()) as client:
            engine = Engine(self.database, client, tell, sleep=lambda _s: None, random=lambda: 0.0, at=at)
            return engine.run(accept_shrink=accept_shrink)

    def sync_killed_at(self, point: Point, time: int = 1) -> bool:
        """A run that ends at the given point for the given time; False when it never came there."""
        left = time

        def cut(reached: Point) -> None:
            nonlocal left
            left -= reached == point
            if left == 0:
                raise Killed

        try:
            self.sync(cut)
        except Killed:
            return True
        return False

    def edit(self, op: Any, entity: str, row_id: str, label: str = "act", **values: Any) -> str:
        return self.act(outbox.Edit(entity, row_id, op, values), label=label)

    def act(self, *edits: outbox.Edit, label: str = "act") -> str:
        with self.database.write() as session:
            action = outbox.submit(session, edits, actor_id=ME, label=label, now=clock.now())
        assert action is not None
        return action

    def row(self, entity: str, row_id: str) -> dict[str, Any] | None:
        with self.database.read() as session:
            row = rows.find(session, entity, row_id)
            return None if row is None else {**to_wire(row, entity), "pending": row.pending}

    def value(self, entity: str, row_id: str, name: str) -> Any:
        row = self.row(entity, row_id)
        assert row is not None, f"{entity} {row_id} is not on the device"
        return row[name]

    def queue(self) -> list[tuple[str, str]]:
        """Row id and status of what is queued, in order."""
        with self.database.read() as session:
            found = session.exec(select(OutboxRow).order_by(col(OutboxRow.seq)))
            return [(m.entity_id, m.status) for m in found]

    def only_conflict(self) -> Any:
        (found,) = self.service.load().conflicts
        return found


@pytest.fixture
def hub() -> ModelHub:
    """A hub with a team, a person and an account."""
    made = ModelHub()
    made.put("team", "team-1", name="East-1", time_zone="Asia/Shanghai")
    made.put("person", "rep-1", name="张伟", role="rep", team_id="team-1")
    made.put("person", "lead-1", name="周岚", role="team_lead", team_id="team-1")
    made.put("account", "acc-1", name="恒泰机械", phone="1", tier="B", owner_id="rep-1", address="old road")
    return made


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows, made once and copied: migrations take longer than most tests."""
    database = Database.at(tmp_path_factory.mktemp("empty") / "cockpit.db")
    database.prepare()
    database.close()
    assert database.path is not None
    return database.path


@pytest.fixture
def device_at(tmp_path: Path, hub: ModelHub, empty_file: Path) -> Iterator[Callable[[str], Device]]:
    """Makes a device that is signed in and has synced once."""
    made: list[Device] = []

    def make(name: str) -> Device:
        (tmp_path / name).mkdir()
        database = Database.at(Path(shutil.copy(empty_file, tmp_path / name)))
        desk = Desk(database)
        device = Device(hub, database, SyncService(desk, hub.transport()), UndoService(desk))
        made.append(device)
        device.sign_in()
        return device

    yield make
    for device in made:
        device.database.close()


@pytest.fixture
def device(device_at: Callable[[str], Device]) -> Device:
    made = device_at("one")
    made.sync()
    return made
