"""The change log: what was known when. Cards and as-of views read it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow, UtcDateTime


class ChangeLogRow(SyncedRow, table=True):
    """One change of one row; `before` and `after` hold only the changed fields, in wire form.

    A creation keeps no values: the row itself, rewound by its later entries, is what was created.
    `id` is the mutation's id, so the device's provisional entry and the hub's are one row.
    """

    __tablename__ = "change_log"
    __table_args__ = (
        Index("ix_change_log_entity", "entity", "entity_id"),
        Index("ix_change_log_recorded", "recorded_at"),
    )

    entity: str = Field(max_length=32)
    entity_id: str = Field(max_length=64)
    account_id: str | None = Field(default=None, max_length=64)
    op: str = Field(max_length=8)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor_id: str | None = Field(default=None, max_length=64)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
