"""A nudge from the lead's words to the rep's answer: who may send it, where it lands, how far it got."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from cockpit import clock
from cockpit.domain.book import Book
from cockpit.domain.entities import Activity
from cockpit.domain.nudges import Course, courses
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.services.container import Services, services_on
from cockpit.services.nudge_words import behaviour_text
from cockpit.storage.reading import one
from cockpit.storage.tables import OutboxRow
from tests.support.company import HEAD, LEAD, MATE, ME, TEAM, ZONE, Company, at, sign_in
from tests.support.numbers import desk_of


@pytest.fixture
def led(company: Company) -> Company:
    """The lead's device. His rep has a KPI without plan and three visits of yesterday nobody answered for."""
    company.put("kpi_rule", id="kpi", name="面访", kind="visit", scope_id=TEAM, minimum=15, consequence_value=200)
    account = company.account("恒泰机械")
    for hour in ("09:00", "11:00", "15:00"):
        company.activity(at(23, hour), account_id=account)
    as_person(company, LEAD)
    return company


def as_person(company: Company, person_id: str) -> Services:
    with company.database.write() as session:
        sign_in(session, person_id)
    return services_on(company.database)


def nudge(company: Company, sent_day: int, rule: str = "kpi_uncovered", subject: str = "kpi", **values: Any) -> str:
    given = {"owner_id": ME, "by_id": LEAD, "rule": rule, "subject_id": subject, "message": "plan"}
    sent = values.pop("sent_at", at(sent_day, "09:20"))
    return company.put("nudge", sent, sent_at=sent, **given, **values)


def only_course(company: Company) -> tuple[Book, Course]:
    with company.database.look() as reader:
        book = desk_of(company).book(reader, rep_ids=[ME])
    (course,) = courses(book)
    return book, course


def test_from_the_prepared_words_to_the_answer(led: Company) -> None:
    lead = as_person(led, LEAD)
    page = lead.nudges.page(ME)
    assert page.draft is not None
    (first, *_rest) = lead.cards.load(ME)
    assert page.draft.about == first.what
    assert page.draft.message == f"{first.what}. To do: {first.to_do} [{first.key}]"
    saved = lead.nudges.send(ME)
    assert lead.team.load().reps[0].nudge == "sent"
    rep = as_person(led, ME)
    (card, *_rest) = rep.today.load().cards
    assert card.nudge is not None
    assert (card.nudge.by, card.nudge.message, card.nudge.is_seen) == ("Zhou Lan", page.draft.message, False)
    assert (card.rule, card.key, card.command) == (first.rule, first.key, first.command)
    assert rep.nudges.see([card.nudge.id])
    assert not rep.nudges.see([card.nudge.id])
    assert rep.nudges.load().lines[0].state == "seen"
    rep.nudges.answer(saved.id, "help", "come along")
    lead = as_person(led, LEAD)
    (line,) = lead.nudges.load(ME).lines
    assert (line.state, line.answer, line.answer_reason) == ("help", "help", "come along")
    steps = [step.step for step in lead.nudges.page(nudge_id=saved.id).trail]
    assert steps == ["found", "sent", "seen", "answered", "progress", "verdict"]


def test_a_look_at_the_home_is_nothing_to_take_back(led: Company) -> None:
    """`u` after it takes back what was done by a key before it."""
    sent = nudge(led, 24)
    rep = as_person(led, ME)
    account = led.account("新客户")
    rep.visits.plan(account, "fri 10")
    rep.nudges.see([sent])
    assert "新客户" in rep.undo.undo().text
    assert rep.nudges.load().lines[0].state == "seen"
    with pytest.raises(NotAllowed):
        rep.undo.undo()


def test_a_nudged_card_stands_first_while_it_is_open(led: Company) -> None:
    rep = as_person(led, ME)
    last = [card for card in rep.cards.load() if card.state == "found"][-1]
    nudge(led, 24, last.rule, last.subject_id)
    assert rep.cards.load()[0].id == last.id


def test_who_may_not(led: Company) -> None:
    for person, rep_id in ((ME, ME), (HEAD, ME), (LEAD, LEAD)):
        who = as_person(led, person)
        with pytest.raises(NotAllowed, match="his own team"):
            who.nudges.send(rep_id)
    lead = as_person(led, LEAD)
    with pytest.raises(UnknownName):
        lead.nudges.send(ME, about="deal_stalled")
    sent = lead.nudges.send(ME)
    with pytest.raises(NotAllowed, match="for somebody else"):
        lead.nudges.answer(sent.id, "ok")
    rep = as_person(led, ME)
    with pytest.raises(BadUse, match="no answer"):
        rep.nudges.answer(sent.id, "maybe")
    with pytest.raises(BadUse, match="reason"):
        rep.nudges.answer(sent.id, "not_fair", " ")


def test_nothing_to_nudge_about(company: Company) -> None:
    lead = as_person(company, LEAD)
    with pytest.raises(NotAllowed, match="no open problem"):
        lead.nudges.send(MATE)
    assert "no open problem" in lead.nudges.page(MATE).refusal


def test_the_third_in_a_week_needs_a_yes(led: Company) -> None:
    nudge(led, 23, "tier_overdue", ME)
    nudge(led, 24, "behind_pace", ME)
    nudge(led, 20, "funnel_thin", ME)
    lead = as_person(led, LEAD)
    assert lead.nudges.page(MATE).spent == 0
    with pytest.raises(NotAllowed, match="2 nudges this week"):
        lead.nudges.send(ME)
    assert lead.nudges.send(ME, is_confirmed=True).id


def test_the_same_thing_is_watched_once(led: Company) -> None:
    lead = as_person(led, LEAD)
    lead.nudges.send(ME, about="kpi_uncovered")
    with pytest.raises(NotAllowed, match="still watched"):
        lead.nudges.send(ME, about="kpi_uncovered")
    lead.nudges.send(ME)
    assert {line.rule for line in lead.nudges.load(ME).lines} == {"kpi_uncovered", "unvisited"}


def test_it_was_acted_on_by_the_rep_s_own_change_of_what_it_is_about(led: Company) -> None:
    nudge(led, 20)
    account = led.account("安捷重工")
    led.activity(at(25), account_id=account, recorded_at=at(20, "08:00"))
    assert only_course(led)[1].state == "sent"
    call = led.activity(at(25, "11:00"), account_id=account, kind="call", recorded_at=at(21))
    assert only_course(led)[1].acts == ()
    visit = led.activity(at(25, "13:00"), account_id=account, recorded_at=at(21))
    with led.database.write() as session:
        from sqlalchemy import text

        session.execute(text("UPDATE change_log SET actor_id = :me"), {"me": ME})
    _book, course = only_course(led)
    assert [entry.entity_id for entry in course.acts] == [visit] != [call]
    assert course.state == "acted"


@pytest.mark.parametrize(("held", "state"), [(5, "moved"), (4, "not_moved"), (0, "not_moved")])
def test_the_verdict_after_seven_days(led: Company, held: int, state: str) -> None:
    """Two visits in the ten working days before, then `held` in the five working days after."""
    nudge(led, 12)
    account = led.account("安捷重工")
    for day in (3, 9):
        led.activity(at(day), "held", account_id=account)
    for place in range(held):
        led.activity(at(16 + place % 4), "held", account_id=account)
    _book, course = only_course(led)
    assert (course.watched_until, course.state) == (date(2026, 11, 19), state)
    found = course.measured
    assert found is not None
    assert (found.before, found.before_of, found.since, found.since_of) == (2, 10, held, 5)
    lead = as_person(led, LEAD)
    past = lead.nudges.load().past
    assert (past.ended, past.moved) == (1, int(state == "moved"))
    page = lead.nudges.page(nudge_id=course.nudge.id)
    assert [line.is_judged for line in page.watch] == [True, False, False, False]
    assert page.trail[-1].text == {"moved": "MOVED", "not_moved": "NOT MOVED"}[state]


def test_a_verdict_stands_as_long_as_the_nudge_is_listed(led: Company) -> None:
    """Visits of before the months that are read count in no verdict: a nudge that rests on them is not listed any more."""
    account = led.account("安捷重工")
    for day, month in ((20, 8), (27, 8), (31, 8), (7, 9), (16, 9), (17, 9), (18, 9), (21, 9), (22, 9)):
        led.activity(at(day, month=month), "held", account_id=account)
    early, late = (nudge(led, day, sent_at=at(day, month=9)) for day in (3, 15))
    lead = as_person(led, LEAD)
    assert [(line.id, line.state) for line in lead.nudges.load().lines] == [(late, "moved")]
    assert lead.nudges.load().past.ended == 1
    then = at(20, month=9)
    assert {line.id for line in lead.nudges.load(as_of=then).lines} == {early, late}
    with pytest.raises(UnknownName):
        lead.nudges.page(nudge_id=early)
    assert lead.nudges.page(nudge_id=early, as_of=then).line is not None


def test_in_january_the_watch_still_has_its_weeks_of_december(led: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule over the year makes the months that are read begin in January at the latest, not only then."""
    led.put("kpi_rule", id="year", name="全年", kind="visit", scope_id=TEAM, minimum=100, period_kind="year")
    account = led.account("安捷重工")
    for day in (22, 23, 24, 25, 28):
        led.activity(at(day, month=12), "held", account_id=account)
    sent = nudge(led, 24, sent_at=datetime(2027, 1, 4, 9, 20, tzinfo=ZONE))
    monkeypatch.setenv("COCKPIT_NOW", "2027-01-14T08:30:00+08:00")
    (line, *_others) = as_person(led, LEAD).nudges.page(nudge_id=sent).watch
    assert (line.before, line.before_of) == (5, 10)


def test_on_the_day_of_sending_nothing_is_since(led: Company) -> None:
    deal = led.deal("机床", "stage-2", 100, account_id=led.account("安捷重工"))
    led.activity(at(26), deal_id=deal, recorded_at=at(24, "07:00"))
    sent = nudge(led, 24, "deal_stalled", deal, sent_at=at(24, "08:00"))
    lead = as_person(led, LEAD)
    (steps,) = [line for line in lead.nudges.page(nudge_id=sent).watch if line.metric == "next_steps"]
    assert ((steps.before, steps.before_of), (steps.since, steps.since_of)) == ((1, 1), (0, 0))
    assert behaviour_text(steps) == ("100% (1/1)", "-", "-")


def test_words_are_kept_as_the_hub_takes_them(led: Company) -> None:
    """It refuses what is longer, and a nudge is one line."""
    sent = as_person(led, LEAD).nudges.send(ME, "plan\ntoday\x1b " * 60)
    rep = as_person(led, ME)
    rep.nudges.answer(sent.id, "help", "come\nalong " * 60)
    with led.database.read() as session:
        queued = [(row.label, row.patch) for row in session.exec(select(OutboxRow)).all()]
    said = [text for _label, patch in queued for name, text in patch.items() if name in ("message", "answer_reason")]
    assert len(said) == 2
    for text in said:
        assert text == clean_line(text, 500)
    assert [label for label, _patch in queued if label != clean_line(label)] == []


def test_a_watch_without_a_working_day_is_not_judged(led: Company) -> None:
    led.put("absence", person_id=ME, from_on=date(2026, 11, 13), to_on=date(2026, 11, 30))
    nudge(led, 12)
    _book, course = only_course(led)
    assert (course.state, course.measured) == ("sent", None)
    assert "not judged" in as_person(led, LEAD).nudges.page(nudge_id=course.nudge.id).trail[-1].text


def test_a_past_day_shows_what_was_known_then(led: Company) -> None:
    nudge(led, 23)
    lead = as_person(led, LEAD)
    assert len(lead.nudges.load().lines) == 1
    assert lead.nudges.load(as_of=clock.now() - timedelta(days=3)).lines == ()


def test_seen_and_left_for_three_days_is_the_lead_s_card(led: Company) -> None:
    sent = nudge(led, 19, seen_at=at(20, "12:00"))
    lead = as_person(led, LEAD)
    (card,) = [card for card in lead.team.load().cards if card.rule == "nudge_ignored"]
    assert card.what == "Zhang Wei: nudge of Thu 11-19 seen, nothing done for 3 days"
    assert (card.key, card.command, card.args, card.state) == ("N", "nudge", {"nudge_id": sent}, "found")
    assert lead.why.explain(f"card:{card.id}").value == 1
    rep = as_person(led, ME)
    rep.nudges.answer(sent, "help")
    lead = as_person(led, LEAD)
    (card,) = [card for card in lead.team.load().cards if card.rule == "nudge_ignored"]
    assert card.state == "done"


@pytest.mark.parametrize(("day", "values"), [(23, {"seen_at": at(23, "12:00")}), (19, {}), (12, {"seen_at": at(13)})])
def test_it_is_not_while_there_is_time_or_nobody_looked_or_the_watch_is_over(
    led: Company, day: int, values: dict[str, Any]
) -> None:
    nudge(led, day, **values)
    assert "nudge_ignored" not in {card.rule for card in as_person(led, LEAD).team.load().cards}


def test_why_a_verdict_is_what_it_is(led: Company) -> None:
    sent = nudge(led, 12)
    account = led.account("安捷重工")
    for day in (16, 17, 18):
        led.activity(at(day), "held", account_id=account)
    why = as_person(led, LEAD).why.explain(f"nudge:{sent}")
    assert (why.value, len(why.rows), why.combine) == (3, 3, "sum")
    assert dict(why.inputs)["since then"] == "0.60: 3 of 5"
    deal = led.deal("机床", "stage-2", 100, account_id=account)
    led.activity(at(26), deal_id=deal, recorded_at=at(13))
    steps = as_person(led, LEAD).why.explain(f"nudge:{sent}:next_steps")
    assert (steps.combine, dict(steps.inputs)["since then"]) == ("none", "100% (1/1)")
    with pytest.raises(UnknownName):
        as_person(led, LEAD).why.explain(f"nudge:{sent}:luck")


@pytest.fixture
def unmoved(led: Company) -> str:
    """A nudge whose watch ended yesterday with nothing more done than before."""
    for day in (2, 3, 4, 5, 9, 10):
        led.activity(at(day, "10:00"), "held", account_id=led.account("老客户"))
    return nudge(led, 16)


def test_after_not_moved_the_lead_rides_along_trains_or_lowers_the_load(led: Company, unmoved: str) -> None:
    account = led.account("恒泰机械")
    led.activity(at(26, "10:00"), account_id=account, ends_at=at(26, "10:45"))
    lead = as_person(led, LEAD)
    page = lead.nudges.page(ME)
    assert page.line is not None
    assert (page.line.id, page.line.state) == (unmoved, "not_moved")
    assert [(line.step, line.refusal) for line in page.steps] == [
        ("ride", ""),
        ("talk", ""),
        ("load", ""),
        ("watch", ""),
    ]
    made = [lead.nudges.follow(unmoved, step).id for step in ("ride", "talk", "load")]
    with led.database.look() as reader:
        rows = [entity for row_id in made if (entity := one(reader, Activity, row_id)) is not None]
    assert [(row.kind, row.rep_id, row.companion_id, row.status) for row in rows] == [
        (kind, LEAD, ME, "planned") for kind in ("visit", "task", "task")
    ]
    assert [row.starts_at for row in rows] == [at(26, "10:00"), at(25, "09:00"), at(25, "09:30")]
    assert rows[0].account_id == account
    again = lead.nudges.page(nudge_id=unmoved).steps
    assert [line.refusal for line in again] == ["In your plan already."] * 3 + [""]
    with pytest.raises(NotAllowed, match="already"):
        lead.nudges.follow(unmoved, "ride")
    lead.undo.undo()
    with led.database.look() as reader:
        assert one(reader, Activity, made[-1]) is None


def test_a_ride_needs_a_visit_ahead_and_a_step_a_name(led: Company, unmoved: str) -> None:
    lead = as_person(led, LEAD)
    ride, *_rest = lead.nudges.page(nudge_id=unmoved).steps
    assert ride.refusal == "No visit of the coming days is planned: ask for one first."
    with pytest.raises(NotAllowed, match="planned"):
        lead.nudges.follow(unmoved, "ride")
    with pytest.raises(BadUse, match="no next step"):
        lead.nudges.follow(unmoved, "shout")


def test_watched_longer_it_is_open_for_seven_more_days(led: Company, unmoved: str) -> None:
    lead = as_person(led, LEAD)
    lead.nudges.follow(unmoved, "watch")
    page = lead.nudges.page(ME)
    assert page.line is not None
    assert (page.line.state, page.line.watched_until, page.steps) == ("sent", date(2026, 12, 1), ())
    with pytest.raises(NotAllowed, match="only after the verdict"):
        lead.nudges.follow(unmoved, "watch")
    with pytest.raises(NotAllowed, match="only after the verdict"):
        lead.nudges.follow(unmoved, "talk")


def test_the_next_step_is_the_leads_alone(led: Company, unmoved: str) -> None:
    for person in (ME, HEAD):
        other = as_person(led, person)
        assert other.nudges.page(nudge_id=unmoved).steps == ()
        with pytest.raises(NotAllowed, match="only after the verdict"):
            other.nudges.follow(unmoved, "watch")
