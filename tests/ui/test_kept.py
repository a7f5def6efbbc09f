"""The rows of the last time are on the first frame, said to be so, and give way to the live ones."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.app import CockpitApp
from cockpit.locations import StartValues, kept_file
from cockpit.services.snapshots import TodaySnapshot
from cockpit.services.snapshots.kept import keep, kept
from cockpit.storage.database import remove_files
from tests.ui.fakes import FakeServices, today_snapshot
from tests.ui.screen_text import screen_text, wait_for_idle


def test_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    file = kept_file(tmp_path / "default.db", "today")
    snapshot = today_snapshot()
    keep(file, snapshot, "en")
    assert kept(file, TodaySnapshot, "en") == snapshot
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_language_another_shape_or_no_file_is_nothing(tmp_path: Path) -> None:
    file = kept_file(tmp_path / "default.db", "today")
    assert kept(file, TodaySnapshot, "en") is None
    keep(file, today_snapshot(), "zh")
    assert kept(file, TodaySnapshot, "en") is None
    for text in ("", "[]", '["en", {}]', "\x00"):
        file.write_text(text)
        assert kept(file, TodaySnapshot, "en") is None


def test_what_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    keep(tmp_path / "gone" / "default.today.json", today_snapshot(), "en")


def test_kept_rows_go_with_the_database(tmp_path: Path) -> None:
    database = tmp_path / "default.db"
    other = kept_file(tmp_path / "other.db", "today")
    for file in (kept_file(database, "today"), kept_file(database, "gap"), other):
        file.write_text("[]")
    remove_files(database)
    assert list(tmp_path.iterdir()) == [other]


async def test_the_first_frame_shows_the_rows_of_the_last_time(tmp_path: Path) -> None:
    database, gate = tmp_path / "default.db", threading.Event()
    old, services = today_snapshot(), FakeServices()
    item = replace(old.visits[0], account="昨天的客户")
    keep(kept_file(database, "today"), replace(old, visits=(item, *old.visits[1:])), "en")

    def slow() -> Any:
        gate.wait(30)
        return services

    app = CockpitApp(slow, StartValues(lang="en"), database=database, is_ticking=False, is_syncing=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        try:
            text = screen_text(app)
            assert "昨天的客户" in text
            assert "loading" in text.splitlines()[0]
        finally:
            gate.set()
        await wait_for_idle(pilot)
        text = screen_text(app)
        assert "昨天的客户" not in text
        assert "loading" not in text.splitlines()[0]
    assert kept(kept_file(database, "today"), TodaySnapshot, "en") == old


async def test_kept_rows_that_cannot_be_drawn_leave_loading(tmp_path: Path) -> None:
    database = tmp_path / "default.db"
    kept_file(database, "today").write_text('["en", {"as_of": "nonsense"}]')
    services = FakeServices()
    app = CockpitApp(services.opener(), StartValues(lang="en"), database=database, is_ticking=False, is_syncing=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_idle(pilot)
        assert "恒泰机械" in screen_text(app)
