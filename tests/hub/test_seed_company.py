"""The demo company: its shape, its honesty about time, and that it is the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import null, text
from sqlalchemy import select as sql_select
from sqlmodel import SQLModel, col, select

from cockpit import clock
from cockpit.domain.book import Book
from cockpit.domain.card_rules import OF_TEAM, RuleId
from cockpit.domain.entities import Person
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import PeriodKind
from cockpit.domain.problems import cards_of
from cockpit.errors import NotAllowed
from cockpit.hub.revisions import head
from cockpit.hub.seed import SeedReport, last_workday, seed_company, tell_company
from cockpit.hub.seed.calendar import china
from cockpit.services.container import services_on
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.queries.book import load_book
from cockpit.storage.tables import SYNCED, AccountRow, ChangeLogRow

ANCHOR = date(2026, 11, 20)
SHANGHAI = ZoneInfo("Asia/Shanghai")
_FEED = "SELECT entity, entity_id, rev, owner_id, account_id FROM change WHERE op = 'put'"
_CREATED = "SELECT entity, entity_id FROM change_log WHERE op = 'create'"


@dataclass
class Seeded:
    database: Database
    report: SeedReport
    book: Book

    @property
    def rep(self) -> Person:
        return self.book.people[self.report.rep_id]


def seeded(folder: Path, anchor: date) -> Seeded:
    database = Database.at(folder / "hub.db")
    report = seed_company(database, anchor)
    with database.write() as session:
        meta.put(session, "person_id", report.rep_id)
    with database.read() as session:
        book = load_book(session, as_of=report.now)
    return Seeded(database, report, book)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    made = seeded(tmp_path_factory.mktemp("seed"), ANCHOR)
    yield made
    made.database.close()


@pytest.fixture(scope="module", params=[date(2026, 11, 2), date(2027, 1, 29)])
def other_day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    made = seeded(tmp_path_factory.mktemp("seed"), request.param)
    yield made
    made.database.close()


def test_teams_and_sizes(company: Seeded) -> None:
    people = company.book.people.values()
    assert Counter(person.role for person in people) == {"rep": 18, "team_lead": 3, "region_head": 1}
    reps = Counter(person.team_id for person in people if person.role == "rep")
    assert set(reps.values()) == {6}
    assert (company.rep.name, company.rep.alias) == ("张伟", "Zhang Wei")
    lead, boss = company.book.people[company.report.lead_id], company.book.people[company.report.head_id]
    assert (lead.name, lead.role, lead.team_id) == ("周岚", "team_lead", company.rep.team_id)
    assert (boss.name, boss.role) == ("沈敏", "region_head")
    assert {team.time_zone for team in company.book.teams.values()} == {"Asia/Shanghai"}
    counts = company.report.counts
    assert counts["account"] == 600
    assert 15_000 <= counts["activity"] <= 30_000
    assert 2_000 <= counts["deal"] <= 3_500
    assert len({account.name for account in company.book.accounts.values()}) == 600


def test_the_same_anchor_and_seed_give_the_same_rows() -> None:
    one, other, third = (tell_company(date(2026, 3, 10), seed) for seed in (1, 1, 2))

    assert (one.batch.rows, one.batch.log) == (other.batch.rows, other.batch.log)
    assert one.batch.rows["account"] != third.batch.rows["account"]


@pytest.mark.parametrize("anchor", [date(2026, 2, 24), date(2026, 4, 30), date(2025, 10, 29)])
def test_nothing_is_known_before_what_it_refers_to(anchor: date) -> None:
    batch = tell_company(anchor).batch
    created = {entry["entity_id"]: entry["recorded_at"] for entry in batch.log if entry["op"] == "create"}
    assert all(entry["recorded_at"] >= created[entry["entity_id"]] for entry in batch.log)
    for entity in ("activity", "deal", "contact", "stage_change"):
        for row in batch.rows[entity].values():
            for column in ("account_id", "deal_id"):
                if row.get(column) and column != f"{entity}_id":
                    assert created[row[column]] <= created[row["id"]]


def test_nothing_is_recorded_after_half_past_eight(other_day: Seeded) -> None:
    with other_day.database.read() as session:
        newest = session.exec(select(ChangeLogRow.recorded_at).order_by(col(ChangeLogRow.recorded_at).desc())).first()
    assert newest is not None
    assert (
        newest
        <= other_day.report.now
        == datetime.combine(other_day.report.anchor, datetime.min.time(), SHANGHAI) + timedelta(hours=8, minutes=30)
    )
    held = [a for a in other_day.book.activities if a.status == "held"]
    assert held
    assert all(activity.starts_at < other_day.report.now for activity in held)


def test_every_row_has_its_revision_feed_line_and_log(company: Seeded) -> None:
    with company.database.read() as session:
        feed = {(entity, row_id): tuple(rest) for entity, row_id, *rest in session.execute(text(_FEED))}
        created = {tuple(row) for row in session.execute(text(_CREATED))}
        last = head(session)
        seen = set()
        for entity in SYNCED:
            table = SQLModel.metadata.tables[entity]
            account = table.c.id if entity == "account" else table.c.get("account_id", null())
            for row_id, *rest in session.execute(sql_select(table.c.id, table.c.rev, table.c.owner_id, account)):
                assert feed[entity, row_id] == tuple(rest)
                seen.add((entity, row_id))
    assert seen == set(feed)
    assert {key for key in seen if key[0] != "change_log"} == created
    assert {rest[0] for rest in feed.values()} == set(range(1, last + 1))
    assert len(feed) == last


def test_log_entries_are_older_than_the_row_they_are_about(company: Seeded) -> None:
    """Otherwise a first edit on a device would look like a conflict."""
    with company.database.read() as session:
        worst: int = session.execute(
            text("SELECT count(*) FROM change_log l JOIN activity a ON a.id = l.entity_id WHERE l.rev >= a.rev")
        ).scalar_one()
    assert worst == 0


def test_rewinding_gives_the_past(company: Seeded) -> None:
    """As of five weeks ago nothing is held, won or planned that was not so then."""
    then = company.report.now - timedelta(days=35)
    with company.database.read() as session:
        book = load_book(session, as_of=then)
    assert all(activity.starts_at < then for activity in book.activities if activity.status == "held")
    assert all(deal.closed_on is None or deal.closed_on <= book.today for deal in book.deals)
    assert sum(activity.status == "planned" and activity.starts_at > then for activity in book.activities) > 50


def test_stage_changes_chain_up_to_the_stage_the_deal_is_in(company: Seeded) -> None:
    for deal in company.book.deals:
        changes = company.book.changes_by_deal[deal.id]
        assert changes[0].from_stage_id is None
        assert all(after.from_stage_id == before.to_stage_id for before, after in pairwise(changes))
        assert changes[-1].to_stage_id == deal.stage_id
        assert (deal.closed_on is None) == (company.book.stages[deal.stage_id].kind == "open")
        assert bool(deal.lost_reason) == (company.book.stages[deal.stage_id].kind == "lost")


def test_targets_add_up(company: Seeded) -> None:
    targets = {target.id: target for target in company.book.targets}
    assert len({target.period_start for target in targets.values()}) == 15
    sums: Counter[str] = Counter()
    for target in targets.values():
        if target.parent_id:
            sums[target.parent_id] += target.value
    assert sums
    assert all(targets[parent].value == value for parent, value in sums.items())


def test_accounts_lie_in_their_cities_and_are_found_by_initials(company: Seeded) -> None:
    with company.database.read() as session:
        rows = {row.name: (row.search_key, row.lat, row.lon) for row in session.exec(select(AccountRow))}
    key, lat, lon = rows["恒泰机械"]
    assert "htjx" in key.split()
    assert all(30.0 < (row[1] or 0) < 31.6 and 119.8 < (row[2] or 0) < 121.8 for row in rows.values())
    assert (lat, lon) != (None, None)


def test_the_month_has_eleven_held_two_planned_two_uncovered(company: Seeded) -> None:
    visits, calls = kpi_counts(company.book, company.report.rep_id)
    assert (visits.limit, visits.done, len(visits.planned), visits.uncovered) == (15, 11, 2, 2)
    assert (calls.limit, calls.done, calls.uncovered) == (40, 38, 0)
    assert visits.at_risk_minor == (company.rep.bonus_base_minor or 0) * 2 // 100


def test_two_visits_are_uncovered_on_other_day(other_day: Seeded) -> None:
    visits, calls = kpi_counts(other_day.book, other_day.report.rep_id)
    assert (visits.done + len(visits.planned), visits.uncovered) == (13, 2)
    assert calls.uncovered == 0


def test_today_has_two_visits_two_calls_and_a_to_do(other_day: Seeded) -> None:
    book = other_day.book
    mine = book.activities_by_rep[other_day.report.rep_id]
    today = [
        a.kind
        for a in mine
        if book.local_day(a.starts_at) == book.today and a.status == "planned" and a.kind != "visit"
    ]
    visits = [
        a for a in mine if book.local_day(a.starts_at) == book.today and a.status == "planned" and a.kind == "visit"
    ]
    assert Counter(today) == {"call": 2, "task": 1}
    assert [book.accounts[a.account_id or ""].name for a in visits] == ["恒泰机械", "明远物流"]
    left = [a for a in mine if a.kind == "visit" and a.status == "planned" and book.local_day(a.starts_at) < book.today]
    assert [book.local_day(a.starts_at) for a in left] == [book.calendar.previous_workday(book.today)]
    talks = [a for a in mine if a.account_id == visits[0].account_id and a.status == "held" and a.result and a.needs]
    assert talks


def test_the_demo_rep_has_a_card_in_every_state(other_day: Seeded) -> None:
    cards = cards_of(other_day.book, other_day.report.rep_id)
    assert {"found", "planned", "doing", "confirmed", "waived"} <= {card.state for card in cards}
    rules = {card.rule.id for card in cards if card.state != "confirmed"}
    assert {"kpi_uncovered", "unvisited", "deal_dirty", "deal_stalled", "milestone_missing"} <= rules


OF_WHO_LEADS = {"team_at_zero", "visits_down", "rep_short", "big_deal_stuck", "conversion_down", "weeks_under"} | {
    *("nudge_ignored", "prospects_dropped", "acted_low", "policy_idle", "leaf_behind", "forecast_wild", "renewal_open"),
}
IN_ORDER = {"agreement_old", "rank_behind", "split_off", "prospects_untouched", "papers_missing", "funnel_thin"} | {
    *("funnel_crowded", "met_no_effect"),
}
"""What the demo keeps in order."""


def test_the_demo_rep_has_a_card_of_every_rule(company: Seeded) -> None:
    cards = [card for card in cards_of(company.book, company.report.rep_id) if card.state != "confirmed"]
    assert {card.rule.id for card in cards} == set(get_args(RuleId)) - OF_WHO_LEADS - IN_ORDER


OF_CHANCE = {"split_off", "conversion_down", "weeks_under"}
"""Cards of who leads that nobody planted: the targets add up, and the months decide about the others."""


def test_the_demo_lead_and_the_head_have_a_card_of_every_rule_about_a_team(company: Seeded) -> None:
    cards = [card for who in (company.report.lead_id, company.report.head_id) for card in cards_of(company.book, who)]
    rules = {card.rule.id for card in cards}
    assert set(OF_TEAM) - OF_CHANCE <= rules
    aside = [card for card in cards if card.state == "waived"]
    assert [(card.rule.id, card.waiver is not None) for card in aside] == [("visits_down", True)]


def test_the_rule_without_effect_binds_nobody_of_the_demo_team(other_day: Seeded) -> None:
    (rule,) = [rule for rule in other_day.book.kpi_rules if rule.kind == "web"]
    assert rule.scope_id not in (None, other_day.rep.team_id)
    assert rule.consequence_value == 0


def test_what_the_demo_rep_plans_fits_the_opening_hours(other_day: Seeded) -> None:
    book = other_day.book
    for visit in book.activities_by_rep[other_day.report.rep_id]:
        if visit.kind == "visit" and visit.status == "planned" and visit.ends_at is not None:
            starts, ends = book.local(visit.starts_at), book.local(visit.ends_at)
            open_hours = [w for w in book.windows[visit.account_id or ""] if w.weekday == starts.weekday()]
            assert any(w.opens <= f"{starts:%H:%M}" and f"{ends:%H:%M}" <= w.closes for w in open_hours)


def test_the_visit_card_was_found_last_evening(company: Seeded) -> None:
    visits = kpi_counts(company.book, company.report.rep_id)[0]
    card = next(c for c in cards_of(company.book, company.report.rep_id) if c.subject_id == visits.rule.id)
    found = company.book.local(card.judged.found_at)
    assert (card.state, card.judged.held, card.judged.needed) == ("found", 0, 4)
    assert (found.date(), found.hour) == (company.book.calendar.previous_workday(ANCHOR), 18)


def test_behind_pace_late_in_the_month(company: Seeded) -> None:
    states = {card.rule.id: card.state for card in cards_of(company.book, company.report.rep_id)}
    assert states["behind_pace"] in ("found", "relapsed")


def test_a_hub_with_people_is_left_alone(company: Seeded) -> None:
    with pytest.raises(NotAllowed, match="already holds a company"):
        seed_company(company.database, ANCHOR)


def test_free_text_in_chinese() -> None:
    world = tell_company(date(2026, 3, 10), language="zh")
    goals = {row["goal"] for row in world.batch.rows["activity"].values()}
    assert "财务总监同意试点" in goals
    assert not any(goal.isascii() and goal for goal in goals)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 22), date(2026, 11, 20)),  # Sunday
        (date(2026, 10, 7), date(2026, 9, 30)),  # National Day week
        (date(2026, 10, 10), date(2026, 10, 10)),  # a Saturday worked in exchange
        (date(2027, 10, 3), date(2027, 9, 30)),  # a year the notice has not come out for
    ],
)
def test_last_workday(day: date, expected: date) -> None:
    assert last_workday(day) == expected


@settings(max_examples=60)
@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_last_workday_is_the_nearest_working_day_not_after(day: date) -> None:
    calendar, found = china(day.year - 1, day.year), last_workday(day)
    assert found <= day
    assert calendar.is_workday(found)
    assert not calendar.workdays(found + timedelta(days=1), day)


def test_rows_give_every_number_of_the_demo_rep_again(company: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_NOW", company.report.now.isoformat())
    monkeypatch.setattr(clock, "_started", clock.monotonic())
    services = services_on(company.database)
    today, line, best = services.today.load(), services.pipeline.load(), services.today.load().next_best
    assert best is not None
    shown: dict[str, int | None] = {"next_best": best.score, "pipeline.won": line.won_amount_minor}
    shown["pipeline.open"] = line.open_amount_minor
    for period in get_args(PeriodKind):
        gap = services.gap.load(period=period)
        shown |= {
            f"{period}.{name}": getattr(gap, f"{name}_minor")
            for name in ("target", "actual", "gap", "planned", "uncovered")
        }
    for kpi in today.kpis:
        shown |= {f"kpi:{kpi.id}": kpi.uncovered, f"kpi:{kpi.id}:done": kpi.done, f"kpi:{kpi.id}:planned": kpi.planned}
    shown |= {f"stage:{stage.id}": stage.amount_minor for stage in line.stages}
    shown |= {f"team:{rep.id}": rep.actual_minor for rep in services.team.load().reps}
    for about, value in shown.items():
        found = services.why.explain(about)
        again = len(found.rows) if found.combine == "count" else sum(row.value for row in found.rows)
        assert found.value == value, about
        assert again == value or (found.combine == "none" and value == 0), about
    for card in today.cards:
        found = services.why.explain(f"card:{card.id}")
        assert found.value == sum(row.value for row in found.rows), card.id
    for item in (*today.visits, *today.yesterday_unvisited):
        assert services.why.explain(f"visit:{item.id}").rows
    for deal in line.deals:
        assert services.why.explain(f"deal:{deal.id}").rows
