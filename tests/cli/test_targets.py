"""`cockpit targets`: the tree in every form with the same numbers, and each verb."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import LEAD, MATE, ME, TEAM, Company, at, sign_in


@pytest.fixture
def team(account_file: Path) -> Company:
    """The lead's device: 600k for the team in November, 400k and 200k for its reps."""
    company = Company(Database.at(account_file), rev=10_000)
    for scope, value in ((TEAM, 60_000_000), (ME, 40_000_000), (MATE, 20_000_000)):
        company.target(value, scope, agreed_by_lead_at=at(2), agreed_by_rep_at=at(3) if scope != TEAM else None)
    company.deal("won", "stage-won", 18_200_000, closed_on=date(2026, 11, 10))
    with company.database.write() as session:
        sign_in(session, LEAD)
    company.database.close()
    return company


def test_the_forms_say_the_same(cockpit: Cockpit, team: Company) -> None:
    shape = cockpit("targets", "--json").json
    assert {
        "version",
        "as_of",
        "complete",
        "viewer",
        "metric",
        "unit",
        "currency",
        "period",
        "targets",
        "problems",
    } == set(shape)
    rows = list(csv.DictReader(io.StringIO(cockpit("targets", "--csv").out)))
    assert [row["id"] for row in rows] == [line["id"] for line in shape["targets"]] == [TEAM, ME, MATE]
    for row, line in zip(rows, shape["targets"], strict=True):
        assert (int(row["value"]), int(row["actual"])) == (line["value"], line["actual"])
    assert cockpit("targets").out == cockpit("targets", "show", "--plain").out
    text = cockpit("targets").out
    assert "- Zhang Wei" in text
    assert "middle 240k, 58k to go" in text
    assert "400k    182k  218k" in text
    assert "中间力量 24万" in cockpit("targets", "--lang", "zh").out.replace(".0", "")


def test_set_split_and_undo(cockpit: Cockpit, team: Company) -> None:
    assert cockpit("targets", "set", "张伟", "450k").code == 0
    values = [line["value"] for line in cockpit("targets", "--json").json["targets"]]
    assert values == [60_000_000, 45_000_000, 15_000_000]
    assert cockpit("undo").code == 0
    look = cockpit("targets", "split", "East-1")
    assert (look.code, "Nothing was changed" in look.err) == (0, True)
    done = cockpit("targets", "split", "East-1", "--apply", "--json")
    assert done.json["applied"] is True
    assert sum(part["after"] for part in done.json["parts"] if part["depth"] == 1) == 60_000_000
    assert cockpit("targets", "--as-of", "2026-11-23", "--json").json["targets"][1]["value"] == 40_000_000


def test_a_split_of_another_total_than_the_lead_may_set_is_shown_and_not_offered(
    cockpit: Cockpit, team: Company
) -> None:
    look = cockpit("targets", "split", "East-1", "900k")
    assert (look.code, "East-1 is set by who leads them" in look.err, "--apply" in look.err) == (0, True, False)
    assert "set by who leads them" in cockpit("targets", "split", "East-1", "900k", "--json").json["refusal"]
    assert cockpit("targets", "split", "East-1", "900k", "--apply").code == 2


def test_import_and_agree(cockpit: Cockpit, team: Company, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("name,period,value\nZhang Wei,2026-11,300k\nLi Na,2026-11,300k\n", "utf-8")
    assert cockpit("targets", "import", str(file)).code == 0
    assert [line["value"] for line in cockpit("targets", "--json").json["targets"]] == [
        60_000_000,
        30_000_000,
        30_000_000,
    ]
    database = Database.at(team.database.path or Path())
    with database.write() as session:
        sign_in(session, ME)
    database.close()
    assert cockpit("targets", "--json").json["targets"][0]["agreement"] == "asked"
    assert cockpit("targets", "agree").code == 0
    (mine,) = cockpit("targets", "--json").json["targets"]
    assert (mine["agreement"], mine["sync"]) == ("agreed", "saved")


def test_a_file_may_bring_the_past_and_not_change_it(cockpit: Cockpit, team: Company, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("name;period;value\n张伟;2026-10;350k\n李娜;2026-10;250k\n", "utf-8")
    assert cockpit("targets", "import", str(file)).code == 0
    file.write_text("name\tperiod\tvalue\n张伟\t2026-10\t300k\n李娜\t2026-10\t300k\n", "utf-8")
    again = cockpit("targets", "import", str(file))
    assert (again.code, "line 2: 2026-10 is over: its targets stay as they are." in again.err) == (2, True)
    told = cockpit("targets", "--period", "2026-10", "--json").json["targets"]
    assert [line["value"] for line in told] == [None, 35_000_000, 25_000_000]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "--period", "9999-12"), "9999-12 is not a period"),
        (("set", "nobody", "1k"), "Nothing is called nobody"),
        (("set", "张伟", "1m"), "cannot have ¥400,000.00 more than that"),
        (("set", "张伟", "much"), "much is not an amount"),
        (("set", "张伟", "1k", "--period", "2026-13"), "2026-13 is not a period"),
        (("--metric", "joy"), "joy is not a metric"),
        (("import", "/nowhere.csv"), "cannot be read"),
        (("--json", "--csv"), "Choose one of"),
    ],
)
def test_bad_use_says_what_it_needs(cockpit: Cockpit, team: Company, words: tuple[str, ...], said: str) -> None:
    answer = cockpit("targets", *words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_what_does_not_add_up_is_said_with_its_command(cockpit: Cockpit, team: Company) -> None:
    assert cockpit("targets", "set", "张伟", "450k", "--raise").code == 0
    answer = cockpit("targets")
    assert "the parts are ¥50,000.00 more than its target ¥600,000.00" in answer.out
    (problem,) = cockpit("targets", "--json").json["problems"]
    assert problem["command"] in answer.out
    assert cockpit(*problem["command"].split()[1:]).code == 0
    assert cockpit("targets", "--json").json["problems"] == []


def test_what_is_in_no_sum_is_said_in_every_twin(cockpit: Cockpit, team: Company) -> None:
    """Money of another currency, and won deals without an amount, as on the screens."""
    team.deal("dollars won", "stage-won", 700_000, currency="USD", closed_on=date(2026, 11, 5))
    team.deal("dollars", "stage-2", 100_000, currency="USD", expected_on=date(2026, 11, 28))
    team.deal("no amount", "stage-won", None, closed_on=date(2026, 11, 6))
    team.database.close()
    for verb, sum_left_out in (("targets", "$7,000.00"), ("gap", "$7,000.00"), ("pipeline", "$1,000.00")):
        line = f"! not in these sums: {sum_left_out}; `cockpit config exchange USD RATE` adds it"
        assert line in cockpit(verb).out, verb
    assert "! not in these sums: $8,000.00;" in cockpit("forecast").out
    assert cockpit("forecast", "--json").json["other_currencies"] == [{"currency": "USD", "amount_minor": 800_000}]
    top = cockpit("targets", "--json").json["targets"][0]
    assert top["other_currencies"] == [{"currency": "USD", "actual": 700_000}]
    assert "! won deals without the figure: 1" in cockpit("targets").out


def test_a_lead_has_to_say_whose_target_he_agrees_to(cockpit: Cockpit, team: Company) -> None:
    found = cockpit("targets", "agree")
    assert (found.code, found.out) == (2, "")
    assert "Whose target? You have none of your own: cockpit targets agree NAME" in found.err


def test_rung_and_raise_are_two_remarks(cockpit: Cockpit, team: Company) -> None:
    team.deal("more", "stage-won", 21_900_000, closed_on=date(2026, 11, 11))
    team.database.close()
    assert "benchmark 420k, 19k to go; reached early: raise to 420k?" in cockpit("targets").out
