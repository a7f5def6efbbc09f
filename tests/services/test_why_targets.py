"""Every number of the tree of targets says what it is made of, and its rows give it again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cockpit.domain.book import Book
from cockpit.errors import UnknownName
from cockpit.services.container import services_on
from cockpit.services.why_targets import PARTS
from cockpit.storage.queries.book import load_book
from tests.support.company import LEAD, MATE, ME, TEAM, Company, sign_in


@pytest.fixture
def months(company: Company) -> Company:
    for month in (11, 12):
        for scope, value in ((TEAM, 60_000_000), (ME, 40_000_000), (MATE, 10_000_000)):
            company.target(value, scope, month)
    company.deal("won", "stage-won", 41_000_000, closed_on=date(2026, 11, 10))
    with company.database.write() as session:
        sign_in(session, LEAD)
    return company


@pytest.mark.parametrize("period", ["2026-11", "2026-Q4", "2026"])
def test_the_answers_are_the_numbers_of_the_screen(months: Company, period: str) -> None:
    services = services_on(months.database)
    for line in services.targets.load(period).lines:
        numbers = {
            "": line.value,
            "actual": line.actual,
            "left": line.left,
            "difference": line.difference,
            "rung": line.to_next_rung_minor,
            "offer": line.offer,
            "workdays": line.workdays,
        }
        assert set(numbers) == {"", *PARTS}
        for part, value in numbers.items():
            why = services.why.explain(f"target:{line.id}:amount:{period}:{part}".rstrip(":"))
            assert why.value == value, (line.id, part)
            if value is not None and part != "offer":
                found = len(why.rows) if why.combine == "count" else sum(row.value for row in why.rows)
                assert (why.combine, found) == ("count" if part == "workdays" else "sum", value), (line.id, part)


def test_the_screen_has_a_list_whose_parts_open(months: Company) -> None:
    services = services_on(months.database)
    whole = services.why.explain("screen:targets")
    assert len(whole.rows) == 3 * (1 + len(PARTS))
    for row in whole.rows:
        assert services.why.explain(row.id).title


@pytest.mark.parametrize(
    "about", ["target", "target:", "target:nobody", f"target:{ME}:joy", f"target:{ME}:amount:2026-11:luck"]
)
def test_another_name_is_no_number(months: Company, about: str) -> None:
    with pytest.raises(UnknownName):
        services_on(months.database).why.explain(about)


def test_all_answers_open_as_many_books_however_many_people_there_are(
    months: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A book is everybody's rows: one for each answer took minutes for who leads many."""

    opened: list[object] = []

    def counted(*given: Any, **named: Any) -> Book:
        opened.append(given)
        return load_book(*given, **named)

    monkeypatch.setattr("cockpit.services.desk.load_book", counted)

    def books() -> int:
        opened.clear()
        services_on(months.database).why.everything()
        return len(opened)

    few = books()
    for number in range(4):
        rep = months.put("person", id=f"new-{number}", name=f"新人{number}", role="rep", team_id=TEAM)
        months.target(1_000_000, rep)
        months.deal(f"of {rep}", "stage-2", 100, rep)
    assert books() == few
