"""I1 to I12: what must hold after every step, and what must hold when the world has come to rest."""

from __future__ import annotations

import json
from typing import Any

from cockpit.storage.tables import SYNCED
from tests.reliability.device import Device
from tests.reliability.protocol import PEOPLE, Key, Row
from tests.reliability.rules import read
from tests.reliability.world import World

SENT = ("applied", "replayed")
_JSON_COLUMNS = frozenset({"needs", "roles_for", "roles_against", "before", "after", "extra"})
_MOMENTS = frozenset(
    {"starts_at", "ends_at", "recorded_at", "changed_at", "done_at", "sent_at", "seen_at", "answered_at"}
)
_NOT_COMPARED = _JSON_COLUMNS | _MOMENTS | {"owner_id", "agenda", "advantages", "result"}
_BUSINESS = ("account", "contact", "deal", "activity", "nudge")


def after_step(world: World, device: Device) -> None:
    """I1 of one device, and the counts that have to go together with it. I2 and I4 are told by the oracle."""
    with device.slot.at_once():
        _each_is_somewhere(world, device)
        _pending_counts(world, device)
        _my_values_are_shown(world, device)


def _each_is_somewhere(world: World, device: Device) -> None:
    queued = dict(device.slot.rows("SELECT mutation_id, status FROM outbox"))
    ended = dict(device.slot.rows("SELECT mutation_id, result FROM outbox_done"))
    both = queued.keys() & ended.keys()
    if both:
        world.oracle.find(f"I1 {device.name}: queued and ended at once: {sorted(both)[:3]}")
    is_current = device.is_current()
    applied = world.server.applied()
    for mutation_id, before in device.mine.items():
        state = queued.get(mutation_id) or ended.get(mutation_id)
        if state is None:
            if not (device.may_forget and before in (*SENT, "discarded", "undone", "answered", "forgotten")):
                world.oracle.find(f"I1 {device.name}: {mutation_id} is nowhere, it was {before}")
            state = "forgotten"
        if state in SENT and is_current and mutation_id not in applied:
            world.oracle.find(f"I1 {device.name}: {mutation_id} is taken for {state}, the server has it not")
        device.mine[mutation_id] = state
        if state in SENT:
            device.was_sent.add(mutation_id)


def _pending_counts(world: World, device: Device) -> None:
    waiting = {
        (entity, row_id): count
        for entity, row_id, count in device.slot.rows("SELECT entity, entity_id, count(*) FROM outbox GROUP BY 1, 2")
    }
    for entity in _BUSINESS:
        for row_id, pending in device.slot.rows(f"SELECT id, pending FROM {entity}"):
            if pending != waiting.get((entity, row_id), 0):
                there = waiting.get((entity, row_id), 0)
                world.oracle.find(f"I10 {device.name}: {entity} {row_id} says {pending} pending, the queue has {there}")


def _my_values_are_shown(world: World, device: Device) -> None:
    """What I typed last into a field stays on the screen until the server has it or I let it go.

    The server had what is sent again after a restore. Where it has, or had, a later word of mine, that one stands,
    and the question about an earlier one shows it; unless I took that word back before I opened the question again.
    """
    wanted: dict[tuple[str, str, str], Any] = {}
    found = device.slot.rows("SELECT seq, entity, entity_id, op, patch, status, mutation_id FROM outbox ORDER BY seq")
    places: dict[tuple[str, str, str], int] = {}
    for seq, entity, row_id, op, patch, status, mutation_id in found:
        is_again = mutation_id in device.was_sent
        if op == "delete" and not is_again:
            wanted = {place: value for place, value in wanted.items() if place[:2] != (entity, row_id)}
        for name, value in read(patch).items():
            place = entity, row_id, name
            if is_again and place not in wanted:
                continue  # not behind one that the server never took
            places[place] = seq
            if op == "patch" and name not in _NOT_COMPARED:
                wanted[place] = value
            elif op == "create":  # made again, it says what was typed last
                wanted.pop(place, None)
            if status in ("parked",):
                wanted.pop(place, None)
    asked = set(device.slot.rows("SELECT entity, entity_id, field FROM conflict WHERE state = 'open'"))
    marks = device.slot.rows("SELECT substr(key, 6), value FROM meta WHERE key LIKE 'undo:%'")
    taken_back = {action for pair in marks for action in pair}
    for entity, row_id, patch, seq, action in device.slot.rows(
        "SELECT entity, entity_id, patch, seq, action_id FROM outbox_done"
        " WHERE op = 'patch' AND result IN ('applied', 'replayed') ORDER BY seq"
    ):
        for name, value in read(patch).items():
            place = entity, row_id, name
            if place in wanted and seq > places[place] and not (place in asked and action in taken_back):
                if place in asked:
                    wanted[place] = value
                else:
                    del wanted[place]
    for (entity, row_id, name), value in wanted.items():
        shown = device.slot.rows(f"SELECT {name} FROM {entity} WHERE id = ?", row_id)
        if shown and shown[0][0] != value:
            world.oracle.find(
                f"I1 {device.name}: my {entity}.{name} {value!r} of {row_id} is hidden by {shown[0][0]!r}"
            )


def at_rest(world: World, *, is_whole: bool) -> None:
    """After two quiet rounds of every device. `is_whole` when every question was answered too."""
    for device in world.devices:
        after_step(world, device)
        if not device.is_current():
            world.oracle.find(f"I3 {device.name} has not met the server as it is since its restore")
        with device.slot.at_once():
            _queue_is_explained(world, device, is_whole=is_whole)
            _agreement(world, device)
        _told(world, device)
        _ends(world, device)
        if world.seed % 16 == 0:
            found = device.slot.rows("PRAGMA integrity_check")
            if found != [("ok",)]:
                world.oracle.find(f"I9 {device.name}: {found[:2]}")


def nothing_waits(world: World) -> None:
    """What `at_rest` asks for in a whole world beyond what held already, when nobody had anything to answer since."""
    for device in world.devices:
        _queue_is_explained(world, device, is_whole=True)


def _queue_is_explained(world: World, device: Device, *, is_whole: bool) -> None:
    """I3: nothing waits but what a person has to decide, and what depends on it."""
    held_rows: set[Key] = set()
    held: set[str] = set()
    columns = "mutation_id, entity, entity_id, status, depends_on, attempts, next_try_at"
    for mutation_id, entity, row_id, status, depends_on, attempts, due in device.slot.rows(
        f"SELECT {columns} FROM outbox ORDER BY seq"
    ):
        is_held = (entity, row_id) in held_rows or depends_on in held
        if is_whole or (status not in ("conflict", "parked") and not is_held):
            words = f"{entity} {row_id} {status} attempts={attempts} due={due}"
            world.oracle.find(f"I7 {device.name}: {mutation_id} still waits: {words}")
        held_rows.add((entity, row_id))
        held.add(mutation_id)


def _agreement(world: World, device: Device) -> None:
    """I3, I5, I12: every row without open work is the server's, and none is here that may not be seen."""
    there = world.server.visible_to(device.person_id)
    open_rows = set(device.slot.rows("SELECT DISTINCT entity, entity_id FROM outbox"))
    queued = {mutation_id for (mutation_id,) in device.slot.rows("SELECT mutation_id FROM outbox")}
    here: dict[Key, Row] = {}
    for entity in (*_BUSINESS, "stage_change", "team", "person", "funnel", "stage", "change_log"):
        names = [*SYNCED[entity].model_fields]
        for values in device.slot.rows(f"SELECT {', '.join(names)} FROM {entity}"):
            row = dict(zip(names, values, strict=True))
            here[entity, row["id"]] = row
    for key in sorted(there.keys() | here.keys()):
        if key in open_rows or (key[0] == "change_log" and key[1] in queued):
            continue
        if key not in here:
            world.oracle.find(f"I3 {device.name} lacks {key}")
        elif key not in there:
            seen = "I5" if key in _everywhere(world) else "I3"
            world.oracle.find(f"{seen} {device.name} keeps {key}, which the server does not show him")
        else:
            _same(world, device, key, there[key], here[key])
    _bases(world, device, there, open_rows)
    deals_here = sum(row["amount_minor"] or 0 for key, row in here.items() if key[0] == "deal" and key not in open_rows)
    deals_there = sum(
        row["amount_minor"] or 0 for key, row in there.items() if key[0] == "deal" and key not in open_rows
    )
    if deals_here != deals_there:
        world.oracle.find(f"I12 {device.name}: deals sum to {deals_here}, at the server to {deals_there}")


def _everywhere(world: World) -> set[Key]:
    return {key for person_id in PEOPLE for key in world.server.visible_to(person_id)}


def _same(world: World, device: Device, key: Key, there: Row, here: Row) -> None:
    if key[0] == "change_log":
        return
    for name, value in there.items():
        mine = here.get(name)
        if name in _JSON_COLUMNS:
            mine = json.loads(mine) if isinstance(mine, str) else mine
        if name in _MOMENTS:
            mine, value = str(mine)[:19].replace(" ", "T"), str(value)[:19]
        if mine != value:
            world.oracle.find(f"I3 {device.name}: {key} {name} is {mine!r}, at the server {value!r}")


def _bases(world: World, device: Device, there: dict[Key, Row], open_rows: set[tuple[Any, ...]]) -> None:
    for key in device.slot.rows("SELECT entity, id FROM sync_base"):
        if key not in open_rows:
            world.oracle.find(f"I5 {device.name} keeps a base of {key}, of which nothing is pending")


def _told(world: World, device: Device) -> None:
    """I10: the badge and the lists say what the tables hold."""
    badge, shown = device.service.badge(), device.service.load()
    ((queued, parked),) = device.slot.rows("SELECT count(*), coalesce(sum(status = 'parked'), 0) FROM outbox")
    ((conflicts,),) = device.slot.rows("SELECT count(*) FROM conflict WHERE state = 'open'")
    if (badge.pending, badge.parked, badge.conflicts) != (queued, parked, conflicts):
        world.oracle.find(f"I10 {device.name}: the badge says {badge}")
    if (len(shown.queue), len(shown.conflicts)) != (queued, conflicts):
        world.oracle.find(f"I10 {device.name}: the lists do not say what the tables hold")
    if shown.proof is None or not shown.proof.is_ok:
        world.oracle.find(f"I1 {device.name}: not every change is accounted for: {shown.proof}")
    statuses = device.slot.rows("SELECT count(*) FROM outbox WHERE status = 'conflict' AND mutation_id NOT IN "
                                "(SELECT mutation_id FROM conflict WHERE state = 'open') AND NOT EXISTS "
                                "(SELECT 1 FROM conflict c WHERE c.entity = outbox.entity AND "
                                "c.entity_id = outbox.entity_id AND c.state = 'open')")  # fmt: skip
    if statuses != [(0,)]:
        world.oracle.find(f"I10 {device.name}: held by a conflict that nobody can see")


def _ends(world: World, device: Device) -> None:
    """I1: what the user took back or threw away is not at the server by itself."""
    applied = world.server.applied()
    for mutation_id, state in device.mine.items():
        if state in ("undone", "discarded") and mutation_id in applied:
            world.oracle.find(f"I1 {device.name}: {mutation_id} is {state}, and the server has it")
