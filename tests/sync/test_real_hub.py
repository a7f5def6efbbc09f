"""The client against the hub it was made for, in this process: real routes, real database, the wire between."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, func, select

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.hub import store
from cockpit.hub.store import Change
from cockpit.services.desk import Desk
from cockpit.services.syncing import SyncService
from cockpit.services.undo import UndoService
from cockpit.storage.database import Database
from cockpit.storage.queries.sync import write_states
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED, AccountRow, ChangeLogRow, OutboxRow
from cockpit.sync import outbox
from cockpit.sync.outbox import Edit
from tests.hub.world import LEAD, MATE, ME, HubWorld, people_hub

URL = "https://hub.example.com"
VISIT: dict[str, Any] = {
    "rep_id": ME,
    "owner_id": ME,
    "account_id": "account-1",
    "starts_at": "2026-11-24T02:00:00.000000Z",
}


class InProcess(httpx.BaseTransport):
    """Hands a request of the synchronous client to the application, compressed bodies as they are."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            inner = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            answer = await httpx.ASGITransport(self.app).handle_async_request(inner)
            body = b"".join([part async for part in answer.aiter_raw()])
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)

        return asyncio.run(ask())


class Terminal:
    """One person's program, signed in at the real hub."""

    def __init__(self, file: Path, world: HubWorld, person: str) -> None:
        self.database = Database.at(file)
        self.desk = Desk(self.database)
        self.sync = SyncService(self.desk, InProcess(world.app))
        self.undo = UndoService(self.desk)
        self.person = person
        token = world.client(person).token
        assert token is not None
        self.name = self.sync.sign_in(URL, token)
        self.sync.run()

    def act(self, *edits: Edit) -> None:
        with self.database.write() as session:
            assert outbox.submit(session, edits, actor_id=self.person, label="act", now=clock.now())

    def patch(self, entity: str, row_id: str, **values: Any) -> None:
        self.act(Edit(entity, row_id, "patch", values))

    def rows(self, entity: str) -> dict[str, dict[str, Any]]:
        with self.database.read() as session:
            return {row.id: to_wire(row, entity) for row in session.exec(select(SYNCED[entity]))}

    def queue(self) -> list[tuple[str, str, str]]:
        with self.database.read() as session:
            found = session.exec(select(OutboxRow).order_by(col(OutboxRow.seq)))
            return [(m.entity_id, m.status, m.error_text) for m in found]


@pytest.fixture(scope="session")
def hub_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hub") / "hub.db"
    database = Database.at(path)
    people_hub(database)
    database.close()
    return path


@pytest.fixture
def world(tmp_path: Path, hub_template: Path) -> Iterator[HubWorld]:
    database = Database.at(Path(shutil.copy(hub_template, tmp_path / "hub.db")))
    made = HubWorld(database)
    made.account("account-1", phone="1", address="old road")
    made.account("account-2", owner=MATE)
    yield made
    database.close()


@pytest.fixture
def terminal(tmp_path: Path, world: HubWorld, empty_file: Path) -> Iterator[Callable[[str, str], Terminal]]:
    made: list[Terminal] = []

    def start(person: str = ME, name: str = "one") -> Terminal:
        (tmp_path / name).mkdir()
        made.append(Terminal(Path(shutil.copy(empty_file, tmp_path / name)), world, person))
        return made[-1]

    yield start
    for one in made:
        one.database.close()


def apply_all(world: HubWorld, changes: list[Change]) -> None:
    with world.database.write() as session:
        for change in changes:
            store.apply(session, change, actor_id=LEAD, recorded_at=world.now)


def hub_row(world: HubWorld, entity: str, row_id: str) -> dict[str, Any]:
    with world.database.read() as session:
        row = session.get(SYNCED[entity], row_id)
        assert row is not None, f"{entity} {row_id} is not at the hub"
        return to_wire(row, entity)


def test_a_rep_gets_his_own_and_the_hub_gets_his_work(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    me = terminal()
    assert me.name == "张伟"
    assert set(me.rows("account")) == {"account-1"}
    assert len(me.rows("person")) == 7
    me.act(
        Edit("account", "new", "create", {"name": "新客户", "owner_id": ME}),
        Edit("contact", "con", "create", {"name": "吴总", "account_id": "new", "owner_id": ME}),
        Edit("activity", "visit", "create", {**VISIT, "account_id": "new"}),
    )
    me.patch("account", "account-1", phone="2")
    report = me.sync.run()
    assert (report.pushed, report.pending, report.parked, report.complete) == (4, 0, 0, True)
    assert hub_row(world, "activity", "visit")["account_id"] == "new"
    for entity in ("account", "contact", "activity"):
        for row_id, row in me.rows(entity).items():
            assert row == hub_row(world, entity, row_id)
    again = me.sync.run()
    assert (again.pushed, again.pulled) == (0, 0)


def test_the_log_of_a_device_becomes_the_hubs(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    me = terminal()
    me.patch("account", "account-1", phone="2")
    me.sync.run()
    with me.database.read() as session, world.database.read() as there:
        here = session.exec(select(ChangeLogRow).where(ChangeLogRow.entity_id == "account-1")).all()
        hubs = there.exec(select(ChangeLogRow).where(ChangeLogRow.entity_id == "account-1")).all()
        assert {(entry.id, entry.rev) for entry in here} == {(entry.id, entry.rev) for entry in hubs}
        assert all(entry.rev > 0 for entry in here)


def test_a_conflict_with_the_lead_is_kept_shown_and_answered(
    terminal: Callable[..., Terminal], world: HubWorld
) -> None:
    me, lead = terminal(ME, "one"), terminal(LEAD, "two")
    lead.patch("account", "account-1", phone="lead", address="lead's road")
    lead.sync.run()
    me.patch("account", "account-1", phone="mine", tier="A")
    report = me.sync.run()
    assert (report.pushed, report.conflicts) == (0, 1)
    (found,) = me.sync.load().conflicts
    assert (found.base, found.mine, found.theirs, found.theirs_by) == ("1", "mine", "lead", "周岚")
    with me.database.read() as session:
        assert write_states(session, ["account-1"]) == {"account-1": "conflict"}
    me.sync.answer(found.id, "mine")
    assert me.sync.run().conflicts == 0
    lead.sync.run()
    for side in (
        me.rows("account")["account-1"],
        lead.rows("account")["account-1"],
        hub_row(world, "account", "account-1"),
    ):
        assert (side["phone"], side["address"], side["tier"]) == ("mine", "lead's road", "A")
    assert me.queue() == []


def test_undo_before_and_after_the_hub_has_it(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    me = terminal()
    me.act(Edit("activity", "visit", "create", VISIT))
    me.undo.undo()
    assert me.rows("activity") == {}
    me.act(Edit("activity", "visit-2", "create", VISIT))
    me.patch("activity", "visit-2", status="held", result="met the CFO")
    me.sync.run()
    me.undo.undo()
    me.sync.run()
    assert hub_row(world, "activity", "visit-2")["status"] == "planned"
    me.undo.undo()
    me.sync.run()
    with world.database.read() as session:
        assert session.get(SYNCED["activity"], "visit-2") is None
    assert me.queue() == []
    me.act(Edit("activity", "visit-3", "create", VISIT))
    me.sync.run()
    me.act(Edit("activity", "visit-3", "delete"))
    me.sync.run()
    me.undo.undo()
    me.sync.run()
    assert hub_row(world, "activity", "visit-3")["starts_at"] == VISIT["starts_at"]
    assert me.queue() == []


def test_a_deletion_against_an_edit(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    me = terminal()
    me.act(Edit("activity", "visit", "create", VISIT))
    me.sync.run()
    other = terminal(ME, "two")
    other.act(Edit("activity", "visit", "delete"))
    other.sync.run()
    me.patch("activity", "visit", result="met the CFO")
    me.sync.run()
    (found,) = me.sync.load().conflicts
    assert found.kind == "delete_edit"
    me.sync.answer(found.id, "mine")
    me.sync.run()
    other.sync.run()
    assert other.rows("activity")["visit"]["result"] == "met the CFO"
    assert me.queue() == []


def test_what_the_hub_refuses_is_parked_with_its_reason(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    me = terminal()
    me.act(Edit("activity", "visit", "create", {**VISIT, "account_id": "no-such"}))
    me.act(Edit("activity", "fine", "create", VISIT))
    me.sync.run()
    ((row_id, status, reason),) = me.queue()
    assert (row_id, status) == ("visit", "parked")
    assert "no-such" in reason
    assert hub_row(world, "activity", "fine")["rep_id"] == ME
    with pytest.raises(NotAllowed):
        me.sync.discard("nothing")
    me.sync.discard(me.sync.load().queue[0].mutation_id)
    assert "visit" not in me.rows("activity")


def test_an_account_given_to_somebody_else_leaves_this_device(
    terminal: Callable[..., Terminal], world: HubWorld
) -> None:
    me = terminal()
    world.patch("account", "account-1", owner_id=MATE)
    me.sync.run()
    assert me.rows("account") == {}
    mate = terminal(MATE, "two")
    assert set(mate.rows("account")) == {"account-1", "account-2"}


def test_many_rows_come_by_pages(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    ids = [f"many-{number:03}" for number in range(600)]
    apply_all(world, [Change("account", row_id, "create", {"name": row_id, "owner_id": ME}) for row_id in ids])
    heard: list[str] = []
    me = terminal()
    with me.database.read() as session:
        assert session.exec(select(func.count()).select_from(AccountRow)).one() == 601
    apply_all(world, [Change("account", row_id, "patch", {"phone": "5"}) for row_id in ids])
    report = me.sync.run(heard.append)
    assert report.pulled == 1200, "a row and a log entry each"
    assert len(heard) >= 2
    assert {row["phone"] for row in me.rows("account").values()} == {"5", "1"}
