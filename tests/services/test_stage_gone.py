"""A stage is removed while deals are in it: they are named with the key that moves them, and no sum loses them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cockpit.cli import funnel_sheet, pipeline_sheet, shapes
from cockpit.i18n import set_language
from cockpit.services.cards import CardService
from cockpit.services.chain import ChainService
from cockpit.services.deals import DealService
from cockpit.services.funnel import FunnelService
from cockpit.services.funnel_words import findings
from cockpit.services.gap import GapService
from cockpit.services.pipeline import PipelineService
from cockpit.services.stuck import by_state
from cockpit.services.today import TodayService
from cockpit.services.why import WhyService
from cockpit.storage import rows
from tests.support.company import ME, Company
from tests.support.month import tell_month
from tests.support.numbers import desk_of


@pytest.fixture
def told(company: Company) -> Company:
    """The stage of `late` (20k) is taken out of the model."""
    tell_month(company)
    _take_out(company, "stage-3")
    return company


def _take_out(company: Company, stage: str) -> None:
    with company.database.write() as session:
        row = rows.find(session, "stage", stage)
        assert row is not None
        session.delete(row)


def _move(company: Company, deal: str, left: str, came: str, day: int) -> None:
    when = datetime(2026, 9, day, 9, tzinfo=UTC)
    company.put("stage_change", deal_id=deal, from_stage_id=left, to_stage_id=came, changed_at=when, owner_id=ME)


def test_the_deal_is_open_and_stuck_and_every_sum_still_holds(told: Company) -> None:
    before = GapService(desk_of(told)).load()
    found = PipelineService(desk_of(told)).load()
    assert found.astray == (1, 2_000_000)
    assert sum(stage.count for stage in found.stages) + found.astray[0] == found.open_count
    assert sum(stage.amount_minor for stage in found.stages) + found.astray[1] == found.open_amount_minor
    assert sum(count for count, _minor in by_state(found).values()) == found.open_count
    (line,) = [deal for deal in found.deals if deal.name == "late"]
    assert (line.stage, line.state) == ("stage gone", "dirty")
    assert line.rules[0] == "its stage is no longer in the funnel; it counts as open, in no stage"
    assert line.remedies[0].command == "stage"
    assert before.actual_minor == 18_200_000


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_said_wherever_the_user_is(told: Company, lang: str) -> None:
    set_language(lang)
    desk = desk_of(told)
    pipeline, funnel = PipelineService(desk).load(), FunnelService(desk).load()
    assert any(text.startswith("! ") for text in pipeline_sheet.pipeline(pipeline).lines)
    assert shapes.pipeline(pipeline)["astray"] == {"count": 1, "amount_minor": 2_000_000}
    assert findings(funnel)[0] in funnel_sheet.funnel(funnel).lines
    deal = next(line for line in pipeline.deals if line.name == "late")
    assert DealService(desk).load(deal.id).deal.stage == deal.stage != ""
    why = WhyService(desk)
    assert [row.id for row in why.explain("pipeline.astray").rows] == [deal.id]
    assert why.explain(f"deal:{deal.id}").formula
    for name in ("pipeline.open", "pipeline.stuck", "pipeline.state:dirty"):
        assert why.explain(name).rows


def test_its_card_says_what_to_do_and_moving_it_ends_it(told: Company) -> None:
    desk = desk_of(told)
    pipeline = PipelineService(desk).load()
    deal = next(line for line in pipeline.deals if line.name == "late")
    (card,) = [one for one in TodayService(desk).load().cards if one.subject_id == deal.id]
    assert card.to_do == "move it to a stage of the funnel"
    assert CardService(desk)
    DealService(desk).move_stage(deal.id, "stage-2")
    after = PipelineService(desk).load()
    assert after.astray == (0, 0)
    assert sum(stage.count for stage in after.stages) == after.open_count


def test_the_chain_counts_it_as_the_open_money_it_is(told: Company) -> None:
    found = ChainService(desk_of(told)).load()
    pipeline = PipelineService(desk_of(told)).load()
    assert found.lines[1].have == pipeline.open_amount_minor


def test_a_stage_removed_from_the_middle_is_no_end_of_the_way(company: Company) -> None:
    """Deals went from the first stage through one that is gone now: on to the third, back to the first, or nowhere yet."""
    for number in range(8):
        deal = company.deal(f"through {number}", "stage-3", 1_000_000, created_on=date(2026, 9, 1))
        for left, came, day in (("stage-1", "stage-2", 1), ("stage-2", "stage-3", 5)):
            _move(company, deal, left, came, day)
    back = company.deal("back", "stage-1", 1_000_000, created_on=date(2026, 9, 1))
    _move(company, back, "stage-1", "stage-2", 1)
    _move(company, back, "stage-2", "stage-1", 3)
    _move(company, company.deal("in it", "stage-2", 1_000_000, created_on=date(2026, 9, 1)), "stage-1", "stage-2", 1)
    _move(
        company, company.deal("lost", "stage-lost", 1_000_000, created_on=date(2026, 9, 1)), "stage-1", "stage-lost", 2
    )
    _take_out(company, "stage-2")
    first = next(stage for stage in PipelineService(desk_of(company)).load().stages if stage.id == "stage-1")
    assert (first.conversion, first.conversion_n) == (8 / 9, 9)
    shown = WhyService(desk_of(company)).explain("stage:stage-1:conversion")
    assert (shown.value, len(shown.rows)) == (8, 9)
    found = next(stage for stage in FunnelService(desk_of(company)).load().stages if stage.id == "stage-1")
    assert found.conversion is not None
    assert (found.conversion.value, found.conversion.n) == (8 / 9, 9)
