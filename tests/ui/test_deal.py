"""Deal: its path, and that a key is about the activity only while the activities have the focus."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cockpit.errors import UnknownName
from cockpit.services.snapshots import DealSnapshot
from cockpit.widgets.history import History
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running


@asynccontextmanager
async def opened(snapshot: DealSnapshot | Exception | None = None, **answers: Any) -> AsyncIterator[Driver]:
    services = board_services(deals__load=snapshot or samples.deal(), **answers)
    async with running(services, opening="pipeline") as driver:
        driver.app.open("deal", deal_id="deal-2")
        await driver.idle()
        yield driver


async def test_the_path_marks_the_stage_and_its_question() -> None:
    async with opened() as driver:
        here = next(line for line in driver.lines if line.strip().startswith(">"))
        assert here.split() == [">", "方案", "Wed", "11-18", "6", "Decision", "maker", "met?"]
        assert "amount ¥66,000.00  profit ¥12,000.00" in driver.text
        assert "next step Fri 11-27 visit the CFO" in driver.text


async def test_s_offers_the_other_open_stages_only() -> None:
    won = samples.deal().steps[3]
    steps = (*samples.deal().steps, dataclasses.replace(won, id="stage-won", name="赢单", kind="won"))
    async with opened(samples.deal(steps=steps)) as driver:
        await driver.press("s", "3")
        assert driver.services.called("deals.move_stage") == [(("deal-2", "stage-4"), {})]


async def test_x_loses_the_deal_or_cancels_the_focused_visit() -> None:
    async with opened() as driver:
        await driver.press("x")
        assert "Lose pilot" in driver.text
        await driver.press("escape")
        driver.app.room.query_one(History).focus()
        await driver.press("x")
        assert "Cancel: 恒泰机械" in driver.text
        await driver.type("ill")
        await driver.press("enter")
        assert driver.services.called("visits.cancel") == [(("activity-7", "ill"), {})]
        assert driver.services.called("deals.lose") == []


async def test_what_was_held_can_be_corrected_not_cancelled() -> None:
    async with opened() as driver:
        driver.app.room.query_one(History).focus()
        await driver.press("j", "x")
        assert "Only what is planned can be cancelled." in driver.text
        await driver.press("e")
        assert "Correct: 恒泰机械" in driver.text


async def test_n_plans_the_next_step_for_this_deal() -> None:
    async with opened() as driver:
        await driver.press("n")
        await driver.type("thu 10")
        await driver.press("enter", "enter")
        (args, kwargs) = driver.services.called("visits.plan")[0]
        assert args[:2] == ("account-2", "thu 10")
        assert kwargs["deal_id"] == "deal-2"


async def test_e_writes_only_what_was_changed() -> None:
    async with opened() as driver:
        await driver.press("e", "enter", "end")
        await driver.type("0")
        await driver.press("enter", "enter")
        assert driver.services.called("deals.edit") == [(("deal-2", {"amount": "660000"}), {})]


async def test_a_closed_deal_says_why_it_cannot_move() -> None:
    done = samples.deal().steps[2]
    async with opened(samples.deal(steps=(dataclasses.replace(done, kind="won"),))) as driver:
        await driver.press("s")
        assert "This deal is closed." in driver.text
        await driver.press("w")
        assert driver.services.called("deals.win") == []


async def test_enter_opens_the_account() -> None:
    async with opened() as driver:
        await driver.press("enter")
        assert driver.services.called("accounts.load") == [(("account-2",), {})]


async def test_a_deal_with_nothing_known_is_shown_all_the_same() -> None:
    bare = samples.deal(
        deal=samples.pipeline().deals[3],
        profit_minor=None,
        created_on=None,
        product="",
        steps=(),
        planned=(),
        history=(),
        extra=(),
    )
    async with opened(bare) as driver:
        assert "no name yet  no account  甄别  healthy  saved" in driver.text
        assert "Nothing done or planned yet. Press n to plan." in driver.text
        await driver.press("enter")
        assert "This deal has no account yet." in driver.text


async def test_a_deal_that_went_away_is_said() -> None:
    async with opened(UnknownName(kind="deal", name="deal-2", near="-")) as driver:
        assert "No such deal" in driver.text
        await driver.press("w")
        assert "The deal is not loaded yet." in driver.text
