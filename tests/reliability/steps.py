"""The moves of a schedule, weighted: people work, devices sync and die, others and the world interfere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cockpit.sync import outbox
from tests.reliability.device import Device
from tests.reliability.kills import DISK_ERRORS
from tests.reliability.steps_held import held_against_others, one_of_two_answered, undo_against_others
from tests.reliability.world import World

SCALARS: dict[str, tuple[str, ...]] = {
    "account": ("phone", "address", "tier", "lifecycle", "industry"),
    "contact": ("title", "mobile", "stance"),
    "deal": ("amount_minor", "stage_id", "source", "name"),
    "activity": ("subject", "status", "next_step", "goal"),
    "nudge": ("answer", "answer_reason"),
}
CHOICES: dict[str, tuple[Any, ...]] = {
    "tier": ("A", "B", "C"),
    "lifecycle": ("prospect", "target", "qualified", "won", "repeat"),
    "status": ("planned", "held", "not_held", "moved", "cancelled"),
    "stage_id": ("stage-1", "stage-2", "stage-3"),
    "answer": ("ok", "not_fair", "help"),
    "stance": (-2, -1, 0, 1, 2),
}
ENTITIES = ("account", "account", "contact", "deal", "deal", "activity", "activity", "nudge")
NEEDS = ("price", "delivery", "service", "quality")


def edit_of(world: World, device: Device) -> outbox.Edit | None:
    """A change of one to three fields of a row that is there."""
    random, entity = world.random, world.random.choice(ENTITIES)
    ids = device.ids(entity)
    if not ids:
        return None
    row_id = random.choice(ids[:4] + ids[-2:])
    values: dict[str, Any] = {}
    for _number in range(random.choice((1, 1, 1, 2, 3))):
        values |= _value(world, device, entity, row_id)
    return outbox.Edit(entity, row_id, "patch", values)


def _value(world: World, device: Device, entity: str, row_id: str) -> dict[str, Any]:
    random = world.random
    kind = random.random()
    if entity == "activity" and kind < 0.3:
        name = random.choice(("needs", "roles_for"))
        kept = json.loads(device.value(entity, row_id, name) or "[]")
        item = random.choice(NEEDS)
        return {name: [x for x in kept if x != item] if item in kept else [*kept, item]}
    if entity == "activity" and kind < 0.6:
        name = random.choice(("agenda", "advantages", "result"))
        lines = (device.value(entity, row_id, name) or "").splitlines()
        place = random.randrange(len(lines) + 1)
        lines[place : place + random.randrange(2)] = [f"line {random.randrange(30)}"]
        return {name: "\n".join(lines) + "\n"}
    if entity == "account" and kind < 0.03:
        return {"owner_id": random.choice(("rep-1", "rep-2"))}
    if kind > (0.94 if entity == "activity" else 0.97) and entity not in ("deal", "nudge"):
        return {"address" if entity == "account" else "title" if entity == "contact" else "subject": "poison"}
    name = random.choice(SCALARS[entity])
    return {name: _other_value(world, name)}


def _other_value(world: World, name: str) -> Any:
    random = world.random
    if name in CHOICES:
        return random.choice(CHOICES[name])
    if name == "amount_minor":
        return random.randrange(1, 6) * 100
    return f"{name[:4]} {random.randrange(5)}"


def _local(world: World, device: Device, words: str, work: Callable[[], Any]) -> None:
    """A local act, now and then killed or on a bad disk."""
    chance = world.random.random()
    arm: dict[str, Any] = {}
    if chance < 0.12:
        arm = kill(world, device, "edit")
    elif chance < 0.17:
        arm = {
            "fail_at": world.random.randrange(1, device.points["edit"] + 1),
            "failure": world.random.choice(list(DISK_ERRORS)),
        }
    device.act(words, work, kind="edit", **arm)


def kill(world: World, device: Device, kind: str) -> dict[str, Any]:
    """Where to die: by number, or by name, where points met seldom come as often as those met all the time."""
    known = world.passed[kind]
    if world.random.random() < 0.5 or not known:
        return {"kill_at": world.random.randrange(1, device.points[kind] + 2)}
    name = world.random.choices(list(known), [1 / count for count in known.values()])[0]
    return {"kill_in": name, "kill_turn": world.random.choice((1, 1, 2))}


def edit(world: World, device: Device) -> None:
    found = edit_of(world, device)
    if found is not None:
        _local(
            world, device, f"edit {found.entity} {found.id} {sorted(found.values.items())}", lambda: device.edit(found)
        )


def visit(world: World, device: Device) -> None:
    accounts = device.ids("account")
    if not accounts:
        return
    row_id = world.new_id()
    starts = datetime(2026, 11, world.random.randrange(20, 30), 2, tzinfo=UTC)
    values = {"rep_id": device.person_id, "owner_id": device.person_id, "account_id": world.random.choice(accounts)}
    made = outbox.Edit("activity", row_id, "create", {**values, "starts_at": starts, "subject": "visit"})
    _local(world, device, f"visit {row_id}", lambda: device.edit(made))


def account_with_visit(world: World, device: Device) -> None:
    """The second and third depend on the first, in one act or in three."""
    me, account = device.person_id, world.new_id()
    name = world.random.choice((f"New {account[-3:]}", "Customer 1", "Same name"))
    of = {"account_id": account, "owner_id": me}
    made = [
        outbox.Edit("account", account, "create", {"name": name, "owner_id": me}),
        outbox.Edit("contact", world.new_id(), "create", {"name": "Buyer", **of}),
        outbox.Edit(
            "activity", world.new_id(), "create", {"rep_id": me, "starts_at": datetime(2026, 11, 25, tzinfo=UTC), **of}
        ),
    ]
    if world.random.random() < 0.5:
        _local(world, device, f"account with visit {account}", lambda: device.edit(*made))
        return
    _local(world, device, f"account {account}", lambda: device.edit(made[0]))
    if account in device.ids("account"):
        _local(world, device, f"its visit {account}", lambda: device.edit(made[2]))


def delete(world: World, device: Device) -> None:
    entity = world.random.choice(("activity", "activity", "contact", "deal", "account"))
    ids = device.ids(entity)
    if ids:
        gone = outbox.Edit(entity, world.random.choice(ids), "delete")
        _local(world, device, f"delete {entity} {gone.id}", lambda: device.edit(gone))


def undo(world: World, device: Device) -> None:
    _local(world, device, "undo", device.undoing.undo)


def answer(world: World, device: Device) -> None:
    found = device.open_conflicts()
    if not found:
        return edit(world, device)
    one = world.random.choice(found)
    choice: Any = world.random.choice(
        ("mine", "theirs", "theirs", "both") if one[3] in ("agenda", "result", "advantages") else ("mine", "theirs")
    )
    _local(world, device, f"answer {one[1:]} {choice}", lambda: device.service.answer(one[0], choice))
    return None


def parked(world: World, device: Device) -> None:
    found = device.parked()
    if not found:
        return edit(world, device)
    one = world.random.choice(found)
    if world.random.random() < 0.5:
        _local(world, device, f"retry {one[-4:]}", lambda: device.service.retry(one))
    else:
        _local(world, device, f"discard {one[-4:]}", lambda: device.service.discard(one))
    return None


def sync(world: World, device: Device) -> None:
    device.act("sync", device.sync, kind="sync", is_local=False)
    for url in device.network.loops():
        world.oracle.find(f"I7 {device.name} asked {url} again and again")


def sync_killed(world: World, device: Device) -> None:
    device.act("sync to be killed", device.sync, kind="sync", is_local=False, **kill(world, device, "sync"))


def look(world: World, device: Device) -> None:
    arm = kill(world, device, "look") if world.random.random() < 0.5 else {}
    device.act("look", device.look, kind="look", is_local=False, **arm)


def shrink(world: World, device: Device) -> None:
    """A load without most rows, and nobody there to answer: nothing may go, unless he may see less by now."""
    many = "SELECT count(*) FROM contact WHERE id LIKE 'many-%'"
    ((before,),) = device.slot.rows(many)
    if before < 55 or device.facts("complete").get("complete") != "1":
        return sync(world, device)
    has_moved = device.has_moved()
    rate, device.network.rate = device.network.rate, 0.0
    is_mistake = world.random.random() < 0.5
    if is_mistake:
        device.network.is_hollow = True
    else:
        for row_id in world.server.ids("contact"):
            if row_id.startswith("many-"):
                world.server.remove("contact", row_id, by="admin")
    world.server.expire_cursors()
    world.faults["shrunk load"] += 1
    outcome = device.act("sync unasked", device.sync_unasked, kind="sync", is_local=False)
    ((after,),) = device.slot.rows(many)
    if after < before and not has_moved:
        world.oracle.find(
            f"I1 {device.name} lost {before - after} rows to a shrunk load without being asked: {outcome}"
        )
    if is_mistake:
        device.network.is_hollow = False
        world.server.new_epoch()  # mended, and said so
    device.network.rate = rate
    return None


def sync_on_a_bad_disk(world: World, device: Device) -> None:
    kind, place = world.random.choice(list(DISK_ERRORS)), world.random.randrange(1, device.points["sync"] + 2)
    is_lasting = world.random.random() < 0.5
    device.act(
        f"sync with {kind}",
        device.sync,
        kind="sync",
        is_local=False,
        fail_at=place,
        failure=kind,
        is_lasting=is_lasting,
    )


def sync_beside_another_process(world: World, device: Device) -> None:
    """Another program on the same file saves something between two requests."""
    left = [world.random.randrange(0, 4)]

    def write(_path: str) -> None:
        left[0] -= 1
        found = edit_of(world, device) if left[0] == 0 else None
        if found is not None:
            world.faults["second process"] += 1
            device.edit(found, database=device.slot.second())
            device.register()

    device.network.between = write
    try:
        sync(world, device)
    finally:
        device.network.between = lambda _path: None


def others_edit(world: World, device: Device) -> None:
    random, server = world.random, world.server
    entity = random.choice(ENTITIES)
    ids = server.ids(entity)
    if not ids:
        return
    row_id, name = random.choice(ids), random.choice(SCALARS[entity])
    value = _other_value(world, name)
    if entity == "activity" and random.random() < 0.4:
        name = "agenda"
        value = f"theirs {random.randrange(9)}\n{server.value(entity, row_id, name)}"
    elif entity == "activity" and random.random() < 0.4:
        name = random.choice(("needs", "roles_for"))
        kept, item = server.value(entity, row_id, name) or [], random.choice(NEEDS)
        value = [x for x in kept if x != item] if item in kept else [*kept, item]
    if server.value(entity, row_id, name) != value:
        server.change(entity, row_id, {name: value}, by="lead-1")
        world.note(f"others edit {entity} {row_id} {name}={value!r}")


def others_create(world: World, device: Device) -> None:
    accounts = world.server.ids("account")
    if accounts:
        account = world.random.choice(accounts)
        owner = world.server.value("account", account, "owner_id")
        values = {"name": "From above", "account_id": account, "owner_id": owner}
        world.server.change("contact", world.new_id(), values, by="lead-1")
        world.note(f"others create a contact of {account}")


def others_delete(world: World, device: Device) -> None:
    keys = [(entity, row_id) for entity in ("activity", "contact", "deal") for row_id in world.server.ids(entity)]
    if keys:
        key = world.random.choice(keys)
        world.server.remove(*key, by="lead-1")
        world.note(f"others delete {key}")


def move_account(world: World, device: Device) -> None:
    accounts = world.server.ids("account")
    if accounts:
        account, owner = world.random.choice(accounts), world.random.choice(("rep-1", "rep-2"))
        world.server.move_account(account, owner, with_deals=world.random.random() < 0.5)
        world.faults["owner change"] += 1
        world.note(f"{account} goes to {owner}")


def move_person(world: World, device: Device) -> None:
    person_id = device.person_id
    role, team = world.random.choice((("rep", "team-1"), ("rep", "team-2"), ("team_lead", "team-1")))
    if world.server.role_of(person_id) != (role, team):
        world.server.set_role(person_id, role, team)
        world.faults["scope change"] += 1
        world.note(f"{person_id} is {role} of {team}")


def expire(world: World, device: Device) -> None:
    world.server.expire_cursors()
    world.faults["cursor expiry"] += 1
    world.note("cursors expire")


def back_up(world: World, device: Device) -> None:
    world.server.back_up()
    world.note("backup")


def restore(world: World, device: Device) -> None:
    if world.server.restore():
        world.faults["restore"] += 1
        world.note("restored")
    else:
        back_up(world, device)


def restore_unannounced(world: World, device: Device) -> None:
    """The start after it is all that tells: others may have given its revisions again before anybody greets it."""
    if world.server.restore(is_announced=False):
        world.faults["restore unannounced"] += 1
        world.note("restored, and nobody said so")
        for _number in range(world.random.choice((0, 0, 3, 9))):
            others_edit(world, device)
    else:
        back_up(world, device)


def merge_accounts(world: World, device: Device) -> None:
    accounts = world.server.ids("account")
    if len(accounts) > 2:
        source, target = world.random.sample(accounts, 2)
        world.server.merge_accounts(source, target)
        world.faults["accounts merged"] += 1
        world.note(f"{source} becomes part of {target}")


def new_epoch(world: World, device: Device) -> None:
    world.server.new_epoch()
    world.faults["epoch"] += 1
    world.note("new epoch")


def revoke(world: World, device: Device) -> None:
    token, server = device.token, world.server
    server.set_good(token, not server.is_good(token))
    world.faults["token revoked"] += not server.is_good(token)
    world.note(f"{token} {'valid again' if server.is_good(token) else 'revoked'}")


JUMPS = (
    timedelta(hours=1),
    -timedelta(hours=1),
    timedelta(days=1),
    -timedelta(days=1),
    timedelta(0),
    timedelta(0),
    timedelta(minutes=-3),
)


def clock_jump(world: World, device: Device) -> None:
    device.skew = world.random.choice(JUMPS)
    if world.random.random() < 0.1:
        device.skew = world.random.choice((timedelta(days=365), timedelta(days=-365)))
        device.may_forget = device.may_forget or device.skew > timedelta(0)
    world.faults["clock jump"] += 1
    world.note(f"{device.name} is {device.skew} off")


def wait(world: World, device: Device) -> None:
    world.clock.step(world.random.choice((5, 60, 600, 4000)))


STEPS: dict[Callable[[World, Device], None], int] = {
    edit: 18, visit: 5, account_with_visit: 3, delete: 3, undo: 5, answer: 6, parked: 3,
    sync: 24, sync_killed: 15, sync_on_a_bad_disk: 3, sync_beside_another_process: 3, look: 3, shrink: 1, held_against_others: 2, undo_against_others: 1,
    others_edit: 7, others_create: 1, others_delete: 2, move_account: 2, move_person: 1, merge_accounts: 1,
    expire: 1, back_up: 1, restore: 1, restore_unannounced: 1, new_epoch: 1, revoke: 1, clock_jump: 3, wait: 2,
    one_of_two_answered: 1,  # last: a new move here leaves most seeds what they were
}  # fmt: skip
