"""What holds for some days: memberships in teams, the company calendar, absences."""

from datetime import date

from sqlmodel import Field

from cockpit.storage.tables.base import SyncedRow


class MembershipRow(SyncedRow, table=True):
    """A person's time in a team."""

    __tablename__ = "membership"

    person_id: str = Field(index=True, max_length=64)
    team_id: str = Field(index=True, max_length=64)
    from_on: date
    to_on: date | None = None


class CalendarDayRow(SyncedRow, table=True):
    """A day that differs from the plain week: a holiday or a make-up workday."""

    __tablename__ = "calendar_day"

    on: date = Field(index=True)
    kind: str = Field(max_length=16)
    name: str = Field(default="", max_length=200)


class AbsenceRow(SyncedRow, table=True):
    __tablename__ = "absence"

    person_id: str = Field(index=True, max_length=64)
    from_on: date
    to_on: date
    reason: str = Field(default="", max_length=200)
