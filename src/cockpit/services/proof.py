"""Every change made on this device is accounted for: counted when it was made, and found again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.errors import DatabaseCorrupt, LocalDataError
from cockpit.i18n import _
from cockpit.services.desk import Desk
from cockpit.services.proof_words import verdict_line
from cockpit.services.snapshots import ProofView, Saved
from cockpit.storage import meta
from cockpit.storage.queries.sync import moment
from cockpit.storage.reading import reader_of
from cockpit.sync import ledger

if TYPE_CHECKING:
    from sqlmodel import Session

PROVED_AT = "proved_at"
MOST_IDS = 50

_TWICE = "SELECT mutation_id FROM outbox WHERE mutation_id IN (SELECT mutation_id FROM outbox_done) ORDER BY seq"
_NOWHERE = (
    "SELECT id FROM change_log WHERE rev = 0 AND id NOT IN (SELECT mutation_id FROM outbox)"
    " AND id NOT IN (SELECT mutation_id FROM outbox_done) ORDER BY id"
)
"""Changes that the log still has as made here, and that neither the queue nor the receipts know."""


@dataclass(frozen=True)
class ProofService:
    desk: Desk

    def say(self) -> Saved:
        """`verify` in words."""
        found = self.verify()
        text = _("Proved: every change made here is accounted for.")
        if not found.is_ok:
            text = _("{verdict}. Run `cockpit backup`, then `cockpit verify` names the ids.")
            text = text.format(verdict=verdict_line(found))
        return Saved(action_id=None, text=text)

    def verify(self) -> ProofView:
        """The count, the file itself checked before it; the moment is kept when all is in order.

        Raises DatabaseCorrupt for a damaged file.
        """
        with self.desk.database.read() as session:
            if self.desk.database.damage(session) is not None:
                raise DatabaseCorrupt(path=self.desk.database.path or "")
            found = read_proof(self.desk, session)
        if not found.is_ok:
            return found
        now = clock.now()
        with suppress(LocalDataError), self.desk.database.write() as session:
            meta.put(session, PROVED_AT, now.isoformat())
            return replace(found, proved_at=now.astimezone(self.desk.zone(session)))
        return found


def read_proof(desk: Desk, session: Session) -> ProofView:
    """The count as of now."""
    proof = ledger.prove(session)
    reader = reader_of(session)
    last = moment(meta.get(session, PROVED_AT))
    return ProofView(
        ops=proof.ops,
        receipts=proof.receipts,
        queue=proof.queue,
        conflicts=proof.conflicts,
        parked=proof.parked,
        blocked=proof.blocked,
        discarded=proof.discarded,
        undone=proof.undone,
        answered=proof.answered,
        lost=proof.missing,
        doubled=proof.doubled,
        digest=proof.digest,
        digest_ok=proof.digest_holds,
        lost_ids=tuple(str(row[0]) for row in reader.rows(_NOWHERE)[:MOST_IDS]) if proof.missing else (),
        doubled_ids=tuple(str(row[0]) for row in reader.rows(_TWICE)[:MOST_IDS]) if proof.doubled else (),
        proved_at=last.astimezone(desk.zone(session)) if last else None,
    )
