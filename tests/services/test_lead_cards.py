"""A lead's cards on his own day: about his people, with words, key, rows and waiver."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.commands import BY_ID
from cockpit.domain.card_rules import OF_TEAM
from cockpit.i18n import set_language
from cockpit.services.cards import CardService
from cockpit.services.snapshots import CardView
from cockpit.services.targets import TargetService
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from tests.support.company import LEAD, MATE, ME, TEAM, Company, at, sign_in
from tests.support.numbers import desk_of


@pytest.fixture
def led(company: Company) -> Company:
    """A team with a split that is off, nothing won, a rep short, and one whose visits fell."""
    company.put(
        "target",
        metric="won_amount",
        scope_kind="team",
        scope_id=TEAM,
        period_kind="month",
        period_start=date(2026, 11, 1),
        value=40_000_000,
        owner_id=LEAD,
    )
    company.target(30_000_000)
    company.deal("大单", "stage-4", 25_000_000)
    account = company.account("客户", owner=MATE)
    day = date(2026, 10, 1)
    while day <= date(2026, 11, 16):
        if day.weekday() < 5:
            company.activity(at(day.day, month=day.month), "held", rep=MATE, account_id=account)
        day += timedelta(days=1)
    with company.database.write() as session:
        sign_in(session, LEAD)
    return company


def card(company: Company, rule: str) -> CardView:
    (found,) = [one for one in TodayService(desk_of(company)).load().cards if one.rule == rule]
    return found


def test_a_split_that_is_off(led: Company) -> None:
    found = card(led, "split_off")
    assert found.what == "East-1: the parts are 100k less than its target 400k"
    assert (found.key, found.command, found.at_risk_minor) == ("G", "targets", 10_000_000)
    why = WhyService(desk_of(led)).explain(f"card:{found.id}")
    assert (why.value, sum(row.value for row in why.rows), len(why.rows)) == (10_000_000, 10_000_000, 2)


def test_a_split_set_right_waits_for_the_receipt(led: Company) -> None:
    TargetService(desk_of(led)).set(ME, "400k")
    found = card(led, "split_off")
    assert (found.state, found.what) == ("done", "East-1: the parts sum to the target 400k")


def test_a_team_at_zero(led: Company) -> None:
    found = card(led, "team_at_zero")
    assert (found.what, found.key, found.state) == ("East-1: nothing won yet", "p", "found")
    led.deal("旧单", "stage-won", 100, closed_on=date(2026, 11, 18))
    found = card(led, "team_at_zero")
    assert found.what == "East-1: nothing won for 3 working days"
    assert WhyService(desk_of(led)).explain(f"card:{found.id}").value == 3
    led.deal("新单", "stage-won", 100, closed_on=date(2026, 11, 24))
    assert card(led, "team_at_zero").what == "East-1: last deal won on Tue 11-24"


def test_a_reps_visits_fell(led: Company) -> None:
    found = card(led, "visits_down")
    assert (found.subject_id, found.command, found.args) == (MATE, "today", {"rep_id": MATE})
    assert found.what.endswith("only 0 visits in 5 working days, usual 5")
    why = WhyService(desk_of(led)).explain(f"card:{found.id}")
    assert why.value == sum(row.value for row in why.rows)


def test_a_rep_is_short(led: Company) -> None:
    found = card(led, "rep_short")
    assert (found.subject_id, found.args, found.at_risk_minor) == (ME, {"rep_id": ME}, 30_000_000 * 16 // 21)
    assert WhyService(desk_of(led)).explain(f"card:{found.id}").value == found.at_risk_minor


def test_every_card_of_a_lead_has_words_in_both_languages(led: Company) -> None:
    for lang in ("en", "zh"):
        set_language(lang)
        for one in CardService(desk_of(led)).load():
            assert one.command in BY_ID
            assert one.what
            assert one.to_do
            assert one.solved_when
            assert one.subject


def test_a_lead_sets_a_card_aside(led: Company) -> None:
    service = CardService(desk_of(led))
    service.waive(card(led, "visits_down").id, "on a course", date(2026, 11, 27))
    assert card(led, "visits_down").state == "waived"


def test_the_board_has_the_cards_of_the_leads_own_day(led: Company) -> None:
    today, board = TodayService(desk_of(led)).load().cards, TeamService(desk_of(led)).load().cards
    ours = [one for one in today if one.rule in OF_TEAM]
    assert {"split_off", "team_at_zero", "visits_down", "rep_short"} <= {one.rule for one in ours}
    assert [(one.id, one.what, one.state_text, one.score) for one in board] == [
        (one.id, one.what, one.state_text, one.score) for one in ours
    ]


def test_a_rep_has_no_cards_about_a_team(led: Company) -> None:
    with led.database.write() as session:
        sign_in(session, ME)
    assert TeamService(desk_of(led)).load().cards == ()
