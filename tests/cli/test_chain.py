"""The chain and the rates in a pipe: the same numbers in every form, and bad use."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.services.test_chain import work
from tests.support.company import Company


@pytest.fixture
def told(account_file: Path) -> Company:
    company = Company(Database.at(account_file), rev=10_000)
    company.target(30_000_000)
    work(company)
    company.database.close()
    return company


def test_one_chain_in_three_forms(cockpit: Cockpit, told: Company) -> None:
    shape = cockpit("gap", "--chain", "--json").json
    assert {"rep", "period", "window", "currency", "lines", "per_day", "per_day80", "levers", "cycle", "thin"} <= set(
        shape
    )
    assert shape["version"] == 1
    rows = list(csv.DictReader(io.StringIO(cockpit("gap", "--chain", "--csv").out)))
    assert [(row["step"], int(row["need"]), row["rate"]) for row in rows] == [
        (line["id"], line["need"], line["rate"]["id"] if line["rate"] else "") for line in shape["lines"]
    ]
    text = cockpit("gap", "--chain").out
    assert "win rate by amount (n 20, " in text
    assert f"per day {shape['per_day']}" in " ".join(text.split())
    assert "FEASIBLE" in text or "TOO MUCH" in text
    assert "储备金额" in cockpit("gap", "--chain", "--lang", "zh").out


def test_why_says_the_same_number(cockpit: Cockpit, told: Company) -> None:
    shape = cockpit("gap", "--chain", "--json").json
    for line in shape["lines"]:
        assert cockpit("why", f"chain.{line['id']}", "--json").json["value"] == line["need"]
    assert cockpit("why", "chain.per_day", "--json").json["value"] == shape["per_day"]
    rate = cockpit("why", "rate:pick_up", "--json").json
    assert (rate["value"], len(rate["rows"])) == (30, 60)
    assert cockpit("why", "rate:luck").code == 2
    assert cockpit("why", "chain.luck").code == 2


def test_write_it_and_take_it_back(cockpit: Cockpit, told: Company) -> None:
    assert "to-dos" in cockpit("gap", "--chain", "--apply").err
    assert "dials" in cockpit("plan").out
    assert cockpit("undo").code == 0
    assert "dials" not in cockpit("plan").out


def test_bad_use(cockpit: Cockpit, told: Company) -> None:
    assert cockpit("gap", "--apply").code == 2
    assert cockpit("gap", "--chain", "--apply", "--as-of", "2026-11-10").code == 2
    assert cockpit("gap", "--chain", "--period", "decade").code == 2


def test_rates_of_one_alone(cockpit: Cockpit, told: Company) -> None:
    shape = cockpit("rates", "--json").json
    board = next(board for board in shape["rates"] if board["id"] == "win_rate")
    assert (board["may_rank"], board["reps"][0]["rate"]["n"]) == (False, 20)
    assert shape["alone"]
    rows = list(csv.DictReader(io.StringIO(cockpit("rates", "--csv").out)))
    assert {row["rate"] for row in rows} == {board["id"] for board in shape["rates"]}
    assert "nobody to compare with" in cockpit("rates").out


def test_the_gap_ends_in_its_chain(cockpit: Cockpit, told: Company) -> None:
    shape = cockpit("gap", "--chain", "--json").json
    (line,) = [line for line in cockpit("gap").out.splitlines() if line.startswith("chain ")]
    assert line.endswith(f"/ 5 {shape['per_day']} dials a day")
