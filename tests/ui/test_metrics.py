"""The metrics screen on real services: the tree, its keys, a rep of a team, a past day, what a broken file says."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.screens.metrics import MetricsView
from cockpit.screens.why import WhyView
from cockpit.services.metric_files import own_file
from cockpit.widgets.metric_table import MetricTable
from tests.support.company import LEAD, MATE, TEAM, Company, at, sign_in
from tests.support.month import tell_month
from tests.ui.screen_text import screen_text
from tests.ui.test_why_everywhere import walking


@pytest.fixture
def month(company: Company) -> Company:
    tell_month(company)
    tell_month(company, MATE)
    return company


def as_lead(company: Company) -> None:
    with company.database.write() as session:
        sign_in(session, LEAD)


@pytest.mark.parametrize(("lang", "size", "words"), [("en", (120, 36), "Win rate"), ("zh", (80, 24), "赢率")])
async def test_the_key_opens_the_tree(month: Company, lang: str, size: tuple[int, int], words: str) -> None:
    async with walking(month, "today", lang, size) as walk:
        await walk.press("m")
        assert isinstance(walk.view, MetricsView)
        text = screen_text(walk.app)
        assert words in text
        assert "182k" in text or "18.2万" in text


async def test_enter_and_the_question_mark_show_the_rows(month: Company) -> None:
    async with walking(month, "metrics") as walk:
        for key in ("enter", "question_mark"):
            await walk.press(key)
            assert isinstance(walk.view, WhyView)
            assert walk.view.snapshot is not None
            assert (walk.view.snapshot.title, walk.view.snapshot.value) == ("Sales", 18_200_000)
            await walk.press("q")


async def test_the_parts_of_a_formula_open_in_turn(month: Company) -> None:
    async with walking(month, "metrics") as walk:
        assert walk.app.screen.query_one(MetricTable).focus_key("win_rate")
        await walk.press("enter", "home", "enter")
        assert isinstance(walk.view, WhyView)
        assert walk.view.snapshot is not None
        assert walk.view.snapshot.title == "Orders"


async def test_periods_go_shorter_and_longer_and_say_where_they_end(month: Company) -> None:
    async with walking(month, "metrics") as walk:
        await walk.press("right_square_bracket")
        assert "[quarter]" in screen_text(walk.app)
        assert walk.view.about() == "metric:won_amount:quarter:rep-1"
        await walk.press("right_square_bracket", "right_square_bracket")
        assert "The year is the longest period." in screen_text(walk.app)


async def test_a_lead_sees_the_team_and_from_a_rep_the_reps_own(month: Company) -> None:
    as_lead(month)
    async with walking(month, "team") as walk:
        await walk.press("m")
        assert walk.view.snapshot.scope.id == TEAM
        await walk.press("t", "home", "enter", "m")
        assert walk.view.snapshot.scope.kind == "rep"
        await walk.press("q", "q")
        await walk.press("colon", *"metrics Li Na", "enter")
        assert walk.view.snapshot.scope.id == MATE


async def test_a_past_day_is_as_it_was(month: Company) -> None:
    async with walking(month, "metrics") as walk:
        await walk.press("T", *"2026-11-11", "enter")
        assert walk.view.snapshot.as_of.date() == at(11).date()
        sales = next(line for line in walk.view.snapshot.lines if line.id == "won_amount")
        assert sales.value == 11_800_000


async def test_a_broken_file_is_said_in_place_of_the_rows(month: Company) -> None:
    own_file().parent.mkdir(parents=True, exist_ok=True)
    own_file().write_text("[[metric]]\nid = 'x'\nformula = 'visits / ordrs'\n", "utf-8")
    async with walking(month, "metrics") as walk:
        text = screen_text(walk.app)
        assert "ordrs is not known" in " ".join(text.split())
        own_file().unlink()
        await walk.press("f5")
        assert "Win rate" in screen_text(walk.app)


async def test_a_hostile_name_is_only_text(month: Company) -> None:
    own_file().parent.mkdir(parents=True, exist_ok=True)
    own_file().write_text(
        '[[metric]]\nid = "x"\nrows = "deals_won"\nname = "Acme [/b] \\u001b[2J [@click=quit]z"\n', "utf-8"
    )
    month.deal("[bold]", "stage-won", 100, account_id=None, closed_on=date(2026, 11, 20))
    async with walking(month, "metrics") as walk:
        await walk.press("end")
        text = screen_text(walk.app)
        assert "Acme [/b]" in text
        assert "\x1b" not in text
        await walk.press("enter")
        assert "[bold]" in screen_text(walk.app)
