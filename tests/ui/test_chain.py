"""Gap chain on the screen: its figures are the service's, levers and hand moves compute anew, y writes it into the week."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cockpit.screens.chain import ChainView, answer, facts
from cockpit.services.chain import ChainService
from cockpit.services.gap import GapService
from cockpit.services.snapshots import ChainSnapshot, Saved, Tried
from cockpit.widgets.chain_table import ShortReps, step_rows
from cockpit.widgets.columns import text_of
from cockpit.widgets.gap_reps import GapReps
from tests.services.test_chain import work
from tests.support.company import LEAD, ME, Company, sign_in
from tests.support.numbers import desk_of
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running
from tests.ui.fakes import FakeServices


@pytest.fixture
def service(company: Company) -> ChainService:
    company.target(30_000_000)
    work(company)
    company.deal("dirty", "stage-2", 1_800_000, expected_on=date(2026, 11, 10))
    return ChainService(desk_of(company))


def services(service: ChainService) -> FakeServices:
    """The fakes, with the chain from real rows."""

    def load(rep_id: str | None = None, period: Any = "month", **values: Any) -> ChainSnapshot:
        return service.load(rep_id, period, **values)

    saved = Saved(action_id="a", text="Gap chain: 7 to-dos", entity="activity", id="t")
    return board_services(chain__load=load, chain__write=saved)


def view(driver: Driver) -> ChainView:
    found = driver.app.room.view
    assert isinstance(found, ChainView)
    return found


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_chain_opens_from_the_gap(service: ChainService, size: tuple[int, int]) -> None:
    async with running(services(service), size=size, opening="gap") as driver:
        await driver.press("b")
        found = service.load()
        assert answer(found) in driver.text
        for row in step_rows(found):
            line = next(line for line in driver.lines if line.strip().startswith(text_of(row.cells[0])[:12]))
            assert all(text_of(cell) in line for cell in row.cells[1:6])
        assert "TOO MUCH" in driver.text
        assert "1  drop dirty deals: 1, 18k" in driver.text
        await driver.press("q")
        assert "[month]" in driver.text


async def test_a_digit_tries_a_lever_and_takes_it_back(service: ChainService) -> None:
    async with running(services(service), opening="gap") as driver:
        await driver.press("b", "1")
        assert "tried: dirty deals" in driver.text
        assert "1> drop dirty deals" in driver.text
        await driver.press("question_mark")
        assert "take back what is tried" in driver.text
        await driver.press("1")
        assert "tried" not in facts(service.load())
        assert "tried: dirty deals" not in driver.text
        await driver.press("7")
        assert "There is no lever 7." in driver.text


async def test_plus_and_minus_move_the_rate_of_the_focused_line(service: ChainService) -> None:
    async with running(services(service), opening="gap") as driver:
        await driver.press("b", "plus")
        assert "Move to a line with a rate first." in driver.text
        await driver.press("down", "plus", "plus")
        assert driver.services.called("chain.load")[-1][1]["tried"].moves == (("win_by_amount", 2),)
        assert " +2" in driver.text
        await driver.press("minus", "minus")
        assert driver.services.called("chain.load")[-1][1]["tried"].moves == ()


async def test_y_writes_what_is_on_the_screen(service: ChainService) -> None:
    async with running(services(service), opening="gap") as driver:
        await driver.press("b", "1")
        assert "Into the week" in driver.text
        await driver.press("y")
        args, values = driver.services.called("chain.write")[-1]
        assert (args, values) == (("month",), {"tried": Tried(levers=frozenset({"dirty"}))})
        assert "Gap chain: 7 to-dos" in driver.text


async def test_question_mark_names_the_line_and_the_period(service: ChainService) -> None:
    async with running(services(service), opening="gap") as driver:
        await driver.press("b", "down", "down")
        assert view(driver).about() == "chain.customers"
        await driver.press("right_square_bracket")
        assert view(driver).about() in ("chain.customers:quarter", "chain.target:quarter")


async def test_without_a_target_it_says_so_and_writes_nothing(company: Company) -> None:
    async with running(services(ChainService(desk_of(company))), opening="gap") as driver:
        await driver.press("b")
        assert "There is no target for this month" in driver.text
        await driver.press("y")
        assert not driver.services.called("chain.write")


async def test_a_lead_opens_a_reps_gap_and_chain_with_enter(company: Company) -> None:
    company.target(30_000_000)
    work(company)
    with company.database.write() as session:
        sign_in(session, LEAD)
    desk = desk_of(company)
    gaps, chains = GapService(desk), ChainService(desk)
    fakes = board_services(gap__load=gaps.load, chain__load=chains.load)
    async with running(fakes, opening="gap", size=(120, 36)) as driver:
        assert "East-1" in driver.text
        assert "No KPI" not in driver.text
        driver.app.room.view.query_one(GapReps).focus()
        await driver.press("enter")
        assert driver.services.called("gap.load")[-1][0][0] == ME
        await driver.press("q", "b")
        assert "Into the week" not in driver.text, "nobody's week takes a team's chain"
        assert "by their own" not in driver.text
        driver.app.room.view.query_one(ShortReps).focus()
        await driver.press("y")
        assert "each rep writes his own" in driver.text
        await driver.press("enter")
        assert driver.services.called("chain.load")[-1][0][0] == ME
