"""Reads about people that a book does not answer: who is below whom, contacts, the last meeting of an account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from cockpit.domain import entities as e
from cockpit.storage import tables as t
from cockpit.storage.records import to_entity


def everybody(session: Session) -> tuple[dict[str, e.Person], dict[str, e.Team]]:
    """People and teams by id, in two SELECTs."""
    people = {
        row.id: to_entity(row, e.Person) for row in session.exec(select(t.PersonRow).order_by(col(t.PersonRow.id)))
    }
    teams = {row.id: to_entity(row, e.Team) for row in session.exec(select(t.TeamRow).order_by(col(t.TeamRow.id)))}
    return people, teams


def has_yearly_kpi(session: Session) -> bool:
    """Whether some rule counts over a whole year, so that a book must reach back to January."""
    return session.exec(select(t.KpiRuleRow.id).where(t.KpiRuleRow.period_kind == "year")).first() is not None


def contacts_of(session: Session, account_id: str) -> tuple[e.Contact, ...]:
    """The people at an account, by name."""
    statement = select(t.ContactRow).where(t.ContactRow.account_id == account_id)
    return tuple(
        to_entity(row, e.Contact)
        for row in session.exec(statement.order_by(col(t.ContactRow.name), col(t.ContactRow.id)))
    )


def contacts_by_account(session: Session, account_ids: Iterable[str]) -> dict[str, tuple[e.Contact, ...]]:
    """The people at each of these accounts, by name, in one SELECT."""
    found: dict[str, tuple[e.Contact, ...]] = {}
    statement = select(t.ContactRow).where(col(t.ContactRow.account_id).in_(sorted(set(account_ids))))
    for row in session.exec(statement.order_by(col(t.ContactRow.name), col(t.ContactRow.id))):
        found[row.account_id] = (*found.get(row.account_id, ()), to_entity(row, e.Contact))
    return found


def last_held_by_account(session: Session, account_ids: Iterable[str], before: datetime) -> dict[str, e.Activity]:
    """The newest held activity of each of these accounts that started before a moment, in one SELECT."""
    held = (
        select(t.ActivityRow.account_id, func.max(t.ActivityRow.starts_at).label("starts_at"))
        .where(col(t.ActivityRow.account_id).in_(sorted(set(account_ids))), t.ActivityRow.status == "held")
        .where(col(t.ActivityRow.starts_at) < before)
        .group_by(col(t.ActivityRow.account_id))
        .subquery()
    )
    rows = session.exec(
        select(t.ActivityRow)
        .join(held, (held.c.account_id == t.ActivityRow.account_id) & (held.c.starts_at == t.ActivityRow.starts_at))
        .where(t.ActivityRow.status == "held")
        .order_by(col(t.ActivityRow.id))
    )
    return {row.account_id: to_entity(row, e.Activity) for row in rows if row.account_id}


def last_held(session: Session, account_id: str, before: datetime) -> e.Activity | None:
    """The newest held activity of an account that started before a moment, whoever held it."""
    row = session.exec(
        select(t.ActivityRow)
        .where(t.ActivityRow.account_id == account_id, t.ActivityRow.status == "held")
        .where(col(t.ActivityRow.starts_at) < before)
        .order_by(col(t.ActivityRow.starts_at).desc(), col(t.ActivityRow.id).desc())
        .limit(1)
    ).first()
    return None if row is None else to_entity(row, e.Activity)
