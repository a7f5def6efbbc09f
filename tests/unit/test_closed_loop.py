"""The closed loop by the source's own example: limit 15, 11 done, 2 planned, 2 uncovered, number for number."""

from __future__ import annotations

from datetime import datetime

import pytest

from cockpit.domain.entities import Waiver
from cockpit.domain.problems import Card, cards_of
from tests.support.books import LONG_AGO, Teller
from tests.support.company import ME, at

MONTH_START = datetime.fromisoformat("2026-10-30T17:20:00+08:00")
EVENING = at(23, "18:05")
MORNING = at(24, "08:30")
HELD_DAYS = (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16)


def shown(teller: Teller, when: datetime, rule_id: str | None = None) -> tuple[str, int, int, int]:
    """state, n, m, uncovered of the KPI card."""
    found = card(teller, when, rule_id)
    return found.state, found.judged.held, found.judged.needed, found.judged.uncovered


def card(teller: Teller, when: datetime, rule_id: str | None = None) -> Card:
    wanted = rule_id or teller.rules[0].id
    (found,) = [c for c in cards_of(teller.book(when), ME) if c.subject_id == wanted]
    return found


class Month:
    """A month of one kind of activity, of which 11 are held and 2 lie ahead.

    Planned ahead: all 15 before the month began, two of them cancelled last evening. Otherwise the rows
    come without a history, as from a CRM that keeps none, and two were never planned.
    """

    def __init__(self, kind: str = "visit", *, is_planned_ahead: bool = True) -> None:
        self.teller = Teller()
        self.kind = kind
        self.rule = self.teller.kpi(15, kind)
        recorded = MONTH_START if is_planned_ahead else LONG_AGO
        for day in HELD_DAYS:
            visit = self.teller.activity(at(day), "planned" if is_planned_ahead else "held", kind, recorded_at=recorded)
            if is_planned_ahead:
                self.teller.change(visit, at(day, "11:00"), status="held")
        self.today = self.teller.activity(at(24, "09:30"), kind=kind, recorded_at=recorded)
        self.second = self.teller.activity(at(24, "11:00"), kind=kind, recorded_at=recorded)
        if is_planned_ahead:
            for clock in ("13:30", "16:00"):
                gone = self.teller.activity(at(26, clock), kind=kind, recorded_at=recorded)
                self.teller.change(gone, EVENING, status="cancelled", reason="budget")

    def plan(self, when: datetime, now: datetime) -> str:
        return self.teller.activity(when, kind=self.kind, recorded_at=now, rev=0)

    def hold(self, visit: str, now: datetime) -> None:
        self.teller.change(visit, now, rev=0, status="held")


@pytest.mark.parametrize("kind", ["visit", "call"])
@pytest.mark.parametrize("is_planned_ahead", [True, False], ids=["cancelled last evening", "never planned"])
def test_fifteen_visits(kind: str, is_planned_ahead: bool) -> None:
    month = Month(kind, is_planned_ahead=is_planned_ahead)
    teller = month.teller
    found = card(teller, MORNING)
    assert (found.state, found.judged.uncovered, found.judged.held) == ("found", 2, 0)
    assert found.money_minor == 10_000
    assert (found.rule.key, found.rule.command) == ("f", "fill")

    more = [month.plan(at(26), at(24, "08:40")), month.plan(at(27), at(24, "08:40"))]
    assert shown(teller, at(24, "08:41")) == ("planned", 0, 4, 0)
    month.hold(month.today, at(24, "10:23"))
    assert shown(teller, at(24, "10:24")) == ("doing", 1, 4, 0)
    month.hold(month.second, at(24, "11:50"))
    month.hold(more[0], at(26, "11:00"))
    assert shown(teller, at(26, "11:01")) == ("doing", 3, 4, 0)
    month.hold(more[1], at(27, "11:00"))
    done = card(teller, at(27, "11:01"))
    assert shown(teller, at(27, "11:01")) == ("done", 4, 4, 0)
    assert done.judged.is_waiting
    teller.acknowledge()
    assert shown(teller, at(27, "11:02")) == ("confirmed", 4, 4, 0)


def test_the_day_of_the_source_with_a_cancelled_visit_and_a_replan() -> None:
    month = Month()
    teller = month.teller
    assert shown(teller, MORNING) == ("found", 0, 4, 2)
    month.hold(month.today, at(24, "10:23"))
    assert shown(teller, at(24, "10:30")) == ("found", 1, 4, 2)
    teller.change(month.second, at(24, "11:02"), rev=0, status="cancelled", reason="customer")
    assert shown(teller, at(24, "11:03")) == ("found", 1, 4, 3)
    now = at(24, "11:04")
    noon, late, thursday = (month.plan(when, now) for when in (at(24, "11:15"), at(24, "16:00"), at(26)))
    assert shown(teller, at(24, "11:05")) == ("doing", 1, 4, 0)
    month.hold(noon, at(24, "12:00"))
    month.hold(late, at(24, "17:00"))
    assert shown(teller, at(24, "18:05")) == ("doing", 3, 4, 0)
    slipped = card(teller, at(27, "08:30"))
    assert (slipped.state, slipped.slipped, slipped.judged.uncovered) == ("found", 1, 1)
    teller.change(thursday, at(27, "08:40"), rev=0, status="not_held", reason="ill")
    assert card(teller, at(27, "08:41")).slipped == 1
    friday = month.plan(at(27, "15:00"), at(27, "08:45"))
    assert shown(teller, at(27, "08:46")) == ("doing", 3, 4, 0)
    month.hold(friday, at(27, "16:00"))
    assert shown(teller, at(27, "16:01")) == ("done", 4, 4, 0)


def test_a_confirmed_card_that_loses_a_visit_has_relapsed() -> None:
    month = Month()
    more = [month.plan(at(26), at(24, "08:40")), month.plan(at(27), at(24, "08:40"))]
    for visit, when in ((month.today, 24), (month.second, 24), (more[0], 26), (more[1], 27)):
        month.hold(visit, at(when, "12:00"))
    month.teller.acknowledge()
    assert card(month.teller, at(27, "13:00")).state == "confirmed"
    month.teller.change(more[1], at(27, "14:00"), rev=0, status="not_held", reason="logged by mistake")
    assert shown(month.teller, at(27, "14:01"))[0] == "relapsed"
    month.plan(at(30), at(27, "14:05"))
    assert shown(month.teller, at(27, "14:06"))[0] == "doing"


def test_a_card_that_was_only_done_here_and_undone_is_found_not_relapsed() -> None:
    month = Month()
    more = [month.plan(at(26), at(24, "08:40")), month.plan(at(27), at(24, "08:40"))]
    for visit, when in ((month.today, 24), (month.second, 24), (more[0], 26), (more[1], 27)):
        month.hold(visit, at(when, "12:00"))
    assert card(month.teller, at(27, "13:00")).state == "done"
    month.teller.change(more[1], at(27, "14:00"), rev=0, status="not_held", reason="logged by mistake")
    assert shown(month.teller, at(27, "14:01"))[0] == "found"


def test_a_month_that_was_short_from_its_first_day_counts_from_there() -> None:
    teller = Teller()
    rule = teller.kpi(4)
    first = teller.activity(at(3), recorded_at=MONTH_START)
    teller.change(first, at(3, "11:00"), status="held")
    assert shown(teller, MORNING, rule.id) == ("found", 1, 4, 3)
    for day in (25, 26, 27):
        teller.activity(at(day), recorded_at=MORNING)
    assert shown(teller, at(24, "08:31"), rule.id) == ("doing", 1, 4, 0)


def test_a_covered_month_has_no_card() -> None:
    teller = Teller()
    teller.kpi(2)
    teller.activity(at(24), recorded_at=MONTH_START)
    teller.activity(at(25), recorded_at=MONTH_START)
    assert cards_of(teller.book(MORNING), ME) == ()


def test_a_waiver_sets_the_card_aside_until_its_day() -> None:
    month = Month()
    month.teller.waivers.append(
        Waiver(
            id="waiver-1",
            rule="kpi_uncovered",
            subject_id=month.rule.id,
            period_start=at(1).date(),
            reason="trade fair",
            until_on=at(25).date(),
            owner_id=ME,
        )
    )
    assert shown(month.teller, at(25, "20:00"))[0] == "waived"
    assert shown(month.teller, at(26, "08:00"))[0] == "found"


def test_a_waiver_holds_until_its_day_in_the_next_period_too_and_the_newest_counts() -> None:
    month = Month()
    for number, until in enumerate((at(5, month=12), at(2, month=12))):
        month.teller.waivers.append(
            Waiver(
                id=f"waiver-{number}",
                rule="kpi_uncovered",
                subject_id=month.rule.id,
                period_start=at(1).date(),
                reason="trade fair",
                until_on=until.date(),
                owner_id=ME,
            )
        )
    assert shown(month.teller, at(30, "20:00"))[0] == "waived"
    assert card(month.teller, at(2, "08:30", month=12)).state == "waived"
    assert card(month.teller, at(3, "08:30", month=12)).state == "found"


def test_a_new_period_is_a_new_card() -> None:
    month = Month()
    assert card(month.teller, at(30, "20:00")).period.starts_on == at(1).date()
    following = card(month.teller, at(1, "08:30", month=12))
    assert following.period.starts_on == at(1, month=12).date()
    assert (following.judged.held, following.judged.needed) == (0, 15)
