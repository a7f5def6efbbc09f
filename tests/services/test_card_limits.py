"""The thresholds of a lead's cards: as usual, as the settings have them, and named by `?`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cockpit.domain.card_limits import NAMES, OF_RULE, RANGES, USUAL, BadLimit, read_limits
from cockpit.errors import ConfigError
from cockpit.locations import locate
from cockpit.services.container import services_on
from cockpit.services.snapshots import CardView
from tests.support.company import LEAD, ME, NOW, Company, sign_in


def settings(text: str) -> None:
    path = locate().config_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def led(company: Company) -> Company:
    """A rep 57% of his target behind pace; the last deal won a week ago; a prospect of yesterday; a stalled deal of three
    average ones."""
    company.target(30_000_000)
    for number in range(6):
        company.deal(f"won {number}", "stage-won", 1_000_000, closed_on=date(2026, 11, 11 + number))
    company.put(
        "account",
        recorded_at=NOW - timedelta(hours=30),
        name="新客户",
        owner_id=ME,
        tier="C",
        lifecycle="prospect",
    )
    company.put(
        "stage_change",
        deal_id="big",
        from_stage_id="stage-1",
        to_stage_id="stage-4",
        changed_at=NOW - timedelta(days=90),
    )
    company.deal("big", "stage-4", 3_000_000, id="big", created_on=date(2026, 7, 1), expected_on=date(2026, 12, 20))
    with company.database.write() as session:
        sign_in(session, LEAD)
    return company


def card(company: Company, rule: str) -> CardView | None:
    cards = services_on(company.database).cards.load()
    return next((one for one in cards if one.rule == rule), None)


@pytest.mark.parametrize(
    ("rule", "stands", "is_gone"),
    [
        ("rep_short", "", "short_percent = 80"),
        ("big_deal_stuck", "", "big_times = 4"),
        ("team_at_zero", "", "zero_days = 12"),
        ("prospects_untouched", "untouched_hours = 24", ""),
    ],
)
def test_a_card_stands_from_its_threshold_on(led: Company, rule: str, stands: str, is_gone: str) -> None:
    settings(f"[cards]\n{stands}\n")
    found = card(led, rule)
    assert found is not None
    inputs = dict(services_on(led.database).why.explain(f"card:{found.id}").inputs)
    name = OF_RULE[rule]
    value = int(stands.split("=")[1]) if stands else getattr(USUAL, name)
    assert inputs["threshold, [cards] of the settings"].startswith(f"{name} = {value}, ")
    settings(f"[cards]\n{is_gone}\n")
    assert card(led, rule) is None


def test_the_words_of_a_card_name_the_threshold_that_holds(led: Company) -> None:
    settings("[cards]\nshort_percent = 30\n")
    found = card(led, "rep_short")
    assert found is not None
    assert found.what.endswith("behind pace, more than 30% of the target")
    assert found.solved_when == "solved when the rep is behind pace by 30% of the target or less"


def test_the_settings_may_say_all_of_them() -> None:
    assert set(NAMES) == set(RANGES) == set(OF_RULE.values())
    given = {name: most for name, (_least, most) in RANGES.items()}
    found = read_limits(given)
    assert {name: getattr(found, name) for name in NAMES} == given
    assert read_limits({}) == USUAL
    assert read_limits({"zero_days": "5"}).zero_days == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [("short", 5), ("short_percent", 0), ("short_percent", 101), ("zero_days", -1), ("zero_days", True), ("zero_days", "x"),
     ("zero_days", 2.5), ("zero_days", "9" * 30), ("zero_days", "")],
)  # fmt: skip
def test_what_is_no_threshold_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadLimit) as caught:
        read_limits({name: value})
    assert caught.value.name == name


def test_a_wrong_threshold_of_the_environment_says_which(led: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_CARDS__ZERO_DAYS", "90")
    with pytest.raises(ConfigError) as caught:
        services_on(led.database).cards.load()
    assert caught.value.facts["key"] == "cards.zero_days"
