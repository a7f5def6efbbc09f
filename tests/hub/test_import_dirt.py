"""Bad lines of an export are reported with their place and reason, and never half written."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from cockpit.errors import BadUse, ConfigError
from cockpit.hub import store
from cockpit.hub.importing import import_csv
from cockpit.hub.revisions import head
from cockpit.storage.database import Database
from cockpit.storage.tables import ChangeLogRow, DealRow, PersonRow, ProductRow, StageRow

MAPPING = """
name = "small"
currency = "EUR"
time_zone = "Europe/Berlin"
[files.people]
file = "people.csv"
columns = { rep = "who" }
[files.accounts]
file = "accounts.csv"
columns = { name = "customer", tier = "class" }
[files.deals]
file = "deals.csv"
columns = { ref = "id", owner = "who", account = "customer", product = "what", stage = "stage", opened = "from", closed = "to", amount = "value" }
[funnel]
name = "Sales"
before_close = "Talks"
[[stages]]
name = "Talks"
[[stages]]
name = "Won"
kind = "won"
[[stages]]
name = "Lost"
kind = "lost"
"""
HEADER = "id,who,customer,what,stage,from,to,value\n"
GOOD = "d1,Ann,Acme,Box,Won,2026-01-05,2026-02-01,1200.50\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database.at(tmp_path / "hub" / "hub.db")
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "small.toml").write_text(MAPPING)
    (folder / "people.csv").write_text("who\nAnn\nBo\n")
    (folder / "accounts.csv").write_text("customer,class\nAcme,A\n")
    (folder / "deals.csv").write_text(HEADER + GOOD)
    return folder


def reported(path: Path | None) -> list[dict[str, str]]:
    assert path is not None
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("line", "column", "reason", "value"),
    [
        ("d2,Zoe,Acme,Box,Talks,2026-01-05,,", "who", "no such person", "Zoe"),
        ("d2,Ann,Nobody,Box,Talks,2026-01-05,,", "customer", "not in accounts.csv", "Nobody"),
        ("d2,Ann,Acme,Box,Maybe,2026-01-05,,", "stage", "no such stage", "Maybe"),
        ("d2,Ann,Acme,Box,Talks,05.01.2026,,", "from", "not a date like %Y-%m-%d", "05.01.2026"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,,10", "to", "a closed deal needs its date", ""),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-04,10", "to", "before the deal was opened", "2026-01-04"),
        ("d2,Ann,Acme,Box,Talks,2026-01-05,2026-01-06,", "to", "an open deal has no closing date", "2026-01-06"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-06,many", "value", "not an amount", "many"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-06,-5", "value", "not an amount", "'-5"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-06,1e999999", "value", "not an amount", "1e999999"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-06,NaN", "value", "not an amount", "NaN"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-06,0.001", "value", "not an amount", "0.001"),
        ("d2,Ann,Acme,Box,Won,2026-01-05,2026-01-06,", "value", "a won deal needs its amount", ""),
        (",Ann,Acme,Box,Talks,2026-01-05,,", "id", "empty", ""),
        ("d1,Ann,Acme,Box,Talks,2026-01-05,,", "id", "already on line 2", "d1"),
        ("d2,Ann,Acme", "", "3 cells where 8 are needed", ""),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_is_taken(
    database: Database, folder: Path, line: str, column: str, reason: str, value: str
) -> None:
    last = "d9,Bo,,Box,Talks,2026-03-01,,\n"
    (folder / "deals.csv").write_text(HEADER + GOOD + line + "\n" + last)
    report = import_csv(database, folder, folder / "small.toml")
    assert report.rejected == 1
    expected = {"file": "deals.csv", "line": "3", "column": column, "reason": reason, "value": value}
    assert reported(report.report_path) == [expected]
    with database.read() as session:
        assert {row.external_ref for row in session.exec(select(DealRow))} == {"d1", "d9"}


def test_broken_bytes_and_quotes_cost_their_own_line_only(database: Database, folder: Path) -> None:
    good = "d9,Bo,,Box,Talks,2026-03-01,,\n"
    lines = (
        HEADER.encode() + b"d2,Ann,Acme,B\xffx,Talks,2026-01-05,,\n" + b'd3,"Ann"x,Acme,Box,Talks,,,\n' + good.encode()
    )
    (folder / "deals.csv").write_bytes(lines)
    report = import_csv(database, folder, folder / "small.toml")
    found = reported(report.report_path)
    assert [(row["line"], row["column"]) for row in found] == [("2", "what"), ("3", "")]
    assert found[0]["reason"] == "not UTF-8"
    with database.read() as session:
        assert [row.external_ref for row in session.exec(select(DealRow))] == ["d9"]


def test_line_numbers_hold_behind_a_cell_of_two_lines(database: Database, folder: Path) -> None:
    (folder / "deals.csv").write_text(HEADER + 'd2,Ann,Acme,"Box\nlarge",Talks,2026-01-05,,\n\nd3,Zoe,,,Talks,,,\n')
    report = import_csv(database, folder, folder / "small.toml")
    assert [row["line"] for row in reported(report.report_path)] == ["5"]
    with database.read() as session:
        assert session.exec(select(ProductRow.name)).all() == ["Box large"]


def test_a_mended_file_leaves_no_report_behind(database: Database, folder: Path) -> None:
    (folder / "deals.csv").write_text(HEADER + "d2,Zoe,,,Talks,,,\n")
    first = import_csv(database, folder, folder / "small.toml")
    (folder / "deals.csv").write_text(HEADER + GOOD)
    second = import_csv(database, folder, folder / "small.toml")
    assert first.report_path is not None
    assert not first.report_path.exists()
    assert second.report_path is None


def test_hostile_names_are_made_inert(database: Database, folder: Path) -> None:
    (folder / "people.csv").write_text("who\nAnn\x1b[2J\u202e\n")
    (folder / "deals.csv").write_text(HEADER)
    import_csv(database, folder, folder / "small.toml")
    with database.read() as session:
        assert session.exec(select(PersonRow.name)).one() == "Ann\ufffd[2J\ufffd"


def test_a_later_export_changes_what_it_changes(database: Database, folder: Path) -> None:
    """An open deal that closed in the next export: one patch, known from its closing day on."""
    (folder / "deals.csv").write_text(HEADER + "d1,Ann,Acme,Box,Talks,2026-01-05,,\n")
    import_csv(database, folder, folder / "small.toml")
    (folder / "deals.csv").write_text(HEADER + GOOD)
    report = import_csv(database, folder, folder / "small.toml")
    assert report.written == 1
    with database.read() as session:
        deal = session.exec(select(DealRow)).one()
        stages = {row.id: row.name for row in session.exec(select(StageRow))}
        entry = session.exec(
            select(ChangeLogRow).where(ChangeLogRow.entity_id == deal.id, ChangeLogRow.op == "patch")
        ).one()
        assert (stages[deal.stage_id], deal.amount_minor, deal.closed_on) == ("Won", 120_050, date(2026, 2, 1))
        assert entry.recorded_at == datetime(2026, 1, 31, 23, tzinfo=UTC)  # midnight in Berlin
        assert set(entry.after) == {"stage_id", "amount_minor", "closed_on"}


def test_what_people_changed_here_is_not_taken_back(database: Database, folder: Path) -> None:
    (folder / "deals.csv").write_text(HEADER + "d1,Ann,Acme,Box,Talks,2026-01-05,,500\n")
    import_csv(database, folder, folder / "small.toml")
    with database.write() as session:
        deal = session.exec(select(DealRow)).one()
        change = store.Change("deal", deal.id, "patch", {"amount_minor": 77_700})
        store.apply(session, change, actor_id="ann", recorded_at=datetime(2026, 1, 9, tzinfo=UTC))
    with database.read() as session:
        before = head(session)
    again = import_csv(database, folder, folder / "small.toml")
    assert again.written == 0
    with database.read() as session:
        assert session.exec(select(DealRow.amount_minor)).one() == 77_700
        assert head(session) == before


def test_files_that_no_mapping_fits(database: Database, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="No shipped mapping fits"):
        import_csv(database, folder)
    with pytest.raises(BadUse, match="There is no folder"):
        import_csv(database, tmp_path / "absent")
    (folder / "deals.csv").write_text("id,who\n")
    with pytest.raises(BadUse, match=r"deals\.csv has no column .*stage"):
        import_csv(database, folder, folder / "small.toml")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('before_close = "Talks"', 'before_close = "Nowhere"', "funnel.before_close"),
        ('kind = "won"', 'kind = "maybe"', "stages.1.kind"),
        ('rep = "who"', 'lead = "who"', "files.people.columns.rep"),
        ('tier = "class"', 'colour = "class"', "files.accounts.columns.colour"),
        ("Europe/Berlin", "Europe/Nowhere", "time_zone"),
        ('name = "small"', "name = 3", "name"),
        ("[files.accounts]", "[files.cars]", "files.cars"),
    ],
)
def test_a_mapping_that_cannot_be_used_names_its_key(
    database: Database, folder: Path, old: str, new: str, key: str
) -> None:
    (folder / "small.toml").write_text(MAPPING.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        import_csv(database, folder, folder / "small.toml")
    assert caught.value.facts["key"] == key


def test_a_mapping_that_is_no_toml_names_its_line(database: Database, folder: Path) -> None:
    (folder / "small.toml").write_text('name = "small"\nfiles = [\n')
    with pytest.raises(ConfigError) as caught:
        import_csv(database, folder, folder / "small.toml")
    assert caught.value.facts["line"]
