"""What a row's status column and the badge read from the queue."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit import clock
from cockpit.storage.queries.sync import pending_summary, write_states
from cockpit.storage.tables import OutboxRow
from cockpit.sync import outbox
from tests.support.company import ME, Company


def queue(company: Company, row_id: str, **values: Any) -> None:
    with company.database.write() as session:
        outbox.submit(
            session, [outbox.Edit("account", row_id, "patch", values)], actor_id=ME, label="", now=clock.now()
        )


@pytest.mark.parametrize(
    ("status", "attempts", "state"),
    [
        ("pending", 0, "saved"),
        ("pending", 2, "waiting"),
        ("blocked", 0, "blocked"),
        ("inflight", 1, "sending"),
        ("conflict", 1, "conflict"),
        ("parked", 1, "parked"),
    ],
)
def test_each_status_has_its_word(company: Company, status: str, attempts: int, state: str) -> None:
    touched, untouched = company.account("Acme"), company.account("Bell")
    queue(company, touched, phone="1")
    with company.database.write() as session:
        row = session.get(OutboxRow, 1)
        assert row is not None
        row.status, row.attempts = status, attempts
    with company.database.read() as session:
        assert write_states(session, [touched, untouched]) == {touched: state, untouched: "done"}


def test_the_worst_of_several_counts(company: Company) -> None:
    account = company.account("Acme")
    queue(company, account, phone="1")
    queue(company, account, phone="2")
    with company.database.write() as session:
        row = session.get(OutboxRow, 1)
        assert row is not None
        row.status = "parked"
    with company.database.read() as session:
        assert write_states(session, [account]) == {account: "parked"}
        many = [account, *(f"other-{n}" for n in range(1_000))]
        assert write_states(session, many)[account] == "parked"


def test_the_summary_counts_the_queue(company: Company) -> None:
    with company.database.read() as session:
        assert pending_summary(session).pending == 0
        assert pending_summary(session).oldest_pending_at is None
    queue(company, company.account("Acme"), phone="1")
    with company.database.read() as session:
        summary = pending_summary(session)
    assert (summary.pending, summary.parked, summary.conflicts) == (1, 0, 0)
    assert summary.oldest_pending_at is not None
