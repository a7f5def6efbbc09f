"""Rows written in bulk, and rows read without the mapped class, are the same as by the mapped class."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from cockpit.storage import rows
from cockpit.storage.database import Database
from cockpit.storage.records import column_types, required_columns, to_wire, to_wire_plainly, travelling
from cockpit.storage.tables import SYNCED

SAMPLE: dict[type, Any] = {
    str: '恒泰 "quoted" \'n',
    int: 7,
    bool: True,
    float: 1.25,
    date: date(2026, 2, 28),
    datetime: datetime(2026, 11, 24, 1, 2, 3, 4, tzinfo=UTC),
    list: ["price", "交期"],
    dict: {"a": [1, {"b": None}]},
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database.at(tmp_path_factory.mktemp("bulk") / "a.db")
    made.prepare()
    return made


def kinds(entity: str) -> dict[str, type]:
    return {name: kind for name, kind in column_types(entity).items() if name != "id"}


def raw(database: Database, entity: str, row_id: str) -> list[Any]:
    with database.read() as session:
        found = session.execute(text(f"SELECT * FROM {entity} WHERE id = :id"), {"id": row_id}).one()
    return [value for value in found if value != row_id]


@pytest.mark.parametrize("entity", SYNCED)
def test_bulk_rows_are_kept_as_the_mapped_class_keeps_them(database: Database, entity: str) -> None:
    full = {name: SAMPLE[kind] for name, kind in kinds(entity).items()}
    least = {name: SAMPLE[kinds(entity)[name]] for name in required_columns(entity) - {"id"}}
    for number, values in enumerate((full, least)):
        with database.write() as session:
            rows.insert_many(session, entity, [{**values, "id": f"bulk-{number}"}])
            rows.put_values(session, entity, {**values, "id": f"mapped-{number}"}, None)
        assert raw(database, entity, f"bulk-{number}") == raw(database, entity, f"mapped-{number}")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("entity", SYNCED)
def test_rows_read_plainly_are_the_same_on_the_wire(database: Database, entity: str, dialect: str) -> None:
    full = {name: SAMPLE[kind] for name, kind in kinds(entity).items()}
    with database.write() as session:
        rows.put_values(session, entity, {**full, "id": f"plain-{dialect}"}, None)
    with database.read() as session:
        mapped = rows.find(session, entity, f"plain-{dialect}")
        assert mapped is not None
        id_column = SYNCED[entity].__table__.c.id  # type: ignore[attr-defined]
        found = session.execute(select(*travelling(entity, dialect)).where(id_column == f"plain-{dialect}")).one()
        assert to_wire_plainly(entity, found) == to_wire(mapped, entity)


def test_a_moment_that_another_program_wrote_without_its_fractions_is_read_too(database: Database) -> None:
    visit = {"id": "by-hand", "rep_id": "rep-1", "starts_at": SAMPLE[datetime]}
    with database.write() as session:
        rows.insert_many(session, "activity", [visit])
        session.execute(text("UPDATE activity SET starts_at = '2026-11-24 01:02:03' WHERE id = 'by-hand'"))
    with database.read() as session:
        id_column = SYNCED["activity"].__table__.c.id  # type: ignore[attr-defined]
        found = session.execute(select(*travelling("activity", "sqlite")).where(id_column == "by-hand")).one()
    assert to_wire_plainly("activity", found)["starts_at"] == "2026-11-24T01:02:03.000000Z"
