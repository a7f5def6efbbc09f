"""Of customers: their opening windows and their people."""

from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow


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
