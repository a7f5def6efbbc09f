"""Queue, receipts, conflicts and the footer's badge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.services.snapshots.common import Snapshot, WriteState


@dataclass(frozen=True, slots=True)
class TypedField:
    """One value of a change: its name for people, and its text as it would be typed."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    mutation_id: str
    label: str
    entity: str
    occurred_at: datetime
    attempts: int
    state: WriteState
    error: str
    blocked_by: str = ""
    """Id of the held change that this one waits for."""
    fields: tuple[TypedField, ...] = ()
    """Of a refused change: the values that can be typed anew."""


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
    can_edit: bool = False
    """A third value can be typed; `typed` is mine as it would be."""
    can_attach: bool = False
    typed: str = ""
    my_text: str = ""
    """What I wrote, for the clipboard."""


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
    blocked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """The count of every change made on this device: `ops` is the sum of all that follows, and `lost` and `doubled` are
    zero, or something is wrong with the file. The ids are named where they can be known."""

    ops: int
    receipts: int
    queue: int
    conflicts: int
    parked: int
    blocked: int
    discarded: int
    undone: int
    answered: int
    lost: int
    doubled: int
    digest: str
    digest_ok: bool
    lost_ids: tuple[str, ...] = ()
    doubled_ids: tuple[str, ...] = ()
    proved_at: datetime | None = None
    """When `cockpit verify` last found everything in order."""

    @property
    def is_ok(self) -> bool:
        return self.digest_ok and not self.lost and not self.doubled


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
    proof: ProofView | None = None
    shrink: tuple[int, int] | None = None
    """The last sync waits for a yes: it would remove the first number of rows, of the second."""
    refused: tuple[str, ...] = ()
    """Rows of the hub that could not be taken in, each with the reason; its next revision is tried again."""
    clock_note: str = ""
    """That this machine's clock is wrong, as far as the hub's tells; empty while the two agree."""
    is_plan_disputed: bool = False
    """Of some conflicts the plan of a visit is all that is in question: a replan can start from the hub's side."""


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
