"""This file or the hub put back to an older state: old rows must not pose as new, nothing is lost or counted twice."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from cockpit.storage import meta
from cockpit.storage.tables import OutboxRow
from cockpit.sync import pull, receipts
from cockpit.sync.inbound import Receiver, look_around


def after_restore(session: Session, now: datetime) -> None:
    """Begin a full load under the next generation, and take every queued change for one that may have been sent.

    The hub answers `replayed` to what it has; undo takes back such a change by an inverse one.
    """
    for mutation in session.exec(select(OutboxRow)):
        mutation.attempts = max(1, mutation.attempts)
        mutation.base_rev, mutation.next_try_at = 0, None
        if mutation.status == "inflight":
            mutation.status = "pending"
    for key in ("last_error", "next_try_at"):
        meta.put(session, key, "")
    pull.begin_resync(session, "cursor-expired", meta.get(session, "epoch"), now)


def of_the_hub(session: Session, epoch: str, hub_time: datetime, now: datetime) -> None:
    """The hub may have lost what it acknowledged: queue it once more, which does no harm, and read everything anew.

    A word that was acknowledged stands behind one that still waits again, and is the last one of its field again.
    """
    keys = receipts.requeue(session, hub_time)
    near = look_around(session, sorted(keys))
    receiver = Receiver(session, near, pull.generation(session), now)
    for key in sorted(near.queued):
        receiver.again(*key)
    pull.begin_resync(session, "restored", epoch, now)
