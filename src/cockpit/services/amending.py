"""A change that the hub refused, typed anew: its values in a form, and a new change in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.services import typed_values
from cockpit.services.desk import Desk
from cockpit.services.snapshots import Saved, TypedField
from cockpit.storage.tables import OutboxRow
from cockpit.sync import amending


@dataclass(frozen=True)
class AmendService:
    desk: Desk

    def fields(self, mutation_id: str) -> tuple[TypedField, ...]:
        """What of a refused change can be typed anew. Raises NotAllowed for one that is not parked."""
        with self.desk.database.read() as session:
            return typed_values.fields_of(session, _parked(session, mutation_id), self.desk.zone(session))

    def save(self, mutation_id: str, typed: Mapping[str, str]) -> Saved:
        """Queue the change with what was typed in place of the refused one. Raises BadUse and NotAllowed."""
        with self.desk.database.write() as session:
            me, mutation = self.desk.viewer(session), _parked(session, mutation_id)
            now = self.desk.local_now(session)
            values: dict[str, Any] = {}
            for name, text in typed.items():
                if name not in typed_values.typable(mutation):
                    raise NotAllowed(_("This part of the change cannot be typed."))
                values[name] = typed_values.read_typed(session, mutation.entity, name, text, now)
            if all(mutation.patch.get(name) == value for name, value in values.items()):
                raise NotAllowed(_("That is what was refused. Type another value, or send it again as it is."))
            text = _("Corrected and queued again: {label}").format(label=mutation.label)
            entity, row_id = mutation.entity, mutation.entity_id
            action = amending.amend(session, mutation, values, actor_id=me.id, now=clock.now(), label=text)
            return Saved(action_id=action, text=text, entity=entity, id=row_id)


def _parked(session: Session, mutation_id: str) -> OutboxRow:
    found = session.exec(select(OutboxRow).where(OutboxRow.mutation_id == mutation_id)).first()
    if found is None or found.status != "parked":
        raise NotAllowed(_("Only what the hub refused can be typed anew."))
    return found
