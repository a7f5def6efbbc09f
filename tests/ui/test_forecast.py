"""Forecast on the screen: the parts sum to it, the past stands beside it, a stale deal is listed and opened, a refusal says
what it needs."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from cockpit.screens.forecast import ForecastView, answer
from cockpit.services.forecast import ForecastService
from cockpit.services.snapshots import ForecastLine, ForecastSnapshot
from cockpit.services.why import WhyService
from cockpit.services.why_forecast_scope import NUMBERS
from cockpit.widgets.forecast_tables import ForecastDeals, ForecastNumbers, number_rows
from tests.support.company import LEAD, MATE, ME, NOW, Company, sign_in
from tests.support.numbers import desk_of
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running
from tests.ui.forecast_sample import forecast

K = 100_000


@pytest.fixture
def past(company: Company) -> Company:
    """A year of two reps' deals, half of them won, and one open since before that."""
    pick = random.Random(3)
    for number in range(160):
        created = NOW.date() - timedelta(days=pick.randrange(400))
        closed = created + timedelta(days=1 + int(pick.expovariate(0.03)))
        is_open = closed > NOW.date()
        stage = "stage-2" if is_open else pick.choice(("stage-won", "stage-lost"))
        owner, amount = pick.choice((ME, MATE)), pick.randrange(10, 90) * K
        company.deal(f"deal {number}", stage, amount, owner, created_on=created, closed_on=None if is_open else closed)
    company.deal("old", "stage-1", 7_000_000, created_on=NOW.date() - timedelta(days=390))
    return company


def view(driver: Driver) -> ForecastView:
    found = driver.app.room.view
    assert isinstance(found, ForecastView)
    return found


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_f_opens_it_from_anywhere_with_all_its_numbers(size: tuple[int, int]) -> None:
    async with running(board_services(), size=size) as driver:
        await driver.press("F")
        assert view(driver).snapshot == forecast()
        assert "256k by Mon 11-30, in 80 of 100 cases 221k to 286k; off by 11% so far" in driver.text
        for text in ("Won so far", "182k", "Rhythm", "36k", "Weighted pipeline", "300k", "weighted pipeline 220%"):
            assert text in driver.text
        assert [row.key for row in number_rows(forecast())] == [
            "value",
            "won",
            "open",
            "arriving",
            "rhythm",
            "error",
            "floor",
            "wins",
            "stale",
            "weighted",
            "reserve",
        ]


async def test_a_stale_deal_is_listed_with_zero_and_opened() -> None:
    async with running(board_services(), opening="forecast", size=(120, 36)) as driver:
        await driver.press("enter")
        assert "Move to an open deal first." in driver.text
        view(driver).query_one(ForecastDeals).focus()
        await driver.press("end")
        assert "stale" in driver.text
        assert view(driver).about() == "deal:deal-9"
        await driver.press("enter")
        assert driver.services.called("deals.load")[-1][0] == ("deal-9",)


async def test_month_and_quarter_alone_and_every_number_is_asked_about() -> None:
    async with running(board_services(), opening="forecast") as driver:
        await driver.press("left_square_bracket")
        assert "The month is the shortest period." in driver.text
        await driver.press("right_square_bracket")
        assert driver.services.called("forecast.load")[-1][0] == (None, "quarter")
        view(driver).query_one(ForecastNumbers).focus()
        await driver.press("home", "down")
        assert view(driver).about() == "forecast.won:quarter"


async def test_without_history_it_says_what_it_needs() -> None:
    short = forecast(line=ForecastLine(reason="needs_history", needs_months=6, has_months=3), parts=(), backtest=())
    async with running(board_services(forecast__load=short), opening="forecast") as driver:
        assert "it needs 6 months of closed deals, there are 3" in driver.text
        assert "182k" not in driver.text


def test_the_answer_while_the_first_sync_runs() -> None:
    assert "first sync" in answer(forecast(complete=False))


def check(found: ForecastSnapshot, why: WhyService, tail: str) -> None:
    line = found.line
    said = {name: why.explain(f"forecast.{name}{tail}") for name in NUMBERS}
    parts = [said[name].value or 0 for name in ("won", "open", "arriving", "rhythm")]
    assert sum(parts) == said["value"].value == line.value_minor
    assert parts == [found.won_minor, found.open_minor, found.arriving_minor, found.rhythm_minor]
    assert said["range"].value == (line.high_minor or 0) - (line.low_minor or 0)
    assert said["stale"].value == sum(part.is_stale for part in found.parts) > 0
    assert (said["weighted"].value, said["reserve"].value) == (found.weighted_minor, found.reserve_minor)
    assert found.weighted_minor != line.value_minor
    for one in said.values():
        assert one.formula
        if one.combine == "sum":
            assert sum(row.value for row in one.rows) == one.value


def test_every_number_of_every_scope_is_explained(past: Company) -> None:
    desk = desk_of(past)
    service, why = ForecastService(desk), WhyService(desk)
    check(service.load(), why, "")
    check(service.load(None, "quarter"), why, ":quarter")
    with past.database.write() as session:
        sign_in(session, LEAD)
    check(service.load(), why, "")
    check(service.load(ME), why, f":month:{ME}")
    assert len(why.of_forecast("month", None)) == len(NUMBERS)


def test_a_short_history_refuses_every_number(company: Company) -> None:
    company.target(30_000_000)
    why = WhyService(desk_of(company))
    for name in NUMBERS:
        found = why.explain(f"forecast.{name}")
        assert found.value is None
        assert "needs" in found.formula
