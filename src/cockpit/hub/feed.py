"""What changed since a cursor, in revision order, as far as the person may see it.

A page costs a fixed number of statements whatever it holds: the head, the feed, the tombstones, and one
per kind of row on the page. An idle call reads the end of one index. The caller's session reads one state of
the data throughout: a row that leaves the person's sight between two statements must not be sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, case, func, or_, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from cockpit.hub import cursors, revisions, visibility
from cockpit.hub.cursors import Cursor, Signer
from cockpit.hub.store import EVERYBODY
from cockpit.hub.tokens import Actor
from cockpit.storage.records import to_wire_plainly, travelling, wire_value
from cockpit.storage.tables import SYNCED, ChangeRow, ScopeExitRow, TombstoneRow

PAGE = 500
PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` are JSON."""

    rows: list[bytes]
    deleted: list[dict[str, Any]]
    next_cursor: str
    more: bool
    remaining_estimate: int


def changes(session: Session, actor: Actor, sign: Signer, token: str, limit: int = PAGE) -> Page:
    """The page after `token`. Raises Problem: bad-cursor, cursor-expired, scope-changed."""
    head = revisions.head(session)
    cursor = cursors.read(session, sign, token, head)
    visible = visibility.seen_by(actor, ChangeRow.owner_id, ChangeRow.account_id)
    mine = case((or_(visible, _left(actor, cursor.floor)), 1), else_=0)
    # As a CASE the condition offers no index of its own, so that the planner walks the revisions and an
    # idle call does not gather every row the person may see.
    wanted = and_(col(ChangeRow.rev) > cursor.rev, mine == 1)
    found = _feed(session, wanted, visible, limit + 1)
    bodies = _bodies(session, actor, [entry for entry in found[:limit] if entry.seen and entry.op == "put"])
    fitting = _fitting(found[:limit], bodies)
    more = fitting < len(found)
    found = found[:fitting]
    left = cursor.left
    if more and left is None:
        left = session.execute(select(func.count()).select_from(ChangeRow).where(wanted)).scalar_one()
    rest = max(left - len(found), 1) if more and left is not None else 0
    last = found[-1].rev if found else cursor.rev
    end = max(head, last)
    following = Cursor(last, cursor.floor, rest) if more else Cursor(end, end)
    return Page(
        rows=[bodies[entry.rev] for entry in found if entry.rev in bodies],
        deleted=_deleted(session, [entry for entry in found if not entry.seen or entry.op == "delete"]),
        next_cursor=cursors.write(sign, following),
        more=more,
        remaining_estimate=rest,
    )


def _left(actor: Actor, floor: int) -> ColumnElement[bool]:
    """Rows that went out of sight since the feed was last drained."""
    people = sorted({*(actor.visible or ()), EVERYBODY})
    exits = and_(col(ScopeExitRow.person_id).in_(people), col(ScopeExitRow.rev) > floor)
    itself = select(ScopeExitRow.entity, ScopeExitRow.entity_id).where(exits)
    accounts = select(ScopeExitRow.entity_id).where(exits, col(ScopeExitRow.entity) == "account")
    return or_(
        tuple_(col(ChangeRow.entity), col(ChangeRow.entity_id)).in_(itself), col(ChangeRow.account_id).in_(accounts)
    )


def _feed(
    session: Session, wanted: ColumnElement[bool], visible: ColumnElement[bool], limit: int
) -> Sequence[Row[Any]]:
    seen = case((visible, 1), else_=0).label("seen")
    place = (col(ChangeRow.rev), col(ChangeRow.entity), col(ChangeRow.entity_id), col(ChangeRow.op))
    statement = select_columns(*place, seen)
    return session.execute(statement.where(wanted).order_by(col(ChangeRow.rev)).limit(limit)).all()


def _bodies(session: Session, actor: Actor, entries: Sequence[Row[Any]]) -> dict[int, bytes]:
    """Full rows as JSON by their place in the feed."""
    found: dict[int, bytes] = {}
    connection = session.connection()
    for entity in {entry.entity for entry in entries}:
        table = SYNCED[entity]
        places = {entry.entity_id: entry.rev for entry in entries if entry.entity == entity}
        wanted = select_columns(*travelling(entity, connection.dialect.name)).where(col(table.id).in_(places))
        for row in connection.execute(wanted):
            data = visibility.redact(actor, entity, to_wire_plainly(entity, row))
            found[places[data["id"]]] = as_json({"entity": entity, "data": data})
    return found


def _fitting(entries: Sequence[Row[Any]], bodies: Mapping[int, bytes]) -> int:
    """How many entries fit into PAGE_BYTES, at least one."""
    size = 0
    for number, entry in enumerate(entries):
        size += len(bodies.get(entry.rev, b""))
        if size > PAGE_BYTES and number:
            return number
    return len(entries)


def as_json(value: object) -> bytes:
    return msgspec.json.encode(value)


def _deleted(session: Session, entries: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    keys = [(entry.entity, entry.entity_id) for entry in entries if entry.seen]
    stones = {}
    if keys:
        where = tuple_(col(TombstoneRow.entity), col(TombstoneRow.id)).in_(keys)
        stones = {(stone.entity, stone.id): stone for stone in session.exec(select(TombstoneRow).where(where))}
    answer = []
    for entry in entries:
        stone = stones.get((entry.entity, entry.entity_id))
        answer.append(
            {
                "entity": entry.entity,
                "id": entry.entity_id,
                "rev": entry.rev,
                "deleted_at": wire_value(stone.deleted_at) if stone else None,
                "by_id": stone.by_id if stone else None,
                "reason": "deleted" if entry.seen else "scope",
                "merged_into": stone.merged_into if stone else None,
            }
        )
    return answer
