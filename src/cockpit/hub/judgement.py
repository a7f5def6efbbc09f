"""What a pushed change must pass before it is applied: its values, whose it is, what its writer saw.

The test is per field against the values the user saw, never only by revision: a device may have been
given a newer revision without its user having seen it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cockpit.domain.merge import merge_field
from cockpit.hub import backdate, intake, store, visibility
from cockpit.hub.problems import Problem
from cockpit.hub.store import Change
from cockpit.hub.tokens import Actor
from cockpit.hub.wire import FieldConflict, Mutation
from cockpit.i18n import N_
from cockpit.storage import rows
from cockpit.storage.records import column_types, to_wire
from cockpit.storage.tables import (
    ActivityRow,
    ChangeLogRow,
    ContactRow,
    DealRow,
    MilestoneDoneRow,
    MutationResultRow,
    OpeningWindowRow,
    SyncedRow,
    TombstoneRow,
)

PARENTS = {
    "account_id": "account",
    "deal_id": "deal",
    "contact_id": "contact",
    "funnel_id": "funnel",
    "stage_id": "stage",
    "product_id": "product",
}
"""Columns that name another row, and its kind."""

_TOGETHER: dict[str, tuple[type[SyncedRow], ...]] = {
    "account": (ContactRow, OpeningWindowRow),
    "deal": (MilestoneDoneRow,),
}
"""What is deleted with a row, because it has no sense of its own."""

_HOLDS: dict[str, tuple[tuple[Any, str], ...]] = {
    "account": ((DealRow, "account_id"), (ActivityRow, "account_id")),
    "deal": ((ActivityRow, "deal_id"),),
}
"""What keeps a row from being deleted."""

_MOST_MERGES = 20
"""Accounts followed from one that was merged into the next."""


@dataclass(frozen=True, slots=True)
class Push:
    """Who pushes, from which device, as of when, and how far back he may date it. `held`: a foreign CRM had the change from
    an earlier try, and what it says of these fields now is younger: a new row that is here already keeps them, and an edit
    of one that is neither as its writer saw it nor as he put it leaves it. `is_copy`: it came before, or is overtaken."""

    actor: Actor
    device_id: str
    now: datetime
    backdate_days: int | None = None
    held: frozenset[str] | None = None
    is_copy: bool = False


class Conflict(Exception):
    """The mutation meets a change its writer had not seen."""

    def __init__(self, type_: str, fields: list[FieldConflict], stone: TombstoneRow | None = None) -> None:
        super().__init__(type_)
        self.type = type_
        self.fields = fields
        self.stone = stone


class Later(Exception):
    """Something it depends on has not arrived."""


def refuse_missing_row(session: Session, push: Push, mutation: Mutation) -> None:
    """An edit of a deleted row is a conflict; to delete it once more changes nothing. Raises Conflict, Later, Problem."""
    stone = session.get(TombstoneRow, (mutation.entity, mutation.entity_id))
    if stone is not None and visibility.can_see(session, push.actor, stone.model_dump()):
        if mutation.op == "delete":
            return
        patch = intake.canonical(mutation.entity, mutation.patch)
        base = intake.canonical(mutation.entity, {name: mutation.base[name] for name in patch if name in mutation.base})
        fields = [FieldConflict(field=name, base=base.get(name), mine=patch[name]) for name in sorted(patch)]
        raise Conflict("deleted", fields, stone)
    if _is_awaited(session, mutation):
        raise Later
    raise Problem("missing", N_("the hub has no such row"))


def created(session: Session, push: Push, mutation: Mutation, row: SyncedRow | None) -> dict[str, Any]:
    """The values of a new row. Raises Problem, Later."""
    entity, actor = mutation.entity, push.actor
    if row is not None:
        raise Problem("unique", N_("a row with this id is there already"))
    values = intake.accept(entity, mutation.entity_id, mutation.patch, is_trusted=actor.is_admin)
    values = _completed(actor, entity, values)
    missing = intake.missing_columns(entity, values)
    if missing:
        raise Problem("validation", f"needed: {', '.join(missing)}", field=missing[0])
    stone = session.get(TombstoneRow, (entity, mutation.entity_id))
    before = stone.model_dump() if stone is not None else None
    reason = visibility.refusal(session, actor, entity, before, values)
    if reason:
        raise Problem("permission", reason)
    values = _rehung(session, actor, values)
    _need_parents(session, push, mutation, values)
    _refuse_backdated(session, push, mutation, {}, values)
    return values


def brought_back(session: Session, push: Push, mutation: Mutation, row: SyncedRow) -> dict[str, Any]:
    """What a new row says beside `push.held`, for one that is here already. Raises Problem."""
    entity, actor = mutation.entity, push.actor
    values = intake.accept(entity, mutation.entity_id, mutation.patch, is_trusted=actor.is_admin)
    theirs = to_wire(row, entity)
    mine = {name: value for name, value in values.items() if name not in (push.held or ())}
    _allow(session, actor, entity, theirs, {**theirs, **mine})
    return {name: value for name, value in mine.items() if theirs.get(name) != value}


def _completed(actor: Actor, entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A new row's values with what the token knows: whose it is and who did it."""
    owned = dict(values)
    if entity == "activity":
        owned.setdefault("rep_id", owned.get("owner_id") or actor.person_id)
        owned.setdefault("owner_id", owned["rep_id"])
        if owned["owner_id"] != owned["rep_id"]:
            raise Problem("validation", "owner_id is the rep who does it", field="owner_id")
    if entity not in visibility.ADMIN_ONLY and owned.get("owner_id") is None and not actor.is_admin:
        owned["owner_id"] = actor.person_id
    if "by_id" in column_types(entity) and not actor.is_admin:
        owned["by_id"] = actor.person_id
    return owned


def patched(session: Session, push: Push, mutation: Mutation, row: SyncedRow) -> dict[str, Any]:
    """The merged values that differ from the row. Raises Conflict, Problem, Later."""
    entity, actor = mutation.entity, push.actor
    mine = intake.accept(entity, mutation.entity_id, mutation.patch, is_trusted=actor.is_admin)
    if "by_id" in mine and not actor.is_admin:
        mine["by_id"] = actor.person_id
    theirs = to_wire(row, entity)
    _allow(session, actor, entity, theirs, {**theirs, **mine})
    mine = _rehung(session, actor, mine)
    base = intake.canonical(entity, {name: value for name, value in mutation.base.items() if name in mine})
    changed: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for name, value in mine.items():
        seen, stored = base.get(name), theirs.get(name)
        if name in (push.held or ()) and stored not in (seen, value):
            continue
        if (entity, name) in visibility.OWNER_FIELDS or entity == "person":
            is_conflict, merged = stored not in (seen, value), value
        else:
            is_same = stored in (seen, value) or _is_own_work(session, push, mutation, name)
            found = merge_field(entity, name, seen, value, stored, same_device=is_same)
            is_conflict, merged = found.is_conflict, found.value
        if is_conflict:
            conflicts.append(FieldConflict(field=name, base=seen, mine=value, theirs=stored))
        elif merged != stored:
            changed[name] = merged
    if conflicts:
        raise Conflict("changed", conflicts)
    _refuse_too_much(entity, row, changed)
    _need_parents(session, push, mutation, changed)
    _refuse_backdated(session, push, mutation, theirs, changed)
    return changed


def _refuse_too_much(entity: str, row: SyncedRow, changed: Mapping[str, Any]) -> None:
    """A merge of values that each fit may be more than fits."""
    intake.measure(entity, changed)
    extra = {name: value for name, value in changed.items() if name not in column_types(entity)}
    if extra and len(json.dumps({**row.extra, **extra})) > intake.EXTRA_BYTES:
        raise Problem("validation", "the unknown fields are too large")


def _refuse_backdated(
    session: Session, push: Push, mutation: Mutation, before: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    if not push.actor.is_admin:
        entity, row_id = mutation.entity, mutation.entity_id
        backdate.refuse(session, entity, row_id, before, values, push.now, push.backdate_days)


def _allow(session: Session, actor: Actor, entity: str, before: dict[str, Any], after: dict[str, Any] | None) -> None:
    reason = visibility.refusal(session, actor, entity, before, after)
    if reason:
        raise Problem("permission", reason)
    if entity == "activity" and after is not None:
        whose = after["owner_id"], after["rep_id"]
        if whose != (before["owner_id"], before["rep_id"]) and whose[0] != whose[1]:
            raise Problem("validation", "owner_id is the rep who does it", field="owner_id")


def _rehung(session: Session, actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """`values` with an account that was merged into another replaced by that one.

    Who saw the first may hang his work on the second, whoever owns it: he could not know.
    """
    account_id = values.get("account_id")
    if not account_id or rows.find(session, "account", account_id) is not None:
        return values
    stone = session.get(TombstoneRow, ("account", account_id))
    if stone is None or stone.merged_into is None or not visibility.can_see(session, actor, stone.model_dump()):
        return values
    target: str | None = stone.merged_into
    for _step in range(_MOST_MERGES):
        if target is None or rows.find(session, "account", target) is not None:
            break
        stone = session.get(TombstoneRow, ("account", target))
        target = stone.merged_into if stone is not None else None
    return {**values, "account_id": target} if target else values


def _is_own_work(session: Session, push: Push, mutation: Mutation, name: str) -> bool:
    """True when every change of the field since the user looked came from this device."""
    entries = entries_since(session, mutation)
    touched = [entry.id for entry in entries if name in entry.after]
    if not touched:
        return False
    kept = session.exec(
        select(MutationResultRow.mutation_id).where(
            col(MutationResultRow.mutation_id).in_(touched), MutationResultRow.device_id == push.device_id
        )
    ).all()
    return len(kept) == len(touched)


def entries_since(session: Session, mutation: Mutation) -> list[ChangeLogRow]:
    """Log entries of the row that are newer than what the user saw, oldest first."""
    where = (
        ChangeLogRow.entity == mutation.entity,
        ChangeLogRow.entity_id == mutation.entity_id,
        col(ChangeLogRow.rev) > mutation.base_rev,
    )
    return list(session.exec(select(ChangeLogRow).where(*where).order_by(col(ChangeLogRow.rev))))


def may_delete(session: Session, push: Push, mutation: Mutation, row: SyncedRow) -> None:
    """Raises Conflict for a row that is not as it was seen, Problem when it may not or cannot go."""
    entity = mutation.entity
    theirs = to_wire(row, entity)
    _allow(session, push.actor, entity, theirs, None)
    if mutation.base:
        known = {name: value for name, value in mutation.base.items() if name in theirs and name != "rev"}
        base = intake.canonical(entity, known)
        differing = [name for name in sorted(base) if base[name] != theirs[name]]
    else:
        differing = ["rev"] if row.rev != mutation.base_rev else []
        base = {"rev": mutation.base_rev}
    if differing:
        fields = [FieldConflict(field=name, base=base[name], theirs=theirs[name]) for name in differing]
        raise Conflict("changed", fields)
    for table, column in _HOLDS.get(entity, ()):
        if session.exec(select(table.id).where(getattr(table, column) == row.id).limit(1)).first() is not None:
            raise Problem("in-use", N_("it has deals or activities"))


def delete_together(session: Session, push: Push, mutation: Mutation) -> None:
    """Delete what has no sense without the row."""
    column = f"{mutation.entity}_id"
    for table in _TOGETHER.get(mutation.entity, ()):
        for row_id in session.exec(select(table.id).where(getattr(table, column) == mutation.entity_id)).all():
            change = Change(str(table.__tablename__), row_id, "delete")
            store.apply(session, change, actor_id=push.actor.person_id, recorded_at=push.now)


def _need_parents(session: Session, push: Push, mutation: Mutation, values: Mapping[str, Any]) -> None:
    """Every row that `values` names is here, and seen by who names it. Raises Later, or Problem missing-parent.

    An account is the one exception: `visibility.refusal` has judged it, and a merge may have put it there.
    """
    for name, entity in PARENTS.items():
        parent_id = values.get(name)
        if not parent_id:
            continue
        parent = rows.find(session, entity, parent_id)
        if parent is None and _is_awaited(session, mutation):
            raise Later
        is_seen = parent is not None and (
            entity == "account" or visibility.can_see(session, push.actor, to_wire(parent, entity))
        )
        if not is_seen:
            raise Problem("missing-parent", f"{name} {parent_id} is not here", field=name)


def _is_awaited(session: Session, mutation: Mutation) -> bool:
    """True while the mutation it depends on has not been applied. Results are kept for a time, the log for good."""
    name = mutation.depends_on
    if not name:
        return False
    return session.get(MutationResultRow, name) is None and session.get(ChangeLogRow, name) is None
