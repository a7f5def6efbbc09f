"""Reads about people that a book does not answer: who is below whom, contacts, the last meeting of an account."""

from __future__ import annotations

from datetime import datetime

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
