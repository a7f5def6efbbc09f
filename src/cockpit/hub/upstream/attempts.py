"""Which rows may be at the CRM already although nothing here says so: marks of creations under way, and doubts without one.

A mark is written before a creation is sent and goes with its answer. A hub that was put back to an older state has lost
marks and links alike; it goes by what was said of the restore, and by what the device knows of its own tries.
"""

from __future__ import annotations

from sqlmodel import Session

from cockpit.crm.connector import Holding
from cockpit.hub import cursors
from cockpit.hub.context import Hub
from cockpit.hub.upkeep import KEEP
from cockpit.hub.wire import Mutation
from cockpit.storage import meta
from cockpit.storage.tables import CrmAttemptRow


class Attempts:
    """Those of one connection."""

    def __init__(self, hub: Hub, connection: str) -> None:
        self._hub, self._connection = hub, connection

    def has_mark(self, session: Session, mutation: Mutation) -> bool:
        return self._mark(session, mutation) is not None

    def may_be_there(self, session: Session, mutation: Mutation, holding: Holding) -> bool:
        """Whether the CRM may have the row. Where it can be asked, every doubt counts; where it cannot, a change that
        only never got here must not be held up, and a person who has looked there is not asked twice."""
        if self.has_mark(session, mutation):
            return True
        is_anew = self._is_anew(session)
        if holding.create != "none":
            return is_anew or mutation.sent != "never"
        is_first = mutation.op == "create" and mutation.sent == "never"
        is_doubtful = mutation.sent == "taken" or (is_anew and not is_first)
        return is_doubtful and not meta.get(session, self._asked_key(mutation))

    def put(self, mutation: Mutation) -> None:
        with self._hub.write() as session:
            if not self.has_mark(session, mutation):
                key = {"connection": self._connection, "entity": mutation.entity, "row_id": mutation.entity_id}
                session.add(CrmAttemptRow(**key, began_at=self._hub.now()))

    def asked(self, mutation: Mutation) -> None:
        """A person is asked to look: the next try is the answer."""
        with self._hub.write() as session:
            self._drop_mark(session, mutation)
            meta.put(session, self._asked_key(mutation), "yes")

    def drop(self, session: Session, mutation: Mutation) -> None:
        """It is settled, in the caller's transaction."""
        self._drop_mark(session, mutation)
        meta.remove(session, self._asked_key(mutation))

    def _mark(self, session: Session, mutation: Mutation) -> CrmAttemptRow | None:
        return session.get(CrmAttemptRow, (self._connection, mutation.entity, mutation.entity_id))

    def _drop_mark(self, session: Session, mutation: Mutation) -> None:
        if (mark := self._mark(session, mutation)) is not None:
            session.delete(mark)

    def _asked_key(self, mutation: Mutation) -> str:
        return f"crm_asked:{self._connection}:{mutation.entity}:{mutation.entity_id}"

    def _is_anew(self, session: Session) -> bool:
        """As long as devices send again what an older state of this hub may have had."""
        at = cursors.began_anew_at(session)
        return at is not None and self._hub.now() - at < KEEP
