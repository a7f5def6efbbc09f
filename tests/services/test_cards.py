"""Cards as the screens get them: words, key, command, order; and the waiver."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.commands import BY_ID
from cockpit.errors import BadUse, UnknownName
from cockpit.i18n import set_language
from cockpit.services.cards import CardService
from cockpit.services.snapshots import CardView
from cockpit.services.targets import TargetService
from cockpit.services.why import WhyService
from tests.support.company import MATE, ME, NOW, Company, at
from tests.support.month import tell_month
from tests.support.numbers import book_of, desk_of


def cards(company: Company, rule: str) -> list[CardView]:
    return [card for card in CardService(desk_of(company)).load() if card.rule == rule]


def test_a_short_kpi_is_filled_with_f(company: Company) -> None:
    month = tell_month(company)
    card = next(card for card in cards(company, "kpi_uncovered") if card.subject_id == month.kpi)
    assert card.what == "visits a month: 2 of 15 without plan"
    assert (card.key, card.command, card.args) == ("f", "fill", {"kpi_id": month.kpi})
    assert (card.state, card.at_risk_minor, card.period_start) == ("found", 10_000, date(2026, 11, 1))
    assert card.to_do == "plan the 2 best customers"


def test_the_example_of_the_source_on_rows_without_history(company: Company) -> None:
    company.kpi(15)
    for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16):
        company.activity(at(day), "held")
    ahead = [company.activity(at(24, "09:30")), company.activity(at(24, "11:00"))]
    assert cards(company, "kpi_uncovered")[0].state == "found"
    now = NOW - timedelta(minutes=1)
    ahead += [company.activity(at(day), recorded_at=now) for day in (26, 27)]
    (planned,) = cards(company, "kpi_uncovered")
    assert (planned.state, planned.progress, planned.state_text) == ("planned", (0, 4), "PLANNED 0/4")
    company.change("activity", ahead[0], now, status="held")
    (doing,) = cards(company, "kpi_uncovered")
    assert (doing.state, doing.progress, doing.state_text) == ("doing", (1, 4), "DOING 1/4")
    for visit in ahead[1:]:
        company.change("activity", visit, now, status="held")
    (confirmed,) = cards(company, "kpi_uncovered")
    assert (confirmed.state, confirmed.progress, confirmed.key) == ("confirmed", (4, 4), "")


def test_an_unvisited_one_has_the_digit_of_its_row_and_opens_its_reason(company: Company) -> None:
    month = tell_month(company)
    shown = CardService(desk_of(company)).load()
    card = next(card for card in shown if card.rule == "unvisited")
    assert card.key == str(shown.index(card) + 1)
    assert (card.command, card.args) == ("drop", {"activity_id": month.unvisited})
    assert card.what == "1 visit of yesterday unvisited"
    assert [row.id for row in card.evidence] == [month.unvisited]
    company.change("activity", month.unvisited, NOW - timedelta(minutes=1), status="not_held", reason="ill")
    (answered,) = cards(company, "unvisited")
    assert (answered.state, answered.progress) == ("confirmed", (1, 1))


def test_the_label_gives_the_day_when_it_was_not_yesterday(company: Company) -> None:
    account = company.account("恒泰机械")
    company.activity(at(20), account_id=account)
    (card,) = cards(company, "unvisited")
    assert card.what == "1 visit unvisited since Fri 11-20"


def test_every_card_has_a_known_command_and_words_in_both_languages(company: Company) -> None:
    tell_month(company)
    for lang in ("en", "zh"):
        set_language(lang)
        shown = CardService(desk_of(company)).load()
        assert shown
        for card in shown:
            assert not card.command or card.command in BY_ID
            assert card.what
            assert card.state_text
            assert card.solved_when


def test_open_cards_stand_first_by_their_score(company: Company) -> None:
    tell_month(company)
    shown = CardService(desk_of(company)).load()
    groups = [0 if c.state in ("found", "relapsed") else 1 if c.state in ("planned", "doing") else 2 for c in shown]
    assert groups == sorted(groups)
    scores = [card.score for card, group in zip(shown, groups, strict=True) if group == 0]
    assert scores == sorted(scores, reverse=True)


def test_a_waiver_sets_a_card_aside_and_is_queued(company: Company) -> None:
    month = tell_month(company)
    service = CardService(desk_of(company))
    card = next(card for card in cards(company, "deal_dirty") if card.subject_id == month.open["late"])
    saved = service.waive(card.id, "budget comes in spring", date(2026, 11, 27))
    assert saved.action_id
    assert saved.text.startswith("Waived until Fri 11-27")
    aside = next(one for one in service.load() if one.id == card.id)
    assert (aside.state, aside.key, aside.state_text) == ("waived", "", "WAIVED until Fri 11-27")
    (waiver,) = book_of(company).waivers
    assert (waiver.reason, waiver.owner_id, waiver.pending) == ("budget comes in spring", ME, 1)
    later = next(one for one in service.load(as_of=at(28)) if one.id == card.id)
    assert later.state == "found"


def test_an_end_in_another_year_says_the_year(company: Company) -> None:
    month = tell_month(company)
    service = CardService(desk_of(company))
    card = next(card for card in cards(company, "deal_dirty") if card.subject_id == month.open["late"])
    assert service.waive(card.id, "budget comes in spring", date(2028, 11, 2)).text.startswith(
        "Waived until Thu 2028-11-02"
    )
    aside = next(one for one in service.load() if one.id == card.id)
    assert aside.state_text == "WAIVED until Thu 2028-11-02"
    said = dict(WhyService(desk_of(company)).explain(f"card:{card.id}").inputs)
    assert (said["waived until"], said["reason"]) == ("Thu 2028-11-02", "budget comes in spring")
    assert said["waived by"] == "Zhang Wei"


def test_a_waiver_needs_a_reason_a_day_ahead_and_a_card(company: Company) -> None:
    tell_month(company)
    service = CardService(desk_of(company))
    card = service.load()[0]
    with pytest.raises(BadUse):
        service.waive(card.id, "  ", date(2026, 11, 27))
    with pytest.raises(BadUse):
        service.waive(card.id, "why not", date(2026, 11, 23))
    with pytest.raises(UnknownName):
        service.waive("none:none:2026-11-01", "why not", date(2026, 11, 27))
    assert book_of(company).waivers == ()


def test_somebody_elses_cards(company: Company) -> None:
    tell_month(company, MATE)
    mine = {card.id for card in CardService(desk_of(company)).load()}
    theirs = {card.id for card in CardService(desk_of(company)).load(MATE)}
    assert any(card.startswith("unvisited:rep-2") for card in theirs)
    assert not any(card.startswith("unvisited") for card in mine)


def test_a_target_set_anew_waits_for_the_reps_yes(company: Company) -> None:
    row = company.target(30_000_000)
    company.change("target", row, at(20), value=32_000_000, agreed_by_lead_at=at(20), agreed_by_rep_at=at(3))
    (asked,) = cards(company, "agreement_old")
    assert asked.what == "target 320k of 2026-11 set anew after the yes of Tue 11-03"
    assert (asked.key, asked.command, asked.args, asked.state) == ("G", "targets", {"period": "2026-11"}, "found")
    why = WhyService(desk_of(company)).explain(f"card:{asked.id}")
    assert (why.value, why.rows[0].id) == (1, row)
    TargetService(desk_of(company)).agree()
    (done,) = cards(company, "agreement_old")
    assert (done.state, done.state_text) == ("done", "DONE, waiting for receipt")


def test_the_pace_of_the_next_rank(company: Company) -> None:
    company.deal("大单", "stage-4", 25_000_000, expected_on=date(2026, 11, 30))
    (card,) = cards(company, "rank_behind")
    assert card.subject_id == "middle"
    assert card.at_risk_minor == 24_000_000 * 16 // 21
    assert card.what == "183k behind the pace of middle"
    why = WhyService(desk_of(company)).explain(f"card:{card.id}")
    assert (why.value, why.unit) == (card.at_risk_minor, "money")
