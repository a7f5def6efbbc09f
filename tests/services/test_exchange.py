"""Two currencies: with a given rate every number is in one of them, without one nothing changes, and rows keep theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit import clock
from cockpit.domain.exchange import read_rate
from cockpit.domain.history import versions
from cockpit.errors import ConfigError, NotAllowed
from cockpit.exchange import rate_of, set_rate
from cockpit.locations import locate
from cockpit.services.container import services_on
from cockpit.storage.tables import DealRow, TargetRow
from tests.support.company import LEAD, MATE, ME, Company, at, found_company, sign_in
from tests.support.numbers import desk_of

RATE = "7.1034"
TEXT = rate_of(RATE, "CNY", date(2026, 11, 20))
DOLLAR = read_rate("USD", TEXT)
Sold = tuple[str, str, int]


def shown(currency: str, minor: int) -> int:
    return DOLLAR.minor(minor) if currency == "USD" else minor


@contextmanager
def company_of(deals: list[Sold], *, in_yuan: bool, goal: int = 5_000_000) -> Iterator[Company]:
    """A rep and a mate with these deals and a target; `in_yuan`: as if all had been sold in the one currency."""
    with TemporaryDirectory() as folder:
        company = found_company(Path(folder))

        def money(currency: str, minor: int) -> dict[str, Any]:
            known = currency if not in_yuan or currency != "USD" else "CNY"
            return {"currency": known, "amount_minor": shown(currency, minor) if in_yuan else minor}

        for number, (stage, currency, minor) in enumerate(deals):
            account = company.account(f"a{number}", "B", id=f"account-{number}")
            given_money = money(currency, minor)
            company.deal(
                f"deal {number}",
                stage,
                owner=(ME, MATE)[number % 2],
                account_id=account,
                created_on=date(2026, 9, 1 + number),
                expected_on=date(2026, 11, 28),
                closed_on=None if stage == "stage-2" else date(2026, 11, 3 + number),
                id=f"deal-{number}",
                **given_money,
            )
        for rep in (ME, MATE):
            company.target(goal, rep)
        with company.database.write() as session:
            sign_in(session, LEAD)
        yield company
        company.database.close()


def numbers(company: Company) -> dict[str, object]:
    """What the screens of a lead show, and the reasons of the period's money."""
    made = services_on(company.database)
    line = made.pipeline.load()
    names = ("actual", "gap", "planned", "uncovered", "due", "pace")
    return {
        "gap": made.gap.load().actual_minor,
        "weeks": [week.actual_minor for week in made.gap.load(ME).weeks],
        "others": made.gap.load().other_currencies,
        "today": made.today.load().month,
        "pipeline": [(stage.amount_minor, stage.count) for stage in line.stages],
        "won": (line.won_amount_minor, line.open_amount_minor, line.other_currencies),
        "deals": [(deal.id, deal.amount_minor, deal.currency) for deal in line.deals],
        "funnel": made.funnel.load().flow,
        "team": made.team.load().reps,
        "chain": [(one.need, one.have, one.short) for one in made.chain.load(ME).lines],
        "forecast": made.forecast.load().line,
        "metrics": [(one.id, one.value, one.other_currencies) for one in made.metrics.load().lines],
        "targets": [(one.id, one.value, one.actual) for one in made.targets.load().lines],
        "cards": [(one.id, one.at_risk_minor) for one in made.cards.load(ME)],
        "why": [made.why.explain(f"month.{name}", ME).value for name in names],
    }


DEALS = st.lists(
    st.tuples(
        st.sampled_from(("stage-won", "stage-2", "stage-lost")),
        st.sampled_from(("CNY", "USD")),
        st.integers(1, 10**9),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEALS)
def test_with_a_rate_every_number_is_that_of_a_company_that_sold_in_one_currency(deals: list[Sold]) -> None:
    set_rate(locate(), "USD", TEXT)
    with company_of(deals, in_yuan=False) as mixed, company_of(deals, in_yuan=True) as plain:
        found = numbers(mixed)
        assert found == numbers(plain)
    assert found["gap"] == sum(shown(code, minor) for stage, code, minor in deals if stage == "stage-won")
    assert found["others"] == ()


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEALS)
def test_a_rate_of_a_currency_nobody_sells_in_changes_nothing(deals: list[Sold]) -> None:
    with company_of(deals, in_yuan=False) as company:
        set_rate(locate(), "EUR", TEXT)
        set_rate(locate(), "EUR", None)
        bare = numbers(company)
        set_rate(locate(), "EUR", TEXT)
        assert numbers(company) == bare
        set_rate(locate(), "EUR", None)


@pytest.fixture
def dollars(company: Company) -> str:
    account = company.account("恒泰机械", "A", id="account-1")
    set_rate(locate(), "USD", TEXT)
    return company.deal("line-2", "stage-2", 1_000_000, account_id=account, currency="USD", id="deal-1")


def test_the_reason_names_the_rate_its_day_and_what_the_row_keeps(company: Company, dollars: str) -> None:
    company.target(30_000_000)
    company.change("deal", dollars, at(5), stage_id="stage-won", closed_on=date(2026, 11, 5))
    why = services_on(company.database).why.explain("month.actual", ME)
    assert why.value == 7_103_400
    assert ("exchange rate given", "1 USD = 7.1034 CNY, 2026-11-20") in why.inputs
    assert "kept as $10,000.00, at 7.1034 of 2026-11-20" in why.rows[0].text
    set_rate(locate(), "USD", None)
    apart = services_on(company.database).why.explain("month.other:USD", ME)
    assert apart.value == 1_000_000
    assert "cockpit config exchange USD RATE" in apart.formula


def test_an_edit_keeps_the_currency_of_the_row(company: Company, dollars: str) -> None:
    deals = services_on(company.database).deals
    line = deals.load(dollars).deal
    assert (line.amount_minor, line.currency) == (7_103_400, "CNY")
    assert line.kept is not None
    assert (line.kept.amount_minor, line.kept.currency, line.kept.rate) == (1_000_000, "USD", RATE)
    deals.edit(dollars, {"amount": "12k"})
    with company.database.read() as session:
        row = session.get(DealRow, dollars)
        assert row is not None
        assert (row.amount_minor, row.currency) == (1_200_000, "USD")
    assert deals.load(dollars).deal.amount_minor == DOLLAR.minor(1_200_000)
    assert "$12,000.00" in deals.win(dollars, "", clock.now().date()).text


def test_an_earlier_amount_is_converted_by_the_currency_it_had(company: Company, dollars: str) -> None:
    company.change("deal", dollars, at(10), amount_minor=2_000_000)
    company.change("deal", dollars, at(12), currency="CNY")
    company.change("deal", dollars, at(14), currency="USD", amount_minor=30_000)
    with company.database.look() as reader:
        book = desk_of(company).book(reader, rep_ids=[ME])
    amounts = [version.row.amount_minor for version in versions(book, book.deals[0])]
    assert amounts == [7_103_400, 14_206_800, 2_000_000, DOLLAR.minor(30_000)]
    assert {version.row.currency for version in versions(book, book.deals[0])} == {"CNY"}
    for day, amount in ((9, 7_103_400), (11, 14_206_800), (13, 2_000_000)):
        seen = services_on(company.database).deals.load(dollars, at(day, "12:00")).deal
        assert (seen.amount_minor, seen.currency) == (amount, "CNY")


def test_the_log_line_shows_what_it_would_change_in_one_currency(company: Company, dollars: str) -> None:
    preview = services_on(company.database).quicklog.preview("v 恒泰 ok !20k")
    assert "Amount 71k -> 142k" in preview.effects
    assert ("amount", "$20,000.00") in [(field.name, field.value) for field in preview.fields]


def test_a_target_kept_in_another_currency_is_compared_but_not_set(company: Company) -> None:
    set_rate(locate(), "USD", TEXT)
    mine = company.target(10_000_000, ME, currency="USD")
    other = company.target(20_000_000, MATE, currency="USD")
    company.target(30_000_000, "team-1", currency="USD")
    company.deal("yuan", "stage-won", 5_000_000, closed_on=date(2026, 11, 5))
    with company.database.write() as session:
        sign_in(session, LEAD)
    made = services_on(company.database)
    gap = made.gap.load(ME)
    assert (gap.target_minor, gap.actual_minor, gap.currency) == (DOLLAR.minor(10_000_000), 5_000_000, "CNY")
    assert made.targets.load().problems == ()
    with pytest.raises(NotAllowed, match="cockpit config exchange USD --drop"):
        made.targets.set(ME, "900k")
    with company.database.read() as session:
        rows = [session.get(TargetRow, row_id) for row_id in (mine, other)]
        assert [(row.value, row.currency) for row in rows if row is not None] == [
            (10_000_000, "USD"),
            (20_000_000, "USD"),
        ]


def test_a_rate_that_is_none_stops_the_look_and_says_where(
    company: Company, dollars: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_EXCHANGE__USD", "seven")
    with pytest.raises(ConfigError) as caught:
        services_on(company.database).gap.load(ME)
    assert caught.value.facts["key"] == "exchange.USD"
    monkeypatch.setenv("COCKPIT_EXCHANGE__USD", "8 CNY 2026-11-21")
    assert services_on(company.database).deals.load(dollars).deal.amount_minor == 8_000_000
