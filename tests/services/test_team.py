"""The board adds up the reps' own screens, for any number of reps with the same number of statements."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.services.cards import CardService
from cockpit.services.gap import GapService
from cockpit.services.pipeline import PipelineService
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from tests.support.company import HEAD, LEAD, MATE, ME, TEAM, Company, at, sign_in
from tests.support.month import tell_month
from tests.support.numbers import counted_statements, desk_of


def enter(company: Company, who: str) -> None:
    with company.database.write() as session:
        sign_in(session, who)


@pytest.mark.parametrize("who", [LEAD, HEAD])
def test_the_board_is_the_sum_of_the_reps_screens(company: Company, who: str) -> None:
    tell_month(company)
    company.target(7_000_000, MATE)
    enter(company, who)
    board = TeamService(desk_of(company)).load()
    assert [rep.id for rep in board.reps] == [MATE, ME]
    for rep in board.reps:
        gap, today = GapService(desk_of(company)).load(rep.id), TodayService(desk_of(company)).load(rep.id)
        visits = today.kpis[0]
        assert (rep.target_minor, rep.actual_minor, rep.gap_minor) == (
            gap.target_minor,
            gap.actual_minor,
            gap.gap_minor,
        )
        assert (rep.visits_done, rep.visits_planned, rep.visits_uncovered) == (
            visits.done,
            visits.planned,
            visits.uncovered,
        )
        assert rep.problem == today.cards[0].what
        assert rep.problem_state == today.cards[0].state_text
        assert [(one.what, one.state_text) for one in rep.problems] == [
            (card.what, card.state_text) for card in today.cards if card.to_do
        ][: len(rep.problems)]
        assert rep.trend == today.trend
    total = board.total
    assert (total.target_minor, total.actual_minor, total.gap_minor) == (37_000_000, 18_200_000, 18_800_000)
    assert (total.visits_done, total.visits_planned, total.visits_uncovered) == (11, 2, 17)


def test_a_surplus_of_one_never_covers_another(company: Company) -> None:
    company.kpi(1)
    tell_month(company)
    enter(company, LEAD)
    total = TeamService(desk_of(company)).load().total
    assert total.visits_uncovered == 1


def test_who_needs_help_first_stands_first(company: Company) -> None:
    company.kpi(1)
    company.target(5_000_000, ME)
    company.target(9_000_000, MATE)
    enter(company, LEAD)
    assert [rep.id for rep in TeamService(desk_of(company)).load().reps] == [MATE, ME]  # as many visits, more money
    company.activity(at(24, "16:00"), rep=MATE, account_id=company.account("客户", rep=MATE))
    board = TeamService(desk_of(company)).load()
    assert [(rep.id, rep.visits_uncovered) for rep in board.reps] == [(ME, 1), (MATE, 0)]
    assert all(rep.behind_minor for rep in board.reps)
    assert board.total.behind_minor == sum(rep.behind_minor for rep in board.reps)


def test_a_reps_week_is_today_as_it_went_and_what_is_still_planned(company: Company) -> None:
    account = company.account("客户", rep=ME)
    for moment, status in ((at(23), "held"), (at(24, "08:00"), "held"), (at(24, "09:00"), "cancelled")):
        company.activity(moment, status, rep=ME, account_id=account)
    company.activity(at(24, "10:00"), "moved", rep=ME, account_id=account)
    for moment in (at(27, "10:00"), at(30, "10:00")):
        company.activity(moment, rep=ME, account_id=account)
    company.activity(at(25), "planned", "task", ME, account_id=account)
    enter(company, LEAD)
    (week,) = (rep.week for rep in TeamService(desk_of(company)).load().reps if rep.id == ME)
    assert [(visit.starts_at.strftime("%d %H:%M"), visit.status) for visit in week] == [
        ("24 08:00", "held"),
        ("24 09:00", "cancelled"),
        ("27 10:00", "planned"),
    ]


def test_deals_at_risk_are_those_a_rule_found_the_largest_first(company: Company) -> None:
    small = company.deal("small", "stage-1", 100_000, ME)
    large = company.deal("large", "stage-1", 900_000, ME)
    assert small != large
    enter(company, LEAD)
    (rep,) = (rep for rep in TeamService(desk_of(company)).load().reps if rep.id == ME)
    assert [deal.at_risk_minor for deal in rep.deals_at_risk] == [900_000, 100_000]
    assert rep.deals_at_risk[0].what.startswith("large:")


def test_a_rep_is_alone_on_his_board(company: Company) -> None:
    tell_month(company)
    board = TeamService(desk_of(company)).load()
    assert [rep.id for rep in board.reps] == [ME]
    assert board.team == "East-1"
    assert board.total.actual_minor == board.reps[0].actual_minor


@pytest.mark.parametrize(
    "load",
    [
        lambda c: TeamService(desk_of(c)).load(),
        lambda c: PipelineService(desk_of(c)).load(),
        lambda c: TodayService(desk_of(c)).load(ME),
        lambda c: GapService(desk_of(c)).load(ME),
        lambda c: CardService(desk_of(c)).load(ME),
        lambda c: CardService(desk_of(c)).load(),
        lambda c: WhyService(desk_of(c)).explain("team:rep-1"),
    ],
    ids=["team", "pipeline", "today", "gap", "cards", "a lead's own cards", "why"],
)
def test_the_number_of_statements_does_not_grow(company: Company, load: Callable[[Company], object]) -> None:
    tell_month(company)
    enter(company, LEAD)
    with counted_statements(company) as few:
        load(company)
    for number in range(18):
        rep = company.put("person", name=f"Rep {number}", role="rep", team_id=TEAM, bonus_base_minor=100)
        account = company.account(f"Account {number}", owner=rep)
        deal = company.deal("open", "stage-2", 100, rep, account_id=account)
        company.activity(at(23), rep=rep, account_id=account, deal_id=deal)
    with counted_statements(company) as many:
        load(company)
    assert len(many) == len(few)
    assert len(few) <= 40
