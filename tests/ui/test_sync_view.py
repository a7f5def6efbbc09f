"""Sync: what waits, both values of a conflict, and the answers to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from cockpit.errors import HubUnavailable
from cockpit.i18n import near_moment
from cockpit.plain import cells
from cockpit.screens.sync import answer, facts
from cockpit.services.snapshots import SyncReport, TypedField
from cockpit.widgets.conflict_panel import ChoiceKeys, ConflictTable, conflict_lines
from cockpit.widgets.queue_table import QueueTable
from tests.support.company import NOW, at
from tests.ui import board_samples as samples
from tests.ui.boards import board_services
from tests.ui.driver import Driver, running

CALM = samples.badge(pending=0, conflicts=0, parked=0, is_offline=False)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "1 conflict needs your answer, 1 change refused, 2 changes wait, offline 60 min"),
        ({"conflicts": 0, "parked": 0, "pending": 3}, "3 changes wait, offline 60 min"),
        ({"conflicts": 0, "parked": 0, "pending": 1, "is_offline": False}, "1 change waits"),
        ({"conflicts": 0, "parked": 0, "pending": 0}, "Nothing waits, offline 60 min"),
        ({"conflicts": 0, "parked": 0, "pending": 0, "is_offline": False}, "Everything is at the hub"),
        ({"conflicts": 0, "parked": 0, "pending": 0, "last_sync_at": None}, "Not synced yet. Press o."),
        ({"conflicts": 0, "parked": 0, "pending": 2, "last_sync_at": None}, "2 changes wait, not synced yet"),
        ({"is_syncing": True, "progress": "up 3/12"}, "Syncing up 3/12, x stops it; what has come stays"),
    ],
)
def test_the_answer_says_what_needs_the_user_what_waits_and_how_old_it_is(
    values: dict[str, object], words: str
) -> None:
    assert answer(samples.badge(**values), NOW) == words


@pytest.mark.parametrize(
    ("age", "words"),
    [(0, "0 min"), (14, "14 min"), (119, "119 min"), (120, "2 h"), (47 * 60, "47 h"), (72 * 60, "3 days")],
)
def test_the_age_is_said_in_the_unit_that_fits(age: int, words: str) -> None:
    quiet = samples.badge(conflicts=0, parked=0, pending=0, last_sync_at=NOW - timedelta(minutes=age))
    assert answer(quiet, NOW) == f"Nothing waits, offline {words}"


def test_facts_say_online_or_offline_and_the_last_run() -> None:
    assert facts(samples.badge(), samples.sync()).split("\n") == [
        "offline  https://crm.example  last sync 07:30 (1h ago): 4 sent, 31 received",
        "The hub does not answer",
    ]
    assert facts(CALM, samples.sync(last_error="")).startswith("online")


def test_moments_are_shown_in_the_teams_time() -> None:
    from_the_hub = at(24, "07:30").astimezone(UTC)
    assert near_moment(from_the_hub, NOW) == "07:30"
    assert near_moment(at(23, "23:59").astimezone(UTC), NOW) == "Mon 11-23 23:59"


def _words(driver: Driver) -> str:
    return " ".join(driver.text.split())


async def test_both_values_stand_under_each_other_with_who_and_when() -> None:
    async with running(board_services(), opening="sync") as driver:
        for words in ("before 18k", "m mine 20k you, Mon 11-23 17:40", "t theirs 24k 赵敏, 07:02"):
            assert words in _words(driver)
        assert "keep both texts" not in driver.text
        await driver.press("j")
        for words in (
            "before empty",
            "m mine price first you",
            "t theirs demo first 周岚, -",
            "b both keep both texts",
        ):
            assert words in _words(driver)


@pytest.mark.parametrize("width", [15, 16, 40, 80, 160])
def test_long_and_hostile_values_are_folded_to_the_width(width: int) -> None:
    text = "恒泰" * 60 + " [red]x[/] " + "y" * 90
    item = replace(samples.sync().conflicts[1], mine=text, theirs=text, subject=text, theirs_by=text)
    lines = conflict_lines(item, NOW, ChoiceKeys("m", "t", "b"), width)
    for line in lines[1:]:
        assert sum(cells(part) for part, _tone in line) <= width


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


async def test_a_conflict_is_answered_from_the_queue_too() -> None:
    async with running(board_services(), opening="sync") as driver:
        driver.app.query_one(QueueTable).focus()
        await driver.press("t")
        assert driver.services.called("sync.answer") == [(("conflict-1", "theirs"), {})]
        assert driver.services.called("team.load") == []


async def test_without_a_conflict_t_and_m_are_as_everywhere_and_b_says_why_not() -> None:
    services = board_services(sync__load=samples.sync(conflicts=(), badge=samples.badge(conflicts=0)))
    async with running(services, opening="sync") as driver:
        await driver.press("b")
        assert "No conflict is open." in driver.text
        await driver.press("m")
        assert len(services.called("metrics.load")) == 1
        await driver.press("o", "t")
        assert len(services.called("team.load")) == 1
        assert services.called("sync.answer") == []


async def test_a_parked_change_says_why_and_what_can_be_done() -> None:
    services = board_services(sync__load=samples.sync(conflicts=(), badge=samples.badge(conflicts=0)))
    async with running(services, opening="sync") as driver:
        assert "Refused: The hub refused: amount too large" in driver.text  # what needs the user stands first
        assert "e sends it again as it is, E saves it to a file, x discards it." in driver.text
        assert driver.lines[-1].startswith(" e Send again  E Export  x Discard  o Sync")
        await driver.press("j")
        assert "Safe on this device; o sends it now" in driver.text
        await driver.press("e")
        assert "Only a parked change can be sent again; o sends what waits." in driver.text


async def test_e_sends_a_parked_change_again_at_once() -> None:
    services = board_services(sync__load=samples.sync(conflicts=(), badge=samples.badge(conflicts=0)))
    async with running(services, opening="sync") as driver:
        await driver.press("e")
        assert services.called("sync.retry") == [(("mutation-3",), {})]
        assert len(services.called("sync.run")) == 1


async def test_only_what_is_parked_can_be_discarded_and_only_after_y() -> None:
    async with running(board_services(), opening="sync") as driver:
        await driver.press("x")
        assert "Only a parked change can be discarded" in driver.text
        driver.app.query_one(QueueTable).focus()
        await driver.press("x")
        assert "Discard amount 嘉禾食品?" in driver.text
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
        assert "theirs" not in driver.text.lower()


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


async def test_below_the_floor_a_conflict_still_shows_both_sides() -> None:
    async with running(board_services(), size=(50, 14), opening="sync") as driver:
        assert "m mine 20k" in _words(driver)
        assert "t theirs 24k" in _words(driver)


TYPED = (TypedField("amount_minor", "amount", "99"), TypedField("expected_on", "expected on", "2026-12-01"))


def _parked(**values: Any) -> Any:
    held = samples.queued(3, "amount 嘉禾食品", attempts=1, state="parked", error="amount too large", **values)
    behind = samples.queued(4, "visit 嘉禾食品", state="blocked", blocked_by="mutation-3")
    queue = (behind, held, samples.queued(1, "visit 恒泰机械"))
    return samples.sync(conflicts=(), queue=queue, badge=samples.badge(conflicts=0))


async def test_what_is_blocked_stands_under_what_blocks_it_and_says_so() -> None:
    async with running(board_services(sync__load=_parked()), opening="sync") as driver:
        rows = [line for line in driver.lines if "mutation-" in line][:3]
        assert [line.split()[1] for line in rows] == ["mutation-3", "mutation-4", "mutation-1"]
        assert rows[1].startswith(" ^ mutation-4 08:12 - visit 嘉禾食品")
        assert rows[1].rstrip().endswith("blocked")
        await driver.press("j")
        assert "Waits behind: amount 嘉禾食品. It goes by itself when that is settled." in _words(driver)


async def test_e_opens_the_values_of_a_refused_change_and_sends_what_is_typed() -> None:
    services = board_services(sync__load=_parked(fields=TYPED), amending__save=samples.saved("Corrected"))
    async with running(services, opening="sync") as driver:
        assert "e changes and sends it again" in _words(driver)
        await driver.press("e")
        assert "Change and send: amount 嘉禾食品" in driver.text
        for place in range(2):
            await driver.press("end", *["backspace"] * 2)
            await driver.type(("42", "03")[place])
            await driver.press("enter")
        typed = {"amount_minor": "42", "expected_on": "2026-12-03"}
        assert services.called("amending.save") == [(("mutation-3", typed), {})]


async def test_a_refused_change_that_is_left_as_it_was_is_sent_again_as_it_is() -> None:
    services = board_services(sync__load=_parked(fields=TYPED), sync__retry=samples.saved("Queued again"))
    async with running(services, opening="sync") as driver:
        await driver.press("e", "enter", "enter")
        assert services.called("amending.save") == []
        assert services.called("sync.retry") == [(("mutation-3",), {})]


async def test_of_many_values_one_is_chosen_first() -> None:
    fields = tuple(TypedField(f"f{n}", f"field {n}", str(n)) for n in range(6))
    services = board_services(sync__load=_parked(fields=fields), amending__save=samples.saved("Corrected"))
    async with running(services, opening="sync") as driver:
        await driver.press("e")
        assert "Send it again as it is" in driver.text
        await driver.press("j", "enter")
        await driver.type("7")
        await driver.press("enter")
        assert services.called("amending.save") == [(("mutation-3", {"f0": "7"}), {})]


async def test_the_proof_says_what_became_of_every_change() -> None:
    services = board_services(proof__say=samples.saved("Proved: every change made here is accounted for."))
    async with running(services, opening="sync") as driver:
        for words in (
            "local ops 4,816 = receipts 4,809 + queue 2 + conflicts 2 + parked 1 + answered 1 + discarded 1",
            "lost 0 doubled 0 digest 9f3a..c21e ok last full proof 07:18",
            "v proves it anew, E saves unsent work to a file; a wipe asks about it.",
        ):
            assert words in _words(driver)
        await driver.press("v")
        assert len(services.called("proof.say")) == 1
        assert "Proved: every change made here is accounted for." in driver.text


async def test_unsent_work_goes_to_a_file_by_one_key() -> None:
    services = board_services(outbox_files__save_all=samples.saved("3 unsent changes saved in /x."))
    async with running(services, opening="sync") as driver:
        await driver.press("E")
        assert len(services.called("outbox_files.save_all")) == 1
        assert "3 unsent changes saved in /x." in driver.text


@pytest.mark.parametrize(("answer_key", "calls"), [("y", 1), ("n", 0)])
async def test_a_hub_that_would_take_most_rows_away_is_asked_about(answer_key: str, calls: int) -> None:
    report = SyncReport(pushed=0, pulled=0, pending=0, conflicts=0, parked=0, receipts=0, complete=True)
    services = board_services(sync__load=samples.sync(shrink=(900, 1000), conflicts=()), sync__run=report)
    async with running(services, opening="sync") as driver:
        await driver.press("o")
        assert "The hub would remove 900 of 1000 rows here. Is that right?" in driver.text
        assert services.called("sync.run") == []
        await driver.press(answer_key)
        assert [values for _args, values in services.called("sync.run")] == [{"accept_shrink": True}] * calls


async def test_a_failed_load_is_said_once_with_the_key_that_tries_again() -> None:
    services = board_services(sync__load=HubUnavailable("disk gone", url="https://crm.example"))
    async with running(services, size=(120, 36), opening="sync") as driver:
        assert driver.text.count("Press F5 to load again.") == 1
