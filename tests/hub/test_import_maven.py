"""The public data set, imported, against numbers worked out from its CSV files with plain Python."""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import func, select

from cockpit.domain.book import Book
from cockpit.domain.deals import standing
from cockpit.domain.entities import Deal
from cockpit.hub.importing import ImportReport, import_csv
from cockpit.hub.revisions import head
from cockpit.storage.database import Database
from cockpit.storage.queries.book import load_book
from cockpit.storage.reading import entities
from cockpit.storage.tables import AccountRow, ChangeLogRow, ChangeRow, DealRow, ProductRow, StageChangeRow

AS_OF = date(2017, 11, 15)
LAST = date(2018, 1, 31)


def shared_folder() -> Path:
    """Where the data set lies: COCKPIT_SHARED, else the folder beside the repository."""
    named = os.environ.get("COCKPIT_SHARED")
    root = Path(named) if named else Path(__file__).parents[3] / "shared"
    return root / "data" / "maven"


@pytest.fixture(scope="module")
def folder() -> Path:
    found = shared_folder()
    if not (found / "sales_pipeline.csv").exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the data set is required here and is not at {found}")
        pytest.skip("the data set is not here; set COCKPIT_SHARED to the folder that holds data/maven")
    return found


@dataclass
class Imported:
    database: Database
    report: ImportReport
    lines: list[dict[str, str]]
    first: str

    def book(self, day: date) -> Book:
        with self.database.read() as session:
            return load_book(session, as_of=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))

    def opened(self, line: dict[str, str]) -> str:
        return line["engage_date"] or self.first


@pytest.fixture(scope="module")
def imported(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    database = Database.at(tmp_path_factory.mktemp("maven") / "hub.db")
    report = import_csv(database, folder)
    with (folder / "sales_pipeline.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    first = min(line["engage_date"] for line in lines if line["engage_date"])
    yield Imported(database, report, lines, first)
    database.close()


def standing_at(imported: Imported, line: dict[str, str], day: date) -> str | None:
    """What a line of the file was on `day`; None when it had not begun."""
    if imported.opened(line) > day.isoformat():
        return None
    if line["close_date"] and line["close_date"] <= day.isoformat():
        return line["deal_stage"].lower()
    return "open"


def test_every_line_arrives(imported: Imported, folder: Path) -> None:
    lines = 0
    for name in ("accounts", "products", "sales_teams", "sales_pipeline"):
        with (folder / f"{name}.csv").open(newline="") as file:
            lines += len(list(csv.DictReader(file)))
    assert (imported.report.mapping, imported.report.read, imported.report.rejected) == ("maven", lines, 0)
    assert imported.report.report_path is None
    with imported.database.read() as session:
        assert session.exec(select(func.count()).select_from(DealRow)).one() == len(imported.lines)
        assert session.exec(select(func.count()).select_from(AccountRow)).one() == 85
        assert session.exec(select(func.count()).select_from(ProductRow)).one() == 7


def test_the_dirt_survives(imported: Imported) -> None:
    with imported.database.read() as session:
        refs = {row.id: row.external_ref for row in session.exec(select(DealRow))}
        deals = {refs[deal.id]: deal for deal in entities(session, Deal)}
        products = {row.id: row.name for row in session.exec(select(ProductRow))}
        industries = set(session.exec(select(AccountRow.industry)))
    open_refs = [line["opportunity_id"] for line in imported.lines if not line["close_date"]]
    assert len(open_refs) == 2089
    assert all(deals[ref].amount_minor is None for ref in open_refs)
    assert sum(deals[ref].account_id is None for ref in open_refs) == 1425
    undated = [line["opportunity_id"] for line in imported.lines if not line["engage_date"]]
    assert len(undated) == 500
    assert {deals[ref].created_on for ref in undated} == {date.fromisoformat(imported.first)}
    misspelt = [line["opportunity_id"] for line in imported.lines if line["product"] == "GTXPro"]
    assert misspelt
    assert {products[deals[ref].product_id or ""] for ref in misspelt} == {"GTX Pro"}
    assert "technology" in industries
    assert "technolgy" not in industries


@pytest.mark.parametrize("day", [date(2017, 3, 1), AS_OF, LAST])
def test_each_rep_has_the_numbers_of_the_file(imported: Imported, day: date) -> None:
    book = imported.book(day)
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for line in imported.lines:
        state = standing_at(imported, line, day)
        if state is not None:
            expected[line["sales_agent"]][state] += 1
            if state == "won":
                expected[line["sales_agent"]]["money"] += int(line["close_value"]) * 100
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for deal in book.deals:
        name = book.people[deal.owner_id or ""].name
        state = standing(book, deal)
        found[name][state] += 1
        if state == "won":
            found[name]["money"] += deal.amount_minor or 0
        elif state == "open":
            assert (deal.amount_minor, deal.closed_on) == (None, None)
    assert found == expected
    assert {deal.currency for deal in book.deals} == {"USD"}
    assert book.targets == ()


def test_a_deal_that_closed_later_stands_in_the_stage_before(imported: Imported) -> None:
    later = {line["opportunity_id"] for line in imported.lines if line["close_date"] > AS_OF.isoformat()}
    with imported.database.read() as session:
        ids = {row.id for row in session.exec(select(DealRow)) if row.external_ref in later}
    book = imported.book(AS_OF)
    shown = [deal for deal in book.deals if deal.id in ids]
    assert shown
    assert {book.stages[deal.stage_id].name for deal in shown} == {"Engaging"}


def test_stages_are_not_given_a_history_they_never_had(imported: Imported) -> None:
    with imported.database.read() as session:
        assert session.exec(select(StageChangeRow)).first() is None


def test_managers_lead_the_teams_of_their_region(imported: Imported, folder: Path) -> None:
    with (folder / "sales_teams.csv").open(newline="") as file:
        expected = {(r["sales_agent"], r["manager"], r["regional_office"]) for r in csv.DictReader(file)}
    book = imported.book(LAST)
    leads = {person.team_id: person.name for person in book.people.values() if person.role == "team_lead"}
    found = set()
    for person in book.people.values():
        if person.role == "rep":
            team = book.teams[person.team_id or ""]
            found.add((person.name, leads[team.id], book.teams[team.parent_id or ""].name))
    assert found == expected


def test_a_second_run_changes_nothing(imported: Imported, folder: Path) -> None:
    with imported.database.read() as session:
        before = head(session), session.exec(select(func.count()).select_from(ChangeLogRow)).one()
    again = import_csv(imported.database, folder)
    assert (again.written, again.unchanged) == (0, imported.report.written)
    with imported.database.read() as session:
        assert (head(session), session.exec(select(func.count()).select_from(ChangeLogRow)).one()) == before
        revs = list(session.exec(select(ChangeRow.rev)))
    assert len(revs) == len(set(revs)) == before[0]
