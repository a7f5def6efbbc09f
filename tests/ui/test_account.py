"""Account: the people and the one number under the cursor, hours, history, and what can be added."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cockpit.errors import UnknownName
from cockpit.plain import cells
from cockpit.services.card_words import due_text, opening_hours, stance_text
from cockpit.services.snapshots import AccountSnapshot
from cockpit.widgets.account_card import card_lines, month_lines
from cockpit.widgets.deal_table import DealTable
from cockpit.widgets.history import History
from cockpit.widgets.lines import Part
from cockpit.widgets.people import people_rows
from cockpit.widgets.signs import write_sign
from tests.support.company import at
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running


@asynccontextmanager
async def opened(
    snapshot: AccountSnapshot | Exception | None = None, size: tuple[int, int] = (80, 24), **answers: Any
) -> AsyncIterator[Driver]:
    services = board_services(accounts__load=snapshot or samples.account(), **answers)
    async with running(services, opening="pipeline", size=size) as driver:
        driver.app.open("account", account_id="account-1")
        await driver.idle()
        yield driver


@pytest.mark.parametrize(("stance", "sign"), [(None, "?"), (0, "0"), (1, "+"), (2, "++"), (-2, "--")])
def test_how_a_person_stands_is_a_sign(stance: int | None, sign: str) -> None:
    assert stance_text(stance) == sign


def test_hours_are_grouped_by_day() -> None:
    assert opening_hours(samples.account().windows) == "Mon 09:00-12:00 13:30-17:00, Thu 09:00-17:00"
    assert opening_hours(()) == "opening hours not known"


def test_each_number_is_a_row_of_its_own() -> None:
    both = dataclasses.replace(samples.account().contacts[0], phone="021-1")
    rows = people_rows("021-5555 0100", (both,))
    assert [row.key for row in rows] == ["contact-1:mobile", "contact-1:phone", "account"]


def test_the_number_of_the_switchboard_is_not_a_persons() -> None:
    same = dataclasses.replace(samples.account().contacts[0], phone="021-5555 0100")
    assert [row.key for row in people_rows("021-5555 0100", (same,))] == ["contact-1:mobile", "account"]


def test_a_contact_not_sent_yet_has_its_sign() -> None:
    waiting = dataclasses.replace(samples.account().contacts[0], write_state="waiting")
    assert people_rows("", (waiting,))[0].cells[0] == write_sign("waiting")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due_in_days": 7}, ("visit due in 7 days", "good")),
        ({"due_in_days": 1}, ("visit due in 1 day", "warn")),
        ({"due_in_days": 0}, ("visit due today", "warn")),
        ({"due_in_days": -1}, ("visit overdue by 1 day", "bad")),
        ({"due_in_days": -40}, ("visit overdue by 40 days", "bad")),
        ({"due_in_days": None, "last_seen_on": None}, ("never visited", "warn")),
        ({"due_in_days": None, "limit_days": 0}, ("no visit limit set", "muted")),
    ],
)
def test_when_the_next_visit_is_due(values: dict[str, Any], words: tuple[str, str]) -> None:
    assert due_text(samples.account(**values)) == words


@pytest.mark.parametrize("is_ascii", [True, False])
def test_the_visits_of_twelve_months_are_bars_with_months_and_numbers(is_ascii: bool) -> None:
    lines = ["".join(part for part, _tone in line) for line in _months(60, is_ascii=is_ascii)]
    low, high = ("_", "#") if is_ascii else ("▁", "█")
    assert lines[0].startswith(f"visits {low * 2} ")
    assert lines[0].count(high * 2) == 3
    assert lines[1].split() == ["12", *(str(month) for month in range(1, 12))]
    assert lines[2].strip() == "3 this month, 18 in 12 months"
    assert not is_ascii or all(line.isascii() for line in lines)


@pytest.mark.parametrize("width", [10, 30, 43])
def test_a_pane_too_narrow_for_months_has_the_bars_alone(width: int) -> None:
    lines = ["".join(part for part, _tone in line) for line in _months(width, is_ascii=True)]
    assert all(cells(line) <= max(width, 7) for line in lines)
    assert "3 this month" in " ".join(" ".join(line.split()) for line in lines) or width < 20


def _months(width: int, *, is_ascii: bool) -> list[list[Part]]:
    return month_lines(samples.account().months, "visits ", width, is_ascii=is_ascii)


@pytest.mark.parametrize("width", [30, 46, 57, 78, 120])
@pytest.mark.parametrize("text", ["[/b] [@click=app.quit]x", "恒泰" * 100, ""])
def test_the_card_of_hostile_texts_stays_in_its_place(text: str, width: int) -> None:
    card = samples.account(address=text, industry=text, size=text, owner=text, extra=((text, text),), months=())
    for line in card_lines(card, width, is_ascii=True)[2:4]:
        assert cells("".join(part for part, _tone in line)) <= width


async def test_the_card_says_rhythm_hours_and_visits_at_every_size() -> None:
    for size in ((80, 24), (120, 36), (160, 45)):
        async with opened(size=size) as driver:
            text = " ".join(driver.text.split())
            assert "visit due in 7 days" in text, size
            assert "at most 14 days" in text, size
            assert "3 this month, 18 in 12 months" in text, size
            assert "Mon 09:00-12:00 13:30-17:00" in text, size
            assert "13800000001" in text, size
            assert "half reached" in text, size


async def test_a_long_history_is_there_to_its_end_and_its_length_is_said() -> None:
    rows = tuple(samples.item(100 + n, status="held", starts_at=at(17), result=f"talk {n}") for n in range(2000))
    async with opened(samples.account(history=rows, history_total=2400), size=(120, 36)) as driver:
        assert "Done 2,400, the newest 2,000 shown" in driver.text
        driver.app.room.query_one(History).focus()
        await driver.press("end")
        assert "talk 1999" in driver.text


async def test_an_account_with_nobody_and_nothing_says_which_keys_begin() -> None:
    bare = samples.account(
        phone="", contacts=(), deals=(), history=(), planned=(), windows=(), address="", industry="", size="",
        limit_days=0, last_seen_on=None, due_in_days=None, months=(), history_total=0,
    )  # fmt: skip
    async with opened(bare, size=(120, 36)) as driver:
        for words in (
            "Nobody known here yet. Press c to add a contact.",
            "No open deals with this account. Press c to create one.",
            "Nothing done or planned yet. Press n to plan.",
            "opening hours not known",
            "no address",
            "never visited",
        ):
            assert words in driver.text, words


async def test_ctrl_y_copies_the_focused_number() -> None:
    async with opened() as driver:
        await driver.press("ctrl+y")
        assert driver.app.clipboard == "13800000001"
        assert "13800000001 copied" in driver.text


async def test_nothing_to_copy_says_so() -> None:
    async with opened(samples.account(phone="", contacts=())) as driver:
        await driver.press("ctrl+y")
        assert "There is no number here to copy." in driver.text
        assert driver.app.clipboard == ""
        assert "Nobody known here yet. Press c to add a contact." in driver.text


async def test_n_plans_a_visit_here() -> None:
    async with opened() as driver:
        await driver.press("n")
        await driver.type("fri 9")
        await driver.press("enter")
        await driver.type("price")
        await driver.press("enter")
        assert driver.services.called("visits.plan") == [
            (("account-1", "fri 9"), {"goal": "price", "deal_id": None}),
        ]


async def test_c_adds_a_contact_or_a_deal_to_this_account() -> None:
    async with opened() as driver:
        await driver.press("c", "3")
        await driver.type("Ann")
        await driver.press("enter")
        await driver.type("138")
        await driver.press("enter")
        assert driver.services.called("accounts.add_contact") == [(("account-1", "Ann", "138"), {})]
        await driver.press("c", "4")
        await driver.type("pilot")
        await driver.press("enter", "enter")
        assert driver.services.called("deals.create") == [(("account-1", "pilot"), {"amount": "", "funnel": ""})]


async def test_e_is_about_the_account_or_the_focused_visit() -> None:
    async with opened() as driver:
        await driver.press("e", "enter", "end", "backspace")
        await driver.type("B")
        await driver.press("enter", "enter", "enter")
        assert driver.services.called("accounts.edit") == [(("account-1", {"tier": "B"}), {})]
        driver.app.room.query_one(History).focus()
        await driver.press("e")
        assert "Move: 恒泰机械" in driver.text


async def test_enter_on_a_deal_opens_it() -> None:
    async with opened() as driver:
        await driver.press("enter")
        assert "Move to a deal first." in driver.text
        driver.app.room.query_one(DealTable).focus()
        await driver.press("enter")
        assert driver.services.called("deals.load") == [(("deal-2",), {})]


async def test_somebody_elses_account_can_be_read_only() -> None:
    async with opened(samples.account(is_read_only=True)) as driver:
        await driver.press("n")
        assert "can be read, not changed" in driver.text
        await driver.press("ctrl+y")
        assert driver.app.clipboard == "13800000001"


async def test_a_failure_is_said_once_with_the_key_that_tries_again() -> None:
    async with opened(UnknownName(kind="account", name="x", near="-"), size=(120, 36)) as driver:
        assert driver.text.count("No such account") == 1
        assert driver.text.count("Press F5 to load again.") == 1


async def test_question_mark_is_about_the_person_the_deal_the_visit_or_the_account() -> None:
    async with opened() as driver:
        view = driver.app.room.view
        assert view.about() == "contact:contact-1"
        await driver.press("end")
        assert view.about() == "account:account-1"
        driver.app.room.query_one(DealTable).focus()
        await driver.idle()
        assert view.about() == "deal:deal-2"
        driver.app.room.query_one(History).focus()
        await driver.idle()
        assert view.about() == "visit:activity-7"
