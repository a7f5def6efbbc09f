"""One visit made twice, on two devices or offline: shown on both rows, never merged, with two ways out."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit import clock
from cockpit.cli import cards, sheets
from cockpit.domain.doubles import possible_doubles
from cockpit.domain.entities import Activity
from cockpit.services.container import services_on
from cockpit.storage.tables import OutboxRow
from cockpit.sync import outbox
from cockpit.sync.receipts import queued_of
from cockpit.widgets.agenda import item_row
from cockpit.widgets.columns import text_of
from cockpit.widgets.history import history_rows
from tests.support.company import MATE, ME, Company, at


def visit(number: int, clock_text: str, **values: Any) -> Activity:
    return Activity(**{"id": f"v{number}", "rep_id": ME, "account_id": "a", "starts_at": at(24, clock_text), **values})


@pytest.mark.parametrize(
    ("other", "is_double"),
    [
        ({}, True),
        ({"status": "held"}, True),
        ({"goal": "price"}, True),
        ({"starts_at": at(24, "10:30")}, True),
        ({"starts_at": at(24, "10:31")}, False),
        ({"account_id": "b"}, False),
        ({"account_id": None}, False),
        ({"rep_id": MATE}, False),
        ({"kind": "call"}, False),
        ({"status": "cancelled"}, False),
        ({"status": "moved"}, False),
        ({"goal": "contract"}, True),
        ({"contact_id": "c2"}, True),
    ],
)
def test_what_may_be_one_visit_twice(other: dict[str, Any], is_double: bool) -> None:
    assert possible_doubles([visit(1, "10:00"), visit(2, "10:10", **other)]) == (
        frozenset(("v1", "v2")) if is_double else frozenset()
    )


def test_a_goal_or_a_person_of_its_own_for_each_says_that_both_are_meant() -> None:
    goals = [visit(1, "10:00", goal="price"), visit(2, "10:10", goal="contract")]
    people = [visit(1, "10:00", contact_id="c1"), visit(2, "10:10", contact_id="c2")]
    assert possible_doubles(goals) == possible_doubles(people) == frozenset()
    assert possible_doubles([*goals, visit(3, "10:20", goal="price")]) == {"v1", "v3"}


def test_both_rows_are_flagged_on_every_surface_until_one_is_dropped(company: Company) -> None:
    account = company.account("恒泰机械")
    company.activity(at(24, "10:00"), account_id=account)
    second = company.activity(at(24, "10:15"), account_id=account)
    services = services_on(company.database)
    today, card = services.today.load(), services.accounts.load(account)
    assert [item.is_double for item in today.visits] == [True, True]
    assert [text_of(item_row(item).cells[7]) for item in today.visits] == ["double?", "double?"]
    planned = [row for row in history_rows(card.planned, (), today.day, 0) if not row.is_heading]
    assert [text_of(row.cells[4]) for row in planned] == ["double?", "double?"]
    assert [row[7] for row in sheets.today(today).tables[0].rows] == ["planned, double?"] * 2
    assert "planned, double?" in str([table.rows for table in cards.account_sheet(card).tables])
    services.visits.cancel(second, "made twice")
    assert [item.is_double for item in services.today.load().visits] == [False]
    services.undo.undo()
    services.visits.edit(second, {"goal": "contract"})
    assert [item.is_double for item in services.today.load().visits] == [True, True], "the other one says nothing yet"
    services.visits.edit("activity-1", {"goal": "price"})
    assert [item.is_double for item in services.today.load().visits] == [False, False]


@pytest.mark.parametrize("status", ["conflict", "parked", "blocked"])
def test_the_twins_say_what_of_a_row_waits(company: Company, status: str) -> None:
    account = company.account("恒泰机械")
    visit_id = company.activity(at(24, "10:00"), account_id=account)
    deal = company.deal("pilot", "stage-1", 100, account_id=account)
    changes = (("activity", visit_id, "goal"), ("account", account, "phone"), ("deal", deal, "name"))
    for entity, row_id, field in changes:
        with company.database.write() as session:
            edit = outbox.Edit(entity, row_id, "patch", {field: "new"})
            outbox.submit(session, [edit], actor_id=ME, label="", now=clock.now())
            held: OutboxRow = queued_of(session, entity, row_id)[-1]
            held.status = status
    services = services_on(company.database)
    assert sheets.today(services.today.load()).tables[0].rows[0][7] == f"planned, {status}"
    lines = cards.account_sheet(services.accounts.load(account)).lines
    assert lines[0].endswith(status)
    assert status in cards.deal_sheet(services.deals.load(deal)).lines[0]
