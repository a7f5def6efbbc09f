"""What came into the pipeline and what left it: opening plus moves is the closing, whatever happened between."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.flow import INFLOW, KINDS, Flow, flow, money_of
from cockpit.domain.periods import period_of
from tests.support.books import LONG_AGO, Teller
from tests.support.company import MATE, ME, NOW, at

NOVEMBER = period_of("month", date(2026, 11, 24))
OCTOBER_END = date(2026, 10, 31)
IN_NOVEMBER, IN_DECEMBER = date(2026, 11, 28), date(2026, 12, 20)


def november(teller: Teller, owners: tuple[str, ...] = (ME,)) -> Flow:
    return flow(teller.book(), owners, OCTOBER_END, NOVEMBER, "CNY")


def kinds(found: Flow) -> list[tuple[str, int, int]]:
    return [(move.kind, move.deals, move.minor) for move in found.moves]


def test_created_and_pulled_in_come_pushed_out_and_lost_go() -> None:
    teller = Teller()
    teller.deal("stage-1", 100, created_on=date(2026, 11, 5), expected_on=IN_NOVEMBER, recorded_at=at(5))
    pulled = teller.deal("stage-2", 200, expected_on=IN_DECEMBER)
    teller.change(pulled, at(6), expected_on=IN_NOVEMBER)
    pushed = teller.deal("stage-2", 300, expected_on=IN_NOVEMBER)
    teller.change(pushed, at(7), expected_on=IN_DECEMBER)
    lost = teller.deal("stage-2", 400, expected_on=IN_NOVEMBER)
    teller.change(lost, at(8), stage_id="stage-lost", closed_on=date(2026, 11, 8))
    found = november(teller)
    assert kinds(found) == [("created", 1, 100), ("pulled_in", 1, 200), ("lost", -1, -400), ("pushed_out", -1, -300)]
    assert (found.opening_minor, found.closing_minor) == (700, 300)
    assert money_of(found.of(INFLOW)) == 300


def test_a_deal_won_with_a_new_amount_is_raised_and_won() -> None:
    teller = Teller()
    deal = teller.deal("stage-4", 1_000, expected_on=IN_NOVEMBER)
    teller.change(deal, at(9), stage_id="stage-won", closed_on=date(2026, 11, 9), amount_minor=1_200)
    assert kinds(november(teller)) == [("raised", 0, 200), ("won", -1, -1_200)]


def test_what_came_and_was_won_between_the_days_is_shown_twice() -> None:
    teller = Teller()
    deal = teller.deal("stage-1", 500, created_on=date(2026, 11, 3), recorded_at=at(3))
    teller.change(deal, at(12), stage_id="stage-won", closed_on=date(2026, 11, 12))
    assert kinds(november(teller)) == [("created", 1, 500), ("won", -1, -500)]


def test_what_another_handed_over_came_and_what_i_handed_on_left() -> None:
    teller = Teller()
    mine = teller.deal("stage-2", 10, expected_on=IN_NOVEMBER)
    theirs = teller.deal("stage-2", 20, owner=MATE, expected_on=IN_NOVEMBER)
    teller.change(mine, at(4), owner_id=MATE)
    teller.change(theirs, at(4), owner_id=ME)
    assert kinds(november(teller)) == [("taken_over", 1, 20), ("handed_on", -1, -10)]
    assert kinds(november(teller, (ME, MATE))) == []


def test_money_of_another_currency_counts_as_a_deal_only() -> None:
    teller = Teller()
    teller.deal(
        "stage-1", 100, currency="USD", created_on=date(2026, 11, 5), expected_on=IN_NOVEMBER, recorded_at=at(5)
    )
    assert kinds(november(teller)) == [("created", 1, 0)]


days = st.integers(0, 80).map(lambda n: date(2026, 10, 1) + timedelta(days=n))
changes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "expected_on": st.one_of(st.none(), days),
        "amount_minor": st.one_of(st.none(), st.integers(-50, 5_000)),
        "stage_id": st.sampled_from(["stage-1", "stage-3", "stage-won", "stage-lost"]),
        "owner_id": st.sampled_from([ME, MATE]),
        "closed_on": st.one_of(st.none(), days),
        "currency": st.sampled_from(["CNY", "USD"]),
    },
)
moments = st.integers(1, 24 * 50).map(lambda hours: NOW - timedelta(hours=hours))


@st.composite
def told(draw: st.DrawFn) -> Teller:
    teller = Teller()
    for _number in range(draw(st.integers(1, 5))):
        recorded: datetime = draw(st.one_of(st.just(LONG_AGO), moments))
        first: dict[str, Any] = {"stage_id": "stage-1", "owner_id": ME, **draw(changes)}
        deal = teller.deal(
            first.pop("stage_id"),
            first.pop("amount_minor", 100),
            owner=first.pop("owner_id"),
            recorded_at=recorded,
            created_on=draw(days),
            **first,
        )
        for moment in sorted(draw(st.lists(moments, max_size=4))):
            if moment > recorded:
                teller.change(deal, moment, **draw(changes))
    return teller


@given(told(), days, st.sampled_from(["month", "quarter", None]), st.sampled_from([(ME,), (ME, MATE)]))
def test_opening_and_moves_make_the_closing(teller: Teller, since: date, kind: Any, owners: tuple[str, ...]) -> None:
    book = teller.book()
    period = None if kind is None else period_of(kind, book.today)
    found = flow(book, owners, min(since, book.today), period, "CNY")
    assert found.opening_minor + money_of(found.moves) == found.closing_minor
    assert len(found.opening) + sum(move.deals for move in found.moves) == len(found.closing)
    assert {move.kind for move in found.moves} <= set(KINDS)
