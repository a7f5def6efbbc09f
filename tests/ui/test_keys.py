"""Finding, jumping, typing commands, looking back, copying and the mouse, in the running app."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from textual.events import Key

from cockpit.commands import COMMANDS
from cockpit.errors import BadUse
from cockpit.keymap import keymap
from cockpit.locations import StartValues
from cockpit.services.past import LookBack
from cockpit.widgets.agenda import Agenda
from cockpit.widgets.card_list import CardList
from cockpit.widgets.footer import Footer
from cockpit.widgets.header import Header
from cockpit.widgets.jump_line import LETTERS, labels
from cockpit.widgets.speed import KEPT, Speed
from cockpit.widgets.table import Table
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running
from tests.ui.fakes import ZONE, FakeServices

PAST = datetime(2026, 11, 10, 23, 59, 59, 999_999, tzinfo=ZONE)


def agenda(driver: Driver) -> Agenda:
    return driver.app.query_one(Agenda)


def opened_by(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    opened: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(driver.app, "open", lambda name, **args: opened.append((name, args)))
    return opened


# -- filter ---------------------------------------------------------------------------------------------------------------


async def test_slash_narrows_the_list_in_focus_and_enter_keeps_it() -> None:
    async with running() as driver:
        before = [line for line in driver.lines if "Next best" in line]
        await driver.press("slash")
        assert driver.lines[-1].strip() == "Enter Keep  Esc Clear  // All accounts"
        await driver.type("mywl")
        assert [row.key for row in agenda(driver).rows] == ["act-2"]
        assert "1 of 5 for /mywl, Esc clears" in driver.text
        assert [line for line in driver.lines if "Next best" in line] == before, "nothing moved"
        await driver.press("enter")
        assert agenda(driver).has_focus
        assert driver.app.room.view.about() == "visit:act-2"
        assert "l Log" in driver.lines[-1]
        await driver.press("escape")
        assert len(agenda(driver).rows) == 5
        assert driver.app.room.view.about() == "visit:act-2", "the cursor stays on its row"


@pytest.mark.parametrize("key", ["escape", "ctrl+g"])
async def test_leaving_the_filter_line_clears_the_filter(key: str) -> None:
    async with running() as driver:
        await driver.press("slash")
        await driver.type("mywl")
        await driver.press(key)
        assert len(agenda(driver).rows) == 5
        assert agenda(driver).has_focus


async def test_up_and_down_move_in_the_list_while_the_filter_is_typed() -> None:
    async with running() as driver:
        await driver.press("slash")
        await driver.type("visit")
        await driver.press("down")
        assert agenda(driver).cursor_key == "act-2"


@pytest.mark.parametrize("keys", [("slash", "slash"), ("slash", "enter"), ("slash", "q", "q", "q", "z", "enter")])
async def test_what_is_not_here_is_looked_for_everywhere(keys: tuple[str, ...]) -> None:
    async with running() as driver:
        await driver.press(*keys)
        assert "Find an account" in driver.text
        assert [args for args, _named in driver.services.called("accounts.search")] == [("qqqz",)] * ("q" in keys)
        await driver.press("escape")
        assert len(agenda(driver).rows) == 5


async def test_slash_without_a_list_opens_the_finder() -> None:
    services = FakeServices(today__load=RuntimeError("broken"))
    async with running(services) as driver:
        await driver.press("slash")
        assert "Find an account" in driver.text


async def test_slash_narrows_the_help() -> None:
    async with running(size=(120, 36)) as driver:
        await driver.press("f1", "slash")
        await driver.type("undo")
        rows = driver.app.room.view.query_one(Table).rows
        assert any(row.key == "app:undo" for row in rows)
        assert len(rows) < 6


# -- jump -----------------------------------------------------------------------------------------------------------------


def test_labels_are_of_one_length_and_differ() -> None:
    for count in (1, len(LETTERS), len(LETTERS) + 1, 200):
        found = labels(count)
        assert len(set(found)) == count
        assert len({len(label) for label in found}) == 1


async def test_jump_shows_letters_and_goes_to_the_row_typed() -> None:
    async with running(size=(120, 36)) as driver:
        plain = driver.lines
        await driver.press("semicolon")
        place = next(n for n, line in enumerate(plain) if "嘉禾食品" in line and "call" in line)
        assert driver.lines[place] != plain[place]
        assert "Type the letters" in driver.text
        label = agenda(driver)._labels[2]
        await driver.press(*label)
        assert agenda(driver).has_focus
        assert agenda(driver).cursor_key == "act-3"
        assert "Type the letters" not in driver.text
        assert not agenda(driver)._labels


async def test_jump_goes_to_other_tables_and_to_keys_of_the_footer() -> None:
    async with running(size=(120, 36)) as driver:
        await driver.press("semicolon")
        cards = driver.app.query_one(CardList)
        await driver.press(*cards._labels[1])
        assert (cards.has_focus, cards.cursor_key) == (True, "card-2")
        await driver.press("semicolon")
        await driver.press(*driver.app.query_one(Footer)._labels["log"])
        assert "Log a visit" in driver.lines[0]


@pytest.mark.parametrize("key", ["escape", "ctrl+g", "1", "down"])
async def test_any_other_key_leaves_the_jump_where_it_was(key: str) -> None:
    async with running() as driver:
        plain = driver.text
        await driver.press("semicolon", key)
        assert driver.text == plain
        assert agenda(driver).has_focus
        assert driver.services.called("visits.plan") == []


async def test_a_click_elsewhere_ends_the_jump() -> None:
    async with running() as driver:
        await driver.press("semicolon")
        await driver.pilot.click(CardList, offset=(3, 2))
        await driver.idle()
        assert "Type the letters" not in driver.text
        assert not agenda(driver)._labels


# -- commands -------------------------------------------------------------------------------------------------------------


async def test_a_command_takes_what_is_typed_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as driver:
        opened = opened_by(driver, monkeypatch)
        await driver.press("colon")
        await driver.type("log v ht ok")
        assert "visit: log v ht ok" in driver.text
        await driver.press("enter")
        assert opened == [("log", {"line": "v ht ok"})]


async def test_find_takes_a_name() -> None:
    async with running() as driver:
        await driver.press("colon")
        await driver.type("find ht")
        await driver.press("enter")
        assert driver.services.called("accounts.search") == [(("ht",), {})]


async def test_commands_are_found_by_near_spelling_and_the_last_ones_come_first() -> None:
    async with running() as driver:
        await driver.press("colon")
        await driver.type("undoo")
        await driver.press("enter", "colon")
        first = driver.app.screen.query_one("#found", Table).rows[0]
        assert first.key == "undo"


async def test_a_command_that_is_off_says_why_in_the_palette() -> None:
    async with running(board_services(), opening="pipeline") as driver:
        await driver.press("f1", "colon")
        await driver.type("keys")
        assert driver.app.screen.query_one("#found", Table).rows[0].key == "help"


async def test_a_theme_is_chosen_by_name_and_a_wrong_one_named() -> None:
    async with running() as driver:
        await driver.press("colon")
        await driver.type("theme light")
        await driver.press("enter")
        assert driver.app.theme == "cockpit-light"
        await driver.press("colon")
        await driver.type("theme nord")
        await driver.press("enter")
        assert "No theme is called nord." in driver.text
        assert driver.app.theme == "cockpit-light"


# -- a past day -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def past() -> FakeServices:
    return board_services(past__moment=lambda text: LookBack(PAST if text else None))


async def test_a_past_day_is_shown_by_every_view_and_nothing_can_be_written(past: FakeServices) -> None:
    async with running(past, size=(100, 30)) as driver:
        await driver.press("T")
        await driver.type("2026-11-10")
        await driver.press("enter")
        assert past.called("past.moment") == [(("2026-11-10",), {})]
        assert past.called("today.load")[-1] == ((None,), {"as_of": PAST})
        assert "as of 2026-11-10" in driver.lines[0]
        for key, call in (("g", "gap.load"), ("p", "pipeline.load"), ("t", "team.load")):
            await driver.press(key)
            assert past.called(call)[-1][1]["as_of"] == PAST
            assert "as of 2026-11-10" in driver.lines[0]
        await driver.press("h", "u")
        assert "A past day cannot be changed. T and no date goes back to now." in driver.text
        assert not past.called("undo.undo")
        await driver.press("o")
        assert "Not available for a past day." in driver.text
        await driver.press("question_mark")
        assert past.called("why.explain")[-1][1]["as_of"] == PAST


@pytest.mark.parametrize("keys", [("escape",), ("q",), ("T", "ctrl+a", "ctrl+k", "enter")])
async def test_a_past_day_is_left_by_going_back_or_by_no_date(past: FakeServices, keys: tuple[str, ...]) -> None:
    async with running(past) as driver:
        await driver.press("colon")
        await driver.type("as-of 2026-11-10")
        await driver.press("enter")
        assert "as of 2026-11-10" in driver.lines[0]
        await driver.press(*keys)
        assert driver.app.is_running
        assert "as of" not in driver.lines[0]
        assert past.called("today.load")[-1] == ((None,), {})
        await driver.press("u")
        assert past.called("undo.undo")


async def test_what_is_no_day_is_said_in_the_dialog(past: FakeServices) -> None:
    past.set("past__moment", BadUse("soon is not a date like 2026-11-24."))
    async with running(past) as driver:
        await driver.press("T")
        await driver.type("soon")
        await driver.press("enter")
        assert "soon is not a date" in driver.text
        await driver.press("ctrl+g")
        assert "as of" not in driver.lines[0]


# -- back, copy, mouse ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("open_it", [("l",), ("f1",), ("slash", "slash"), ("colon",), ("T",), ("n",), ("x",), ("c",)])
async def test_ctrl_g_is_a_second_way_back_from_everything(open_it: tuple[str, ...]) -> None:
    async with running() as driver:
        first = driver.text
        await driver.press(*open_it)
        assert driver.text != first
        await driver.press("ctrl+g")
        assert driver.text.replace(driver.lines[-2], "") == first.replace(first.split("\n")[-2], "")
        await driver.press("ctrl+g", "ctrl+g")
        assert driver.app.is_running


async def test_copy_puts_the_row_on_the_clipboard_and_says_so() -> None:
    async with running() as driver:
        await driver.press("j", "ctrl+y")
        assert "明远物流" in driver.app.clipboard
        assert "copied" in driver.text


async def test_clicks_press_the_badge_the_footer_a_card_and_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(size=(120, 36)) as driver:
        opened = opened_by(driver, monkeypatch)
        await driver.pilot.click(Header, offset=(117, 0))
        await driver.pilot.click(Header, offset=(3, 0))
        await driver.idle()
        assert opened == [("sync", {})]
        card = next(n for n, line in enumerate(driver.lines) if "[f]" in line)
        await driver.pilot.click(offset=(driver.lines[card].index("[f]") + 1, card))
        await driver.idle()
        assert opened[-1][0] == "replan"
        count = len(opened)
        await driver.pilot.click(CardList, offset=(10, 3))
        await driver.idle()
        assert len(opened) == count, "a click beside the key only moves the cursor"


async def test_one_click_takes_an_option_and_a_button_of_a_dialog() -> None:
    async with running() as driver:
        got: list[str] = []
        driver.app.room.view.choose("Which", [("a", "First"), ("b", "Second")], got.append)
        await driver.idle()
        row = next(n for n, line in enumerate(driver.lines) if "Second" in line)
        await driver.pilot.click(offset=(driver.lines[row].index("Second"), row))
        await driver.idle()
        assert got == ["b"]
        answers: list[bool] = []
        driver.app.room.view.confirm("Really", answers.append)
        await driver.idle()
        row = next(n for n, line in enumerate(driver.lines) if "y Yes" in line)
        await driver.pilot.click(offset=(driver.lines[row].index("n No"), row))
        await driver.idle()
        assert answers == [False]


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    async with running(size=(100, 30)) as driver:
        await driver.press("f1")
        table = driver.app.room.view.query_one(Table)
        key = table.cursor_key
        table.post_message(_wheel(table))
        await driver.idle()
        assert table.scroll_offset.y > 0
        assert table.cursor_key == key


def _wheel(table: Table) -> Any:
    from textual import events

    return events.MouseScrollDown(table, 2, 2, 0, 0, 0, False, False, False)


async def test_the_keys_that_lists_share_work_in_dialogs() -> None:
    async with running() as driver:
        driver.app.room.view.choose("Which", [(str(n), f"Option {n}") for n in range(30)], lambda _key: None)
        await driver.idle()
        table = driver.app.screen.query_one("#options", Table)
        for key, at in (("j", "1"), ("k", "0"), ("end", "29"), ("home", "0")):
            await driver.press(key)
            assert table.cursor_key == at
        await driver.press("pagedown")
        assert int(table.cursor_key or "0") > 5


# -- the keymap -----------------------------------------------------------------------------------------------------------


async def test_no_keymap_hides_the_way_back_help_or_the_end() -> None:
    overrides = tuple(
        (command.id, key) for command, key in zip(COMMANDS, ("q", "f1", "escape", "ctrl+c", "ctrl+g", "j"))
    )
    start = StartValues(lang="en", keymap=(*overrides, ("back", "f9"), ("help", "f8")))
    async with running(start=start) as driver:
        for key in ("f1", "f8"):
            await driver.press(key)
            assert driver.lines[0].startswith(" Keys")
            await driver.press("q")
        await driver.press("f9")
        assert driver.app.return_code == 0


async def test_a_chinese_input_method_does_not_lock_the_signs_out() -> None:
    async with running() as driver:
        await driver.press("：")
        assert "Commands" in driver.text
        await driver.press("escape")
        driver.app._router.press("fullwidth_question_mark")
        await driver.idle()
        assert driver.services.called("why.explain")


def test_a_key_may_be_written_as_its_sign() -> None:
    keys = keymap([("undo", "!"), ("log", "f7"), ("gap", "ctrl+t")])
    assert keys.refused == ()
    assert keys.keys["undo"] == "exclamation_mark"
    assert (keys.keys["log"], keys.keys["gap"]) == ("f7", "ctrl+t")


@pytest.mark.parametrize("key", ["", "nonsense", "ctrl+", "f13", "7", "  ", "ctrl+alt+x", "\x1b"])
def test_what_is_no_key_is_refused_by_name(key: str) -> None:
    assert keymap([("undo", key)]).refused == (("undo", key, ""),)


@pytest.mark.parametrize(
    ("key", "holder"), [("j", "list"), ("tab", "list"), ("ctrl+c", "quit"), ("q", "back"), ("？", "why")]
)
def test_keys_of_lists_of_the_end_and_of_others_are_refused(key: str, holder: str) -> None:
    assert keymap([("undo", key)]).refused == (("undo", key, holder),)


def test_a_key_given_up_in_vain_stays_with_its_command() -> None:
    keys = keymap([("undo", "l"), ("gap", "u")])
    assert keys.keys["undo"] == "u"
    assert keys.keys["gap"] == "g"
    assert {name for name, _key, _holder in keys.refused} == {"undo", "gap"}


# -- speed ----------------------------------------------------------------------------------------------------------------


def test_speed_counts_from_the_key_to_the_first_bytes() -> None:
    now = [0.0]
    speed = Speed(lambda: now[0])
    assert speed.words() == "No key was answered yet."
    for number in range(20):
        speed.pressed("j", now[0])
        now[0] += 0.300 if number == 7 else 0.010
        speed.wrote(100)
        now[0] += 0.5
        speed.wrote(100)
        now[0] += 10
        speed.wrote(9_999)  # nobody's answer
    speed.pressed("k", now[0])  # never answered
    words = speed.words()
    assert "half within 10 ms" in words
    assert "20 keys; slowest 300 ms (j)" in words
    assert "half within 200" in words


def test_speed_remembers_a_bounded_number() -> None:
    speed = Speed(lambda: 0.0)
    for _number in range(KEPT * 2):
        speed.pressed("j", 0.0)
        speed.wrote(1)
    assert speed.count == KEPT * 2
    assert len(speed._answers) == KEPT


async def test_speed_is_shown_on_demand() -> None:
    async with running() as driver:
        driver.app.speed.pressed("j", driver.app.speed._now())
        driver.app.speed.wrote(10)
        await driver.press("colon")
        await driver.type("speed")
        await driver.press("enter")
        assert "1 keys; slowest 0 ms (j)" in driver.text


# -- keys typed ahead -----------------------------------------------------------------------------------------------------


async def typed_ahead(driver: Driver, *keys: str) -> None:
    """All keys at once, as a slow line delivers them."""
    signs = {"slash": "/", "colon": ":", "semicolon": ";", "space": " "}
    for key in keys:
        driver.app.post_message(Key(key, signs.get(key, key if len(key) == 1 else None)))
    await driver.idle()


async def test_keys_typed_ahead_are_for_what_the_key_before_them_opens() -> None:
    async with running() as driver:
        await typed_ahead(driver, "slash", "m", "y", "w", "l", "enter")
        assert [row.key for row in agenda(driver).rows] == ["act-2"]
        await typed_ahead(driver, "escape", "slash", "slash", "h", "t")
        assert driver.services.called("accounts.search")[-1] == (("ht",), {})
        assert driver.app.screen.query_one("#text").value == "ht"  # type: ignore[attr-defined]
        await typed_ahead(driver, "escape", "colon", "u", "n", "d", "o", "enter")
        assert len(driver.services.called("undo.undo")) == 1
        await typed_ahead(driver, "semicolon", *agenda_label(driver, 1))
        assert agenda(driver).cursor_key == "act-2"
        await typed_ahead(driver, "x", "escape", "l", "v", "space", "h")
        assert driver.app.room.view.query_one("#line").value.strip().endswith("h")  # type: ignore[attr-defined]


def agenda_label(driver: Driver, place: int) -> str:
    """The label that a row of the agenda will have: those of the first table come first in their order."""
    tables = [table for table in driver.app.room.view.query(Table) if table.region and table.list.all]
    tables.sort(key=lambda table: not table.has_focus)
    rows = [(table, row) for table in tables for row in table.visible_places]
    return labels(len(rows) + len(driver.app.query_one(Footer).commands))[rows.index((agenda(driver), place))]
