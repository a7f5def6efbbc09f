"""Funnels, their stages, products, deals and the history of their stages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow, UtcDateTime


class FunnelRow(SyncedRow, table=True):
    __tablename__ = "funnel"

    name: str = Field(max_length=200)
    alias: str = Field(default="", max_length=200)
    is_default: bool = False


class StageRow(SyncedRow, table=True):
    __tablename__ = "stage"

    funnel_id: str = Field(index=True, max_length=64)
    name: str = Field(max_length=200)
    alias: str = Field(default="", max_length=200)
    position: int = 0
    kind: str = Field(default="open", max_length=8)
    probability: int = 0
    days: int | None = None
    milestone: str = Field(default="", max_length=300)


class ProductRow(SyncedRow, table=True):
    __tablename__ = "product"

    name: str = Field(max_length=200)
    alias: str = Field(default="", max_length=200)
    list_price_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(default="CNY", max_length=3)


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
