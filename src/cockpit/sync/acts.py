"""Answers to conflicts, discards and retries: acts on queued changes. What they changed is kept, so that undo can bring
it back.

Kept in `meta` under the act's action id, until it is undone or as old as a receipt may be.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cockpit.storage import meta, rows
from cockpit.storage.records import to_wire, wire_value
from cockpit.storage.tables import ConflictRow, OutboxDoneRow, OutboxRow, SyncBaseRow, TombstoneRow
from cockpit.sync import chains, outbox, policy, receipts

_KEY = "act:"
_MOMENTS = ("occurred_at", "next_try_at")


@dataclass(frozen=True, slots=True)
class Act:
    """`ended` are the whole queue entries, oldest first; `questions` the conflicts as (id, state, resolution) before.

    `shown` is the row in question as it was shown, for one that is gone since; None where nothing was. `is_retry` marks
    one that ended nothing: it put what is in `ended` back in the queue.
    """

    label: str
    entity: str
    id: str
    ended: tuple[dict[str, Any], ...]
    questions: tuple[tuple[str, str, str], ...]
    shown: dict[str, Any] | None
    is_retry: bool = False
    replaced_by: str = ""
    """Of a retry with other values: the change that took the place of the refused one."""
    rest: tuple[Act, ...] = ()
    """Other rows that the same key press was about."""


def before(
    session: Session,
    label: str,
    ended: Sequence[OutboxRow],
    questions: Sequence[ConflictRow],
    entity: str,
    row_id: str,
    *,
    is_retry: bool = False,
    replaced_by: str = "",
) -> Act:
    """What an act is about to end. Called while it is still there."""
    row = rows.find(session, entity, row_id)
    return Act(
        label=label,
        entity=entity,
        id=row_id,
        ended=tuple(
            {name: wire_value(getattr(mutation, name)) for name in OutboxRow.model_fields} for mutation in ended
        ),
        questions=tuple((conflict.id, conflict.state, conflict.resolution) for conflict in questions),
        shown=to_wire(row, entity) if row is not None and questions else None,
        is_retry=is_retry,
        replaced_by=replaced_by,
    )


def keep(session: Session, act: Act, action_id: str | None, now: datetime) -> str:
    """Keep an act for undo, under the action it queued or under one of its own; the action's id."""
    action = action_id or outbox.new_id()
    place, at = outbox.next_seq(session), receipts.by_hub(session, now).isoformat()
    meta.put(session, f"{_KEY}{action}", json.dumps({"place": place, "at": at, **_packed(act)}, ensure_ascii=False))
    return action


def _packed(act: Act) -> dict[str, Any]:
    return {
        "label": act.label,
        "entity": act.entity,
        "id": act.id,
        "ended": act.ended,
        "questions": act.questions,
        "shown": act.shown,
        "is_retry": act.is_retry,
        "replaced_by": act.replaced_by,
        "rest": [_packed(other) for other in act.rest],
    }


def places(session: Session) -> dict[str, int]:
    """Each kept act with its place among all that was done here."""
    return {action_id: int(json.loads(kept)["place"]) for action_id, kept in meta.starting(session, _KEY).items()}


def find(session: Session, action_id: str) -> Act | None:
    text = meta.get(session, f"{_KEY}{action_id}")
    return _unpacked(json.loads(text)) if text else None


def _unpacked(kept: dict[str, Any]) -> Act:
    return Act(
        label=kept["label"],
        entity=kept["entity"],
        id=kept["id"],
        ended=tuple(kept["ended"]),
        questions=tuple((str(one), str(state), str(answer)) for one, state, answer in kept["questions"]),
        shown=kept["shown"],
        is_retry=kept["is_retry"],
        replaced_by=kept.get("replaced_by", ""),
        rest=tuple(_unpacked(other) for other in kept.get("rest", ())),
    )


def forget(session: Session, action_id: str) -> None:
    meta.remove(session, f"{_KEY}{action_id}")


def prune(session: Session, now: datetime) -> None:
    """Forget acts whose receipts are forgotten too."""
    for action_id, kept in meta.starting(session, _KEY).items():
        if datetime.fromisoformat(json.loads(kept)["at"]) <= now - policy.KEEP_RECEIPTS:
            forget(session, action_id)


def as_seen_now(session: Session, act: Act) -> Act:
    """The act as it can be taken back. Of a row that has left my sight since it was asked about, nothing may be shown
    and nobody can be asked: what I typed waits for the hub's word. Called while the act still stands."""
    rest = tuple(as_seen_now(session, other) for other in act.rest)
    if not _left_my_sight(session, act):
        return replace(act, rest=rest)
    free = {"status": "pending", "is_again": False}
    ended = tuple({**kept, **free} if kept["status"] == "conflict" else kept for kept in act.ended)
    return replace(act, ended=ended, shown=None, rest=rest)


def _left_my_sight(session: Session, act: Act) -> bool:
    """True for a row that was shown beside a question about its fields, and is gone without a word about a deletion."""
    if act.shown is None or rows.find(session, act.entity, act.id) is not None:
        return False
    return not asked_about_row(session, act) and session.get(TombstoneRow, (act.entity, act.id)) is None


def asked_about_row(session: Session, act: Act) -> bool:
    """Whether what was answered was what becomes of the row itself."""
    return any(not question.field for question in questions_of(session, act))


def questions_of(session: Session, act: Act) -> list[ConflictRow]:
    """What an act answered, as it stands now."""
    found = (session.get(ConflictRow, conflict_id) for conflict_id, _state, _resolution in act.questions)
    return [conflict for conflict in found if conflict is not None]


def bring_back(session: Session, act: Act, *, actor_id: str) -> bool:
    """Queue what the act ended as it was, show it on its rows again and open its questions; False when nothing is left."""
    _show_newest_theirs(session, act)
    _keep_as_received(session, act)
    has_effect, my_words = False, _in_question(session, act)
    for kept in act.ended:
        mutation = queued_again(kept)
        shown = act.shown if mutation.entity_id == act.id else None
        was_unseen = bool(act.questions) and act.shown is None
        if _show_again(session, mutation, shown, my_words) or was_unseen:
            done = session.get(OutboxDoneRow, mutation.seq)
            if done is not None:
                session.delete(done)
                session.flush()
            session.add(mutation)
            outbox.log(session, mutation, actor_id)
            has_effect = True
    chains.mark(session)
    receipts.recount(session, {(kept["entity"], kept["entity_id"]) for kept in act.ended})
    for conflict_id, state, resolution in act.questions:
        conflict = session.get(ConflictRow, conflict_id)
        if conflict is not None and _is_held(session, conflict):
            has_effect = True
            if conflict.resolution == "edit" and resolution != "edit":
                conflict.mine = _shown_value(session, conflict)
            conflict.state, conflict.resolution, conflict.resolved_at = state, resolution, None
    for other in act.rest:
        has_effect |= bring_back(session, other, actor_id=actor_id)
    return has_effect


def _is_held(session: Session, conflict: ConflictRow) -> bool:
    """False when the change in question went its way since: an answer to another of its fields has taken it along."""
    if conflict.mutation_id is None:
        return True
    held = select(OutboxRow).where(
        col(OutboxRow.mutation_id) == conflict.mutation_id, col(OutboxRow.status) == "conflict"
    )
    return session.exec(held).first() is not None


def queued_again(kept: dict[str, Any]) -> OutboxRow:
    """A queue entry as an act has kept it."""
    return OutboxRow(**{**kept, **{name: _moment(kept[name]) for name in _MOMENTS}})


def park_again(session: Session, act: Act) -> bool:
    """Take back a retry; False when what it queued has been on its way since."""
    (kept,) = act.ended
    mutation = session.get(OutboxRow, kept["seq"])
    if mutation is None or (mutation.status, mutation.attempts) != ("pending", kept["attempts"]):
        return False
    mutation.status, mutation.error_type, mutation.error_text = kept["status"], kept["error_type"], kept["error_text"]
    chains.mark(session)
    return True


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _shown_value(session: Session, conflict: ConflictRow) -> Any:
    """My value of the field in question as its row shows it, in place of one typed for an answer that is taken back."""
    row = rows.find(session, conflict.entity, conflict.entity_id)
    return to_wire(row, conflict.entity).get(conflict.field) if row is not None else conflict.mine


def _show_newest_theirs(session: Session, act: Act) -> None:
    """The other side may have gone on since the answer: its value of today is what is in question."""
    row = rows.find(session, act.entity, act.id)
    if row is None or not act.ended:
        return
    base = session.get(SyncBaseRow, (act.entity, act.id))
    shown = to_wire(row, act.entity) if base is None else base.base  # with other work of mine on it the row shows that
    for conflict in questions_of(session, act):
        if conflict.field in shown and conflict.theirs != shown[conflict.field]:
            conflict.theirs, conflict.theirs_by, conflict.theirs_at = shown[conflict.field], None, None


def _keep_as_received(session: Session, act: Act) -> None:
    """Of a row that is gone since the answer, what the hub had last sent: what is shown again is mine, not theirs."""
    is_here = session.get(SyncBaseRow, (act.entity, act.id)) or rows.find(session, act.entity, act.id)
    if is_here or not act.ended or not act.shown or not act.shown["rev"]:
        return
    received = dict(act.shown)
    for kept in reversed(act.ended):
        if kept["entity_id"] == act.id and kept["op"] == "patch":
            received |= kept["base"]
    for conflict in questions_of(session, act):
        if conflict.field:
            received[conflict.field] = conflict.theirs
    session.add(
        SyncBaseRow(entity=act.entity, id=act.id, rev=received["rev"], base=received, seen_gen=_load_before(session))
    )
    session.flush()


def _load_before(session: Session) -> int:
    """The stamp of a row that the last full load did not bring; 0 where there was one load at most."""
    return max(0, int(meta.get(session, "generation", "0")) - 1)


def _in_question(session: Session, act: Act) -> dict[str, Any]:
    """My last word on each field in question, as the row showed it: a change the hub has by now may have said it."""
    fields = {conflict.field for conflict in questions_of(session, act)}
    return {name: value for name, value in (act.shown or {}).items() if name in fields}


def _show_again(session: Session, mutation: OutboxRow, shown: dict[str, Any] | None, my_words: dict[str, Any]) -> bool:
    """Apply a change to its row as when it was made; False for a correction of a row that is gone."""
    entity, row_id = mutation.entity, mutation.entity_id
    row = rows.find(session, entity, row_id)
    if row is None and mutation.op == "patch" and shown is None:
        return False
    if row is not None and row.rev > 0 and session.get(SyncBaseRow, (entity, row_id)) is None:
        session.add(
            SyncBaseRow(entity=entity, id=row_id, rev=row.rev, seen_gen=row.seen_gen, base=to_wire(row, entity))
        )
    if mutation.op == "delete":
        rows.remove(session, entity, row_id)
    else:
        gone = shown or {} if row is None else {}
        put = rows.put(session, entity, {**gone, "id": row_id, **_latest_word(session, mutation, my_words)})
        if gone.get("rev"):
            put.seen_gen = _load_before(session)
    session.flush()
    return True


def _latest_word(session: Session, mutation: OutboxRow, my_words: dict[str, Any]) -> dict[str, Any]:
    """What a change says of fields that no later one in the queue has changed again: those show the later value."""
    queued = receipts.queued_of(session, mutation.entity, mutation.entity_id)
    later = {name for other in queued if (other.seq or 0) > (mutation.seq or 0) for name in other.patch}
    return {name: my_words.get(name, value) for name, value in mutation.patch.items() if name not in later}
