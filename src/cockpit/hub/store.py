"""The one way a row changes on the hub: the row, its revision, its place in the feed and its log entry together.

The caller holds a `Database.write` transaction. Everything a change brings along gets a revision of its
own: the log entry, the deal's stage change, and the whole subtree of an account that changes hands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import uuid_utils
from sqlalchemy import bindparam, delete, insert, inspect, update
from sqlmodel import Session, col, select

from cockpit.hub import revisions, visibility
from cockpit.storage import rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import (
    SYNCED,
    ChangeLogRow,
    ChangeRow,
    ScopeExitRow,
    StageChangeRow,
    SyncedRow,
    TombstoneRow,
)

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row. `values` are in wire form: all for a create, the changed ones for a patch."""

    entity: str
    id: str
    op: Literal["create", "patch", "delete"]
    values: Mapping[str, Any] = field(default_factory=dict)


def new_id() -> str:
    return str(uuid_utils.uuid7())


def apply(
    session: Session,
    change: Change,
    *,
    actor_id: str | None,
    recorded_at: datetime,
    mutation_id: str | None = None,
    occurred_at: datetime | None = None,
) -> SyncedRow | None:
    """Make `change` and return the row, None after a delete.

    `mutation_id` becomes the id of the log entry. `recorded_at` is when the hub learned of it,
    `occurred_at` (default the same) when it happened: the moment of a stage change.
    Raises KeyError for a patch of a row that is not here.
    """
    revisions.lock(session)
    row = rows.find(session, change.entity, change.id)
    if row is None and change.op == "patch":
        raise KeyError(f"{change.entity} {change.id}")
    seen = to_wire(row, change.entity) if row is not None else {}
    seers = _seers(session, change.entity, seen) if row is not None else set()
    log_id = mutation_id or new_id()
    log_rev = revisions.take(session, 2)  # the entry before its row: what is newer than a row's revision is unseen
    if change.op == "delete":
        if row is not None:
            _log(session, log_id, log_rev, change, seen, seen, {}, actor_id, recorded_at)
            _delete(session, change.entity, row, log_rev + 1, actor_id, recorded_at)
        return None
    changed = {name: value for name, value in change.values.items() if row is None or seen.get(name) != value}
    is_again = False
    if row is None or changed:
        row = rows.put(session, change.entity, {"id": change.id, **changed, "rev": log_rev + 1})
        session.flush()
        is_again = _lift(session, change.entity, change.id)
    assert row is not None
    after = to_wire(row, change.entity)
    before = {name: seen.get(name) for name in changed} if change.op == "patch" else {}
    told = changed if change.op == "patch" else {}
    _log(session, log_id, log_rev, change, after, before, told, actor_id, recorded_at)
    if changed or not seen:
        feed(session, change.entity, row)
    if change.op == "patch":
        _follow(session, change, row, seen, changed, actor_id, min(occurred_at or recorded_at, recorded_at))
        _exits(session, change.entity, change.id, seers, after)
    elif is_again and change.entity == "account":
        renew_subtree(session, change.id)
    session.flush()
    return row


def feed(session: Session, entity: str, row: SyncedRow, op: str = "put") -> None:
    """Move the row to its new revision's place in the feed."""
    account_id = getattr(row, "account_id", None)
    _place(session, entity, row.id, row.rev, op, row.owner_id, account_id)


def _place(
    session: Session, entity: str, row_id: str, rev: int, op: str, owner_id: str | None, account_id: str | None
) -> None:
    session.flush()
    key = (col(ChangeRow.entity) == entity, col(ChangeRow.entity_id) == row_id)
    session.execute(delete(ChangeRow).where(*key))
    values = {"rev": rev, "entity": entity, "entity_id": row_id, "op": op}
    session.execute(insert(ChangeRow).values(**values, owner_id=owner_id, account_id=account_id))


def _delete(session: Session, entity: str, row: SyncedRow, rev: int, actor_id: str | None, at: datetime) -> None:
    account_id = getattr(row, "account_id", None)
    owner_id = row.owner_id or visibility.account_owner(session, account_id)
    row_id = row.id
    rows.remove(session, entity, row_id)
    session.flush()
    _lift(session, entity, row_id)
    stone = TombstoneRow(
        entity=entity, id=row_id, rev=rev, deleted_at=at, by_id=actor_id, owner_id=owner_id, account_id=account_id
    )
    session.add(stone)
    _place(session, entity, row_id, rev, "delete", owner_id, account_id)


def _lift(session: Session, entity: str, row_id: str) -> bool:
    """A row that is here again has no tombstone; True when it had one."""
    stone = session.get(TombstoneRow, (entity, row_id))
    if stone is not None:
        session.delete(stone)
        session.flush()
    return stone is not None


def _log(
    session: Session,
    log_id: str,
    rev: int,
    change: Change,
    row: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    actor_id: str | None,
    at: datetime,
) -> None:
    entry = ChangeLogRow(
        id=log_id,
        rev=rev,
        owner_id=change.id if change.entity == "person" else row.get("owner_id"),
        account_id=change.id if change.entity == "account" else row.get("account_id"),
        entity=change.entity,
        entity_id=change.id,
        op=change.op,
        recorded_at=at,
        actor_id=actor_id,
        before=dict(before),
        after=dict(after),
    )
    session.add(entry)
    feed(session, "change_log", entry)


def _follow(
    session: Session,
    change: Change,
    row: SyncedRow,
    seen: Mapping[str, Any],
    changed: Mapping[str, Any],
    actor_id: str | None,
    at: datetime,
) -> None:
    """What a change brings along: a deal's stage history, an account's subtree."""
    if change.entity == "deal" and "stage_id" in changed and changed["stage_id"]:
        step = StageChangeRow(
            id=new_id(),
            rev=revisions.take(session),
            owner_id=row.owner_id,
            deal_id=row.id,
            account_id=getattr(row, "account_id", None),
            from_stage_id=seen.get("stage_id") or None,
            to_stage_id=changed["stage_id"],
            changed_at=at,
            by_id=actor_id,
        )
        session.add(step)
        feed(session, "stage_change", step)
    if change.entity == "account" and "owner_id" in changed:
        renew_subtree(session, row.id)


def renew_subtree(
    session: Session, account_id: str, *, moved_to: str | None = None
) -> list[tuple[str, str, str | None]]:
    """New revisions for everything of an account, so that its new owner, or who made it again, receives the history;
    `moved_to`: at that account.

    Returns entity, id and owner of each row.
    """
    session.flush()
    kept = (col(ChangeRow.account_id) == account_id, col(ChangeRow.op) == "put", col(ChangeRow.entity) != "account")
    places = select(ChangeRow.entity, ChangeRow.entity_id, ChangeRow.owner_id)
    children = [(row[0], row[1], row[2]) for row in session.execute(places.where(*kept).order_by(col(ChangeRow.rev)))]
    if not children:
        return []
    first = revisions.take(session, len(children))
    moves = [{"e": entity, "i": row_id, "r": first + n} for n, (entity, row_id, _owner) in enumerate(children)]
    connection = session.connection()
    new_place = {"account_id": moved_to} if moved_to else {}
    place = update(ChangeRow).where(col(ChangeRow.entity) == bindparam("e"), col(ChangeRow.entity_id) == bindparam("i"))
    connection.execute(place.values(rev=bindparam("r"), **new_place), moves)
    for entity in {move["e"] for move in moves}:
        table = inspect(SYNCED[str(entity)]).local_table
        stamp = update(table).where(table.c.id == bindparam("i")).values(rev=bindparam("r"), **new_place)
        connection.execute(stamp, [{"i": move["i"], "r": move["r"]} for move in moves if move["e"] == entity])
    session.expire_all()
    return children


def _seers(session: Session, entity: str, row: Mapping[str, Any]) -> set[str]:
    """The people a row is shown to by itself: its owner and the owner of its account."""
    owner = row.get("owner_id")
    account_owner = visibility.account_owner(session, row.get("account_id"))
    found = {person for person in (owner, account_owner) if person}
    return found or {EVERYBODY}


def _exits(session: Session, entity: str, row_id: str, seers: set[str], after: Mapping[str, Any]) -> None:
    """Keep who no longer sees the row, at the newest revision of this change."""
    gone = seers - _seers(session, entity, after)
    for person_id in sorted(gone):
        rev = revisions.head(session)
        session.add(ScopeExitRow(rev=rev, person_id=person_id, entity=entity, entity_id=row_id))
