"""Team: who needs me, the sums, and the way to one rep's day."""

from __future__ import annotations

import pytest

from cockpit.i18n import set_language
from cockpit.screens.team import answer
from cockpit.services.snapshots import TeamSnapshot
from cockpit.widgets.rep_table import rep_rows
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running


def _texts(snapshot: TeamSnapshot, place: int) -> list[str]:
    return [cell if isinstance(cell, str) else cell.text for cell in rep_rows(snapshot)[place].cells]


def test_the_last_row_is_the_total_the_service_gave() -> None:
    assert _texts(samples.team(), -1)[:8] == ["Total", "920k", "618k", "67%", "302k", "36", "4", "7"]


def test_a_rep_without_a_target_has_no_gap_and_no_share() -> None:
    alone = samples.team(reps=(samples.team_rep(9, "王强", "", 0, 12, target_minor=None, gap_minor=None),))
    assert _texts(alone, 0)[:5] == ["王强", "-", "12k", "-", "-"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "2 of 3 reps have visits without a plan; first Zhao Lei, 5"),
        ({"reps": samples.team().reps[:2]}, "1 of 2 reps has visits without a plan; first Zhang Wei, 2"),
        ({"reps": samples.team().reps[:1]}, "All visits are covered"),
        ({"reps": ()}, "Nobody in this team yet"),
    ],
)
def test_the_answer_says_who_first(values: dict[str, object], words: str) -> None:
    assert answer(samples.team(**values)) == words


def test_names_are_those_of_the_readers_language() -> None:
    set_language("zh")
    assert _texts(samples.team(), 0)[0] == "李娜"
    set_language("en")
    assert _texts(samples.team(), 0)[0] == "Li Na"


async def test_enter_opens_that_reps_day_to_read() -> None:
    async with running(board_services(), opening="team") as driver:
        await driver.press("j", "enter")
        assert driver.services.called("today.load")[-1] == (("rep-1",), {})


async def test_the_total_is_nobody_to_open_or_ask_about() -> None:
    async with running(board_services(), opening="team") as driver:
        assert driver.app.room.view.about() == "team:rep-2"
        await driver.press("end")
        assert driver.app.room.view.about() is None
        await driver.press("enter")
        assert "Move to a rep first." in driver.text
        assert driver.services.called("today.load") == []


async def test_the_detail_gives_the_problem_in_full_and_the_exact_result() -> None:
    async with running(board_services(), opening="team") as driver:
        await driver.press("j")
        assert "2 face visits without plan Found" in driver.text
        assert "actual ¥182,000.00 of ¥300,000.00" in driver.text


async def test_an_empty_team_names_the_key_that_fills_it() -> None:
    async with running(board_services(team__load=samples.team(reps=())), opening="team") as driver:
        assert "Nobody is in this team yet. Press o to sync." in driver.text
