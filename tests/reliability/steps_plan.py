"""A move that disputes a plan: visits planned in one act, others move them, and another plan is made from their side."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cockpit import clock
from cockpit.services.plan_disputes import dispute_of
from cockpit.sync import outbox
from tests.reliability.device import Device
from tests.reliability.world import World


def plan_disputed(world: World, device: Device, random: Random) -> None:
    """Two visits moved by one act, others at them too; their side is taken and a visit added as one act, or undone."""
    server = world.server
    ids = sorted(set(device.ids("activity")) & set(server.ids("activity")))
    chosen = random.sample(ids, min(2, len(ids)))
    if not chosen:
        return
    moves = [outbox.Edit("activity", row_id, "patch", _plan(random)) for row_id in chosen]
    device.act(f"plan {chosen}", partial(device.edit, *moves), kind="edit")
    for row_id in chosen[: random.randrange(1, 3)]:
        server.change("activity", row_id, _plan(random), by="lead-1")
        world.note(f"others move the same: activity {row_id}")
    device.act("sync", device.sync, kind="sync", is_local=False)
    if random.random() < 0.3 and (found := device.open_conflicts()):
        device.act("answer one mine", partial(device.service.answer, random.choice(found)[0], "mine"), kind="edit")
    device.act("plan on theirs", partial(_plan_on_theirs, world, device, random), kind="edit")
    if random.random() < 0.4:
        device.act("sync", device.sync, kind="sync", is_local=False)
    if random.random() < 0.6:
        device.act("undo", device.undoing.undo, kind="edit")


def _plan_on_theirs(world: World, device: Device, random: Random) -> None:
    """As the planner does: their side of all that is in question, and a visit more, in one act."""
    now = clock.now()
    values = {"rep_id": device.person_id, "owner_id": device.person_id, "starts_at": world.clock.true, **_plan(random)}
    more = outbox.Edit("activity", world.new_id(), "create", values)
    with device.database.write() as session:
        dispute = dispute_of(session, device.person_id, ZoneInfo("UTC"))
        action = None
        if dispute is not None:
            action = dispute.take_theirs(session, actor_id=device.person_id, now=now, label="plan")
        outbox.submit(session, [more], actor_id=device.person_id, label="plan", now=now, action_id=action)


def _plan(random: Random) -> dict[str, Any]:
    return {"planned_because": f"because {random.randrange(99)}"}
