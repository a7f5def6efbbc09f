"""Planning, moving, cancelling and correcting by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import select

from cockpit.errors import AmbiguousName, BadUse, NotAllowed, UnknownName
from cockpit.services.desk import Desk
from cockpit.services.visits import VisitService
from cockpit.storage.tables import ActivityRow, OutboxRow
from tests.support.company import MATE, ME, Company, at


@pytest.fixture
def visits(company: Company) -> VisitService:
    return VisitService(Desk(company.database))


def row(company: Company, activity_id: str) -> ActivityRow:
    with company.database.read() as session:
        found = session.get(ActivityRow, activity_id)
        assert found is not None
        session.expunge(found)
        return found


def labels(company: Company) -> list[str]:
    with company.database.read() as session:
        return list(session.exec(select(OutboxRow.label)).all())


def test_a_visit_is_planned_by_pinyin_and_weekday(company: Company, visits: VisitService) -> None:
    account = company.account("恒泰机械")
    saved = visits.plan("ht", "thu 10", goal="budget")
    made = row(company, saved.id)
    assert (made.status, made.kind, made.account_id, made.goal) == ("planned", "visit", account, "budget")
    assert (made.starts_at, made.ends_at) == (at(26, "10:00"), at(26, "10:45"))
    assert (made.rep_id, made.owner_id) == (ME, ME)
    assert saved.text == "Planned: visit, 恒泰机械, Thu 11-26 10:00"
    assert labels(company) == [saved.text]


@pytest.mark.parametrize(
    ("when", "starts", "ends"),
    [
        ("明天 9:30", at(25, "09:30"), at(25, "10:15")),
        ("11-26 14:00", at(26, "14:00"), at(26, "14:45")),
        ("周五", at(27, "10:00"), at(27, "10:45")),
        ("fri 14:00-16:00", at(27, "14:00"), at(27, "16:00")),
        ("today 15:00", at(24, "15:00"), at(24, "15:45")),
        ("today", at(24, "09:00"), at(24, "09:45")),
        ("下周三 下午3点", at(2, "15:00", 12), at(2, "15:45", 12)),
    ],
)
def test_when_as_people_say_it(
    company: Company, visits: VisitService, when: str, starts: datetime, ends: datetime
) -> None:
    company.account("恒泰机械")
    made = row(company, visits.plan("ht", when).id)
    assert (made.starts_at, made.ends_at) == (starts, ends)


@pytest.mark.parametrize("when", ["", "soon", "yesterday 10", "today 08:00", "thu 10 sharp", "2031-01-01 10:00"])
def test_a_plan_lies_ahead(company: Company, visits: VisitService, when: str) -> None:
    company.account("恒泰机械")
    with pytest.raises(BadUse):
        visits.plan("ht", when)
    assert labels(company) == []


def test_which_account(company: Company, visits: VisitService) -> None:
    company.account("恒泰机械")
    company.account("华泰电子")
    with pytest.raises(AmbiguousName):
        visits.plan("ht", "thu 10")
    with pytest.raises(UnknownName):
        visits.plan("zzz", "thu 10")
    assert visits.plan("恒泰", "thu 10").id


def test_an_overlap_is_allowed_and_said(company: Company, visits: VisitService) -> None:
    company.account("恒泰机械")
    company.activity(at(26, "10:30"), account_id=company.account("明远物流"))
    company.activity(at(26, "09:00"), account_id=company.account("信达"), rep=MATE)
    saved = visits.plan("ht", "thu 10")
    assert (
        saved.text == "Planned: visit, 恒泰机械, Thu 11-26 10:00. At the same time: visit, 明远物流, Thu 11-26 10:30."
    )
    assert "At the same time" not in visits.plan("ht", "thu 11:15").text


def test_a_deal_of_another_account_is_refused(company: Company, visits: VisitService) -> None:
    company.account("恒泰机械")
    deal = company.deal("Pilot", "stage-1", 100, account_id=company.account("明远物流"))
    with pytest.raises(NotAllowed, match="another account"):
        visits.plan("ht", "thu 10", deal_id=deal)


def test_a_visit_ahead_gets_new_times(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(26, "10:00"), account_id=company.account("恒泰机械"), ends_at=at(26, "11:30"))
    saved = visits.move(visit, "fri 14:00")
    moved = row(company, visit)
    assert (saved.id, moved.status) == (visit, "planned")
    assert (moved.starts_at, moved.ends_at) == (at(27, "14:00"), at(27, "15:30"))


def test_a_visit_of_the_past_is_closed_as_moved(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(23, "10:00"), account_id=company.account("恒泰机械"), goal="budget", is_locked=True)
    with pytest.raises(BadUse, match="say why"):
        visits.move(visit, "fri 14:00")
    saved = visits.move(visit, "fri 14:00", "customer was ill")
    old, new = row(company, visit), row(company, saved.id)
    assert (old.status, old.reason, old.starts_at) == ("moved", "customer was ill", at(23, "10:00"))
    assert (new.status, new.goal, new.moved_from_id, new.is_locked) == ("planned", "budget", visit, False)
    assert new.starts_at == at(27, "14:00")
    assert len(set(labels(company))) == 1


def test_a_plan_is_meant_by_its_account_where_just_one_stands(company: Company, visits: VisitService) -> None:
    account = company.account("明远物流")
    visit = company.activity(at(26, "10:00"), account_id=account)
    company.account("恒泰机械")
    assert visits.move("明远", "fri 14:00").id == visit
    assert row(company, visit).starts_at == at(27, "14:00")
    with pytest.raises(NotAllowed, match="Nothing is planned with 恒泰机械"):
        visits.cancel("恒泰", "no budget")
    with pytest.raises(UnknownName):
        visits.move("nobody at all", "fri 14:00")
    other = company.activity(at(26, "15:00"), account_id=account)
    with pytest.raises(AmbiguousName) as several:
        visits.move("明远物流", "fri 16:00")
    named = str(several.value.facts["candidates"])
    assert named.index(other) < named.index(visit)
    visits.cancel(other, "no budget")
    visits.cancel("明远", "customer is ill")
    assert row(company, visit).status == "cancelled"


def test_cancelling_needs_a_reason(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(26, "10:00"), account_id=company.account("恒泰机械"))
    with pytest.raises(BadUse, match="Say why"):
        visits.cancel(visit, "  ")
    visits.cancel(visit, "no budget")
    assert (row(company, visit).status, row(company, visit).reason) == ("cancelled", "no budget")
    with pytest.raises(NotAllowed, match="cancelled"):
        visits.cancel(visit, "again")


def test_answering_for_an_unvisited_one(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(23, "10:00"), account_id=company.account("恒泰机械"))
    ahead = company.activity(at(26, "10:00"))
    with pytest.raises(BadUse, match="Say why"):
        visits.not_held(visit, "")
    with pytest.raises(NotAllowed, match="has not come yet"):
        visits.not_held(ahead, "ill")
    with pytest.raises(BadUse):
        visits.not_held(visit, "ill", "whenever")
    assert row(company, visit).status == "planned"
    saved = visits.not_held(visit, "ill", "thu 9:30")
    assert (row(company, visit).status, row(company, visit).reason) == ("not_held", "ill")
    assert (row(company, saved.id).moved_from_id, row(company, saved.id).starts_at) == (visit, at(26, "09:30"))


def test_answering_without_a_next_one(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(23, "10:00"))
    assert visits.not_held(visit, "gone").id == visit
    assert labels(company) == ["Not held: visit, no account, Mon 11-23 10:00"]


def test_a_saved_log_is_corrected(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(23, "10:00"), "held", goal_result="reached", result="ok")
    visits.edit(
        visit,
        {
            "result": " two\nlines ",
            "needs": "ROI sheet；price list\n",
            "goal_result": "half",
            "starts_at": "15:00",
            "next_step": "call",
        },
    )
    changed = row(company, visit)
    assert (changed.result, changed.needs, changed.goal_result) == ("two\nlines", ["ROI sheet", "price list"], "half")
    assert (changed.starts_at, changed.ends_at) == (at(23, "15:00"), at(23, "15:45"))
    visits.edit(visit, {"goal_result": ""})
    assert row(company, visit).goal_result is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"rep_id": "rep-2"}, BadUse),
        ({"goal_result": "perhaps"}, BadUse),
        ({"starts_at": "tomorrow 10"}, BadUse),
        ({"starts_at": "sometime"}, BadUse),
        ({"goal": "x", "status": "planned"}, BadUse),
    ],
)
def test_what_cannot_be_corrected(
    company: Company, visits: VisitService, changes: dict[str, str], error: type[Exception]
) -> None:
    visit = company.activity(at(23, "10:00"), "held", goal="old")
    with pytest.raises(error):
        visits.edit(visit, changes)
    assert row(company, visit).goal == "old"
    assert labels(company) == []


def test_a_planned_one_has_no_goal_result_and_stays_ahead(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(26, "10:00"))
    with pytest.raises(NotAllowed):
        visits.edit(visit, {"goal_result": "reached"})
    with pytest.raises(BadUse):
        visits.edit(visit, {"starts_at": "yesterday 10"})
    visits.edit(visit, {"agenda": "1. intro\n2. price", "starts_at": "fri 9:30"})
    assert row(company, visit).agenda == "1. intro\n2. price"
    assert row(company, visit).starts_at == at(27, "09:30")


def test_an_edit_that_changes_nothing_queues_nothing(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(26, "10:00"), goal="budget")
    saved = visits.edit(visit, {"goal": "budget"})
    assert (saved.action_id, saved.text) == (None, "Nothing changed.")
    assert labels(company) == []


def test_the_lock(company: Company, visits: VisitService) -> None:
    visit = company.activity(at(26, "10:00"))
    visits.set_lock(visit, True)
    assert row(company, visit).is_locked
    visits.set_lock(visit, False)
    assert not row(company, visit).is_locked


def test_somebody_elses_day_is_not_touched(company: Company, visits: VisitService) -> None:
    theirs = company.activity(at(23, "10:00"), rep=MATE)
    acts: tuple[Callable[[], object], ...] = (
        lambda: visits.move(theirs, "thu 10", "x"),
        lambda: visits.cancel(theirs, "x"),
        lambda: visits.not_held(theirs, "x"),
        lambda: visits.edit(theirs, {"goal": "x"}),
        lambda: visits.set_lock(theirs, True),
    )
    for act in acts:
        with pytest.raises(NotAllowed, match="somebody else"):
            act()
    with pytest.raises(UnknownName):
        visits.cancel("nothing", "x")
    assert labels(company) == []
