"""States of cards on readings alone, and what the rules read from deals, customers and the month."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain import deal_view
from cockpit.domain.card_deals import DealReader
from cockpit.domain.card_month import Unseen
from cockpit.domain.cards import Grace, Reading, judge, settled, trail
from cockpit.domain.entities import MilestoneDone
from cockpit.domain.problems import Card, cards_of
from tests.support.books import Teller
from tests.support.company import ME, NOW, at


def reading(day: int, lacks: int, covered: int = 0, held: int = 0, unacked: int = 0) -> Reading:
    return Reading(at(day), lacks, lacks + unacked, covered, held)


def one(teller: Teller, rule: str, when: datetime = NOW) -> Card | None:
    found = [card for card in cards_of(teller.book(when), ME) if card.rule.id == rule]
    assert len(found) <= 1
    return found[0] if found else None


def state(teller: Teller, rule: str, when: datetime = NOW) -> str | None:
    card = one(teller, rule, when)
    return card.state if card else None


@pytest.mark.parametrize(
    ("trace", "state"),
    [
        ([reading(1, 2)], "found"),
        ([reading(1, 2), reading(2, 2, 2)], "planned"),
        ([reading(1, 2, 0, 5), reading(2, 1, 1, 6)], "doing"),
        ([reading(1, 2), reading(2, 1, 0, 1)], "found"),
        ([reading(1, 2), reading(2, 0, 0, 2, unacked=1)], "done"),
        ([reading(1, 2), reading(2, 0, 0, 2)], "confirmed"),
        ([reading(1, 2), reading(2, 0, 0, 2), reading(3, 1, 0, 1)], "relapsed"),
        ([reading(1, 2), reading(2, 0, 0, 2), reading(3, 1, 1, 1)], "doing"),
        ([reading(1, 2), reading(2, 0, 0, 2, unacked=1), reading(3, 1, 0, 1)], "found"),
    ],
)
def test_the_first_line_that_holds(trace: list[Reading], state: str) -> None:
    judged = judge(trace)
    assert judged is not None
    assert judged.state == state
    waived = judge(trace, is_waived=True)
    assert waived is not None
    assert waived.state == "waived"


def test_confirmed_longer_ago_than_thirty_days_is_found_again() -> None:
    old = [Reading(NOW - timedelta(days=n), lacks, lacks, 0, 0) for n, lacks in ((60, 1), (50, 0), (40, 1))]
    judged = judge([*old, Reading(NOW, 1, 1, 0, 0)])
    assert judged is not None
    assert judged.state == "found"


def test_grace_rests_a_card_whose_items_are_held() -> None:
    trace = [reading(1, 1), reading(2, 1, 1), reading(3, 1, 0, 1)]

    def after(day: int, from_at: datetime | None, covered: int = 0) -> tuple[str, int, int, bool]:
        now = Reading(at(day), 1, 1, covered, 1)
        judged = judge([*trace, now], grace=Grace(7, from_at))
        assert judged is not None
        return judged.state, judged.held, judged.needed, judged.is_waiting

    assert after(5, at(3)) == ("done", 1, 1, False)
    assert after(25, None) == ("done", 1, 1, True)
    assert after(11, at(3)) == ("relapsed", 1, 2, False)
    assert after(5, at(3), covered=1) == ("doing", 1, 2, False)
    assert after(11, at(3), covered=1) == ("doing", 1, 2, False)


def test_a_flicker_of_one_act_is_nobodys_state() -> None:
    moment = at(3)
    trace = settled(
        [
            Reading(at(1), 3, 3, 3, 0),
            Reading(moment, 3, 3, 2, 0),
            Reading(moment + timedelta(seconds=1), 3, 3, 3, 0),
            Reading(at(4), 3, 3, 3, 0),
        ]
    )
    assert judge(trace) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=12
    ),
    st.booleans(),
)
def test_laws_of_a_card(rows: list[tuple[int, int, int, int]], is_waived: bool) -> None:
    trace = [
        Reading(at(1) + timedelta(hours=number), lacks, lacks + unacked, covered, held)
        for number, (lacks, covered, held, unacked) in enumerate(rows)
    ]
    judged = judge(trace, is_waived=is_waived)
    assert (judged is None) == all(one.uncovered == 0 for one in trace)
    if judged is None:
        return
    assert 0 <= judged.held <= judged.needed
    assert judged.uncovered <= judged.lacks
    assert (judged.solved_at is None) == (judged.lacks > 0)
    if not is_waived:
        assert (judged.state in ("done", "confirmed")) == (judged.lacks == 0)
        assert (judged.state in ("found", "relapsed")) == (judged.uncovered > 0)
        assert trail(trace)[-1][1] == judged.state
        assert trail(trace)[0] == (judged.found_at, trail(trace)[0][1])


def test_a_deal_without_a_next_step_is_dirty_until_it_has_one() -> None:
    teller = Teller()
    deal = teller.deal("stage-1", 100, created_on=date(2026, 11, 20), recorded_at=at(20))
    card = one(teller, "deal_dirty")
    assert card is not None
    assert (card.state, card.subject_id, card.rule.command) == ("found", deal, "open")
    teller.activity(at(26), deal_id=deal, recorded_at=NOW + timedelta(minutes=5), rev=0)
    assert state(teller, "deal_dirty", NOW + timedelta(minutes=10)) == "done"
    teller.acknowledge()
    assert state(teller, "deal_dirty", NOW + timedelta(minutes=10)) == "confirmed"
    assert state(teller, "deal_dirty", at(26, "23:00")) is None
    assert state(teller, "deal_dirty", at(27)) == "relapsed"


def test_a_deal_has_one_open_card_by_the_weight_of_its_rules() -> None:
    teller = Teller()
    teller.deal("stage-1", 100, created_on=date(2026, 10, 1))
    rules = [card.rule.id for card in cards_of(teller.book(), ME)]
    assert rules == ["deal_dirty"]


def test_a_stalled_deal_is_planned_held_rests_and_is_won() -> None:
    teller = Teller()
    deal = teller.deal("stage-4", 4_400_000, created_on=date(2026, 10, 20), expected_on=date(2026, 12, 30))
    step = teller.activity(at(24, "14:00"), kind="call", deal_id=deal, recorded_at=at(20))
    assert state(teller, "deal_stalled", at(20, "12:00")) == "planned"
    teller.change(step, at(24, "15:00"), rev=0, status="held")
    assert state(teller, "deal_dirty", at(24, "16:00")) == "relapsed"
    resting = one(teller, "deal_stalled", at(24, "16:00"))
    assert resting is not None
    assert (resting.state, resting.judged.held, resting.judged.needed) == ("done", 1, 1)
    teller.activity(at(25, "14:00"), kind="call", deal_id=deal, recorded_at=at(24, "16:10"))
    assert state(teller, "deal_stalled", at(24, "16:20")) == "doing"
    teller.change(deal, at(24, "17:00"), stage_id="stage-won", closed_on=date(2026, 11, 24))
    assert state(teller, "deal_stalled", at(24, "17:01")) == "confirmed"


def test_regressed_ends_when_the_stage_is_regained() -> None:
    teller = Teller()
    deal = teller.deal("stage-3", 100, created_on=date(2026, 11, 10), expected_on=date(2026, 12, 30))
    teller.stage_change(deal, "stage-2", "stage-3", at(12))
    teller.change(deal, at(20, "10:00"), stage_id="stage-2")
    teller.stage_change(deal, "stage-3", "stage-2", at(20, "10:00"))
    teller.activity(at(30), kind="task", deal_id=deal, recorded_at=at(21))
    assert state(teller, "deal_regressed", at(20, "11:00")) is None
    assert state(teller, "deal_dirty", at(20, "11:00")) == "found"
    assert state(teller, "deal_regressed", at(22)) == "planned"
    teller.change(deal, at(23), stage_id="stage-3")
    teller.stage_change(deal, "stage-2", "stage-3", at(23))
    assert state(teller, "deal_regressed", at(23, "12:00")) == "confirmed"


def test_a_milestone_passed_by() -> None:
    teller = Teller()
    deal = teller.deal("stage-3", 100, created_on=date(2026, 11, 16), recorded_at=at(16))
    teller.stage_change(deal, "stage-2", "stage-3", at(20))
    teller.activity(at(30), kind="task", deal_id=deal, recorded_at=at(16))
    assert state(teller, "milestone_missing") == "found"
    teller.milestones.append(
        MilestoneDone(id="done-1", rev=1, deal_id=deal, stage_id="stage-2", done_at=at(24, "09:00"))
    )
    assert state(teller, "milestone_missing", at(24, "10:00")) == "confirmed"


def test_behind_pace_is_covered_by_money_with_a_next_step() -> None:
    teller = Teller()
    teller.target(21_000)
    card = one(teller, "behind_pace")
    assert card is not None
    assert (card.state, card.money_minor, card.rule.key) == ("found", 16_000, "g")
    deal = teller.deal("stage-4", 16_000, expected_on=date(2026, 11, 30), recorded_at=NOW)
    teller.activity(at(30), deal_id=deal, recorded_at=NOW)
    assert state(teller, "behind_pace", NOW + timedelta(minutes=1)) == "planned"
    teller.change(deal, at(24, "12:00"), stage_id="stage-won", closed_on=date(2026, 11, 24))
    assert state(teller, "behind_pace", at(24, "13:00")) == "confirmed"


def test_no_target_no_pace() -> None:
    assert one(Teller(), "behind_pace") is None


def test_customers_past_their_limit() -> None:
    teller = Teller()
    unseen, prospect = teller.account("A"), teller.account("C", lifecycle="prospect")
    teller.activity(at(20), "held", account_id=teller.account("A"))
    teller.activity(at(30, month=10), "held", account_id=unseen)
    before = teller.activity(at(25, month=10), "held", account_id=list(teller.accounts)[-1])
    card = one(teller, "tier_overdue")
    assert card is not None
    assert isinstance(card.finding[0], Unseen)  # type: ignore[index]
    assert [row.account.id for row in card.finding] == [unseen]  # type: ignore[union-attr]
    assert (card.state, card.judged.lacks, card.rule.key) == ("found", 1, "a")
    assert before
    assert prospect in teller.accounts
    visit = teller.activity(at(26), account_id=unseen, recorded_at=NOW)
    planned = one(teller, "tier_overdue", NOW + timedelta(minutes=1))
    assert planned is not None
    assert planned.judged.uncovered == 0
    teller.change(visit, at(26, "12:00"), status="held")
    assert state(teller, "tier_overdue", at(26, "13:00")) == "confirmed"


def test_customers_with_the_same_history_are_each_counted() -> None:
    teller = Teller()
    never = [teller.account("A") for _ in range(3)]
    twins = [teller.account("A") for _ in range(2)]
    for account in twins:
        teller.activity(at(12), "held", account_id=account)
    alone = teller.account("A")
    teller.activity(at(13), "held", account_id=alone)
    card = one(teller, "tier_overdue", at(13, "13:00"))
    assert card is not None
    assert [row.account.id for row in card.finding] == never  # type: ignore[union-attr]
    assert (card.trace[0].lacks, card.trace[-1].lacks, card.trace[-1].held) == (6, 3, 3)
    assert [reading.held for reading in card.trace[-2:]] == [2, 3]


def test_a_past_day_has_the_cards_of_that_day() -> None:
    teller = Teller()
    teller.kpi(1)
    teller.activity(at(20), "held", recorded_at=at(20, "12:00"))
    assert state(teller, "kpi_uncovered", at(19)) == "found"
    assert state(teller, "kpi_uncovered", at(20, "13:00")) == "confirmed"


MOMENTS = st.builds(lambda day, hour: at(1) + timedelta(days=day, hours=hour), st.integers(-40, 22), st.integers(0, 9))
DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 20))


@given(
    st.lists(
        st.tuples(st.sampled_from(("stage-1", "stage-2", "stage-3", "stage-4")), DAYS, st.one_of(st.none(), DAYS)),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.tuples(MOMENTS, MOMENTS, MOMENTS, st.sampled_from(("planned", "held", "cancelled"))), max_size=5),
    st.lists(st.tuples(MOMENTS, st.sampled_from(("stage-1", "stage-2", "stage-3"))), max_size=3),
)
def test_the_days_that_are_read_are_the_days_that_matter(
    deals: list[tuple[str, date, date | None]],
    steps: list[tuple[datetime, datetime, datetime, str]],
    moves: list[tuple[datetime, str]],
) -> None:
    teller = Teller()
    teller.target(5_000)
    ids = [
        teller.deal(stage, 1_000, created_on=created, expected_on=expected, recorded_at=at(1) - timedelta(days=60))
        for stage, created, expected in deals
    ]
    for number, (planned_at, starts_at, changed_at, status) in enumerate(steps):
        row = teller.activity(starts_at, deal_id=ids[number % len(ids)], recorded_at=planned_at)
        if changed_at > planned_at:
            teller.change(row, changed_at, status=status)
    for moved_at, stage in sorted(moves):
        teller.stage_change(ids[0], deals[0][0], stage, moved_at)
        teller.change(ids[0], moved_at, stage_id=stage)

    def read() -> list[tuple[str, str, datetime, int, int]]:
        return [
            (card.id, card.state, card.judged.found_at, card.judged.held, card.judged.needed)
            for card in cards_of(teller.book(), ME)
        ]

    few = read()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(deal_view._Past, "turning_days", lambda *_: [date(2026, 11, day) for day in range(1, 31)])
        assert read() == few
        patched.setattr(DealReader, "is_long_silent", lambda *_: False)
        assert read() == few
