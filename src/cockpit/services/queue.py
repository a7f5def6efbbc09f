"""The queue as a list: every change that the hub has not acknowledged, each held one with what waits behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cockpit.i18n import N_, _, labelled
from cockpit.services import typed_values
from cockpit.services.field_names import FIELDS, field_name
from cockpit.services.snapshots import QueueItem
from cockpit.storage.queries.sync import write_state
from cockpit.storage.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterable

HELD = ("conflict", "parked")
_OF_CRM = {
    "crm-refused": N_("The CRM does not take it: {words}"),
    "crm-away": N_("The CRM behind the hub cannot be asked now ({words})."),
    "crm-sign-in": N_(
        "The CRM does not take the hub's token any more: whoever runs the hub signs in again with cockpit connect."
    ),
}
_OF_HUB = {
    "backdate": N_("it lies further back than the hub takes"),
    "missing-parent": N_("what it belongs to is not at the hub"),
}
"""Reasons whose own words hold ids and counts of the hub; its other sentences are in the catalogue one by one."""


def queue_items(session: Session, zone: ZoneInfo) -> tuple[QueueItem, ...]:
    """Every queued change, oldest first."""
    found = session.exec(select(OutboxRow).order_by(col(OutboxRow.seq))).all()
    holders = _holders(found)
    return tuple(
        QueueItem(
            mutation_id=mutation.mutation_id,
            label=mutation.label,
            entity=mutation.entity,
            occurred_at=mutation.occurred_at.astimezone(zone),
            attempts=mutation.attempts,
            state=write_state(mutation.status, mutation.attempts),
            error=refusal(mutation),
            blocked_by=holders.get(mutation.mutation_id, ""),
            fields=typed_values.fields_of(session, mutation, zone) if mutation.status == "parked" else (),
        )
        for mutation in found
    )


def refusal(mutation: OutboxRow) -> str:
    """Why a change was set aside, in the reader's language as far as the words are known; the field by its name."""
    words = _OF_CRM.get(mutation.error_type)
    if words is not None:
        return _(words).format(words=mutation.error_text or "-")
    place, is_placed, reason = mutation.error_text.partition(": ")
    field = place.removeprefix(f"{mutation.entity}.") if is_placed else ""
    if field not in FIELDS:
        field, reason = "", mutation.error_text
    text = _(_OF_HUB.get(mutation.error_type, reason or mutation.error_type))
    return labelled(field_name(field), text) if field else text


def _holders(found: Iterable[OutboxRow]) -> dict[str, str]:
    """For each blocked change the held one it waits for, near or far."""
    by_row: dict[tuple[str, str], str] = {}
    by_id: dict[str, str] = {}
    holders: dict[str, str] = {}
    for mutation in found:
        key = (mutation.entity, mutation.entity_id)
        holder = by_row.get(key) or by_id.get(mutation.depends_on or "")
        if mutation.status in HELD:
            holder = holder or mutation.mutation_id
        elif holder is not None and mutation.status == "blocked":
            holders[mutation.mutation_id] = holder
        if holder is not None:
            by_row[key] = by_id[mutation.mutation_id] = holder
    return holders
