"""Shape and bottleneck: named only beyond chance; ranges against exact sums."""

from __future__ import annotations

from datetime import date
from math import comb

import pytest

from cockpit.domain.deals import deals_of
from cockpit.domain.funnel import StageHealth, health, losses_by_reason, losses_by_stage, median_range, share_range
from cockpit.domain.periods import period_of
from cockpit.domain.pipeline import pipeline
from tests.support.books import Teller
from tests.support.company import MATE, ME, at

OTHERS = ("rep-2", "rep-3", "rep-4")
NOVEMBER = period_of("month", date(2026, 11, 24))


def stages_of(teller: Teller) -> dict[str, StageHealth]:
    book = teller.book()
    return {part.stage.id: part for part in health(book, pipeline(book, (ME,)), (ME,))}


def passes(teller: Teller, owner: str, forward: int, back: int, day: int = 20) -> None:
    """Deals that came into Needs on 1 August and left it on a day of August."""
    for number in range(forward + back):
        deal = teller.deal(
            "stage-3" if number < forward else "stage-lost", 100, owner=owner, created_on=date(2026, 7, 1)
        )
        teller.stage_change(deal, "stage-1", "stage-2", at(1, month=8))
        teller.stage_change(deal, "stage-2", "stage-3" if number < forward else "stage-lost", at(day, month=8))


def test_a_stage_is_narrow_only_when_its_range_does_not_touch_the_others() -> None:
    teller = Teller()
    passes(teller, ME, 3, 17)
    for other in OTHERS:
        passes(teller, other, 14, 6)
    needs = stages_of(teller)["stage-2"]
    assert needs.is_narrow
    assert needs.conversion is not None
    assert (needs.conversion.value, needs.conversion.n) == (0.15, 20)
    assert needs.others_conversion is not None
    assert (needs.others_conversion.value, needs.others_conversion.n) == (0.7, 60)

    teller = Teller()
    passes(teller, ME, 3, 3)
    for other in OTHERS:
        passes(teller, other, 14, 6)
    assert not stages_of(teller)["stage-2"].is_narrow, "three of six may be chance"


def test_a_stage_is_slow_when_deals_stay_longer_than_with_the_others() -> None:
    teller = Teller()
    passes(teller, ME, 12, 0, day=28)
    for other in OTHERS:
        passes(teller, other, 12, 0, day=9)
    needs = stages_of(teller)["stage-2"]
    assert (needs.is_slow, needs.is_narrow) == (True, False)
    assert needs.stay is not None
    assert needs.others_stay is not None
    assert (needs.stay.value, needs.others_stay.value) == (27, 8)


def test_deals_that_came_in_too_late_to_have_gone_on_are_not_counted() -> None:
    teller = Teller()
    for _number in range(9):
        deal = teller.deal("stage-2", 100, created_on=date(2026, 11, 1))
        teller.stage_change(deal, "stage-1", "stage-2", at(20))
    assert stages_of(teller)["stage-2"].conversion is None


def test_thin_and_bulged_are_beyond_chance_and_against_three_others_at_least() -> None:
    def stage_with(mine: int, *others: int) -> StageHealth:
        teller = Teller()
        for owner, count in ((ME, mine), *zip(OTHERS, others, strict=False)):
            for _number in range(count):
                teller.deal("stage-1", 100, owner=owner, created_on=date(2026, 11, 20))
        return stages_of(teller)["stage-1"]

    assert stage_with(2, 9, 10, 11).shape == "thin"
    assert stage_with(20, 9, 10, 11).shape == "bulged"
    assert stage_with(8, 9, 10, 11).shape is None
    assert stage_with(2, 9, 10).shape is None


@pytest.mark.parametrize("n", [5, 8, 21])
def test_a_median_lies_in_its_range_in_eight_of_ten_cases(n: int) -> None:
    found = median_range(range(n))
    assert found is not None
    low, high = round(found.low), round(found.high)
    chance = sum(comb(n, k) for k in range(low + 1, high + 1)) / 2**n
    assert chance >= 0.8
    assert median_range(range(4)) is None


def test_a_share_of_few_says_nothing_and_one_of_none_has_a_range() -> None:
    assert share_range(2, 4) is None
    found = share_range(0, 10)
    assert found is not None
    assert found.value == 0
    assert 0 < found.low < found.high < 0.25


def test_losses_by_reason_and_by_stage() -> None:
    teller = Teller()

    def lose(reason: str, amount: int, stage: str, day: int = 10, month: int = 11) -> None:
        deal = teller.deal(
            "stage-lost", amount, lost_reason=reason, closed_on=date(2026, month, day), created_on=date(2026, 8, 1)
        )
        teller.stage_change(deal, stage, "stage-lost", at(day, month=month))

    lose("Price", 500, "stage-4")
    lose("price ", 700, "stage-3")
    lose("", 900, "stage-3")
    lose("gone", 5_000, "stage-1", month=10)
    book = teller.book()
    deals = deals_of(book, (ME, MATE))
    assert [(loss.name, len(loss.deals), loss.minor) for loss in losses_by_reason(book, deals, NOVEMBER, "CNY")] == [
        ("Price", 2, 1_200),
        ("", 1, 900),
    ]
    assert [(loss.name, loss.minor) for loss in losses_by_stage(book, deals, NOVEMBER, "CNY")] == [
        ("stage-3", 1_600),
        ("stage-4", 500),
    ]
