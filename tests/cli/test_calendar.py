"""The calendar file, read back by a parser: moments, ids that last, states, long and hostile texts, files in the way."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from tests.cli.conftest import Cockpit
from tests.support.company import Company, at

LONG = "带一份，很长的；资料\\样册\n" + "给采购部的王总看一下新的报价单" * 12


@pytest.fixture
def week(company: Company) -> Company:
    account = company.account("恒泰机械", "A", id="acc-1", lat=31.23, lon=121.47, address="上海市, 闵行区; 1 号")
    company.activity(at(24, "10:00"), account_id=account, id="visit-1", agenda=LONG)
    company.activity(at(25, "09:00"), "cancelled", account_id=account, id="visit-2", reason="ill")
    company.activity(at(26, "17:00"), kind="task", account_id=None, id="task-1", subject="Send the sheet")
    company.activity(at(30, "10:00"), account_id=account, id="visit-3", ends_at=None)
    company.activity(at(23, "10:00"), "held", account_id=account, id="visit-0")
    return company


@pytest.fixture
def peopled(week: Company, account_file: Path) -> Path:
    return account_file


def components(made: bytes) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(made)
    return {str(found["uid"]): found for found in calendar.walk() if "uid" in found}


@pytest.mark.usefixtures("peopled")
def test_the_week_reads_back_with_its_moments_texts_and_states(cockpit: Cockpit, tmp_path: Path) -> None:
    target = tmp_path / "week.ics"
    answer = cockpit("plan", "export", "--ics", str(target))
    assert (answer.code, answer.out) == (0, "")
    made = target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert made.replace(b"\r\n", b"").count(b"\n") == 0
    found = components(made)
    assert set(found) == {"visit-1@cockpit", "visit-2@cockpit", "task-1@cockpit", "visit-3@cockpit"}
    visit = found["visit-1@cockpit"]
    assert visit["dtstart"].dt == at(24, "10:00").astimezone(UTC)
    assert str(visit["summary"]) == "visit 恒泰机械"
    assert str(visit["location"]) == "上海市, 闵行区; 1 号"
    assert str(visit["description"]) == LONG
    assert (str(visit["status"]), str(found["visit-2@cockpit"]["status"])) == ("CONFIRMED", "CANCELLED")
    assert found["task-1@cockpit"]["due"].dt == at(26, "17:00").astimezone(UTC)
    assert found["visit-3@cockpit"]["dtend"].dt - found["visit-3@cockpit"]["dtstart"].dt == timedelta(minutes=30)


@pytest.mark.usefixtures("peopled")
def test_a_second_export_keeps_the_ids_and_counts_on(cockpit: Cockpit, tmp_path: Path) -> None:
    target = tmp_path / "week.ics"
    cockpit("plan", "export", str(target))
    before = components(target.read_bytes())
    assert cockpit("plan", "move", "visit-1", "11-24", "15:00").code == 0
    assert cockpit("plan", "export", str(target)).code == 0
    after = components(target.read_bytes())
    assert set(after) == set(before)
    assert after["visit-1@cockpit"]["dtstart"].dt == at(24, "15:00").astimezone(UTC)
    assert int(after["visit-1@cockpit"]["sequence"]) > int(before["visit-1@cockpit"]["sequence"])
    assert int(after["visit-3@cockpit"]["sequence"]) == int(before["visit-3@cockpit"]["sequence"])


@pytest.mark.usefixtures("peopled")
def test_days_can_be_named_and_wrong_ones_are_refused(cockpit: Cockpit, tmp_path: Path) -> None:
    target = tmp_path / "one.ics"
    assert cockpit("plan", "export", str(target), "--from", "2026-11-23", "--to", "2026-11-23").code == 0
    assert set(components(target.read_bytes())) == {"visit-0@cockpit"}
    refused = cockpit("plan", "export", str(target), "--from", "2026-11-23", "--to", "2026-11-22")
    assert refused.code == 2
    assert "is no span of days" in refused.err


@pytest.mark.usefixtures("peopled")
def test_a_file_that_is_no_calendar_is_left_alone(cockpit: Cockpit, tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("mine")
    refused = cockpit("plan", "export", str(target))
    assert refused.code == 2
    assert "is no calendar file" in refused.err
    assert target.read_text() == "mine"


@pytest.mark.usefixtures("peopled")
def test_without_a_file_it_goes_to_stdout(cockpit: Cockpit) -> None:
    answer = cockpit("plan", "export", "--ics")
    assert answer.out.startswith("BEGIN:VCALENDAR")
    assert "visit-1@cockpit" in answer.out
