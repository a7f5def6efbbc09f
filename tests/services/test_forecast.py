"""Forecasts of a company with a past: parts sum to the unit, a team is the sum of its reps, the past is what was said then."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest

from cockpit.cli.forecasting import sheet
from cockpit.errors import NotAllowed, UnknownName
from cockpit.services.forecast import ForecastService
from cockpit.services.gap import GapService
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from tests.support.company import HEAD, LEAD, MATE, ME, NOW, TEAM, Company, sign_in
from tests.support.numbers import desk_of

TODAY = NOW.date()


@pytest.fixture
def past(company: Company) -> Company:
    """A year of deals of two reps: one in three won, after some forty days."""
    pick = random.Random(5)
    for number in range(220):
        rep = (ME, MATE)[number % 2]
        created = TODAY - timedelta(days=pick.randrange(380))
        closed = created + timedelta(days=1 + int(pick.expovariate(0.025)))
        amount = round(pick.lognormvariate(11, 0.6)) * 100
        if closed > TODAY:
            company.deal(f"open {number}", "stage-2", amount, owner=rep, created_on=created)
        elif pick.random() < 0.35:
            company.deal(f"won {number}", "stage-won", amount, owner=rep, created_on=created, closed_on=closed)
        else:
            company.deal(f"lost {number}", "stage-lost", amount, owner=rep, created_on=created, closed_on=closed)
    company.deal("ancient", "stage-2", 900_000_00, created_on=date(2023, 1, 5))
    return company


def as_(company: Company, person: str) -> ForecastService:
    with company.database.write() as session:
        sign_in(session, person)
    return ForecastService(desk_of(company))


@pytest.mark.parametrize("person", [ME, LEAD])
@pytest.mark.parametrize("period", ["month", "quarter"])
def test_parts_sum_to_the_forecast_to_the_unit(past: Company, person: str, period: str) -> None:
    found = as_(past, person).load(None, "month" if period == "month" else "quarter")
    value = found.line.value_minor
    assert value is not None
    assert found.won_minor + found.open_minor + found.arriving_minor + found.rhythm_minor == value
    assert found.open_minor == sum(part.value_minor for part in found.parts)
    assert found.line.low_minor is not None
    assert found.line.high_minor is not None
    assert found.won_minor <= found.line.low_minor < value < found.line.high_minor
    assert found.line.past == len(found.backtest) > 3
    assert found.wins_needed is not None
    assert found.wins_needed > 60


def test_a_stale_deal_counts_nothing_and_is_named(past: Company) -> None:
    found = as_(past, ME).load()
    stale = next(part for part in found.parts if part.name == "ancient")
    assert (stale.is_stale, stale.value_minor, stale.chance) == (True, 0, 0.0)
    assert [part.is_stale for part in found.parts] == sorted(part.is_stale for part in found.parts)
    assert found.reserve_minor > 900_000_00


def test_every_screen_says_the_same(past: Company) -> None:
    service = as_(past, LEAD)
    team, whole = TeamService(desk_of(past)).load(), service.load()
    assert team.total.forecast.value_minor == sum(rep.forecast.value_minor or 0 for rep in team.reps)
    assert team.total.forecast.value_minor == pytest.approx(whole.line.value_minor, abs=2)
    assert (team.total.forecast.error, team.total.forecast.floor) == (whole.line.error, whole.line.floor)
    for rep in team.reps:
        own = service.load(rep.name)
        today, gap = TodayService(desk_of(past)).load(rep.id), GapService(desk_of(past)).load(rep.id)
        assert rep.forecast.value_minor == own.line.value_minor
        assert today.month.forecast == gap.forecast == own.line
        assert own.won_minor == gap.actual_minor
        assert (own.people, own.basis_people) == (1, 2)


def test_a_rep_learns_from_what_is_on_his_device(past: Company) -> None:
    """A rep's own screen reads his own rows alone, and says so."""
    assert as_(past, ME).load().basis_people == 1
    why = WhyService(desk_of(past)).explain("month.forecast")
    assert "learned from" in dict(why.inputs)


def test_a_past_day_gives_what_was_said_then(past: Company) -> None:
    """The past forecast of the record is the one that a look back shows: same money, same range."""
    service = as_(past, LEAD)
    latest = service.load().backtest[-1]
    moment = datetime(latest.as_of.year, latest.as_of.month, latest.as_of.day, 23, 0, tzinfo=NOW.tzinfo)
    then = service.load(as_of=moment)
    line = then.line
    assert (then.starts_on, then.ends_on) == (latest.starts_on, latest.ends_on)
    assert (line.value_minor, line.low_minor, line.high_minor) == pytest.approx(
        (latest.value_minor, latest.low_minor, latest.high_minor), abs=2
    )


def test_short_history_is_refused_with_what_it_needs(company: Company) -> None:
    for month in (9, 10, 11):
        company.deal(
            f"won {month}", "stage-won", 5_000_00, created_on=date(2026, 8, 20), closed_on=date(2026, month, 4)
        )
    found = as_(company, ME).load()
    assert (found.line.value_minor, found.line.reason) == (None, "needs_history")
    assert (found.line.needs_months, found.line.has_months) == (6, 2)
    assert not found.parts
    assert not found.backtest


def test_a_shorter_period_and_a_person_without_deals_have_none(past: Company) -> None:
    as_(past, LEAD)
    assert GapService(desk_of(past)).load(ME, "week").forecast.reason == "no_period"
    past.put("person", id="rep-3", name="王强", alias="Wang Qiang", role="rep", team_id=TEAM)
    assert TodayService(desk_of(past)).load("rep-3").month.forecast.reason == "needs_wins"
    assert TodayService(desk_of(past)).load(LEAD).month.forecast == as_(past, LEAD).load().line


def test_whose_forecast_may_be_asked_for(past: Company) -> None:
    with pytest.raises(NotAllowed):
        as_(past, ME).load(MATE)
    with pytest.raises(UnknownName):
        as_(past, ME).load("nobody at all")
    for person in (LEAD, HEAD):
        assert as_(past, person).load().people == 2
    with pytest.raises(UnknownName) as refused:
        as_(past, LEAD).load("nobody at all")
    assert refused.value.facts["kind"] == "rep or team among yours"


def test_the_scope_is_named_in_the_screen_s_language(past: Company) -> None:
    assert [as_(past, LEAD).load(whose).scope for whose in (None, ME)] == ["East-1", "Zhang Wei"]


@pytest.mark.parametrize("number", ["forecast", "forecast_range", "forecast_error"])
def test_what_is_behind_it(past: Company, number: str) -> None:
    as_(past, ME)
    service, shown = WhyService(desk_of(past)), TodayService(desk_of(past)).load().month.forecast
    found = service.explain(f"month.{number}")
    if number == "forecast":
        assert found.value == shown.value_minor == sum(row.value for row in found.rows)
    elif number == "forecast_range":
        assert shown.high_minor is not None
        assert shown.low_minor is not None
        assert found.value == shown.high_minor - shown.low_minor
    else:
        assert len(found.rows) == shown.past
        assert found.value == round(sum(abs(row.value) for row in found.rows) / len(found.rows))


def test_the_team_total_is_explained_by_its_reps(past: Company) -> None:
    as_(past, LEAD)
    found = WhyService(desk_of(past)).explain("team.forecast")
    assert found.value == TeamService(desk_of(past)).load().total.forecast.value_minor
    assert found.value == sum(row.value for row in found.rows)


def test_another_currency_is_left_out(past: Company) -> None:
    before = as_(past, ME).load().line.value_minor
    past.deal("euros", "stage-won", 10**9, currency="EUR", created_on=date(2026, 5, 1), closed_on=date(2026, 6, 1))
    assert as_(past, ME).load().line.value_minor == before


def test_an_open_deal_without_an_amount_is_said_to_count_the_usual_one(past: Company) -> None:
    past.deal("bare", "stage-2", None, created_on=TODAY - timedelta(days=10))
    past.deal("minus", "stage-2", -5_000_00, created_on=TODAY - timedelta(days=10))
    found = as_(past, ME).load()
    assert "all open deals at full size, 2 without an amount at the usual one" in "\n".join(sheet(found).lines)
    why = WhyService(desk_of(past)).explain("forecast.reserve")
    assert "2 of them without an amount" in why.formula
    sizes = {row.id: row.value for row in why.rows}
    assert min(sizes.values()) > 0
    assert abs(sum(sizes.values()) - found.reserve_minor) <= len(sizes)
