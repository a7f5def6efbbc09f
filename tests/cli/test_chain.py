"""The chain and the rates in a pipe: the same numbers in every form, and bad use."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from cockpit.domain.chain import half_up
from cockpit.services.chain import ChainService
from cockpit.services.snapshots import Tried
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.services.test_chain import work
from tests.support.company import Company
from tests.support.numbers import desk_of


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


def test_a_lever_is_tried_with_the_figures_of_the_screen(cockpit: Cockpit, told: Company) -> None:
    told.deal("dirty", "stage-2", 1_800_000, expected_on=date(2026, 11, 10))
    service = ChainService(desk_of(told))
    ways: list[tuple[tuple[str, ...], Tried]] = [
        (("dirty",), Tried(levers=frozenset({"dirty"}))),
        (("1",), Tried(levers=frozenset({"dirty"}))),
        (("dirty deals", "pick-up rate=+2"), Tried(levers=frozenset({"dirty"}), moves=(("pick_up", 2),))),
        (("win_by_amount=35%",), Tried(values=(("win_by_amount", 0.35),))),
        (
            ("win rate by amount=.35", "average_deal=24k"),
            Tried(values=(("average_deal", 2.4e6), ("win_by_amount", 0.35))),
        ),
        (("talks_per_customer=2.5",), Tried(values=(("talks_per_customer", 2.5),))),
    ]
    plain = cockpit("gap", "--chain", "--json").json
    for words, tried in ways:
        line = [part for word in words for part in ("--lever", word)]
        found, screen = cockpit("gap", "--chain", "--json", *line).json, service.load(tried=tried)
        for key in ("need", "need80", "have", "short"):
            assert [one[key] for one in found["lines"]] == [getattr(one, key) for one in screen.lines]
        assert (found["per_day"], found["per_day80"]) == (screen.per_day, screen.per_day80)
        assert found["lines"] != plain["lines"]
        assert "tried: " in cockpit("gap", "--chain", *line).out
    by_hand = next(one for one in found["lines"] if one["id"] == "talks")
    assert by_hand["rate"]["value"] == 2.5
    assert by_hand["need"] == half_up(2.5 * next(one["short"] for one in found["lines"] if one["id"] == "customers"))


@pytest.mark.parametrize(
    ("lever", "says"),
    [
        ("luck", "Levers: 1 dirty deals"),
        ("2", "Levers: 1 dirty deals"),
        ("luck=3", "win_by_amount (win rate by amount), average_deal"),
        ("win_by_amount=0", "1% to 99%"),
        ("win_by_amount=35", "1% to 99%"),
        ("win_by_amount=\x1b[31m", "1% to 99%"),
        ("average_deal=-5k", "such as 24k"),
        ("average_deal=24k usd", "such as 24k"),
        ("talks_per_customer=0", "above 0"),
        ("talks_per_customer=50%", "above 0"),
    ],
)
def test_a_lever_that_is_none_is_refused_with_the_list(cockpit: Cockpit, told: Company, lever: str, says: str) -> None:
    told.deal("dirty", "stage-2", 1_800_000, expected_on=date(2026, 11, 10))
    refused = cockpit("gap", "--chain", "--lever", lever)
    assert (refused.code, refused.out) == (2, "")
    assert says in refused.err
    assert "\x1b" not in refused.err


def test_a_lever_goes_into_the_week_and_needs_its_chain(cockpit: Cockpit, told: Company) -> None:
    assert cockpit("gap", "--lever", "1").code == 2
    assert cockpit("gap", "--chain", "--lever", "pick_up=60%", "--explain").code == 2
    assert "to-dos" in cockpit("gap", "--chain", "--lever", "pick_up=60%", "--apply").err
    count = cockpit("gap", "--chain", "--lever", "pick_up=60%", "--json").json["days"][0]["count"]
    assert f"{count} dials" in cockpit("plan").out


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
