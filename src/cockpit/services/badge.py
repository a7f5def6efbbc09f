"""The sync in one line for the header: what waits, what needs an answer, how long ago. Read without the sync itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.services.snapshots import Badge
from cockpit.storage import meta
from cockpit.storage.queries.sync import moment, pending_summary

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.services.desk import Desk
    from cockpit.storage.reading import Reader

_OFFLINE = ("HubUnavailable", "ServerFault")


@dataclass
class OwnSync:
    """What this process knows of its own sync; other processes see the rows alone."""

    is_running: bool = False
    progress: str = ""


def read_badge(desk: Desk, source: Session | Reader, own: OwnSync) -> Badge:
    """The state of the sync as of now; one cheap read."""
    found, summary = meta.everything(source), pending_summary(source)
    oldest, last = summary.oldest_pending_at, moment(found.get("last_sync_at", ""))
    zone = desk.zone(source)
    return Badge(
        pending=summary.pending,
        conflicts=summary.conflicts,
        parked=summary.parked,
        oldest_pending_at=oldest.astimezone(zone) if oldest else None,
        last_sync_at=last.astimezone(zone) if last else None,
        is_offline=found.get("last_error", "") in _OFFLINE,
        is_syncing=own.is_running,
        progress=own.progress,
        complete=found.get("complete", "1") == "1",
        blocked=summary.blocked,
    )
