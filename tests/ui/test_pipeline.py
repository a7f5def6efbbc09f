"""Pipeline: the stages with their numbers, the deals with their rule, and what can be done to a deal."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed
from cockpit.locations import StartValues
from cockpit.plain import cells
from cockpit.screens.deal_acts import amount_text, changed, past_day
from cockpit.screens.pipeline import answer, facts
from cockpit.services.stuck import by_state, stuck_by_stage
from cockpit.widgets.columns import text_of
from cockpit.widgets.deal_detail import detail_lines
from cockpit.widgets.deal_states import state_lines
from cockpit.widgets.deal_table import deal_rows
from cockpit.widgets.stage_bars import bar, stage_rows
from cockpit.widgets.table import Table
from tests.support.company import NOW
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running

HOSTILE = ("Acme [/b] Ltd [@click=app.quit]x[/]", "\x1b[2J\x1b]52;c;aGk=\x07", "恒泰" * 200, "one\ntwo\tthree", "")


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 10**12), st.integers(1, 60))
def test_a_stage_with_money_always_has_a_bar_and_never_a_longer_one(
    value: int, stuck: int, other: int, size: int
) -> None:
    largest = max(value, other)
    drawn = bar(value, stuck, largest, size, is_ascii=True)
    assert 1 <= len(drawn) <= size
    assert len(bar(largest, 0, largest, size, is_ascii=True)) == size
    if stuck == 0:
        assert set(drawn) == {"#"}
    elif stuck >= value:
        assert set(drawn) == {"="}
    elif len(drawn) > 1:
        assert set(drawn) == {"#", "="}


@pytest.mark.parametrize("values", [(0, 0, 10), (5, 0, 0), (-3, 1, 10)])
def test_nothing_has_no_bar(values: tuple[int, int, int]) -> None:
    assert bar(*values, 10, is_ascii=False) == ""


def test_stages_without_money_are_drawn_by_count() -> None:
    stages = [dataclasses.replace(stage, amount_minor=0) for stage in samples.pipeline().stages]
    rows = stage_rows(stages, {"stage-1": (1, 0)}, 10, is_ascii=True)
    assert [text_of(row.cells[4]) for row in rows] == ["########==", "########", "######", "####"]


def test_the_share_that_went_on_is_of_how_many() -> None:
    rows = stage_rows(samples.pipeline().stages, {}, 10, is_ascii=True)
    assert [text_of(row.cells[5]) for row in rows] == ["22% of 41", "61% of 28", "55% of 20", "-"]


def test_what_is_stuck_is_counted_where_it_is() -> None:
    assert stuck_by_stage(samples.pipeline()) == {"stage-4": (1, 44 * samples.K), "stage-2": (1, 18 * samples.K)}


def test_the_states_add_up_to_the_deals() -> None:
    snapshot = samples.pipeline()
    assert sum(count for count, _minor in by_state(snapshot).values()) == len(snapshot.deals)
    text = ["".join(part for part, _tone in line) for line in state_lines(snapshot, 55)]
    assert text[1] == "dirty           1     18k  date passed or no next step "
    assert text[6].split() == ["healthy", "2", "66k", "no", "rule", "fired"]


@pytest.mark.parametrize("width", [0, 1, 20, 33, 34, 55, 120])
def test_the_states_fit_any_width(width: int) -> None:
    for line in state_lines(samples.pipeline(), width):
        assert width < 34 or cells("".join(part for part, _tone in line)) <= width


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
    assert answer(samples.pipeline(**values))[0][0] == words


@pytest.mark.parametrize("view", ["pipeline", "funnel"])
async def test_m_goes_to_the_next_funnel_and_says_where_there_is_none(view: str) -> None:
    two = (("funnel-1", "Project"), ("funnel-2", "Online"))
    services = board_services(pipeline__load=samples.pipeline(funnels=two))
    async with running(services, opening=view) as driver:
        await driver.press("M")
        assert services.called(f"{view}.load")[-1][0] == (None, "funnel-2")
        await driver.press("c", "4", *"ht", "enter", *"pilot", "enter", "enter")
        assert services.called("deals.create")[-1][1]["funnel"] == "funnel-2"
    services = board_services(funnel__load=samples.funnel(funnels=two[:1]), pipeline__load=samples.pipeline())
    async with running(services, opening=view) as driver:
        await driver.press("M")
        assert "cockpit hub funnels add" in driver.text


def test_the_answer_goes_on_with_the_states() -> None:
    assert "".join(part for part, _tone in answer(samples.pipeline())) == (
        "2 of 14 open deals are stuck, 62k  dirty 1  stalled 1"
    )


def _detail(number: int, width: int, height: int) -> list[str]:
    snapshot = samples.pipeline()
    deal = snapshot.deals[number]
    brief = next((one for one in snapshot.briefs if one.deal_id == deal.id), None)
    lines = detail_lines(deal, brief, NOW, {"new": "n", "stage": "s"}.__getitem__, (width, height))
    return ["".join(part for part, _tone in line).rstrip() for line in lines]


def test_the_detail_gives_every_state_its_rule_and_each_remedy_its_key_once() -> None:
    assert _detail(2, 50, 20) == [
        "upgrade",
        "dirty   No dated next step",
        "stalled 31 days in Needs, usual 12",
        "to do   [n] plan the next step",
        "amount  ¥18,000.00, close Mon 11-30",
        "stage   Needs, 31 d".replace("Needs", "需求"),
        "account 华光电子",
    ]


def test_the_detail_names_the_people_and_the_last_meeting() -> None:
    text = "\n".join(_detail(0, 50, 20))
    assert "people   王总 CFO approver (+) 13800000001" in text
    assert "last met Mon 11-16 price?" in text


def test_the_detail_is_two_columns_where_it_is_wide_and_running_text_where_it_is_low() -> None:
    wide = _detail(2, 110, 8)
    assert wide[1].split() == ["dirty", "No", "dated", "next", "step", "stage", "需求,", "31", "d"]
    low = _detail(2, 78, 3)
    assert len(low) <= 3
    assert low[0].startswith("upgrade  dirty No dated next step")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_deal_is_shown_within_its_place(text: str) -> None:
    deal = samples.deal_line(1, name=text, account=text, next_step=text, rules=(text,), stage=text)
    for size in ((20, 4), (52, 20), (118, 8)):
        lines = detail_lines(deal, None, NOW, lambda _command: "s", size)
        assert all(cells("".join(clean_line(part) for part, _tone in line)) <= size[0] for line in lines)


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
        assert needs.split()[1:4] + needs.split()[-3:] == ["4", "1", "70k", "61%", "of", "28"]
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
        assert view.about() == "pipeline.lost"
        await driver.press("right")
        assert view.about() == "win_rate"


async def test_no_deals_names_the_key_that_makes_one() -> None:
    empty = samples.pipeline(deals=(), open_count=0)
    async with running(board_services(pipeline__load=empty), opening="pipeline") as driver:
        assert "No open deals. Press c to create one." in driver.text
        await driver.press("s")
        assert "There is no deal here." in driver.text


def test_a_deal_says_how_many_states_it_has_and_what_is_next() -> None:
    rows = deal_rows(samples.pipeline().deals, NOW)
    texts = [[text_of(cell) for cell in row.cells] for row in rows]
    assert texts[0][6:9] == ["stalled", "19", "14:00"]
    assert texts[2][6:9] == ["dirty +1", "31", "none"]
    assert texts[3][0] == "*"
    assert texts[3][2] == "no account"


@pytest.mark.parametrize("state", ["saved", "waiting", "sending", "conflict", "parked"])
async def test_the_write_of_the_focused_deal_is_a_word(state: str) -> None:
    deals = (samples.deal_line(1, write_state=state),)
    async with running(board_services(pipeline__load=samples.pipeline(deals=deals)), opening="pipeline") as driver:
        assert f"sync {state}" in driver.text


async def test_the_bars_grow_with_the_window_and_keep_to_ascii() -> None:
    start = StartValues(lang="en", frames="ascii")
    async with running(board_services(), opening="pipeline", start=start) as driver:
        narrow = max(line.count("#") + line.count("=") for line in driver.lines)
        await driver.pilot.resize_terminal(100, 30)
        await driver.idle()
        wide = max(line.count("#") + line.count("=") for line in driver.lines)
        assert 8 < narrow < wide
        assert not set("█▒░▁▇") & set(driver.text)


async def test_a_broad_window_has_the_deal_in_a_pane_of_its_own() -> None:
    async with running(board_services(), opening="pipeline", size=(160, 45)) as driver:
        line = next(line for line in driver.lines if "王总 CFO approver" in line)
        assert line.index("王总") > 100
        assert "[s] move the stage" in driver.text
        await driver.press("j", "j")
        assert "[n] plan the next step" in driver.text
        assert "王总" not in driver.text


async def test_every_size_has_the_same_numbers() -> None:
    for size in ((80, 24), (120, 36), (160, 45)):
        async with running(board_services(), opening="pipeline", size=size) as driver:
            for number in ("2 of 14", "62k", "296k", "182k", "60% (n 15)", "22% of 41", "dirty 1", "stalled 1"):
                assert number in driver.text, (size, number)


async def test_a_failure_is_said_once_with_the_key_that_tries_again() -> None:
    failing = board_services(pipeline__load=NotAllowed("Not here."))
    async with running(failing, opening="pipeline", size=(120, 36)) as driver:
        assert driver.text.count("Press F5 to load again.") == 1


def test_deals_whose_stage_is_gone_are_named_first() -> None:
    said = facts(samples.pipeline(astray=(2, 8_800_000)))
    assert said.startswith("! 2 open deals, 88k, stand in no stage of this funnel: move each with s")
    assert "stand in" not in facts(samples.pipeline())
