"""Queue, receipts, conflicts and the footer's badge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.snapshots.common import Snapshot, WriteState


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    mutation_id: str
    label: str
    entity: str
    occurred_at: datetime
    attempts: int
    state: WriteState
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    mutation_id: str
    label: str
    entity: str
    occurred_at: datetime
    ended_at: datetime
    result: str
    rev: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictItem:
    id: str
    entity: str
    entity_id: str
    subject: str  # name of the row
    field: str
    field_text: str
    kind: str
    base: str
    mine: str
    theirs: str
    theirs_by: str
    theirs_at: datetime | None
    can_keep_both: bool
    mine_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What the footer says about sync at any time."""

    pending: int
    conflicts: int
    parked: int
    oldest_pending_at: datetime | None
    last_sync_at: datetime | None
    is_offline: bool
    is_syncing: bool
    progress: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSnapshot(Snapshot):
    hub_url: str
    badge: Badge
    pushed: int  # of the last run
    pulled: int
    queue: tuple[QueueItem, ...]
    receipts: tuple[Receipt, ...]
    conflicts: tuple[ConflictItem, ...]
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one run of the sync did."""

    pushed: int
    pulled: int
    pending: int
    conflicts: int
    parked: int
    receipts: int
    complete: bool
    error: str = ""
