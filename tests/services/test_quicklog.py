"""The one-line log, from the line to the rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from cockpit import clock, i18n
from cockpit.errors import AmbiguousName, BadUse, MalformedLog, NotAllowed, UnknownName
from cockpit.locations import locate
from cockpit.services import quicklog
from cockpit.services.desk import Desk
from cockpit.services.quicklog import QuickLogService
from cockpit.services.snapshots import LogPreview
from cockpit.services.undo import UndoService
from cockpit.storage import meta
from cockpit.storage.tables import ActivityRow, DealRow, MilestoneDoneRow, OutboxRow, StageChangeRow
from tests.support.company import MATE, ME, Company, at


@pytest.fixture
def log(company: Company) -> QuickLogService:
    return QuickLogService(Desk(company.database))


def row(company: Company, activity_id: str) -> ActivityRow:
    with company.database.read() as session:
        found = session.get(ActivityRow, activity_id)
        assert found is not None
        session.expunge(found)
        return found


def rows(company: Company, table: Any = ActivityRow) -> list[Any]:
    with company.database.read() as session:
        found = list(session.exec(select(table)).all())
        session.expunge_all()
        return found


def queued(company: Company) -> list[OutboxRow]:
    return rows(company, OutboxRow)


def values(preview: LogPreview) -> dict[str, str]:
    return {field.name: field.value for field in preview.fields}


def test_six_keys_and_enter_log_a_planned_visit(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械", alias="Hengtai")
    visit = company.activity(at(24, "08:00"), account_id=account, goal="CFO ok on pilot")
    saved = log.save("v ht ok")
    held = row(company, visit)
    assert (held.status, held.goal_result, held.goal) == ("held", "reached", "CFO ok on pilot")
    assert (held.starts_at, held.ends_at) == (at(24, "08:00"), row_now(company))
    assert saved.id == visit
    assert saved.text == "Logged: visit, 恒泰机械, Tue 11-24 08:00"
    assert [(m.op, m.action_id) for m in queued(company)] == [("patch", saved.action_id)]


def row_now(company: Company) -> datetime:
    with company.database.read() as session:
        return session.exec(select(OutboxRow.occurred_at)).one()


def test_a_planned_visit_needs_no_goal_result(company: Company, log: QuickLogService) -> None:
    visit = company.activity(at(24, "08:00"), account_id=company.account("恒泰机械"))
    log.save("v ht")
    assert (row(company, visit).status, row(company, visit).goal_result) == ("held", None)


def test_a_visit_planned_later_today_has_just_taken_place(company: Company, log: QuickLogService) -> None:
    visit = company.activity(at(24, "15:00"), account_id=company.account("恒泰机械"))
    log.save("v ht ok")
    held = row(company, visit)
    assert held.status == "held"
    assert held.starts_at == at(24, "07:45")
    assert held.ends_at is not None
    assert at(24, "08:30") <= held.ends_at < at(24, "08:31")


def test_the_whole_line_is_one_action(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    deal = company.deal("Pilot", "stage-3", 6_000_000, account_id=account)
    visit = company.activity(at(24, "08:00"), account_id=account, needs=["price list"])
    line = "v ht ok CFO yes to pilot; need ROI by fri #ROI sheet +cfo -it >fri 10 show numbers !66k s4y"
    saved = log.save(line)
    held = row(company, visit)
    assert held.result == "CFO yes to pilot; need ROI by fri"
    assert (held.needs, held.roles_for, held.roles_against) == (["price list", "ROI sheet"], ["cfo"], ["it"])
    assert (held.deal_id, held.next_step) == (deal, "show numbers")
    (following,) = [r for r in rows(company) if r.status == "planned"]
    assert (following.kind, following.goal, following.deal_id, following.account_id) == (
        "visit",
        "show numbers",
        deal,
        account,
    )
    assert (following.rep_id, following.owner_id) == (ME, ME)
    assert following.starts_at == at(27, "10:00")
    (changed,) = rows(company, DealRow)
    assert (changed.amount_minor, changed.stage_id, changed.currency) == (6_600_000, "stage-4", "CNY")
    (milestone,) = rows(company, MilestoneDoneRow)
    assert (milestone.deal_id, milestone.stage_id, milestone.by_id) == (deal, "stage-3", ME)
    assert rows(company, StageChangeRow) == [], "the stage change is the hub's to write"
    assert {m.action_id for m in queued(company)} == {saved.action_id}
    assert [(m.entity, m.op) for m in queued(company)] == [
        ("activity", "patch"),
        ("activity", "create"),
        ("deal", "patch"),
        ("milestone_done", "create"),
    ]


def test_a_line_in_chinese_with_full_width_signs(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    deal = company.deal("试点", "stage-1", None, account_id=account)
    log.save("ｖ　恒泰　ok　客户同意试点　＃ROI　表　＋王总　＞周五　10　递交方案　！６.６万")
    (held,) = [r for r in rows(company) if r.status == "held"]
    assert (held.result, held.needs, held.roles_for) == ("客户同意试点", ["ROI 表"], ["王总"])
    (following,) = [r for r in rows(company) if r.status == "planned"]
    assert (following.starts_at, following.goal) == (at(27, "10:00"), "递交方案")
    assert rows(company, DealRow)[0].amount_minor == 6_600_000
    assert held.deal_id == deal


def test_without_a_plan_a_held_one_is_made(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    saved = log.save("c ht no nobody decides @昨天 15:00")
    made = row(company, saved.id)
    assert (made.kind, made.status, made.goal_result, made.account_id) == ("call", "held", "missed", account)
    assert (made.starts_at, made.ends_at) == (at(23, "15:00"), at(23, "15:15"))
    assert (made.rep_id, made.owner_id) == (ME, ME)


def test_an_overdue_plan_is_answered_at_its_own_time(company: Company, log: QuickLogService) -> None:
    visit = company.activity(at(23, "14:00"), account_id=company.account("恒泰机械"))
    log.save("v ht half")
    held = row(company, visit)
    assert (held.status, held.goal_result, held.starts_at, held.ends_at) == (
        "held",
        "half",
        at(23, "14:00"),
        at(23, "14:45"),
    )


def test_todays_plan_goes_before_an_overdue_one(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    overdue = company.activity(at(23, "14:00"), account_id=account)
    todays = company.activity(at(24, "08:00"), account_id=account)
    call = company.activity(at(24, "08:10"), kind="call", account_id=account)
    log.save("v ht ok")
    assert [row(company, i).status for i in (overdue, todays, call)] == ["planned", "held", "planned"]


def test_a_day_in_the_line_answers_that_days_plan(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    yesterday = company.activity(at(23, "14:00"), account_id=account)
    todays = company.activity(at(24, "08:00"), account_id=account)
    log.save("v ht ok @yesterday")
    assert [row(company, i).status for i in (yesterday, todays)] == ["held", "planned"]
    assert row(company, yesterday).starts_at == at(23, "14:00")


def test_somebody_elses_plan_is_left_alone(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    theirs = company.activity(at(24, "08:00"), rep=MATE, account_id=account)
    saved = log.save("v ht ok")
    assert saved.id != theirs
    assert row(company, theirs).status == "planned"


def test_absent_is_not_held(company: Company, log: QuickLogService) -> None:
    visit = company.activity(at(24, "08:00"), account_id=company.account("恒泰机械"))
    log.save("v ht absent 临时出差")
    assert (row(company, visit).status, row(company, visit).reason) == ("not_held", "临时出差")


def test_absent_says_a_reason_by_itself(company: Company, log: QuickLogService) -> None:
    visit = company.activity(at(24, "08:00"), account_id=company.account("恒泰机械"))
    log.save("v ht absent >thu 9:30")
    assert (row(company, visit).status, row(company, visit).reason) == ("not_held", "nobody there")
    (copy,) = [r for r in rows(company) if r.status == "planned"]
    assert (copy.moved_from_id, copy.starts_at) == (visit, at(26, "09:30"))


def test_cancelled_with_a_reason(company: Company, log: QuickLogService) -> None:
    visit = company.activity(at(26, "10:00"), account_id=company.account("恒泰机械"))
    log.save("v ht x 客户出差")
    assert (row(company, visit).status, row(company, visit).reason) == ("cancelled", "客户出差")


def test_cancelled_and_moved(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    call = company.activity(
        at(24, "11:00"), kind="call", account_id=account, goal="budget", ends_at=at(24, "12:00"), is_promised=True
    )
    log.save("c ht x they asked for another day >周五 15:00")
    assert (row(company, call).status, row(company, call).reason) == ("moved", "they asked for another day")
    (copy,) = [r for r in rows(company) if r.status == "planned"]
    assert (copy.kind, copy.goal, copy.moved_from_id, copy.is_promised) == ("call", "budget", call, True)
    assert (copy.starts_at, copy.ends_at) == (at(27, "15:00"), at(27, "16:00"))


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("", 0, "Start with v"),
        ("hello ht", 0, "Start with v"),
        ("v", 1, "Which customer"),
        ("v ht >", 5, "has no day or time"),
        ("v ht ok >someday", 8, "has no day or time"),
        ("v ht >yesterday 10", 5, "That time is over"),
        ("v ht !lots", 5, "not an amount"),
        ("v ht @never", 5, "not a time"),
        ("v ht @23:00", 5, "still ahead"),
        ("v ht @tomorrow", 5, "still ahead"),
        ("v ht #", 5, "Name the need"),
        ("v ht !1k !2k", 9, "twice"),
        ("v ht x", 6, "Say why"),
        ("w ht x busy", 5, "Nothing is planned"),
        ("v ht s9", 5, "There is no stage 9. Stages: 1 Qualify, 2 Needs, 3 Proposal, 4 Negotiate"),
        ("v mt !66k", 5, "明天物流 has no open deal of yours"),
        ("v xd !66k", 5, "several open deals: A, B"),
        ("v ht " + "a" * 1000, 1000, "too long"),
    ],
)
def test_what_cannot_be_saved_says_where_and_saves_nothing(
    company: Company, log: QuickLogService, line: str, column: int, words: str
) -> None:
    account = company.account("恒泰机械")
    company.account("明天物流")
    two = company.account("信达")
    company.deal("D", "stage-1", 100, account_id=account)
    company.deal("theirs", "stage-1", 100, owner=MATE, account_id=account)
    company.deal("gone", "stage-lost", 100, account_id=account)
    company.deal("A", "stage-1", 100, account_id=two)
    company.deal("B", "stage-2", 100, account_id=two)
    company.activity(at(24, "08:00"), account_id=account)
    before = [(r.id, r.status) for r in rows(company)]
    with pytest.raises(MalformedLog) as caught:
        log.save(line)
    assert words in caught.value.detail
    assert caught.value.facts["column"] == column
    preview = log.preview(line)
    assert (preview.problem, preview.problem_column, preview.is_ready) == (caught.value.detail, column, False)
    assert [(r.id, r.status) for r in rows(company)] == before
    assert queued(company) == []


def test_a_milestone_must_be_answered(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    company.deal("Pilot", "stage-3", 100, account_id=account)
    with pytest.raises(NotAllowed, match="Decision maker met"):
        log.save("v ht ok s4")
    assert queued(company) == []
    preview = log.preview("v ht ok s4")
    assert (preview.milestone, preview.is_ready, preview.problem_column) == ("Decision maker met?", False, 10)
    assert values(preview)["stage"] == "Proposal -> Negotiate"
    assert log.preview("v ht ok s4y").is_ready
    log.save("v ht ok s4n")
    assert rows(company, DealRow)[0].stage_id == "stage-4"
    assert rows(company, MilestoneDoneRow) == []


def test_a_milestone_met_before_or_a_way_back_asks_nothing(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    deal = company.deal("Pilot", "stage-3", 100, account_id=account)
    log.save("v ht ok s2")
    assert rows(company, DealRow)[0].stage_id == "stage-2"
    company.put("milestone_done", deal_id=deal, stage_id="stage-2", done_at=at(20))
    log.save("c ht ok s3")
    assert rows(company, DealRow)[0].stage_id == "stage-3"


def test_a_match_planned_today_wins(company: Company, log: QuickLogService) -> None:
    company.account("华泰电子")
    wanted = company.account("恒泰机械")
    company.activity(at(24, "11:00"), account_id=wanted)
    assert log.preview("v ht").account_id == wanted


def test_the_kind_decides_between_two_planned_today(company: Company, log: QuickLogService) -> None:
    first, second = company.account("华泰电子"), company.account("恒泰机械")
    company.activity(at(24, "11:00"), account_id=first)
    company.activity(at(24, "12:00"), kind="call", account_id=second)
    assert log.preview("v ht").account_id == first
    assert log.preview("c ht").account_id == second
    assert log.preview("w ht").account_id is None


def test_several_accounts_are_candidates_and_nothing_is_saved(company: Company, log: QuickLogService) -> None:
    first, second = company.account("华泰电子"), company.account("恒泰机械")
    with pytest.raises(AmbiguousName) as caught:
        log.save("v ht ok")
    candidates = caught.value.facts["candidates"]
    assert isinstance(candidates, tuple)
    assert len(candidates) == 2
    assert queued(company) == []
    preview = log.preview("v ht ok")
    assert {match[0] for match in preview.matches} == {first, second}
    assert (preview.account_id, preview.problem_column, preview.is_ready) == (None, 2, False)
    chosen = log.preview("v ht ok", choice=second)
    assert (chosen.account_id, chosen.matches, chosen.is_ready) == (second, ((first, "华泰电子"),), True)
    assert row(company, log.save("v ht ok", choice=second).id).account_id == second


def test_an_unknown_account_names_near_ones(company: Company, log: QuickLogService) -> None:
    company.account("Nordwind Energy")
    with pytest.raises(UnknownName) as caught:
        log.save("v nordwnd ok")
    assert "Nordwind Energy" in str(caught.value.facts["near"])
    preview = log.preview("v nordwnd ok")
    assert [name for _id, name in preview.matches] == ["Nordwind Energy"]
    assert not preview.is_ready
    assert queued(company) == []


def test_a_whole_name_of_several_words(company: Company, log: QuickLogService) -> None:
    corp, _other = company.account("Acme Corp"), company.account("Acme Works")
    assert log.preview("v Acme Corp met the buyer").account_id == corp
    assert values(log.preview("v Acme Corp met the buyer"))["result"] == "met the buyer"
    assert log.preview("v acme co ok fine").account_id == corp


def test_a_word_of_the_text_is_no_outcome(company: Company, log: QuickLogService) -> None:
    company.account("恒泰机械")
    preview = log.preview("v ht they said no to it")
    assert values(preview)["result"] == "they said no to it"
    assert "goal" not in values(preview)


def test_an_id_names_an_account(company: Company, log: QuickLogService) -> None:
    company.account("Beta")
    wanted = company.account("Alpha")
    assert log.preview(f"v {wanted} ok").account_id == wanted


def test_the_preview_reads_the_line_back(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械", alias="Hengtai")
    company.deal("Pilot", "stage-3", 6_600_000, account_id=account)
    company.activity(at(24, "08:00"), account_id=account, goal="CFO ok on pilot")
    preview = log.preview("v ht ok CFO yes +cfo #ROI sheet >fri 10 c budget !66k s4y")
    assert [(field.label, field.value, field.source) for field in preview.fields] == [
        ("what", "visit", "v"),
        ("customer", "恒泰机械 Hengtai", "ht"),
        ("time", "Tue 11-24 08:00-08:30", "plan"),
        ("goal", "CFO ok on pilot: goal reached", "ok"),
        ("result", "CFO yes", "text"),
        ("need", "ROI sheet", "#"),
        ("person", "cfo, for", "+"),
        ("next step", "Fri 11-27 10:00, call, budget", ">fri 10 c budget"),
        ("stage", "Proposal -> Negotiate", "s4y"),
        ("amount", "¥66,000.00 (no change)", "!66k"),
    ]
    assert preview.is_ready
    assert queued(company) == []


def test_the_preview_counts_the_kpi(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    company.kpi(15, alias="Face visits")
    for day in range(2, 13):
        company.activity(at(day), "held", account_id=account)
    company.activity(at(26), account_id=company.account("明远物流"))
    company.activity(at(24, "08:00"), account_id=account)
    assert "Face visits 11 -> 12 of 15" in log.preview("v ht ok").effects
    assert "Face visits, still without plan 2" in log.preview("v ht ok").effects
    assert "Face visits, without plan 2 -> 3" in log.preview("v ht x ill").effects
    assert not [text for text in log.preview("c ht ok").effects if "Face" in text]
    log.save("v ht ok")
    assert "Face visits 12 -> 13 of 15" in log.preview("v ht ok").effects, "the book is read again after a save"


def test_the_preview_tells_of_an_overlap_and_of_a_second_log(company: Company, log: QuickLogService) -> None:
    company.account("恒泰机械")
    company.activity(at(27, "09:30"), account_id=company.account("明远物流"))
    assert "At the same time: visit, 明远物流, Fri 11-27 09:30." in log.preview("v ht ok >fri 10").effects
    log.save("v ht ok")
    assert [text for text in log.preview("v ht ok").effects if text.startswith("One is logged already")]


def test_hostile_and_odd_texts_are_kept_inert(company: Company, log: QuickLogService) -> None:
    company.account("恒泰机械")
    saved = log.save("v   ht    ok  \x1b]52;c;aGk=\x07 [@click=app.quit]x[/] 🎉 \u202eevil  #[b]need[/b]")
    made = row(company, saved.id)
    assert "\x1b" not in made.result
    assert "\u202e" not in made.result
    assert "🎉" in made.result
    assert "[@click=app.quit]x[/]" in made.result
    assert made.needs == ["[b]need[/b]"]
    assert "\x1b" not in str(queued(company)[0].patch)


def test_chinese_answers(company: Company, log: QuickLogService) -> None:
    i18n.set_language("zh")
    company.account("恒泰机械")
    assert row(company, log.save("拜访恒泰 达成 同意试点").id).goal_result == "reached"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.sampled_from(["", "v ht ", "v ht ok ", "c xd x ", "w 恒泰 >"]))
def test_any_text_is_previewed(company: Company, text: str, start: str) -> None:
    if not company.counts.get("account"):
        account = company.account("恒泰机械")
        company.account("信达")
        company.activity(at(24, "08:00"), account_id=account)
        company.deal("D", "stage-1", 100, account_id=account)
    log = QuickLogService(Desk(company.database))
    preview = log.preview(start + text)
    assert preview.is_ready == (preview.problem == "")
    if not preview.is_ready:
        with pytest.raises(BadUse):
            log.save(start + text)


def test_one_undo_takes_the_whole_line_back(company: Company, log: QuickLogService) -> None:
    account = company.account("恒泰机械")
    company.deal("Pilot", "stage-3", 6_000_000, account_id=account)
    visit = company.activity(at(24, "08:00"), account_id=account)
    log.save("v ht ok fine #ROI >fri 10 !66k s4y")
    UndoService(log.desk).undo()
    assert [(r.id, r.status, r.needs) for r in rows(company)] == [(visit, "planned", [])]
    assert [(d.stage_id, d.amount_minor) for d in rows(company, DealRow)] == [("stage-3", 6_000_000)]
    assert rows(company, MilestoneDoneRow) == []
    assert queued(company) == []


def test_a_preview_follows_the_settings_of_a_running_program(
    company: Company, log: QuickLogService, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.account("恒泰机械", alias="Hengtai")
    monkeypatch.setattr(quicklog, "effects", lambda book, *_: (f"{book.limits.zero_days} days",))
    assert log.preview("v ht ok").effects[0] == "2 days"
    path = locate().config_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[cards]\nzero_days = 5\n", "utf-8")
    assert log.preview("v ht ok").effects[0] == "5 days"


def test_a_clock_that_is_off_is_said_and_after_a_day_the_day_has_to_be_said(
    company: Company, log: QuickLogService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "is_moved", lambda: False)  # a clock that a test has set is not measured
    company.account("恒泰机械", alias="Hengtai")
    off = {"ahead": timedelta(minutes=-20), "unsure": timedelta(days=3)}

    def set_offset(name: str) -> None:
        with company.database.write() as session:
            meta.put(session, "clock_offset_ms", str(off[name] // timedelta(milliseconds=1)))

    set_offset("ahead")
    assert "This machine's clock is 20 minutes ahead of the hub's." in log.preview("v ht ok").effects
    set_offset("unsure")
    assert log.preview("v ht ok").problem.startswith("This machine's clock is 3 days behind the hub's. Say the day")
    with pytest.raises(NotAllowed):
        log.save("v ht ok")
    assert queued(company) == []
    assert log.save("v ht ok @11-24 08:00").action_id is not None


def test_a_date_the_hub_will_refuse_is_said_before_it_is_saved(company: Company, log: QuickLogService) -> None:
    company.account("恒泰机械", alias="Hengtai")
    with company.database.write() as session:
        meta.put(session, "backdate_days", "7")
    warning = "The hub takes nothing older than 7 days: this would be set aside."
    assert warning in log.preview("v ht ok @11-10 10:00").effects
    assert warning not in log.preview("v ht ok").effects
