"""A reader of the past: rows of before, whatever became of them; the queue and the log of then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.domain import entities as e
from cockpit.storage import rows
from cockpit.storage.past import ALL, log_begins, past_reader
from cockpit.storage.queries.sync import write_states
from cockpit.storage.reading import entities, one
from cockpit.sync import outbox
from tests.support.company import ME, Company, at, found_company
from tests.support.later import remove

EVE = at(20, "23:59")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return found_company(tmp_path)


def test_a_row_is_what_it_was_however_often_it_changed(company: Company) -> None:
    account = company.account("恒泰机械", "B")
    for day, tier in ((21, "A"), (22, "C"), (23, "A")):
        company.change("account", account, at(day), tier=tier, name=f"day {day}")
    with company.database.look() as reader:
        assert [row.tier for row in entities(reader, e.Account)] == ["A"]
        then = past_reader(reader, EVE)
        assert [(row.tier, row.name) for row in entities(then, e.Account)] == [("B", "恒泰机械")]
        assert [row.tier for row in entities(past_reader(reader, at(22, "12:00")), e.Account)] == ["C"]
        assert entities(then, e.Account, "tier = 'A'") == []
        assert past_reader(reader, ALL) is reader
        assert past_reader(then, ALL) is then


def test_a_clock_that_was_set_back_between_two_edits_hides_neither(company: Company) -> None:
    account = company.account("恒泰机械", "B")
    for time, tier in (("10:00", "A"), ("09:00", "C"), ("09:30", "B")):
        with company.database.write() as session:
            edit = outbox.Edit("account", account, "patch", {"tier": tier, "name": f"as {tier}"})
            outbox.submit(session, [edit], actor_id=ME, label="edit", now=at(23, time))
    with company.database.look() as reader:
        assert [(row.tier, row.name) for row in entities(past_reader(reader, EVE), e.Account)] == [("B", "恒泰机械")]
        assert [row.tier for row in entities(reader, e.Account)] == ["B"]


def test_what_was_removed_is_there_again_and_what_was_made_is_not(company: Company) -> None:
    account = company.account("恒泰机械")
    contact = company.put("contact", account_id=account, name="王总", decision_role="decider", extra={"wechat": "w"})
    visit = company.activity(at(20), account_id=account, needs=["ROI", "price"], is_locked=True)
    with company.database.look() as reader:
        before = (one(reader, e.Contact, contact), one(reader, e.Activity, visit))
    remove(company, "contact", contact, at(21))
    remove(company, "activity", visit, at(22))
    company.account("new one", recorded_at=at(23))
    with company.database.look() as reader:
        assert (one(reader, e.Contact, contact), one(reader, e.Activity, visit)) == (None, None)
        then = past_reader(reader, EVE)
        assert (one(then, e.Contact, contact), one(then, e.Activity, visit)) == before
        assert [row.name for row in entities(then, e.Account)] == ["恒泰机械"]


def test_the_last_words_of_a_row_that_moved_to_another_rep_stay_with_the_first(company: Company) -> None:
    deal = company.deal("pilot", "stage-1", 100, ME)
    company.change("deal", deal, at(23), owner_id="rep-2")
    with company.database.look() as reader:
        mine = entities(past_reader(reader, EVE), e.Deal, "owner_id = :me", me=ME)
        assert [row.id for row in mine] == [deal]


def test_a_stage_change_is_known_when_its_deal_s_is(company: Company) -> None:
    """Made offline on the 19th, told to the hub on the 23rd: nobody else knew of it on the 20th."""
    deal = company.deal("pilot", "stage-2", 100)
    company.put("stage_change", deal_id=deal, from_stage_id="stage-1", to_stage_id="stage-2", changed_at=at(10))
    company.put("stage_change", deal_id=deal, from_stage_id="stage-2", to_stage_id="stage-3", changed_at=at(19))
    company.change("deal", deal, at(23), stage_id="stage-3")
    with company.database.look() as reader:
        steps = entities(past_reader(reader, EVE), e.StageChange)
        assert [step.to_stage_id for step in steps] == ["stage-2"]
        assert len(entities(reader, e.StageChange)) == 2


def test_the_queue_and_the_log_are_those_of_then(company: Company) -> None:
    account = company.account("恒泰机械", "B")
    for day, tier in ((19, "A"), (23, "C")):
        with company.database.write() as session:
            outbox.submit(
                session,
                [outbox.Edit("account", account, "patch", {"tier": tier})],
                actor_id=ME,
                label="tier",
                now=at(day),
            )
    with company.database.look() as reader:
        then = past_reader(reader, EVE)
        (row,) = entities(then, e.Account)
        assert (row.tier, row.pending) == ("A", 1)
        assert len(then.rows("SELECT seq FROM outbox")) == 1
        assert write_states(past_reader(reader, at(18)), [account]) == {account: "done"}
        (early,) = entities(past_reader(reader, at(18)), e.Account)
        assert (early.tier, early.pending, early.is_acknowledged) == ("B", 0, True)
        assert max(entry.recorded_at for entry in entities(then, e.LogEntry)) <= EVE


def test_when_the_log_begins(company: Company) -> None:
    with company.database.look() as reader:
        assert log_begins(reader) == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_statement_with_tables_of_its_own_takes_the_past_too(company: Company) -> None:
    account = company.account("恒泰机械", "B")
    company.change("account", account, at(23), name="other")
    with company.database.look() as reader:
        sql = "WITH few(id) AS (SELECT :wanted) SELECT a.name FROM account a JOIN few ON few.id = a.id"
        assert past_reader(reader, EVE).rows(sql, wanted=account) == [("恒泰机械",)]
        assert past_reader(reader, EVE + timedelta(days=9)).rows(sql, wanted=account) == [("other",)]


def test_fields_of_the_sender_are_those_of_then(company: Company) -> None:
    account = company.put("account", name="恒泰", owner_id=ME, wechat="old")
    with company.database.write() as session:
        rows.put(session, "account", {"id": account, "wechat": "new", "qq": "1"})
        session.add(company._entry("account", account, "patch", at(23), {"wechat": "old", "qq": None}, {}))
    with company.database.look() as reader:
        ((extra,),) = past_reader(reader, EVE).rows("SELECT extra FROM account")
        assert extra == '{"wechat": "old"}'
