"""The home screen's snapshot: order of the day, what was never answered for, prep, month and KPI."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cockpit import clock
from cockpit.services.gap import GapService
from cockpit.services.today import TodayService
from tests.support.company import MATE, ME, NOW, Company, at
from tests.support.month import tell_month
from tests.support.numbers import counted_statements, desk_of


def test_the_day_in_order_of_time_with_account_deal_and_money(company: Company) -> None:
    account = company.account("恒泰机械", "A", alias="Hengtai")
    deal = company.deal("Pilot", "stage-3", 6_600_000, account_id=account)
    company.deal("Second line", "stage-1", 400_000, account_id=account)
    late = company.activity(at(24, "15:30"), account_id=account, kind="call", goal="price")
    early = company.activity(at(24, "09:30"), account_id=account, deal_id=deal, goal="CFO ok on pilot")
    company.activity(at(25), account_id=account)
    company.activity(at(24, "11:00"), "cancelled", account_id=account)
    day = TodayService(desk_of(company)).load()
    assert [item.id for item in day.visits] == [early, late]
    first, second = day.visits
    assert (first.account, first.tier, first.stage, first.amount_minor) == ("恒泰机械", "A", "Proposal", 6_600_000)
    assert second.amount_minor == 7_000_000
    assert (first.starts_at.hour, str(first.starts_at.tzinfo)) == (9, "Asia/Shanghai")
    assert first.write_state == "done"
    assert day.day == date(2026, 11, 24)
    assert not day.is_read_only


def test_overdue_next_steps_lead_the_list_and_overdue_visits_are_kept_apart(company: Company) -> None:
    account = company.account("华光电子")
    todo = company.activity(at(20), kind="task", account_id=account)
    old = company.activity(at(19), account_id=account)
    yesterday = company.activity(at(23), account_id=account)
    company.activity(at(23, "15:00"), "held", account_id=account)
    day = TodayService(desk_of(company)).load()
    assert [item.id for item in day.visits] == [todo]
    assert [item.id for item in day.yesterday_unvisited] == [old, yesterday]


def test_prep_names_the_rows_it_comes_from(company: Company) -> None:
    account = company.account("恒泰机械", "A")
    contact = company.put("contact", account_id=account, name="王总", decision_role="CFO", stance=1, owner_id="rep-1")
    company.put("contact", account_id=account, name="小李", owner_id="rep-1")
    deal = company.deal("Pilot", "stage-3", 6_600_000, account_id=account)
    last = company.activity(at(17), "held", account_id=account, result="wants ROI before CFO", needs=["ROI sheet"])
    visit = company.activity(at(24, "09:30"), account_id=account, contact_id=contact)
    prep = TodayService(desk_of(company)).load().prep
    assert prep is not None
    assert (prep.activity_id, prep.last_activity_id, prep.last_held_on) == (visit, last, date(2026, 11, 17))
    assert prep.last_result == "wants ROI before CFO"
    assert prep.open_needs == ("ROI sheet",)
    assert prep.deciders == (("王总", "CFO", 1),)
    assert prep.open_deals == ((deal, "Pilot", 6_600_000),)
    assert prep.missing == ("no goal", "no agenda")


def test_prep_finds_a_meeting_older_than_the_book(company: Company) -> None:
    account = company.account("恒泰机械", "A")
    last = company.activity(at(3, month=2), "held", account_id=account, result="met at the fair")
    company.activity(at(24, "09:30"), account_id=account)
    prep = TodayService(desk_of(company)).load().prep
    assert prep is not None
    assert (prep.last_activity_id, prep.last_result) == (last, "met at the fair")


def test_month_and_kpi_are_the_gap_screens_own(company: Company) -> None:
    company.target(30_000_000)
    company.kpi(15)
    company.deal("Won", "stage-won", 18_200_000, closed_on=date(2026, 11, 10))
    for day in range(2, 13):
        company.activity(at(day), "held")
    company.activity(at(24, "09:30"))
    company.activity(at(24, "07:00"))
    snapshot, gap = TodayService(desk_of(company)).load(), GapService(desk_of(company)).load()
    month = snapshot.month
    assert (month.target_minor, month.actual_minor, month.gap_minor) == (30_000_000, 18_200_000, 11_800_000)
    assert (month.forecast.value_minor, month.forecast.reason) == (None, "needs_history")
    assert (month.forecast.needs_months, month.forecast.has_months) == (6, 0)
    assert month.forecast == gap.forecast
    assert (month.workdays_gone, month.workdays_total) == (16, 21)
    (line,) = snapshot.kpis
    assert (line.limit, line.done, line.planned, line.uncovered, line.at_risk_minor) == (15, 11, 2, 2, 10_000)
    assert line.state == "short"
    assert snapshot.kpis == gap.kpis
    assert (gap.target_minor, gap.actual_minor, gap.gap_minor) == (30_000_000, 18_200_000, 11_800_000)


def test_somebody_elses_day_is_read_only(company: Company) -> None:
    visit = company.activity(at(24), rep=MATE)
    day = TodayService(desk_of(company)).load(MATE)
    assert day.is_read_only
    assert [item.id for item in day.visits] == [visit]


def test_a_past_day_is_shown_as_it_was(company: Company) -> None:
    deal = company.deal("Pilot", "stage-3", 5_000_000, created_on=date(2026, 10, 1), expected_on=date(2026, 11, 30))
    visit = company.activity(at(24, "09:30"), deal_id=deal, recorded_at=datetime(2026, 11, 16, tzinfo=UTC))
    company.change("activity", visit, at(24, "10:00"), status="held")
    company.change("deal", deal, at(20), amount_minor=6_600_000)
    company.change("deal", deal, at(23), stage_id="stage-won", closed_on=date(2026, 11, 23))
    today = TodayService(desk_of(company))
    now = today.load(as_of=NOW + timedelta(hours=3))
    assert (now.month.actual_minor, now.visits[0].status) == (6_600_000, "held")
    then = today.load(as_of=at(19, "18:00"))
    assert (then.month.actual_minor, then.month.planned_minor) == (0, 5_000_000)
    before = today.load(as_of=at(15, "18:00"))
    assert before.month.planned_minor == 0


def test_a_clock_that_differs_hides_nothing(company: Company) -> None:
    """What another machine recorded a little later than now is known here; only a past moment takes it back."""
    account = company.account("恒泰机械", "A", owner=ME)
    company.kpi(15)
    visit = company.activity(at(24, "08:00"), account_id=account)
    company.change("activity", visit, NOW + timedelta(minutes=20), status="held")
    late = company.put(
        "activity",
        recorded_at=NOW + timedelta(minutes=20),
        rep_id=ME,
        owner_id=ME,
        account_id=account,
        kind="visit",
        status="held",
        starts_at=at(24, "07:00"),
    )
    service = TodayService(desk_of(company))
    now, past = service.load(), service.load(as_of=NOW)
    assert {item.id: item.status for item in now.visits} == {late: "held", visit: "held"}
    assert now.kpis[0].done == 2
    assert {item.id: item.status for item in past.visits} == {visit: "planned"}
    assert past.kpis[0].done == 0


def test_a_clock_set_back_by_days_hides_nothing(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only COCKPIT_NOW, which is there to look at a past day, takes back what was recorded long after."""
    visit = company.activity(at(24, "08:00"), account_id=company.account("恒泰机械"))
    company.change("activity", visit, NOW + timedelta(days=2), goal="recorded later")
    service = TodayService(desk_of(company))
    assert [item.goal for item in service.load().visits] == [""]
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.delenv("COCKPIT_NOW")
    assert [item.goal for item in service.load().visits] == ["recorded later"]


def test_the_seven_days_after_today_are_listed_with_what_to_know_before_each(company: Company) -> None:
    near, old = company.account("恒泰机械", "A"), company.account("老客户", "B")
    company.activity(at(2, month=3), "held", account_id=old, result="asked for samples", needs=["samples"])
    company.activity(at(2, month=4), "held", account_id=old, result="samples were fine")
    company.put("contact", account_id=old, name="王总", decision_role="decider", stance=-1, owner_id=ME)
    company.activity(at(24, "15:00"), account_id=near)
    tomorrow = company.activity(at(25, "00:10"), account_id=near)
    last = company.activity(at(1, "23:50", month=12), account_id=old)
    company.activity(at(2, month=12), account_id=near)
    company.activity(at(26), "cancelled", account_id=near)
    day = TodayService(desk_of(company)).load()
    assert [item.id for item in day.coming] == [tomorrow, last]
    brief = next(brief for brief in day.briefs if brief.activity_id == last)
    assert (brief.last_held_on, brief.last_result) == (date(2026, 4, 2), "samples were fine")
    assert brief.deciders == (("王总", "decider", -1),)
    assert {item.id for item in (*day.visits, *day.coming)} == {brief.activity_id for brief in day.briefs}
    assert day.prep in day.briefs


def test_the_statements_do_not_grow_with_the_visits(company: Company) -> None:
    company.activity(at(24, "15:00"), account_id=company.account("客户"))
    service = TodayService(desk_of(company))
    service.load()
    with counted_statements(company) as few:
        service.load()
    for hour in range(9, 17):
        company.activity(at(24, f"{hour:02}:30"), account_id=company.account(f"客户{hour}"))
    with counted_statements(company) as many:
        service.load()
    assert few
    assert len(many) == len(few)


def test_the_days_and_weeks_are_those_of_the_month(company: Company) -> None:
    tell_month(company)
    day = TodayService(desk_of(company)).load()
    assert len(day.days) == 30
    assert sum(cell.held for cell in day.days) == 11
    assert {cell.on.day: cell.state for cell in day.days if cell.state in ("missed", "planned")} == {
        23: "missed",
        24: "planned",
        25: "planned",
    }
    assert len(day.trend) == 8
    assert sum(week.won_minor for week in day.trend) == 18_200_000 + 900_000
    gap = GapService(desk_of(company)).load()
    assert (gap.days, gap.trend) == (day.days, day.trend)
    assert gap.due_minor == 30_000_000 * 16 // 21
    assert [point.actual_minor for point in gap.pace if point.on.day == 24] == [gap.actual_minor]
    assert gap.pace[-1].covered_minor == gap.actual_minor + gap.planned_minor
