"""What waits for what in the queue: the changes of one row in their order, and a row before what names it.

A change that is held (in conflict, or parked) holds every later change of its row and everything that
depends on it. Those are marked blocked, so that screens and proofs can say so, and freed with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from cockpit.storage.rows import beside
from cockpit.storage.tables import OutboxRow
from cockpit.sync import policy

HELD = ("conflict", "parked")


class Link(NamedTuple):
    """What the order of the queue is worked out from."""

    mutation_id: str
    entity: str
    entity_id: str
    depends_on: str | None
    status: str
    attempts: int
    next_try_at: datetime | None
    is_again: bool


_LINKS = select(*[getattr(OutboxRow, name) for name in Link._fields]).order_by(col(OutboxRow.seq))
_IS_AHEAD = ((col(OutboxRow.entity) == bindparam("entity")) & (col(OutboxRow.entity_id) == bindparam("row_id"))) | (
    col(OutboxRow.mutation_id) == bindparam("depends_on")
)
_HELD_AHEAD = (
    select(col(OutboxRow.mutation_id)).where(_IS_AHEAD, col(OutboxRow.status).in_((*HELD, "blocked"))).limit(1)
)


def mark(session: Session) -> None:
    """Set and lift `blocked` on the whole queue, as its heads are now."""
    links = _links(session)
    behind = set(_behind(links, [link.mutation_id for link in links if link.status in HELD]))
    for status, ids in (
        ("blocked", [link.mutation_id for link in links if link.status == "pending" and link.mutation_id in behind]),
        (
            "pending",
            [link.mutation_id for link in links if link.status == "blocked" and link.mutation_id not in behind],
        ),
    ):
        if ids:
            session.execute(update(OutboxRow).where(col(OutboxRow.mutation_id).in_(ids)).values(status=status))


def is_unanswered(mutation: OutboxRow) -> bool:
    """True when a change was sent and its answer has not come: the hub may have it, and says itself what it met."""
    return mutation.attempts > 0 and mutation.status not in HELD


def is_behind(session: Session, entity: str, row_id: str, depends_on: str | None) -> bool:
    """True when a change that is queued now comes behind a held one."""
    asked = {"entity": entity, "row_id": row_id, "depends_on": depends_on or ""}
    return beside(session).execute(_HELD_AHEAD, asked).first() is not None


def ready(session: Session, now: datetime) -> list[Link]:
    """What may go now, in order. One that waits for its time holds what is behind it too."""
    links = _links(session)
    due = {link.mutation_id for link in links if link.status == "pending" and policy.is_due(link.next_try_at, now)}
    behind = set(_behind(links, [link.mutation_id for link in links if link.mutation_id not in due]))
    return [link for link in links if link.mutation_id in due and link.mutation_id not in behind]


def _links(session: Session) -> list[Link]:
    return [Link._make(row) for row in beside(session).execute(_LINKS)]


def _behind(links: Iterable[Link], held: Iterable[str]) -> Iterable[str]:
    """Those that come after a held one in its row, or depend on one, near or far."""
    ids, rows, rows_again = set(held), set[tuple[str, str]](), set[tuple[str, str]]()
    for link in links:
        key = (link.entity, link.entity_id)
        # one that the hub has had before passes what was never sent, and keeps its order among its like
        if key in (rows_again if link.is_again else rows) or link.depends_on in ids:
            yield link.mutation_id
            ids.add(link.mutation_id)
        if link.mutation_id in ids:
            rows.add(key)
            if link.is_again:
                rows_again.add(key)
