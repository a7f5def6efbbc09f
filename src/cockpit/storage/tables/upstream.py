"""What the hub keeps of a foreign CRM it is joined to: whose row is which, how far it read, what it could not take.

`connection` is the name of the connection's file; nothing of these tables travels to devices.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cockpit.storage.tables.base import Row, UtcDateTime


class CrmLinkRow(Row, table=True):
    """One row of theirs and the row of ours it is.

    `state`: "" for a row that is kept alike on both sides, pinned for one that a person mapped (nothing of it is
    written), former for an id of theirs that the row had before it got another one. `digest` is of their values as last
    seen, `rev` the hub's head when this side last wrote the row there: a page read before is older.
    """

    __tablename__ = "crm_link"
    __table_args__ = (Index("ix_crm_link_row", "connection", "entity", "row_id"),)

    connection: str = Field(primary_key=True, max_length=64)
    entity: str = Field(primary_key=True, max_length=32)
    remote_id: str = Field(primary_key=True, max_length=200)
    row_id: str = Field(max_length=64)
    state: str = Field(default="", max_length=8)
    version: str = Field(default="", max_length=200)
    digest: str = Field(default="", max_length=64)
    rev: int = 0
    misses: int = 0


class CrmCursorRow(Row, table=True):
    """How far a stream was read: the changes or the whole of an entity, or the feed."""

    __tablename__ = "crm_cursor"

    connection: str = Field(primary_key=True, max_length=64)
    stream: str = Field(primary_key=True, max_length=64)
    cursor: str = ""
    read_at: datetime = Field(sa_type=UtcDateTime)


class CrmFaultRow(Row, table=True):
    """A row of theirs that is not here: `kind` bad for one that cannot be understood, waiting for one that names a row
    which has not come. `body` is the row as it came."""

    __tablename__ = "crm_fault"

    connection: str = Field(primary_key=True, max_length=64)
    entity: str = Field(primary_key=True, max_length=32)
    remote_id: str = Field(primary_key=True, max_length=200)
    kind: str = Field(max_length=8)
    reason: str = Field(default="", max_length=500)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class CrmAttemptRow(Row, table=True):
    """A row that is being made there: while this stands, nobody knows whether the CRM has it."""

    __tablename__ = "crm_attempt"

    connection: str = Field(primary_key=True, max_length=64)
    entity: str = Field(primary_key=True, max_length=32)
    row_id: str = Field(primary_key=True, max_length=64)
    began_at: datetime = Field(sa_type=UtcDateTime)


class CrmRunRow(Row, table=True):
    """One round: what it cost, what it brought, what it could not read (`notes`) and what ended it (`error`)."""

    __tablename__ = "crm_run"

    id: int | None = Field(default=None, primary_key=True)
    connection: str = Field(index=True, max_length=64)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    requests: int = 0
    received_bytes: int = 0
    read: int = 0
    written: int = 0
    removed: int = 0
    waiting: int = 0
    bad: int = 0
    notes: list[str] = Field(default_factory=list, sa_type=JSON)
    error: str = ""
