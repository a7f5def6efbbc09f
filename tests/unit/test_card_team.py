"""A lead's cards: the split, a team at zero, a rep with fewer visits than usual, a rep short of his target."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.book import Book
from cockpit.domain.entities import LogEntry, Waiver
from cockpit.domain.problems import Card, cards_of
from tests.support.books import Teller
from tests.support.company import LEAD, MATE, ME, NOW, TEAM, at


def only(book: Book, rule: str, who: str = LEAD) -> Card | None:
    found = [card for card in cards_of(book, who) if card.rule.id == rule]
    assert len(found) <= 1
    return found[0] if found else None


def state(book: Book, rule: str) -> str | None:
    card = only(book, rule)
    return card.state if card else None


def waive(teller: Teller, rule: str, subject_id: str) -> None:
    teller.waivers.append(
        Waiver(
            id=f"waiver-{rule}",
            rev=1,
            rule=rule,
            subject_id=subject_id,
            period_start=date(2026, 11, 1),
            reason="known",
            until_on=date(2026, 11, 27),
            by_id=LEAD,
        )
    )


# -- the split ----------------------------------------------------------------------------------------------------------


def split(parts: int = 9_000) -> Teller:
    teller = Teller()
    teller.target(10_000, scope_id=TEAM, scope_kind="team")
    teller.target(parts, scope_id=ME)
    return teller


def test_a_split_that_does_not_add_up() -> None:
    teller = split()
    card = only(teller.book(), "split_off")
    assert card is not None
    assert (card.state, card.subject_id, card.money_minor) == ("found", teller.targets[0].id, 1_000)
    assert only(teller.book(), "split_off", ME) is None
    waive(teller, "split_off", teller.targets[0].id)
    assert state(teller.book(), "split_off") == "waived"
    assert only(split(10_000).book(), "split_off") is None


def test_a_split_that_was_put_right() -> None:
    book = split(10_000).book()
    entry = LogEntry(
        id="log-part",
        rev=1,
        entity="target",
        entity_id=book.targets[1].id,
        op="patch",
        recorded_at=at(24, "08:00").astimezone(UTC),
        before={"value": 9_000},
        after={"value": 10_000},
    )
    assert state(replace(book, log=(*book.log, entry)), "split_off") == "confirmed"


# -- nothing won --------------------------------------------------------------------------------------------------------


def test_a_team_without_a_deal_won_for_two_working_days() -> None:
    teller = Teller()
    open_deal = teller.deal("stage-4", 100)
    teller.deal("stage-won", 100, MATE, closed_on=date(2026, 11, 18))
    assert state(teller.book(at(20, "09:00")), "team_at_zero") != "found"
    card = only(teller.book(), "team_at_zero")
    assert card is not None
    assert card.is_open
    assert (card.subject_id, card.finding.days) == (TEAM, 3)  # type: ignore[union-attr]
    teller.change(open_deal, at(24, "12:00"), rev=0, stage_id="stage-won", closed_on=date(2026, 11, 24))
    assert state(teller.book(at(24, "13:00")), "team_at_zero") == "done"
    teller.acknowledge()
    assert state(teller.book(at(24, "13:00")), "team_at_zero") == "confirmed"


def test_a_weekend_is_no_working_day() -> None:
    teller = Teller()
    teller.deal("stage-won", 100, closed_on=date(2026, 11, 20))
    card = only(teller.book(), "team_at_zero")  # Tuesday; only Monday has passed since the Friday
    assert card is None or not card.is_open


def test_a_team_without_any_deal_or_waived_has_no_open_card() -> None:
    teller = Teller()
    assert only(teller.book(), "team_at_zero") is None
    teller.deal("stage-4", 100)
    assert state(teller.book(), "team_at_zero") == "found"
    waive(teller, "team_at_zero", TEAM)
    assert state(teller.book(), "team_at_zero") == "waived"


# -- fewer visits -------------------------------------------------------------------------------------------------------


def visiting(teller: Teller, last: date, rep: str = ME) -> None:
    """Two visits on each working day from 1 October to `last`."""
    day = date(2026, 10, 1)
    while day <= last:
        if day.weekday() < 5:
            for clock in ("10:00", "14:00"):
                teller.activity(at(day.day, clock, day.month), "held", rep=rep)
        day += timedelta(days=1)


def test_visits_down_against_the_own_four_weeks() -> None:
    teller = Teller()
    visiting(teller, date(2026, 11, 18))
    card = only(teller.book(), "visits_down")
    assert card is not None
    # 40 visits in 20 working days; 70 % of a week is 7; 4 were held on 17 and 18 November
    assert (card.state, card.subject_id, card.judged.lacks) == ("found", ME, 3)
    assert len(card.finding.recent) == 4  # type: ignore[union-attr]
    for clock in ("11:00", "13:00", "15:00"):
        teller.activity(at(25, clock), recorded_at=NOW)
    assert state(teller.book(at(24, "09:00")), "visits_down") == "planned"
    for clock in ("09:00", "09:30", "10:00"):
        teller.activity(at(24, clock), "held", recorded_at=at(24, "11:00"))
    assert state(teller.book(at(24, "12:00")), "visits_down") == "confirmed"


def test_visits_as_usual_few_visits_and_a_waived_card() -> None:
    steady = Teller()
    visiting(steady, date(2026, 11, 23))
    assert only(steady.book(), "visits_down") is None
    few = Teller()
    for day in (20, 21, 22, 23):
        few.activity(at(day, month=10), "held")
    assert only(few.book(), "visits_down") is None  # too few to tell from chance
    down = Teller()
    visiting(down, date(2026, 11, 18))
    waive(down, "visits_down", ME)
    assert state(down.book(), "visits_down") == "waived"


# -- short of the target ------------------------------------------------------------------------------------------------


def test_a_rep_short_by_more_than_his_own_affair() -> None:
    teller = Teller()
    teller.target(21_000)
    card = only(teller.book(), "rep_short")
    assert card is not None
    assert (card.state, card.subject_id, card.money_minor, card.judged.lacks) == ("found", ME, 16_000, 16_000 - 3_150)
    waive(teller, "rep_short", ME)
    assert state(teller.book(), "rep_short") == "waived"


@given(st.integers(0, 21_000))
def test_a_rep_is_short_only_beyond_the_share(won: int) -> None:
    teller = Teller()
    teller.target(21_000)
    deal = teller.deal("stage-4", won)
    teller.change(deal, at(24, "08:00"), stage_id="stage-won", closed_on=date(2026, 11, 24))
    card = only(teller.book(), "rep_short")
    assert card is not None
    assert card.is_open == (16_000 - won > 3_150)
    assert (card.state == "confirmed") == (16_000 - won <= 3_150)


def test_a_rep_has_none_of_a_leads_cards() -> None:
    teller = Teller()
    teller.target(21_000)
    teller.deal("stage-4", 100)
    lead_rules = {"split_off", "team_at_zero", "visits_down", "rep_short"}
    assert not lead_rules & {card.rule.id for card in cards_of(teller.book(), ME)}
