"""`--explain`: the numbers of a printed form with their formulas and rows, those of the question mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import LEAD, Company
from tests.support.month import tell_month


@pytest.fixture
def told(account_file: Path) -> Company:
    company = Company(Database.at(account_file), rev=10_000)
    tell_month(company)
    return company


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("today",), "month.actual"),
        (("gap",), "month.gap"),
        (("gap", "--period", "week"), "week.actual"),
        (("gap", "--chain"), "chain."),
        (("pipeline",), "pipeline.open"),
        (("funnel",), "flow."),
        (("team",), "team.actual"),
        (("targets",), "target:"),
        (("targets", "--period", "2026-Q4"), "target:"),
        (("metrics", "--period", "quarter"), "metric:"),
        (("forecast",), "forecast.value"),
        (("account", "客户0"), "account:"),
        (("deal", "ready"), "deal:"),
        (("problems",), "card:"),
        (("plan",), "visit:"),
        (("status",), "month.gap"),
        (("sync", "--offline"), "sync.queue"),
    ],
)
def test_every_number_has_its_reasons(cockpit: Cockpit, told: Company, words: tuple[str, ...], name: str) -> None:
    plain, shape = cockpit(*words, "--explain"), cockpit(*words, "--explain", "--json").json
    assert plain.code == (words[0] == "problems")  # something is open
    assert plain.out.startswith(cockpit(*words).out.rstrip("\n"))
    first = next(one for one in shape["explain"] if one["name"].startswith(name))
    assert first["formula"]
    assert first["title"] in plain.out
    asked = cockpit("why", first["name"], "--json").json
    for key in ("title", "value", "formula", "inputs", "rows", "unit", "combine"):
        assert first[key] == asked[key]
    assert "explain" not in cockpit(*words, "--json").json


def test_reasons_are_those_of_the_day_that_is_looked_back_on(cockpit: Cockpit, told: Company) -> None:
    (target,) = (
        one
        for one in cockpit("gap", "--explain", "--json", "--as-of", "2026-11-12").json["explain"]
        if one["name"] == "month.actual"
    )
    assert target["value"] == 6_600_000 + 5_200_000


def test_a_lead_s_reasons_are_those_of_his_team(cockpit: Cockpit, told: Company) -> None:
    with told.database.write() as session:
        meta.put(session, "person_id", LEAD)
    shape = cockpit("team", "--explain", "--json").json
    (found,) = (one for one in shape["explain"] if one["name"] == "team.actual")
    assert found["value"] == shape["total"]["actual_minor"]


def test_reasons_of_another_view_are_refused(cockpit: Cockpit, told: Company) -> None:
    for words in (("pipeline", "--funnel", "funnel-1"), ("funnel", "--since", "2026-11-01")):
        refused = cockpit(*words, "--explain")
        assert refused.code == 2
        assert "cockpit why" in refused.err


def test_every_number_of_the_status_and_of_the_sync_is_among_the_reasons(cockpit: Cockpit, told: Company) -> None:
    assert cockpit("log", "v 客户0 ok").code == 0
    status = cockpit("status", "--explain", "--json").json
    values = {one["name"]: one["value"] for one in status["explain"]}
    assert values["month.gap"] == status["gap_minor"]
    assert values["today.problems"] == status["problems"]
    assert values["sync.queue"] == status["pending"] == 1
    assert values[f"kpi:{status['kpi']['id']}:done"] == status["kpi"]["done"]
    sync = cockpit("sync", "--offline", "--explain", "--json").json
    names = {one["name"] for one in sync["explain"]}
    assert {f"queued:{one['mutation_id']}" for one in sync["queue"]} <= names
    plan = cockpit("plan", "--explain", "--json").json
    assert {f"visit:{one['id']}" for one in plan["visits"]} == {one["name"] for one in plan["explain"]}
