"""Revisions: one ascending number for the whole hub, given in commit order.

On SQLite a write transaction is alone anyway; on PostgreSQL an advisory lock held to the end of the
transaction keeps a later number from being committed first, so that a cursor can never skip a row.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from cockpit.storage import meta

_LOCK = 0x436F636B
_ALONE = text("SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(:key)")
_KEY = "head_rev"
_HELD = "cockpit_revisions_held"


def lock(session: Session) -> None:
    """Make this transaction the only writer until it ends. What it reads from here on is the newest state."""
    if session.get_bind().dialect.name != "postgresql":
        return
    transaction = session.get_transaction()
    if transaction is not None and session.info.get(_HELD) is transaction:
        return
    session.flush()
    session.execute(_ALONE, {"key": _LOCK})
    session.expire_all()
    session.info[_HELD] = session.get_transaction()


def take(session: Session, count: int = 1) -> int:
    """Reserve `count` consecutive revisions and return the first. Only inside `Database.write`."""
    lock(session)
    first = head(session) + 1
    meta.put(session, _KEY, str(first + count - 1))
    session.flush()
    return first


def head(session: Session) -> int:
    """The newest revision given, 0 for an empty hub."""
    return int(meta.get(session, _KEY, "0"))
