"""What the cards of an account and of a deal share: history, plan, people, unknown fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, Contact
from cockpit.services.snapshots import AgendaItem, ContactLine, WriteState
from cockpit.services.views import agenda_items

if TYPE_CHECKING:
    from cockpit.storage.queries.extra import Kept

MOST_HISTORY = 2000
"""Rows of history a card shows, newest first."""


def past_and_planned(
    book: Book, activities: Iterable[Activity], states: Mapping[str, WriteState]
) -> tuple[tuple[AgendaItem, ...], tuple[AgendaItem, ...]]:
    """What is over (newest first, with its result or reason) and what is planned (oldest first)."""
    rows = sorted(activities, key=lambda row: (row.starts_at, row.id))
    over = [row for row in rows if row.status != "planned"][::-1][:MOST_HISTORY]
    planned = [row for row in rows if row.status == "planned"]
    history = tuple(
        replace(item, result=row.result or row.reason)
        for item, row in zip(agenda_items(book, over, states), over, strict=True)
    )
    return history, agenda_items(book, planned, states)


def contact_lines(people: Iterable[Contact], states: Mapping[str, WriteState]) -> tuple[ContactLine, ...]:
    """Who decides first, then by name; `states` holds the writes of those that have some."""
    ordered = sorted(people, key=lambda person: person.decision_role != "decider")
    return tuple(
        ContactLine(
            id=person.id,
            name=person.name,
            title=person.title,
            phone=person.phone,
            mobile=person.mobile,
            email=person.email,
            decision_role=person.decision_role,
            stance=person.stance,
            write_state=states.get(person.id, "done"),
        )
        for person in ordered
    )


CRM = "crm"
"""Under which a hub keeps the fields of its CRM that have no place here."""


def unknown_fields(kept: Kept) -> tuple[tuple[str, str], ...]:
    """Fields of the sender that this version does not know, and where the row came from."""
    theirs = kept.extra.get(CRM)
    extra = {**kept.extra, **theirs} if isinstance(theirs, dict) else kept.extra
    found = sorted((name, _text(value)) for name, value in extra.items() if value is not theirs)
    if kept.source and kept.ref:
        found.append((kept.source, kept.ref))
    return tuple(found)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return "" if value is None else str(value)
