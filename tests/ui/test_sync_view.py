"""Sync: what waits, both values of a conflict, and the answers to it."""

from __future__ import annotations

from datetime import UTC

import pytest

from cockpit.errors import HubUnavailable
from cockpit.screens.sync import answer, facts
from cockpit.services.snapshots import SyncReport
from cockpit.widgets.conflict_panel import ConflictTable
from cockpit.widgets.queue_table import QueueTable, moment_text
from tests.support.company import NOW, at
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import running

CALM = samples.badge(pending=0, conflicts=0, parked=0, is_offline=False)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "1 conflict needs your answer"),
        ({"conflicts": 0}, "1 change was refused and is parked"),
        ({"conflicts": 0, "parked": 0}, "2 changes wait to be sent"),
        ({"conflicts": 0, "parked": 0, "pending": 0}, "Everything is at the hub"),
        ({"conflicts": 0, "parked": 0, "pending": 0, "last_sync_at": None}, "Not synced yet. Press o."),
        ({"is_syncing": True, "progress": "up 3/12"}, "Syncing up 3/12"),
    ],
)
def test_the_answer_says_what_needs_the_user_first(values: dict[str, object], words: str) -> None:
    assert answer(samples.badge(**values)) == words


def test_facts_say_online_or_offline_and_the_last_run() -> None:
    assert facts(samples.badge(), samples.sync()).split("\n") == [
        "offline  https://crm.example  last sync 07:30 (1h ago): 4 sent, 31 received",
        "The hub does not answer",
    ]
    assert facts(CALM, samples.sync(last_error="")).startswith("online")


def test_moments_are_shown_in_the_teams_time() -> None:
    from_the_hub = at(24, "07:30").astimezone(UTC)
    assert moment_text(from_the_hub, NOW) == "07:30"
    assert moment_text(at(23, "23:59").astimezone(UTC), NOW) == "Mon 11-23 23:59"


async def test_both_values_stand_with_who_and_when() -> None:
    async with running(board_services(), opening="sync") as driver:
        for words in ("before: 18k", "m mine: 20k", "t theirs: 24k (赵敏, 07:02)"):
            assert words in driver.text
        await driver.press("j")
        assert "t theirs: demo first (周岚, -)   b keeps both texts" in driver.text


@pytest.mark.parametrize(("key", "choice"), [("m", "mine"), ("t", "theirs")])
async def test_a_conflict_is_answered_by_one_key(key: str, choice: str) -> None:
    async with running(board_services(), opening="sync") as driver:
        await driver.press(key)
        assert driver.services.called("sync.answer") == [(("conflict-1", choice), {})]
        assert driver.services.called("team.load") == []


async def test_b_keeps_both_texts_and_says_why_not_otherwise() -> None:
    async with running(board_services(), opening="sync") as driver:
        await driver.press("b")
        assert "Only texts can be kept both." in driver.text
        await driver.press("j", "b")
        assert driver.services.called("sync.answer") == [(("conflict-2", "both"), {})]


async def test_outside_a_conflict_t_is_the_team_as_everywhere() -> None:
    async with running(board_services(), opening="sync") as driver:
        driver.app.query_one(QueueTable).focus()
        await driver.press("t")
        assert driver.services.called("sync.answer") == []
        assert len(driver.services.called("team.load")) == 1


async def test_only_what_is_parked_can_be_discarded_and_only_after_y() -> None:
    async with running(board_services(), opening="sync") as driver:
        driver.app.query_one(QueueTable).focus()
        await driver.press("x")
        assert "Only a parked change can be discarded" in driver.text
        await driver.press("end", "x")
        assert "Discard for good: amount 嘉禾食品?" in driver.text
        await driver.press("n")
        assert driver.services.called("sync.discard") == []
        await driver.press("x", "y")
        assert driver.services.called("sync.discard") == [(("mutation-3",), {})]


async def test_the_last_answer_moves_the_focus_on() -> None:
    services = board_services()
    async with running(services, opening="sync") as driver:
        assert driver.app.query_one(ConflictTable).has_focus
        services.set("sync__load", samples.sync(conflicts=(), badge=CALM, queue=()))
        await driver.press("m")
        assert driver.app.query_one(QueueTable).has_focus
        assert "Nothing waits. Everything is at the hub." in driver.text
        assert "mine:" not in driver.text


async def test_o_pressed_on_sync_syncs_now_and_reloads() -> None:
    report = SyncReport(pushed=2, pulled=0, pending=0, conflicts=0, parked=0, receipts=2, complete=True)
    services = board_services(sync__run=report)
    async with running(services, opening="sync") as driver:
        before = len(services.called("sync.load"))
        await driver.press("o")
        assert len(services.called("sync.run")) == 1
        assert len(services.called("sync.load")) > before


async def test_a_sync_that_was_asked_for_says_why_it_failed() -> None:
    services = board_services(sync__run=HubUnavailable("connection refused", url="https://crm.example"))
    async with running(services, opening="sync") as driver:
        await driver.press("o")
        assert "connection refused" in driver.text
        assert "Press o to try again." in driver.text


async def test_progress_is_drawn_without_loading_the_lists_again() -> None:
    services = board_services()
    async with running(services, opening="sync") as driver:
        before = len(services.called("sync.load"))
        driver.app.badge_changed(samples.badge(is_syncing=True, progress="up 3/12"))
        await driver.idle()
        assert "Syncing up 3/12" in driver.text
        assert len(services.called("sync.load")) == before
