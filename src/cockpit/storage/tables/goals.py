"""Targets, KPI rules, waivers of problem cards and nudges about them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow, UtcDateTime


class TargetRow(SyncedRow, table=True):
    __tablename__ = "target"
    __table_args__ = (Index("ix_target_scope", "scope_id", "metric", "period_kind", "period_start"),)

    metric: str = Field(max_length=64)
    scope_kind: str = Field(max_length=16)
    scope_id: str = Field(max_length=64)
    period_kind: str = Field(max_length=8)
    period_start: date
    value: int = Field(sa_type=BigInteger)
    unit: str = Field(default="money", max_length=8)
    currency: str = Field(default="CNY", max_length=3)
    parent_id: str | None = Field(default=None, max_length=64)
    version: int = 1
    agreed_by_rep_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agreed_by_lead_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class KpiRuleRow(SyncedRow, table=True):
    __tablename__ = "kpi_rule"

    name: str = Field(max_length=200)
    alias: str = Field(default="", max_length=200)
    kind: str = Field(default="visit", max_length=8)
    tiers: str = Field(default="", max_length=8)
    parent_id: str | None = Field(default=None, max_length=64)
    scope_id: str | None = Field(default=None, max_length=64)
    minimum: int = 0
    period_kind: str = Field(default="month", max_length=8)
    consequence_kind: str = Field(default="bonus_share", max_length=32)
    consequence_value: int = 0
    from_on: date | None = None
    to_on: date | None = None


class WaiverRow(SyncedRow, table=True):
    __tablename__ = "waiver"

    rule: str = Field(max_length=64)
    subject_id: str = Field(index=True, max_length=64)
    period_start: date
    reason: str = Field(max_length=1000)
    until_on: date
    by_id: str | None = Field(default=None, max_length=64)


class NudgeRow(SyncedRow, table=True):
    """`owner_id` is the rep it is for."""

    __tablename__ = "nudge"

    by_id: str | None = Field(default=None, max_length=64)
    rule: str = Field(max_length=64)
    subject_id: str = Field(max_length=64)
    message: str = Field(max_length=500)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    watch_days: int = 7
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str | None = Field(default=None, max_length=8)
    answer_reason: str = Field(default="", max_length=500)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
