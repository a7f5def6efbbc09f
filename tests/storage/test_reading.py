"""Rows read without the mapped classes: the same as the mapped classes give, and nothing heavy imported."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from cockpit.domain import entities as e
from cockpit.errors import DatabaseCorrupt
from cockpit.storage import tables as t
from cockpit.storage.database import Database
from cockpit.storage.reading import TABLES, among, as_stored, entities, local_days, one

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database.at(tmp_path / "a.db")
    made.prepare()
    return made


def _activity(number: int, starts_at: datetime) -> t.ActivityRow:
    return t.ActivityRow(
        id=f"act-{number}", rep_id="rep-1", kind="visit", status="planned", starts_at=starts_at, needs=["ROI", "参考"]
    )


def test_every_entity_has_its_table_and_every_field_its_column() -> None:
    for cls, table in TABLES.items():
        columns = set(t.SYNCED[table].model_fields)
        fields = {field.name for field in dataclasses.fields(cls)}
        assert fields <= columns, table
    assert set(TABLES.values()) <= set(t.SYNCED)


def test_a_file_and_a_session_give_the_same_entities(database: Database) -> None:
    with database.write() as session:
        session.add(_activity(1, NOON))
        session.add(t.CalendarDayRow(id="day-1", on=NOON.date(), kind="holiday"))
        session.add(t.FunnelRow(id="fun-1", name="Project", is_default=True))
    with database.look() as reader, database.read() as session:
        for cls in (e.Activity, e.CalendarDay, e.Funnel):
            assert entities(reader, cls) == entities(session, cls)
        (activity,) = entities(reader, e.Activity)
        (day,) = entities(reader, e.CalendarDay)
        (funnel,) = entities(reader, e.Funnel)
    assert activity.starts_at == NOON
    assert activity.starts_at.tzinfo is UTC
    assert activity.needs == ("ROI", "参考")
    assert day.on == NOON.date()
    assert funnel.is_default is True


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8))])
def test_moments_compare_to_the_microsecond_whatever_their_zone(database: Database, zone: timezone) -> None:
    with database.write() as session:
        for number, later in enumerate((-1, 0, 1)):
            session.add(_activity(number, NOON + timedelta(microseconds=later)))

    def ids(source: Session | object, condition: str) -> list[str]:
        found = entities(source, e.Activity, condition, moment=NOON.astimezone(zone))  # type: ignore[arg-type]
        return [activity.id for activity in found]

    with database.look() as reader, database.read() as session:
        for source in (reader, session):
            assert ids(source, "starts_at < :moment") == ["act-0"]
            assert ids(source, "starts_at <= :moment") == ["act-0", "act-1"]
            assert ids(source, "starts_at >= :moment") == ["act-1", "act-2"]


def test_rows_of_the_open_transaction_are_read(database: Database) -> None:
    with database.write() as session:
        session.add(_activity(1, NOON))
        assert one(session, e.Activity, "act-1") is not None
        with database.look() as reader:
            assert one(reader, e.Activity, "act-1") is None


def test_among_takes_any_name_as_a_value_and_no_name_as_nothing(database: Database) -> None:
    with database.write() as session:
        session.add(t.AccountRow(id='it\'s "one"', name="x"))
    with database.look() as reader:
        where, values = among("id", ['it\'s "one"', "other"])
        assert len(entities(reader, e.Account, where, **values)) == 1
        where, values = among("id", [])
        assert entities(reader, e.Account, where, **values) == []


def test_a_look_at_a_damaged_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(b"no database at all, but long enough to be read as one" * 20)
    with pytest.raises(DatabaseCorrupt):
        Database.at(file).revision()


def test_opening_a_file_and_looking_at_today_imports_neither_orm_nor_network(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    made = Database.at(file)
    made.prepare()
    with made.write() as session:
        session.add(t.MetaRow(key="person_id", value="rep-1"))
        session.add(t.PersonRow(id="rep-1", name="Zhang Wei"))
    made.close()
    heavy = ("sqlmodel", "sqlalchemy", "pydantic", "httpx", "alembic", "rapidfuzz", "pydantic_settings")
    code = (
        "import sys; from pathlib import Path\n"
        "from cockpit.services.container import open_services\n"
        f"opened = open_services(Path({str(file)!r}))\n"
        "opened.today.load(); opened.gap.load(); opened.pipeline.load(); opened.team.load()\n"
        "opened.desk.database.data_version(); opened.desk.database.close()\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"])
def test_the_local_day_of_a_stored_moment_is_that_of_its_zone(name: str) -> None:
    zone = ZoneInfo(name)
    first = datetime(2026, 3, 6, tzinfo=UTC)
    moments = [first + timedelta(minutes=7 * number) for number in range(8000)]
    stored = [as_stored(moment) for moment in moments]
    assert list(local_days(stored, zone)) == [moment.astimezone(zone).date() for moment in moments]


def test_fields_left_out_are_as_by_default(database: Database) -> None:
    with database.write() as session:
        session.add(_activity(1, NOON))
    with database.look() as reader:
        (row,) = entities(reader, e.Activity, only=("id", "rep_id", "starts_at", "status"))
    assert row == e.Activity(id="act-1", rep_id="rep-1", starts_at=NOON, status="planned")
