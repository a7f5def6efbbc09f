"""What synced tables share, and the column types both SQLite and PostgreSQL store alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as naive UTC so that both databases sort and compare it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Row(SQLModel):
    """The base of every table. A table does not validate, so its validator is not built before somebody asks for it."""

    model_config = {"defer_build": True}


class SyncedRow(Row):
    """Columns of every row that travels between the devices and the hub."""

    id: str = Field(primary_key=True, max_length=64)
    rev: int = Field(default=0, index=True)
    """Revision the hub gave; 0 until the hub has acknowledged the row."""
    owner_id: str | None = Field(default=None, index=True, max_length=64)
    """Person whose row it is; with `account_id` it decides who may see it. None: everybody."""
    origin: str = Field(default="hub", max_length=32)
    """Where the row lives: hub, local, or the name of a CRM."""
    external_source: str | None = Field(default=None, max_length=64)
    external_ref: str | None = Field(default=None, max_length=200)
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Fields of the sender that this version does not know, kept and sent back."""
    pending: int = Field(default=0)
    """Device only: mutations of this row that the hub has not acknowledged."""
    seen_gen: int = Field(default=0)
    """Device only: the resync generation that last delivered the row."""


BOOKKEEPING = frozenset({"pending", "seen_gen"})
"""Columns that never travel."""
