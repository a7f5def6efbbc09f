"""Rows nobody would type but a CRM may send: amounts below zero or none at all, a rep without history, two currencies. Every
screen and its reasons answer, say what is odd where it is, and keep their sums."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.deals import money, other_money
from cockpit.domain.gap import money_gap
from cockpit.domain.periods import period_of
from cockpit.services.chain import ChainService
from cockpit.services.forecast import ForecastService
from cockpit.services.funnel import FunnelService
from cockpit.services.gap import GapService
from cockpit.services.metrics import MetricService
from cockpit.services.pipeline import PipelineService
from cockpit.services.targets import TargetService
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from tests.support.books import Teller
from tests.support.company import LEAD, MATE, ME, NOW, Company, sign_in
from tests.support.numbers import desk_of


def closed(company: Company, *, sign: int = 1, currency: str = "CNY") -> None:
    """A year of deals, every third one with its amount below zero where `sign` says so."""
    pick = random.Random(5)
    for number in range(90):
        created = NOW.date() - timedelta(days=pick.randrange(60, 400))
        stage = pick.choice(("stage-won", "stage-lost"))
        amount = pick.randrange(10, 90) * 100_000 * (sign if number % 3 == 0 else 1)
        company.deal(
            f"deal {number}",
            stage,
            amount,
            created_on=created,
            closed_on=created + timedelta(days=30),
            currency=currency,
        )


def everything(company: Company, viewer: str) -> None:
    """Every screen and every reason of it, for one viewer; what sums has to sum."""
    with company.database.write() as session:
        sign_in(session, viewer)
    desk = desk_of(company)
    gap, line = GapService(desk).load(), PipelineService(desk).load()
    assert sum(week.actual_minor for week in gap.weeks) == gap.actual_minor
    assert sum(stage.amount_minor for stage in line.stages) + line.astray[1] == line.open_amount_minor
    for load in (TodayService(desk), TeamService(desk), ChainService(desk), FunnelService(desk), MetricService(desk)):
        load.load()
    TargetService(desk).load()
    found = ForecastService(desk).load()
    if found.line.value_minor is not None:
        parts = (found.won_minor, found.open_minor, found.arriving_minor, found.rhythm_minor)
        assert sum(parts) == found.line.value_minor
    for _screen, name, why in WhyService(desk).everything():
        if why.combine == "sum":
            assert sum(row.value for row in why.rows) == why.value, name


@pytest.mark.parametrize("viewer", [ME, LEAD])
def test_amounts_below_zero(company: Company, viewer: str) -> None:
    company.target(30_000_000)
    closed(company, sign=-1)
    company.deal("credit", "stage-2", -4_000_000, expected_on=date(2026, 11, 28))
    company.deal("plain", "stage-3", 9_000_000, expected_on=date(2026, 11, 28))
    everything(company, viewer)
    line = PipelineService(desk_of(company)).load(ME)
    assert line.open_amount_minor == 5_000_000
    (credit,) = [deal for deal in line.deals if deal.name == "credit"]
    assert (credit.state, credit.rules[0]) == ("dirty", "its amount is below zero and is taken off every sum")
    assert credit.remedies[0].command == "edit"


@pytest.mark.parametrize("viewer", [ME, LEAD])
def test_all_that_was_won_is_below_zero(company: Company, viewer: str) -> None:
    company.target(30_000_000)
    for number in range(30):
        day = date(2026, 1, 10) + timedelta(days=10 * number)
        company.deal(f"d{number}", "stage-won", -500_000, created_on=day, closed_on=day + timedelta(days=5))
    everything(company, viewer)


@pytest.mark.parametrize("viewer", [ME, LEAD])
def test_deals_without_any_amount(company: Company, viewer: str) -> None:
    company.target(30_000_000)
    for number in range(30):
        day = date(2026, 1, 10) + timedelta(days=10 * number)
        company.deal(f"d{number}", "stage-won", None, created_on=day, closed_on=day + timedelta(days=5))
    company.deal("open", "stage-2", None)
    everything(company, viewer)
    line = PipelineService(desk_of(company)).load(ME)
    assert (line.open_count, line.open_amount_minor, line.open_without_amount) == (1, 0, 1)


@pytest.mark.parametrize("viewer", [ME, LEAD])
def test_a_rep_without_history_beside_one_who_has_some(company: Company, viewer: str) -> None:
    closed(company)
    for rep in (ME, MATE):
        company.target(30_000_000, rep)
    everything(company, viewer)
    desk = desk_of(company)
    if viewer == LEAD:
        assert ForecastService(desk).load(MATE).line.reason == "needs_wins"
        new = ChainService(desk).load(MATE)
        assert new.lines[1].rate is not None
        assert new.lines[1].rate.n == 0


@pytest.mark.parametrize("viewer", [ME, LEAD])
def test_two_currencies_stand_apart(company: Company, viewer: str) -> None:
    company.target(30_000_000)
    closed(company)
    company.deal("dollars won", "stage-won", 700_000, currency="USD", closed_on=date(2026, 11, 5))
    company.deal("dollars", "stage-2", 100_000, currency="USD", expected_on=date(2026, 11, 28))
    everything(company, viewer)
    desk = desk_of(company)
    assert GapService(desk).load(ME).other_currencies == (("USD", 700_000),)
    assert PipelineService(desk).load(ME).other_currencies == (("USD", 100_000),)
    assert ChainService(desk).load(ME).other_currencies == (("USD", 100_000),)
    assert TargetService(desk).load().lines[0].other_currencies == (("USD", 700_000),)
    assert ForecastService(desk).load(ME).other_currencies == (("USD", 800_000),)
    assert WhyService(desk).explain("month.other:USD", ME).value == 700_000


AMOUNTS = st.lists(st.tuples(st.sampled_from(("CNY", "USD", "EUR")), st.integers(-(10**9), 10**9)), max_size=8)


@given(AMOUNTS)
def test_no_sum_mixes_currencies_and_none_is_lost(wins: list[tuple[str, int]]) -> None:
    teller = Teller()
    teller.target(1_000)
    for currency, minor in wins:
        teller.deal("stage-won", minor, currency=currency, closed_on=date(2026, 11, 5))
    book = teller.book()
    gap = money_gap(book, ME, period_of("month", book.today))
    assert gap.actual_minor == sum(minor for currency, minor in wins if currency == "CNY")
    for currency, minor in gap.other_currencies:
        assert minor == sum(amount for name, amount in wins if name == currency)
    assert {name for name, minor in wins if minor} - {"CNY"} == {name for name, _minor in gap.other_currencies}
    assert money(gap.won, "CNY") + sum(minor for _name, minor in other_money(gap.won, "CNY")) == sum(
        minor for _name, minor in wins
    )
