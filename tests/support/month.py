"""A rep's month in the small company: targets, won and open deals, held and planned visits, something of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.support.company import ME, Company, at


@dataclass
class Month:
    """Ids of what was made."""

    kpi: str
    calls: str
    target: str
    won: list[str] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    unvisited: str = ""


def tell_month(company: Company, rep: str = ME) -> Month:
    """Limit 15: 11 held, 2 planned; target 300k, 182k won; deals that are stalled, dirty, in order."""
    month = Month(company.kpi(15), company.kpi(3, "call"), company.target(30_000_000, rep))
    month.accounts = [
        company.account(f"客户{number}", "ABC"[number % 3], rep, lifecycle="won", lat=31.2 + number / 200, lon=121.4)
        for number in range(8)
    ]
    for amount, day in ((6_600_000, 5), (5_200_000, 10), (6_400_000, 18)):
        month.won.append(company.deal(f"won {day}", "stage-won", amount, rep, closed_on=date(2026, 11, day)))
    company.deal("won before", "stage-won", 900_000, rep, closed_on=date(2026, 10, 30))
    company.deal("lost", "stage-lost", 700_000, rep, closed_on=date(2026, 11, 12), lost_reason="price")
    ready = company.deal(
        "ready", "stage-4", 4_400_000, rep, account_id=month.accounts[0], expected_on=date(2026, 11, 30)
    )
    company.deal("dollars", "stage-4", 100_000, rep, currency="USD", expected_on=date(2026, 11, 28))
    late = company.deal("late", "stage-3", 2_000_000, rep, account_id=month.accounts[1], expected_on=date(2026, 11, 20))
    bare = company.deal("no amount", "stage-1", None, rep, created_on=date(2026, 11, 20))
    month.open = {"ready": ready, "late": late, "bare": bare}
    company.put(
        "stage_change", deal_id=ready, from_stage_id="stage-3", to_stage_id="stage-4", changed_at=at(20), owner_id=rep
    )
    company.put("milestone_done", deal_id=ready, stage_id="stage-3", done_at=at(20), owner_id=rep)
    for number, day in enumerate((2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16)):
        company.activity(at(day), "held", rep=rep, account_id=month.accounts[number % 5], needs=["ROI sheet"])
    company.activity(
        at(24, "09:30"), rep=rep, account_id=month.accounts[0], deal_id=ready, planned_because="price call"
    )
    company.activity(at(25, "10:00"), rep=rep, account_id=month.accounts[2])
    month.unvisited = company.activity(at(23, "16:00"), rep=rep, account_id=month.accounts[3])
    company.activity(at(20), "held", "call", rep, account_id=month.accounts[4])
    company.activity(at(24, "14:00"), "planned", "call", rep, account_id=month.accounts[4])
    return month
