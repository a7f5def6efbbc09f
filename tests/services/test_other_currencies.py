"""Money in a currency without a rate is in no sum, and every place that shows the sum says so."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.cli import chain_sheet, funnel_sheet, sheets
from cockpit.screens import funnel as funnel_screen
from cockpit.screens import team as team_screen
from cockpit.screens import today_words
from cockpit.services.container import Services, services_on
from tests.support.company import LEAD, ME, Company, sign_in
from tests.support.month import tell_month

APART = "not in these sums: $10,000.00; `cockpit config exchange USD RATE` adds it"


@pytest.fixture
def services(company: Company) -> Services:
    """A month in yuan, with one deal won in dollars."""
    tell_month(company)
    company.deal("usd", "stage-won", 1_000_000, currency="USD", closed_on=date(2026, 11, 10))
    with company.database.write() as session:
        sign_in(session, LEAD)
    return services_on(company.database)


def test_the_home_screen_and_its_twin(services: Services) -> None:
    found = services.today.load(ME)
    assert found.month.actual_minor == 18_200_000
    assert f"! {APART}" in sheets.today(found).lines
    (figure,) = [one for one in today_words.figures(found.month) if one.about == "month.other:USD"]
    assert (figure.label, figure.value) == ("actual, USD", "10k")
    assert services.why.explain(figure.about, ME).value == 1_000_000


def test_the_team_board_and_its_twin(services: Services) -> None:
    found = services.team.load()
    assert found.total.other_currencies == (("USD", 1_000_000),)
    assert f"! {APART}" in sheets.team(found).lines
    assert APART in team_screen.facts(found)


def test_the_rates(services: Services) -> None:
    assert f"! {APART}" in chain_sheet.rates(services.rates.load()).lines


def test_the_funnel_and_its_twin(services: Services) -> None:
    found = services.funnel.load(ME)
    with_the_open_one = APART.replace("10,000", "11,000")
    assert f"! {with_the_open_one}" in funnel_sheet.funnel(found).lines
    assert with_the_open_one in funnel_screen.facts(found)
