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
    forgotten = session.exec(select(func.count()).select_from(TombstoneRow).where(old)).one()
    told = select(TombstoneRow.rev).where(old)
    session.execute(delete(ChangeRow).where(col(ChangeRow.op) == "delete", col(ChangeRow.rev).in_(told)))
    session.execute(delete(TombstoneRow).where(old))
    session.execute(delete(ScopeExitRow).where(col(ScopeExitRow.rev) <= newest))
    cursors.forget_before(session, newest)
    return forgotten
