"""Replan: what changes, why, and that nothing is written before y."""

from __future__ import annotations

import pytest

from cockpit.errors import NotAllowed
from cockpit.screens.replan import answer, reasons
from cockpit.widgets.table import Table
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running
from tests.ui.fakes import FakeServices


def test_the_answer_counts_what_changes() -> None:
    assert answer(samples.proposal()) == "2 added, 1 moved, 1 to another day"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("replan", "Nothing to change: the plan is as good as it gets"),
        ("fill", "Nothing to fill: no visit fits, or none is lacking"),
    ],
)
def test_an_empty_proposal_says_so(kind: str, words: str) -> None:
    assert answer(samples.proposal(kind=kind, is_empty=True, after=())) == words


def test_reasons_add_up_to_the_score() -> None:
    proposal = samples.proposal()
    for row in (row for row in proposal.after if row.reasons):
        assert sum(points for _text, points in row.reasons) == row.score
        assert reasons(row, proposal).startswith(f"{row.sign} ")
        assert f"= {row.score}\n" in reasons(row, proposal)


def test_what_was_left_out_is_named_with_its_reason() -> None:
    assert "x left out: 德胜电气 (12), 9 km off, would cost 26 min" in reasons(None, samples.proposal())


def _written(services: FakeServices) -> list[str]:
    return [verb for verb, _args, _kwargs in services.calls if verb == "replan.accept"]


async def test_r_shows_before_and_after_with_signs_and_scores() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r")
        text = driver.text
        for words in ("Before", "After", "+ 11:15", "~ 15:00", "KPI visits", "target 15; uncovered 3 to 0"):
            assert words in text
        assert _written(driver.services) == []


async def test_the_reasons_follow_the_cursor_on_both_sides() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r", "j")
        assert "21 days unseen, limit 14 +14, 18k slips on 11-30 +9, 4 min away +8 = 31" in " ".join(
            driver.text.split()
        )
        driver.app.room.query_one("#before", Table).focus()
        await driver.idle()
        assert "= 09:30 恒泰机械: stays as it was" in driver.text


async def test_y_accepts_and_goes_back_and_u_takes_it_back() -> None:
    services = board_services(replan__accept=samples.saved("Replanned: 4 changes"))
    async with running(services, opening="gap") as driver:
        await driver.press("r", "y")
        assert services.called("replan.accept") == [((samples.proposal(),), {})]
        assert "118k to go" in driver.text
        assert "Replanned: 4 changes" in driver.text
        await driver.press("u")
        assert len(services.called("undo.undo")) == 1


async def test_esc_keeps_the_plan() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r", "escape")
        assert "118k to go" in driver.text
        assert _written(driver.services) == []


async def test_a_proposal_does_not_change_under_the_readers_eyes() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r")
        driver.app.data_changed()
        await driver.idle()
        assert len(driver.services.called("replan.propose")) == 1
        await driver.press("f5")
        assert len(driver.services.called("replan.propose")) == 2


async def test_rows_that_changed_meanwhile_refuse_the_plan_and_say_so() -> None:
    services = board_services(replan__accept=NotAllowed("The plan changed since. Press F5."))
    async with running(services, opening="gap") as driver:
        await driver.press("r", "y")
        assert "The plan changed since. Press F5." in driver.text
        assert "2 added" in driver.text


async def test_nothing_to_accept_says_so() -> None:
    empty = samples.proposal(is_empty=True, after=(), scores=(), best_dropped=None)
    services = board_services(replan__propose=empty)
    async with running(services, opening="gap") as driver:
        await driver.press("r")
        assert "Nothing to change" in driver.text
        await driver.press("y")
        assert "There is nothing to accept." in driver.text
        assert _written(services) == []


async def test_a_failed_proposal_names_the_key_that_tries_again() -> None:
    services = board_services(replan__propose=NotAllowed("No working day left."))
    async with running(services, opening="gap") as driver:
        await driver.press("r")
        assert "No working day left." in driver.text
        services.set("replan__propose", samples.proposal())
        await driver.press("f5")
        assert "2 added" in driver.text
