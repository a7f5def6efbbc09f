"""A move that brings a received row under a queue that cannot go: where the device has to merge by itself."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from cockpit.sync import outbox
from tests.reliability.device import Device
from tests.reliability.world import World

_ITEMS = ("price", "delivery", "service", "quality")
_CHOICES: tuple[Literal["mine", "theirs"], ...] = ("mine", "theirs")


def held_against_others(world: World, device: Device) -> None:
    """An edit that will be refused, one of a set, a text or a value behind it, and others at the same field."""
    random, server = world.random, world.server
    ids = sorted(set(device.ids("activity")) & set(server.ids("activity")))
    if not ids:
        return
    row_id, name = random.choice(ids), random.choice(("needs", "roles_for", "agenda", "result", "goal"))
    mine = _value(world, name, server.value("activity", row_id, name))
    for values in ({"subject": f"poison {random.randrange(9)}"}, {name: mine}):
        change = outbox.Edit("activity", row_id, "patch", values)
        device.act(f"held edit {row_id} {sorted(values)}", partial(device.edit, change), kind="edit")
    device.act("sync", device.sync, kind="sync", is_local=False)
    if random.random() < 0.3:
        _gone_under_it(world, row_id)
        device.act("sync", device.sync, kind="sync", is_local=False)
        return
    if row_id not in server.ids("activity"):
        return  # a deletion from before came late
    theirs = _value(world, name, server.value("activity", row_id, name))
    if theirs != server.value("activity", row_id, name):
        server.change("activity", row_id, {name: theirs}, by="lead-1")
        world.note(f"others edit the same: activity {row_id} {name}={theirs!r}")
    device.act("sync", device.sync, kind="sync", is_local=False)


def _gone_under_it(world: World, row_id: str) -> None:
    """The row is deleted; half the time nobody says so, for the cursors are too old."""
    if row_id in world.server.ids("activity"):
        world.server.remove("activity", row_id, by="lead-1")
        if world.random.random() < 0.5:
            world.server.expire_cursors()
        world.note(f"others delete the same: activity {row_id}")


def undo_against_others(world: World, device: Device) -> None:
    """An edit that is sent, others at the same field, and then undo."""
    server = world.server
    ids = sorted(set(device.ids("deal")) & set(server.ids("deal")))
    if not ids:
        return
    row_id, amount = world.random.choice(ids), world.random.randrange(10, 20) * 100
    change = outbox.Edit("deal", row_id, "patch", {"amount_minor": amount})
    device.act(f"edit to be undone {row_id} {amount}", partial(device.edit, change), kind="edit")
    device.act("sync", device.sync, kind="sync", is_local=False)
    if row_id in server.ids("deal") and server.value("deal", row_id, "amount_minor") == amount:
        server.change("deal", row_id, {"amount_minor": amount + 1}, by="lead-1")
        world.note(f"others edit the same: deal {row_id} {amount + 1}")
    device.act("sync", device.sync, kind="sync", is_local=False)
    device.act("undo", device.undoing.undo, kind="edit")


def one_of_two_answered(world: World, device: Device) -> None:
    """Two questions about one row: one is answered, others change a field in question, and the other is answered."""
    random, server = world.random, world.server
    ids = sorted(set(device.ids("deal")) & set(server.ids("deal")))
    if not ids:
        return
    row_id, amount = random.choice(ids), random.randrange(30, 40) * 100
    mine = outbox.Edit("deal", row_id, "patch", {"amount_minor": amount, "source": f"mine {amount}"})
    device.act(f"edit of two fields {row_id} {amount}", partial(device.edit, mine), kind="edit")
    _theirs(world, row_id, {"amount_minor": amount + 1, "source": f"theirs {amount}"})
    device.act("sync", device.sync, kind="sync", is_local=False)
    _answer_one(world, device, row_id)
    _theirs(world, row_id, random.choice(({"amount_minor": amount + 2}, {"source": f"theirs again {amount}"})))
    device.act("sync", device.sync, kind="sync", is_local=False)
    _answer_one(world, device, row_id)


def _theirs(world: World, row_id: str, values: dict[str, Any]) -> None:
    if row_id in world.server.ids("deal"):
        world.server.change("deal", row_id, values, by="lead-1")
        world.note(f"others edit the same: deal {row_id} {sorted(values.items())}")


def _answer_one(world: World, device: Device, row_id: str) -> None:
    of_row = "SELECT id FROM conflict WHERE state = 'open' AND entity_id = ? ORDER BY id"
    found = [one for (one,) in device.slot.rows(of_row, row_id)]
    if found:
        one, choice = world.random.choice(found), world.random.choice(_CHOICES)
        device.act(f"answer one of {len(found)} {choice}", partial(device.service.answer, one, choice), kind="edit")


def _value(world: World, name: str, kept: Any) -> Any:
    random = world.random
    if name in ("needs", "roles_for"):
        item = random.choice(kept if kept and random.random() < 0.5 else _ITEMS)
        return [x for x in kept or () if x != item] if item in (kept or ()) else [*(kept or ()), item]
    if name == "goal":
        return f"goal {random.randrange(5)}"
    lines = (kept or "one\ntwo\nthree\n").splitlines()
    place = random.randrange(len(lines) + 1)
    lines[place : place + random.randrange(2)] = [f"line {random.randrange(30)}"]
    return "\n".join(lines) + "\n"
