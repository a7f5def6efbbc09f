"""A month of one rep, as the product's closed-loop example has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from cockpit.domain.entities import Activity
from cockpit.domain.kpi import kpi_counts
from cockpit.services.container import Services, services_on
from tests.support.company import ME, NOW, Company, at


@dataclass
class Month:
    """Limit 15 face visits, 11 done, 2 planned today, one unvisited yesterday; Tuesday the 24th."""

    company: Company
    services: Services
    rule: str
    accounts: dict[str, str]
    visits: dict[str, str]

    def uncovered(self, now: datetime = NOW) -> tuple[int, int, int]:
        with self.company.database.read() as session:
            book = self.services.desk.book(session, as_of=now, rep_ids=[ME])
        count = next(c for c in kpi_counts(book, ME) if c.rule.id == self.rule)
        return count.done, len(count.planned), count.uncovered

    def rows(self) -> dict[str, Activity]:
        with self.company.database.read() as session:
            book = self.services.desk.book(session, as_of=at(30, "23:00"), rep_ids=[ME])
        return {row.id: row for row in book.activities}


PLACES = {
    "恒泰机械": ("A", 31.235, 121.475),
    "明远物流": ("B", 31.245, 121.480),
    "华光电子": ("B", 31.242, 121.486),
    "嘉禾食品": ("A", 31.222, 121.462),
    "新域科技": ("C", 31.215, 121.450),
    "安捷重工": ("A", 31.228, 121.490),
    "中北制药": ("B", 31.252, 121.455),
    "德胜电气": ("C", 31.290, 121.540),
}


@pytest.fixture
def month(company: Company) -> Month:
    accounts = {
        name: company.account(name, tier, lat=lat, lon=lon, id=f"acc-{index}")
        for index, (name, (tier, lat, lon)) in enumerate(PLACES.items())
    }
    rule = company.kpi(15)
    for index in range(11):
        filler = company.account(f"老客户{index}", "C", cadence_days=60)
        company.activity(at(2 + index, "10:00"), "held", account_id=filler)
    company.activity(at(28, "10:00", month=10), "held", account_id=accounts["安捷重工"])
    visits = {
        "恒泰机械": company.activity(at(24, "09:30"), account_id=accounts["恒泰机械"]),
        "明远物流": company.activity(at(24, "11:00"), account_id=accounts["明远物流"]),
        "嘉禾食品": company.activity(at(24, "14:00"), kind="call", account_id=accounts["嘉禾食品"], is_promised=True),
        "新域科技": company.activity(at(24, "15:30"), kind="call", account_id=accounts["新域科技"]),
    }
    company.deal("安捷", "stage-3", 2_000_000, account_id=accounts["安捷重工"], expected_on=at(30).date())
    return Month(company, services_on(company.database), rule, accounts, visits)
