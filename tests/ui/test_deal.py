"""Deal: its path, and that a key is about the activity only while the activities have the focus."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest

from cockpit.errors import UnknownName
from cockpit.plain import cells
from cockpit.services.snapshots import DealSnapshot
from cockpit.widgets.history import History
from cockpit.widgets.lines import Part
from cockpit.widgets.stage_path import is_over, path_lines, strip_lines
from tests.support.company import NOW
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running


@asynccontextmanager
async def opened(
    snapshot: DealSnapshot | Exception | None = None, size: tuple[int, int] = (80, 24), **answers: Any
) -> AsyncIterator[Driver]:
    services = board_services(deals__load=snapshot or samples.deal(), **answers)
    async with running(services, opening="pipeline", size=size) as driver:
        driver.app.open("deal", deal_id="deal-2")
        await driver.idle()
        yield driver


def _path(width: int) -> list[list[Part]]:
    return path_lines(samples.deal().steps, NOW.date(), width, is_ascii=True)


async def test_the_path_marks_the_stage_and_its_question() -> None:
    async with opened() as driver:
        assert "甄别 8 d > 需求 9 d > 方案 6 d (usual 11) > 谈判" in driver.text
        assert "before leaving [ ] Decision maker met?" in driver.text
        assert "amount ¥66,000.00   profit ¥12,000.00" in driver.text
        assert "next step Fri 11-27 visit the CFO" in driver.text


async def test_a_tall_window_gives_each_stage_a_line_with_its_milestone() -> None:
    async with opened(size=(120, 36)) as driver:
        here = next(line for line in driver.lines if line.strip().startswith(">"))
        assert here.split()[:8] == [">", "方案", "Wed", "11-18", "6", "11", "[", "]"]
        before = next(line for line in driver.lines if "Budget confirmed?" in line)
        assert "[x] Budget confirmed?" in before


def test_a_pane_too_narrow_for_the_milestones_gives_them_lines_of_their_own() -> None:
    lines = ["".join(part for part, _tone in line) for line in _path(40)]
    assert lines[3].strip() == "[x] Budget confirmed?"
    assert all(cells(line) <= 40 for line in lines)


def test_a_stay_far_over_the_usual_is_marked_by_tone_and_numbers() -> None:
    step = dataclasses.replace(samples.deal().steps[2], days=17)
    assert is_over(step)
    assert not is_over(dataclasses.replace(step, days=16))
    assert not is_over(dataclasses.replace(step, usual_days=None))
    (line,) = [line for line in path_lines([step], NOW.date(), 60, is_ascii=True) if ("> ", "accent") in line]
    assert ("   17 ", "warn") in line


@pytest.mark.parametrize("width", [20, 40, 57, 70, 100])
@pytest.mark.parametrize("name", ["[/b] [@click=app.quit]x", "恒泰" * 100, ""])
def test_a_path_of_hostile_names_stays_in_its_place(name: str, width: int) -> None:
    steps = [dataclasses.replace(step, name=name) for step in samples.deal().steps]
    for line in (*path_lines(steps, NOW.date(), width, is_ascii=True), *strip_lines(steps, width)):
        assert all(ord(char) < 128 or char in name for part, _tone in line for char in part)
    assert all(cells("".join(part for part, _tone in line)) <= width for line in strip_lines(steps, width)[:-1])


async def test_the_people_of_the_account_have_numbers_to_copy() -> None:
    async with opened() as driver:
        assert "王总" in driver.text
        await driver.press("ctrl+y")
        assert driver.app.clipboard == "13800000001"
        assert "13800000001 copied" in driver.text


async def test_the_footer_copies_on_the_people_and_wins_elsewhere() -> None:
    async with opened() as driver:
        assert "^y Copy" in driver.lines[-1]
        driver.app.room.query_one(History).focus()
        await driver.idle()
        assert "w Win" in driver.lines[-1]


async def test_each_state_has_its_rule_and_the_key_that_ends_it() -> None:
    stuck = samples.deal(deal=samples.pipeline().deals[2])
    async with opened(stuck) as driver:
        assert "dirty   No dated next step" in driver.text
        assert "stalled 31 days in Needs, usual 12" in driver.text
        assert "to do   [n] plan the next step" in driver.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [("won", "won on Fri 2026-11-20  best price"), ("lost", "lost on Fri 2026-11-20  best price")],
)
async def test_a_closed_deal_says_when_and_why(kind: str, words: str) -> None:
    last = dataclasses.replace(samples.deal().steps[2], id="end", name="End", kind=kind, milestone="")
    closed = samples.deal(steps=(last,), closed_on=date(2026, 11, 20), close_reason="best price")
    async with opened(closed) as driver:
        assert words in driver.text
        assert "next step" not in driver.text


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
        account_phone="",
        contacts=(),
        steps=(),
        planned=(),
        history=(),
        extra=(),
    )
    async with opened(bare) as driver:
        assert "no name yet  no account  甄别  healthy  saved" in driver.text
        assert "This deal is in no funnel." in driver.text
        assert "This deal has no account yet, so nobody to call." in driver.text
        assert "Nothing done or planned yet. Press n to plan." in driver.text
        await driver.press("enter")
        assert "This deal has no account yet." in driver.text


async def test_a_deal_that_went_away_is_said() -> None:
    async with opened(UnknownName(kind="deal", name="deal-2", near="-")) as driver:
        assert driver.text.count("No such deal") == 1
        await driver.press("w")
        assert "The deal is not loaded yet." in driver.text
