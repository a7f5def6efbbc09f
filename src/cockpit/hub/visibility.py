"""Who sees which row, and who may change it.

A rep sees the rows of accounts he owns and everything that is his own; a lead those of all people of his
team, a region head of everyone below. Rows with neither owner nor account are everybody's, and so are the
rows of an account that nobody owns. The rule exists twice, as a condition of SQL and for one row in hand;
a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import Session, col, select

from cockpit.domain.targets import may_set
from cockpit.hub import tokens
from cockpit.hub.tokens import Actor
from cockpit.i18n import N_
from cockpit.storage.tables import SYNCED, AccountRow, PersonRow

ADMIN_ONLY = frozenset({"team", "person", "membership", "calendar_day", "funnel", "stage", "product", "kpi_rule"})
"""What the company decides."""

HUB_ONLY = frozenset({"stage_change", "change_log"})
"""What the hub writes itself when it applies a change."""

OWNER_FIELDS = frozenset({("account", "owner_id"), ("deal", "owner_id")})
"""Who a customer or a deal belongs to: moved by a lead, never by the rep."""

PRIVATE: dict[str, tuple[str, ...]] = {"person": ("bonus_base_minor", "home_lat", "home_lon")}
"""Fields of everybody's rows that only the person and those above may read."""


def seen_by(actor: Actor, owner: Any, account: Any | None) -> ColumnElement[bool]:
    """The condition on an owner column and an account column (None where the table has none)."""
    if actor.visible is None:
        return true()
    people = sorted(actor.visible)
    mine = col(owner).in_(people)
    if account is None:
        return or_(mine, col(owner).is_(None))
    theirs = select(AccountRow.id).where(col(AccountRow.owner_id).in_(people))
    nobodys = select(AccountRow.id).where(col(AccountRow.owner_id).is_(None))
    return or_(
        mine,
        col(account).in_(theirs),
        and_(col(owner).is_(None), or_(col(account).is_(None), col(account).in_(nobodys))),
    )


def table_filter(actor: Actor, entity: str) -> ColumnElement[bool]:
    """`seen_by` for a whole table."""
    table: Any = SYNCED[entity]
    return seen_by(actor, table.owner_id, getattr(table, "account_id", None))


def account_owner(session: Session, account_id: str | None) -> str | None:
    account = session.get(AccountRow, account_id) if account_id else None
    return account.owner_id if account is not None else None


def can_see(session: Session, actor: Actor, row: Mapping[str, Any]) -> bool:
    """`seen_by` for one row in wire form."""
    if actor.visible is None:
        return True
    owner, account_id = row.get("owner_id"), row.get("account_id")
    if owner in actor.visible:
        return True
    account = session.get(AccountRow, account_id) if account_id else None
    if account is not None:
        return account.owner_id in actor.visible or (owner is None and account.owner_id is None)
    return owner is None and not account_id


def redact(actor: Actor, entity: str, data: dict[str, Any]) -> dict[str, Any]:
    """`data` without what is another person's own affair."""
    hidden = PRIVATE.get(entity)
    if not hidden or actor.visible is None or data.get("id") in actor.visible:
        return data
    return {**data, **dict.fromkeys(hidden)}


def refusal(
    session: Session, actor: Actor, entity: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> str | None:
    """Why `actor` may not turn `before` into `after` (wire form; None: not there), or None when he may."""
    if entity in HUB_ONLY:
        return f"{entity} is written by the hub"
    if actor.is_admin:
        return None
    if entity in ADMIN_ONLY:
        return f"{entity} is kept by an administrator"
    if entity == "target":
        return _target_refusal(session, actor, before, after)
    if entity == "nudge":
        return _nudge_refusal(actor, before, after)
    if before is not None and not _is_writable(session, actor, before):
        return N_("the row is not yours to change")
    if after is None:
        return None
    owner = after.get("owner_id")
    if before is None or owner != before.get("owner_id"):
        if owner not in actor.writable:
            return N_("a row is written under your own name")
        if before is not None and (entity, "owner_id") in OWNER_FIELDS and not actor.writable - {actor.person_id}:
            return N_("a lead decides whose it is")
    account_id = after.get("account_id")
    if account_id and (before is None or account_id != before.get("account_id")):
        account = session.get(AccountRow, account_id)
        if account is not None and not can_see(session, actor, {"owner_id": account.owner_id}):
            return N_("the account is not yours")
    return None


def _is_writable(session: Session, actor: Actor, row: Mapping[str, Any]) -> bool:
    return row.get("owner_id") in actor.writable or account_owner(session, row.get("account_id")) in actor.writable


_YES = "agreed_by_rep_at"


def _target_refusal(
    session: Session, actor: Actor, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> str | None:
    """Who leads sets a target; whom it is for says yes to it, and nobody says it for him."""
    changed = set() if before is None or after is None else {name for name in after if after[name] != before.get(name)}
    if before is not None and after is not None and changed <= {_YES} and before.get("owner_id") == actor.person_id:
        return None if actor.person_id in actor.writable else N_("the row is not yours to change")
    if not all(_sets(session, actor, row) for row in (before, after) if row is not None):
        return N_("a target is set by who leads those it is for")
    if after is not None and after.get(_YES) != (before or {}).get(_YES):
        return N_("whom a target is for agrees to it himself")
    return None


def _sets(session: Session, actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the target is one that the actor sets. Of a deleted one only its owner is known."""
    owner_id, kind, scope_id = row.get("owner_id"), row.get("scope_kind", "person"), row.get("scope_id")
    people = actor.writable if tokens.PLAN in actor.scopes else actor.visible or frozenset()
    may_write = actor.person_id in actor.writable
    if not may_write or owner_id not in people or not may_set(actor.role, actor.person_id, owner_id, kind):
        return False
    if kind == "person" or scope_id is None:
        return scope_id in (owner_id, None)
    owner = session.get(PersonRow, owner_id)
    is_its_own = owner is not None and owner.team_id == scope_id
    is_below = actor.team_id is not None and scope_id in tokens.teams_below(session, actor.team_id)
    return is_below and (is_its_own or owner_id == actor.person_id)


_REP_SAYS = frozenset({"seen_at", "answer", "answer_reason", "answered_at"})
"""What whom a nudge is for tells of it; nobody tells it for him."""
_LEAD_SAYS = frozenset({"message", "watch_days"})
"""What can be changed of a nudge that was sent; what it is about stays."""


def _nudge_refusal(actor: Actor, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str | None:
    """A lead nudges those of his team; whom it is for says that he saw it and what he thinks, and nothing else."""
    owner_id = (after or before or {}).get("owner_id")
    if before is not None and after is not None and "rule" in before:  # of a deleted one only its owner is known
        changed = {name for name in after if after[name] != before.get(name)}
        if owner_id == actor.person_id and changed <= _REP_SAYS:
            return None if actor.person_id in actor.writable else N_("the row is not yours to change")
        return None if _nudges(actor, owner_id) and changed <= _LEAD_SAYS | {"by_id"} else N_("it is not yours to say")
    if not all(_nudges(actor, row.get("owner_id")) for row in (before, after) if row is not None):
        return N_("a nudge is sent by who leads whom it is for")
    if after is not None and any(after.get(name) for name in _REP_SAYS):
        return N_("whom a nudge is for says himself that he saw it")
    return None


def _nudges(actor: Actor, rep_id: Any) -> bool:
    """Whether he may nudge that person: one of those he leads, never himself."""
    return tokens.NUDGE in actor.scopes and rep_id in (actor.visible or frozenset()) - {actor.person_id}
