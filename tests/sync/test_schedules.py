"""Any order of edits, answers, undos, faults and kills on two devices: nothing lost, doubled or silently overwritten."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from cockpit.errors import CockpitError
from cockpit.services.desk import Desk
from cockpit.services.syncing import SyncService
from cockpit.services.undo import UndoService
from cockpit.storage.database import Database
from cockpit.storage.queries.sync import count_receipts
from cockpit.storage.tables import OutboxDoneRow
from tests.sync.conftest import Device
from tests.sync.model import ModelHub, answering, cut_body, lost_request, lost_response

FAULTS = {
    "request lost": lost_request,
    "response lost": lost_response,
    "body cut": cut_body,
    "500": answering(500, "internal"),
    "503": answering(503, "maintenance", **{"retry-after": "1"}),
}
PATHS = ("/v1/sync/hello", "/v1/sync/push", "/v1/sync/changes")
POINTS = ("locked", "hello", "taken", "answered", "settled", "pulled", "saved", "swept")

SCHEDULES = int(os.environ.get("COCKPIT_TEST_SCHEDULES", "6"))
"""Schedules of one run; more of them by hand: each takes about a second."""

who = st.integers(0, 1)
step = st.one_of(
    st.tuples(st.just("edit"), who, st.sampled_from(("phone", "address", "tier")), st.integers(0, 99)),
    st.tuples(st.just("visit"), who, st.integers(0, 99), st.just(0)),
    st.tuples(st.just("delete"), who, st.integers(0, 99), st.just(0)),
    st.tuples(st.just("undo"), who, st.just(0), st.just(0)),
    st.tuples(st.just("answer"), who, st.sampled_from(("mine", "theirs")), st.just(0)),
    st.tuples(st.just("sync"), who, st.just(0), st.just(0)),
    st.tuples(st.just("kill"), who, st.sampled_from(POINTS), st.integers(1, 3)),
    st.tuples(st.just("fault"), who, st.sampled_from(PATHS), st.sampled_from(tuple(FAULTS))),
    st.tuples(st.just("expire"), who, st.just(0), st.just(0)),
)


class World:
    """Two devices of one person on one account, and everything they ever saved."""

    def __init__(self, folder: Path, empty_file: Path) -> None:
        self.hub = ModelHub(page_size=3)
        self.hub.put("account", "acc-1", name="恒泰机械", phone="-", tier="B", owner_id="rep-1", address="-")
        self.devices = [self._device(folder / name, empty_file) for name in ("one", "two")]
        self.visits: list[str] = []
        self.saved = [0, 0]

    def _device(self, folder: Path, empty_file: Path) -> Device:
        folder.mkdir()
        database = Database.at(Path(shutil.copy(empty_file, folder)))
        desk = Desk(database)
        made = Device(self.hub, database, SyncService(desk, self.hub.transport()), UndoService(desk))
        made.sign_in()
        made.sync()
        return made

    def do(self, kind: str, place: int, what: Any, more: Any) -> None:
        device = self.devices[place]
        if kind == "edit" and device.row("account", "acc-1") is not None:
            if device.value("account", "acc-1", what) != str(more):
                device.edit("patch", "account", "acc-1", **{what: str(more)})
        elif kind == "visit":
            row_id = f"visit-{place}-{len(self.visits)}"
            self.visits.append(row_id)
            starts = f"2026-11-{24 + what % 5}T02:00:00.000000Z"
            device.edit(
                "create", "activity", row_id, rep_id="rep-1", owner_id="rep-1", account_id="acc-1", starts_at=starts
            )
        elif kind == "delete" and self.visits:
            row_id = self.visits[what % len(self.visits)]
            if device.row("activity", row_id) is not None:
                device.edit("delete", "activity", row_id)
        elif kind == "undo":
            with contextlib.suppress(CockpitError):
                device.undo.undo()
        elif kind == "answer":
            for conflict in device.service.load().conflicts[:1]:
                device.service.answer(conflict.id, what)
        elif kind == "sync":
            with contextlib.suppress(CockpitError):
                device.sync()
        elif kind == "kill":
            with contextlib.suppress(CockpitError):
                device.sync_killed_at(what, more)
        elif kind == "fault":
            self.hub.fail(what, FAULTS[more])
        elif kind == "expire":
            self.hub.oldest_cursor = self.hub.rev

    def check_always(self) -> None:
        assert self.hub.silent_overwrites == []
        assert set(self.hub.counted.values()) <= {1}
        for device in self.devices:
            badge, found = device.service.badge(), device.service.load()
            assert badge.pending == len(found.queue)
            assert badge.conflicts == len(found.conflicts)
            held = {item.mutation_id for item in found.queue}
            with device.database.read() as session:
                ended = set(session.exec(select(OutboxDoneRow.mutation_id)))
                assert count_receipts(session) <= len(ended)
            assert not held & ended, "a mutation is queued or ended, never both"

    def settle(self) -> None:
        """Faults stop; conflicts are answered; a few rounds later everybody agrees."""
        self.hub.faults.clear()
        for _round in range(12):
            moved = 0
            for device in self.devices:
                tally = device.sync()
                moved += tally.pushed + tally.pulled
                while found := device.service.load().conflicts:
                    device.service.answer(found[0].id, "mine")
                    moved += 1
            if not moved:
                break
        for device in self.devices:
            assert device.queue() == []

    def check_agreement(self) -> None:
        for device in self.devices:
            for entity in ("account", "activity"):
                there = {key[1]: row for key, row in self.hub.rows.items() if key[0] == entity}
                ids = {"acc-1"} if entity == "account" else set(self.visits)
                here = {row_id: row for row_id in ids if (row := device.row(entity, row_id)) is not None}
                assert here.keys() == there.keys()
                for row_id, row in there.items():
                    assert {name: here[row_id][name] for name in row} == row
                    assert here[row_id]["pending"] == 0

    def close(self) -> None:
        for device in self.devices:
            device.database.close()


@pytest.mark.timeout(900)
@settings(
    max_examples=SCHEDULES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@example(steps=[("visit", 1, 0, 0), ("delete", 1, 0, 0)])  # made and deleted between two syncs
@example(
    steps=[
        ("edit", 0, "phone", 1),
        ("sync", 0, 0, 0),
        ("visit", 0, 0, 0),
        ("fault", 0, "/v1/sync/push", "response lost"),
        ("sync", 0, 0, 0),
        ("undo", 0, 0, 0),
    ]
)
@given(steps=st.lists(step, min_size=4, max_size=24))
def test_any_schedule_ends_in_agreement(empty_file: Path, steps: list[tuple[str, int, Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), empty_file)
        try:
            for kind, place, what, more in steps:
                world.do(kind, place, what, more)
                world.check_always()
            world.settle()
            world.check_always()
            world.check_agreement()
        finally:
            world.close()
