"""Every number that a screen shows has an answer: in both languages, as of a moment, with rows that make it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cockpit.errors import UnknownName
from cockpit.i18n import set_language
from cockpit.services.accounts import AccountService
from cockpit.services.gap import GapService
from cockpit.services.pipeline import PipelineService
from cockpit.services.snapshots import Why
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from cockpit.services.why_words import OVERVIEWS
from tests.support.company import LEAD, MATE, ME, NOW, Company, at, sign_in
from tests.support.month import tell_month
from tests.support.numbers import desk_of


def combined(why: Why) -> int:
    return len(why.rows) if why.combine == "count" else sum(row.value for row in why.rows)


def check(name: str, why: Why) -> None:
    """What every answer has: a title, a formula, a moment with its offset, an origin, and rows that make the number."""
    assert why.title, name
    assert why.formula, name
    assert why.origin, name
    assert why.as_of.utcoffset() is not None, name
    if why.combine != "none":
        assert combined(why) == why.value, name


@pytest.fixture
def month(company: Company) -> Company:
    tell_month(company)
    tell_month(company, MATE)
    return company


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("viewer", [ME, LEAD])
def test_every_number_of_every_screen_is_answered(month: Company, lang: str, viewer: str) -> None:
    with month.database.write() as session:
        sign_in(session, viewer)
    set_language(lang)
    answers = WhyService(desk_of(month)).everything()
    names = [name for _screen, name, _why in answers]
    assert len(names) == len(set(names)) > 60
    assert {screen for screen, _name, _why in answers} == set(OVERVIEWS)
    for _screen, name, why in answers:
        check(name, why)


def test_parts_that_a_row_names_can_be_opened(month: Company) -> None:
    """No row leads nowhere: what calls itself a part has an answer, and its value is the row's."""
    service = WhyService(desk_of(month))
    for _screen, name, why in service.everything():
        for row in why.rows:
            if row.entity == "why" and why.combine == "sum" and not row.id.startswith(("card:", "month.target")):
                assert abs(service.explain(row.id).value or 0) == abs(row.value), (name, row.id)


def test_all_names_are_answered_in_the_past_too(month: Company) -> None:
    past = NOW - timedelta(days=8)
    for _screen, name, why in WhyService(desk_of(month)).everything(as_of=past):
        check(name, why)
        if not name.startswith(("sync.", "screen:sync", "conflict:")):
            assert why.as_of == past, name


def test_a_look_back_counts_what_was_known_then(month: Company) -> None:
    service = WhyService(desk_of(month))
    now, past = service.explain("month.actual"), service.explain("month.actual", as_of=at(11, "20:00"))
    assert (now.value, past.value) == (18_200_000, 11_800_000)
    held = service.explain("month.days:held", as_of=at(11, "20:00"))
    assert held.value == GapService(desk_of(month)).load(as_of=at(11, "20:00")).kpis[0].done


def test_the_gap_screen(month: Company) -> None:
    service, gap = WhyService(desk_of(month)), GapService(desk_of(month)).load()
    assert gap.due_minor is not None
    assert service.explain("month.due").value == gap.due_minor
    assert service.explain("month.pace").value == abs(gap.due_minor - gap.actual_minor)
    assert service.explain("month.covered").value == gap.actual_minor + gap.planned_minor == gap.pace[-1].covered_minor
    assert service.explain("month.days_left").value == gap.workdays_left
    for state in ("held", "planned", "missed"):
        assert service.explain(f"month.days:{state}").value == sum(getattr(day, state) for day in gap.days)
    busy = next(day for day in gap.days if day.held)
    assert service.explain(f"month.days:{busy.on}").value == busy.held + busy.planned + busy.missed
    for week in gap.weeks:
        assert service.explain(f"month.week:{week.starts_on}").value == week.gap_minor
    assert service.explain("trend.visits").rows[-1].value == gap.trend[-1].held
    assert service.explain("trend.won").value == sum(week.won_minor for week in gap.trend)
    for row, one in zip(service.explain("trend.won").rows, gap.trend, strict=True):
        assert service.explain(row.id).value == row.value == one.won_minor


def test_another_currency_is_not_added(month: Company) -> None:
    month.deal("euros", "stage-won", 500_00, currency="EUR", closed_on=at(12).date())
    gap = GapService(desk_of(month)).load()
    assert gap.other_currencies == (("EUR", 500_00),)
    found = WhyService(desk_of(month)).explain("month.other:EUR")
    assert (found.value, found.currency, combined(found)) == (500_00, "EUR", 500_00)
    dollars = WhyService(desk_of(month)).explain("pipeline.other:USD")
    assert (dollars.value, dollars.currency) == (100_000, "USD")


@pytest.mark.parametrize("number", ["forecast", "forecast_range", "forecast_error"])
def test_a_forecast_that_is_refused_says_what_it_needs(month: Company, number: str) -> None:
    found = WhyService(desk_of(month)).explain(f"month.{number}")
    assert found.value is None
    assert "needs 6 months of closed deals" in found.formula
    assert dict(found.inputs)["months needed"] == "6"


def test_the_working_days_gone(month: Company) -> None:
    shown = TodayService(desk_of(month)).load().month
    found = WhyService(desk_of(month)).explain("month.workdays")
    assert (found.value, len(found.rows)) == (shown.workdays_gone, shown.workdays_total)


def test_the_counts_of_today(month: Company) -> None:
    service, today = WhyService(desk_of(month)), TodayService(desk_of(month)).load()
    assert service.explain("today.visits").value == len(today.visits)
    assert service.explain("today.unvisited").value == len(today.yesterday_unvisited)
    problems = service.explain("today.problems")
    assert problems.value == sum(card.state in ("found", "relapsed") for card in today.cards)
    assert [row.id for row in problems.rows] == [f"card:{card.id}" for card in today.cards]


def test_the_money_of_a_visit_is_that_of_its_list(month: Company) -> None:
    service, today = WhyService(desk_of(month)), TodayService(desk_of(month)).load()
    for item in (*today.visits, *today.yesterday_unvisited):
        assert service.explain(f"visit:{item.id}").value == item.amount_minor, item.account


def test_money_at_risk_of_a_kpi(month: Company) -> None:
    service = WhyService(desk_of(month))
    for line in TodayService(desk_of(month)).load().kpis:
        assert service.explain(f"kpi:{line.id}:risk").value == line.at_risk_minor


def test_the_pipeline(month: Company) -> None:
    service, line = WhyService(desk_of(month)), PipelineService(desk_of(month)).load()
    stuck = [deal for deal in line.deals if deal.states]
    assert len(service.explain("pipeline.stuck").rows) == len(stuck) > 0
    assert service.explain("pipeline.lost").value == line.lost_count == 1
    assert service.explain("pipeline.unpriced").value == line.open_without_amount == 1
    for state in ("dirty", "stalled", "no_activity"):
        assert service.explain(f"pipeline.state:{state}").value == sum(state in deal.states for deal in line.deals)
    for stage in line.stages:
        rate = service.explain(f"stage:{stage.id}:conversion")
        assert (len(rate.rows), rate.value is None) == (stage.conversion_n, stage.conversion is None)
        if stage.conversion is not None:
            assert combined(rate) / len(rate.rows) == stage.conversion
        own = [deal for deal in stuck if deal.stage_id == stage.id]
        assert len(service.explain(f"stage:{stage.id}:stuck").rows) == len(own)
    for deal in line.deals:
        assert service.explain(f"deal:{deal.id}:days").value == deal.days_in_stage


def test_the_board_and_its_totals(month: Company) -> None:
    with month.database.write() as session:
        sign_in(session, LEAD)
    service, team = WhyService(desk_of(month)), TeamService(desk_of(month)).load()
    for rep in team.reps:
        shown = {
            "target": rep.target_minor,
            "actual": rep.actual_minor,
            "gap": rep.gap_minor,
            "behind": rep.behind_minor,
            "held": rep.visits_done,
            "planned": rep.visits_planned,
            "uncovered": rep.visits_uncovered,
            "weeks": sum(week.held for week in rep.trend),
        }
        assert {part: service.explain(f"team:{rep.id}:{part}").value for part in shown} == shown
    totals = {"target": team.total.target_minor, "actual": team.total.actual_minor, "held": team.total.visits_done}
    totals |= {"behind": team.total.behind_minor, "uncovered": team.total.visits_uncovered}
    for number, value in totals.items():
        found = service.explain(f"team.{number}")
        assert (found.value, combined(found)) == (value, value), number


def test_a_rep_measured_in_another_currency_is_explained_in_that_of_the_board(company: Company) -> None:
    tell_month(company)
    company.put(
        "target", metric="won_amount", scope_kind="person", scope_id=MATE, period_kind="month", value=9_00,
        period_start=at(1).date(), owner_id=MATE, currency="USD",
    )  # fmt: skip
    company.deal("dollars won", "stage-won", 700_00, MATE, currency="USD", closed_on=at(12).date())
    with company.database.write() as session:
        sign_in(session, LEAD)
    service, team = WhyService(desk_of(company)), TeamService(desk_of(company)).load()
    rep = next(rep for rep in team.reps if rep.id == MATE)
    shown = {"target": rep.target_minor, "actual": rep.actual_minor, "gap": rep.gap_minor, "behind": rep.behind_minor}
    assert {part: service.explain(f"team:{MATE}:{part}").value for part in shown} == shown
    assert service.explain(f"team:{MATE}").currency == team.currency == "CNY"


def test_the_card_of_an_account(month: Company) -> None:
    account = TodayService(desk_of(month)).load().visits[0].account_id
    assert account
    service, shown = WhyService(desk_of(month)), AccountService(desk_of(month)).load(account)
    assert service.explain(f"account:{account}").value == shown.due_in_days
    by_month = service.explain(f"account:{account}:visits")
    assert [row.value for row in by_month.rows] == [one.visits for one in shown.months]
    assert service.explain(by_month.rows[-1].id).value == shown.months[-1].visits
    assert service.explain(f"account:{account}:history").value == shown.history_total
    open_money = sum(deal.amount_minor or 0 for deal in shown.deals)
    assert service.explain(f"account:{account}:open").value == open_money


def test_a_card_lists_all_its_numbers(month: Company) -> None:
    service = WhyService(desk_of(month))
    for name in ("account:account-1", "deal:deal-6", f"team:{ME}"):
        listed = service.explain(f"{name}:all")
        assert listed.rows[0].id == name
        assert len(listed.rows) > 2
        for row in listed.rows:
            assert service.explain(row.id).title in row.text
    with pytest.raises(UnknownName):
        service.explain("account:none:all")


def test_a_visit_older_than_a_book_reaches_is_answered_too(month: Company) -> None:
    old = month.activity(at(5, month=1), "held", account_id="account-1", result="signed")
    found = WhyService(desk_of(month)).explain(f"visit:{old}")
    assert ("result", "signed") in found.inputs


def test_a_stance_is_what_somebody_entered(month: Company) -> None:
    person = month.put("contact", account_id="account-1", name="王总", stance=-1, owner_id=ME)
    assert WhyService(desk_of(month)).explain(f"contact:{person}").value == -1


def test_each_row_says_where_it_came_from(month: Company) -> None:
    with month.database.write() as session:
        from cockpit.storage import rows

        won = WhyService(desk_of(month)).explain("month.actual").rows
        imported, changed = (rows.find(session, "deal", row.id) for row in won[:2])
        assert imported is not None
        assert changed is not None
        imported.external_source, changed.pending = "old-crm", 1
    found = WhyService(desk_of(month)).explain("month.actual")
    assert [row.origin for row in found.rows] == ["import old-crm", "this device, not sent yet", "hub"]
    assert "import old-crm 1" in found.origin
    assert "hub 1" in found.origin


def test_the_plan_that_is_looked_at_is_the_one_explained(month: Company) -> None:
    from cockpit.services.replan import ReplanService

    proposal = ReplanService(desk_of(month)).propose()
    service = WhyService(desk_of(month))
    for number, row in enumerate(proposal.after, 1):
        points = service.explain(f"replan:{number}", proposal=proposal)
        assert (points.value, combined(points)) == (row.score, row.score), row.account
        assert service.explain(f"replan:{number}:travel", proposal=proposal).value == row.travel_minutes
    travel = service.explain("replan:travel", proposal=proposal)
    assert travel.value == sum(row.travel_minutes for row in proposal.after)


NAMES_OF_NOTHING = """
    month.none month.days:x month.week:2020-01-06 month.other:XXX trend.none trend.won:x today.none pipeline.none
    pipeline.state:none stage:stage-1:none deal:none:days account:none account:account-1:none contact:none team.none
    team:rep-1:none replan:99 replan:score:99 sync.none queued:none receipt:none conflict:none screen:none prep:1
    win_rate:1 target:none metric:none flow.none shape:none shape:stage-1:none wins:none losses:none losses_from:none
"""


def test_a_name_of_nothing_says_which_names_there_are(month: Company) -> None:
    service = WhyService(desk_of(month))
    for about in NAMES_OF_NOTHING.split():
        with pytest.raises(UnknownName) as refused:
            service.explain(about)
        near = str(refused.value.facts["near"])
        assert "cockpit why --list" in near, about
        kind = about.partition(":")[0].partition(".")[0].replace("month", "PERIOD")
        assert kind in near, about


def test_nothing_at_all_is_answered_too(company: Company) -> None:
    """An empty device: no number is an error."""
    for _screen, name, why in WhyService(desk_of(company)).everything():
        check(name, why)
