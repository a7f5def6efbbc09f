"""Deals and the history of their stages."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow, UtcDateTime


class DealRow(SyncedRow, table=True):
    __tablename__ = "deal"
    __table_args__ = (Index("ix_deal_board", "owner_id", "stage_id", "closed_on"),)

    name: str = Field(max_length=300)
    account_id: str | None = Field(default=None, index=True, max_length=64)
    funnel_id: str = Field(default="", max_length=64)
    stage_id: str = Field(default="", max_length=64)
    product_id: str | None = Field(default=None, max_length=64)
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    profit_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(default="CNY", max_length=3)
    source: str = Field(default="", max_length=64)
    created_on: date | None = None
    expected_on: date | None = None
    closed_on: date | None = None
    lost_reason: str = Field(default="", max_length=500)


class StageChangeRow(SyncedRow, table=True):
    __tablename__ = "stage_change"

    deal_id: str = Field(index=True, max_length=64)
    account_id: str | None = Field(default=None, max_length=64)
    from_stage_id: str | None = Field(default=None, max_length=64)
    to_stage_id: str = Field(max_length=64)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    by_id: str | None = Field(default=None, max_length=64)


class MilestoneDoneRow(SyncedRow, table=True):
    __tablename__ = "milestone_done"

    deal_id: str = Field(index=True, max_length=64)
    account_id: str | None = Field(default=None, max_length=64)
    stage_id: str = Field(max_length=64)
    done_at: datetime = Field(sa_type=UtcDateTime)
    by_id: str | None = Field(default=None, max_length=64)
