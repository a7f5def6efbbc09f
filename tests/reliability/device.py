"""One person's program on one machine, which can be killed at any point and started again from its file."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from cockpit import clock
from cockpit.crm.hub import HubClient
from cockpit.errors import CockpitError, ShrinkNeedsAnswer
from cockpit.services.desk import Desk
from cockpit.services.syncing import SyncService
from cockpit.services.undo import UndoService
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.sync import outbox, receipts
from cockpit.sync.engine import Engine
from tests.reliability import rules
from tests.reliability.faulty_transport import FaultyTransport
from tests.reliability.kills import Slot
from tests.reliability.protocol import URL, Row, Written

if TYPE_CHECKING:
    from tests.reliability.world import World


class Device:
    """Runs the real outbox, services and engine on its file; `act` is its only door."""

    def __init__(
        self,
        name: str,
        person_id: str,
        token: str,
        slot: Slot,
        world: World,
        network: FaultyTransport,
        *,
        is_fresh: bool = False,
    ) -> None:
        self.name, self.person_id, self.slot, self.world, self.network = name, person_id, slot, world, network
        self.token, self.is_fresh = token, is_fresh
        self.skew = timedelta()
        self.last_seq = 0
        self.mine: dict[str, str] = {}
        """Every acknowledged write with the state it was last seen in."""
        self.was_sent: set[str] = set()
        """Those the server has had once, whatever a restore made of it."""
        self.may_forget = False
        """Its clock once ran so far ahead that receipts are past their 90 days."""
        self.points = {"edit": 20, "sync": 200, "look": 10}
        self.memory = rules.Memory()
        self.hub = HubClient(URL, token, transport=network)
        network.point = slot.hook.point

    def set_up(self) -> None:
        """As after the first sync, or as just signed in. The first sync of each person's device is done once for all worlds."""
        key = self.world.kind, self.person_id, self.name
        if self.is_fresh:
            self._begin_new()
        elif key in self.world.places.synced:
            self.slot.clear(self.world.places.synced[key])
            self.database = self._open(self.slot.again())
        else:
            with self.world.aside():
                self._begin_new()
                plain = FaultyTransport(self.world.server, Random(0), self.world.clock)
                with HubClient(URL, self.token, transport=plain) as hub:
                    Engine(self.database, hub, sleep=self.world.clock.step, random=lambda: 0.5).run()
            self.slot.reopen()
            self.world.places.synced[key] = self.slot.path.read_bytes()
            self.set_up()

    def _begin_new(self) -> None:
        self.slot.clear()
        self.database = self._open(self.slot.reopen())
        facts = {
            "device_id": self.name, "person_id": self.person_id, "person_name": self.person_id, "role": "rep",
            "hub_url": URL, "hub_host": "hub.example.com", "complete": "0",
        }  # fmt: skip
        with self.database.write() as session:
            meta.put_all(session, facts | receipts.clock_facts(self.world.clock.true, self.world.clock.true))

    def _open(self, database: Database) -> Database:
        desk = Desk(database)
        self.service = SyncService(desk, self.network)
        self.undoing = UndoService(desk)
        return database

    def restart(self) -> None:
        self.database = self._open(self.slot.reopen())

    def close(self) -> None:
        self.hub._http.close()
        self.slot.reopen()

    def engine(self) -> Engine:
        return Engine(self.database, self.hub, sleep=self.world.clock.step, random=self.world.random.random)

    def act(self, words: str, work: Callable[[], Any], *, kind: str, is_local: bool = True, **arm: Any) -> str:
        """Do something as this process, and say how it ended. What was saved is known from then on."""
        hook, world = self.slot.hook, self.world
        world.clock.skew = self.skew
        self.network.requests.clear()
        self.network.alike.clear()
        hook.rearm(**arm)
        outcome = "done"
        try:
            found = work()
            outcome = f"done {found}" if isinstance(found, (str, int)) and not is_local else "done"
        except CockpitError as error:
            outcome = type(error).__name__
        except BaseException as error:
            if not hook.is_dead:
                if isinstance(error, KeyboardInterrupt):
                    raise
                world.oracle.find(f"{self.name} broke in {words}: {type(error).__name__}: {error}")
            outcome = f"killed at {hook.died_at}" if hook.is_dead else "broke"
            traceback.clear_frames(error.__traceback__)
        if hook.failed:
            world.faults[f"disk {hook.failure}"] += 1
        was_dead, saved = hook.is_dead, hook.has_committed
        self.points[kind] = max(10, hook.passed) if not was_dead else self.points[kind]
        if was_dead:
            world.kills += 1
            world.faults["kill"] += 1
            world.points[hook.died_at] += 1
        world.passed[kind].update(hook.names)
        if was_dead:
            self.restart()
        else:
            hook.rearm()
        with self.slot.at_once():
            new = self.register()
            if is_local and new and (was_dead or outcome != "done") and not saved:
                world.oracle.find(f"I1 {self.name} {words}: on disk though never committed")
            rules.after_act(world, self, kind, outcome, is_healthy=not arm)
        requests = " ".join(self.network.requests)
        world.note(f"{self.name} {words} -> {outcome} [{requests}] +{new}")
        return outcome

    def register(self) -> int:
        """Take note of writes that are on disk since the last look; how many."""
        columns = "seq, mutation_id, entity, entity_id, op, patch, base, base_rev, occurred_at"
        found = self.slot.rows(f"SELECT {columns} FROM outbox WHERE seq > ? ORDER BY seq", self.last_seq)
        new = 0
        for seq, mutation_id, entity, entity_id, op, patch, base, base_rev, occurred_at in found:
            self.last_seq = seq
            if mutation_id in self.mine:
                continue
            new += 1
            self.mine[mutation_id] = "pending"
            self.world.oracle.written[mutation_id] = Written(
                self.name,
                seq,
                mutation_id,
                entity,
                entity_id,
                op,
                json.loads(patch),
                json.loads(base),
                base_rev,
                occurred_at,
            )
        return new

    # --- what a person does ---

    def edit(self, edit: outbox.Edit, *more: outbox.Edit, database: Database | None = None) -> None:
        with (database or self.database).write() as session:
            outbox.submit(session, [edit, *more], actor_id=self.person_id, label="act", now=clock.now())

    def sync(self, *, accept_shrink: bool = False) -> str:
        try:
            tally = self.engine().run(accept_shrink=accept_shrink)
        except ShrinkNeedsAnswer:
            if not accept_shrink:
                self.network.alike.clear()  # another run begins
                return self.sync(accept_shrink=True)
            raise
        return f"{tally.pushed}/{tally.pulled}"

    def sync_unasked(self) -> None:
        """With nobody there to answer."""
        self.engine().run()

    def look(self) -> None:
        """What a screen and its footer read."""
        self.service.badge()
        self.service.load()
        self.service.desk.time_zone()

    # --- what is on disk ---

    def is_current(self) -> bool:
        """It has greeted the server since that was last restored."""
        return self.world.server.is_current(self.facts("mark").get("mark", ""))

    def has_moved(self) -> bool:
        """The server, not restored since, shows him other rows than those of his last whole load."""
        drained = self.facts("drained").get("drained", "").split()
        is_restored = drained[:1] != [self.world.server.epoch_now()] or not self.is_current()
        return not is_restored and tuple(drained[2:4]) != self.world.server.role_of(self.person_id)

    def has_nothing_to_do(self) -> bool:
        """Nothing waits here, and the server has nothing new."""
        facts, server = self.facts("drained", "complete", "last_error"), self.world.server
        drained = facts.get("drained", "").split()[:2] == [server.epoch_now(), str(server.head())]
        if facts.get("complete") != "1" or not drained or facts.get("last_error") or not self.is_current():
            return False
        return not self.slot.rows("SELECT 1 FROM outbox WHERE status IN ('pending', 'inflight', 'blocked') LIMIT 1")

    def ids(self, entity: str) -> list[str]:
        return [row_id for (row_id,) in self.slot.rows(f"SELECT id FROM {entity} ORDER BY id")]

    def value(self, entity: str, row_id: str, name: str) -> Any:
        ((value,),) = self.slot.rows(f"SELECT {name} FROM {entity} WHERE id = ?", row_id)
        return value

    def open_conflicts(self) -> list[tuple[str, str, str, str]]:
        found = self.slot.rows("SELECT id, kind, entity, field FROM conflict WHERE state = 'open' ORDER BY id")
        return [(str(a), str(b), str(c), str(d)) for a, b, c, d in found]

    def parked(self) -> list[str]:
        return [
            str(one) for (one,) in self.slot.rows("SELECT mutation_id FROM outbox WHERE status = 'parked' ORDER BY seq")
        ]

    def facts(self, *keys: str) -> Row:
        """What is known under these keys."""
        return dict(self.slot.rows(f"SELECT key, value FROM meta WHERE key IN ({', '.join('?' * len(keys))})", *keys))
