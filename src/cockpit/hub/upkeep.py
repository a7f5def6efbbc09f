"""What the hub lets go of: kept results, deletions and sign-ins older than the time a device may stay away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from cockpit.hub import cursors, families, revisions
from cockpit.storage.tables import ChangeRow, MutationResultRow, ScopeExitRow, TombstoneRow

KEEP = timedelta(days=90)


def prune(session: Session, now: datetime, keep: timedelta = KEEP) -> int:
    """Forget what is older than `keep`; cursors from before it expire. Returns the number of deletions forgotten.

    Scope exits carry no time of their own: those before the newest forgotten deletion go with it.
    """
    revisions.lock(session)
    limit = now - keep
    session.execute(delete(MutationResultRow).where(col(MutationResultRow.created_at) < limit))
    families.prune(session, limit)
    old = col(TombstoneRow.deleted_at) < limit
    newest = session.exec(select(func.max(TombstoneRow.rev)).where(old)).one()
    if newest is None:
        return 0
    stones = session.exec(select(TombstoneRow).where(old)).all()
    for stone in stones:
        key = (col(ChangeRow.entity) == stone.entity, col(ChangeRow.entity_id) == stone.id)
        session.execute(delete(ChangeRow).where(*key, col(ChangeRow.op) == "delete"))
        session.delete(stone)
    session.execute(delete(ScopeExitRow).where(col(ScopeExitRow.rev) <= newest))
    cursors.forget_before(session, newest)
    return len(stones)
