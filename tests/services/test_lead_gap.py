"""A lead's Gap and chain are his team's: its target, the money of its reps, their rates together, and no number of one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.periods import PERIOD_KINDS, PeriodKind, period_of
from cockpit.domain.team import gap_of
from cockpit.errors import NotAllowed
from cockpit.i18n import set_language
from cockpit.services.chain import ChainService
from cockpit.services.gap import GapService
from cockpit.services.gap_words import target_note
from cockpit.services.rates import RateService
from cockpit.services.targets import TargetService
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from tests.services.test_chain import work
from tests.support.books import Teller
from tests.support.company import LEAD, MATE, ME, TEAM, Company, sign_in
from tests.support.month import tell_month
from tests.support.numbers import desk_of


@pytest.fixture
def team(company: Company) -> Company:
    """Two reps with a month each; the lead looks."""
    tell_month(company)
    tell_month(company, MATE)
    company.deal("more", "stage-won", 15_000_000, MATE, closed_on=date(2026, 11, 19))
    with company.database.write() as session:
        sign_in(session, LEAD)
    return company


@pytest.mark.parametrize("period", PERIOD_KINDS)
def test_the_figures_are_sums_over_the_reps(team: Company, period: PeriodKind) -> None:
    for rep in (ME, MATE):
        for month in (*range(1, 11), 12):  # a quarter that lacks a month is compared with nothing
            team.target(20_000_000, rep, month)
    service = GapService(desk_of(team))
    found, own = service.load(period=period), [service.load(rep, period) for rep in (ME, MATE)]
    assert found.team == "East-1"
    for name in ("target_minor", "actual_minor", "planned_minor"):
        assert getattr(found, name) == sum(getattr(one, name) for one in own)
        assert getattr(found, name) == sum(getattr(rep, name) for rep in found.reps)
    assert found.gap_minor == (found.target_minor or 0) - found.actual_minor
    assert found.uncovered_minor == max(0, (found.gap_minor or 0) - found.planned_minor)
    assert [week.actual_minor for week in found.weeks] == [
        sum(week.actual_minor for week in weeks) for weeks in zip(*(one.weeks for one in own), strict=True)
    ]
    assert sum(week.target_minor or 0 for week in found.weeks) == found.target_minor
    assert [rep.id for rep in found.reps] == sorted(
        (rep.id for rep in found.reps), key=lambda rep: -next(r.uncovered_minor or 0 for r in found.reps if r.id == rep)
    )


def test_nothing_of_one_person_alone_is_on_it(team: Company) -> None:
    found, board = GapService(desk_of(team)).load(), TeamService(desk_of(team)).load()
    assert (found.kpis, found.days, found.is_read_only) == ((), (), False)
    assert (found.target_minor, found.actual_minor) == (board.total.target_minor, board.total.actual_minor)
    assert (found.gap_minor, found.trend) == (board.total.gap_minor, board.total.trend)
    assert found.forecast.value_minor == board.total.forecast.value_minor
    today = TodayService(desk_of(team)).load()
    assert (today.month.target_minor, today.month.actual_minor) == (found.target_minor, found.actual_minor)
    assert today.trend == found.trend


def test_the_teams_own_target_counts_and_a_difference_to_the_parts_is_said(team: Company) -> None:
    service = GapService(desk_of(team))
    assert target_note(service.load()) == ""
    team.target(66_000_000, TEAM)
    found = service.load()
    assert (found.target_minor, found.parts_minor) == (66_000_000, 60_000_000)
    assert "60,000" in target_note(found)
    tree = TargetService(desk_of(team)).load()
    assert (tree.lines[0].value, tree.lines[0].actual) == (found.target_minor, found.actual_minor)
    assert sum(week.target_minor or 0 for week in found.weeks) == found.target_minor


def test_who_has_left_stays_in_the_sums(team: Company) -> None:
    before = GapService(desk_of(team)).load()
    team.change("person", MATE, before.as_of, is_active=False)
    after = GapService(desk_of(team)).load()
    assert (after.actual_minor, len(after.reps)) == (before.actual_minor, 2)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_is_explained_with_the_rows_of_all_reps(team: Company, lang: str) -> None:
    set_language(lang)
    found, why = GapService(desk_of(team)).load(), WhyService(desk_of(team))
    for name in ("target", "actual", "gap", "planned", "uncovered"):
        answer = why.explain(f"month.{name}")
        assert answer.value == getattr(found, f"{name}_minor")
    assert len(why.explain("month.actual").rows) == 7
    assert why.explain("month.days_left").value == found.workdays_left
    assert why.explain("month.gap", ME).value == next(rep.gap_minor for rep in found.reps if rep.id == ME)
    chain = ChainService(desk_of(team)).load()
    for line in chain.lines:
        assert why.explain(f"chain.{line.id}").value == line.need


def test_the_chain_goes_by_the_rates_of_all_and_names_who_is_short(company: Company) -> None:
    for rep, won in ((ME, 10), (MATE, 18)):
        company.target(30_000_000, rep)
        work(company, rep, won=won, lost=20 - won, talks=won)
    with company.database.write() as session:
        sign_in(session, LEAD)
    service = ChainService(desk_of(company))
    found, own = service.load(), {rep: service.load(rep) for rep in (ME, MATE)}
    assert (found.team, found.rep.id) == ("East-1", LEAD)
    money, reserve = found.lines[:2]
    assert (money.need, money.short) == (60_000_000, 60_000_000)
    rates = [one.lines[1].rate for one in own.values()]
    assert reserve.rate
    assert min(rate.value or 0 for rate in rates if rate) < (reserve.rate.value or 0)
    assert (reserve.rate.value or 0) < max(rate.value or 0 for rate in rates if rate)
    assert reserve.rate.n == pytest.approx(sum(rate.n for rate in rates if rate))
    assert reserve.rate.team is None
    assert {rep.id for rep in found.reps} == {ME, MATE}
    for one in found.reps:
        assert (one.short_minor, one.per_day) == (own[one.id].lines[0].short, own[one.id].per_day)
        assert one.customers == own[one.id].lines[2].short
    boards = RateService(desk_of(company)).load().boards
    assert all(LEAD not in [line.rep_id for line in board.reps] for board in boards)
    with pytest.raises(NotAllowed, match="each rep"):
        service.write()


def test_a_head_sees_a_leads_team_by_the_leads_name(team: Company) -> None:
    with team.database.write() as session:
        sign_in(session, "head-1")
    service = GapService(desk_of(team))
    assert service.load(LEAD).actual_minor == service.load().actual_minor
    assert (service.load().team, service.load(LEAD).team) == ("East", "East-1")


@given(st.lists(st.tuples(st.sampled_from((ME, MATE)), st.integers(0, 10**9), st.integers(1, 30)), max_size=12))
def test_a_teams_money_is_the_sum_whatever_was_won(wins: list[tuple[str, int, int]]) -> None:
    teller = Teller()
    for rep, minor, day in wins:
        teller.deal("stage-won", minor, rep, closed_on=date(2026, 11, day))
    book = teller.book()
    month = period_of("month", book.today)
    found = gap_of(book, LEAD, month)
    assert found.actual_minor == sum(gap_of(book, rep, month, found.currency).actual_minor for rep in (ME, MATE))
