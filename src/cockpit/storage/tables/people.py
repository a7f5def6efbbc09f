"""Teams and people."""

from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow


class TeamRow(SyncedRow, table=True):
    __tablename__ = "team"

    name: str = Field(max_length=200)
    alias: str = Field(default="", max_length=200)
    parent_id: str | None = Field(default=None, index=True, max_length=64)
    kind: str = Field(default="team", max_length=16)
    time_zone: str = Field(default="UTC", max_length=64)


class PersonRow(SyncedRow, table=True):
    __tablename__ = "person"

    name: str = Field(max_length=200)
    alias: str = Field(default="", max_length=200)
    role: str = Field(default="rep", max_length=16)
    team_id: str | None = Field(default=None, index=True, max_length=64)
    mentor_id: str | None = Field(default=None, max_length=64)
    email: str = Field(default="", max_length=200)
    work_days: str = Field(default="12345", max_length=7)
    home_lat: float | None = None
    home_lon: float | None = None
    bonus_base_minor: int | None = None
    currency: str = Field(default="CNY", max_length=3)
    rung: str = Field(default="", max_length=64)
    is_active: bool = True
