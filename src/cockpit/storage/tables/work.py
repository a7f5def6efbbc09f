"""Visits, calls, web meetings and tasks, planned and done."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow, UtcDateTime


class ActivityRow(SyncedRow, table=True):
    """`owner_id` is always `rep_id`: the one who does it."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_board", "rep_id", "starts_at", "kind", "status"),)

    rep_id: str = Field(max_length=64)
    kind: str = Field(default="visit", max_length=8)
    status: str = Field(default="planned", max_length=16)
    account_id: str | None = Field(default=None, index=True, max_length=64)
    deal_id: str | None = Field(default=None, index=True, max_length=64)
    contact_id: str | None = Field(default=None, max_length=64)
    companion_id: str | None = Field(default=None, max_length=64)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_locked: bool = False
    is_promised: bool = False
    subject: str = Field(default="", max_length=500)
    goal: str = Field(default="", max_length=1000)
    goal_result: str | None = Field(default=None, max_length=8)
    agenda: str = ""
    needs: list[str] = Field(default_factory=list, sa_type=JSON)
    advantages: str = ""
    roles_for: list[str] = Field(default_factory=list, sa_type=JSON)
    roles_against: list[str] = Field(default_factory=list, sa_type=JSON)
    result: str = ""
    reason: str = Field(default="", max_length=1000)
    next_step: str = Field(default="", max_length=1000)
    planned_because: str = Field(default="", max_length=500)
    moved_from_id: str | None = Field(default=None, max_length=64)
