"""Cards about what waits for somebody and about the shape of a funnel, each with an example that comes and goes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cockpit.domain.book import Book
from cockpit.domain.card_duties import Under, Unready, Untouched
from cockpit.domain.card_shape import Crowd, Narrowed, Thin
from cockpit.domain.problems import Card, cards_of
from tests.support.books import Teller
from tests.support.company import HEAD, LEAD, MATE, ME, NOW, TEAM, at


def only(book: Book, rule: str, who: str = ME) -> Card | None:
    found = [card for card in cards_of(book, who) if card.rule.id == rule]
    assert len(found) <= 1
    return found[0] if found else None


def state(book: Book, rule: str, who: str = ME) -> str | None:
    card = only(book, rule, who)
    return card.state if card else None


# -- prospects ----------------------------------------------------------------------------------------------------------


def prospects() -> tuple[Teller, str, str]:
    """One recorded 49 hours ago, one 47; a customer, and a prospect of long ago."""
    teller = Teller()
    old, new = (teller.account(lifecycle="prospect") for _number in range(2))
    teller.recorded |= {old: NOW - timedelta(hours=49), new: NOW - timedelta(hours=47)}
    teller.recorded[teller.account(lifecycle="won")] = NOW - timedelta(days=9)
    teller.account(lifecycle="prospect")
    return teller, old, new


def test_a_prospect_nobody_spoke_to_for_48_hours() -> None:
    teller, old, _new = prospects()
    for who in (ME, LEAD, HEAD):
        card = only(teller.book(), "prospects_untouched", who)
        assert card is not None
        assert isinstance(card.finding, Untouched)
        assert (card.state, [row.id for row in card.finding.accounts]) == ("found", [old])
    assert only(teller.book(), "prospects_untouched", MATE) is None
    assert only(teller.book(NOW - timedelta(hours=2)), "prospects_untouched") is None


def test_a_call_that_is_planned_and_one_that_was_held() -> None:
    teller, old, _new = prospects()
    call = teller.activity(at(24, "16:00"), kind="call", account_id=old, recorded_at=at(24, "08:00"))
    assert state(teller.book(), "prospects_untouched") == "planned"
    teller.change(call, at(24, "08:20"), rev=0, status="held", starts_at=at(24, "08:10"))
    assert state(teller.book(), "prospects_untouched") == "done"
    teller.acknowledge()
    assert state(teller.book(), "prospects_untouched") == "confirmed"


# -- papers -------------------------------------------------------------------------------------------------------------


def test_the_next_visit_without_its_papers() -> None:
    teller = Teller()
    deal = teller.deal("stage-3", 5_000_000)
    visit = teller.activity(at(24, "14:00"), deal_id=deal, goal="", agenda="")
    teller.activity(at(26, "14:00"), deal_id=deal)
    card = only(teller.book(), "papers_missing")
    assert card is not None
    assert isinstance(card.finding, Unready)
    assert (card.state, card.finding.visit.id, card.finding.missing) == ("found", visit, ("goal", "agenda"))
    assert card.money_minor == 5_000_000
    assert only(teller.book(at(23, "13:00")), "papers_missing") is None
    teller.change(visit, at(24, "08:10"), goal="yes", agenda="prices")
    assert state(teller.book(), "papers_missing") == "confirmed"


def test_a_visit_about_no_deal_needs_no_papers() -> None:
    teller = Teller()
    teller.activity(at(24, "14:00"))
    assert only(teller.book(), "papers_missing") is None


# -- the shape ----------------------------------------------------------------------------------------------------------


def test_a_funnel_that_got_thin_and_filled_again() -> None:
    teller = Teller()
    for number in range(10):
        closed: Any = {"closed_on": date(2026, 11, 16)} if number < 5 else {}
        teller.deal("stage-lost" if number < 5 else "stage-1", 100, created_on=date(2026, 8, 1), **closed)
    card = only(teller.book(), "funnel_thin")
    assert card is not None
    assert isinstance(card.finding, Thin)
    assert (card.state, card.finding.usual, card.finding.due) == ("found", 75 / 8, 7)
    assert (len(card.finding.deals), card.finding.missing) == (5, 2)
    for _number in range(2):
        teller.deal("stage-1", 100, created_on=date(2026, 11, 24), recorded_at=at(24, "08:00"))
    assert state(teller.book(), "funnel_thin") == "confirmed"
    assert only(teller.book(), "funnel_thin", LEAD) is None


def test_three_usual_deals_are_too_few_to_say_thin() -> None:
    teller = Teller()
    for number in range(3):
        teller.deal("stage-lost", 100, created_on=date(2026, 8, 1), closed_on=date(2026, 11, 20 + number))
    assert only(teller.book(), "funnel_thin") is None


def test_a_funnel_that_bulges() -> None:
    teller = Teller()
    in_stage = [teller.deal("stage-2", 100) for _number in range(5)]
    teller.deal("stage-3", 100)
    card = only(teller.book(), "funnel_crowded")
    assert card is not None
    assert isinstance(card.finding, Crowd)
    assert (card.finding.stage and card.finding.stage.id, card.finding.excess, card.finding.total) == ("stage-2", 2, 6)
    for deal in in_stage[:2]:
        teller.change(deal, at(24, "08:00"), stage_id="stage-3")
    assert state(teller.book(), "funnel_crowded") == "confirmed"


def test_the_first_stage_may_be_full() -> None:
    teller = Teller()
    for _number in range(6):
        teller.deal("stage-1", 100)
    assert only(teller.book(), "funnel_crowded") is None


def moves(teller: Teller, day: date, count: int, after: str) -> None:
    for _number in range(count):
        deal = teller.deal(after, 100)
        teller.stage_change(deal, "stage-2", after, at(day.day, month=day.month))


def test_a_stage_that_lets_fewer_through_is_the_leads_affair() -> None:
    teller = Teller()
    moves(teller, date(2026, 9, 10), 18, "stage-3")
    moves(teller, date(2026, 9, 11), 2, "stage-lost")
    moves(teller, date(2026, 11, 10), 2, "stage-3")
    moves(teller, date(2026, 11, 11), 8, "stage-lost")
    card = only(teller.book(), "conversion_down", LEAD)
    assert card is not None
    assert isinstance(card.finding, Narrowed)
    assert (card.finding.stage.id, card.finding.recent, card.finding.before) == ("stage-2", (2, 10), (18, 20))
    assert card.state == "found"
    assert only(teller.book(), "conversion_down") is None
    moves(teller, date(2026, 11, 23), 30, "stage-3")
    assert state(teller.book(), "conversion_down", LEAD) == "confirmed"


def test_a_difference_within_chance_is_none() -> None:
    teller = Teller()
    moves(teller, date(2026, 9, 10), 12, "stage-3")
    moves(teller, date(2026, 9, 11), 8, "stage-lost")
    moves(teller, date(2026, 11, 10), 3, "stage-3")
    moves(teller, date(2026, 11, 11), 3, "stage-lost")
    assert only(teller.book(), "conversion_down", LEAD) is None


# -- big deals and weeks ------------------------------------------------------------------------------------------------


def test_a_big_deal_that_stalls_is_the_leads_affair() -> None:
    teller = Teller()
    for number in range(5):
        teller.deal("stage-won", 1_000, closed_on=date(2026, 10, 10 + number))
    big = teller.deal("stage-3", 2_000, created_on=date(2026, 9, 1), expected_on=date(2026, 12, 20))
    teller.deal("stage-3", 1_999, created_on=date(2026, 9, 1), expected_on=date(2026, 12, 20))
    card = only(teller.book(), "big_deal_stuck", LEAD)
    assert card is not None
    assert (card.subject_id, card.money_minor, card.state) == (big, 2_000, "found")
    assert only(teller.book(), "big_deal_stuck") is None
    teller.change(big, at(24, "08:00"), stage_id="stage-4")
    assert state(teller.book(), "big_deal_stuck", LEAD) == "confirmed"


def test_three_weeks_under_the_target_are_the_heads_affair() -> None:
    teller = Teller()
    teller.target(21_000, scope_id=TEAM, scope_kind="team")
    teller.target(22_000, date(2026, 10, 1), scope_id=TEAM, scope_kind="team")
    teller.deal("stage-won", 1_000, closed_on=date(2026, 11, 11))
    card = only(teller.book(), "weeks_under", HEAD)
    assert card is not None
    assert isinstance(card.finding, Under)
    assert [week.due for week in card.finding.weeks] == [5_000, 5_000, 5_000]
    assert (card.state, card.subject_id, card.money_minor) == ("found", TEAM, 14_000)
    assert only(teller.book(), "weeks_under", LEAD) is None
    teller.deal("stage-won", 5_000, closed_on=date(2026, 11, 19), recorded_at=at(24, "08:00"))
    assert state(teller.book(), "weeks_under", HEAD) == "confirmed"


def test_each_thing_a_target_is_about_has_weeks_of_its_own() -> None:
    teller = Teller()
    for first in (date(2026, 10, 1), date(2026, 11, 1)):
        teller.target(21_000, first, scope_id=TEAM, scope_kind="team")
        teller.target(21, first, scope_id=TEAM, scope_kind="team", metric="won_count", unit="count")
        teller.target(21_000, first, scope_id=TEAM, scope_kind="team", metric="won_profit")
    for day in (4, 11, 18):
        teller.deal("stage-won", 10_000, profit_minor=1_000, closed_on=date(2026, 11, day))
    found = {card.subject_id: card for card in cards_of(teller.book(), HEAD) if card.rule.id == "weeks_under"}
    assert found.keys() == {f"{TEAM}.won_count", f"{TEAM}.won_profit"}
    count, profit = found[f"{TEAM}.won_count"], found[f"{TEAM}.won_profit"]
    assert isinstance(count.finding, Under)
    assert ([week.due for week in count.finding.weeks], count.finding.missing, count.money_minor) == ([5, 5, 5], 12, 0)
    assert profit.money_minor == 3 * (5_000 - 1_000)


def test_a_week_with_a_target_of_its_own_is_measured_by_it() -> None:
    teller = Teller()
    for first in (date(2026, 10, 1), date(2026, 11, 1)):
        teller.target(21_000, first, scope_id=TEAM, scope_kind="team")
    teller.deal("stage-won", 1_000, closed_on=date(2026, 11, 11))
    assert only(teller.book(), "weeks_under", HEAD) is not None
    teller.target(1_000, date(2026, 11, 9), "week", scope_id=TEAM, scope_kind="team")
    assert only(teller.book(), "weeks_under", HEAD) is None


def test_without_a_target_no_week_is_under_it() -> None:
    assert only(Teller().book(), "weeks_under", HEAD) is None
