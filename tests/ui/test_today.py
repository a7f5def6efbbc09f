"""Today: what it shows first, and what each key does to what is focused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.widget import Widget

from cockpit.errors import AmbiguousName, DatabaseBusy, DiskFull
from cockpit.i18n import set_language
from cockpit.locations import StartValues
from cockpit.screens.today_words import headline, next_item, until
from cockpit.services.snapshots import AgendaItem, Evidence
from cockpit.widgets.card_list import CardList
from cockpit.widgets.detail import Detail
from tests.ui.driver import Driver, running
from tests.ui.fakes import NOW, FakeServices, today_snapshot


def _opened(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the app is asked to open from now on, in place of opening it."""
    opened: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(driver.app, "open", lambda name, **args: opened.append((name, args)))
    return opened


async def test_who_next_and_when_comes_first() -> None:
    async with running() as driver:
        assert driver.lines[1].split() == ["09:30", "恒泰机械", "visit,", "in", "60", "min", "CFO", "ok", "on", "pilot"]


def test_the_next_one_is_the_first_planned_that_is_not_over() -> None:
    snapshot = today_snapshot()
    first, *rest = snapshot.visits
    held = replace(snapshot, visits=(replace(first, status="held"), *rest))
    assert next_item(held) == rest[0]
    late = replace(snapshot, as_of=NOW.replace(hour=11, minute=20))
    assert next_item(late) == rest[0], "begun, not over"
    over = replace(snapshot, visits=(first,), as_of=NOW.replace(hour=20))
    assert next_item(over) == first, "the day is over and it is still open"
    none = replace(snapshot, visits=(replace(first, status="held"),))
    assert headline(none)[0][0][0] == "Nothing left today."


@pytest.mark.parametrize(
    ("minutes", "words"), [(45, "in 45 min"), (180, "in 3 h"), (0, "now"), (-9, "now"), (-25, "25 min late")]
)
def test_the_time_until_is_said_in_words(minutes: int, words: str) -> None:
    set_language("en")
    assert until(NOW + timedelta(minutes=minutes), NOW) == words


async def test_eighty_columns_show_the_same_figures_as_a_wide_screen() -> None:
    shown = []
    for size in ((80, 24), (120, 36), (160, 48)):
        async with running(size=size) as driver:
            shown.append(driver.text)
    for text in shown:
        for figure in ("300k", "182k", "118k", "66k", "52k", "17/21", "forecast"):
            assert figure in text
        for row in (
            "恒泰机械",
            "明远物流",
            "嘉禾食品",
            "新域科技",
            "华光电子",
            "PLANNED 3/8",
            "27 points",
            "ROI sheet",
        ):
            assert row in text


@pytest.mark.parametrize(("size", "name"), [((80, 24), "#detail"), ((120, 36), "#detail"), ((160, 45), "#pane")])
async def test_the_place_below_or_beside_tells_all_about_the_focused_row(size: tuple[int, int], name: str) -> None:
    async with running(size=size) as driver:
        shown = driver.app.query_one(name, Detail)
        assert shown.region.height > 0
        assert "wants ROI" in driver.text
        assert "王总 CFO ?" in driver.text
        await driver.press("j")
        assert "never met" in driver.text
        assert "wants ROI" not in driver.text
        driver.app.query_one(CardList).focus()
        await driver.idle()
        assert "reason and next plan [x]" in driver.text
        assert "never met" not in driver.text
        driver.app.query_one("#best", Detail).focus()
        await driver.idle()
        assert "+14 21 d" in driver.text


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (160, 45)])
async def test_a_cursor_move_changes_words_and_no_place(size: tuple[int, int]) -> None:
    async with running(size=size) as driver:
        before = {widget: widget.region for widget in driver.app.screen.walk_children(Widget)}
        for key in ("j", "j", "end", "tab", "tab", "tab", "j", "j"):
            await driver.press(key)
            assert {widget: widget.region for widget in driver.app.screen.walk_children(Widget)} == before
        assert not driver.app.room.notice.has_class("-shown")


async def test_who_is_against_is_named_first() -> None:
    snapshot = today_snapshot()
    brief = replace(snapshot.briefs[0], deciders=(("甲", "", 2), ("乙", "", None), ("丙", "", -1), ("丁", "", 0)))
    async with running(FakeServices(today__load=replace(snapshot, briefs=(brief,)))) as driver:
        assert "Deciders 丙 -1, 乙 ?, 丁 +0, 甲 +2" in driver.text


async def test_a_tall_screen_shows_the_coming_days_and_their_rows_can_be_worked_on() -> None:
    async with running(size=(160, 45)) as driver:
        for words in ("Wed 11-25", "中北制药", "Thu 11-26", "安捷重工"):
            assert words in driver.text
        await driver.press("end")
        assert "who signs?" in driver.text
        assert driver.app.room.view.about() == "visit:act-7"
        await driver.press("x")
        await driver.type("ill")
        await driver.press("enter")
        assert driver.services.called("visits.cancel") == [(("act-7", "ill"), {})]
    for size, is_shown in (((80, 24), False), ((100, 30), True)):
        async with running(size=size) as driver:
            assert ("中北制药" in driver.text) == is_shown


async def test_a_card_is_told_with_its_rows_and_when_it_is_solved() -> None:
    evidence = tuple(Evidence(entity="activity", id=str(n), text=f"客户{n}", at=NOW) for n in range(14))
    card = replace(today_snapshot().cards[1], evidence=evidence, solved_when="solved when the limit is held")
    async with running(FakeServices(today__load=today_snapshot(cards=(card,))), size=(160, 45)) as driver:
        driver.app.query_one(CardList).focus()
        await driver.idle()
        for words in ("solved when the limit is held", "11-24 08:30 客户11", "and 2 more", "¥100.00"):
            assert words in driver.text
        assert "客户12" not in driver.text


async def test_the_month_is_a_row_of_days_and_the_weeks_are_bars_at_every_size() -> None:
    start = StartValues(lang="en", frames="ascii")
    for size, days, weeks in (
        ((80, 24), "##### ##### #.... x[=].=. .", "visits =+*#**:_ 0, last week 1"),
        ((120, 36), "# # # # #  # # # # #  # . . . .  x [=] . = .  .", "==++**##****::__ 0 this week, 1 last week"),
    ):
        async with running(size=size, start=start) as driver:
            assert days in driver.text
            assert weeks in driver.text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
async def test_before_the_first_sync_is_complete_nothing_is_said_to_be_in_order(size: tuple[int, int]) -> None:
    empty = today_snapshot(complete=False, visits=(), yesterday_unvisited=(), prep=None, next_best=None, cards=())
    async with running(FakeServices(today__load=empty), size=size) as driver:
        assert "The first sync is still running." in driver.text
        assert "Visits appear here as the first sync brings them." in driver.text
        assert "Nothing planned" not in driver.text
        assert "No problem found" not in driver.text


async def test_a_month_without_a_target_says_so() -> None:
    month = replace(today_snapshot().month, target_minor=None, gap_minor=None, uncovered_minor=None)
    bare = replace(month, actual_minor=0, planned_minor=0)
    async with running(FakeServices(today__load=today_snapshot(month=bare))) as driver:
        assert "No target is set." in driver.text


async def test_a_failure_is_said_once() -> None:
    services = FakeServices(today__load=DatabaseBusy(path="cockpit.db"))
    for size in ((80, 24), (120, 36)):
        async with running(services, size=size) as driver:
            assert driver.text.count("The local file is in use") == 1
            assert driver.text.count("Press F5 to load again.") == 1
            services.set("today__load", today_snapshot())
            await driver.press("f5")
            assert "The local file is in use" not in driver.text
            assert "恒泰机械" in driver.text
            services.set("today__load", DatabaseBusy(path="cockpit.db"))


async def test_an_empty_day_names_the_keys_that_fill_it() -> None:
    empty = today_snapshot(visits=(), yesterday_unvisited=(), prep=None, next_best=None, cards=(), kpis=())
    async with running(FakeServices(today__load=empty)) as driver:
        assert "n plans a visit, f fills what the KPI lacks" in driver.text
        assert "No problem found" in driver.text


@pytest.mark.parametrize(
    ("keys", "about"),
    [
        ((), "visit:act-1"),
        (("j",), "visit:act-2"),
        (("end",), "visit:act-5"),
        (("tab",), "prep"),
        (("tab", "tab"), "next_best"),
        (("tab", "tab", "tab"), "card:card-1"),
        (("tab", "tab", "tab", "j"), "card:card-2"),
        (("shift+tab",), "kpi:kpi-1"),
        (("shift+tab", "shift+tab"), "month.target"),
        (("shift+tab", "shift+tab", "right", "right"), "month.gap"),
    ],
)
async def test_why_asks_about_what_is_focused(keys: tuple[str, ...], about: str) -> None:
    async with running() as driver:
        await driver.press(*keys, "question_mark")
        assert driver.services.called("why.explain") == [((about,), {})]
        assert "sum of the amounts of deals won this month" in driver.text
        assert "¥182,000.00" in driver.text


async def test_log_starts_with_the_focused_visit() -> None:
    async with running() as driver:
        await driver.press("j", "j", "l")
        assert driver.services.called("quicklog.preview")[-1][0] == ("c 嘉禾食品 ", "acc-3")


async def test_enter_opens_the_deal_or_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = today_snapshot()
    bare = replace(snapshot.visits[1], deal_id=None)
    services = FakeServices(today__load=replace(snapshot, visits=(snapshot.visits[0], bare)))
    async with running(services) as driver:
        opened = _opened(driver, monkeypatch)
        await driver.press("enter", "j", "enter")
        assert opened == [("deal", {"deal_id": "deal-1"}), ("account", {"account_id": "acc-2"})]


async def test_new_asks_when_and_plans_with_the_focused_account() -> None:
    async with running() as driver:
        await driver.press("j", "n")
        assert "Plan a visit: 明远物流" in driver.text
        await driver.press("enter")
        assert "When is needed." in driver.text
        await driver.type("thu 10")
        await driver.press("enter")
        await driver.type("price")
        await driver.press("enter")
        assert driver.services.called("visits.plan") == [(("acc-2", "thu 10"), {"goal": "price", "deal_id": None})]
        assert "saved plan" in driver.text
        assert "Plan a visit" not in driver.text


async def test_a_form_that_cannot_save_stays_open_with_its_text() -> None:
    services = FakeServices(visits__plan=DiskFull(path="cockpit.db"))
    async with running(services) as driver:
        await driver.press("n")
        await driver.type("thu 10")
        await driver.press("enter", "enter")
        assert "The disk is full" in driver.text
        assert "thu 10" in driver.text
        services.set("visits__plan", AmbiguousName(name="h", candidates=("恒泰机械", "海天集团")))
        await driver.press("enter")
        assert "恒泰机械, 海天集团" in driver.text
        await driver.press("escape")
        assert "thu 10" not in driver.text


async def test_move_cancel_lock_and_correct_act_on_the_focused_visit() -> None:
    snapshot = today_snapshot()
    held = replace(snapshot.visits[1], status="held", goal_result="reached")
    services = FakeServices(today__load=replace(snapshot, visits=(snapshot.visits[0], held)))
    async with running(services) as driver:
        await driver.press("e")
        await driver.type("fri 9")
        await driver.press("enter", "enter", "x")
        await driver.type("ill")
        await driver.press("enter", "L", "j", "e", "enter")
        await driver.type("signed")
        await driver.press("enter", "enter")
        assert services.called("visits.move") == [(("act-1", "fri 9", ""), {})]
        assert services.called("visits.cancel") == [(("act-1", "ill"), {})]
        assert services.called("visits.set_lock") == [(("act-1", False), {})]
        assert services.called("visits.edit") == [(("act-2", {"result": "signed"}), {})]
        await driver.press("L")
        assert "Only a planned visit can be locked." in driver.text


async def test_an_unvisited_one_asks_reason_and_next_plan() -> None:
    async with running() as driver:
        await driver.press("end")
        assert "Planned for Mon 11-23. x says why, e gives a new time." in driver.text
        await driver.press("x")
        assert "Not visited: 华光电子" in driver.text
        await driver.type("flat tyre")
        await driver.press("enter")
        await driver.type("fri 10")
        await driver.press("enter")
        assert driver.services.called("visits.not_held") == [(("act-5", "flat tyre", "fri 10"), {})]


async def test_a_digit_presses_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        await driver.press("1")
        assert "Not visited: 华光电子" in driver.text
        await driver.press("escape", "9")
        assert "There is no card 9." in driver.text
        opened = _opened(driver, monkeypatch)
        await driver.press("2", "3", "4")
        assert opened == [
            ("replan", {"kind": "fill", "kpi_id": "kpi-1"}),
            ("pipeline", {}),
            ("deal", {"deal_id": "deal-3"}),
        ]


async def test_a_card_is_set_aside_with_a_reason_until_a_day() -> None:
    async with running() as driver:
        await driver.press("tab", "tab", "tab", "j", "x")
        assert "Set aside: face visits" in driver.text
        await driver.type("fair week")
        await driver.press("enter")
        await driver.type("soon")
        await driver.press("enter")
        assert "soon is not a day." in driver.text
        await driver.press("ctrl+u")
        await driver.type("11-30")
        await driver.press("enter")
        (args, _kwargs) = driver.services.called("cards.waive")[0]
        assert (args[0], args[1], f"{args[2]:%m-%d}") == ("card-2", "fair week", "11-30")


async def test_the_suggestion_is_added_at_its_time() -> None:
    async with running() as driver:
        await driver.press("a")
        assert driver.services.called("visits.plan") == [(("acc-5", "2026-11-24 12:15"), {})]


async def test_create_asks_two_fields() -> None:
    async with running() as driver:
        await driver.press("c")
        assert "Prospect" in driver.text
        await driver.press("1")
        await driver.type("Nova")
        await driver.press("enter", "enter")
        assert driver.services.called("accounts.create") == [(("Nova",), {"lifecycle": "prospect", "phone": ""})]


async def test_somebody_elses_day_is_read_only_and_says_so() -> None:
    services = FakeServices(today__load=today_snapshot(is_read_only=True))
    async with running(services) as driver:
        driver.app.open("today", rep_id="rep-2")
        await driver.idle()
        assert services.called("today.load")[-1][0] == ("rep-2",)
        assert "Today of Zhang Wei" in driver.lines[0]
        for key in ("n", "e", "x", "a", "L", "l", "r", "f"):
            await driver.press(key)
            assert "it can be read, not changed" in driver.text
        assert not [name for name, _args, _kwargs in services.calls if name.startswith("visits.")]
        await driver.press("question_mark")
        assert services.called("why.explain") == [(("visit:act-1",), {"rep_id": "rep-2"})]


async def test_the_cursor_stays_on_its_visit_when_the_day_changes() -> None:
    services = FakeServices()
    async with running(services) as driver:
        await driver.press("j", "j")
        snapshot = today_snapshot()
        services.set("today__load", replace(snapshot, visits=(_early(snapshot.visits[0]), *snapshot.visits)))
        driver.app.data_changed()
        await driver.idle()
        assert driver.app.room.view.about() == "visit:act-3"


def _early(item: AgendaItem) -> AgendaItem:
    return replace(item, id="act-0", starts_at=NOW, account="新来的")


async def test_a_new_plan_is_offered_with_its_key_and_never_made_by_itself() -> None:
    offer = "11:00 明远物流 cancelled"
    services = FakeServices(today__load=today_snapshot(offer=offer))
    async with running(services) as driver:
        assert f"{offer}  r makes a new plan to look at" in driver.text
        assert services.called("replan.propose") == []
        await driver.press("r")
        assert services.called("replan.propose") == [((offer,), {})]
