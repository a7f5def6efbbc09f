"""One schedule's world: its time, its ids, its people, devices, server and trace. All chance comes from one seed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal

from cockpit import clock as real_clock
from cockpit import i18n
from cockpit.hub import store
from cockpit.storage.database import Database
from cockpit.sync import outbox
from tests.reliability import old_files
from tests.reliability.device import Device
from tests.reliability.faulty_transport import FaultyTransport
from tests.reliability.kills import Slot
from tests.reliability.protocol import Oracle, Server, found_company
from tests.reliability.real_hub import HubPlace, PostgresPlace, RealHub
from tests.reliability.reference import Reference

START = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
ServerKind = Literal["model", "hub", "postgres"]
REAL_SHARE = 0.05
"""Of the schedules, how many run on the real hub."""
_BIG_SHARE = 0.04
_FRESH_SHARE = 0.15
"""Of the devices, how many meet their first sync in the schedule, with its faults."""


class Clock:
    """Virtual time. `true` is the server's; the device whose turn it is reads its own, which may be wrong."""

    def __init__(self) -> None:
        self.true = START
        self.skew = timedelta()
        self.run = 0.0

    def step(self, seconds: float) -> None:
        self.true += timedelta(seconds=seconds)
        self.run += seconds

    def now(self) -> datetime:
        return self.true + self.skew

    def monotonic(self) -> float:
        return self.run


class Places:
    """What this process makes once: an empty file with all tables, folders for devices, hubs, first syncs that went well."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        kept_in = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
        self._folder = tempfile.TemporaryDirectory(prefix="cockpit-sim-", dir=kept_in)
        self.folder = Path(self._folder.name)
        empty = Database.at(self.folder / "empty.db")
        empty.prepare()
        empty.close()
        self.empty = (self.folder / "empty.db").read_bytes()
        self._old: dict[str, bytes] = {}
        self.synced: dict[tuple[str, str, str], bytes] = {}
        """A device's file after its first sync, by kind of server, person and device."""
        self._slots: list[Slot] = []
        self._hubs: dict[str, HubPlace] = {}
        self.postgres_url = ""

    def slot(self, place: int) -> Slot:
        while len(self._slots) <= place:
            self._slots.append(Slot(self.folder / f"device-{len(self._slots)}", self.empty))
        return self._slots[place]

    def old(self, revision: str) -> bytes:
        """A file of an earlier schema, without rows."""
        if revision not in self._old:
            self._old[revision] = old_files.empty(revision, self.folder / f"{revision}.db").read_bytes()
        return self._old[revision]

    def hub(self, kind: ServerKind) -> HubPlace:
        if kind not in self._hubs:
            made = (
                PostgresPlace(self.postgres_url) if kind == "postgres" else HubPlace(self.folder / "hub.db", self.empty)
            )
            self._hubs[kind] = made
        return self._hubs[kind]

    def forget(self, kind: ServerKind) -> None:
        """Let go of one hub, and of what was loaded from it."""
        self._hubs.pop(kind).close()
        self.synced = {key: content for key, content in self.synced.items() if key[0] != kind}

    def close(self) -> None:
        for slot in self._slots:
            slot.reopen()
        for hub in self._hubs.values():
            hub.close()
        self._folder.cleanup()


@dataclass
class World:
    """Everything of one schedule. `faults` counts what was done to it, `points` where processes died."""

    seed: int
    places: Places
    kind: ServerKind = "model"
    random: Random = field(init=False)
    clock: Clock = field(default_factory=Clock)
    oracle: Oracle = field(default_factory=Oracle)
    devices: list[Device] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    passed: dict[str, Counter[str]] = field(
        default_factory=lambda: {"edit": Counter(), "sync": Counter(), "look": Counter(), "upgrade": Counter()}
    )
    """Every point met in this schedule, by what was done."""
    is_big: bool = False
    """Enough rows for a load without them to be asked about."""
    trace: list[str] = field(default_factory=list)
    steps: int = 0
    kills: int = 0
    keeps_trace: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._hash = hashlib.sha256()
        self._ids = 0
        self.server: Server = self._server()
        self.server.page_size = self.random.choice((3, 7, 20, 40, 100))
        self.is_big = self.random.random() < _BIG_SHARE
        self.rate = self.random.choice((0.25, 0.35, 0.45, 0.55))
        for place, person_id in enumerate(self._owners()):
            self.server.admit(f"token-{place}", person_id)
            self.devices.append(self._device(place, person_id))

    def _server(self) -> Server:
        has_backdate_rule = self.random.random() < 0.2
        if self.kind != "model":
            return RealHub(self.places.hub(self.kind), lambda: self.clock.true, self.oracle)
        server = Reference(now=lambda: self.clock.true, oracle=self.oracle, has_backdate_rule=has_backdate_rule)
        server.push_cap = Random(f"cap of {self.seed}").choice((50, 50, 50, 2))
        found_company(lambda entity, row_id, values: server.change(entity, row_id, values, by="admin"))
        return server

    def _device(self, place: int, person_id: str) -> Device:
        network = FaultyTransport(self.server, self.random, self.clock, self.rate, self.faults)
        slot = self.places.slot(place)
        is_fresh = self.random.random() < _FRESH_SHARE
        return Device(f"device-{place}", person_id, f"token-{place}", slot, self, network, is_fresh=is_fresh)

    def _owners(self) -> list[str]:
        """One to four, two on average."""
        kind = self.random.random()
        if kind < 0.2:
            return ["rep-1"]
        if kind < 0.55:
            return ["rep-1", "rep-1"]
        if kind < 0.85:
            return ["rep-1", "rep-2"] if kind < 0.7 else ["rep-1", "lead-1"]
        return ["rep-1", "rep-1", "rep-2", "lead-1"][: 3 if kind < 0.95 else 4]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is done meanwhile takes no time of this world and none of its ids, and meets small pages no more."""
        kept = self.clock.true, self.clock.skew, self.clock.run, self._ids, self.server.page_size
        self.server.page_size = 500
        yield
        self.clock.true, self.clock.skew, self.clock.run, self._ids, self.server.page_size = kept

    def new_id(self) -> str:
        self._ids += 1
        return f"01900000-0000-7000-8000-{self._ids:012x}"

    def note(self, line: str) -> None:
        """One line of the trace."""
        self._hash.update(line.encode())
        self._hash.update(b"\n")
        if self.keeps_trace:
            self.trace.append(line)

    def trace_hash(self) -> str:
        return self._hash.hexdigest()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The client's sources of time and ids are this world's for the duration."""
        before = real_clock.now, real_clock.monotonic, outbox.new_id
        hubs_ids = store.new_id
        store.new_id = self.new_id
        language = os.environ.get("LANG", "")
        i18n.set_language("en")
        real_clock.now = self.clock.now
        real_clock.monotonic = self.clock.monotonic
        outbox.new_id = self.new_id
        try:
            for device in self.devices:
                device.set_up()
            if self.is_big:
                self.server.page_size = 100
                for number in range(60):
                    values = {"name": f"One of many {number}", "account_id": "acc-1", "owner_id": "rep-1"}
                    self.server.change("contact", f"many-{number:02}", values, by="admin")
            yield
        finally:
            for device in self.devices:
                device.close()
            for name, value in zip(("now", "monotonic"), before, strict=False):
                setattr(real_clock, name, value)
            outbox.new_id = before[2]
            store.new_id = hubs_ids
            os.environ["LANG"] = language
