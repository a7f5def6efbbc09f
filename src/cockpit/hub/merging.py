"""Two accounts that are one customer: everything of the first moves to the second, and the first is gone for good.

One transaction: every row that moves gets a new revision, the tombstone names the account it became part of, and
what a device still sends for the first is hung on the second.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from cockpit.hub import revisions, store, visibility
from cockpit.hub.problems import Problem
from cockpit.hub.store import Change
from cockpit.hub.tokens import PLAN, Actor
from cockpit.storage.records import to_wire
from cockpit.storage.tables import (
    AccountRow,
    ActivityRow,
    ContactRow,
    DealRow,
    MilestoneDoneRow,
    OpeningWindowRow,
    ScopeExitRow,
    TombstoneRow,
)

_MOVED: tuple[Any, ...] = (ContactRow, DealRow, MilestoneDoneRow, ActivityRow)


def merge(
    session: Session, actor: Actor, source_id: str, target_id: str, etag: str | None, now: datetime
) -> AccountRow:
    """Move everything of one account to another and delete it; the other one, as it is then.

    Once more it changes nothing. Only inside `Database.write`. Raises Problem.
    """
    revisions.lock(session)
    if actor.is_admin or PLAN in actor.scopes:
        source, target = _seen(session, actor, source_id), _seen(session, actor, target_id)
    else:
        raise Problem("permission", "a lead decides which accounts are one")
    stone = session.get(TombstoneRow, ("account", source_id))
    if source is None and target is not None and stone is not None and stone.merged_into == target_id:
        return target
    if source is None:
        raise Problem("missing")
    if target is None or source is target:
        raise Problem("missing-parent", "the other account is not here", field="into")
    if not etag:
        raise Problem("if-match-missing")
    if etag != f'"{source.rev}"':
        raise Problem("stale", rev=source.rev)
    if not actor.is_admin and not {source.owner_id, target.owner_id} <= actor.writable:
        raise Problem("permission", "the account is not yours")
    _move(session, actor, source, target, now)
    store.apply(session, Change("account", source_id, "delete"), actor_id=actor.person_id, recorded_at=now)
    gone = session.get(TombstoneRow, ("account", source_id))
    assert gone is not None
    gone.merged_into = target_id
    session.flush()
    session.refresh(target)
    return target


def _seen(session: Session, actor: Actor, account_id: str) -> AccountRow | None:
    account = session.get(AccountRow, account_id)
    if account is None or not visibility.can_see(session, actor, to_wire(account, "account")):
        return None
    return account


def _move(session: Session, actor: Actor, source: AccountRow, target: AccountRow, now: datetime) -> None:
    source_id, target_id, before, after = source.id, target.id, source.owner_id, target.owner_id
    has_windows = _ids(session, OpeningWindowRow, target_id)
    for row_id in _ids(session, OpeningWindowRow, source_id):  # one customer has one set of opening hours
        values: dict[str, Any] = {} if has_windows else {"account_id": target_id}
        change = Change("opening_window", row_id, "delete" if has_windows else "patch", values)
        store.apply(session, change, actor_id=actor.person_id, recorded_at=now)
    for table in _MOVED:
        for row_id in _ids(session, table, source_id):
            change = Change(str(table.__tablename__), row_id, "patch", {"account_id": target_id})
            store.apply(session, change, actor_id=actor.person_id, recorded_at=now)
    history = store.renew_subtree(session, source_id, moved_to=target_id)
    if before == after or not history:
        return
    rev = revisions.head(session)
    for entity, row_id, owner_id in history:
        person_id = before or (None if owner_id else store.EVERYBODY)
        if person_id is not None and person_id != owner_id:
            session.add(ScopeExitRow(rev=rev, person_id=person_id, entity=entity, entity_id=row_id))


def _ids(session: Session, table: Any, account_id: str) -> list[str]:
    return list(session.exec(select(table.id).where(table.account_id == account_id).order_by(table.id)).all())
