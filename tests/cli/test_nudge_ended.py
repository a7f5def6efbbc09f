"""Nudges on the command line: who has seen one, and what the lead does about one that has not moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import LEAD, ME, Company, at, sign_in


@pytest.fixture
def nudged(company: Company) -> str:
    """A nudge of eight days ago, after which nothing was done, about visits nobody answered for."""
    company.kpi()
    company.activity(at(23, "09:00"), account_id=company.account("恒泰机械"))
    for day in (2, 3, 4, 5, 9, 10):
        company.activity(at(day, "10:00"), "held", account_id=company.account("老客户"))
    values = {"owner_id": ME, "by_id": LEAD, "subject_id": ME, "message": "shall I come along?"}
    company.put("nudge", at(23), **values, rule="unvisited", sent_at=at(23))
    return company.put("nudge", at(16), **values, rule="tier_overdue", sent_at=at(16))


@pytest.mark.parametrize(
    ("words", "is_terminal", "is_seen"),
    [
        (("--plain",), True, True),
        (("--plain",), False, False),
        (("--json",), True, False),
        (("--csv",), True, False),
        (("--plain", "--as-of", "2026-11-24"), True, False),
    ],
)
def test_what_a_person_reads_is_seen_what_a_pipe_takes_is_not(
    nudged: str,
    account_file: Path,
    cockpit: Cockpit,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    is_terminal: bool,
    is_seen: bool,
) -> None:
    monkeypatch.setattr("cockpit.cli.opening.has_reader", lambda: is_terminal)
    assert cockpit("today", *words).code == 0
    line = next(one for one in cockpit("nudge", "list", "--json").json["nudges"] if one["rule"] == "unvisited")
    assert (line["seen_at"] is not None) == is_seen


def test_the_next_step_and_a_longer_watch_are_typed_by_the_end_of_the_id(
    company: Company, nudged: str, account_file: Path, cockpit: Cockpit
) -> None:
    database = Database.at(account_file)
    with database.write() as session:
        sign_in(session, LEAD)
    database.close()
    shown = cockpit("nudge", "show", nudged, "--json").json
    assert [line["step"] for line in shown["steps"]] == ["ride", "talk", "load", "watch"]
    assert "Next steps after NOT MOVED" in cockpit("nudge", "show", nudged, "--plain").out
    assert cockpit("nudge", "next", nudged, "ride").code != 0
    assert cockpit("nudge", "next", nudged, "talk").code == 0
    assert cockpit("nudge", "next", nudged, "watch").code == 0
    assert cockpit("nudge", "show", nudged, "--json").json["steps"] == []
