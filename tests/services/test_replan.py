"""The replan and fill services on a small company: the closed-loop example of the product, number for number."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from cockpit.errors import NotAllowed
from cockpit.services.container import services_on
from cockpit.services.snapshots import ReplanProposal, ReplanRow
from cockpit.storage.tables import ActivityRow, OutboxRow
from tests.services.conftest import Month
from tests.support.company import LEAD, MATE, ME, Company, at, sign_in


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


def test_a_ride_along_is_read_shown_and_takes_its_time(month: Month) -> None:
    elsewhere = month.company.account("别人的", "A", owner=MATE, lat=31.3, lon=121.6)
    ride = month.company.activity(at(24, "12:45"), rep=MATE, companion_id=ME, account_id=elsewhere)
    month.company.activity(at(24, "16:00"), rep=MATE, account_id=elsewhere)
    proposal = month.services.replan.propose()
    shown = {row.activity_id: row for row in proposal.after}
    assert (shown[ride].sign, shown[ride].account, shown[ride].is_locked) == ("=", "别人的", True)
    assert shown[ride].reasons == (("you ride along", 0),)
    assert ride in {row.activity_id for row in proposal.before}
    assert len([row for row in proposal.after if row.account == "别人的"]) == 1
    for row in added(proposal):
        assert not shown[ride].starts_at < row.ends_at <= shown[ride].ends_at


def test_on_a_leads_device_a_visit_with_a_rep_looks_at_his_plan(company: Company) -> None:
    with company.database.write() as session:
        sign_in(session, LEAD)
    account = company.account("恒泰机械", "A", owner=LEAD, lat=31.23, lon=121.47)
    mine = company.activity(at(23, "10:00"), rep=LEAD, companion_id=ME, account_id=account)
    company.activity(at(24, "08:00"), rep=ME, account_id=account, ends_at=at(24, "15:00"))
    proposal = services_on(company.database).replan.propose()
    (row,) = [row for row in added(proposal) if row.activity_id == mine]
    assert row.starts_at >= at(24, "15:00")
    assert any("Zhang Wei is free by what is known here" in note for note in proposal.notes)
