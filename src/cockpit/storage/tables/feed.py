"""Where the pull stands: cursors, tombstones, runs, rows that could not be applied."""

from datetime import datetime

from sqlmodel import Field

from cockpit.storage.tables.base import Row, UtcDateTime


class CursorRow(Row, table=True):
    __tablename__ = "cursor"

    stream: str = Field(primary_key=True, max_length=32)
    cursor: str = ""
    epoch: str = ""
    generation: int = 0
    pages_done: int = 0
    rows_done: int = 0
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TombstoneRow(Row, table=True):
    """A row that was deleted; an older revision of it cannot come back."""

    __tablename__ = "tombstone"

    entity: str = Field(primary_key=True, max_length=32)
    id: str = Field(primary_key=True, max_length=64)
    rev: int
    deleted_at: datetime = Field(sa_type=UtcDateTime)
    by_id: str | None = Field(default=None, max_length=64)
    owner_id: str | None = Field(default=None, max_length=64)
    account_id: str | None = Field(default=None, max_length=64)
    merged_into: str | None = Field(default=None, max_length=64)


class SyncRunRow(Row, table=True):
    __tablename__ = "sync_run"

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    phase: str = Field(default="", max_length=32)
    pushed: int = 0
    pulled: int = 0
    conflicts: int = 0
    parked: int = 0
    bytes: int = 0
    error: str = ""


class InboundErrorRow(Row, table=True):
    """A received row that could not be applied; tried again when its next revision comes."""

    __tablename__ = "inbound_error"

    entity: str = Field(primary_key=True, max_length=32)
    id: str = Field(primary_key=True, max_length=64)
    cursor: str = ""
    reason: str = ""
    seen_at: datetime = Field(sa_type=UtcDateTime)
