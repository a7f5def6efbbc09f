"""Stages, conversion, won and lost, deals with the rule that fired."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from cockpit.errors import UnknownName
from cockpit.services.pipeline import PipelineService
from cockpit.services.snapshots import DealLine
from tests.support.company import HEAD, LEAD, MATE, ME, NOW, Company, at, sign_in
from tests.support.month import tell_month
from tests.support.numbers import desk_of


def line_of(company: Company, deal_id: str) -> DealLine:
    return next(deal for deal in PipelineService(desk_of(company)).load().deals if deal.id == deal_id)


def test_counts_money_and_win_rate(company: Company) -> None:
    tell_month(company)
    line = PipelineService(desk_of(company)).load()
    assert [(s.name, s.count, s.amount_minor) for s in line.stages] == [
        ("Qualify", 1, 0),
        ("Needs", 0, 0),
        ("Proposal", 1, 2_000_000),
        ("Negotiate", 2, 4_400_000),
    ]
    assert (line.open_count, line.open_amount_minor, line.open_without_amount) == (4, 6_400_000, 1)
    assert (line.won_count, line.won_amount_minor, line.lost_count) == (4, 19_100_000, 1)
    assert (line.win_rate, line.win_rate_n) == (0.8, 5)
    assert line.other_currencies == (("USD", 100_000),)
    assert (line.funnel, line.scope.id, line.is_read_only) == ("Project", ME, False)


def test_a_rate_without_history_is_not_known(company: Company) -> None:
    company.deal("open", "stage-1", 100)
    line = PipelineService(desk_of(company)).load()
    assert line.win_rate is None
    assert {stage.conversion for stage in line.stages} == {None}


def test_conversion_is_the_share_of_deals_that_left_forward(company: Company) -> None:
    def moved(*path: str) -> None:
        deal = company.deal("deal", path[-1], 100)
        for before, after in pairwise(path):
            company.put("stage_change", deal_id=deal, from_stage_id=before, to_stage_id=after, changed_at=at(2))

    moved("stage-1", "stage-2", "stage-3")
    moved("stage-1", "stage-2", "stage-1")
    moved("stage-1", "stage-lost")
    moved("stage-2", "stage-won")
    stages = PipelineService(desk_of(company)).load().stages
    assert [(stage.conversion, stage.conversion_n) for stage in stages] == [
        (pytest.approx(2 / 3), 3),
        (pytest.approx(2 / 3), 3),
        (None, 0),
        (None, 0),
    ]


def test_the_states_of_a_deal_and_their_rules(company: Company) -> None:
    dirty = company.deal("dirty", "stage-1", 100, expected_on=date(2026, 11, 20), created_on=date(2026, 11, 23))
    bare = company.deal("bare", "stage-1", 100, created_on=date(2026, 11, 23))
    stalled = company.deal("stalled", "stage-4", 100, created_on=date(2026, 11, 13))
    company.activity(at(27), kind="call", deal_id=stalled, goal="price")
    company.activity(at(20), "held", deal_id=stalled)
    back = company.deal("back", "stage-2", 100)
    company.put("stage_change", deal_id=back, from_stage_id="stage-3", to_stage_id="stage-2", changed_at=at(20))
    company.activity(at(27), deal_id=back)
    moved = company.deal("moved", "stage-1", 100, expected_on=date(2026, 11, 27), created_on=date(2026, 11, 20))
    company.change("deal", moved, at(23), expected_on=date(2026, 12, 20))
    company.activity(at(27), deal_id=moved)
    fine = company.deal("fine", "stage-1", 100, created_on=date(2026, 11, 20), expected_on=date(2026, 12, 20))
    company.activity(at(27), deal_id=fine)

    found = {row: line_of(company, row) for row in (dirty, bare, stalled, back, moved, fine)}
    assert {row: (line.state, line.states) for row, line in found.items()} == {
        dirty: ("dirty", ("dirty",)),
        bare: ("dirty", ("dirty",)),
        stalled: ("stalled", ("stalled",)),
        back: ("regressed", ("regressed", "no_activity")),
        moved: ("slipped", ("slipped",)),
        fine: ("healthy", ()),
    }
    assert found[dirty].rules == ("expected close Fri 11-20 has passed",)
    assert found[bare].rules == ("no dated next step",)
    assert found[stalled].rules == ("11 days in stage, over 1.5 x the 7 set for it",)
    assert found[back].rules[0] == "went back from Proposal on Fri 11-20, within 30 days"
    assert found[moved].rules == ("expected close moved from Fri 11-27 to Sun 12-20, past the month",)
    assert (found[stalled].days_in_stage, found[stalled].next_step) == (11, "price")


def test_stalled_is_measured_against_the_company_once_eight_stays_are_known(company: Company) -> None:
    for number in range(8):
        other = company.deal("other", "stage-2", 100, owner=MATE)
        start = NOW - timedelta(days=60)
        company.put("stage_change", deal_id=other, to_stage_id="stage-1", changed_at=start)
        company.put(
            "stage_change",
            deal_id=other,
            from_stage_id="stage-1",
            to_stage_id="stage-2",
            changed_at=start + timedelta(days=10 + number),
        )
    slow = company.deal("slow", "stage-1", 100, created_on=date(2026, 11, 4))
    company.activity(at(27), deal_id=slow)
    assert "stalled" not in line_of(company, slow).states
    slower = company.deal("slower", "stage-1", 100, created_on=date(2026, 11, 1))
    company.activity(at(27), deal_id=slower)
    assert "23 days in stage, over 1.5 x the median of 13.5 (n 8)" in line_of(company, slower).rules


def test_a_deal_of_unknown_age_is_never_stalled(company: Company) -> None:
    deal = company.deal("old", "stage-1", None, created_on=None)
    line = line_of(company, deal)
    assert (line.days_in_stage, "stalled" in line.states) == (None, False)


def test_a_lead_sees_all_deals_below_and_the_same_numbers(company: Company) -> None:
    tell_month(company)
    tell_month(company, MATE)
    mine = PipelineService(desk_of(company)).load()
    for who in (LEAD, HEAD):
        with company.database.write() as session:
            sign_in(session, who)
        whole = PipelineService(desk_of(company)).load()
        assert (whole.open_count, whole.won_amount_minor) == (2 * mine.open_count, 2 * mine.won_amount_minor)
        assert not whole.is_read_only
        part = PipelineService(desk_of(company)).load(ME)
        assert (part.open_count, part.is_read_only) == (mine.open_count, True)
        assert part.stages == mine.stages


def test_a_past_day_hides_what_came_later(company: Company) -> None:
    company.deal("later", "stage-1", 500, created_on=date(2026, 11, 20), recorded_at=at(20))
    deal = company.deal("deal", "stage-2", 100, recorded_at=at(2))
    company.put("stage_change", deal_id=deal, from_stage_id="stage-2", to_stage_id="stage-won", changed_at=at(18))
    company.change("deal", deal, at(18), stage_id="stage-won", closed_on=date(2026, 11, 18), amount_minor=90)
    service = PipelineService(desk_of(company))
    then, now = service.load(as_of=at(10)), service.load()
    assert (then.won_count, then.open_count, then.open_amount_minor, then.win_rate) == (0, 1, 100, None)
    assert {stage.conversion_n for stage in then.stages} == {0}
    assert (now.won_count, now.won_amount_minor, now.open_count, now.win_rate) == (1, 90, 1, 1.0)


def test_an_unknown_funnel(company: Company) -> None:
    with pytest.raises(UnknownName):
        PipelineService(desk_of(company)).load(funnel="none")


def test_a_brief_has_the_people_and_the_last_meeting_of_the_account(company: Company) -> None:
    account = company.account("恒泰机械")
    company.put("contact", account_id=account, owner_id="rep-1", name="王总", mobile="138")
    company.activity(at(10), "held", account_id=account, result="price?")
    deal = company.deal("Pilot", "stage-2", 100, account_id=account)
    alone = company.deal("Alone", "stage-2", 100)
    briefs = {brief.deal_id: brief for brief in PipelineService(desk_of(company)).load().briefs}
    assert [person.name for person in briefs[deal].contacts] == ["王总"]
    assert (briefs[deal].last_held_on, briefs[deal].last_result) == (date(2026, 11, 10), "price?")
    assert (briefs[alone].contacts, briefs[alone].last_held_on) == ((), None)
