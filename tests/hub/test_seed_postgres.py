"""The demo company and an import on PostgreSQL: the same bulk writes, the same rows as on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import func, select

from cockpit.hub.importing import import_csv
from cockpit.hub.revisions import head
from cockpit.hub.seed import seed_company, tell_company
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED, ActivityRow, DealRow
from tests.support.postgres import Cluster

pytestmark = pytest.mark.postgres
ANCHOR = date(2026, 11, 20)


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[Database]:
    found = Database(postgres_cluster.create("seed_hub"))
    yield found
    found.close()
    postgres_cluster.drop("seed_hub")


def test_the_company_is_the_same_there(database: Database) -> None:
    report = seed_company(database, ANCHOR)
    told = tell_company(ANCHOR)
    with database.read() as session:
        for entity, table in SYNCED.items():
            assert session.exec(select(func.count()).select_from(table)).one() == report.counts[entity]
        assert head(session) == sum(report.counts.values())
        mine = session.exec(select(ActivityRow).where(ActivityRow.rep_id == report.rep_id)).all()
        assert mine
        for row in mine:
            wanted = told.batch.rows["activity"][row.id]
            assert {name: getattr(row, name) for name in wanted} == wanted


def test_an_import_there_is_repeatable(database: Database, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'name = "small"\n[files.people]\nfile = "p.csv"\ncolumns = { rep = "who" }\n'
        '[files.deals]\nfile = "d.csv"\ncolumns = { ref = "id", owner = "who", stage = "stage", closed = "to" }\n'
        '[funnel]\nname = "Sales"\n[[stages]]\nname = "Talks"\n[[stages]]\nname = "Won"\nkind = "won"\n'
    )
    (tmp_path / "p.csv").write_text("who\nAnn\n")
    (tmp_path / "d.csv").write_text("id,who,stage,to\nd1,Ann,Won,2026-02-01\nd2,Ann,Talks,\nd3,Zoe,Talks,\n")
    first = import_csv(database, tmp_path, tmp_path / "map.toml")
    second = import_csv(database, tmp_path, tmp_path / "map.toml")
    assert (first.rejected, second.written, second.unchanged) == (1, 0, first.written)
    assert first.report_path is not None
    assert first.report_path.exists()
    with database.read() as session:
        deals = {row.external_ref: to_wire(row, "deal") for row in session.exec(select(DealRow))}
    assert (deals["d1"]["closed_on"], deals["d2"]["closed_on"]) == ("2026-02-01", None)
