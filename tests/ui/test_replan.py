"""Replan: what changes, why, and that nothing is written before y."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from cockpit.errors import NotAllowed
from cockpit.screens.replan_words import answer, reason_line, reason_lines, rest_lines
from cockpit.services.snapshots import PlanChoices, PlanLimit, Relaxed, ReplanProposal, WhyNot
from cockpit.widgets.lines import Line
from cockpit.widgets.replan_table import Change, change_text, changes
from cockpit.widgets.score_table import score_words
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running
from tests.ui.fakes import FakeServices, today_snapshot


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


def _words(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _tone in line) for line in lines]


def _found(proposal: ReplanProposal, account: str) -> Change:
    return next(change for change in changes(proposal) if change.row.account == account)


def test_before_and_after_are_one_list_in_the_order_of_the_new_plan() -> None:
    found = changes(samples.proposal())
    assert [(change.sign, change.number, change.row.account) for change in found] == [
        ("=", 1, "恒泰机械"),
        ("+", 2, "华光电子"),
        ("=", 3, "嘉禾食品"),
        ("~", 4, "新域科技"),
        ("+", 5, "安捷重工"),
        (">", 6, "明远物流"),
    ]
    assert [change_text(change) for change in found] == [
        "held",
        "new",
        "locked",
        "30 min earlier",
        "new",
        "booked anew",
    ]


def test_what_is_not_in_the_new_plan_stands_where_it_was() -> None:
    rows = (
        samples.replan_row("=", "a", "10:00", day=20),
        samples.replan_row("x", "b", "12:00"),
        samples.replan_row("x", "c", "17:00", status="cancelled"),
    )
    found = changes(samples.proposal(before=rows, after=(samples.replan_row("+", "d", "13:00", activity_id=None),)))
    assert [(change.sign, change.row.account, change_text(change)) for change in found] == [
        ("!", "a", "unvisited"),
        ("x", "b", "dropped"),
        ("+", "d", "new"),
        ("x", "c", "cancelled"),
    ]
    assert len({change.key for change in found}) == 4


def test_a_visit_left_unvisited_is_caught_up() -> None:
    before = samples.replan_row("+", "a", "10:00", day=23)
    found = changes(samples.proposal(before=(before,), after=(samples.replan_row("+", "a", "11:00"),)))
    assert [(change.sign, change_text(change)) for change in found] == [("+", "catch-up")]


def test_what_was_cancelled_before_is_not_counted_as_dropped_by_the_plan() -> None:
    rows = (samples.replan_row("x", "b", "12:00", status="cancelled"), samples.replan_row("x", "c", "13:00"))
    assert answer(samples.proposal(before=rows, after=())) == "1 dropped"


def test_reasons_add_up_to_the_score() -> None:
    proposal = samples.proposal()
    for change in changes(proposal):
        if change.row.reasons:
            assert sum(points for _text, points in change.row.reasons) == change.row.score
            (line,) = _words([reason_line(change, proposal)])
            assert line.startswith(f"{change.sign} ")
            assert line.endswith(f"= {change.row.score}")
            assert _words(reason_lines(change, proposal))[-1].split() == [f"{change.row.score}", "points", "in", "all"]


def test_reasons_as_a_sum_stand_under_each_other() -> None:
    proposal = samples.proposal()
    assert _words(reason_lines(_found(proposal, "华光电子"), proposal)) == [
        "+ 11:15 华光电子",
        "+14  21 days unseen, limit 14",
        " +9  18k slips on 11-30",
        " +8  4 min away",
        " 31  points in all",
    ]


def test_what_was_left_out_is_named_with_its_reason() -> None:
    assert _words(rest_lines(samples.proposal(), 70)) == [
        "x left out: 德胜电气 (12), 9 km off, would cost 26 min",
        "Straight line x 1.35; traffic unknown offline",
    ]


def test_a_low_window_says_the_scores_in_words() -> None:
    lines = _words(score_words(samples.proposal().scores, 50))
    assert [line.replace("\N{NO-BREAK SPACE}", " ").rstrip() for line in lines] == [
        "KPI visits 12 -> 15   Money met today 118k -> 156k",
        "Travel min 24 -> 53",
    ]


def _written(services: FakeServices) -> list[str]:
    return [verb for verb, _args, _kwargs in services.calls if verb == "replan.accept"]


async def test_r_shows_before_and_after_with_signs_and_scores() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r")
        lines = [" ".join(line.split()) for line in driver.lines]
        for words in (
            "= 1 09:30 09:30 恒泰机械 A visit held 11",
            "+ 2 - 11:15 华光电子 B visit new 11 +31",
            "~ 4 15:30 15:00 新域科技 C call 30 min earlier 11 -2",
            "> 6 11:00 Thu 10:00 明远物流 B visit booked anew 11 +6",
        ):
            assert words in lines
        assert "KPI visits 12 -> 15" in driver.text.replace("\N{NO-BREAK SPACE}", " ")
        assert _written(driver.services) == []


async def test_a_tall_window_has_the_score_table_with_what_it_means() -> None:
    async with running(board_services(), size=(80, 40), opening="gap") as driver:
        await driver.press("r")
        assert "target 15; uncovered 3 to 0" in driver.text


async def test_the_cursor_begins_on_what_changes_and_reasons_follow_it() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r")
        assert "21 days unseen, limit 14 +14, 18k slips on 11-30 +9, 4 min away +8 = 31" in " ".join(
            driver.text.split()
        )
        await driver.press("k")
        assert "= 09:30 恒泰机械: stays as it was" in driver.text


class _EndlessPlanner:
    """A search without a process: it runs until it is stopped."""

    def __init__(self) -> None:
        self.is_running = True

    def poll(self) -> None:
        """Nothing better yet."""

    def stop(self) -> None:
        self.is_running = False


async def test_the_search_goes_on_until_the_cursor_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[_EndlessPlanner] = []

    def search(_proposal: ReplanProposal, planner: _EndlessPlanner) -> bool:
        begun.append(planner)
        return True

    monkeypatch.setattr("cockpit.services.planner.Planner", _EndlessPlanner)
    async with running(board_services(replan__search=search), opening="gap") as driver:
        await driver.press("r")
        assert [planner.is_running for planner in begun] == [True]
        await driver.press("k")
        assert [planner.is_running for planner in begun] == [False]


async def test_the_route_stands_beside_the_plan_where_there_is_room() -> None:
    async with running(board_services(), opening="gap") as driver:
        await driver.press("r")
        assert "Route" not in driver.text
        await driver.pilot.resize_terminal(120, 36)
        await driver.idle()
        assert "Route Tue 11-24" in driver.text
        for words in ("[+2]", "=1", "+5", "start and end of the day", "18 min", "53 min"):
            assert words in driver.text
        await driver.press("end")
        assert "Route Thu 11-26" in driver.text
        assert "[>6]" in driver.text


@pytest.mark.parametrize("opening", ["today", "conflicts"])
async def test_r_where_the_plan_is_in_question_starts_from_the_hubs_side(opening: str) -> None:
    found = samples.proposal(answers=2, trigger="1 visit in question")
    services = board_services(
        replan__on_theirs=found,
        sync__load=samples.sync(is_plan_disputed=True),
        today__load=today_snapshot(offer="differs", is_plan_disputed=True),
    )
    async with running(services) as driver:
        if opening == "conflicts":
            await driver.press("C")
            assert "r Replan" in driver.text
        await driver.press("r")
        assert "2 conflicts: theirs" in driver.text
        assert "1 visit in question" in driver.text
        assert driver.services.called("replan.propose") == []
        await driver.press("f5")
        assert len(driver.services.called("replan.on_theirs")) == 2


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


async def test_a_failure_is_said_once() -> None:
    services = board_services(replan__propose=NotAllowed("No working day left."))
    async with running(services, size=(120, 36), opening="gap") as driver:
        await driver.press("r")
        assert driver.text.count("No working day left.") == 1


def _again(**answers: Any) -> FakeServices:
    """Services whose plan can be made again, and that know two others."""
    others = (
        samples.proposal(aim="least", after=samples.proposal().after[:1], ticket="ticket-2"),
        samples.proposal(aim="money", trigger="richer", ticket="ticket-3"),
    )
    relaxed = (Relaxed(rule="visits", limit=11, reached=9, tries=(("5 visits a day", 11), ("cadence off", 9))),)
    limits = (
        PlanLimit(name="visits", label="visits a day", value="6", is_changed=False),
        PlanLimit(name="travel", label="travel min a day", value="90", is_changed=False),
    )
    return board_services(
        replan__propose=samples.proposal(limits=limits),
        replan__choices=PlanChoices(others=others, relaxed=relaxed),
        replan__hold=samples.proposal(limits=limits, trigger="held"),
        replan__leave_out=samples.proposal(limits=limits, trigger="left out"),
        replan__limit=samples.proposal(limits=limits, trigger="limited"),
        replan__later=lambda span: samples.proposal(trigger=f"later {span}"),
        **answers,
    )


async def test_other_plans_and_what_stands_in_the_way_come_after_the_plan() -> None:
    async with running(_again(), size=(120, 36), opening="gap") as driver:
        await driver.press("r")
        await driver.idle()
        assert "Plan 1 of 3" in driver.text
        assert "[1 most KPI]" in driver.text
        assert "reached 9 of 11; 5 visits a day: 11; cadence off: no gain" in " ".join(driver.text.split())
        await driver.press("3")
        assert "[3 most money]" in driver.text
        assert "richer" in driver.text
        await driver.press("4")
        assert "There is no plan 4." in driver.text
        await driver.press("y")
        (args,) = [args for args, _kwargs in driver.services.called("replan.accept")]
        assert args[0].ticket == "ticket-3"


async def test_a_row_is_held_and_left_out_and_the_plan_made_again_at_once() -> None:
    async with running(_again(), opening="gap") as driver:
        await driver.press("r", "L")
        assert "held" in driver.text
        assert [args[1] for args, _ in driver.services.called("replan.hold")] == [2]
        await driver.press("x")
        assert "left out" in driver.text
        assert [args[1] for args, _ in driver.services.called("replan.leave_out")] == [2]
        assert _written(driver.services) == []


async def test_a_limit_is_chosen_and_moved() -> None:
    async with running(_again(), opening="gap") as driver:
        await driver.press("r")
        assert "[visits a day 6]" in driver.text
        await driver.press("M", "plus")
        assert "[travel min a day 90]" in driver.text
        assert [args[1:] for args, _ in driver.services.called("replan.limit")] == [("travel", 1)]
        assert "limited" in driver.text


async def test_shift_r_plans_the_week_and_a_key_the_month() -> None:
    async with running(_again(), opening="gap") as driver:
        await driver.press("R")
        assert "Replan the week" in driver.text
        assert "later week" in driver.text
        await driver.press("right_square_bracket")
        assert "Replan the month" in driver.text
        assert "later month" in driver.text


async def test_weeks_and_months_are_of_later_days_alone() -> None:
    async with running(_again(), opening="gap") as driver:
        await driver.press("r", "right_square_bracket")
        assert "Only a plan of later days has a week or a month: R makes one." in driver.text


async def test_why_not_asks_for_an_account_and_names_the_first_rule() -> None:
    days = ((date(2026, 11, 24), "day full (4)"), (date(2026, 11, 25), "closed on Wed 11-25"))
    found = WhyNot(account_id="acc-9", account="德胜电气", is_planned=False, text="day full (4)", days=days)
    async with running(_again(replan__why_not=found), opening="gap") as driver:
        await driver.press("r", "N", *"ds", "enter")
        assert "德胜电气: day full (4)" in driver.text
        assert "Wed 11-25: closed on Wed 11-25" in driver.text
        assert [args[1] for args, _ in driver.services.called("replan.why_not")] == ["ds"]
        await driver.press("j")
        assert "day full" not in driver.text
