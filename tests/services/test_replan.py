"""The replan and fill services on a small company: the closed-loop example of the product, number for number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import col, select

from cockpit.domain.entities import Activity
from cockpit.domain.kpi import kpi_counts
from cockpit.errors import NotAllowed
from cockpit.services.container import Services, services_on
from cockpit.services.snapshots import ReplanProposal, ReplanRow
from cockpit.storage.tables import ActivityRow, OutboxRow
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


def added(proposal: ReplanProposal) -> list[ReplanRow]:
    return [row for row in proposal.after if row.sign != "="]


def test_the_example_fills_exactly_the_two_that_are_lacking(month: Month) -> None:
    assert month.uncovered() == (11, 2, 2)
    proposal = month.services.replan.fill(month.rule)
    new = added(proposal)
    assert [row.sign for row in new] == ["+", "+"]
    assert new[0].account != new[1].account
    for row in new:
        assert sum(points for _, points in row.reasons) == row.score > 0
        assert row.reasons[0] == ("fills visits a month", 0)
    assert proposal.scores[0].before == "13"
    assert proposal.scores[0].after == "15"
    saved = month.services.replan.accept(proposal)
    assert saved.text == "Fill: 2 planned"
    assert month.uncovered(at(24, "08:45")) == (11, 4, 0)
    again = month.services.replan.fill(month.rule)
    assert again.is_empty


def test_the_cancel_at_eleven_is_replanned_and_the_month_is_covered_again(
    month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, visits = month.company, month.visits
    missed = company.activity(at(23, "15:00"), account_id=month.accounts["华光电子"])
    company.change("activity", visits["恒泰机械"], at(24, "10:23"), status="held")
    company.change("activity", visits["明远物流"], at(24, "11:00"), status="cancelled", reason="客户取消")
    now = at(24, "11:02")
    monkeypatch.setenv("COCKPIT_NOW", now.isoformat())
    assert month.uncovered(now) == (12, 0, 3)
    proposal = month.services.replan.propose("11:02 明远物流 cancelled", now=now)
    after = {row.account: row for row in proposal.after}
    assert after["恒泰机械"].sign == "="
    assert after["恒泰机械"].is_locked
    assert after["华光电子"].sign == "+"
    assert after["华光电子"].starts_at.date() == now.date()
    assert after["明远物流"].sign == ">"
    assert after["明远物流"].starts_at.date() > now.date()
    assert after["嘉禾食品"].sign == "="
    assert after["新域科技"].sign == "="
    assert "明远物流" in {row.account for row in proposal.before if row.sign == "x"}
    assert proposal.scores[0].after == "15"
    kpi = [row for row in proposal.after if ("fills visits a month", 0) in row.reasons]
    assert len(kpi) == 1
    month.services.replan.accept(proposal)
    assert month.uncovered(at(24, "11:03")) == (12, 3, 0)
    rows = month.rows()
    assert rows[missed].status == "moved"
    assert rows[missed].reason == "Planned anew for Tue 11-24"
    anew = next(row for row in rows.values() if row.moved_from_id == missed)
    assert anew.planned_because.startswith("catch-up, unvisited since Mon 11-23")
    second = month.services.replan.propose(now=at(24, "11:03"))
    assert second.is_empty, added(second)


def test_accept_is_one_action_with_a_queue_entry_each(month: Month) -> None:
    proposal = month.services.replan.fill(month.rule)
    saved = month.services.replan.accept(proposal)
    with month.company.database.read() as session:
        queued = session.exec(select(OutboxRow).order_by(col(OutboxRow.seq))).all()
        rows = session.exec(select(ActivityRow).where(ActivityRow.rev == 0)).all()
        assert {entry.action_id for entry in queued} == {saved.action_id}
        assert len(queued) == len(rows) == 2
        assert {row.owner_id for row in rows} == {ME}
        assert all(row.planned_because for row in rows)


def test_a_plan_made_before_a_change_is_refused_and_a_receipt_is_no_change(month: Month) -> None:
    proposal = month.services.replan.fill(month.rule)
    month.company.change("activity", month.visits["新域科技"], at(24, "08:31"), starts_at=at(24, "16:30"))
    with pytest.raises(NotAllowed):
        month.services.replan.accept(proposal)
    proposal = month.services.replan.fill(month.rule)
    month.company.change("activity", month.visits["新域科技"], at(24, "08:32"), goal="budget")
    assert month.services.replan.accept(proposal).action_id
    with pytest.raises(NotAllowed):
        month.services.replan.accept(proposal)


def test_nothing_is_written_before_accept(month: Month) -> None:
    before = month.rows()
    month.services.replan.propose()
    month.services.replan.fill()
    assert month.rows() == before


def test_a_second_rule_on_calls_fills_calls_in_the_gaps(month: Month) -> None:
    rule = month.company.kpi(6, kind="call")
    proposal = month.services.replan.fill(rule)
    new = added(proposal)
    assert {row.kind for row in new} == {"call"}
    assert len(new) == 4
    assert all(row.travel_minutes == 0 for row in new)
    month.services.replan.accept(proposal)
    assert month.services.replan.fill(rule).is_empty


def test_a_rule_that_binds_somebody_else_is_refused(month: Month) -> None:
    with pytest.raises(NotAllowed):
        month.services.replan.fill("no-such-rule")


def test_without_rules_there_is_nothing_to_fill_and_accept_says_so(company: Company) -> None:
    services = services_on(company.database)
    proposal = services.replan.fill()
    assert proposal.is_empty
    assert proposal.after == ()
    with pytest.raises(NotAllowed):
        services.replan.accept(proposal)
