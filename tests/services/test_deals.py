"""Deals by hand: create, look at, move, win, lose, correct."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import select

from cockpit.errors import AmbiguousName, BadUse, NotAllowed, UnknownName
from cockpit.services.deals import DealService
from cockpit.services.desk import Desk
from cockpit.storage.tables import DealRow, MilestoneDoneRow, OutboxRow, StageChangeRow
from tests.support.company import MATE, ME, Company, at


@pytest.fixture
def deals(company: Company) -> DealService:
    return DealService(Desk(company.database))


def row(company: Company, deal_id: str) -> DealRow:
    with company.database.read() as session:
        found = session.get(DealRow, deal_id)
        assert found is not None
        session.expunge(found)
        return found


def queued(company: Company) -> list[tuple[str, str, str]]:
    with company.database.read() as session:
        return [(row.entity, row.op, row.label) for row in session.exec(select(OutboxRow))]


def test_a_deal_in_two_fields(company: Company, deals: DealService) -> None:
    account = company.account("恒泰机械")
    saved = deals.create("ht", "Pilot", amount="6.6万")
    made = row(company, saved.id)
    assert (made.name, made.account_id, made.owner_id) == ("Pilot", account, ME)
    assert (made.funnel_id, made.stage_id, made.created_on) == ("funnel-1", "stage-1", date(2026, 11, 24))
    assert (made.amount_minor, made.currency, made.expected_on) == (6_600_000, "CNY", None)
    assert queued(company) == [("deal", "create", "New deal: Pilot, 恒泰机械")]


def test_a_deal_without_an_amount_and_with_a_currency(company: Company, deals: DealService) -> None:
    company.account("恒泰机械")
    company.deal("old", "stage-1", 1, currency="EUR")
    assert row(company, deals.create("ht", "A").id).amount_minor is None
    assert row(company, deals.create("ht", "A").id).currency == "EUR"
    assert row(company, deals.create("ht", "B", amount="$50k").id).currency == "USD"
    for name, amount in (("", ""), ("C", "much"), ("C", "-5")):
        with pytest.raises(BadUse):
            deals.create("ht", name, amount=amount)


def test_the_card_of_a_deal(company: Company, deals: DealService) -> None:
    account = company.account("恒泰机械")
    product = company.put("product", name="泵", alias="Pump")
    deal = company.deal("Pilot", "stage-2", 100, account_id=account, product_id=product, extra={})
    company.put("stage_change", deal_id=deal, from_stage_id="stage-1", to_stage_id="stage-2", changed_at=at(10))
    held = company.activity(at(3, month=2), "held", account_id=account, deal_id=deal, result="talk")
    ahead = company.activity(at(26), account_id=account, deal_id=deal, goal="price")
    company.activity(at(26), account_id=account)
    card = deals.load(deal)
    assert (card.deal.name, card.deal.stage, card.deal.account, card.product) == ("Pilot", "Needs", "恒泰机械", "Pump")
    assert (card.deal.next_step_at, card.deal.next_step, card.deal.days_in_stage) == (at(26), "price", 14)
    assert [(i.id, i.result) for i in card.history] == [(held, "talk")]
    assert [i.id for i in card.planned] == [ahead]
    assert [s.name for s in card.steps] == ["Qualify", "Needs", "Proposal", "Negotiate", "Won", "Lost"]
    assert [s.id for s in card.steps if s.is_current] == ["stage-2"]
    assert card.steps[1].entered_at == at(10)
    assert card.steps[2].entered_at is None
    assert not card.is_read_only
    with pytest.raises(UnknownName):
        deals.load("nothing")


def test_a_move_asks_for_the_milestone_of_the_stage_left(company: Company, deals: DealService) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    with pytest.raises(NotAllowed) as caught:
        deals.move_stage(deal, "stage-3")
    assert caught.value.facts["question"] == "Budget confirmed?"
    assert queued(company) == []
    saved = deals.move_stage(deal, "stage-3", is_milestone_met=True)
    assert saved.text == "Stage: Pilot, Proposal"
    assert row(company, deal).stage_id == "stage-3"
    with company.database.read() as session:
        assert [(m.deal_id, m.stage_id) for m in session.exec(select(MilestoneDoneRow))] == [(deal, "stage-2")]
        assert session.exec(select(StageChangeRow)).all() == []
        assert len({m.action_id for m in session.exec(select(OutboxRow))}) == 1
    card = deals.load(deal)
    assert card.deal.days_in_stage == 0, "the path is read from the device's own log until the hub's row comes"
    assert card.steps[2].entered_at is not None


def test_a_move_without_the_milestone(company: Company, deals: DealService) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    deals.move_stage(deal, "stage-3", is_milestone_met=False)
    assert [entity for entity, _op, _label in queued(company)] == ["deal"]


@pytest.mark.parametrize("stage", ["stage-2", "stage-won", "elsewhere"])
def test_where_a_deal_cannot_go(company: Company, deals: DealService, stage: str) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    with pytest.raises(BadUse):
        deals.move_stage(deal, stage, is_milestone_met=True)
    assert row(company, deal).stage_id == "stage-2"


def test_winning(company: Company, deals: DealService) -> None:
    deal = company.deal("Pilot", "stage-2", None)
    with pytest.raises(BadUse, match="How much"):
        deals.win(deal, "", date(2026, 11, 23))
    saved = deals.win(deal, "66k", date(2026, 11, 23), "best price")
    won = row(company, deal)
    assert (won.stage_id, won.closed_on, won.amount_minor) == ("stage-won", date(2026, 11, 23), 6_600_000)
    assert won.extra == {"won_reason": "best price"}
    assert saved.text == "Won: Pilot, ¥66,000.00"
    assert deals.load(deal).close_reason == "best price"
    with pytest.raises(NotAllowed, match="closed: Won"):
        deals.lose(deal, date(2026, 11, 23), "x")


def test_losing_needs_a_reason(company: Company, deals: DealService) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    with pytest.raises(BadUse, match="Say why"):
        deals.lose(deal, date(2026, 11, 23), " ")
    deals.lose(deal, date(2026, 11, 24), "price")
    lost = row(company, deal)
    assert (lost.stage_id, lost.closed_on, lost.lost_reason) == ("stage-lost", date(2026, 11, 24), "price")


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 9, 1)])
def test_a_deal_closes_between_its_first_day_and_today(company: Company, deals: DealService, day: date) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    with pytest.raises(BadUse):
        deals.win(deal, "1k", day)
    with pytest.raises(BadUse):
        deals.lose(deal, day, "price")
    assert queued(company) == []


def test_corrections(company: Company, deals: DealService) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    deals.edit(deal, {"name": "Pilot 2", "amount": "1.2m", "expected_on": "12-15"})
    changed = row(company, deal)
    assert (changed.name, changed.amount_minor, changed.expected_on) == ("Pilot 2", 120_000_000, date(2026, 12, 15))
    deals.edit(deal, {"amount": "", "expected_on": ""})
    assert (row(company, deal).amount_minor, row(company, deal).expected_on) == (None, None)
    deals.edit(deal, {"expected_on": "2026-11-01"})
    assert row(company, deal).expected_on == date(2026, 11, 1)


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"amount": "x"}, {"expected_on": "someday"}, {"stage_id": "stage-won"}, {"lost_reason": ""}],
)
def test_what_cannot_be_corrected(company: Company, deals: DealService, changes: dict[str, str]) -> None:
    deal = company.deal("Pilot", "stage-2", 100)
    with pytest.raises(BadUse):
        deals.edit(deal, changes)
    assert queued(company) == []


def test_somebody_elses_deal_is_not_touched(company: Company, deals: DealService) -> None:
    theirs = company.deal("Theirs", "stage-2", 100, owner=MATE)
    acts: tuple[Callable[[], object], ...] = (
        lambda: deals.move_stage(theirs, "stage-3", is_milestone_met=True),
        lambda: deals.win(theirs, "1k", date(2026, 11, 23)),
        lambda: deals.lose(theirs, date(2026, 11, 23), "x"),
        lambda: deals.edit(theirs, {"name": "mine"}),
    )
    for act in acts:
        with pytest.raises(NotAllowed, match="somebody else"):
            act()
    assert deals.load(theirs).is_read_only
    assert queued(company) == []


def test_a_path_counts_the_days_of_each_stay_and_the_milestones_met(company: Company, deals: DealService) -> None:
    deal = company.deal("Pilot", "stage-3", 100, created_on=date(2026, 11, 1))
    for before, after, day in ((None, "stage-1", 1), ("stage-1", "stage-2", 9), ("stage-2", "stage-3", 18)):
        company.put(
            "stage_change", deal_id=deal, owner_id=ME, from_stage_id=before, to_stage_id=after, changed_at=at(day)
        )
    company.put("milestone_done", deal_id=deal, owner_id=ME, stage_id="stage-2", done_at=at(18))
    steps = deals.load(deal).steps[:4]
    assert [(step.days, step.usual_days) for step in steps] == [(8, 9.0), (9, 12.0), (6, 11.0), (None, 7.0)]
    assert [step.milestone_on for step in steps] == [None, date(2026, 11, 18), None, None]


@pytest.mark.parametrize(
    ("values", "step", "command"),
    [
        ({"expected_on": date(2026, 11, 1)}, None, "edit"),
        ({"expected_on": date(2026, 12, 24)}, None, "new"),
        ({"expected_on": date(2026, 12, 24), "created_on": date(2026, 9, 1)}, at(27), "stage"),
    ],
)
def test_each_state_names_the_command_that_ends_it(
    company: Company, deals: DealService, values: dict[str, Any], step: datetime | None, command: str
) -> None:
    deal = company.deal("Pilot", "stage-2", 100, **values)
    if step is not None:
        company.activity(step, deal_id=deal)
    line = deals.load(deal).deal
    assert line.remedies[0].command == command
    assert len(line.remedies) == len(line.states) == len(line.rules)


def test_a_deal_is_found_by_part_of_its_name_the_open_one_first(company: Company, deals: DealService) -> None:
    won = company.deal("Pilot line", "stage-won", 100, closed_on=date(2026, 3, 2))
    live = company.deal("Pilot line", "stage-2", 100)
    assert deals.find("PILOT") == live
    assert deals.find(won) == won
    company.deal("Pilot two", "stage-2", 100)
    with pytest.raises(AmbiguousName):
        deals.find("pilot")
    for text in ("nothing", "", "%"):
        with pytest.raises(UnknownName):
            deals.find(text)
