"""What must hold on one device after every act, from its tables alone: who may end a change, what is asked, what waits.

The merge is worked out with the reference server's own code, so that no line of the client's judges the client.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cockpit import clock
from tests.reliability.judge import SETS, TEXTS, line_merge
from tests.reliability.protocol import Key, Row

if TYPE_CHECKING:
    from tests.reliability.device import Device
    from tests.reliability.world import World

HELD = ("conflict", "parked", "blocked")
LET_GO = ("discarded", "undone", "answered")
_HUB_WAIT_S = 30

read: Callable[[str], Any] = lru_cache(10_000)(json.loads)
"""A text of the tables, most of which are met again after the next act. Nobody may change what it gives."""


class Queued(NamedTuple):
    """A line of the outbox."""

    mutation_id: str
    entity: str
    entity_id: str
    op: str
    patch: Row
    base: Row
    status: str
    depends_on: str | None
    action_id: str
    label: str
    attempts: int

    @property
    def key(self) -> Key:
        return self.entity, self.entity_id


class Question(NamedTuple):
    """A line of the conflicts."""

    id: str
    mutation_id: str
    entity: str
    entity_id: str
    field: str
    kind: str
    state: str
    resolution: str
    mine: Any
    theirs: Any


@dataclass
class Memory:
    """What was on the device's disk after its last act."""

    states: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    answered: dict[str, Any] = field(default_factory=dict)
    """What the other side's value was when an answer was given that still waits for others of its row."""
    received: dict[Key, int] = field(default_factory=dict)
    mine: dict[str, Any] = field(default_factory=dict)
    """What stood for mine beside each open question: what the row shows, or else what I typed last."""


@dataclass
class Look:
    """One device as it is now, and as it was."""

    device: Device
    find: Callable[[str], None]
    before: Memory
    is_sync: bool
    outcome: str
    is_healthy: bool
    """Neither killed nor on a bad disk."""
    queue: list[Queued]
    ended: dict[str, Queued]
    results: dict[str, str]
    questions: list[Question]
    bases: dict[Key, tuple[int, Row]]

    def of_row(self, key: Key) -> list[Queued]:
        return [one for one in self.queue if one.key == key]

    def shown(self, key: Key, name: str) -> tuple[Any, ...] | None:
        found = self.device.slot.rows(f"SELECT {name} FROM {key[0]} WHERE id = ?", key[1])
        if not found:
            return None
        value = found[0][0]
        return (json.loads(value) if (key[0], name) in SETS and isinstance(value, str) else value,)

    def is_new(self, one: Queued) -> bool:
        return one.mutation_id not in self.before.states


def after_act(world: World, device: Device, kind: str, outcome: str, *, is_healthy: bool) -> None:
    """Look at the device after one act of its own and compare with the look before."""
    rows = device.slot.rows
    columns = "mutation_id, entity, entity_id, op, patch, base, {}, depends_on, action_id, label, attempts"
    queue = [_line(row) for row in rows(f"SELECT {columns.format('status')} FROM outbox ORDER BY seq")]
    done = [_line(row) for row in rows(f"SELECT {columns.format('result')} FROM outbox_done ORDER BY seq")]
    questions = [
        Question(*row[:8], *(read(side) if isinstance(side, str) else side for side in row[8:]))
        for row in rows(
            "SELECT id, mutation_id, entity, entity_id, field, kind, state, resolution, mine, theirs FROM conflict"
        )
    ]
    bases = {(entity, row_id): (rev, read(base))
             for entity, row_id, rev, base in rows("SELECT entity, id, rev, base FROM sync_base")}  # fmt: skip
    look = Look(
        device,
        lambda words: world.oracle.find(f"{words} ({device.name})"),
        device.memory,
        kind == "sync",
        outcome,
        is_healthy,
        queue,
        {one.mutation_id: one for one in done},
        {one.mutation_id: one.status for one in done},
        questions,
        bases,
    )
    for rule in RULES:
        rule(look)
    device.memory = Memory(
        {**look.results, **{one.mutation_id: one.status for one in queue}},
        {one.id: one.state for one in questions},
        {one.id: look.before.answered.get(one.id, one.theirs) for one in questions if one.state == "answered"},
        {key: rev for key, (rev, _base) in bases.items()},
        {one.id: _mine(look, one) for one in questions if one.field and one.state != "closed"},
    )


def _mine(look: Look, one: Question) -> Any:
    key = one.entity, one.entity_id
    queued = [other.patch[one.field] for other in look.of_row(key) if one.field in other.patch]
    return (look.shown(key, one.field) or queued[-1:] or (one.mine,))[0]


def _line(row: tuple[Any, ...]) -> Queued:
    mutation_id, entity, entity_id, op, patch, base, *more = row
    return Queued(mutation_id, entity, entity_id, op, read(patch), read(base), *more)


def only_a_person_lets_go(look: Look) -> None:
    """I1: the program itself ends a change only because the hub has it, and begins none anew that a person ended."""
    waiting = {one.mutation_id for one in look.queue}
    for mutation_id, before in look.before.states.items():
        now = look.results.get(mutation_id)
        if look.is_sync and before not in look.results.values() and now in LET_GO and before not in LET_GO:
            look.find(f"I1 {mutation_id} was {before}, and a sync made it {now}")
        if look.is_sync and before in LET_GO and mutation_id in waiting:
            look.find(f"I1 {mutation_id} was {before}, and a sync queued it again")


def only_what_hangs_together_is_let_go(look: Look) -> None:
    """I1: one act discards or takes back changes of one action, of one row, and what depends on them. No others."""
    new = [one for mutation_id, one in look.ended.items()
           if one.status in ("discarded", "undone") and look.before.states.get(mutation_id) != one.status]  # fmt: skip
    if look.is_sync or len(new) < 2:
        return
    reached, left = [new[0]], new[1:]
    while found := [one for one in left if any(_hang_together(one, other) for other in reached)]:
        reached += found
        left = [one for one in left if one not in found]
    if left:
        look.find(f"I1 {left[0].mutation_id} was let go with {new[0].mutation_id}, with which it has nothing to do")


def _hang_together(one: Queued, other: Queued) -> bool:
    depends = one.depends_on == other.mutation_id or other.depends_on == one.mutation_id
    return depends or one.key == other.key or one.action_id == other.action_id


def what_is_behind_waits(look: Look) -> None:
    """I6: nothing may go while something before it in its row, or what it depends on, is held.

    What the server had once, and is sent again after a restore, has gone past it before.
    """
    again = {mutation_id for (mutation_id,) in look.device.slot.rows("SELECT mutation_id FROM outbox WHERE is_again")}
    held: set[str] = set()
    rows: set[Key] = set()
    for one in look.queue:
        if one.status in HELD or one.key in rows or one.depends_on in held:
            if one.status == "pending" and one.mutation_id not in again:
                look.find(f"I6 {one.mutation_id} of {one.key} may go, and what it comes after is held")
            held.add(one.mutation_id)
            rows.add(one.key)
        if look.results.get(one.depends_on or "") in ("discarded", "undone"):
            look.find(f"I6 {one.mutation_id} depends on a change that was let go")


def questions_hold_and_are_fresh(look: Look) -> None:
    """I10, I4: an open question holds its change, and shows what the other side's value is by now."""
    status = {one.mutation_id: one.status for one in look.queue}
    for one in look.questions:
        key = (one.entity, one.entity_id)
        if one.state == "closed":
            continue
        if status.get(one.mutation_id) != "conflict":
            words = status.get(one.mutation_id, "gone")
            look.find(f"I10 the question about {key} {one.field} does not hold its change, which is {words}")
        elif one.state == "open" and one.kind == "field" and key in look.bases:
            theirs = look.bases[key][1].get(one.field)
            if theirs != one.theirs:
                look.find(f"I4 the question about {key} {one.field} shows {one.theirs!r}, received was {theirs!r}")
        elif one.state == "answered" and one.id in look.before.answered and look.before.answered[one.id] != one.theirs:
            look.find(f"I4 the answer about {key} {one.field} was given to another value than {one.theirs!r}")


def answers_are_kept(look: Look) -> None:
    """I1, I4: what was chosen goes on in a new change; what was not chosen does not.

    Of a row that I had deleted under the question, mine is the deletion: it has no fields any more.
    """
    for one in look.questions:
        if one.state != "closed" or look.before.questions.get(one.id, "closed") == "closed" or look.is_sync:
            continue
        key = (one.entity, one.entity_id)
        row = look.of_row(key)
        new = [other for other in row if look.is_new(other)]
        if one.resolution == "theirs" and one.field and any(one.field in other.patch for other in new):
            look.find(f"I4 {key} {one.field}: the answer was theirs, and mine is sent")
        mine = look.before.mine.get(one.id)
        if one.resolution == "mine" and one.field and mine != one.theirs and len(row) == len(new):
            asked = [other for other in look.questions if (other.entity, other.entity_id) == key]
            whole = any(not other.field and other.id in look.before.questions for other in asked)
            is_delete = _last_word(look, key) == "delete"
            is_kept = any(other.op == "delete" if is_delete else other.patch.get(one.field) == mine for other in new)
            if not whole and not is_kept:
                look.find(f"I1 {key} {one.field}: the answer was mine, and it is nowhere")


def _last_word(look: Look, key: Key) -> str:
    """The op of the newest of those changes of the row that the answer has just ended."""
    answered = [one for mutation_id, one in look.ended.items()
                if one.key == key and one.status == "answered" and look.before.states.get(mutation_id) != "answered"]  # fmt: skip
    return answered[-1].op if answered else "patch"


def a_received_row_is_merged(look: Look) -> None:
    """I3, I4: right after a row came in, it shows theirs with my queue on top; what cannot be merged is asked."""
    if not look.is_sync:
        return
    asked = {(one.mutation_id, one.field) for one in look.questions if one.state != "closed"}
    for key, (rev, base) in look.bases.items():
        row = look.of_row(key)
        if look.before.received.get(key, rev) == rev or not row or any(one.op != "patch" for one in row):
            continue
        for name in sorted({name for one in row for name in one.patch} - {"owner_id"}):
            wanted = _replayed(look, key, name, base.get(name), row, asked)
            shown = look.shown(key, name)
            if wanted is not None and shown is not None and shown != wanted:
                look.find(f"I4 {key} {name} shows {shown[0]!r}, theirs with mine on top is {wanted[0]!r}")


def _replayed(
    look: Look, key: Key, name: str, value: Any, row: Iterable[Queued], asked: set[tuple[str, str]]
) -> tuple[Any] | None:
    for one in row:
        if name not in one.patch:
            continue
        seen, mine = one.base.get(name), one.patch[name]
        merged = merged_by_reference((key[0], name), seen, mine, value)
        # lines that stand twice can be matched in two ways, and merge in one of them
        is_open = (key[0], name) in TEXTS and _repeats(seen, mine, value) and value not in (seen, mine) and seen != mine
        if merged is None:
            # what was refused after the row had come is told as refused; sent again it meets the other value anew
            is_refused = one.status == "parked" != look.before.states.get(one.mutation_id)
            # what was sent and not answered may be there already: the hub says what it met
            is_unanswered = one.attempts > 0 and one.status not in ("conflict", "parked")
            is_past = not is_unanswered and _went_through_since(look, one, name)
            if is_past and (one.mutation_id, name) not in asked:
                continue
            if (one.mutation_id, name) not in asked and not is_refused and not is_unanswered and not is_open:
                look.find(f"I4 {key} {name}: {mine!r} and {value!r} of the other side, and nobody is asked")
            return None
        if is_open:
            return None
        value = merged[0]
    return (value,)


def _went_through_since(look: Look, one: Queued, name: str) -> bool:
    """The server has what was typed on top of this change, near or far. Ids grow in the order of typing."""
    word = one.patch[name]
    later = [other for other in (*look.queue, *look.ended.values())
             if other.key == one.key and other.mutation_id > one.mutation_id and name in other.patch]  # fmt: skip
    for other in sorted(later, key=lambda change: change.mutation_id):
        if other.base.get(name) == word:
            word = other.patch[name]
            if other.status in ("applied", "replayed"):
                return True
    return False


def _repeats(*texts: str | None) -> bool:
    return any(len(set(lines)) < len(lines) for lines in ((text or "").splitlines() for text in texts))


def merged_by_reference(place: tuple[str, str], base: Any, mine: Any, theirs: Any) -> tuple[Any] | None:
    if theirs in (base, mine):
        return (mine,)
    if mine == base:
        return (theirs,)
    if place in SETS:
        kept = [x for x in theirs or () if x in (mine or ()) or x not in (base or ())]
        return ([*kept, *(x for x in mine or () if x not in (base or ()) and x not in kept)],)
    if place in TEXTS:
        return line_merge(base or "", mine or "", theirs or "")
    return None


def deletions_are_asked(look: Look) -> None:
    """I4, I1: a row that was deleted under my edit is asked about; one that is asked about as missing is still here.

    Where the row has left my sight too, nothing can be asked: the hub will say what becomes of the change.
    """
    asked = {(one.entity, one.entity_id) for one in look.questions if one.state != "closed"}
    stones = set(look.device.slot.rows("SELECT entity, id FROM tombstone"))
    for key in {one.key for one in look.queue} & stones:
        row = look.of_row(key)
        is_here = bool(look.shown(key, "id"))
        is_held = any(one.status in HELD for one in row)
        if {one.op for one in row} == {"patch"} and is_here and key not in asked and not is_held:
            look.find(f"I4 {key} was deleted under my edit, and nobody is asked")
    for one in look.questions:
        is_new = one.id not in look.before.questions and one.state == "open" and one.kind == "missing"
        if is_new and look.shown((one.entity, one.entity_id), "id") is None:
            look.find(f"I1 {(one.entity, one.entity_id)} is asked about as missing, and what I made of it is gone")


def undo_takes_back_only_mine(look: Look) -> None:
    """I4: an inverse change replaces only values that this device wrote. An answer to its conflict replaces theirs."""
    written = look.device.world.oracle.written.values()
    answered = {
        (one.entity, one.entity_id)
        for one in look.questions
        if look.before.questions.get(one.id) == "open" and one.state != "open"
    }
    for one in look.queue:
        if not look.is_new(one) or not one.label.startswith("Undo: ") or one.op != "patch" or one.key in answered:
            continue
        for name, seen in one.base.items():
            mine = (
                w.patch.get(name)
                for w in written
                if w.device == look.device.name and (w.entity, w.entity_id) == one.key
            )
            if (one.entity, name) not in SETS | TEXTS and seen not in mine:
                look.find(f"I4 undo of {one.key} {name} removes {seen!r}, which was never written here")


def nothing_is_on_its_way_at_rest(look: Look) -> None:
    """I10: when a sync has ended by itself, nothing is shown as on its way."""
    if look.is_sync and look.is_healthy and any(one.status == "inflight" for one in look.queue):
        look.find("I10 no sync runs, and the queue says that something is on its way")


def a_busy_hub_is_left_alone(look: Look) -> None:
    """I7: after a Retry-After nothing more is asked in that run, and the next run by itself comes no sooner."""
    requests = look.device.network.requests
    if any(name.endswith((":503", ":429 seconds")) for name in requests[:-1]):
        look.find(f"I7 asked on though told to wait: {requests[-3:]}")
    elif look.is_healthy and look.outcome == "HubBusy" and requests and requests[-1].endswith(":503"):
        due = look.device.facts("next_try_at").get("next_try_at", "")
        if not due or (_moment(due) - clock.now()).total_seconds() < _HUB_WAIT_S - 1:
            look.find(f"I7 told to wait for {_HUB_WAIT_S} s, and comes back at {due}")


def _moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


RULES = (
    only_a_person_lets_go,
    only_what_hangs_together_is_let_go,
    what_is_behind_waits,
    questions_hold_and_are_fresh,
    answers_are_kept,
    a_received_row_is_merged,
    deletions_are_asked,
    undo_takes_back_only_mine,
    nothing_is_on_its_way_at_rest,
    a_busy_hub_is_left_alone,
)
