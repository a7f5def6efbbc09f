"""Averages that are pulled together, and what may not be ranked."""

from __future__ import annotations

from random import Random

import pytest

from cockpit.domain.averages import Sample, alike, learn_average
from cockpit.domain.measures import Compared, Ratio
from cockpit.domain.rates import Rate, Tally


def draw(random: Random, middle: float, n: int) -> Sample:
    return Sample.of([middle * random.lognormvariate(-0.32, 0.8) for _value in range(n)])


def test_alike_people_are_pulled_together_and_not_ranked() -> None:
    random = Random(3)
    people = [draw(random, 2000, 15) for _person in range(20)]
    learned = learn_average(people)
    assert learned is not None
    assert learned.strength > 20
    test = alike(people)
    assert test is not None
    assert not test.differ


def test_people_who_differ_keep_their_own() -> None:
    random = Random(4)
    people = [draw(random, 500 * 2 ** (number % 5), 40) for number in range(20)]
    learned, test = learn_average(people), alike(people)
    assert learned is not None
    assert test is not None
    assert test.differ
    assert learned.strength < 10
    own = learned.rate(people[0])
    assert abs(own.value - people[0].total / 40) < 0.1 * abs(learned.mean - people[0].total / 40)


def test_the_range_holds_the_truth_in_eight_of_ten() -> None:
    random, held = Random(11), 0
    truths = [1000 * random.lognormvariate(0, 0.4) for _person in range(200)]
    people = [draw(random, truth, 12) for truth in truths]
    learned = learn_average(people)
    assert learned is not None
    for truth, own in zip(truths, people, strict=True):
        found = learned.rate(own)
        held += found.low <= truth <= found.high
    assert 0.7 <= held / 200 <= 0.9


def test_nothing_and_alone() -> None:
    assert learn_average([Sample(0, 0, 0)]) is None
    alone = learn_average([Sample.of([100.0])])
    assert alone is not None
    found = alone.rate(Sample.of([100.0]))
    assert (found.value, found.n) == (100.0, 1)
    assert found.low < 60 < 160 < found.high
    assert alike([Sample.of([100.0])]) is None


WIN = Ratio("win_rate", "won", "closed")


def test_best_only_where_people_differ() -> None:
    same = Compared(WIN, {"a": Tally(5, 10), "b": Tally(6, 10), "c": Tally(4, 10)})
    assert (same.may_rank, same.best) == (False, None)
    apart = Compared(WIN, {"a": Tally(5, 50), "b": Tally(45, 50), "c": Tally(25, 50)})
    assert apart.best is not None
    assert apart.best[0] == "b"
    team = apart.together(["a", "b"])
    assert isinstance(team, Rate)
    assert team.n == 100


def test_alone_is_hardly_pulled_and_nothing_tried_is_no_rate() -> None:
    alone = Compared(WIN, {"a": Tally(9, 12)})
    own = alone.rate("a")
    assert own is not None
    assert own.value == pytest.approx(9.5 / 13)
    assert own.low < 9 / 12 < own.high
    assert Compared(WIN, {"a": Tally(0, 0)}).rate("a") is None
    each = Compared(Ratio("e", "calls_reached", "customers"), {"a": Sample.counted(93, 31)})
    talks = each.rate("a")
    assert talks is not None
    assert talks.value == 3.0
    assert 2.2 < talks.low < 2.5 < 3.6 < talks.high < 4.0
