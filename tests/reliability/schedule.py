"""One schedule from its seed to its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Literal

from tests.reliability import invariants
from tests.reliability.device import Device
from tests.reliability.steps import STEPS, shrink
from tests.reliability.steps_plan import plan_disputed
from tests.reliability.steps_upgrade import upgrade
from tests.reliability.world import REAL_SHARE, Places, ServerKind, World

LEAST_STEPS = 40
BESIDE: dict[str, tuple[float, Callable[[World, Device, Random], None]]] = {
    "upgrade": (0.08, upgrade),
    "disputed plan": (0.25, plan_disputed),
}
"""Moves beside the others, each once in a share of the schedules: by a chance of its own, so that every other schedule
stays what it was. An upgrade that lasts costs as much as several moves together."""
_LAST_BESIDE = 40
MOST_ROUNDS = 8
"""Of one device after the other until nothing moves: four devices may free each other's changes in turn."""


@dataclass
class Verdict:
    """What one schedule was and what it found."""

    seed: int
    steps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    violations: list[str] = field(default_factory=list)
    server: str = "model"
    trace_hash: str = ""
    trace: list[str] = field(default_factory=list)


def server_of(seed: int) -> ServerKind:
    return "hub" if Random(f"server of {seed}").random() < REAL_SHARE else "model"


def run(
    seed: int,
    places: Places,
    *,
    keeps_trace: bool = False,
    server: ServerKind | None = None,
    tweak: Callable[[World], None] | None = None,
) -> Verdict:
    """Run one schedule to rest, and stop at its first violation. `tweak` seeds a fault of ours, for self-tests.

    The seed also chooses the server, unless one is named.
    """
    world = World(seed, places, server or server_of(seed), keeps_trace=keeps_trace)
    if tweak is not None:
        tweak(world)
    moves = list(STEPS)
    weights = [5 if move is shrink and world.is_big else weight for move, weight in STEPS.items()]
    beside = [place_of(seed, name, len(world.devices)) for name in BESIDE]
    with world.running():
        for number in range(world.random.randrange(LEAST_STEPS, LEAST_STEPS + 8)):
            for place, (_share, move_beside) in zip(beside, BESIDE.values(), strict=True):
                if place is not None and number == place[0] and not world.oracle.findings:
                    move_beside(world, world.devices[place[1]], place[2])
            if world.oracle.findings:
                break
            device = world.random.choice(world.devices)
            move = world.random.choices(moves, weights)[0]
            world.steps += 1
            world.clock.step(world.random.randrange(1, 120))
            move(world, device)
            invariants.after_step(world, device)
            if world.oracle.findings:
                break
        else:
            _settle(world)
    return Verdict(
        seed,
        world.steps,
        world.faults,
        world.points,
        sum(world.passed.values(), Counter()),
        world.kills,
        world.oracle.findings,
        world.kind,
        world.trace_hash(),
        world.trace,
    )


def place_of(seed: int, name: str, devices: int) -> tuple[int, int, Random] | None:
    """At which step of a schedule and on which of its devices a move beside the others comes, if it does."""
    random = Random(f"{name} of {seed}")
    if random.random() >= BESIDE[name][0]:
        return None
    return random.randrange(3, _LAST_BESIDE), random.randrange(devices), random


def _settle(world: World) -> None:
    """The faults stop; a few rounds later all agree. Then every question is answered, and nothing is left."""
    for device in world.devices:
        world.server.set_good(device.token, is_good=True)
        device.network.rate = 0.0
        device.network.late.clear()
    _rounds(world)
    invariants.at_rest(world, is_whole=False)
    was_asked = False
    for _round in range(8):
        if world.oracle.findings or not _answer_all(world):
            break
        was_asked = True
        _rounds(world)
    else:
        if not world.oracle.findings:
            world.oracle.find("I7 the questions never end")
    if world.oracle.findings:
        return
    if was_asked:
        invariants.at_rest(world, is_whole=True)
    else:
        invariants.nothing_waits(world)


def _rounds(world: World) -> None:
    """Two rounds empty every queue (I7). Where the second still brought something to the server, or freed a change by
    what another device had brought there, the others have not seen it yet: one more, until nothing moves."""
    for number in range(1, MOST_ROUNDS + 1):
        world.clock.step(3600)
        moves = [_quiet_sync(world, device, is_late=number > 1) for device in world.devices]
        if number > 1 and not any(moves):
            return
    if not world.oracle.findings:
        world.oracle.find("I7 the devices never come to rest")


def _quiet_sync(world: World, device: Device, *, is_late: bool) -> bool:
    """One run without faults; True when something of this device's is new at the server, or may go there next.

    What could go in its second run and did not is stuck.
    """
    if device.has_nothing_to_do():
        return False
    waiting = "SELECT mutation_id, status FROM outbox WHERE status IN ('pending', 'inflight')"
    could_go = dict(device.slot.rows(waiting))
    outcome = device.act("quiet sync", device.sync, kind="sync", is_local=False)
    if not outcome.startswith("done"):
        world.oracle.find(f"I7 {device.name} does not get through: {outcome}")
    for url in device.network.loops():
        world.oracle.find(f"I7 {device.name} asked {url} again and again")
    left = dict(device.slot.rows(waiting))
    for mutation_id in sorted(could_go.keys() & left.keys()) if is_late else ():
        world.oracle.find(f"I7 {device.name}: {mutation_id} could go in two rounds, and still waits")
    return bool(left) or not outcome.startswith("done 0/")


def _answer_all(world: World) -> bool:
    """Every conflict answered, every parked change discarded; False when there was nothing to decide."""
    has_any = False
    for device in world.devices:
        while (conflicts := device.open_conflicts()) or device.parked():
            has_any = True
            if conflicts:
                choice: Literal["mine", "theirs"] = world.random.choice(("mine", "theirs"))
                words, work = (
                    f"answer {conflicts[0][1:]} {choice}",
                    partial(device.service.answer, conflicts[0][0], choice),
                )
            else:
                parked = device.parked()[0]
                words, work = f"discard {parked[-4:]}", partial(device.service.discard, parked)
            outcome = device.act(words, work, kind="edit")
            invariants.after_step(world, device)  # what ended here may be old enough to be forgotten by the next sync
            if outcome != "done":
                world.oracle.find(f"I7 {device.name} cannot {words}: {outcome}")
                return True
    return has_any
