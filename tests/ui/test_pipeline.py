"""Pipeline: the stages with their numbers, the deals with their rule, and what can be done to a deal."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import BadUse, NotAllowed
from cockpit.screens.deal_acts import amount_text, changed, past_day
from cockpit.screens.pipeline import answer
from cockpit.widgets.deal_table import deal_detail
from cockpit.widgets.stage_bars import BAR_CELLS, bar, stage_rows
from cockpit.widgets.table import Table
from tests.support.company import NOW
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_a_stage_with_money_always_has_a_bar_and_never_a_longer_one(one: int, other: int) -> None:
    largest = max(one, other)
    assert 1 <= len(bar(one, largest, is_ascii=True)) <= BAR_CELLS
    assert len(bar(largest, largest, is_ascii=True)) == BAR_CELLS


def test_stages_without_money_are_drawn_by_count() -> None:
    import dataclasses

    stages = [dataclasses.replace(stage, amount_minor=0) for stage in samples.pipeline().stages]
    bars = [row.cells[3] for row in stage_rows(stages, is_ascii=True)]
    assert [len(getattr(cell, "text", "")) for cell in bars] == [14, 11, 8, 6]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "2 of 14 open deals are stuck, 62k"),
        ({"deals": samples.pipeline().deals[1:2], "open_count": 1}, "Nothing is stuck"),
        ({"deals": (), "open_count": 0}, "No open deals"),
        ({"deals": samples.pipeline().deals[:1], "open_count": 3}, "1 of 3 open deals is stuck, 44k"),
    ],
)
def test_the_answer_says_what_is_stuck(values: dict[str, object], words: str) -> None:
    assert answer(samples.pipeline(**values)) == words


def test_the_detail_gives_every_state_its_rule() -> None:
    assert deal_detail(samples.pipeline().deals[2]) == (
        "upgrade  华光电子  ¥18,000.00, expected Mon 11-30\n"
        "dirty: No dated next step  stalled: 31 days in Needs, usual 12"
    )


@given(st.integers(0, 10**15))
def test_an_amount_is_typed_back_without_loss(minor: int) -> None:
    whole, _dot, rest = amount_text(minor).partition(".")
    assert int(whole) * 100 + int(rest or 0) == minor


def test_days_people_type() -> None:
    assert past_day("", NOW) == date(2026, 11, 24)
    assert past_day("11-20", NOW) == date(2026, 11, 20)
    with pytest.raises(BadUse, match="not a day"):
        past_day("soon", NOW)
    with pytest.raises(BadUse, match="still to come"):
        past_day("2026-12-24", NOW)


def test_an_edit_that_changes_nothing_is_refused() -> None:
    assert changed({"name": "a", "amount": "2"}, {"name": "a", "amount": "1"}) == {"amount": "2"}
    with pytest.raises(BadUse):
        changed({"name": "a"}, {"name": "a"})


async def test_the_stages_and_results_stand_beside_their_numbers() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        assert "open 14, 296k (2 unpriced)  won 9, 182k  lost 6  win rate 60% (n 15)" in driver.text
        needs = next(line for line in driver.lines if line.strip().startswith("需求"))
        assert needs.split()[1:3] + needs.split()[-2:] == ["4", "70k", "61%", "28"]
        assert "no account" in driver.text


async def test_the_detail_follows_the_cursor() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        assert "19 days in Negotiate, usual 7" in driver.text
        await driver.press("j", "j")
        assert "31 days in Needs, usual 12" in driver.text
        assert "19 days in Negotiate" not in driver.text


async def test_enter_opens_the_deal() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        await driver.press("j", "enter")
        assert driver.services.called("deals.load") == [(("deal-2",), {})]


async def test_s_asks_the_milestone_and_moves_with_the_answer() -> None:
    def move(deal_id: str, stage_id: str, is_milestone_met: bool | None = None) -> object:
        if is_milestone_met is None:
            raise NotAllowed("Budget confirmed?", question="Budget confirmed?")
        return samples.saved("Stage: upgrade, Proposal")

    async with running(board_services(deals__move_stage=move), opening="pipeline") as driver:
        await driver.press("j", "j", "s")
        assert "Move upgrade to" in driver.text
        await driver.press("2")
        assert "Budget confirmed?" in driver.text
        await driver.press("y")
        assert driver.services.called("deals.move_stage")[-1] == (
            ("deal-3", "stage-3"),
            {"is_milestone_met": True},
        )
        assert "Stage: upgrade, Proposal" in driver.text


async def test_a_refusal_without_a_question_is_a_notice_not_a_question() -> None:
    refusal = NotAllowed("This deal is closed: Won.")
    async with running(board_services(deals__move_stage=refusal), opening="pipeline") as driver:
        await driver.press("s", "1")
        assert "This deal is closed: Won." in driver.text
        assert len(driver.services.called("deals.move_stage")) == 1


async def test_w_wins_with_amount_and_day() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        await driver.press("w")
        assert "44000" in driver.text
        await driver.press("enter", "enter", "enter")
        assert driver.services.called("deals.win") == [(("deal-1", "44000", date(2026, 11, 24), ""), {})]


async def test_x_needs_a_reason_and_esc_loses_nothing() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        await driver.press("x", "enter")
        assert "Reason is needed." in driver.text
        await driver.type("price")
        await driver.press("enter", "enter")
        assert driver.services.called("deals.lose") == [(("deal-1", date(2026, 11, 24), "price"), {})]
        await driver.press("x", "escape")
        assert len(driver.services.called("deals.lose")) == 1


async def test_a_deal_without_account_says_why_no_step_can_be_planned() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        await driver.press("end", "n")
        assert "This deal has no account yet." in driver.text


async def test_somebody_elses_pipeline_is_read_only() -> None:
    async with running(
        board_services(pipeline__load=samples.pipeline(is_read_only=True)), opening="pipeline"
    ) as driver:
        await driver.press("w")
        assert "can be read, not changed" in driver.text
        assert driver.services.called("deals.win") == []


async def test_a_lead_reads_a_reps_deal_and_opens_it_but_does_not_close_it() -> None:
    async with running(
        board_services(pipeline__load=samples.pipeline(scope=samples.LEAD)), opening="pipeline"
    ) as driver:
        assert "Owner" in driver.text
        for key in ("s", "w", "x", "e"):
            await driver.press(key)
            assert "can be read, not changed" in driver.text
        await driver.press("enter")
        assert driver.services.called("deals.load") == [(("deal-1",), {})]


async def test_question_mark_knows_stage_result_and_deal() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        view = driver.app.room.view
        assert view.about() == "deal:deal-1"
        driver.app.query_one("#stages", Table).focus()
        await driver.press("j")
        assert view.about() == "stage:stage-2"
        driver.app.query_one("#results").focus()
        await driver.idle()
        assert view.about() == "pipeline.open"
        await driver.press("right", "right")
        assert view.about() is None
        await driver.press("right")
        assert view.about() == "win_rate"


async def test_no_deals_names_the_key_that_makes_one() -> None:
    empty = samples.pipeline(deals=(), open_count=0)
    async with running(board_services(pipeline__load=empty), opening="pipeline") as driver:
        assert "No open deals. Press c to create one." in driver.text
        await driver.press("s")
        assert "There is no deal here." in driver.text
