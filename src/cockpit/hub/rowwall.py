"""PostgreSQL's own row level security, behind the filter of the API: a query that forgets the filter still gets nothing.

What a person reads is read in a role that owns nothing, under policies that say the same as `visibility.seen_by`; who
may be seen is set for the one transaction. Writing judges rows the person may not see, and stays with the owner's role.
The feed and the tombstones hold ids alone, and tell what left somebody's sight: they have no policy.
"""

from __future__ import annotations

import logging

from sqlalchemy import exc, text
from sqlmodel import Session

from cockpit.hub.tokens import Actor
from cockpit.storage.tables import SYNCED

ROLE = "cockpit_reader"
_POLICY = "seen_1"
"""Of this wording: another wording needs another name."""

_ALSO_READ = ("change", "tombstone", "scope_exit", "meta", "alembic_version")
# As sub-selects both are looked up once a query, not once a row.
_PEOPLE = r"(SELECT string_to_array(current_setting('cockpit.people', true), E'\x1f'))::text[]"
_ALL = "(SELECT coalesce(current_setting('cockpit.sees_all', true), '')) = 'yes'"
_MAKE_ROLE = f"""
DO $$ BEGIN
    IF to_regrole('{ROLE}') IS NULL THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
_TAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN GRANT {ROLE} TO CURRENT_USER; END IF;
END $$
"""
_STANDING = text(
    f"""
    SELECT to_regrole('{ROLE}') IS NOT NULL
        AND (SELECT count(*) FROM pg_policies WHERE policyname = '{_POLICY}' AND schemaname = current_schema()) = :count
    """
)
_LOOK_AS = text(
    f"SELECT set_config('role', '{ROLE}', true), set_config('cockpit.people', :people, true), "
    "set_config('cockpit.sees_all', :sees_all, true)"
)
log = logging.getLogger(__name__)


def build(session: Session) -> bool:
    """Put up the wall where it is missing. False on SQLite, and where the database's user may not make a role.

    An administrator of the server may make the role and grant it to the hub's user beforehand.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    if session.execute(_STANDING, {"count": len(SYNCED)}).scalar():
        return _may_enter(session)
    try:
        with session.begin_nested():
            for statement in (_MAKE_ROLE, _TAKE_ROLE, *_statements()):
                session.execute(text(statement))
    except exc.ProgrammingError as error:
        log.warning("no row level security: %s", type(error.orig).__name__)
        return False
    return _may_enter(session)


def look_as(session: Session, actor: Actor) -> None:
    """From here to the end of the transaction the session reads what `actor` may see."""
    values = {
        "people": "\x1f".join(sorted(actor.visible or ())),
        "sees_all": "yes" if actor.visible is None else "no",
    }
    session.execute(_LOOK_AS, values)


def _may_enter(session: Session) -> bool:
    """Whether the hub's user may take the role."""
    return bool(session.execute(text(f"SELECT pg_has_role(current_user, '{ROLE}', 'MEMBER')")).scalar())


def _statements() -> list[str]:
    grants = ", ".join(f'"{name}"' for name in (*SYNCED, *_ALSO_READ))
    found = [f"GRANT SELECT ON {grants} TO {ROLE}"]
    for entity in SYNCED:
        has_account = "account_id" in SYNCED[entity].model_fields
        found.append(f'ALTER TABLE "{entity}" ENABLE ROW LEVEL SECURITY')
        found.append(f'DROP POLICY IF EXISTS {_POLICY} ON "{entity}"')
        found.append(f'CREATE POLICY {_POLICY} ON "{entity}" FOR SELECT TO {ROLE} USING ({_seen(has_account)})')
    return found


def _seen(has_account: bool) -> str:
    """`visibility.seen_by` in the words of a policy."""
    mine = f"{_ALL} OR owner_id = ANY({_PEOPLE})"
    if not has_account:
        return f"{mine} OR owner_id IS NULL"
    theirs = f"account_id IN (SELECT a.id FROM account a WHERE a.owner_id = ANY({_PEOPLE}))"
    nobodys = "account_id IS NULL OR account_id IN (SELECT a.id FROM account a WHERE a.owner_id IS NULL)"
    return f"{mine} OR {theirs} OR (owner_id IS NULL AND ({nobodys}))"
