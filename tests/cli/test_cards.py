"""`cockpit account NAME` and `cockpit deal NAME`: the cards in a pipe."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import Company, at


@pytest.fixture
def customer(account_file: Path) -> Company:
    """One account with people, hours, two deals and a history."""
    company = Company(Database.at(account_file), rev=10_000)
    account = company.account("恒泰机械", "A", alias="Hengtai", lifecycle="qualified", phone="021-1", industry="机械")
    company.put("contact", account_id=account, owner_id="rep-1", name="王总", mobile="138", decision_role="decider")
    company.put("opening_window", account_id=account, owner_id="rep-1", weekday=0, opens="09:00", closes="12:00")
    company.deal("Pilot", "stage-2", 6_600_000, account_id=account, created_on=date(2026, 10, 1))
    company.deal("Pilot", "stage-won", 1_000_000, account_id=account, closed_on=date(2026, 3, 2))
    company.activity(at(10), "held", account_id=account, goal="demo", goal_result="half", result="price?")
    company.activity(at(27), account_id=account, goal="visit the CFO")
    company.database.close()
    return company


def test_an_account_is_found_by_initials_and_says_when_it_is_due(customer: Company, cockpit: Cockpit) -> None:
    answer = cockpit("account", "htjx", "--plain")
    assert answer.code == 0
    lines = answer.out.split("\n")
    assert lines[0] == "恒泰机械  Hengtai  A  qualified  visit due today"
    assert lines[1] == "at most 14 days between visits, tier A, last visit Tue 11-10, next visit Fri 11-27"
    assert "visits by month since 2025-12: 0 0 0 0 0 0 0 0 0 0 0 1" in lines
    assert any("王总" in line and "138" in line and "decider" in line for line in lines)
    assert any("Mon 09:00-12:00" in line for line in lines)
    assert any("half reached" in line and "price?" in line for line in lines)
    assert answer.err == ""


def test_the_json_of_an_account_has_its_documented_keys(customer: Company, cockpit: Cockpit) -> None:
    card = cockpit("account", "恒泰机械", "--json").json
    assert card["version"] == 1
    assert card["rhythm"] == {"limit_days": 14, "last_seen_on": "2026-11-10", "due_in_days": 0}
    assert card["windows"] == [{"weekday": 0, "opens": "09:00", "closes": "12:00"}]
    assert [person["name"] for person in card["contacts"]] == ["王总"]
    assert [deal["name"] for deal in card["deals"]] == ["Pilot"]
    assert card["months"][-1] == {"starts_on": "2026-11-01", "visits": 1}
    assert len(card["months"]) == 12
    assert (len(card["planned"]), len(card["history"]), card["history_total"]) == (1, 1, 1)
    assert card["account"]["sync"] == "done"


def test_the_csv_of_an_account_is_its_history(customer: Company, cockpit: Cockpit) -> None:
    rows = list(csv.DictReader(io.StringIO(cockpit("account", "恒泰机械", "--csv").out)))
    assert [(row["status"], row["result"]) for row in rows] == [("planned", ""), ("held", "price?")]


def test_of_several_deals_of_a_name_the_open_one_is_meant(customer: Company, cockpit: Cockpit) -> None:
    answer = cockpit("deal", "pilot", "--plain")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("Pilot  恒泰机械")
    assert "no dated next step" in answer.out
    assert "plan the next step" in answer.out
    assert "王总" in answer.out


def test_the_json_of_a_deal_has_states_with_what_ends_them(customer: Company, cockpit: Cockpit) -> None:
    card = cockpit("deal", "pilot", "--json").json
    assert card["deal"]["states"][0] == "dirty"
    assert card["deal"]["remedies"][0] == {"text": "plan the next step", "command": "new"}
    assert [step["id"] for step in card["steps"] if step["is_current"]] == ["stage-2"]
    assert card["contacts"][0]["mobile"] == "138"
    assert card["closed_on"] is None


def test_a_past_day_shows_what_was_known_then(customer: Company, cockpit: Cockpit) -> None:
    card = cockpit("account", "恒泰机械", "--json", "--as-of", "2026-11-20").json
    assert card["as_of"].startswith("2026-11-20T23:59")


@pytest.mark.parametrize("verb", ["account", "deal"])
def test_a_name_nobody_has_is_bad_use(customer: Company, cockpit: Cockpit, verb: str) -> None:
    answer = cockpit(verb, "zzzzzz", "--plain")
    assert answer.code == 2
    assert answer.out == ""
    assert "zzzzzz" in answer.err


def test_two_forms_at_once_are_refused(customer: Company, cockpit: Cockpit) -> None:
    answer = cockpit("account", "恒泰机械", "--plain", "--json")
    assert answer.code == 2


def test_chinese_words(customer: Company, cockpit: Cockpit) -> None:
    answer = cockpit("--lang", "zh", "account", "恒泰机械", "--plain")
    assert "今天该拜访" in answer.out
    assert "在谈商机" in answer.out
