"""Cards about work without effect, and about what is let go, in words: both languages, the rows behind them, the remedy."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.commands import BY_ID
from cockpit.domain.book import Book
from cockpit.domain.card_effect import Wild
from cockpit.domain.cards import Reading
from cockpit.domain.problems import Card, cards_of
from cockpit.i18n import set_language
from cockpit.services import card_effect_words as words
from cockpit.services import why_cards
from cockpit.services.card_views import card_views
from tests.services.test_why_all import check
from tests.support.company import HEAD, LEAD, ME, TEAM, at
from tests.unit import test_card_effect as told

EXAMPLES: dict[str, tuple[Book, str, str]] = {
    "met_no_effect": (told.busy().book(), ME, "numbers met 2 months in a row, 400k short; 229k behind pace again"),
    "policy_idle": (
        told.policy(8_000_000).book(),
        HEAD,
        "visits since Mon 10-12: counted +50%, but money won -23%",
    ),
    "prospects_dropped": (
        told.silent(22)[0].book(),
        LEAD,
        "1 prospect dropped without a word, nothing held for 21 days",
    ),
    "renewal_open": (told.renewing(date(2026, 1, 4))[0].book(), HEAD, "account-00001: renewal in 41 days, no plan"),
    "acted_low": (told.open_cards(6).book(), LEAD, "only 0 of your 7 cards seen to, 80% is enough"),
}


def of(book: Book, who: str, rule: str) -> Card:
    return next(card for card in cards_of(book, who) if card.rule.id == rule)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_its_words_its_remedy_and_its_rows(rule: str) -> None:
    book, who, what = EXAMPLES[rule]
    card = of(book, who, rule)
    for lang in ("en", "zh"):
        set_language(lang)
        (view,) = card_views(book, (card,))
        assert view.command in BY_ID
        assert view.what
        assert view.to_do
        assert view.solved_when
        assert view.subject
        assert view.evidence
        assert (view.what == what) == (lang == "en")
        check(card.id, why_cards.card(book, card))


def test_a_forecast_that_misses_by_no_more_than_chance() -> None:
    team = told.busy().book().teams[TEAM]
    assert not Wild(team, error=0.09, floor=0.05, count=12).is_firing
    assert not Wild(team, error=0.20, floor=0.21, count=12).is_firing
    assert not Wild(team, error=0.20, floor=0.12, count=5).is_firing
    wild = Wild(team, error=0.20, floor=0.12, count=6)
    assert wild.is_firing
    set_language("en")
    assert words.effect_what(told.busy().book(), wild) == "East-1: forecast 20% off, chance alone makes 12%"


def test_solved_ones_say_what_they_were_about() -> None:
    set_language("en")
    teller = told.busy()
    teller.deal("stage-won", 30_000_000, closed_on=date(2026, 11, 23), recorded_at=at(23))
    book = teller.book()
    (view,) = card_views(book, (of(book, ME, "met_no_effect"),))
    assert (view.what, view.state, view.command) == ("numbers met, and the result is up with pace", "confirmed", "")


def test_a_reading_is_kept_for_every_day_it_fired() -> None:
    book, who, _what = EXAMPLES["renewal_open"]
    trace = of(book, who, "renewal_open").trace
    assert all(isinstance(reading, Reading) for reading in trace)
    assert [reading.lacks for reading in trace][-1] == 1
    assert trace[0].lacks == 0  # on 1 November it was 64 days ahead
