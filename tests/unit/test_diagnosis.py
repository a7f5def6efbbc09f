"""Diagnosis and vanity: what is planted is named, and noise is not."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from cockpit.domain import metric_values as mv
from cockpit.domain.diagnosis import Finding, binomial_p, findings, vanity
from cockpit.domain.metrics import catalogue
from cockpit.i18n import set_language
from cockpit.services.metric_files import shipped
from cockpit.services.metric_words import diagnosis_text

KNOWN = catalogue(shipped())
REPS = [f"rep-{number:02d}" for number in range(12)]


def values_of(counts: dict[str, dict[str, int]]) -> mv.Values:
    """Counts by metric and rep; every other metric has none."""

    def base(metric: str, scope: str, _place: str) -> mv.Value:
        count = counts.get(metric, {}).get(scope, 0)
        return mv.Value(Fraction(count), count)

    return mv.Values(KNOWN, base)


def even(**changed: dict[str, int]) -> dict[str, dict[str, int]]:
    """A company of equals, with what is planted."""
    usual = {"new_customers": 20, "new_visits": 40, "new_visits_reached": 16, "closed": 60, "orders": 30, "visits": 90}
    return {name: dict.fromkeys(REPS, count) | changed.get(name, {}) for name, count in usual.items()}


def test_a_weak_opener_is_named_with_both_facts() -> None:
    values = values_of(even(new_customers={"rep-00": 4}, new_visits_reached={"rep-00": 4}))
    found = findings(values, "rep-00", REPS)
    assert {one.metric for one in found} == {"new_customers", "first_success"}
    assert not any(one.is_strong for one in found)
    text = diagnosis_text(found, KNOWN.metrics)
    assert text.startswith("weak at opening new customers: ")
    assert "New customers won 4 against 20 (lowest 10%)" in text
    assert "First-visit success 10.0% against 40.0% (n 40)" in text


def test_it_speaks_chinese() -> None:
    found = findings(values_of(even(new_customers={"rep-00": 4})), "rep-00", REPS)
    set_language("zh")
    text = diagnosis_text(found, KNOWN.metrics)
    assert "新成交客户" in text
    assert "weak" not in text
    assert "against" not in text


def test_equals_are_told_nothing() -> None:
    values = values_of(even())
    assert all(findings(values, rep, REPS) == () for rep in REPS)
    assert diagnosis_text((), KNOWN.metrics) == ""


def test_few_rows_say_nothing() -> None:
    few = {"new_visits": dict.fromkeys(REPS, 9), "new_visits_reached": dict.fromkeys(REPS, 5) | {"rep-00": 0}}
    assert findings(values_of(few), "rep-00", REPS) == ()


def test_noise_alone_is_seldom_named() -> None:
    """Equal people over forty companies: fewer than one finding in twenty people."""
    chance = Random(3)
    named = 0
    for _company in range(40):
        counts = {
            name: {rep: sum(chance.random() < share for _one in range(most)) for rep in REPS}
            for name, most, share in (("new_customers", 200, 0.1), ("visits", 900, 0.1), ("calls", 500, 0.2))
        }
        named += sum(bool(findings(values_of(counts), rep, REPS)) for rep in REPS[:3])
    assert named / 120 < 0.05


def test_few_peers_say_nothing() -> None:
    assert findings(values_of(even(new_customers={"rep-00": 0})), "rep-00", REPS[:3]) == ()


@pytest.mark.parametrize(
    ("k", "n", "share", "expected"), [(0, 10, 0.5, 2 / 1024), (5, 10, 0.5, 1.0), (3, 3, 0.5, 0.25)]
)
def test_the_binomial_test_is_exact(k: int, n: int, share: float, expected: float) -> None:
    assert binomial_p(k, n, share) == pytest.approx(expected)


# -- vanity ------------------------------------------------------------------------------------------------------------


def reps_of(lift: float, count: int = 24, noise: float = 0.12) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Half of the reps meet 60 calls; their result is `lift` higher than the others'."""
    chance = Random(7)
    behaviour = {f"rep-{number:02d}": Fraction(80 if number % 2 else 30) for number in range(count)}
    results = {
        rep: Fraction(round(1000 * (1 + (lift if done > 60 else 0) + chance.gauss(0, noise))))
        for rep, done in behaviour.items()
    }
    return behaviour, results


def test_a_useless_metric_is_named() -> None:
    found = vanity("calls", "won_amount", Fraction(60), *reps_of(0.0))
    assert found is not None
    assert found.is_named
    assert (found.met, found.not_met) == (12, 12)


def test_one_that_works_is_not() -> None:
    found = vanity("calls", "won_amount", Fraction(60), *reps_of(0.3))
    assert found is not None
    assert not found.is_named


def test_what_the_data_cannot_tell_is_not_named() -> None:
    found = vanity("calls", "won_amount", Fraction(60), *reps_of(0.0, count=10, noise=0.8))
    assert found is not None
    assert not found.is_named


def test_too_few_on_a_side_cannot_be_tested() -> None:
    behaviour, results = reps_of(0.0, count=6)
    assert vanity("calls", "won_amount", Fraction(60), behaviour, results) is None
    assert vanity("calls", "won_amount", Fraction(60), {}, {}) is None
    assert vanity("calls", "won_amount", Fraction(60), *[{rep: Fraction(0) for rep in REPS}] * 2) is None


def test_the_same_data_give_the_same_answer() -> None:
    asked = [vanity("calls", "won_amount", Fraction(60), *reps_of(0.05)) for _turn in range(2)]
    assert asked[0] == asked[1]


def test_a_finding_carries_what_it_was_made_of() -> None:
    found = findings(values_of(even(closed={"rep-00": 60}, orders={"rep-00": 5})), "rep-00", REPS)
    rate = next(one for one in found if one.metric == "win_rate")
    assert isinstance(rate, Finding)
    assert (rate.own, rate.usual, rate.n) == (Fraction(1, 12), Fraction(1, 2), 60)
