"""What a new plan is offered for, one cause at a time, and that it goes away once it is planned for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from cockpit import i18n
from cockpit.domain.book import Book
from cockpit.domain.entities import Activity, Deal, LogEntry, Person, Tier
from cockpit.planning.offer import offer_of
from cockpit.services.reasons import reason_text
from tests.planning.books import REP, account, activity, at, book, kpi

NOON = at(24, 11 * 60)


def code(rows: Book) -> str:
    found = offer_of(rows, REP)
    return found.code if found is not None else ""


def day(*more: Activity, deals: Sequence[Deal] = (), holidays: frozenset[date] = frozenset()) -> Book:
    """Three accounts, ten kilometres apart; a visit held this morning keeps the morning's offer away."""
    rows = [activity("done", "acc-0", 24, 540, status="held"), *more]
    accounts = [account(f"acc-{n}", "B", 10.0 * n, 0.0) for n in range(3)]
    return book(accounts, rows, now=NOON, deals=deals, holidays=holidays)


def test_nothing_is_offered_on_a_quiet_day_and_on_a_day_off() -> None:
    quiet = day(activity("next", "acc-1", 24, 14 * 60))
    assert code(quiet) == ""
    off = day(activity("off", "acc-1", 24, 840, status="cancelled"), holidays=frozenset({date(2026, 11, 24)}))
    assert code(off) == ""


def test_a_cancel_is_offered_until_its_account_has_a_new_day() -> None:
    cancelled = activity("gone", "acc-1", 24, 840, status="cancelled")
    found = offer_of(day(cancelled), REP)
    assert found is not None
    assert (found.code, found.facts["account_id"], found.facts["at"]) == ("offer_cancelled", "acc-1", 840)
    assert code(day(cancelled, activity("anew", "acc-1", 26, 600))) == ""
    assert code(day(activity("call", None, 24, 840, status="cancelled", kind="task"))) == ""


def test_late_is_more_than_a_quarter_of_an_hour_by_the_trip_from_the_last_visit() -> None:
    trip = 37  # ten kilometres
    late = day(activity("next", "acc-1", 24, 660 + trip - 16))
    found = offer_of(late, REP)
    assert found is not None
    assert (found.code, found.facts["minutes"]) == ("offer_late", 16)
    assert code(day(activity("next", "acc-1", 24, 660 + trip - 15))) == ""


def test_a_visit_that_has_begun_is_late_only_when_the_last_one_ended_late() -> None:
    assert code(day(activity("now", "acc-1", 24, 650))) == ""
    overran = activity("long", "acc-0", 24, 545, 90, status="held")
    assert code(day(overran, activity("now", "acc-1", 24, 650))) == "offer_late"


def change(actor: str, minute: int, number: int = 1) -> LogEntry:
    return LogEntry(
        id=f"log-{number}",
        entity="activity",
        entity_id="next",
        op="patch",
        recorded_at=at(24, minute),
        actor_id=actor,
        before={},
        after={"starts_at": "2026-11-24T14:00:00+08:00"},
    )


def test_somebody_elses_change_is_offered_until_the_rep_planned_himself() -> None:
    rows = day(activity("next", "acc-1", 24, 14 * 60))
    assert code(replace(rows, log=(change("lead", 600),))) == "offer_changed"
    assert code(replace(rows, log=(change("lead", 600), change(REP, 610, 2)))) == ""
    goal = replace(change("lead", 600), after={"goal": "budget"})
    assert code(replace(rows, log=(goal,))) == ""


def chance(created_on: date, amount_minor: int | None = 5, number: int = 1, account_id: str = "acc-2") -> Deal:
    return Deal(
        id=f"deal-{number}",
        name="deal",
        owner_id=REP,
        account_id=account_id,
        stage_id="open",
        amount_minor=amount_minor,
        created_on=created_on,
    )


def others(*amounts: int) -> list[Deal]:
    """Open deals of old."""
    return [chance(date(2026, 9, 1), amount, 10 + number, "acc-1") for number, amount in enumerate(amounts)]


def test_a_new_chance_is_offered_until_its_account_is_planned_for() -> None:
    new = chance(date(2026, 11, 23))
    assert code(day(deals=[new])) == "offer_chance"
    assert code(day(activity("next", "acc-2", 25, 600), deals=[new])) == ""
    assert code(day(activity("met", "acc-2", 24, 600, status="held"), deals=[new])) == ""
    assert code(day(deals=[chance(date(2026, 11, 20))])) == ""


@pytest.mark.parametrize(("amount", "is_hot"), [(None, False), (0, False), (30, False), (31, True), (100, True)])
def test_a_new_deal_is_hot_when_under_a_quarter_of_the_others_are_larger(amount: int | None, is_hot: bool) -> None:
    rows = day(deals=[chance(date(2026, 11, 23), amount), *others(10, 20, 30, 31)])
    assert code(rows) == ("offer_chance" if is_hot else "")
    in_dollars = replace(rows, deals=(replace(rows.deals[0], currency="USD"), *rows.deals[1:]))
    assert code(in_dollars) == "", "an amount in another currency says nothing beside these"


def test_the_largest_of_several_is_named_and_tier_a_is_hot_at_any_amount() -> None:
    small = chance(date(2026, 11, 24), None)
    rows = day(deals=[small, *others(10, 20, 30, 40)])
    rows = replace(rows, accounts={**rows.accounts, "acc-2": replace(rows.accounts["acc-2"], tier="A")})
    assert code(rows) == "offer_chance"
    large = replace(chance(date(2026, 11, 24), 500, 2), account_id="acc-0")
    rows = replace(rows, deals=(*rows.deals, large), activities=())
    found = offer_of(rows, REP)
    assert found is not None
    assert (found.facts["account_id"], found.facts["amount_minor"]) == ("acc-0", 500)


def test_what_came_on_friday_is_new_on_monday() -> None:
    rows = day(deals=[chance(date(2026, 11, 20))])
    assert code(replace(rows, as_of=at(23, 660), activities=())) == "offer_chance"


def prospects(count: int, tier: Tier = "A") -> Book:
    rows = day()
    new = [replace(account(f"new-{n}", tier), lifecycle="prospect") for n in range(count)]
    accounts = {**rows.accounts, **{row.id: row for row in new}}
    return replace(rows, accounts=accounts, recorded={row.id: at(23, 600) for row in new})


def test_a_new_prospect_of_tier_a_is_hot_without_a_deal() -> None:
    assert code(prospects(1)) == "offer_prospect"
    assert code(prospects(1, "B")) == ""
    known = replace(prospects(1), recorded={"new-0": at(20, 600)})
    assert code(known) == ""
    rows = prospects(1)
    planned = activity("next", "new-0", 26, 600)
    assert code(replace(rows, activities=(*rows.activities, planned))) == ""
    assert code(prospects(11)) == "", "an import is no news of one"


def test_the_morning_is_offered_before_the_first_visit_alone() -> None:
    early, accounts = at(24, 510), [account("acc-0")]
    left = activity("left", "acc-0", 23, 600)
    found = offer_of(book(accounts, [left], [kpi(3)], now=early), REP)
    assert found is not None
    assert (found.code, found.facts["left"], found.facts["short"]) == ("offer_morning", 1, 3)
    begun = activity("begun", "acc-0", 24, 500)
    assert code(book(accounts, [left, begun], [kpi(3)], now=early)) == ""
    assert code(book(accounts, [], [], now=early)) == ""


def offers() -> list[tuple[Book, frozenset[str], str, str]]:
    """A day for each cause, and what is said of it."""
    meeting = activity("next", "acc-1", 24, 840)
    lead = Person(id="lead", name="周岚", role="team_lead")
    early = book([account("acc-0")], [activity("left", "acc-0", 23, 600)], [kpi(3)], now=at(24, 510))
    return [
        (day(meeting), frozenset({"next"}), "acc-1, Tue 11-24: your plan and the hub's differ", "您的计划与中心的不同"),
        (day(replace(meeting, status="cancelled")), frozenset(), "14:00 acc-1 cancelled", "14:00 acc-1 取消"),
        (day(activity("next", "acc-1", 24, 681)), frozenset(), "16 min late for acc-1 at 11:21", "16"),
        (
            replace(day(meeting), log=(change("lead", 600),)),
            frozenset(),
            "acc-1, Tue 11-24: changed by somebody else",
            "被他人改动",
        ),
        (
            replace(day(meeting), people={"lead": lead, **day().people}, log=(change("lead", 600),)),
            frozenset(),
            "acc-1, Tue 11-24: changed by 周岚",
            "周岚",
        ),
        (day(deals=[chance(date(2026, 11, 24), 6_600_000)]), frozenset(), "new chance: acc-2, 66k", "6.6万"),
        (prospects(1), frozenset(), "new prospect of tier A: new-0", "A 类新线索：new-0"),
        (early, frozenset(), "Before you start: 1 unvisited, 3 lack a plan", "开始之前：1 个未访"),
    ]


@pytest.mark.parametrize("number", range(8))
def test_each_offer_is_said_in_both_languages(number: int) -> None:
    rows, disputed, english, chinese = offers()[number]
    found = offer_of(rows, REP, disputed=disputed)
    assert found is not None
    assert reason_text(found, rows) == english
    i18n.set_language("zh")
    text = reason_text(found, rows)
    assert chinese in text
    assert text != english
    assert "{" not in text
