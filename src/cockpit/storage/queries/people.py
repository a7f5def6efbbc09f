"""Reads about people that a book does not answer: who is below whom, contacts, the last meeting of an account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.domain import entities as e
from cockpit.storage.reading import Reader, among, entities, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session


def everybody(source: Session | Reader) -> tuple[dict[str, e.Person], dict[str, e.Team]]:
    """People and teams by id, in two SELECTs."""
    people = {person.id: person for person in entities(source, e.Person)}
    return people, {team.id: team for team in entities(source, e.Team)}


def has_yearly_kpi(source: Session | Reader) -> bool:
    """Whether some rule counts over a whole year, so that a book must reach back to January."""
    return bool(reader_of(source).rows("SELECT 1 FROM kpi_rule WHERE period_kind = 'year' LIMIT 1"))


def contacts_of(source: Session | Reader, account_id: str) -> tuple[e.Contact, ...]:
    """The people at an account, by name."""
    return tuple(entities(source, e.Contact, "account_id = :account_id", "name, id", account_id=account_id))


def contacts_by_account(source: Session | Reader, account_ids: Iterable[str]) -> dict[str, tuple[e.Contact, ...]]:
    """The people at each of these accounts, by name, in one SELECT."""
    where, values = among("account_id", set(account_ids))
    found: dict[str, tuple[e.Contact, ...]] = {}
    for person in entities(source, e.Contact, where, "name, id", **values):
        found[person.account_id] = (*found.get(person.account_id, ()), person)
    return found


def last_held_by_account(
    source: Session | Reader, account_ids: Iterable[str], before: datetime
) -> dict[str, e.Activity]:
    """The newest held activity of each of these accounts that started before a moment, in one SELECT."""
    where, values = among("account_id", set(account_ids))
    newest = f"SELECT account_id, max(starts_at) FROM activity WHERE {where} AND {_HELD_BEFORE} GROUP BY account_id"
    found = entities(
        source, e.Activity, f"status = 'held' AND (account_id, starts_at) IN ({newest})", before=before, **values
    )
    return {activity.account_id: activity for activity in found if activity.account_id}


def last_held(source: Session | Reader, account_id: str, before: datetime) -> e.Activity | None:
    """The newest held activity of an account that started before a moment, whoever held it."""
    return last_held_by_account(source, [account_id], before).get(account_id)


_HELD_BEFORE = "status = 'held' AND starts_at < :before"
