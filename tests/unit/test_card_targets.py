"""Cards about targets: a yes that is older than the target, and the pace of the next rank."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from cockpit.domain.book import Book
from cockpit.domain.entities import LogEntry, Waiver
from cockpit.domain.problems import Card, cards_of
from tests.support.books import Teller
from tests.support.company import ME, NOW, at

SET = at(10)


def only(book: Book, rule: str) -> Card | None:
    found = [card for card in cards_of(book, ME) if card.rule.id == rule]
    assert len(found) <= 1
    return found[0] if found else None


def agreed(teller: Teller, when: datetime, rev: int = 1) -> Book:
    """The book after the rep has said yes at a moment."""
    book = teller.book(NOW)
    (row,) = book.targets
    row = replace(row, agreed_by_rep_at=when.astimezone(UTC), rev=1, pending=1 - rev)
    said = LogEntry(
        id="log-yes",
        rev=rev,
        entity="target",
        entity_id=row.id,
        op="patch",
        recorded_at=when.astimezone(UTC),
        before={"agreed_by_rep_at": None},
        after={"agreed_by_rep_at": when.astimezone(UTC).isoformat()},
    )
    return replace(book, targets=(row,), log=(*book.log, said))


def test_a_target_set_after_the_yes_asks_for_another() -> None:
    teller = Teller()
    row = teller.target(30_000_000, agreed_by_rep_at=at(3), agreed_by_lead_at=SET)
    card = only(teller.book(), "agreement_old")
    assert card is not None
    assert (card.state, card.subject_id, card.rule.key, card.rule.command) == ("found", row.id, "G", "targets")
    assert card.period.starts_on == date(2026, 11, 1)


def test_a_yes_solves_it_and_the_hub_confirms() -> None:
    teller = Teller()
    teller.target(30_000_000, agreed_by_lead_at=SET)
    done = only(agreed(teller, at(24, "08:00"), rev=0), "agreement_old")
    assert done is not None
    assert (done.state, done.judged.is_waiting) == ("done", True)
    confirmed = only(agreed(teller, at(24, "08:00")), "agreement_old")
    assert confirmed is not None
    assert confirmed.state == "confirmed"
    assert only(agreed(teller, at(12)), "agreement_old") is None  # closed since the last working day


def test_a_target_that_nobody_asked_about_has_no_card() -> None:
    teller = Teller()
    teller.target(30_000_000)
    assert only(teller.book(), "agreement_old") is None


def test_a_waived_agreement_stays_aside_until_its_day() -> None:
    teller = Teller()
    row = teller.target(30_000_000, agreed_by_lead_at=SET)
    teller.waivers.append(_waiver("agreement_old", row.id))
    card = only(teller.book(), "agreement_old")
    assert card is not None
    assert card.state == "waived"


def _waiver(rule: str, subject_id: str) -> Waiver:
    return Waiver(
        id="waiver-1",
        rev=1,
        rule=rule,
        subject_id=subject_id,
        period_start=date(2026, 11, 1),
        reason="talks in December",
        until_on=date(2026, 11, 27),
        by_id=ME,
    )


def test_the_next_rank_is_behind_while_open_deals_could_reach_it() -> None:
    teller = Teller()
    teller.target(10_000_000)
    teller.deal("stage-won", 12_000_000, closed_on=date(2026, 11, 2))
    assert only(teller.book(), "rank_behind") is None  # out of reach
    deal = teller.deal("stage-4", 13_000_000, expected_on=date(2026, 11, 30))
    card = only(teller.book(), "rank_behind")
    assert card is not None
    # middle asks for 24,000,000 in 21 working days, 16 of which are over
    assert (card.state, card.subject_id, card.money_minor) == ("found", "middle", 24_000_000 * 16 // 21 - 12_000_000)
    teller.activity(at(30), deal_id=deal, recorded_at=at(24, "08:00"))
    assert _state(teller.book(), "rank_behind") == "planned"
    teller.change(deal, at(24, "12:00"), stage_id="stage-won", closed_on=date(2026, 11, 24))
    assert _state(teller.book(at(24, "13:00")), "rank_behind") == "confirmed"


def test_a_rank_that_the_target_reaches_is_left_to_the_target() -> None:
    teller = Teller()
    teller.target(24_000_000)
    teller.deal("stage-4", 24_000_000, expected_on=date(2026, 11, 30))
    assert only(teller.book(), "rank_behind") is None


def test_a_waived_rank() -> None:
    teller = Teller()
    teller.deal("stage-4", 24_000_000, expected_on=date(2026, 11, 30))
    teller.waivers.append(_waiver("rank_behind", "middle"))
    assert _state(teller.book(), "rank_behind") == "waived"


def _state(book: Book, rule: str) -> str | None:
    card = only(book, rule)
    return card.state if card else None
