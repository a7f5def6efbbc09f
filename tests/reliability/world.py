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

from cockpit import clock as real_clock
from cockpit import i18n
from cockpit.storage.database import Database
from cockpit.sync import outbox
from tests.reliability.device import Device
from tests.reliability.faulty_transport import FaultyTransport
from tests.reliability.kills import Slot
from tests.reliability.protocol import Oracle
from tests.reliability.reference import Reference

START = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
PEOPLE = {"rep-1": ("rep", "team-1"), "rep-2": ("rep", "team-1"), "lead-1": ("team_lead", "team-1")}
MOST_DEVICES = 4


class Clock:
    """Virtual time. `true` is the server's; the device whose turn it is reads its own, which may be wrong."""

    def __init__(self) -> None:
        self.true = START
        self.skew = timedelta()
        self._run = 0.0

    def step(self, seconds: float) -> None:
        self.true += timedelta(seconds=seconds)
        self._run += seconds

    def now(self) -> datetime:
        return self.true + self.skew

    def monotonic(self) -> float:
        return self._run


class Places:
    """The slots of this process, made once: an empty file with all tables, and a folder for each device."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        kept_in = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
        self._folder = tempfile.TemporaryDirectory(prefix="cockpit-sim-", dir=kept_in)
        folder = Path(self._folder.name)
        empty = Database.at(folder / "empty.db")
        empty.prepare()
        empty.close()
        self._empty = folder / "empty.db"
        self._slots: list[Slot] = []

    def slot(self, place: int) -> Slot:
        while len(self._slots) <= place:
            self._slots.append(Slot(Path(self._folder.name) / f"device-{len(self._slots)}", self._empty))
        return self._slots[place]

    def close(self) -> None:
        for slot in self._slots:
            slot.reopen()
        self._folder.cleanup()


@dataclass
class World:
    """Everything of one schedule. `faults` counts what was done to it, `points` where processes died."""

    seed: int
    places: Places
    random: Random = field(init=False)
    clock: Clock = field(default_factory=Clock)
    oracle: Oracle = field(default_factory=Oracle)
    devices: list[Device] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    steps: int = 0
    kills: int = 0
    keeps_trace: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._hash = hashlib.sha256()
        self._ids = 0
        self.server = Reference(now=lambda: self.clock.true, oracle=self.oracle)
        self.server.page_size = self.random.choice((2, 3, 7, 40, 40))
        self.server.has_backdate_rule = self.random.random() < 0.2
        self.rate = self.random.choice((0.15, 0.3, 0.3, 0.45))
        _found(self.server)
        owners = self._owners()
        for place, person_id in enumerate(owners):
            token = f"token-{place}"
            self.server.tokens[token] = person_id
            network = FaultyTransport(self.server, self.random, self.clock, self.rate, self.faults)
            self.devices.append(Device(f"device-{place}", person_id, token, self.places.slot(place), self, network))

    def _owners(self) -> list[str]:
        kind = self.random.random()
        if kind < 0.15:
            return ["rep-1"]
        if kind < 0.5:
            return ["rep-1", "rep-1"]
        if kind < 0.8:
            return ["rep-1", "rep-2"] if kind < 0.65 else ["rep-1", "lead-1"]
        return ["rep-1", "rep-1", "rep-2", "lead-1"][: self.random.choice((3, 4))]

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
        language = os.environ.get("LANG", "")
        i18n.set_language("en")
        real_clock.now = self.clock.now
        real_clock.monotonic = self.clock.monotonic
        outbox.new_id = self.new_id
        try:
            for device in self.devices:
                device.set_up()
            yield
        finally:
            for device in self.devices:
                device.close()
            for name, value in zip(("now", "monotonic"), before, strict=False):
                setattr(real_clock, name, value)
            outbox.new_id = before[2]
            os.environ["LANG"] = language


def _found(server: Reference) -> None:
    """Two reps and a lead, three accounts and what belongs to them."""
    server.change("team", "team-1", {"name": "East"}, by="admin")
    server.change("team", "team-2", {"name": "West"}, by="admin")
    for person_id, (role, team_id) in PEOPLE.items():
        server.people[person_id] = (role, team_id)
        server.change("person", person_id, {"name": person_id, "role": role, "team_id": team_id}, by="admin")
    for number, owner in (("1", "rep-1"), ("2", "rep-1"), ("3", "rep-2")):
        account = f"acc-{number}"
        server.change("account", account, {"name": f"Customer {number}", "owner_id": owner, "phone": "1"}, by="admin")
        of = {"account_id": account, "owner_id": owner}
        server.change("contact", f"con-{number}", {"name": f"Contact {number}", **of}, by="admin")
        server.change("deal", f"deal-{number}", {"name": f"Deal {number}", "amount_minor": 1000, **of}, by="admin")
        starts = f"2026-11-2{number}T02:00:00.000000Z"
        server.change(
            "activity",
            f"act-{number}",
            {"rep_id": owner, "starts_at": starts, "agenda": "one\ntwo\nthree\n", **of},
            by="admin",
        )
