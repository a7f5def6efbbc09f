"""Funnels, their stages, products."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow


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
