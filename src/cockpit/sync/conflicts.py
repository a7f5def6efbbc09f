"""Conflicts: opened with both values, held until a person answers, answered by a new change.

A conflict keeps its mutation, and with it the later ones of that row, out of the push. The row goes on
showing my value. The answer is a new mutation whose base is what the other side wrote, so that it
cannot overwrite a third change unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from cockpit.domain.merge import LONG_TEXT_FIELDS
from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.storage import rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import ConflictRow, OutboxRow, SyncBaseRow
from cockpit.sync import acts, chains, outbox, receipts

Choice = Literal["mine", "theirs", "both", "edit"]
"""edit: a third value, typed for the answer."""

UNKNOWN = frozenset({"missing", "not-found"})
"""Problem types that say that the hub does not know the row: one restored from a backup has lost it until its maker
sends it again."""

HUB_KEEPS = ("rev", "origin", "external_source", "external_ref")
"""Columns the hub gives; a row that is made again does not bring them."""


_OF_MUTATIONS = select(ConflictRow).where(
    col(ConflictRow.mutation_id).in_(bindparam("ids", expanding=True)), col(ConflictRow.state) != "closed"
)
_OF_ROW = select(ConflictRow).where(
    col(ConflictRow.entity) == bindparam("entity"),
    col(ConflictRow.entity_id) == bindparam("row_id"),
    col(ConflictRow.state) != "closed",
)

_BY_ID = select(OutboxRow).where(col(OutboxRow.mutation_id) == bindparam("mutation_id"))


def open_conflict(
    session: Session,
    mutation: OutboxRow,
    *,
    now: datetime,
    kind: str = "field",
    field: str = "",
    base: Any = None,
    mine: Any = None,
    theirs: Any = None,
    theirs_rev: int = 0,
    theirs_by: str | None = None,
    theirs_at: datetime | None = None,
) -> ConflictRow:
    """Hold `mutation` and show both values. An open conflict of the same field gets the newest of theirs.

    A field of a row is asked about once: on the first of the changes in question, whose later ones are part of mine.
    While it is asked what becomes of the row itself, nothing is asked about its fields: that question holds them too.
    """
    whole = _whole_question(session, mutation.entity, mutation.entity_id)
    if field and whole is not None:
        _hold(session, mutation, whole, whole.base)
        chains.mark(session)
        return whole
    if not field:
        mutation = _close_fields(session, mutation, now)
    found = next((one for one in _of_row(session, mutation.entity, mutation.entity_id) if one.field == field), None)
    if found is not None:
        _hold(session, mutation, found, base)
    else:
        mutation.status = "conflict"
        found = ConflictRow(
            id=outbox.new_id(),
            mutation_id=mutation.mutation_id,
            entity=mutation.entity,
            entity_id=mutation.entity_id,
            field=field,
            base=base,
            opened_at=now,
        )
        session.add(found)
    if found.state == "answered" and found.theirs != theirs:
        found.state, found.resolution = "open", ""  # the answer was given to another value
    if found.state != "answered" or found.resolution != "edit":
        found.mine = mine  # of an answer that waits for others of its row, what was typed stays
    found.kind, found.theirs, found.theirs_rev = kind, theirs, theirs_rev
    found.theirs_by, found.theirs_at = theirs_by or found.theirs_by, theirs_at or found.theirs_at
    chains.mark(session)
    return found


def _hold(session: Session, mutation: OutboxRow, question: ConflictRow, base: Any) -> None:
    """Put a change under a question that is asked already: it stands on the first of those it is about."""
    if question.mutation_id == mutation.mutation_id:
        mutation.status = "conflict"
        return
    other = session.scalars(_BY_ID, {"mutation_id": question.mutation_id}).first()
    if other is not None and (other.seq or 0) < (mutation.seq or 0):
        _let_follow(session, mutation)
        return
    question.mutation_id, question.base = mutation.mutation_id, base
    mutation.status = "conflict"
    if other is not None:
        _let_follow(session, other)


def _close_fields(session: Session, mutation: OutboxRow, now: datetime) -> OutboxRow:
    """Ask about the row instead of its fields; the first of the changes that were in question, `mutation` included."""
    queued = receipts.queued_of(session, mutation.entity, mutation.entity_id)
    questions = _of_row(session, mutation.entity, mutation.entity_id)
    asked = {question.mutation_id for question in questions if question.field}
    first = next(one for one in queued if one.mutation_id in asked or one.mutation_id == mutation.mutation_id)
    for question in questions:
        if question.field:
            question.state, question.resolution, question.resolved_at = "closed", "row", now
    for other in queued:
        if other.status == "conflict":
            _let_follow(session, other)
    return first


def whole_row_in_question(session: Session, entity: str, row_id: str) -> bool:
    """True while it is asked what becomes of the row itself, not of a field."""
    return _whole_question(session, entity, row_id) is not None


def asks_whether_gone(session: Session, entity: str, row_id: str) -> bool:
    """True while it is asked what becomes of my work on a row that is not at the hub any more."""
    question = _whole_question(session, entity, row_id)
    return question is not None and question.kind != "edit_delete"


def _whole_question(session: Session, entity: str, row_id: str) -> ConflictRow | None:
    return next((one for one in _of_row(session, entity, row_id) if not one.field), None)


def _let_follow(session: Session, mutation: OutboxRow) -> None:
    """What was asked of `mutation` is asked of another of its row: it is held behind that one, unless more is asked."""
    session.flush()
    left = session.scalars(_OF_MUTATIONS, {"ids": [mutation.mutation_id]}).first()
    mutation.status = "conflict" if left is not None else "pending"


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
    Raises NotAllowed for a conflict that is gone, cannot hold both or has no field to edit.
    """
    conflict = session.get(ConflictRow, conflict_id)
    if conflict is None or conflict.state != "open":
        raise NotAllowed(_("This conflict has been answered already."))
    if choice == "both" and not can_keep_both(conflict):
        raise NotAllowed(_("Only a long text can keep both. Choose mine or theirs."))
    if choice == "edit" and not conflict.field:
        raise NotAllowed(_("The whole row is in question: choose mine or theirs."))
    held = session.scalars(_BY_ID, {"mutation_id": conflict.mutation_id}).first()
    if held is None:
        raise NotAllowed(_("This conflict has been answered already."))
    asked = _of_row(session, held.entity, held.entity_id)
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
        return acts.keep(session, act, None, now), held
    instead = value if choice == "mine" and isinstance(value, dict) else {}
    action = _settle(session, queued[:first], queued[first:], asked, actor_id, now, instead)
    for other in asked:
        other.state = "closed"
    return acts.keep(session, act, action, now), held


def pass_on(session: Session, gone: Sequence[OutboxRow], later: OutboxRow) -> None:
    """While `gone` are taken back: that the row is not there any more is asked about a later change of it."""
    question = _whole_question(session, later.entity, later.entity_id)
    if question is None or question.kind == "edit_delete":
        return
    if question.mutation_id in {mutation.mutation_id for mutation in gone}:
        question.mutation_id, question.mine = later.mutation_id, later.patch
        later.status = "conflict"


def close_all(session: Session, mutation_ids: Sequence[str], resolution: str, now: datetime) -> None:
    """Close the conflicts of mutations that ended in another way."""
    for conflict in session.scalars(_OF_MUTATIONS, {"ids": mutation_ids}):
        conflict.state, conflict.resolution, conflict.resolved_at = "closed", resolution, now


def ask_no_more(session: Session, queued: Sequence[OutboxRow], resolution: str, now: datetime) -> None:
    """Close what is asked about these changes of a row; they wait for the hub's word instead."""
    asked = [mutation for mutation in queued if mutation.status == "conflict"]
    close_all(session, [mutation.mutation_id for mutation in asked], resolution, now)
    for mutation in asked:
        mutation.status = "pending"
    if asked:
        session.flush()
        chains.mark(session)


def row_is_back(session: Session, queued: Sequence[OutboxRow], now: datetime) -> None:
    """The row that was deleted or missing has come again: nobody has to be asked, and the changes go on."""
    held = [mutation for mutation in queued if mutation.status == "conflict"]
    refresh(session, held)
    freed = False
    for mutation in queued:
        if (mutation.status, mutation.op) == ("parked", "delete") and mutation.error_type in UNKNOWN:
            mutation.status, mutation.error_type, mutation.error_text = "pending", "", ""
            freed = True
    for mutation in held:
        found = session.scalars(_OF_MUTATIONS, {"ids": [mutation.mutation_id]}).all()
        if found and all(conflict.kind in ("delete_edit", "missing") for conflict in found):
            close_all(session, [mutation.mutation_id], "back", now)
            mutation.status, freed = "pending", True
    if freed:
        session.flush()
        chains.mark(session)


def refresh(session: Session, held: Sequence[OutboxRow]) -> None:
    """Questions about a field show what was received last, also where the row would merge by itself by now: an answer
    goes on top of it. One that was given to another value is asked again."""
    for mutation in held:
        base = session.get(SyncBaseRow, (mutation.entity, mutation.entity_id))
        for conflict in _of_row(session, mutation.entity, mutation.entity_id) if base is not None else ():
            if base is None or conflict.field not in base.base or conflict.theirs == base.base[conflict.field]:
                continue
            if conflict.state == "answered":
                conflict.state, conflict.resolution = "open", ""
            conflict.theirs, conflict.theirs_rev = base.base[conflict.field], base.rev


def _of_row(session: Session, entity: str, row_id: str) -> list[ConflictRow]:
    return list(session.scalars(_OF_ROW, {"entity": entity, "row_id": row_id}))


def _settle(
    session: Session,
    earlier: list[OutboxRow],
    chain: list[OutboxRow],
    asked: list[ConflictRow],
    actor_id: str,
    now: datetime,
    instead: dict[str, Any],
) -> str | None:
    """End `chain` and queue in its place one change of what was chosen and of everything not in question. `instead` are
    fields of a row that is made again that it gets in place of its own."""
    entity, row_id, label = chain[0].entity, chain[0].entity_id, chain[0].label
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
    if whole is not None and whole.kind in ("delete_edit", "missing"):
        rows.remove(session, entity, row_id)
        session.flush()
        receipts.drop_base(session, entity, row_id)
        if takes_theirs or seen_by_me is None:
            return None
        values = {name: value for name, value in seen_by_me.items() if name not in HUB_KEEPS}
        edit = outbox.Edit(entity, row_id, "create", {**values, **instead})
        return outbox.submit(session, [edit], actor_id=actor_id, label=label, now=now)
    if theirs is not None:
        _show(session, entity, row_id, theirs, earlier)
        if kept is not None and (shown := rows.find(session, entity, row_id)) is not None:
            shown.seen_gen = max(shown.seen_gen, kept.seen_gen)
    if takes_theirs or rows.find(session, entity, row_id) is None:
        return None  # theirs stands, or I had deleted the row
    edit = outbox.Edit(entity, row_id, "delete") if wants_delete else outbox.Edit(entity, row_id, "patch", wanted)
    return outbox.submit(session, [edit], actor_id=actor_id, label=label, now=now)


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
