"""Answers to conflicts: what was chosen goes on in one new change, when the last question of its row is answered.

Its base is what the other side wrote, so that it cannot overwrite a third change unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from cockpit.domain.merge import LONG_TEXT_FIELDS
from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.storage import rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import ConflictRow, OutboxRow, SyncBaseRow
from cockpit.sync import acts, conflicts, outbox, receipts

Choice = Literal["mine", "theirs", "both", "edit"]
"""edit: a third value, typed for the answer."""

HUB_KEEPS = ("rev", "origin", "external_source", "external_ref")
"""Columns the hub gives; a row that is made again does not bring them."""


def can_keep_both(conflict: ConflictRow) -> bool:
    """Only long texts can hold two people's words one after the other."""
    return (
        conflict.kind == "field"
        and (conflict.entity, conflict.field) in LONG_TEXT_FIELDS
        and isinstance(conflict.mine, str)
        and isinstance(conflict.theirs, str)
    )


def answer(
    session: Session,
    conflict_id: str,
    choice: Choice,
    *,
    actor_id: str,
    now: datetime,
    label: str = "",
    value: Any = None,
    is_whole_record: bool = False,
) -> tuple[str, OutboxRow]:
    """Answer one conflict, or every open one of its row. With the last open one of the row the new mutation is queued.

    `value` is the third value of an edit, in wire form; of a row that is made again, fields that replace its own.
    Returns the action, which undo takes back under `label`, and the mutation that was answered.
    Raises NotAllowed for a conflict that is gone or answered, cannot hold both or has no field to edit.
    """
    conflict = find_open(session, conflict_id)
    if choice == "both" and not can_keep_both(conflict):
        raise NotAllowed(_("Only a long text can keep both. Choose mine or theirs."))
    if choice == "edit" and not conflict.field:
        raise NotAllowed(_("The whole row is in question: choose mine or theirs."))
    act, action, held = _end(
        session, conflict, choice, actor_id=actor_id, now=now, label=label, value=value, is_whole_record=is_whole_record
    )
    return acts.keep(session, act, action, now), held


def take_theirs(session: Session, conflict_ids: Sequence[str], *, actor_id: str, now: datetime, label: str) -> str:
    """Their side of every open question about the rows of these conflicts, as one action that undo takes back.

    Returns the action: what is submitted as a part of it is taken back with it.
    """
    action, done = outbox.new_id(), []
    for conflict_id in conflict_ids:
        conflict = session.get(ConflictRow, conflict_id)
        if conflict is not None and conflict.state == "open":  # else it was answered with another one of its row
            act, _action, _held = _end(
                session,
                conflict,
                "theirs",
                actor_id=actor_id,
                now=now,
                label=label,
                is_whole_record=True,
                action_id=action,
            )
            done.append(act)
    return acts.keep(session, replace(done[0], rest=tuple(done[1:])), action, now) if done else action


def find_open(session: Session, conflict_id: str) -> ConflictRow:
    """Raises NotAllowed for an id that names no conflict, and for one that was answered."""
    conflict = session.get(ConflictRow, conflict_id)
    if conflict is None:
        raise NotAllowed(
            _("There is no conflict {id}: `cockpit conflicts` lists the open ones.").format(id=conflict_id)
        )
    if conflict.state != "open":
        raise NotAllowed(_("This conflict has been answered already."))
    return conflict


def _end(
    session: Session,
    conflict: ConflictRow,
    choice: Choice,
    *,
    actor_id: str,
    now: datetime,
    label: str,
    value: Any = None,
    is_whole_record: bool = False,
    action_id: str | None = None,
) -> tuple[acts.Act, str | None, OutboxRow]:
    """What is to be kept of an answer, the action of what it queued, and the mutation that was answered."""
    held = conflicts.change_in_question(session, conflict)
    if held is None:
        raise NotAllowed(_("This conflict has been answered already."))
    asked = conflicts.of_row(session, held.entity, held.entity_id)
    chosen = [other for other in asked if other.state == "open"] if is_whole_record else [conflict]
    is_last = all(other in chosen or other.state != "open" for other in asked)
    in_question = {other.mutation_id for other in asked}
    queued = receipts.queued_of(session, held.entity, held.entity_id)
    first = next(place for place, mutation in enumerate(queued) if mutation.mutation_id in in_question)
    act = acts.before(
        session, label, queued[first:] if is_last else (), asked if is_last else chosen, held.entity, held.entity_id
    )
    for one in chosen:
        one.state, one.resolution, one.resolved_at = "answered", choice, now
    if choice == "edit":
        conflict.mine = value
    session.flush()
    if not is_last:  # the row is settled in one go, when its last question is answered
        return act, None, held
    instead = value if choice == "mine" and isinstance(value, dict) else {}
    edit = _settle(session, queued[:first], queued[first:], asked, now, instead)
    for other in asked:
        other.state = "closed"
    if edit is None:
        return act, None, held
    words = queued[first].label
    action = outbox.submit(session, [edit], actor_id=actor_id, label=words, now=now, action_id=action_id)
    return act, action, held


def _settle(
    session: Session,
    earlier: list[OutboxRow],
    chain: list[OutboxRow],
    asked: list[ConflictRow],
    now: datetime,
    instead: dict[str, Any],
) -> outbox.Edit | None:
    """End `chain`; in its place comes one change of what was chosen and of everything not in question. `instead` are
    fields of a row that is made again that it gets in place of its own."""
    entity, row_id = chain[0].entity, chain[0].entity_id
    row = rows.find(session, entity, row_id)
    seen_by_me = to_wire(row, entity) if row is not None else None
    kept = session.get(SyncBaseRow, (entity, row_id))
    theirs = dict(kept.base) if kept is not None else None
    whole = next((c for c in asked if c.field == ""), None)
    wanted = _fold(chain, seen_by_me or {})
    wants_delete = chain[-1].op == "delete"
    for conflict in asked:
        if conflict.field and conflict.resolution == "theirs":
            wanted.pop(conflict.field, None)
        elif conflict.field and conflict.resolution == "both":
            wanted[conflict.field] = f"{conflict.theirs}\n{wanted.get(conflict.field, conflict.mine)}"
        elif conflict.field and conflict.resolution == "edit":
            wanted[conflict.field] = conflict.mine
    receipts.end(session, chain, "answered", now=now)
    outbox.drop_provisional_log(session, chain)
    takes_theirs = whole is not None and whole.resolution == "theirs"
    # of a row that I deleted and made again, and that they deleted meanwhile, the question was the older one
    is_gone = theirs is None and row is not None and conflicts.is_gone(session, row, entity)
    if whole is not None and (whole.kind in ("delete_edit", "missing") or is_gone):
        rows.remove(session, entity, row_id)
        session.flush()
        receipts.drop_base(session, entity, row_id)
        if takes_theirs or seen_by_me is None:
            return None
        values = {name: value for name, value in seen_by_me.items() if name not in HUB_KEEPS}
        return outbox.Edit(entity, row_id, "create", {**values, **instead})
    if theirs is not None:
        _show(session, entity, row_id, theirs, earlier)
        if kept is not None and (shown := rows.find(session, entity, row_id)) is not None:
            shown.seen_gen = max(shown.seen_gen, kept.seen_gen)
    if takes_theirs or rows.find(session, entity, row_id) is None:
        return None  # theirs stands, or I had deleted the row
    return outbox.Edit(entity, row_id, "delete") if wants_delete else outbox.Edit(entity, row_id, "patch", wanted)


def _fold(chain: Sequence[OutboxRow], seen_by_me: dict[str, Any]) -> dict[str, Any]:
    """My last word on every field the chain changed: what the row shows, else the newest patch."""
    wanted: dict[str, Any] = {}
    for mutation in chain:
        if mutation.op != "delete":
            wanted.update(mutation.patch)
    return {name: seen_by_me.get(name, value) for name, value in wanted.items()}


def _show(session: Session, entity: str, row_id: str, theirs: dict[str, Any], earlier: Sequence[OutboxRow]) -> None:
    """Put the row to what was last received, with what is still queued before the conflict on top."""
    values = {**theirs, "id": row_id}
    for mutation in earlier:
        values.update(mutation.patch)
    row = rows.put(session, entity, values)
    row.pending = len(earlier)
    session.flush()
    if not earlier:
        receipts.drop_base(session, entity, row_id)
