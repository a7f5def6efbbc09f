"""The shape of a funnel as screens and twins get it: against whom, the flow, the losses, another funnel."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.errors import BadUse, UnknownName
from cockpit.services.funnel import FunnelService
from cockpit.services.funnel_words import findings, nothing_found
from cockpit.services.pipeline import PipelineService
from cockpit.services.snapshots import FunnelSnapshot
from tests.support.company import LEAD, MATE, ME, Company, at, sign_in
from tests.support.month import tell_month
from tests.support.numbers import desk_of


def load(company: Company, **asked: object) -> FunnelSnapshot:
    return FunnelService(desk_of(company)).load(**asked)  # type: ignore[arg-type]


def passes(company: Company, owner: str, forward: int, back: int) -> None:
    for number in range(forward + back):
        to = "stage-3" if number < forward else "stage-lost"
        deal = company.deal("d", to, 100, owner=owner, created_on=date(2026, 7, 1), closed_on=date(2026, 8, 20))
        for before, after, day in (("stage-1", "stage-2", 1), ("stage-2", to, 20)):
            company.put(
                "stage_change", deal_id=deal, from_stage_id=before, to_stage_id=after, changed_at=at(day, month=8)
            )


def test_a_lead_sees_where_a_rep_is_narrow(company: Company) -> None:
    passes(company, ME, 3, 17)
    passes(company, MATE, 32, 8)
    with company.database.write() as session:
        sign_in(session, LEAD)
    found = load(company, rep_id=ME)
    assert found.others == 1
    assert "Needs is narrow: 15% (n 20, 7-27) go on, with the others 80% (n 40, 71-87)" in findings(found)
    everybody = load(company)
    assert everybody.others == 0
    assert findings(everybody) == []
    assert "compared" in nothing_found(everybody)


def test_a_rep_alone_is_compared_with_nobody_and_told_so(company: Company) -> None:
    passes(company, ME, 3, 17)
    found = load(company)
    assert (found.others, findings(found)) == (0, [])
    assert "Nobody to compare with" in nothing_found(found)


def test_the_flow_adds_up_and_losses_have_their_reasons(company: Company) -> None:
    tell_month(company)
    for found in (load(company), load(company, since=date(2026, 10, 15))):
        assert found.opening_minor + sum(line.minor for line in found.flow) == found.closing_minor
        assert found.opening_count + sum(line.count for line in found.flow) == found.closing_count
    assert sum(line.count for line in found.lost_for) == sum(line.count for line in found.lost_from) == 1


def test_the_pipeline_says_what_came_into_the_month_and_left_it(company: Company) -> None:
    pulled = company.deal("a", "stage-2", 500, expected_on=date(2026, 12, 28))
    company.change("deal", pulled, at(20), expected_on=date(2026, 11, 28))
    pushed = company.deal("b", "stage-2", 300, expected_on=date(2026, 11, 28))
    company.change("deal", pushed, at(20), expected_on=date(2026, 12, 28))
    found = PipelineService(desk_of(company)).load()
    assert (found.inflow, found.outflow) == ((1, 500), (-1, -300))


def test_deals_won_are_grouped_by_the_reason_that_was_given(company: Company) -> None:
    from cockpit.services.deals import DealService

    deals = DealService(desk_of(company))
    for name, reason in (("a", "Service nearby"), ("b", "service  nearby"), ("c", "")):
        deals.win(company.deal(name, "stage-4", 100), "200", date(2026, 11, 20), reason)
    assert [(line.name, line.count, line.minor) for line in load(company).won_for] == [
        ("Service nearby", 2, 40_000),
        ("", 1, 20_000),
    ]


def test_a_deal_begins_in_the_funnel_that_was_named(company: Company) -> None:
    from cockpit.services.deals import DealService

    account = company.account("恒泰机械")
    company.put("funnel", id="funnel-2", name="线上", alias="Online")
    company.put("stage", id="s-1", funnel_id="funnel-2", name="试用", alias="Trial", kind="open", position=1)
    deals = DealService(desk_of(company))
    deals.create(account, "one", funnel="onl")
    deals.create(account, "two")
    for named in ("funnel-2", "online", "线"):
        assert [stage.open for stage in load(company, funnel=named).stages] == [1]
    with pytest.raises(UnknownName) as refused:
        deals.create(account, "three", funnel="nowhere")
    assert refused.value.facts["near"] == "Project, Online"
    with pytest.raises(UnknownName) as refused:
        load(company, funnel="nowhere")
    assert refused.value.facts["near"] == "Project, Online"


def test_a_past_day_shows_what_was_known_then(company: Company) -> None:
    deal = company.deal("d", "stage-2", 500, expected_on=date(2026, 11, 28))
    company.change("deal", deal, at(20), expected_on=date(2026, 12, 28))
    assert [(line.kind, line.minor) for line in load(company).flow] == [("pushed_out", -500)]
    assert load(company, as_of=at(19)).flow == ()


def test_a_second_funnel_has_its_own_stages_and_deals(company: Company) -> None:
    company.put("funnel", id="funnel-2", name="线上", alias="Online")
    company.put("stage", id="s-1", funnel_id="funnel-2", name="试用", alias="Trial", kind="open", position=1)
    company.put("deal", name="x", owner_id=ME, funnel_id="funnel-2", stage_id="s-1", amount_minor=7)
    company.deal("d", "stage-2", 500)
    second = load(company, funnel="funnel-2")
    assert [(stage.name, stage.open) for stage in second.stages] == [("Trial", 1)]
    assert [name for _id, name in second.funnels] == ["Project", "Online"]
    assert load(company, since=date(2026, 9, 1)).closing_minor == 500
    assert load(company, funnel="funnel-2", since=date(2026, 9, 1)).closing_minor == 7


def test_bad_questions_are_answered_with_the_next_step(company: Company) -> None:
    with pytest.raises(UnknownName):
        load(company, funnel="none")
    with pytest.raises(BadUse):
        load(company, since=date(2026, 11, 24))
