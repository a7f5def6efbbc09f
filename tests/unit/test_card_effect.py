"""Cards about work without effect and about what is let go, each with an example that comes and goes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cockpit.domain.book import Book
from cockpit.domain.card_care import Acted, Dropped, Renewal
from cockpit.domain.card_effect import Leaf, Met, Policy
from cockpit.domain.entities import Waiver
from cockpit.domain.problems import Card, cards_of
from tests.support.books import Teller
from tests.support.company import HEAD, LEAD, MATE, ME, NOW, at


def only(book: Book, rule: str, who: str) -> Card | None:
    found = [card for card in cards_of(book, who) if card.rule.id == rule]
    assert len(found) <= 1
    return found[0] if found else None


def workdays(first: date, last: date) -> list[date]:
    return [day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() < 5]


def visit_on(teller: Teller, day: date, **values: Any) -> str:
    return teller.activity(at(day.day, month=day.month), "held", **values)


# -- met without money --------------------------------------------------------------------------------------------------


def busy(september: int = 3) -> Teller:
    """Three visits asked for a month, held in September and October; 100k of 300k won in each, nothing in November."""
    teller = Teller()
    teller.kpi(minimum=3)
    for month, count in ((9, september), (10, 3)):
        teller.target(30_000_000, date(2026, month, 1))
        teller.deal("stage-won", 10_000_000, closed_on=date(2026, month, 20))
        for day in workdays(date(2026, month, 7), date(2026, month, 25))[:count]:
            visit_on(teller, day)
    teller.target(30_000_000)
    return teller


def test_numbers_met_for_two_months_and_no_money() -> None:
    card = only(busy().book(), "met_no_effect", ME)
    assert card is not None
    assert isinstance(card.finding, Met)
    assert (card.state, card.money_minor) == ("found", 40_000_000)
    assert [held for month in card.finding.months for _rule, held in month.held] == [3, 3]


def test_numbers_that_were_not_met_say_nothing_about_their_effect() -> None:
    assert only(busy(september=2).book(), "met_no_effect", ME) is None


def test_money_that_comes_ends_it() -> None:
    teller = busy()
    teller.deal("stage-won", 30_000_000, closed_on=date(2026, 11, 23), recorded_at=at(23))
    card = only(teller.book(), "met_no_effect", ME)
    assert card is not None
    assert card.state == "confirmed"


# -- a rule without effect ----------------------------------------------------------------------------------------------


def policy(won_after: int) -> Teller:
    """From 12 October three visits a day instead of two; one deal of 100k each week before, `won_after` minor units since."""
    teller = Teller()
    begins = date(2026, 10, 12)
    teller.kpi(minimum=3, from_on=begins)
    for day in workdays(date(2026, 9, 1), date(2026, 11, 23)):
        for _visit in range(3 if day >= begins else 2):
            visit_on(teller, day)
        if day.weekday() == 2:
            teller.deal(
                "stage-won", 10_000_000 if day < begins else won_after, closed_on=day, created_on=date(2026, 8, 1)
            )
    return teller


def test_a_rule_that_moves_only_what_it_counts() -> None:
    card = only(policy(8_000_000).book(), "policy_idle", HEAD)
    assert card is not None
    assert isinstance(card.finding, Policy)
    assert card.state == "found"
    days, counted = card.finding.days, card.finding.counted
    assert (days[0], counted[0], counted[1]) == (20, 40, days[1] * 3)
    assert card.finding.won_minor[1] * days[0] <= card.finding.won_minor[0] * days[1]


def test_a_rule_that_brings_money() -> None:
    assert only(policy(15_000_000).book(), "policy_idle", HEAD) is None


def test_a_rule_too_young_to_judge() -> None:
    teller = Teller()
    teller.kpi(minimum=3, from_on=date(2026, 11, 2))
    for day in workdays(date(2026, 9, 1), date(2026, 11, 23)):
        visit_on(teller, day)
    assert only(teller.book(), "policy_idle", HEAD) is None


# -- a leaf behind ------------------------------------------------------------------------------------------------------


def test_a_team_behind_in_what_it_is_to_do() -> None:
    """Two reps, 21 visits each: by 16 of 21 working days 32 are due, 26 are enough."""
    teller = Teller()
    teller.kpi(minimum=21)
    for day in workdays(date(2026, 11, 2), date(2026, 11, 23)):
        visit_on(teller, day)
    card = only(teller.book(), "leaf_behind", HEAD)
    assert card is not None
    assert isinstance(card.finding, Leaf)
    found = card.finding
    assert (card.state, found.people, found.held, found.due, found.missing) == ("found", 2, 16, 32, 10)
    for _visit in range(10):
        teller.activity(at(24, "07:30"), "held", rep=MATE)
    card = only(teller.book(), "leaf_behind", HEAD)
    assert card is not None
    assert card.state == "confirmed"


# -- dropped ------------------------------------------------------------------------------------------------------------


def silent(days: int) -> tuple[Teller, str]:
    teller = Teller()
    account = teller.account(lifecycle="prospect")
    teller.activity(NOW - timedelta(days=days), "held", kind="call", account_id=account)
    return teller, account


def test_a_prospect_dropped_without_a_word() -> None:
    teller, account = silent(22)
    card = only(teller.book(), "prospects_dropped", LEAD)
    assert card is not None
    assert isinstance(card.finding, Dropped)
    assert (card.state, [row.account.id for row in card.finding.rows]) == ("found", [account])
    assert only(silent(21)[0].book(), "prospects_dropped", LEAD) is None
    teller.activity(at(26), kind="call", account_id=account)
    planned = only(teller.book(), "prospects_dropped", LEAD)
    assert planned is not None
    assert planned.state == "planned"


def test_a_prospect_that_is_gone_on_with() -> None:
    teller, account = silent(22)
    teller.deal("stage-1", 100, account_id=account)
    assert only(teller.book(), "prospects_dropped", LEAD) is None
    teller, _account = silent(22)
    teller.account(lifecycle="prospect")  # never spoken to: that is another card's
    card = only(teller.book(), "prospects_dropped", LEAD)
    assert card is not None
    assert isinstance(card.finding, Dropped)
    assert len(card.finding.rows) == 1


# -- renewals -----------------------------------------------------------------------------------------------------------


def renewing(closed_on: date, tier: str = "A") -> tuple[Teller, str]:
    teller = Teller()
    account = teller.account(lifecycle="won", tier=tier)
    teller.deal("stage-won", 7_000_000, account_id=account, closed_on=closed_on, created_on=date(2025, 8, 1))
    return teller, account


def test_a_renewal_without_a_plan() -> None:
    teller, account = renewing(date(2026, 1, 4))
    card = only(teller.book(), "renewal_open", HEAD)
    assert card is not None
    assert isinstance(card.finding, Renewal)
    assert (card.subject_id, card.state, card.money_minor) == (account, "found", 7_000_000)
    assert card.finding.on == date(2027, 1, 4)
    teller.activity(at(26), account_id=account)
    card = only(teller.book(), "renewal_open", HEAD)
    assert card is not None
    assert card.state == "planned"
    teller.deal("stage-1", 7_000_000, account_id=account, created_on=date(2026, 11, 24), recorded_at=at(24, "08:20"))
    card = only(teller.book(), "renewal_open", HEAD)
    assert card is not None
    assert card.state == "confirmed"


def test_a_renewal_that_is_far_of_a_small_account_or_over() -> None:
    for closed_on, tier in ((date(2026, 2, 1), "A"), (date(2026, 1, 4), "B"), (date(2025, 11, 20), "A")):
        assert only(renewing(closed_on, tier)[0].book(), "renewal_open", HEAD) is None


# -- a lead's own cards -------------------------------------------------------------------------------------------------


def open_cards(count: int) -> Teller:
    """Big deals that have stalled: as many cards of the lead."""
    teller = Teller()
    for day in range(1, 7):
        teller.deal("stage-won", 1_000_000, closed_on=date(2026, 10, day))
    for _deal in range(count):
        teller.deal("stage-2", 9_000_000, created_on=date(2026, 8, 1))
    return teller


def test_a_lead_who_does_not_see_to_his_cards() -> None:
    card = only(open_cards(6).book(), "acted_low", LEAD)
    assert card is not None
    assert isinstance(card.finding, Acted)
    assert card.finding.acted == 0
    assert card.finding.found >= 6
    assert card.finding.missing == -(-card.finding.found * 4 // 5)
    assert only(open_cards(2).book(), "acted_low", LEAD) is None


def test_a_card_set_aside_is_seen_to() -> None:
    teller = open_cards(6)
    before = only(teller.book(), "acted_low", LEAD)
    stuck = [card for card in cards_of(teller.book(), LEAD) if card.rule.id == "big_deal_stuck"]
    for card in stuck:
        teller.waivers.append(
            Waiver(
                id=f"waiver-{card.subject_id}",
                rule=card.rule.id,
                subject_id=card.subject_id,
                period_start=date(2026, 11, 1),
                reason="known",
                until_on=date(2026, 11, 30),
                owner_id=LEAD,
                by_id=LEAD,
            )
        )
    after = only(teller.book(), "acted_low", LEAD)
    assert before is not None
    assert isinstance(before.finding, Acted)
    acted = after.finding.acted if after is not None and isinstance(after.finding, Acted) else before.finding.found
    assert acted >= len(stuck)
