"""Taking back the newest act of this device.

The rule: every `u` takes back the newest action that was not taken back yet, and so walks back through
what was done here; the undo itself is never undone. What was never sent is withdrawn with everything that
depends on it, as if it had not been. What the hub has, or may have (sent, answer unknown), is taken back
by an inverse change. A field that somebody changed since is left alone: that value is not mine to remove.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from cockpit.domain.merge import merge_field
from cockpit.i18n import _
from cockpit.storage import meta, rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import OutboxDoneRow, OutboxRow, SyncBaseRow, TombstoneRow
from cockpit.sync import acts, amending, answers, chains, conflicts, outbox, receipts

_MARK = "undo:"
_LET_GO = (
    update(OutboxRow).where(col(OutboxRow.depends_on).in_(bindparam("ids", expanding=True))).values(depends_on=None)
)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back. `has_effect` is False when everything in it was changed by others since."""

    action_id: str | None
    label: str
    entity: str
    id: str
    has_effect: bool
    is_open_again: bool = False
    """An answer was taken back: its conflict waits again."""


def undo_newest(session: Session, *, actor_id: str, now: datetime) -> Undone | None:
    """Take back the newest action, in the caller's write transaction. None when there is none."""
    action = _newest(session)
    if action is None:
        return None
    act = acts.find(session, action)
    if act is not None and act.is_retry:
        acts.forget(session, action)
        replaced = act.replaced_by and amending.take_back(session, act, actor_id=actor_id, now=now)
        if replaced or (not act.replaced_by and acts.park_again(session, act)):
            return Undone(None, act.label, act.entity, act.id, has_effect=True)
        return undo_newest(session, actor_id=actor_id, now=now)  # it went on its way: the change itself is next
    queued = list(session.exec(select(OutboxRow).where(OutboxRow.action_id == action).order_by(col(OutboxRow.seq))))
    acknowledged = session.exec(
        select(OutboxDoneRow)
        .where(OutboxDoneRow.action_id == action, col(OutboxDoneRow.result).in_(receipts.SENT))
        .order_by(col(OutboxDoneRow.seq))
    )
    sent = [*acknowledged, *(mutation for mutation in queued if not never_took_effect(mutation))]
    if act is not None:
        acts.forget(session, action)
        if not sent:
            return _bring_back(session, action, act, queued, actor_id, now)
    first = min([*queued, *sent], key=lambda mutation: mutation.seq or 0)
    label, entity, row_id = first.label, first.entity, first.entity_id
    withdrawn = with_dependants(session, [mutation for mutation in queued if never_took_effect(mutation)])
    withdraw(session, withdrawn, "undone", now)
    inverse = [edit for mutation in reversed(sent) if (edit := _inverse(session, mutation)) is not None]
    undoing = None
    if inverse:
        words = _("Undo: {label}").format(label=label)
        undoing = outbox.submit(session, inverse, actor_id=actor_id, label=words, now=now)
    meta.put(session, f"{_MARK}{action}", undoing or "-")
    return Undone(undoing, act.label if act else label, entity, row_id, bool(withdrawn) or undoing is not None)


def _bring_back(
    session: Session, action: str, act: acts.Act, queued: Sequence[OutboxRow], actor_id: str, now: datetime
) -> Undone:
    """Take back an answer or a discard of which the hub has nothing yet."""
    act = acts.as_seen_now(session, act)
    withdraw(session, with_dependants(session, queued), "undone", now)
    come_again = [one for one in (act, *act.rest) if _has_come_again(session, one)]
    has_effect = acts.bring_back(session, act, actor_id=actor_id)
    for one in (act, *act.rest):
        for question in acts.questions_of(session, one):
            if question.state != "closed":
                conflicts.ask_once(session, question, now)
        _ask_whether_gone(session, one, now)
    for one in come_again:
        conflicts.row_is_back(session, receipts.queued_of(session, one.entity, one.id), now)
    meta.put(session, f"{_MARK}{action}", "-")
    is_open = any(one.state == "open" for one in conflicts.of_row(session, act.entity, act.id))
    return Undone(None, act.label, act.entity, act.id, has_effect, is_open_again=bool(act.questions) and is_open)


def _ask_whether_gone(session: Session, act: acts.Act, now: datetime) -> None:
    """They have deleted the row since the answer: that is the question now, not what stands in its fields."""
    stone = session.get(TombstoneRow, (act.entity, act.id))
    queued = receipts.queued_of(session, act.entity, act.id)
    asks_of_fields = any(one.field for one in conflicts.of_row(session, act.entity, act.id))
    if stone is not None and asks_of_fields and queued[-1].op != "delete":
        conflicts.open_conflict(
            session,
            queued[0],
            now=now,
            kind="delete_edit",
            theirs_rev=stone.rev,
            theirs_by=stone.by_id,
            theirs_at=stone.deleted_at,
        )


def _has_come_again(session: Session, act: acts.Act) -> bool:
    """Whether a row that was thought gone when its question was answered is there from the hub now."""
    row, kept = rows.find(session, act.entity, act.id), session.get(SyncBaseRow, (act.entity, act.id))
    if row is None or not acts.asked_about_row(session, act) or conflicts.is_gone(session, row, act.entity):
        return False
    return row.rev > 0 or (kept is not None and kept.rev > 0)


def pass_over(session: Session, action_id: str) -> None:
    """Leave an action out of what `u` walks back through: no key was pressed for it."""
    meta.put(session, f"{_MARK}{action_id}", "-")


def never_took_effect(mutation: OutboxRow) -> bool:
    """True when the hub cannot have it: never on its way, or answered with no."""
    if mutation.status in ("parked", "conflict"):
        return mutation.error_type != "suspect"
    return mutation.status in ("pending", "blocked") and mutation.attempts == 0


def _newest(session: Session) -> str | None:
    marks = meta.starting(session, _MARK)
    done_with = {*marks, *marks.values()}
    places = acts.places(session)
    for statement in (
        select(OutboxRow.action_id, func.max(OutboxRow.seq)).group_by(col(OutboxRow.action_id)),
        select(OutboxDoneRow.action_id, func.max(OutboxDoneRow.seq))
        .where(col(OutboxDoneRow.result).in_(receipts.SENT))
        .group_by(col(OutboxDoneRow.action_id)),
    ):
        for action, place in session.exec(statement):
            places[action] = max(place or 0, places.get(action, 0))
    left = [(place, action) for action, place in places.items() if action not in done_with]
    return max(left)[1] if left else None


def with_dependants(session: Session, mutations: Iterable[OutboxRow]) -> list[OutboxRow]:
    """These mutations and everything queued that has no sense without them, in order.

    What was sent and not answered stays: the hub may have taken it all the same, and says so. Of a row that is not made
    that is its deletion alone, where the row was to come again: the hub takes the deletion of what was deleted before,
    and no other change of what is not there.
    """
    chosen = {mutation.mutation_id: mutation for mutation in mutations}
    if not chosen:
        return []
    # rows from where they are made on, and whether again: what came before was of the row as it had been
    made: dict[tuple[str, str], bool] = {}
    for mutation in session.exec(select(OutboxRow).order_by(col(OutboxRow.seq))):
        place = (mutation.entity, mutation.entity_id)
        is_unanswered = chains.is_unanswered(mutation)
        follows = mutation.depends_on in chosen and not is_unanswered
        is_left = mutation.op == "delete" and is_unanswered and made.get(place, False)
        is_of_it = place in made and not is_left
        if mutation.mutation_id in chosen or follows or is_of_it:
            chosen[mutation.mutation_id] = mutation
            if mutation.op == "create":
                was_deleted = session.get(TombstoneRow, place) is not None
                made[place] = was_deleted or receipts.was_there_before(session, mutation)
    return sorted(chosen.values(), key=lambda mutation: mutation.seq or 0)


def withdraw(session: Session, mutations: Sequence[OutboxRow], result: receipts.Result, now: datetime) -> None:
    """End mutations that never took effect and put their rows back to what they would be without them."""
    if not mutations:
        return
    by_row: dict[tuple[str, str], list[OutboxRow]] = {}
    for mutation in mutations:
        by_row.setdefault((mutation.entity, mutation.entity_id), []).append(mutation)
    for (entity, row_id), taken in by_row.items():
        _put_back(session, entity, row_id, taken, now)
    outbox.drop_provisional_log(session, mutations)
    conflicts.close_all(session, [mutation.mutation_id for mutation in mutations], result, now)
    receipts.end(session, mutations, result, now=now)
    session.execute(_LET_GO, {"ids": [mutation.mutation_id for mutation in mutations]})


def _put_back(session: Session, entity: str, row_id: str, taken: list[OutboxRow], now: datetime) -> None:
    kept = session.get(SyncBaseRow, (entity, row_id))
    if any(mutation.op == "create" for mutation in taken):
        rows.remove(session, entity, row_id)
        session.flush()
        if kept is not None and kept.rev > 0:  # the hub has a row of this id all the same
            received_row = rows.put(session, entity, kept.base)
            received_row.seen_gen = kept.seen_gen
            session.flush()
        return
    gone = {mutation.mutation_id for mutation in taken}
    staying = [m for m in receipts.queued_of(session, entity, row_id) if m.mutation_id not in gone]
    received: dict[str, Any] = dict(kept.base) if kept is not None else {}
    row = rows.find(session, entity, row_id)
    if row is not None and not staying and conflicts.is_gone(session, row, entity):
        rows.remove(session, entity, row_id)
        session.flush()
        return
    values: dict[str, Any] = {"id": row_id}
    if row is None:
        unsent = (dict(m.base) for m in taken if m.op == "delete" and not m.base.get("rev"))
        # one the hub gave, or was given, has left my sight when its base is gone
        values |= received or ({} if receipts.is_known(session, entity, row_id) else next(unsent, {}))
        if len(values) == 1 or (staying and staying[-1].op == "delete"):
            return
    else:
        for mutation in reversed(taken):
            values |= {name: received.get(name, seen) for name, seen in mutation.base.items()}
    for mutation in staying:
        values |= {name: value for name, value in mutation.patch.items() if name in values}
    values |= _my_words_before(session, taken, staying)
    if staying:
        conflicts.pass_on(session, taken, staying, now)
    restored = rows.put(session, entity, values)
    if kept is not None:
        restored.seen_gen = kept.seen_gen
    session.flush()


def _my_words_before(session: Session, taken: list[OutboxRow], staying: list[OutboxRow]) -> dict[str, Any]:
    """What the row showed of fields in question before `taken` changed them last: a change the hub has by now may have
    said it, later than those that are still queued."""
    held = {name: mutation.seq or 0 for mutation in staying for name in mutation.patch}
    words: dict[str, Any] = {}
    for mutation in reversed(taken):
        for name, seen in mutation.base.items() if mutation.op == "patch" else ():
            is_behind = held.get(name, mutation.seq or 0) < (mutation.seq or 0)
            if is_behind and conflicts.is_asked(session, mutation.entity, mutation.entity_id, name):
                words[name] = seen
    return words


def _inverse(session: Session, mutation: OutboxRow | OutboxDoneRow) -> outbox.Edit | None:
    """The edit that takes back a mutation the hub has; None when nothing of it is left to take back."""
    entity, row_id = mutation.entity, mutation.entity_id
    row = rows.find(session, entity, row_id)
    if mutation.op == "create":
        return outbox.Edit(entity, row_id, "delete") if row is not None else None
    if mutation.op == "delete":
        if row is not None:
            return None
        values = {name: value for name, value in mutation.base.items() if name not in answers.HUB_KEEPS}
        return outbox.Edit(entity, row_id, "create", values)
    if row is None:
        return None
    shown = to_wire(row, entity)
    values = {}
    for name, mine in mutation.patch.items():
        # back to what was there before, unless somebody else has changed it since
        merged = merge_field(entity, name, mine, mutation.base.get(name), shown.get(name))
        if not merged.is_conflict and merged.value != shown.get(name):
            values[name] = merged.value
    return outbox.Edit(entity, row_id, "patch", values) if values else None
