"""Gap: the answer, the bar, the sums, the periods and the way to fill."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import DatabaseBusy
from cockpit.screens.gap import answer
from cockpit.services.snapshots import AgreementLine, RungLine, Saved
from cockpit.widgets.gap_bar import bar_cells
from cockpit.widgets.table import Table
from cockpit.widgets.week_table import week_rows
from tests.support.company import NOW
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running

AMOUNTS = st.integers(0, 10**12)


@given(st.none() | AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 300))
def test_bar_fills_its_width_and_no_part_is_negative(target: int | None, actual: int, planned: int, width: int) -> None:
    parts = bar_cells(target, actual, planned, width)
    shares = (parts.actual, parts.planned, parts.uncovered, parts.rest)
    assert sum(shares) == width
    assert min(shares) >= 0
    assert parts.mark is None or 0 <= parts.mark < width


@given(AMOUNTS, AMOUNTS, st.integers(1, 300))
def test_bar_shows_nothing_uncovered_when_the_plan_reaches_the_target(target: int, actual: int, width: int) -> None:
    assert bar_cells(target, actual, max(target - actual, 0), width).uncovered == 0


def test_bar_of_the_month() -> None:
    parts = bar_cells(300, 182, 66, 100)
    assert (parts.actual, parts.planned, parts.uncovered, parts.mark) == (61, 22, 17, 99)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "52k uncovered of 118k to go, 5 working days left"),
        ({"workdays_left": 1}, "52k uncovered of 118k to go, 1 working day left"),
        ({"uncovered_minor": 0}, "118k to go, all of it planned, 5 working days left"),
        ({"gap_minor": 0}, "Target reached"),
        ({"gap_minor": -1_200_000}, "Target reached, 12k above it"),
        ({"target_minor": None, "gap_minor": None}, "No target for this month. Won so far: 182k"),
        ({"complete": False}, "The first sync is still running: these figures are not whole yet."),
    ],
)
def test_the_answer_says_how_far(values: dict[str, object], words: str) -> None:
    assert answer(samples.gap(**values)) == words


def test_weeks_end_with_their_sum() -> None:
    rows = week_rows(samples.gap().weeks, NOW.date())
    total = [cell if isinstance(cell, str) else cell.text for cell in rows[-1].cells]
    assert total == ["", "Sum", "300k", "182k", "118k"]


def test_a_week_without_a_target_leaves_the_sum_unknown() -> None:
    weeks = samples.gap(weeks=(*samples.gap().weeks[:2],)).weeks
    import dataclasses

    partly = (dataclasses.replace(weeks[0], target_minor=None, gap_minor=None), weeks[1])
    total = [cell if isinstance(cell, str) else cell.text for cell in week_rows(partly, NOW.date())[-1].cells]
    assert total == ["", "Sum", "-", "60k", "-"]


async def test_brackets_walk_through_the_periods() -> None:
    async with running(board_services(), opening="gap") as driver:
        assert "[month]" in driver.text
        await driver.press("right_square_bracket")
        assert "[quarter]" in driver.text
        await driver.press("right_square_bracket", "right_square_bracket")
        assert "[year]" in driver.text
        assert "The year is the longest period." in driver.text
        await driver.press("left_square_bracket")
        assert driver.services.called("gap__load".replace("__", "."))[-1][0] == (None, "quarter")


async def test_question_mark_asks_about_the_focused_number() -> None:
    async with running(board_services(), opening="gap") as driver:
        view = driver.app.room.view
        driver.app.query_one("#numbers", Table).focus_key("planned")
        await driver.idle()
        assert view.about() == "month.planned"
        driver.app.query_one("#kpis", Table).focus()
        await driver.idle()
        assert view.about() == "kpi:kpi-1"


async def test_f_fills_the_short_kpi() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("f")
        assert driver.services.called("replan.fill") == [((None,), {})]
        await driver.press("q")
        driver.app.query_one("#kpis", Table).focus()
        await driver.press("f")
        assert driver.services.called("replan.fill")[-1] == (("kpi-1",), {})


async def test_nothing_short_means_f_says_so() -> None:
    covered = samples.gap(kpis=(samples.kpi(uncovered=0, state="covered"),))
    async with running(board_services(gap__load=covered), opening="gap") as driver:
        await driver.press("f")
        assert "Nothing to fill: every KPI is covered." in driver.text
        assert driver.services.called("replan.fill") == []


async def test_a_rep_without_target_and_kpi_is_an_answer_too() -> None:
    bare = samples.gap(target_minor=None, gap_minor=None, uncovered_minor=None, kpis=(), weeks=())
    async with running(board_services(gap__load=bare), opening="gap") as driver:
        assert "No target for this month. Won so far: 182k" in driver.text
        assert "No KPI has a consequence here." in driver.text


async def test_failed_load_says_how_to_try_again() -> None:
    services = board_services(gap__load=DatabaseBusy(path="cockpit.db"))
    async with running(services, opening="gap", size=(120, 36)) as driver:
        assert "The local file is in use" in driver.text
        assert "F5" in driver.text
        services.set("gap__load", samples.gap())
        await driver.press("f5")
        assert "118k to go" in driver.text
        assert driver.text.count("Press F5") == 0


async def test_a_failure_is_said_once() -> None:
    services = board_services(gap__load=DatabaseBusy(path="cockpit.db"))
    async with running(services, opening="gap") as driver:
        assert driver.text.count("The local file is in use") == 1
        assert driver.text.count("Press F5 to load again.") == 1


async def test_the_pace_is_drawn_where_there_is_room_for_it() -> None:
    for size, is_drawn in (
        ((80, 24), False),
        ((120, 24), False),
        ((80, 40), True),
        ((120, 36), True),
        ((160, 45), True),
    ):
        async with running(board_services(), opening="gap", size=size) as driver:
            assert ("46.6k behind" in driver.text) == is_drawn
            for figure in ("300k", "182k", "118k", "66k", "52k", "11/15", "held 11", "last week"):
                assert figure in driver.text


async def test_a_period_whose_days_are_not_here_has_no_row_of_days() -> None:
    services = board_services(
        gap__load=lambda rep_id=None, period="month": samples.gap(
            period_kind=period, **({"days": ()} if period == "year" else {})
        )
    )
    async with running(services, opening="gap", size=(120, 36)) as driver:
        assert "held 11" in driver.text
        await driver.press("right_square_bracket", "right_square_bracket")
        assert "held 11" not in driver.text
        await driver.press("left_square_bracket")
        assert "held 11" in driver.text


async def test_agreement_and_rank_are_rows_and_a_says_yes() -> None:
    agreement = AgreementLine(state="asked", by_lead_at=NOW, is_mine=True)
    rung = RungLine(id="middle", name="middle", least_minor=24_000_000, left_minor=5_800_000)
    services = board_services(
        gap__load=samples.gap(agreement=agreement, rungs=(rung,)),
        targets__agree=Saved(action_id="a", text="Agreed: me", entity="target", id="t"),
    )
    async with running(services, opening="gap", size=(120, 36)) as driver:
        assert "58k to middle" in driver.text
        assert "asked since 11-24" in driver.text
        await driver.press("A")
        assert services.called("targets.agree")[-1][0] == ("", "month")
        await driver.press("end")
        assert driver.app.room.view.about() == "month.rung"
