"""A figure that rests on a row with an open conflict says so, on the screens, in the twins and behind `?`."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cockpit import clock
from cockpit.cli import gap_sheet, sheets
from cockpit.screens.today_words import figures
from cockpit.services.container import services_on
from cockpit.storage.tables import OutboxRow
from cockpit.sync import outbox
from cockpit.sync.conflicts import open_conflict
from cockpit.sync.receipts import queued_of
from cockpit.widgets.gap_numbers import number_rows
from cockpit.widgets.kpi_list import kpi_rows
from tests.support.company import ME, Company, at


def dispute(company: Company, entity: str, row_id: str, field: str, mine: Any, theirs: Any) -> None:
    """My change of a field, and another one at the hub."""
    with company.database.write() as session:
        edit = outbox.Edit(entity, row_id, "patch", {field: mine})
        outbox.submit(session, [edit], actor_id=ME, label="mine", now=clock.now())
        held: OutboxRow = queued_of(session, entity, row_id)[-1]
        open_conflict(session, held, now=clock.now(), field=field, mine=mine, theirs=theirs)


@pytest.fixture
def month(company: Company) -> Company:
    company.account("恒泰机械")
    company.target(30_000_000)
    company.kpi(15)
    company.activity(at(5), "held", account_id="account-1")
    company.activity(at(27), account_id="account-1", deal_id="deal-2")
    company.deal("won one", "stage-won", 18_200_000, account_id="account-1", closed_on=date(2026, 11, 10))
    company.deal("planned one", "stage-3", 6_600_000, account_id="account-1", expected_on=date(2026, 11, 28))
    return company


def marked(company: Company) -> tuple[set[str], bool]:
    """The figures of the month that are marked, the same on every surface; whether the KPI is."""
    services = services_on(company.database)
    today, gap = services.today.load(), services.gap.load()
    names = set(gap.in_question)
    assert set(today.month.in_question) == names
    assert today.month.has_conflict == bool(names)
    shown = {figure.about.partition(".")[2] for figure in figures(today.month) if figure.value.endswith(" !")}
    assert shown == names
    assert {row.key for row in number_rows(gap) if str(row.cells[0]).endswith(" !")} == names
    for sheet in (sheets.today(today), gap_sheet.gap(gap)):
        assert any(text.startswith("! ") for text in sheet.lines) == bool(names)
    (kpi,) = gap.kpis
    assert any("! conflict" in text for text in gap_sheet.gap(gap).lines) == kpi.has_conflict
    assert str(kpi_rows(gap.kpis, is_ascii=True)[0].cells[0]).endswith(" !") == kpi.has_conflict
    return names, kpi.has_conflict


def test_without_a_conflict_nothing_is_marked(month: Company) -> None:
    assert marked(month) == (set(), False)


def test_an_amount_in_question_marks_what_counts_it(month: Company) -> None:
    dispute(month, "deal", "deal-1", "amount_minor", 18_000_000, 17_000_000)
    assert marked(month) == ({"actual", "gap", "uncovered"}, False)


def test_a_planned_amount_in_question_marks_the_plan(month: Company) -> None:
    dispute(month, "deal", "deal-2", "amount_minor", 7_000_000, 5_000_000)
    assert marked(month) == ({"planned", "uncovered"}, False)


@pytest.mark.parametrize(("field", "is_marked"), [("status", True), ("starts_at", True), ("agenda", False)])
def test_a_visit_in_question_marks_its_kpi_when_the_field_decides_whether_it_counts(
    month: Company, field: str, is_marked: bool
) -> None:
    mine = {"status": "held", "starts_at": at(26), "agenda": "price"}[field]
    dispute(month, "activity", "activity-2", field, mine, "theirs")
    assert marked(month) == (set(), is_marked)


def test_the_reason_names_the_conflict(month: Company) -> None:
    dispute(month, "deal", "deal-1", "amount_minor", 18_000_000, 17_000_000)
    why = services_on(month.database).why
    assert dict(why.explain("month.actual").inputs)["! open conflict"] == (
        "won one, amount: mine ¥180,000.00, theirs ¥170,000.00"
    )
    assert "! open conflict" not in dict(why.explain("month.planned").inputs)
