"""Conflicts as they are asked: opened with both values, held and kept fresh until a person answers (`answers`).

A conflict keeps its mutation, and with it the later ones of that row, out of the push. The row goes on
showing my value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from cockpit.storage import meta
from cockpit.storage.tables import ConflictRow, OutboxRow, SyncBaseRow, SyncedRow, TombstoneRow
from cockpit.sync import chains, outbox, receipts

UNKNOWN = frozenset({"missing", "not-found"})
"""Problem types that say that the hub does not know the row: one restored from a backup has lost it until its maker
sends it again."""


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
    found = next((one for one in of_row(session, mutation.entity, mutation.entity_id) if one.field == field), None)
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
    if theirs_by or found.theirs != theirs:  # another value has another writer: the log tells where the hub did not
        found.theirs_by, found.theirs_at = theirs_by, theirs_at
    found.kind, found.theirs, found.theirs_rev = kind, theirs, theirs_rev
    chains.mark(session)
    return found


def _hold(session: Session, mutation: OutboxRow, question: ConflictRow, base: Any) -> None:
    """Put a change under a question that is asked already: it stands on the first of those it is about."""
    if question.mutation_id == mutation.mutation_id:
        mutation.status = "conflict"
        return
    other = change_in_question(session, question)
    if other is not None and (other.seq or 0) < (mutation.seq or 0):
        _let_follow(session, mutation)
        return
    question.mutation_id, question.base = mutation.mutation_id, base
    mutation.status = "conflict"
    if other is not None:
        _let_follow(session, other)


def ask_once(session: Session, question: ConflictRow, now: datetime) -> None:
    """A question that is asked again takes in one of the same field that was asked meanwhile: its values are newer."""
    for other in of_row(session, question.entity, question.entity_id):
        if other.id == question.id or not question.field or other.field != question.field:
            continue
        question.mine, question.theirs, question.theirs_rev = other.mine, other.theirs, other.theirs_rev
        question.theirs_by, question.theirs_at = other.theirs_by, other.theirs_at
        is_open = "open" in (question.state, other.state)
        question.state, question.resolution = ("open", "") if is_open else (other.state, other.resolution)
        other.state, other.resolution, other.resolved_at = "closed", "row", now
        held = change_in_question(session, other)
        if held is not None:
            _hold(session, held, question, other.base)
            chains.mark(session)


def _close_fields(session: Session, mutation: OutboxRow, now: datetime) -> OutboxRow:
    """Ask about the row instead of its fields; the first of the changes that were in question, `mutation` included."""
    queued = receipts.queued_of(session, mutation.entity, mutation.entity_id)
    questions = of_row(session, mutation.entity, mutation.entity_id)
    asked = {question.mutation_id for question in questions if question.field}
    first = next(one for one in queued if one.mutation_id in asked or one.mutation_id == mutation.mutation_id)
    for question in questions:
        if question.field:
            question.state, question.resolution, question.resolved_at = "closed", "row", now
    for other in queued:
        if other.status == "conflict" and other is not first:
            _let_follow(session, other)
    return first


def change_in_question(session: Session, question: ConflictRow) -> OutboxRow | None:
    """The queued change that a question stands on."""
    return session.scalars(_BY_ID, {"mutation_id": question.mutation_id}).first()


def whole_row_in_question(session: Session, entity: str, row_id: str) -> bool:
    """True while it is asked what becomes of the row itself, not of a field."""
    return _whole_question(session, entity, row_id) is not None


def is_asked(session: Session, entity: str, row_id: str, field: str) -> bool:
    """True while a field is in question: its row shows my last word."""
    return any(one.field == field for one in of_row(session, entity, row_id))


def asks_whether_gone(session: Session, entity: str, row_id: str) -> bool:
    """True while it is asked what becomes of my work on a row that is not at the hub any more."""
    question = _whole_question(session, entity, row_id)
    return question is not None and question.kind != "edit_delete"


def is_gone(session: Session, row: SyncedRow, entity: str) -> bool:
    """True when only my work kept the row here: the hub has deleted it, or the last full load did not bring it."""
    if session.get(TombstoneRow, (entity, row.id)) is not None or asks_whether_gone(session, entity, row.id):
        return True
    found = meta.get_all(session, ("generation", "complete"))
    was_brought = row.seen_gen > 0  # a row shown again from its base has no stamp of its own
    return was_brought and found.get("complete") == "1" and row.seen_gen < int(found.get("generation", "0"))


def _whole_question(session: Session, entity: str, row_id: str) -> ConflictRow | None:
    return next((one for one in of_row(session, entity, row_id) if not one.field), None)


def _let_follow(session: Session, mutation: OutboxRow) -> None:
    """What was asked of `mutation` is asked of another of its row: it is held behind that one, unless more is asked."""
    session.flush()
    left = session.scalars(_OF_MUTATIONS, {"ids": [mutation.mutation_id]}).first()
    if left is not None:
        mutation.status = "conflict"
    else:
        _free(mutation)


def _free(mutation: OutboxRow) -> None:
    """Nothing is asked of it any more. The hub did not take it as it did before: it keeps its place in its row."""
    mutation.status, mutation.is_again = "pending", False


def pass_on(session: Session, gone: Sequence[OutboxRow], staying: Sequence[OutboxRow], now: datetime) -> None:
    """While `gone` are taken back: what is asked about the row itself is asked about a later change of it. That they
    changed what I deleted is no question any more without the deletion: the hub says what is one about a field."""
    question = _whole_question(session, staying[0].entity, staying[0].entity_id)
    if question is None:
        return
    if question.kind == "edit_delete":
        if all(mutation.op != "delete" for mutation in staying):
            ask_no_more(session, staying, "undone", now)
    elif question.mutation_id in {mutation.mutation_id for mutation in gone}:
        question.mutation_id, question.mine = staying[0].mutation_id, staying[0].patch
        staying[0].status = "conflict"


def close_all(session: Session, mutation_ids: Sequence[str], resolution: str, now: datetime) -> None:
    """Close the conflicts of mutations that ended in another way."""
    for conflict in session.scalars(_OF_MUTATIONS, {"ids": mutation_ids}):
        conflict.state, conflict.resolution, conflict.resolved_at = "closed", resolution, now


def ask_no_more(session: Session, queued: Sequence[OutboxRow], resolution: str, now: datetime) -> None:
    """Close what is asked about these changes of a row; they wait for the hub's word instead."""
    asked = [mutation for mutation in queued if mutation.status == "conflict"]
    close_all(session, [mutation.mutation_id for mutation in asked], resolution, now)
    for mutation in asked:
        _free(mutation)
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
            _free(mutation)
            freed = True
    if freed:
        session.flush()
        chains.mark(session)


def refresh(session: Session, held: Sequence[OutboxRow]) -> None:
    """Questions about a field show what was received last, also where the row would merge by itself by now: an answer
    goes on top of it. One that was given to another value is asked again."""
    for mutation in held:
        base = session.get(SyncBaseRow, (mutation.entity, mutation.entity_id))
        for conflict in of_row(session, mutation.entity, mutation.entity_id) if base is not None else ():
            if base is None or conflict.field not in base.base or conflict.theirs == base.base[conflict.field]:
                continue
            if conflict.state == "answered":
                conflict.state, conflict.resolution = "open", ""
            conflict.theirs, conflict.theirs_rev = base.base[conflict.field], base.rev
            conflict.theirs_by = conflict.theirs_at = None


def of_row(session: Session, entity: str, row_id: str) -> list[ConflictRow]:
    """What is asked about a row and its fields, or answered and waiting for others of its row."""
    return list(session.scalars(_OF_ROW, {"entity": entity, "row_id": row_id}))
