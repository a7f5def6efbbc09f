"""Customers."""

from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow


class AccountRow(SyncedRow, table=True):
    __tablename__ = "account"

    name: str = Field(max_length=300)
    alias: str = Field(default="", max_length=300)
    search_key: str = Field(default="", max_length=600)
    """Pinyin initials and full pinyin, written when the name is written; derived, never sent."""
    tier: str = Field(default="C", max_length=1)
    lifecycle: str = Field(default="prospect", max_length=16)
    industry: str = Field(default="", max_length=100)
    size: str = Field(default="", max_length=100)
    address: str = Field(default="", max_length=500)
    phone: str = Field(default="", max_length=100)
    lat: float | None = None
    lon: float | None = None
    cadence_days: int | None = None
