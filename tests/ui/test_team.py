"""Team: who needs me, the sums, and the way to one rep's day."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cockpit.i18n import set_language
from cockpit.plain import cells
from cockpit.screens.team import answer, facts
from cockpit.services.snapshots import TeamSnapshot
from cockpit.widgets.rep_detail import deal_lines, problem_lines, week_lines
from cockpit.widgets.rep_table import rep_rows
from cockpit.widgets.signs import meter
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running
from tests.ui.fakes import card


def _texts(snapshot: TeamSnapshot, place: int) -> list[str]:
    return [cell if isinstance(cell, str) else cell.text for cell in rep_rows(snapshot, is_ascii=True)[place].cells]


def test_the_last_row_is_the_total_the_service_gave() -> None:
    assert _texts(samples.team(), -1)[:10] == [
        "Total",
        "920k",
        "618k",
        "#####   ",
        "67%",
        "302k",
        "219k",
        "692k",
        "36+4/45",
        "7",
    ]


def test_a_rep_without_a_target_has_no_gap_and_no_share() -> None:
    values = {"target_minor": None, "gap_minor": None, "behind_minor": 0, "visits_limit": None, "trend": ()}
    alone = samples.team(reps=(samples.team_rep(9, "王强", "", 0, 12, **values),))
    assert _texts(alone, 0)[:11] == ["王强", "-", "12k", " " * 8, "-", "-", "-", "86k", "12+3", "0", ""]


def test_the_trend_ends_with_its_last_value() -> None:
    assert _texts(samples.team(), 0)[10] == "_.:-=+*# 7"


@pytest.mark.parametrize(
    ("share", "bar", "in_ascii"),
    [
        (None, "    ", "    "),
        (-0.5, "    ", "    "),
        (0.0, "    ", "    "),
        (0.5, "██  ", "##  "),
        (0.53, "██▏ ", "##  "),
        (1.0, "████", "####"),
        (7.0, "████", "####"),
    ],
)
def test_a_share_as_a_bar(share: float | None, bar: str, in_ascii: str) -> None:
    assert meter(share, 4, False) == bar
    assert meter(share, 4, True) == in_ascii


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Zhao Lei needs you first: 5 visits without a plan, 79k behind pace"),
        (
            {"reps": samples.team().reps[1:2]},
            "Zhang Wei needs you first: 2 visits without a plan, 140k behind pace",
        ),
        ({"reps": samples.team().reps[2:]}, "Nobody is behind: visits are covered, money is on pace"),
        (
            {"reps": (samples.team_rep(4, "陈静", "Chen Jing", 9, 1, behind_minor=400_000),)},
            "Chen Jing needs you first: 4k behind pace",
        ),
        ({"reps": ()}, "Nobody in this team yet"),
    ],
)
def test_the_answer_says_who_first_and_why(values: dict[str, object], words: str) -> None:
    assert answer(samples.team(**values)) == words


def test_the_facts_say_the_teams_sum_and_the_rule_of_the_order() -> None:
    first, second = facts(samples.team()).split("\n")
    assert first == "华东一组, November, day 16/21  618k of 920k CNY, 67%  forecast 692k (657k-722k), past error 11%"
    assert "visits without a plan, then behind pace" in second


def test_names_are_those_of_the_readers_language() -> None:
    set_language("zh")
    assert _texts(samples.team(), 2)[0] == "李娜"
    set_language("en")
    assert _texts(samples.team(), 2)[0] == "Li Na"


async def test_enter_opens_that_reps_day_to_read() -> None:
    async with running(board_services(), opening="team") as driver:
        await driver.press("j", "enter")
        assert driver.services.called("today.load")[-1] == (("rep-1",), {})


async def test_the_total_is_nobody_to_open_and_is_explained_by_the_reps() -> None:
    async with running(board_services(), opening="team") as driver:
        assert driver.app.room.view.about() == "team:rep-3"
        await driver.press("end")
        assert driver.app.room.view.about() == "team.actual"
        await driver.press("enter")
        assert "Move to a rep first." in driver.text
        assert driver.services.called("today.load") == []


async def test_under_the_table_stand_the_reps_problems_with_what_to_do() -> None:
    async with running(board_services(), opening="team") as driver:
        assert "需求 stuck for 31 days" in driver.text
        await driver.press("j")
        text = driver.text
        assert "actual ¥182,000.00 of ¥300,000.00" in text
        assert re.search(r"FOUND +2 face visits without plan +plan the 2 best customers", text)
        assert "stuck for 31 days  " not in text


async def test_the_total_shows_nobodys_problems() -> None:
    async with running(board_services(), opening="team") as driver:
        await driver.press("end")
        assert "What to do" not in driver.text


async def test_a_broad_window_shows_the_reps_week_and_deals_beside_it() -> None:
    async with running(board_services(), size=(160, 45), opening="team") as driver:
        await driver.press("j")
        assert driver.app.query_one("#week").display
        for words in ("Today  Tue 11-24", "09:30 恒泰机械 visit A", "held", "Thu 11-26 15:00", "Deals at risk", "66k"):
            assert words in driver.text
        await driver.pilot.resize_terminal(120, 36)
        await driver.idle()
        assert not driver.app.query_one("#week").display
        (line,) = (line for line in driver.lines if "Later this week" in line)  # below, where there is height
        assert "Today  Tue 11-24" in line


async def test_a_low_window_counts_the_problems_it_does_not_show() -> None:
    problems = tuple(samples.team_problem(f"problem {number}", "do it") for number in range(6))
    rep = samples.team_rep(4, "陈静", "Chen Jing", 9, 1, problems=problems)
    async with running(board_services(team__load=samples.team(reps=(rep,))), opening="team") as driver:
        assert "problem 3" in driver.text
        assert "problem 4" not in driver.text
        assert "2 more" in driver.text
        await driver.pilot.resize_terminal(120, 36)
        await driver.idle()
        assert "problem 5" in driver.text


async def test_a_rep_without_problems_or_plans_says_so() -> None:
    async with running(board_services(), size=(160, 45), opening="team") as driver:
        await driver.press("j", "j")
        for words in ("No open problem.", "nothing planned", "none"):
            assert words in driver.text


@pytest.mark.parametrize("width", [1, 2, 5, 14, 40, 76, 160])
def test_hostile_texts_never_pass_the_width(width: int) -> None:
    rep, snapshot = samples.team().reps[1], samples.team()
    text = "恒泰" * 40 + "[red]x[/] 👨‍👩‍👧"
    hostile = replace(
        rep,
        name=text,
        alias="",
        problems=tuple(replace(one, what=text, to_do=text, state_text=text) for one in rep.problems),
        deals_at_risk=tuple(replace(one, what=text) for one in rep.deals_at_risk),
        week=tuple(replace(visit, account=text) for visit in rep.week),
    )
    assert problem_lines(hostile.problems, width)
    assert week_lines(hostile, snapshot, width)
    for line in deal_lines(hostile, width)[1:]:
        assert sum(cells(words) for words, _tone in line) <= max(width, 14)


async def test_an_empty_team_names_the_key_that_fills_it() -> None:
    async with running(board_services(team__load=samples.team(reps=())), opening="team") as driver:
        assert "Nobody is in this team yet. Press o to sync." in driver.text


def _led() -> TeamSnapshot:
    """A lead with a card about a rep, one about a customer and one that is set aside."""
    return samples.team(
        cards=(
            card(
                1, "Wang Qiang: 163k behind pace", "look at the rep's day", "enter", "today", args={"rep_id": "rep-4"}
            ),
            card(
                2, "21 prospects dropped", "call the first of them", "enter", "open", args={"account_id": "account-7"}
            ),
            card(3, "Zhao Lei: only 1 visit", "", "", "", state="waived", state_text="WAIVED until 11-30"),
        )
    )


async def test_a_lead_has_his_own_cards_with_the_keys_of_today() -> None:
    async with running(board_services(team__load=_led()), opening="team") as driver:
        assert "21 prospects dropped" in driver.text
        assert "WAIVED" in driver.text
        await driver.press("1")
        assert driver.services.called("today.load")[-1] == (("rep-4",), {})


async def test_a_digit_opens_what_the_card_is_about() -> None:
    async with running(board_services(team__load=_led()), opening="team") as driver:
        await driver.press("2")
        assert driver.services.called("accounts.load")[-1][0][0] == "account-7"


async def test_a_card_under_the_cursor_is_explained_opened_and_set_aside() -> None:
    async with running(board_services(team__load=_led()), opening="team") as driver:
        view = driver.app.room.view
        assert view.why_not("drop") == "Move to a card first."
        await driver.press("tab")
        assert view.about() == "card:card-1"
        await driver.press("x")
        assert "Set aside: Wang Qiang" in driver.text
        await driver.press("escape", "9")
        assert "There is no card 9." in driver.text


async def test_who_leads_nobody_has_no_empty_list_of_cards() -> None:
    async with running(board_services(), opening="team") as driver:
        assert not driver.app.query_one("TeamView CardList").display
