"""`cockpit nudge`: what is sent is what the dry run shows, the list and the page say how far it got, the rep answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import HEAD, LEAD, ME, TEAM, Company, at, sign_in


@pytest.fixture
def led(account_file: Path) -> Company:
    """The lead's device; a rep of his has a KPI without plan and a visit of yesterday nobody answered for."""
    company = Company(Database.at(account_file), rev=10_000)
    company.put("kpi_rule", id="kpi", name="面访", kind="visit", scope_id=TEAM, minimum=15, consequence_value=200)
    company.activity(at(23), account_id=company.account("恒泰机械"))
    as_person(company, LEAD)
    return company


def as_person(company: Company, person_id: str) -> None:
    with company.database.write() as session:
        sign_in(session, person_id)


def test_from_the_dry_run_to_the_answer(cockpit: Cockpit, led: Company) -> None:
    assert "Nobody was nudged" in cockpit("nudge").out
    shown = cockpit("nudge", "张伟", "--dry-run")
    assert (shown.code, shown.err) == (0, "Nothing was sent.\n")
    sent = cockpit("nudge", "张伟")
    assert sent.code == 0
    assert shown.out.strip() in sent.out
    (line,) = cockpit("nudge", "list", "--json").json["nudges"]
    assert (line["state"], line["message"]) == ("sent", shown.out.strip())
    as_person(led, ME)
    end = line["id"][-8:]
    assert "reason is needed" in cockpit("nudge", "answer", end, "not_fair").err
    assert cockpit("nudge", "answer", end, "help", "--reason", "come along").code == 0
    page = cockpit("nudge", "show", end)
    assert "ASKS FOR HELP" in page.out
    assert "need help: come along" in page.out
    assert cockpit("nudge", "show", "nothing").code == 2


def test_a_dry_run_refuses_what_the_sending_would(cockpit: Cockpit, led: Company) -> None:
    as_person(led, HEAD)
    for words in ((), ("--message", "plan today")):
        tried, sent = cockpit("nudge", "张伟", *words, "--dry-run"), cockpit("nudge", "张伟", *words)
        assert (tried.code, tried.out, tried.err) == (sent.code, "", sent.err)
        assert "his own team" in tried.err
    as_person(led, LEAD)
    assert cockpit("nudge", "张伟", "--about", "kpi_uncovered").code == 0
    assert "still watched" in cockpit("nudge", "张伟", "--about", "kpi_uncovered", "--dry-run").err


def test_the_page_gives_the_reason_of_each_number(cockpit: Cockpit, led: Company) -> None:
    sent = led.put(
        "nudge", at(12), owner_id=ME, by_id=LEAD, rule="kpi_uncovered", subject_id="kpi", message="plan", sent_at=at(12)
    )
    for day in (16, 17, 18):
        led.activity(at(day), "held", account_id="account-1")
    plain, shape = (
        cockpit("nudge", "show", sent, "--explain"),
        cockpit("nudge", "show", sent, "--explain", "--json").json,
    )
    assert plain.out.startswith(cockpit("nudge", "show", sent).out.rstrip("\n"))
    assert [one["name"] for one in shape["explain"]] == [f"nudge:{sent}:{line['metric']}" for line in shape["watch"]]
    assert [one["value"] for one in shape["explain"]] == [line["since"] for line in shape["watch"]]
    for words in (("nudge", "list"), ("nudge",)):
        (of_list,) = cockpit(*words, "--explain", "--json").json["explain"]
        assert of_list["name"] == f"nudge:{sent}"
        assert of_list["value"] == 3
    asked = cockpit("why", f"nudge:{sent}:visits", "--json").json
    assert [asked[name] == shape["explain"][0][name] for name in ("title", "value", "formula", "rows")] == [True] * 4
