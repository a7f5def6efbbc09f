"""A brief book tells the same cards, and the same board, as one that holds everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from unittest.mock import patch

import pytest
from benchmarks.cards import grow, sign_in
from sqlalchemy import text

from cockpit.domain.card_deals import deal_reader
from cockpit.domain.problems import cards_of
from cockpit.hub.seed import SeedReport, seed_company
from cockpit.services import team
from cockpit.services.card_views import card_views
from cockpit.services.desk import Desk, end_of_day
from cockpit.services.snapshots import CardView
from cockpit.services.views import open_book
from cockpit.storage.database import Database
from cockpit.storage.queries.people import everybody

ANCHOR = date(2026, 11, 20)
DAYS = (date(2026, 11, 19), date(2026, 11, 2), date(2026, 10, 8))


@pytest.fixture(scope="module", params=["as told", "with gaps"])
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo company with some more reps; with gaps: much that a device may hold and the demo does not."""
    database = Database.at(tmp_path_factory.mktemp("seed") / "company.db")
    report = seed_company(database, ANCHOR)
    sign_in(database, report.lead_id)
    grow(database, 8)
    if request.param == "with gaps":
        _tear(database, report)
    yield database
    database.close()


def _tear(database: Database, report: SeedReport) -> None:
    """Changes not sent yet, deals that moved without a stage change, a rule over the quarter, another time zone, rows whose
    dates make no sense."""
    chosen = random.Random(5)
    with database.write() as session:

        def some(table: str, share: float, setting: str) -> None:
            ids = [row_id for (row_id,) in session.connection().execute(text(f"SELECT id FROM {table} ORDER BY id"))]
            for row_id in chosen.sample(ids, int(len(ids) * share)):
                session.connection().execute(text(f"{setting} WHERE id = :id"), {"id": row_id})

        some("stage_change", 0.2, "DELETE FROM stage_change")
        some("milestone_done", 0.2, "DELETE FROM milestone_done")
        some("activity", 0.03, "UPDATE activity SET pending = 1")
        some("activity", 0.02, "UPDATE activity SET starts_at = datetime(starts_at, '+45 days')")
        some("deal", 0.05, "UPDATE deal SET pending = 1")
        some("deal", 0.03, "UPDATE deal SET closed_on = date(closed_on, '-60 days')")
        some("deal", 0.03, "UPDATE deal SET closed_on = date(created_on, '-1 day')")
        some("change_log", 0.03, "UPDATE change_log SET rev = 0")
        session.connection().execute(text("UPDATE kpi_rule SET period_kind = 'quarter' WHERE parent_id IS NOT NULL"))
        session.connection().execute(
            text("UPDATE target SET currency = 'USD' WHERE scope_id = :id"), {"id": report.rep_id}
        )
        session.connection().execute(text("UPDATE team SET time_zone = 'America/New_York'"))


def _moment(database: Database, day: date) -> datetime:
    return end_of_day(day, Desk(database).time_zone())


def _cards(database: Database, as_of: datetime, ids: list[str], *, is_brief: bool) -> dict[str, tuple[CardView, ...]]:
    desk = Desk(database)
    with desk.look(as_of) as source:
        book = open_book(desk, source, ids, as_of, is_brief=is_brief)
    reader = deal_reader(book)
    return {one: card_views(book, cards_of(book, one, reader)) for one in ids}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_everybodys_cards_are_those_of_the_whole_book(grown: Database, day: date) -> None:
    as_of = _moment(grown, day)
    with Desk(grown).look(as_of) as source:
        people, _teams = everybody(source)
    brief, whole = (_cards(grown, as_of, list(people), is_brief=is_brief) for is_brief in (True, False))
    assert brief == whole
    assert sum(map(len, whole.values())) > 50


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_board_is_that_of_the_whole_book(grown: Database, day: date) -> None:
    def whole(*given: Any, is_brief: bool) -> Any:
        assert is_brief
        return open_book(*given)

    as_of, service = _moment(grown, day), team.TeamService(Desk(grown))
    brief = service.load(as_of)
    with patch.object(team, "open_book", whole):
        assert brief == service.load(as_of)


def test_a_brief_book_holds_less(grown: Database) -> None:
    desk, as_of = Desk(grown), _moment(grown, DAYS[0])
    with desk.look(as_of) as source:
        brief, whole = (open_book(desk, source, None, as_of, is_brief=is_brief) for is_brief in (True, False))
    assert len(brief.log) < len(whole.log) / 2
    assert len(brief.milestones) < len(whole.milestones) / 2
    assert not brief.windows
    assert {row.id for row in brief.activities} == {row.id for row in whole.activities}
