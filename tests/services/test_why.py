"""Every number can be worked out again from the rows that `?` shows."""

from __future__ import annotations

import pytest

from cockpit.domain.periods import PeriodKind
from cockpit.errors import UnknownName
from cockpit.services.cards import CardService
from cockpit.services.gap import GapService
from cockpit.services.pipeline import PipelineService
from cockpit.services.snapshots import Why
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from tests.support.company import LEAD, MATE, ME, Company, sign_in
from tests.support.month import tell_month
from tests.support.numbers import desk_of


def combined(why: Why) -> int:
    return len(why.rows) if why.combine == "count" else sum(row.value for row in why.rows)


def test_the_month(company: Company) -> None:
    tell_month(company)
    why, gap = WhyService(desk_of(company)), GapService(desk_of(company)).load()
    shown = {
        "month.target": gap.target_minor,
        "month.actual": gap.actual_minor,
        "month.gap": gap.gap_minor,
        "month.planned": gap.planned_minor,
        "month.uncovered": gap.uncovered_minor,
    }
    assert shown == {
        "month.target": 30_000_000,
        "month.actual": 18_200_000,
        "month.gap": 11_800_000,
        "month.planned": 4_400_000,
        "month.uncovered": 7_400_000,
    }
    for about, value in shown.items():
        found = why.explain(about)
        assert (found.value, combined(found), found.unit) == (value, value, "money"), about


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
def test_every_period_of_the_gap_screen(company: Company, period: PeriodKind) -> None:
    tell_month(company)
    for month in (*range(1, 11), 12):
        company.target(30_000_000, month=month)
    gap = GapService(desk_of(company)).load(period=period)
    for number in ("target", "actual", "gap", "planned", "uncovered"):
        found = WhyService(desk_of(company)).explain(f"{period}.{number}")
        value = getattr(gap, f"{number}_minor")
        assert found.value == value, number
        assert found.combine == "none" or combined(found) == value, number
    shares = WhyService(desk_of(company)).explain(f"{period}.target")
    assert (combined(shares), shares.combine) == (gap.target_minor, "sum")


@pytest.mark.parametrize("period", ["quarter", "year"])
def test_a_period_that_lacks_months_has_nothing_to_compare(company: Company, period: PeriodKind) -> None:
    tell_month(company)
    company.target(30_000_000, month=12)
    why = WhyService(desk_of(company))
    lacking = {"quarter": "1 month of it has", "year": "10 months of it have"}[period]
    for number in ("target", "gap", "uncovered", "due", "pace"):
        found = why.explain(f"{period}.{number}")
        assert (found.value, found.combine) == (None, "none"), number
        assert f"{lacking} no target: nothing is compared" in found.formula, number
    assert len(why.explain(f"{period}.target").rows) == 2


def test_nothing_uncovered_is_not_a_sum(company: Company) -> None:
    company.target(100)
    company.deal("won", "stage-won", 500, closed_on=GapService(desk_of(company)).load().starts_on)
    found = WhyService(desk_of(company)).explain("month.uncovered")
    assert (found.value, found.combine) == (0, "none")
    assert WhyService(desk_of(company)).explain("month.gap").value == -400


def test_without_a_target_there_is_no_gap(company: Company) -> None:
    why = WhyService(desk_of(company))
    assert (why.explain("month.target").value, why.explain("month.gap").value) == (None, None)
    assert why.explain("month.gap").combine == "none"


def test_kpi_done_planned_and_uncovered(company: Company) -> None:
    month = tell_month(company)
    why = WhyService(desk_of(company))
    for line in TodayService(desk_of(company)).load().kpis:
        whole = why.explain(f"kpi:{line.id}")
        done, planned = why.explain(f"kpi:{line.id}:done"), why.explain(f"kpi:{line.id}:planned")
        assert (whole.value, combined(whole)) == (line.uncovered, line.uncovered)
        assert (done.value, combined(done)) == (line.done, line.done)
        assert (planned.value, combined(planned)) == (line.planned, line.planned)
    visits = TodayService(desk_of(company)).load().kpis[0]
    assert (visits.id, visits.done, visits.planned, visits.uncovered) == (month.kpi, 11, 2, 2)


def test_stages_won_open_and_win_rate(company: Company) -> None:
    tell_month(company)
    why, line = WhyService(desk_of(company)), PipelineService(desk_of(company)).load()
    for stage in line.stages:
        found = why.explain(f"stage:{stage.id}")
        assert (len(found.rows), combined(found)) == (stage.count, stage.amount_minor)
    assert combined(why.explain("pipeline.won")) == line.won_amount_minor == 19_100_000
    assert len(why.explain("pipeline.won").rows) == line.won_count == 4
    assert combined(why.explain("pipeline.open")) == line.open_amount_minor == 6_400_000
    rate = why.explain("win_rate")
    assert line.win_rate is not None
    assert combined(rate) / len(rate.rows) == line.win_rate == 0.8
    assert len(rate.rows) == line.win_rate_n == 5


def test_the_next_best_points_sum_to_its_score(company: Company) -> None:
    tell_month(company)
    best = TodayService(desk_of(company)).load().next_best
    assert best is not None
    found = WhyService(desk_of(company)).explain("next_best")
    assert found.unit == "points"
    assert found.value == combined(found) == best.score == sum(points for _text, points in best.points)


def test_every_card(company: Company) -> None:
    month = tell_month(company)
    why = WhyService(desk_of(company))
    cards = CardService(desk_of(company)).load()
    assert {card.rule for card in cards} >= {"kpi_uncovered", "unvisited", "deal_dirty", "behind_pace"}
    for card in cards:
        found = why.explain(f"card:{card.id}")
        assert found.combine == "sum", card.id
        assert found.value == combined(found)
    explained = {(card.rule, card.subject_id): why.explain(f"card:{card.id}") for card in cards}
    assert explained["kpi_uncovered", month.kpi].value == 2
    assert [row.id for row in explained["unvisited", ME].rows] == [month.unvisited]


def test_a_reps_line_of_the_board(company: Company) -> None:
    tell_month(company)
    tell_month(company, MATE)
    with company.database.write() as session:
        sign_in(session, LEAD)
    why = WhyService(desk_of(company))
    for rep in TeamService(desk_of(company)).load().reps:
        found = why.explain(f"team:{rep.id}")
        assert combined(found) == rep.actual_minor == 18_200_000
    with pytest.raises(UnknownName):
        why.explain("team:nobody")


def test_visit_prep_and_deal_name_their_rows(company: Company) -> None:
    month = tell_month(company)
    why, today = WhyService(desk_of(company)), TodayService(desk_of(company)).load()
    assert today.prep is not None
    ids = {row.id for row in why.explain("prep").rows}
    assert {today.prep.activity_id, today.prep.last_activity_id, month.open["ready"]} <= ids
    visit = why.explain(f"visit:{today.visits[0].id}")
    assert ("planned because", "price call") in visit.inputs
    deal = why.explain(f"deal:{month.open['late']}")
    assert any(text.startswith("expected close") for _name, text in deal.inputs)


@pytest.mark.parametrize(
    "about", ["", "month", "kpi:none", "card:none", "visit:none", "stage:none", "deal:none", "x:1"]
)
def test_anything_else_is_an_unknown_name(company: Company, about: str) -> None:
    with pytest.raises(UnknownName):
        WhyService(desk_of(company)).explain(about)


def test_somebody_elses_numbers(company: Company) -> None:
    tell_month(company, MATE)
    why = WhyService(desk_of(company))
    assert why.explain("month.actual").value == 0
    assert why.explain("month.actual", rep_id=MATE).value == 18_200_000
    assert why.explain("month.actual", rep_id=ME).value == 0


def test_a_row_of_a_crm_names_it() -> None:
    from cockpit.services.why_origin import origin_text

    assert origin_text("crm", "tryton", 3, 0) == "CRM tryton"
    assert origin_text("hub", "crm-export", 3, 0) == "import crm-export"
    assert origin_text("crm", "tryton", 3, 1) == "this device, not sent yet"


def test_fields_of_the_crm_are_shown_each_by_itself() -> None:
    from cockpit.services.cardparts import unknown_fields
    from cockpit.storage.queries.extra import Kept

    kept = Kept({"crm": {"rating": "AA", "region": ["North", "East"]}, "won_reason": "price"}, "hubspot", "17")
    assert unknown_fields(kept) == (
        ("rating", "AA"),
        ("region", "North, East"),
        ("won_reason", "price"),
        ("hubspot", "17"),
    )
