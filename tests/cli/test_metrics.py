"""`cockpit metrics` and `cockpit metric`: documented keys, one number in every form, bad use with the next step."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import Company, at

LINE = {
    "id", "name", "kind", "unit", "better", "depth", "parent", "value", "n", "rate", "low", "high", "lack", "target",
    "is_reached", "before", "change", "last_year", "change_year", "trend", "peers", "median", "best", "no_best",
    "formula", "other_currencies",
}  # fmt: skip


@pytest.fixture
def told(account_file: Path) -> Company:
    told = Company(Database.at(account_file), rev=10_000)
    ht = told.account("恒泰机械", "A")
    told.target(30_000_000)
    told.deal("won one", "stage-won", 18_200_000, account_id=ht, closed_on=date(2026, 11, 10))
    told.deal("lost one", "stage-lost", 900_000, account_id=ht, closed_on=date(2026, 11, 11))
    told.activity(at(4), "held", account_id=ht)
    told.database.close()
    return told


def test_every_form_says_the_same(cockpit: Cockpit, told: Company) -> None:
    shape = cockpit("metrics", "--json").json
    assert {"version", "as_of", "complete", "scope", "period", "currency", "metrics", "diagnosis", "vanity"} <= set(
        shape
    )
    assert all(set(line) >= LINE for line in shape["metrics"])
    by_id = {line["id"]: line for line in shape["metrics"]}
    assert (by_id["won_amount"]["value"], by_id["win_rate"]["value"]) == (18_200_000, 0.5)
    rows = list(csv.DictReader(io.StringIO(cockpit("metrics", "--csv").out)))
    assert [row["id"] for row in rows] == list(by_id)
    for row in rows:
        value = by_id[row["id"]]["value"]
        assert row["value"] == ("" if value is None else str(value))
    plain = cockpit("metrics").out
    assert plain == cockpit("metrics", "--plain").out
    assert "Sales" in plain
    assert "182k" in plain
    assert "n 2: 50%" in plain


def test_in_chinese(cockpit: Cockpit, told: Company) -> None:
    text = cockpit("metrics", "--lang", "zh").out
    assert "销售额" in text
    assert "18.2万" in text
    assert "needs" not in text


def test_an_own_metric_from_definition_to_number(cockpit: Cockpit, told: Company) -> None:
    made = cockpit("metric", "add", "lost_a", "--rows", "deals_lost", "--where", "tier=A,B", "--name", "Lost key deals")
    assert made.code == 0, made.err
    assert cockpit("metric", "add", "ratio", "--formula", "lost_a / orders", "--unit", "times").code == 0
    by_id = {line["id"]: line for line in cockpit("metrics", "--json").json["metrics"]}
    assert (by_id["lost_a"]["value"], by_id["ratio"]["value"]) == (1, 1.0)
    assert any(one["id"] == "lost_a" and one["is_own"] for one in cockpit("metric", "list", "--json").json["metrics"])
    assert "deals_won" in cockpit("metric", "list").out


def test_inputs_and_targets(cockpit: Cockpit, told: Company) -> None:
    assert "104k" in cockpit("metric", "enter", "cac", "104k").out
    assert cockpit("metric", "target", "visits", "15").code == 0
    by_id = {line["id"]: line for line in cockpit("metrics", "--json").json["metrics"]}
    assert (by_id["cac"]["value"], by_id["visits"]["target"], by_id["visits"]["is_reached"]) == (10_400_000, 15, False)
    last = cockpit("metric", "enter", "cac", "100k", "--on", "2026-10-31").out
    assert "2026-10-01" in last


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("metrics", "--period", "decade"), "day, week, month, quarter or year"),
        (("metrics", "--scope", "company"), "whole company"),
        (("metrics", "--scope", "nobody"), "nobody"),
        (("metrics", "--json", "--csv"), "Choose one"),
        (("metric", "add", "x", "--formula", "visits / ordrs"), "orders"),
        (("metric", "add", "x", "--formula", "visits / (orders"), "not a formula"),
        (("metric", "add", "x", "--formula", "__import__('os')"), "not allowed"),
        (("metric", "add", "orders", "--formula", "visits + 1"), "another id"),
        (("metric", "add", "x"), "--formula, --rows"),
        (("metric", "add", "x", "--rows", "deals_won", "--where", "tier"), "tier=A"),
        (("metric", "add", "x", "--rows", "deals_won", "--target", "lots"), "not a number"),
        (("metric", "enter", "cac", "plenty"), "104k"),
        (("metric", "enter", "cac", "1k", "--on", "31.11."), "2026-11-24"),
        (("metric", "target", "nobody", "1"), "not known"),
    ],
)
def test_bad_use_says_what_would_be_right(cockpit: Cockpit, told: Company, words: tuple[str, ...], said: str) -> None:
    answer = cockpit(*words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""
