"""The gap chain: the worked example to the figure, what holds for any chain, and chains that cannot be read."""

from __future__ import annotations

from dataclasses import replace
from math import log
from random import Random

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cockpit.domain.chain import Effort, Given, at_ends, chain, feasible, half_up, levers, thinnest
from cockpit.domain.chain_steps import PRESETS, BadChain, check, chosen, ratios_of, steps_of
from cockpit.domain.distributions import beta_quantile
from cockpit.domain.rates import Rate, Shrink, Tally

K = 100_000
"""Minor units of a thousand."""
CALLS = steps_of(PRESETS["calls"], ratios_of({}))


def rate(value: float, n: float, low: float, high: float) -> Rate:
    return Rate(value, low, high, Tally(value * n, n), value, 0.0)


EXAMPLE = Given(
    steps=CALLS,
    target=300 * K,
    actual=182 * K,
    rates={
        "win_by_amount": rate(0.25, 48, 0.19, 0.32),
        "average_deal": rate(22 * K, 12, 18 * K, 27 * K),
        "talks_per_customer": rate(3.0, 31, 2.4, 3.6),
        "talk_rate": rate(0.40, 310, 0.36, 0.44),
        "pick_up": rate(0.30, 1041, 0.28, 0.32),
    },
    have={"reserve": 296 * K},
    days_left=5,
)
TEAM = {"win_by_amount": 0.28, "average_deal": 24 * K, "talks_per_customer": 2.6, "talk_rate": 0.41, "pick_up": 0.29}


def test_worked_example() -> None:
    found = chain(EXAMPLE)
    table = [(line.id, line.need, line.have, line.short) for line in found.lines]
    assert [(name, need and half_up(need), have, short and half_up(short)) for name, need, have, short in table] == [
        ("target", 300 * K, 182 * K, 118 * K),
        ("reserve", 472 * K, 296 * K, 176 * K),
        ("customers", 8, 0, 8),
        ("talks", 24, 0, 24),
        ("connected", 60, 0, 60),
        ("dials", 200, 0, 200),
    ]
    assert found.per_day is not None
    assert half_up(found.per_day) == 40
    assert found.days() == (40, 40, 40, 40, 40)
    verdict, share = feasible(found, Effort(31, 52, 60))
    assert verdict == "feasible"
    assert share is not None
    assert half_up(100 * share) == 77


def test_levers_of_the_worked_example() -> None:
    win, average, talk, dirty = levers(EXAMPLE, TEAM, 18 * K)
    figures = [[half_up(line.short or 0) for line in lever.chain.lines] for lever in (win, average, talk, dirty)]
    per_day = [half_up(lever.chain.per_day or 0) for lever in (win, average, talk, dirty)]
    assert [lever.of for lever in (win, average, talk, dirty)] == [
        "win_by_amount",
        "average_deal",
        "talk_rate",
        "dirty",
    ]
    assert half_up((win.chain.lines[1].need or 0) / K) == 421
    assert half_up(figures[0][1] / K) == 125
    assert (figures[0][2], per_day[0]) == (6, 30)
    assert figures[1][2] == 8
    assert (figures[2][4], figures[2][5], per_day[2]) == (59, 195, 39)
    assert (figures[3][1], figures[3][2]) == (194 * K, 9)


def test_the_sample_that_moves_most_is_named() -> None:
    found = thinnest(EXAMPLE)
    assert found is not None
    assert (found.ratio_id, found.line_id, found.least, found.most) == ("win_by_amount", "customers", 4, 15)
    assert at_ends(EXAMPLE, "average_deal", "customers") == (7, 10)
    later = thinnest(replace(EXAMPLE, rates={**EXAMPLE.rates, "pick_up": rate(0.3, 4, 0.05, 0.6)}))
    assert later is not None
    assert (later.ratio_id, later.line_id) == ("pick_up", "dials")


def test_reached_unknown_and_no_day_left() -> None:
    reached = chain(replace(EXAMPLE, actual=310 * K))
    assert [line.short for line in reached.lines] == [0.0] * 6
    assert thinnest(replace(EXAMPLE, actual=310 * K)) is None
    unknown = chain(replace(EXAMPLE, rates={**EXAMPLE.rates, "talk_rate": None}))
    assert [line.need is None for line in unknown.lines] == [False, False, False, False, True, True]
    assert (unknown.per_day, unknown.days(), feasible(unknown, None)[0]) == (None, (), "unknown")
    over = chain(replace(EXAMPLE, days_left=0))
    assert (over.per_day, over.days(), feasible(over, Effort(3, 5, 9))[0]) == (None, (), "no_days")
    assert feasible(chain(EXAMPLE), None)[0] == "no_history"
    assert feasible(chain(EXAMPLE), Effort(20, 39, 9))[0] == "too_much"


MONEY = st.integers(1, 10**10)
SHARE = st.floats(0.01, 0.99)


@examples(
    MONEY, st.integers(0, 10**9), SHARE, st.integers(100, 10**7), st.floats(0.1, 20), SHARE, SHARE, st.integers(1, 60)
)
def test_a_chain_multiplies_back_to_its_gap(
    target: int, reserve: int, win: float, average: int, each: float, talk: float, pick: float, days: int
) -> None:
    values = dict(zip(EXAMPLE.rates, (win, average, each, talk, pick), strict=True))
    rates = {name: rate(value, 10, value * 0.8, value * 1.2) for name, value in values.items()}
    found = chain(Given(CALLS, target, 0, rates, {"reserve": reserve}, days))
    first, money, customers, talks, connected, dials = found.lines
    assert first.need == target
    assert (money.need or 0) * win == pytest.approx(target)
    assert (customers.need or 0) * average >= (money.short or 0) * (1 - 1e-6)
    assert ((customers.need or 0) - 1) * average < (money.short or 0) + 1
    assert (dials.need or 0) * pick * talk / each == pytest.approx(customers.need or 0)
    assert (connected.need or 0) * talk == pytest.approx(talks.need or 0)
    assert sum(found.days()) == half_up(dials.need or 0)
    assert all((line.need80 or 0) >= (line.need or 0) * (1 - 1e-9) for line in found.lines)


def test_eighty_of_a_hundred_true_rates_need_no_more() -> None:
    """Rates seen in small samples of known truths: the 80 % need is enough in about 80 % of made-up histories."""
    random, enough, rounds = Random(7), 0, 400
    steps = steps_of({"connected": "reserve / talk_rate", "reserve": "target / win_by_amount"}, ratios_of({}) | SAME)
    for _round in range(rounds):
        truth = {name: random.betavariate(6, 14) for name in ("win_by_amount", "talk_rate")}
        seen = {name: sum(random.random() < share for _try in range(30)) for name, share in truth.items()}
        rates = {name: Shrink(0.3, 20).rate(Tally(hits, 30)) for name, hits in seen.items()}
        found = chain(Given(steps, 1000, 0, rates, {"reserve": 1500}, 5))
        real = max(0.0, 1000 / truth["win_by_amount"] - 1500) / truth["talk_rate"]
        enough += (found.last.need80 or 0) >= real
    assert 0.74 <= enough / rounds <= 0.88


SAME = {"talk_rate": ratios_of({"talk_rate": "won_amount / closed_amount"})["talk_rate"]}
"""A second share of money, so that the arithmetic of two shares in a row can be looked at without rounding."""


def test_spread_of_the_need_is_the_formula_where_nothing_is_there_yet() -> None:
    found = chain(replace(EXAMPLE, have={}))
    reserve = found.lines[1]
    wanted = log(0.32 / 0.19) / (2 * 1.2815515655) * 0.8416212336
    assert log((reserve.need80 or 0) / (reserve.need or 1)) == pytest.approx(wanted)


def test_range_of_a_share_is_its_beta() -> None:
    found = Shrink(0.3, 20).rate(Tally(9, 30))
    assert found.low == pytest.approx(beta_quantile(0.1, 15, 35))


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({}, "empty"),
        ({"reserve": "target over win_by_amount"}, "form"),
        ({"reserve": "goal / win_by_amount"}, "unknown_step"),
        ({"reserve": "target / luck"}, "unknown_rate"),
        ({"reserve": "target * win_by_amount"}, "sign"),
        ({"dials": "target / pick_up"}, "money"),
        ({"reserve": "target / win_by_amount", "talks": "reserve * talks_per_customer"}, "money"),
        ({"reserve": "target / win_by_amount", "other": "target / win_by_amount"}, "twice"),
        ({"reserve": "target / win_by_amount", "a": "b / pick_up", "b": "a / pick_up"}, "cycle"),
        ({"a": "a / win_by_amount"}, "cycle"),
        ({"preset": "phones"}, "unknown_step"),
    ],
)
def test_a_chain_that_is_none_says_what_is_wrong(table: dict[str, str], fault: str) -> None:
    with pytest.raises(BadChain) as refused:
        chosen(table, ratios_of({}))
    assert refused.value.fault == fault
    (found,) = check({"f": table}, {})
    assert found.key.startswith("chains.f")


def test_ratios_of_ones_own() -> None:
    found = ratios_of({"pitch": "visits_reached / visits_made", "calls_a_visit": "calls_made / visits_made"})
    assert (found["pitch"].kind, found["calls_a_visit"].kind) == ("share", "each")
    assert [fault.fault for fault in check({}, {"bad": "luck / visits_made", "worse": "luck"})] == [
        "unknown_measure",
        "form",
    ]
    assert not check({"default": {"preset": "visits"}}, {"pitch": "visits_reached / visits_made"})
