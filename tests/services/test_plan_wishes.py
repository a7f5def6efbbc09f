"""A plan under wishes: other days, limits, aims, what stays and what is left out; why an account is not in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cockpit.errors import BadUse, NotAllowed
from cockpit.planning.wishes import Wish
from cockpit.services.plan_case import Span
from cockpit.services.plan_ticket import Ticket
from cockpit.services.snapshots import ReplanProposal
from tests.planning import checker
from tests.services.conftest import Month
from tests.services.test_replan import added
from tests.support.company import NOW, at


def plan_of(proposal: ReplanProposal) -> Ticket:
    ticket = proposal.ticket
    assert isinstance(ticket, Ticket)
    found = checker.violations(ticket.plan)
    if ticket.wished.asked is not ticket.wished.problem:  # what it cost is told in terms of what was asked
        found = [words for words in found if not words.startswith("says it costs")]
    assert found == []
    return ticket


def test_later_days_are_planned_anew_while_today_and_tomorrow_stay(month: Month) -> None:
    proposal = month.services.replan.propose(first=date(2026, 11, 26), last=date(2026, 11, 30))
    assert {row.starts_at.date() for row in proposal.after} <= {date(2026, 11, day) for day in range(26, 31)}
    assert (proposal.first, proposal.last) == (date(2026, 11, 26), date(2026, 11, 30))
    assert sum(("fills visits a month", 0) in row.reasons for row in proposal.after) == 2
    plan_of(proposal)
    month.services.replan.accept(proposal)
    assert month.uncovered(at(24, "08:45"))[2] == 0
    assert month.services.replan.propose(first=date(2026, 11, 26), last=date(2026, 11, 30)).is_empty


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 25), None, "Today and tomorrow stay: begin on 2026-11-26 or later."),
        (date(2026, 11, 28), date(2026, 11, 27), "The last day, 2026-11-27, is before the first, 2026-11-28."),
        (date(2026, 11, 28), date(2027, 11, 27), "At most 92 days can be planned at once."),
    ],
)
def test_days_that_cannot_be_planned_are_refused(
    month: Month,
    first: date,
    last: date | None,
    words: str,
) -> None:
    with pytest.raises(BadUse) as refused:
        month.services.replan.propose(first=first, last=last)
    assert refused.value.detail == words


def test_without_an_end_the_days_go_to_the_sunday_and_fill_keeps_to_the_days_named(month: Month) -> None:
    assert month.services.replan.propose(first=date(2026, 11, 26)).last == date(2026, 11, 29)
    proposal = month.services.replan.fill(first=date(2026, 11, 27), last=date(2026, 11, 27))
    assert {row.starts_at.date() for row in added(proposal)} == {date(2026, 11, 27)}
    with pytest.raises(BadUse):
        month.services.replan.fill(first=NOW.date().replace(day=20))


def test_a_wish_of_least_change_adds_nothing_and_one_of_money_takes_the_richest(month: Month) -> None:
    for name, amount in (("德胜电气", 9_000_000), ("中北制药", 8_000_000)):
        month.company.deal(name, "stage-3", amount, account_id=month.accounts[name], expected_on=at(30).date())
    least = month.services.replan.fill(wish=Wish(aim="least"))
    assert (least.is_empty, least.aim, least.short) == (True, "least", (("visits a month", 2),))
    money = month.services.replan.fill(wish=Wish(aim="money"))
    assert {row.account for row in added(money)} == {"德胜电气", "中北制药"}
    for row in added(money):
        assert sum(points for _text, points in row.reasons) == row.score
    assert any("unseen" in text or "no visit" in text for row in added(money) for text, _points in row.reasons)
    plan_of(money)


def test_other_plans_differ_and_can_be_accepted(month: Month) -> None:
    proposal = month.services.replan.fill()
    choices = month.services.replan.choices(proposal)
    assert "least" in {plan.aim for plan in choices.others}
    written = [tuple((r.account, r.starts_at) for r in added(plan)) for plan in (proposal, *choices.others)]
    assert len(set(written)) == len(written)
    assert choices.relaxed == ()


def test_a_line_that_is_pinned_stays_while_the_rest_is_planned_again(month: Month) -> None:
    proposal = month.services.replan.fill()
    ticket = plan_of(proposal)
    pinned, other = ticket.plan.changes
    wish = Wish(pins=(pinned,), out=frozenset({other.account_id or ""}))
    again = month.services.replan.fill(wish=wish)
    lines = plan_of(again).plan.changes
    assert len(lines) == 2
    found = next(line for line in lines if line.account_id == pinned.account_id)
    assert (found.on, found.starts, found.points) == (pinned.on, pinned.starts, pinned.points)
    assert other.account_id not in {line.account_id for line in lines}
    assert again.scores[0].before == proposal.scores[0].before == "13"
    assert again.scores[0].after == "15"
    month.services.replan.accept(again)
    assert month.uncovered(at(24, "08:45")) == (11, 4, 0)


def test_a_pin_whose_visit_is_gone_is_no_pin(month: Month) -> None:
    ticket = plan_of(month.services.replan.fill())
    stale = replace(ticket.plan.changes[0], source_id="gone")
    again = month.services.replan.fill(wish=Wish(pins=(stale,)))
    assert all(not line.is_locked for line in plan_of(again).plan.changes)


def test_what_is_kept_does_not_move_and_what_is_unvisited_is_left(month: Month) -> None:
    unvisited = month.company.activity(at(23, "15:00"), account_id=month.accounts["华光电子"])
    crossing = month.company.activity(at(24, "09:45"), account_id=month.accounts["安捷重工"])
    free = month.services.replan.propose()
    assert {unvisited, crossing} <= {line.source_id for line in plan_of(free).plan.changes}
    kept = month.services.replan.propose(wish=Wish(keep=frozenset({unvisited, crossing})))
    assert not {unvisited, crossing} & {line.source_id for line in plan_of(kept).plan.changes}
    row = next(row for row in kept.after if row.activity_id == crossing)
    assert (row.sign, row.is_locked) == ("=", True)


def test_limits_hold_and_are_shown(month: Month) -> None:
    wish = Wish(max_visits=3, day_ends=16 * 60, travel_limit=45)
    proposal = month.services.replan.propose(wish=wish)
    plan = plan_of(proposal).plan
    assert all(sum(line.on == day.on and line.kind == "visit" for line in plan.lines) <= 3 for day in plan.problem.days)
    assert [(limit.name, limit.value, limit.is_changed) for limit in proposal.limits] == [
        ("visits", "3", True),
        ("day_ends", "16:00", True),
        ("travel", "45", True),
    ]


def test_an_impossible_kpi_names_what_would_reach_more(month: Month) -> None:
    rule = month.company.kpi(40)
    day = date(2026, 11, 24)
    proposal = month.services.replan.fill(rule, first=day, last=day, wish=Wish(max_visits=3))
    (found,) = month.services.replan.choices(proposal).relaxed
    assert proposal.short == (("visits a month", 40 - found.reached),)
    tries = dict(found.tries)
    assert tries["5 visits a day"] > found.reached
    assert tries["cadence off"] == found.reached


def test_why_not_names_the_first_rule_in_the_way(month: Month) -> None:
    month.company.activity(at(20, "10:00"), "held", account_id=month.accounts["中北制药"])
    proposal = month.services.replan.fill()
    planned = added(proposal)[0]
    service = month.services.replan
    assert service.why_not(proposal, planned.account).is_planned
    near = service.why_not(proposal, "中北制药")
    assert near.text == "cadence until Sat 12-05 (met Fri 11-20, at least 15 days)"
    assert len(near.days) == 5
    full = service.fill(wish=Wish(max_visits=1))
    assert dict(service.why_not(full, "德胜电气").days)[date(2026, 11, 24)] == "day full (1)"
    out = service.fill(wish=Wish(out=frozenset({month.accounts["德胜电气"]})))
    assert service.why_not(out, "德胜电气").text == "you left it out"


def test_why_not_says_when_one_would_arrive(month: Month) -> None:
    month.company.activity(at(24, "16:30"), account_id=month.accounts["中北制药"])
    proposal = month.services.replan.propose(wish=Wish(day_ends=17 * 60 + 30))
    text = dict(month.services.replan.why_not(proposal, "德胜电气").days)[date(2026, 11, 24)]
    assert text.startswith(("would arrive 17:", "would be back 1"))


@pytest.mark.parametrize(("day", "first", "week", "month_end"), [(24, 26, 29, 30), (20, 23, 29, 30), (26, 30, 36, 30)])
def test_the_week_and_the_month_begin_on_a_working_day(
    month: Month, monkeypatch: pytest.MonkeyPatch, day: int, first: int, week: int, month_end: int
) -> None:
    monkeypatch.setenv("COCKPIT_NOW", at(day, "08:30").isoformat())
    begin = date(2026, 11, 1) + timedelta(days=first - 1)
    spans: dict[Span, int] = {"week": week, "month": month_end}
    for span, last in spans.items():
        proposal = month.services.replan.later(span)
        assert (proposal.first, proposal.last) == (begin, date(2026, 11, 1) + timedelta(days=last - 1))


def test_a_plan_is_planned_again_with_a_row_held_left_out_and_a_limit_moved(month: Month) -> None:
    service = month.services.replan
    proposal = service.fill()
    number = next(place for place, row in enumerate(proposal.after, 1) if row.sign == "+")
    row = proposal.after[number - 1]
    held = service.hold(proposal, number)
    again = next(found for found in held.after if found.account == row.account)
    assert (again.sign, again.is_locked, again.starts_at) == ("+", True, row.starts_at)
    assert not any(found.is_locked and found.sign == "+" for found in service.hold(held, number).after)
    out = service.leave_out(proposal, number)
    assert row.account not in {found.account for found in added(out)}
    fewer = service.limit(proposal, "visits", -3)
    assert [limit.value for limit in fewer.limits] == ["3", "18:00", "90", "0"]
    assert not service.limit(fewer, "visits", 3).limits[0].is_changed
    with pytest.raises(NotAllowed):
        service.leave_out(proposal, next(n for n, found in enumerate(proposal.after, 1) if found.sign == "="))


def test_a_buffer_is_offered_and_made_only_when_it_is_asked_for(month: Month) -> None:
    company, service = month.company, month.services.replan
    missed = company.account("常缺", "C", cadence_days=90)
    for number in range(9):
        company.activity(at(2 + number, "16:00"), "not_held", account_id=missed)
    proposal = service.fill()
    kept = proposal.kept
    assert kept is not None
    assert (kept.held, kept.planned, kept.buffer) == (12, 21, 3)
    assert proposal.notes[0].startswith("You keep 57 % of planned visits (12 of 21, 4")
    assert [row.is_buffer for row in added(proposal)] == [False, False]
    more = service.limit(service.limit(proposal, "buffer", 1), "buffer", 1)
    assert [row.is_buffer for row in added(more)] == [False, False, True, True]
    assert ("buffer beyond visits a month", 0) in added(more)[-1].reasons
    assert (more.scores[0].after, more.scores[0].meaning) == ("17", "limit 15; uncovered 2 to 0")
    assert not [note for note in more.notes if note.startswith("You keep")]
    plan_of(more)
    held = service.hold(more, next(n for n, row in enumerate(more.after, 1) if row.is_buffer))
    assert [row.is_buffer for row in added(held)].count(True) == 2
    service.accept(held)
    assert month.uncovered(at(24, "08:45")) == (11, 6, 0)
    assert service.fill().is_empty
    assert service.propose().kept is None
