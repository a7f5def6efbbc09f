"""`cockpit why`: every name of the list, its origin and moment, as of a past day, and what is no name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cockpit
from tests.support.company import Company
from tests.support.month import tell_month


@pytest.fixture
def month(company: Company) -> Company:
    tell_month(company)
    return company


@pytest.fixture
def account(month: Company, account_file: Path) -> Path:
    assert month
    return account_file


@pytest.mark.usefixtures("account")
def test_a_number_with_formula_rows_moment_and_origin(cockpit: Cockpit) -> None:
    out = cockpit("why", "month.gap").out
    assert "gap = target ¥300,000.00 - actual ¥182,000.00" in out
    assert "as of Tue 11-24 08:30" in out
    assert "rows on this device: hub 4" in out
    assert "Origin" in out or "origin" in out


@pytest.mark.usefixtures("account")
def test_the_list_names_what_can_be_asked_and_each_is_answered(cockpit: Cockpit) -> None:
    listed = cockpit("why", "--list", "--json").json["names"]
    names = [one["name"] for one in listed]
    assert {"month.pace", "trend.won", "pipeline.lost", "team.actual", "sync.queue", "next_best"} <= set(names)
    for one in listed[:: max(len(listed) // 12, 1)]:
        found = cockpit("why", one["name"], "--json")
        assert found.code == 0, one
        assert (found.json["title"], found.json["origin"] != "") == (one["title"], True)
    plain = cockpit("why", "--list").out
    assert all(name in plain for name in names)


@pytest.mark.usefixtures("account")
def test_as_of_a_past_day(cockpit: Cockpit) -> None:
    found = cockpit("why", "month.actual", "--as-of", "2026-11-11", "--json").json
    assert (found["value"], found["as_of"][:10]) == (11_800_000, "2026-11-11")


@pytest.mark.usefixtures("account")
def test_without_a_name_it_says_how_to_see_them(cockpit: Cockpit) -> None:
    for words in (("why",), ("why", "month.weather")):
        found = cockpit(*words)
        assert (found.code, found.out) == (2, "")
        assert "--list" in found.err
