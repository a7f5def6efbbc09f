"""What a CRM has no place for comes from CSV files: all lines or none, again without doubles, and it says where it is from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from sqlmodel import select

from cockpit.errors import BadUse
from cockpit.hub.importing import lacking
from cockpit.hub.importing.lacking import Done
from cockpit.services.why_origin import origin_text
from cockpit.storage.tables import SYNCED, ActivityRow, KpiRuleRow, NudgeRow, OpeningWindowRow
from tests.hub.world import LEAD, ME, HubWorld

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)

Take = Callable[[str, str], Done]


@pytest.fixture
def take(hub: HubWorld, tmp_path: Path) -> Take:
    hub.account("account-1", name="恒泰机械", external_ref="crm-17")
    hub.account("account-2", name="Huarui")
    hub.visit("visit-1", account_id="account-1", starts_at="2026-11-25T01:00:00.000000Z")

    def load(kind: str, text: str) -> Done:
        path = tmp_path / "rows.csv"
        path.write_text(text, "utf-8")
        with hub.database.write() as session:
            return lacking.take(session, kind, path, NOW)

    return load


def test_rules_come_once_and_are_brought_up_to_date(hub: HubWorld, take: Take) -> None:
    text = "名称,最少,类型,奖金,从\n面访数,20,visit,2%,2026-11-01\n电话数,40,call,1,2026-11-01\n"
    assert take("rules", text) == Done(2, 0)
    assert take("rules", text) == Done(0, 2)
    assert take("rules", text.replace(",20,", ",25,")) == Done(1, 1)
    with hub.database.read() as session:
        found = {
            rule.name: rule for rule in session.exec(select(KpiRuleRow).where(KpiRuleRow.external_source == "csv"))
        }
        visits = found["面访数"]
        assert (visits.minimum, visits.kind, visits.period_kind, visits.consequence_value) == (
            25,
            "visit",
            "month",
            200,
        )
        assert origin_text(visits.origin, visits.external_source, visits.rev, 0) == "import csv"
    assert set(found) == {"面访数", "电话数"}


def test_a_rule_may_be_a_teams_and_part_of_another(hub: HubWorld, take: Take) -> None:
    take("rules", "name,minimum\nVisits,20\n")
    take("rules", "name,minimum,parent,tiers,period\nA visits,5,Visits,a,week\n")
    with hub.database.read() as session:
        found = {
            rule.name: rule for rule in session.exec(select(KpiRuleRow).where(KpiRuleRow.external_source == "csv"))
        }
        part = found["A visits"]
        assert (part.parent_id, part.tiers, part.period_kind) == (found["Visits"].id, "A", "week")


def test_opening_hours_find_the_account_by_name_or_by_its_id_at_the_crm(hub: HubWorld, take: Take) -> None:
    assert take("opening-hours", "客户,星期,开门,关门\ncrm-17,周一,9:00,11:30\nHuarui,5,13:00,17:00\n") == Done(2, 0)
    with hub.database.read() as session:
        found = session.exec(select(OpeningWindowRow)).all()
        assert {(one.account_id, one.weekday, one.opens, one.closes) for one in found} == {
            ("account-1", 0, "09:00", "11:30"),
            ("account-2", 4, "13:00", "17:00"),
        }
        assert {one.owner_id for one in found} == {ME}


def test_the_hour_of_the_planned_visit_of_a_day(hub: HubWorld, take: Take) -> None:
    assert take("visit-hours", "account,day,starts,ends\n恒泰机械,2026-11-25,14:00,15:30\n") == Done(1, 0)
    with hub.database.read() as session:
        visit = session.get(ActivityRow, "visit-1")
        assert visit is not None
        assert visit.ends_at is not None
        assert (visit.starts_at.isoformat(), visit.ends_at.isoformat()) == (
            "2026-11-25T06:00:00+00:00",
            "2026-11-25T07:30:00+00:00",
        )


def test_an_hour_that_the_crm_keeps_is_not_changed_here(hub: HubWorld, take: Take, tmp_path: Path) -> None:
    """Of a visit of a CRM only the hour that stands here for none gives way: 09:00 in Shanghai."""
    with hub.database.write() as session:
        visit = session.get(ActivityRow, "visit-1")
        assert visit is not None
        visit.origin = "crm"
    line = "account,day,starts\n恒泰机械,2026-11-25,14:00\n"
    with pytest.raises(BadUse, match="has an hour already"):
        take("visit-hours", line)
    with hub.database.write() as session:
        assert lacking.take(session, "visit-hours", tmp_path / "rows.csv", NOW, frozenset({time(9)})) == Done(1, 0)
    assert take("visit-hours", line) == Done(0, 1)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("rules", "name,value\nA,1\n", "missing: minimum"),
        ("rules", "name,minimum\n,1\n", "line 2: a name is needed"),
        ("rules", "name,minimum\nA,1\nB,many\n", "line 3: minimum is a number, not many"),
        ("rules", "name,minimum,period\nA,1,moon\n", "line 2: moon is not known"),
        ("rules", "name,minimum,kind\nA,1,party\n", "line 2: party is not known"),
        ("rules", "name,minimum,tiers\nA,1,Z\n", "line 2: Z is not known"),
        ("rules", "name,minimum,team\nA,1,Nobody\n", "line 2: nothing is called Nobody"),
        ("rules", "name,minimum,from\nA,1,soon\n", "line 2: soon is not a date"),
        ("rules", "name,minimum\nA,99999999999\n", "line 2: "),
        (
            "opening-hours",
            "account,weekday,opens,closes\nHuarui,9,9:00,10:00\n",
            "the weekday is 1 (Monday) to 7, not 9",
        ),
        ("opening-hours", "account,weekday,opens,closes\nHuarui,1,9:00,8:00\n", "it closes before it opens"),
        ("opening-hours", "account,weekday,opens,closes\nHuarui,1,nine,8:00\n", "an hour like 09:00 is needed"),
        ("visit-hours", "account,day,starts\nHuarui,2026-11-25,9:00\n", "0 visits of Huarui are planned on 2026-11-25"),
        ("visit-hours", "account,day,starts,ends\n恒泰机械,2026-11-25,9:00,8:00\n", "it ends before it starts"),
    ],
)
def test_a_line_that_does_not_fit_is_named_and_nothing_is_taken(
    hub: HubWorld, take: Take, kind: str, text: str, words: str
) -> None:
    def state() -> dict[str, list[tuple[str, int]]]:
        with hub.database.read() as session:
            kinds = ("kpi_rule", "opening_window", "activity")
            return {name: sorted((row.id, row.rev) for row in session.exec(select(SYNCED[name]))) for name in kinds}

    before = state()
    with pytest.raises(BadUse) as caught:
        take(kind, text)
    assert words in caught.value.detail
    assert state() == before


def test_nudges_of_before_come_with_what_the_rep_said(hub: HubWorld, take: Take) -> None:
    hub.put("kpi_rule", "kpi-v", name="面访数", minimum=15)
    head = "rep,rule,message,sent,subject,seen,answer,reason\n"
    text = f"{head}{ME},kpi_uncovered,plan two,2026-11-20 09:20,面访数,2026-11-20 12:47,help,come along\n"
    assert take("nudges", text) == Done(1, 0)
    assert take("nudges", text) == Done(0, 1)
    with hub.database.read() as session:
        (row,) = session.exec(select(NudgeRow)).all()
        found = (row.owner_id, row.by_id, row.subject_id, row.sent_at, row.answer, row.external_source)
        assert found == (ME, LEAD, "kpi-v", datetime(2026, 11, 20, 1, 20, tzinfo=UTC), "help", "csv")
        assert row.seen_at == row.answered_at == datetime(2026, 11, 20, 4, 47, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nobody,unvisited,m,2026-11-20 09:20,,,,", "nothing is called nobody"),
        (f"{ME},no_rule,m,2026-11-20 09:20,,,,", "no_rule is not known"),
        (f"{ME},unvisited,,2026-11-20 09:20,,,,", "a message is needed"),
        (f"{ME},unvisited,m,yesterday,,,,", "not a moment"),
        (f"{ME},unvisited,m,2026-11-20 09:20,,2026-11-19,,", "before it was sent"),
        (f"{ME},unvisited,m,2026-11-20 09:20,,,maybe,", "maybe is not known"),
        (f"{ME},deal_stalled,m,2026-11-20 09:20,,,,", "nothing is called -"),
    ],
)
def test_a_nudge_that_cannot_be_is_refused_with_its_line(take: Take, line: str, reason: str) -> None:
    with pytest.raises(BadUse, match="line 2") as refused:
        take("nudges", f"rep,rule,message,sent,subject,seen,answer,reason\n{line}\n")
    assert reason in refused.value.detail
