"""Device tables of the sync: queue, receipts, bases, conflicts. See docs/decisions on sync."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cockpit.storage.tables.base import Row, UtcDateTime

SCHEMA_VERSION = 1
"""Version of the wire form, carried by every mutation."""


class _Mutation(Row):
    mutation_id: str = Field(max_length=64, unique=True)
    """UUIDv7; the idempotency key."""
    entity: str = Field(max_length=32)
    entity_id: str = Field(max_length=64)
    op: str = Field(max_length=8)
    patch: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Changed fields only (all fields for a create), in wire form."""
    base: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The values of the same fields that the user saw."""
    base_rev: int = 0
    schema_v: int = SCHEMA_VERSION
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    depends_on: str | None = Field(default=None, max_length=64)
    """Mutation that must be applied first, for example the create of the parent row."""
    attempts: int = 0
    action_id: str = Field(max_length=64, index=True)
    """One key press, one action, one undo."""
    label: str = Field(default="", max_length=300)
    """What the user did, for the queue and for undo, in the language it was done in."""


class OutboxRow(_Mutation, table=True):
    """A change that is on disk and not yet acknowledged by the hub."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_entity", "entity", "entity_id"),)

    seq: int | None = Field(default=None, primary_key=True)
    status: str = Field(default="pending", max_length=16)
    """pending, inflight, conflict, blocked or parked."""
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error_type: str = Field(default="", max_length=64)
    error_text: str = ""
    is_again: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    """The hub acknowledged it once: it goes again after a restore, and waits for nothing that it did not wait for then."""


class OutboxDoneRow(_Mutation, table=True):
    """A mutation that ended: the receipt. Kept 90 days for undo, audit and a restored hub."""

    __tablename__ = "outbox_done"

    seq: int = Field(primary_key=True)
    result: str = Field(max_length=16)
    """applied, replayed, discarded or undone."""
    rev: int = 0
    generation: int = 0
    ended_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SyncBaseRow(Row, table=True):
    """The row as last received, kept from the first local edit until nothing of it is pending."""

    __tablename__ = "sync_base"

    entity: str = Field(primary_key=True, max_length=32)
    id: str = Field(primary_key=True, max_length=64)
    rev: int
    seen_gen: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The resync generation that last delivered the row; the row itself may be deleted here."""
    base: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ConflictRow(Row, table=True):
    """One field that two people changed differently, with both values."""

    __tablename__ = "conflict"

    id: str = Field(primary_key=True, max_length=64)
    mutation_id: str | None = Field(default=None, index=True, max_length=64)
    entity: str = Field(max_length=32)
    entity_id: str = Field(index=True, max_length=64)
    field: str = Field(default="", max_length=64)
    base: Any = Field(default=None, sa_type=JSON)
    mine: Any = Field(default=None, sa_type=JSON)
    theirs: Any = Field(default=None, sa_type=JSON)
    theirs_rev: int = 0
    theirs_by: str | None = Field(default=None, max_length=64)
    theirs_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kind: str = Field(default="field", max_length=16)
    """field, delete_edit, edit_delete, unique, permission or missing."""
    state: str = Field(default="open", max_length=16)
    resolution: str = Field(default="", max_length=16)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
