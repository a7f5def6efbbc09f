"""Target, actual, gap, planned, uncovered: every period, by week, in one currency."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.domain.periods import PERIOD_KINDS, PeriodKind
from cockpit.errors import UnknownName
from cockpit.services.gap import GapService
from tests.support.company import MATE, ME, Company, at
from tests.support.month import tell_month
from tests.support.numbers import desk_of


def test_the_weeks_sum_to_the_month(company: Company) -> None:
    tell_month(company)
    gap = GapService(desk_of(company)).load()
    assert (gap.starts_on, gap.ends_on, gap.workdays_left) == (date(2026, 11, 1), date(2026, 11, 30), 5)
    assert sum(week.target_minor or 0 for week in gap.weeks) == gap.target_minor
    assert sum(week.actual_minor for week in gap.weeks) == gap.actual_minor
    assert sum(week.gap_minor or 0 for week in gap.weeks) == gap.gap_minor
    assert [week.actual_minor for week in gap.weeks] == [0, 6_600_000, 5_200_000, 6_400_000, 0, 0]
    assert [week.starts_on.day for week in gap.weeks] == [1, 2, 9, 16, 23, 30]


@pytest.mark.parametrize("period", PERIOD_KINDS)
def test_a_period_is_its_weeks(company: Company, period: PeriodKind) -> None:
    tell_month(company)
    for month in (*range(1, 11), 12):
        company.target(30_000_000, month=month)
    gap = GapService(desk_of(company)).load(period=period)
    assert gap.period_kind == period
    assert sum(week.target_minor or 0 for week in gap.weeks) == gap.target_minor
    assert sum(week.actual_minor for week in gap.weeks) == gap.actual_minor
    assert gap.starts_on <= date(2026, 11, 24) <= gap.ends_on


def test_quarter_and_year_are_sums_of_months_unless_they_have_a_row_of_their_own(company: Company) -> None:
    service = GapService(desk_of(company))
    assert service.load(period="quarter").target_minor is None
    for month in range(1, 13):
        company.target(1_000, month=month)
    assert (service.load(period="quarter").target_minor, service.load(period="year").target_minor) == (3_000, 12_000)
    company.put(
        "target",
        metric="won_amount",
        scope_kind="person",
        scope_id=ME,
        period_kind="quarter",
        period_start=date(2026, 10, 1),
        value=9_000,
        owner_id=ME,
    )
    assert service.load(period="quarter").target_minor == 9_000


def test_the_week_of_the_month_is_the_week_itself(company: Company) -> None:
    company.target(10_000_001)
    service = GapService(desk_of(company))
    inside = next(week for week in service.load().weeks if week.starts_on == date(2026, 11, 23))
    assert service.load(period="week").target_minor == inside.target_minor
    days = [service.load(period="day", as_of=at(day)).target_minor for day in range(23, 30)]
    assert sum(value or 0 for value in days) == inside.target_minor
    assert days[5:] == [0, 0]


def test_a_weeks_own_target_is_kept_and_the_rest_is_shared(company: Company) -> None:
    company.target(2_100)
    company.put(
        "target",
        metric="won_amount",
        scope_kind="person",
        scope_id=ME,
        period_kind="week",
        period_start=date(2026, 11, 9),
        value=500,
        owner_id=ME,
    )
    weeks = [week.target_minor for week in GapService(desk_of(company)).load().weeks]
    assert weeks == [0, 500, 500, 500, 500, 100]


def test_other_currencies_stand_apart(company: Company) -> None:
    company.target(1_000)
    company.deal("yuan", "stage-won", 300, closed_on=date(2026, 11, 3))
    company.deal("dollar", "stage-won", 700, closed_on=date(2026, 11, 3), currency="USD")
    gap = GapService(desk_of(company)).load()
    assert (gap.currency, gap.actual_minor, gap.other_currencies) == ("CNY", 300, (("USD", 700),))


def test_planned_money_needs_a_day_in_the_period_and_a_dated_next_step(company: Company) -> None:
    def add(amount: int, expected: date | None, step: int | None, status: str = "planned") -> None:
        deal = company.deal(f"deal {amount}", "stage-2", amount, expected_on=expected)
        if step:
            company.activity(at(step, "08:00"), status, "task", deal_id=deal)

    add(1, date(2026, 11, 30), 24)
    add(2, date(2026, 11, 20), 27)
    add(4, date(2026, 12, 1), 27)
    add(8, date(2026, 11, 30), 23)
    add(16, date(2026, 11, 30), 27, "cancelled")
    add(32, date(2026, 11, 30), None)
    add(64, None, 27)
    assert GapService(desk_of(company)).load().planned_minor == 3


def test_without_a_target(company: Company) -> None:
    gap = GapService(desk_of(company)).load()
    assert (gap.target_minor, gap.gap_minor, gap.uncovered_minor) == (None, None, None)
    assert {week.target_minor for week in gap.weeks} == {None}


def test_another_rep_and_nobody(company: Company) -> None:
    tell_month(company, MATE)
    gap = GapService(desk_of(company)).load("李娜")
    assert (gap.rep.id, gap.is_read_only, gap.actual_minor) == (MATE, True, 18_200_000)
    with pytest.raises(UnknownName):
        GapService(desk_of(company)).load("nobody")


def test_a_rule_over_the_year_reaches_back_to_january(company: Company) -> None:
    company.kpi(100, period_kind="year")
    company.activity(at(5, month=1), "held")
    company.activity(at(20), "held")
    (line,) = GapService(desk_of(company)).load().kpis
    assert (line.done, line.uncovered) == (2, 98)
