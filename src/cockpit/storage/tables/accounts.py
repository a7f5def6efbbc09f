"""Customers: accounts, their opening windows and their people."""

from __future__ import annotations

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


class OpeningWindowRow(SyncedRow, table=True):
    __tablename__ = "opening_window"

    account_id: str = Field(index=True, max_length=64)
    weekday: int
    opens: str = Field(max_length=5)
    closes: str = Field(max_length=5)


class ContactRow(SyncedRow, table=True):
    __tablename__ = "contact"

    account_id: str = Field(index=True, max_length=64)
    name: str = Field(max_length=200)
    title: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=100)
    mobile: str = Field(default="", max_length=100)
    email: str = Field(default="", max_length=200)
    decision_role: str = Field(default="", max_length=64)
    stance: int | None = None
