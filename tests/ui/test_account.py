"""Account: the people and the one number under the cursor, hours, history, and what can be added."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cockpit.screens.account import opening_hours
from cockpit.services.snapshots import AccountSnapshot
from cockpit.widgets.deal_table import DealTable
from cockpit.widgets.history import History
from cockpit.widgets.people import people_rows, stance_text
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running


@asynccontextmanager
async def opened(snapshot: AccountSnapshot | None = None, **answers: Any) -> AsyncIterator[Driver]:
    services = board_services(accounts__load=snapshot or samples.account(), **answers)
    async with running(services, opening="pipeline") as driver:
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
    import dataclasses

    both = dataclasses.replace(samples.account().contacts[0], phone="021-1")
    rows = people_rows(samples.account(contacts=(both,)))
    assert [row.key for row in rows] == ["account", "contact-1:mobile", "contact-1:phone"]


async def test_ctrl_y_copies_the_focused_number() -> None:
    async with opened() as driver:
        await driver.press("j", "ctrl+y")
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
        assert driver.services.called("deals.create") == [(("account-1", "pilot"), {"amount": ""})]


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
        await driver.press("j", "ctrl+y")
        assert driver.app.clipboard == "13800000001"
