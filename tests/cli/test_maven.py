"""A real export, end to end: import, sync as a rep and as a manager, and every figure recomputed from the CSV."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cockpit.hub import tokens
from cockpit.hub.embedded import start
from cockpit.hub.importing import import_csv
from cockpit.services.container import open_services
from cockpit.services.desk import end_of_day
from cockpit.storage.database import Database
from cockpit.storage.tables import PersonRow

FOLDER = Path(os.environ.get("COCKPIT_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "maven"
AS_OF = date(2017, 11, 15)
REP, MANAGER = "Moses Frase", "Dustin Brinkmann"

if not FOLDER.exists() and not os.environ.get("CI"):
    pytest.skip(f"the data set is not at {FOLDER}; set COCKPIT_SHARED", allow_module_level=True)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _expected(agents: set[str]) -> dict[str, Any]:
    """The figures of some agents at the end of AS_OF, by plain Python over the file."""
    deals = _rows("sales_pipeline.csv")
    first_day = min(row["engage_date"] for row in deals if row["engage_date"])
    mine = [row for row in deals if row["sales_agent"] in agents]
    known = [row for row in mine if (row["engage_date"] or first_day) <= AS_OF.isoformat()]
    closed = [row for row in known if row["close_date"] and row["close_date"] <= AS_OF.isoformat()]
    won = [row for row in closed if row["deal_stage"] == "Won"]
    lost = [row for row in closed if row["deal_stage"] == "Lost"]
    still_open = len(known) - len(closed)
    prospecting = sum(row["deal_stage"] == "Prospecting" for row in known)
    return {
        "won": {"count": len(won), "amount": sum(int(row["close_value"]) * 100 for row in won)},
        "lost": len(lost),
        "open": still_open,
        "rate": len(won) / (len(won) + len(lost)),
        "stages": {"Prospecting": prospecting, "Engaging": still_open - prospecting},
        "without_account": sum(not row["account"] for row in known if row not in closed),
    }


@pytest.fixture(scope="module")
def hub_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database.at(tmp_path_factory.mktemp("maven") / "hub.db")
    database.prepare()
    report = import_csv(database, FOLDER)
    assert report.read >= 8_800
    yield database
    database.close()


def _synced(hub_database: Database, folder: Path, name: str) -> Any:
    with hub_database.write() as session:
        from sqlmodel import col, select

        person = session.exec(select(PersonRow).where(col(PersonRow.name) == name)).one()
        token = tokens.issue(session, person.id, label="test")
    with start(hub_database.url) as hub:
        opened = open_services(folder / "device.db")
        opened.sync.sign_in(hub.url, token)
        report = opened.sync.run()
    assert report.complete
    return opened


@pytest.mark.parametrize("name", [REP, MANAGER])
def test_figures_as_of_a_past_day(hub_database: Database, tmp_path: Path, name: str) -> None:
    teams = _rows("sales_teams.csv")
    agents = {row["sales_agent"] for row in teams if name in (row["sales_agent"], row["manager"])}
    opened = _synced(hub_database, tmp_path, name)
    found = opened.pipeline.load(as_of=end_of_day(AS_OF, opened.desk.time_zone()))
    wanted = _expected(agents)
    assert (found.won_count, found.won_amount_minor) == (wanted["won"]["count"], wanted["won"]["amount"])
    assert found.lost_count == wanted["lost"]
    assert (found.open_count, found.open_amount_minor, found.open_without_amount) == (wanted["open"], 0, wanted["open"])
    assert found.win_rate == pytest.approx(wanted["rate"])
    assert found.win_rate_n == wanted["won"]["count"] + wanted["lost"]
    assert {stage.name: stage.count for stage in found.stages if stage.count} == wanted["stages"]
    assert all(stage.conversion is None for stage in found.stages)
    assert sum(deal.account_id is None for deal in found.deals) == wanted["without_account"]
    gap = opened.gap.load(as_of=end_of_day(AS_OF, opened.desk.time_zone()))
    assert gap.target_minor is None
    assert gap.gap_minor is None
    opened.desk.database.close()


def test_manager_board_adds_up(hub_database: Database, tmp_path: Path) -> None:
    opened = _synced(hub_database, tmp_path, MANAGER)
    board = opened.team.load(as_of=end_of_day(AS_OF, opened.desk.time_zone()))
    deals = [
        row for row in _rows("sales_pipeline.csv") if row["close_date"][:7] == "2017-11" and row["deal_stage"] == "Won"
    ]
    for rep in board.reps:
        wanted = sum(
            int(row["close_value"]) * 100
            for row in deals
            if row["sales_agent"] == rep.name and row["close_date"] <= AS_OF.isoformat()
        )
        assert rep.actual_minor == wanted, rep.name
        assert rep.target_minor is None
    assert board.total.actual_minor == sum(rep.actual_minor for rep in board.reps)
    assert board.reps
    opened.desk.database.close()
