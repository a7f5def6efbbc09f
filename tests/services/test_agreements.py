"""The agreement and the next rank on Gap and chain: the same as in the tree of targets, asked for and given there."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.domain.targets import RUNGS
from cockpit.i18n import set_language
from cockpit.services.chain import ChainService
from cockpit.services.gap import GapService
from cockpit.services.gap_words import agreement_text, rung_text, standing_texts, why_not_agree
from cockpit.services.targets import TargetService
from cockpit.services.why import WhyService
from tests.support.company import LEAD, MATE, ME, Company, at, sign_in
from tests.support.numbers import desk_of


@pytest.fixture
def asked(company: Company) -> Company:
    """My target, to which the lead has said yes; 260k won of it, above the first rank."""
    company.target(30_000_000, agreed_by_lead_at=at(2, "14:10"))
    company.target(20_000_000, MATE, agreed_by_lead_at=at(2), agreed_by_rep_at=at(3))
    company.deal("won", "stage-won", 26_000_000, closed_on=date(2026, 11, 5))
    return company


def test_my_yes_is_asked_for_and_given_from_the_gap(asked: Company) -> None:
    desk = desk_of(asked)
    found = GapService(desk).load()
    assert found.agreement
    assert (found.agreement.state, found.agreement.is_mine) == ("asked", True)
    assert agreement_text(found.agreement) == "asked since 11-02"
    assert why_not_agree(found.agreement) is None
    assert "cockpit targets agree" in " ".join(standing_texts(found))
    TargetService(desk).agree("", "month")
    found, chain = GapService(desk).load(), ChainService(desk).load()
    assert found.agreement == chain.agreement
    assert found.agreement
    assert (found.agreement.state, found.agreement.by_lead_at) == ("agreed", at(2, "14:10"))
    assert why_not_agree(found.agreement) == "Agreed already."
    (line,) = TargetService(desk).load().lines
    assert (line.agreed_by_rep_at, line.agreement) == (found.agreement.by_rep_at, "agreed")


def test_a_change_of_the_target_asks_anew(asked: Company) -> None:
    TargetService(desk_of(asked)).agree("", "month")
    asked.change("target", "target-1", at(24, "08:00"), value=40_000_000, agreed_by_lead_at=at(24, "09:00"))
    found = GapService(desk_of(asked)).load()
    assert found.agreement
    assert found.agreement.state == "asked"


def test_every_rank_that_is_left_with_its_distance(asked: Company) -> None:
    desk = desk_of(asked)
    found = GapService(desk).load()
    assert [(rung.id, rung.left_minor) for rung in found.rungs] == [
        (rung.id, rung.least_minor - 26_000_000) for rung in RUNGS[1:]
    ]
    assert rung_text(found.rungs[0]) == "80k to high performer"
    assert ChainService(desk).load().rungs == found.rungs
    assert GapService(desk).load(period="quarter").rungs == ()
    why = WhyService(desk).explain("month.rung")
    assert (why.value, sum(row.value for row in why.rows)) == (8_000_000, 8_000_000)
    assert len(why.inputs) == 2
    assert WhyService(desk).explain("quarter.rung").value is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_team_tells_how_many_have_agreed(asked: Company, lang: str) -> None:
    set_language(lang)
    with asked.database.write() as session:
        sign_in(session, LEAD)
    desk = desk_of(asked)
    found = GapService(desk).load()
    assert found.agreement
    assert (found.agreement.state, found.agreement.agreed, found.agreement.of) == ("asked", 1, 2)
    assert found.rungs == ()
    assert why_not_agree(found.agreement)
    why = WhyService(desk).explain("month.agreement")
    names = {"张伟", "李娜"} if lang == "zh" else {"Zhang Wei", "Li Na"}
    assert {name for name, _said in why.inputs} == names
    own = WhyService(desk).explain("month.agreement", ME)
    assert own.value == 30_000_000


def test_without_a_target_there_is_nothing_to_agree_to(company: Company) -> None:
    found = GapService(desk_of(company)).load()
    assert found.agreement is None
    assert why_not_agree(None) == "There is no target to agree to."
    assert WhyService(desk_of(company)).explain("month.agreement").value is None
