"""The conflicts on a screen of their own: one key for each answer, one undo, and what a deletion asks."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.services.snapshots import ConflictItem
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running
from tests.ui.fakes import FakeServices


def item(number: int, **values: Any) -> ConflictItem:
    return ConflictItem(
        **{
            "id": f"conflict-{number}",
            "entity": "deal",
            "entity_id": f"deal-{number}",
            "subject": f"subject {number}",
            "field": "amount_minor",
            "field_text": "amount",
            "kind": "field",
            "base": "18k",
            "mine": "20k",
            "theirs": "24k",
            "theirs_by": "赵敏",
            "theirs_at": None,
            "can_keep_both": False,
            "can_edit": True,
            "typed": "20000",
            "my_text": "amount: 20k",
            **values,
        }
    )


def deleted(**values: Any) -> ConflictItem:
    values = {"kind": "delete_edit", "field": "", "field_text": "the whole row", "can_edit": False, **values}
    return item(3, base="", mine="result: they sign", theirs="deleted", my_text="result: they sign", **values)


def services_with(*items: ConflictItem, **answers: Any) -> FakeServices:
    said = samples.saved("Answered")
    canned = {"answers__answer": said, "answers__edit": said, "answers__attach": said, **answers}
    return board_services(sync__load=samples.sync(conflicts=items), **canned)


def words(driver: Driver) -> str:
    return " ".join(driver.text.split())


async def test_one_key_from_anywhere_opens_them() -> None:
    async with running(services_with(item(1), item(2))) as driver:
        await driver.press("C")
        assert driver.lines[1].strip() == "2 conflicts need your answer"
        assert "m mine 20k you" in words(driver)
        assert "t theirs 24k 赵敏" in words(driver)
        await driver.press("q")
        assert "need your answer" not in driver.text


async def test_enter_on_a_conflict_of_the_sync_screen_opens_that_one() -> None:
    async with running(services_with(item(1), item(2)), opening="sync") as driver:
        await driver.press("j", "enter")
        assert driver.app.room.view.about() == "conflict:conflict-2"
        await driver.press("enter")
        assert driver.app.room.view.about() == "conflict:conflict-1", "the next one, round and round"


@pytest.mark.parametrize(
    ("key", "call"),
    [
        ("m", (("conflict-1", "mine"), {})),
        ("t", (("conflict-1", "theirs"), {})),
        ("A", (("conflict-1", "mine"), {"is_whole_record": True})),
    ],
)
async def test_each_answer_is_one_key(key: str, call: Any) -> None:
    services = services_with(item(1), item(2))
    async with running(services) as driver:
        await driver.press("C", key)
        assert services.called("answers.answer") == [call]


async def test_a_third_value_is_typed_over_mine() -> None:
    services = services_with(item(1))
    async with running(services) as driver:
        await driver.press("C", "e")
        assert "Another value: subject 1" in driver.text
        await driver.press("end", "backspace")
        await driver.type("5")
        await driver.press("enter")
        assert services.called("answers.edit") == [(("conflict-1", "20005"), {})]


async def test_what_is_no_answer_here_says_why() -> None:
    async with running(services_with(item(1, can_edit=False))) as driver:
        await driver.press("C", "b")
        assert "Only texts can be kept both." in driver.text
        await driver.press("e")
        assert "This cannot be typed; choose mine or theirs." in driver.text
        await driver.press("a")
        assert "Only what has lost its account can be given another one." in driver.text
    async with running(services_with()) as driver:
        await driver.press("C", "m")
        assert "No conflict is open" in driver.text


async def test_a_deletion_asks_to_restore_to_let_go_or_to_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    services = services_with(deleted())
    async with running(services) as driver:
        await driver.press("C")
        for text in (
            "m restore make it again with my edit",
            "t let go accept that it is deleted",
            "^y copy my text to the clipboard, to keep it elsewhere",
        ):
            assert text in words(driver)
        assert "m Restore t Let it go ^y Copy mine" in words(driver)
        copied: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await driver.press("ctrl+y")
        assert copied == ["result: they sign"]
        assert services.called("answers.answer") == [], "it is still open"
        await driver.press("t")
        assert services.called("answers.answer") == [(("conflict-3", "theirs"), {})]


async def test_what_lost_its_account_is_attached_to_another() -> None:
    services = services_with(deleted(can_attach=True))
    async with running(services) as driver:
        await driver.press("C", "a")
        await driver.type("mywl")
        await driver.press("enter")
        assert services.called("answers.attach") == [(("conflict-3", "mywl"), {})]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_it_fits(size: tuple[int, int]) -> None:
    async with running(services_with(item(1), deleted()), size=size) as driver:
        await driver.press("C", "j")
        assert all(len(line) <= size[0] for line in driver.lines)
        assert "subject 3" in driver.text
