"""`cockpit forecast`: the same numbers in every form, the past beside them, a refusal that says what it needs."""

from __future__ import annotations

import csv
import io
import random
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit.i18n import short_money
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import NOW, Company


@pytest.fixture
def past(account_file: Path) -> Company:
    """A year of one rep's deals, half of them won."""
    company, pick = Company(Database.at(account_file), rev=10_000), random.Random(3)
    for number in range(120):
        created = NOW.date() - timedelta(days=pick.randrange(400))
        closed = created + timedelta(days=1 + int(pick.expovariate(0.03)))
        is_open = closed > NOW.date()
        stage = "stage-2" if is_open else pick.choice(("stage-won", "stage-lost"))
        amount = pick.randrange(10, 90) * 100_000
        company.deal(f"deal {number}", stage, amount, created_on=created, closed_on=None if is_open else closed)
    company.database.close()
    return company


def test_all_forms_say_the_same(cockpit: Cockpit, past: Company) -> None:
    shape = cockpit("forecast", "--json").json
    line = shape["forecast"]
    parts = ("won_minor", "open_minor", "arriving_minor", "rhythm_minor")
    assert sum(shape[part] for part in parts) == line["value_minor"]
    assert shape["rivals"].keys() == {"weighted_pipeline", "trailing_three_months", "same_days_last_quarter"}
    text = cockpit("forecast").out
    assert f"forecast {short_money(line['value_minor'])} ({short_money(line['low_minor'])}" in text
    assert f"off by {line['error']:.0%} in {line['past']} past forecasts" in text
    assert "90% accurate needs about" in text
    assert ", all but the won already x " in text  # the parts as they stand sum to the forecast
    assert cockpit("today", "--json").json["month"]["forecast"] == line
    assert cockpit("gap", "--json").json["forecast"] == line
    assert cockpit("team", "--json").json["total"]["forecast"]["value_minor"] == line["value_minor"]


def test_the_past_and_the_parts(cockpit: Cockpit, past: Company) -> None:
    shape = cockpit("forecast", "--json", "--period", "quarter").json
    told = cockpit("forecast", "--backtest", "--period", "quarter").out
    assert "Past forecasts, each from what was known on its day" in told
    assert told.count("\n  ") == len(shape["backtest"]) + 1
    rows = list(csv.DictReader(io.StringIO(cockpit("forecast", "--csv", "--backtest", "--period", "quarter").out)))
    assert [int(row["actual_minor"]) for row in rows] == [one["actual_minor"] for one in shape["backtest"]]
    parts = list(csv.DictReader(io.StringIO(cockpit("forecast", "--csv").out)))
    month = cockpit("forecast", "--json").json
    assert sum(int(row["value_minor"]) for row in parts) == month["open_minor"]
    assert month["parts"][0]["name"] in cockpit("forecast", "--explain").out


def test_a_look_back_and_bad_use(cockpit: Cockpit, past: Company) -> None:
    early = cockpit("forecast", "--as-of", "2026-02-10")
    assert early.code == 0
    assert "needs 6 months of closed deals, there are" in early.out
    assert cockpit("forecast", "--as-of", "2026-02-10", "--json").json["forecast"]["reason"] == "needs_history"
    for wrong in (
        ("--period", "week"),
        ("--scope", "nobody at all"),
        ("--as-of", "yesterday-ish"),
        ("--json", "--csv"),
    ):
        answer = cockpit("forecast", *wrong)
        assert answer.code == 2, wrong
        assert answer.err
