"""`?` on whatever can have the focus, on every view: an explanation, or words that there is nothing; never an error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from cockpit.app import CockpitApp
from cockpit.i18n import set_language
from cockpit.locations import StartValues
from cockpit.screens.base import View
from cockpit.screens.gap import GapView
from cockpit.screens.team import TeamView
from cockpit.screens.why import WhyView
from cockpit.services.container import Services, services_on
from cockpit.services.replan import ReplanService
from cockpit.widgets.footer import Footer
from cockpit.widgets.month_line import Figures
from cockpit.widgets.table import Table
from tests.support.company import LEAD, MATE, Company, at, sign_in
from tests.support.month import tell_month
from tests.ui.screen_text import press, screen_text, wait_for_idle

NOTHING = {"en": "Nothing to explain here.", "zh": "这里没有可解释的"}
MOST_ROWS = 6


class Walk:
    """The running app, and what was asked on the way."""

    def __init__(self, app: CockpitApp, pilot: Pilot[int], services: Services, lang: str) -> None:
        self.app, self.pilot, self.services, self.lang = app, pilot, services, lang
        self.asked: list[str] = []

    @property
    def view(self) -> View:
        return self.app.room.view

    async def press(self, *keys: str) -> None:
        for key in keys:
            await press(self.pilot, key)

    def parts(self) -> list[Widget]:
        """What Tab comes to in the view that is seen."""
        return [widget for widget in self.app.screen.focus_chain if self.view in widget.ancestors]

    async def ask(self) -> None:
        """Press `?` here; back again where an explanation came."""
        about, before = self.view.about(), self.view
        await self.press("question_mark")
        if isinstance(self.view, WhyView):
            answer = self.view.snapshot
            assert answer is not None, (about, screen_text(self.app))
            assert self.view.failure is None, about
            assert answer.title, about
            assert answer.formula, about
            assert answer.origin, about
            self.asked.append(about or "screen")
            await self.press("q")
        else:
            assert NOTHING[self.lang] in screen_text(self.app), (before.id, about)
        assert self.view is before

    async def over_all(self) -> None:
        """Every part of the view, and in it every row or figure."""
        for widget in self.parts():
            widget.focus()
            await wait_for_idle(self.pilot)
            key = "j" if isinstance(widget, Table) else "right" if isinstance(widget, Figures) else None
            if key is not None:
                await self.press("home") if key == "j" else None
            for _step in range(MOST_ROWS if key else 1):
                before = self.view.about()
                await self.ask()
                if key is not None:
                    await self.press(key)
                if self.view.about() == before:
                    break


@asynccontextmanager
async def walking(
    company: Company, opening: str, lang: str = "en", size: tuple[int, int] = (120, 36)
) -> AsyncIterator[Walk]:
    services = services_on(company.database)
    app = CockpitApp(lambda: services, StartValues(lang=lang), opening=opening, is_ticking=False, is_syncing=False)
    async with app.run_test(size=size) as pilot:
        await wait_for_idle(pilot)
        yield Walk(app, pilot, services, lang)
    set_language("en")


@pytest.fixture
def month(company: Company) -> Company:
    tell_month(company)
    tell_month(company, MATE)
    company.put("contact", account_id="account-1", name="王总", stance=1, decision_role="decider", mobile="138")
    return company


@pytest.mark.parametrize("view", ["today", "gap", "pipeline", "funnel", "metrics", "sync"])
async def test_a_rep_asks_about_all_that_can_have_the_focus(month: Company, view: str) -> None:
    async with walking(month, view) as walk:
        await walk.over_all()
        assert walk.asked


async def test_in_chinese_and_on_a_narrow_screen(month: Company) -> None:
    async with walking(month, "today", "zh", (80, 24)) as walk:
        await walk.over_all()
        assert {"month.target", "month.forecast", "next_best"} <= set(walk.asked)


async def test_the_gap_explains_its_weeks_and_the_pipeline_what_was_lost(month: Company) -> None:
    async with walking(month, "gap") as walk:
        await walk.over_all()
        assert {"month.target", "month.week:2026-11-02", "month.uncovered"} <= set(walk.asked)
    async with walking(month, "pipeline") as walk:
        await walk.over_all()
        assert {"pipeline.open", "pipeline.lost", "win_rate", "stage:stage-1"} <= set(walk.asked)


async def test_a_lead_asks_about_the_team(month: Company) -> None:
    with month.database.write() as session:
        sign_in(session, LEAD)
    async with walking(month, "team") as walk:
        await walk.over_all()
        assert {"team:rep-1", "team:rep-2", "team.actual"} <= set(walk.asked)


@pytest.mark.parametrize(
    ("name", "args"),
    [("deal", {"deal_id": "deal-6"}), ("account", {"account_id": "account-1"}), ("replan", {})],
)
async def test_the_views_that_come_over_another(month: Company, name: str, args: dict[str, str]) -> None:
    async with walking(month, "today") as walk:
        walk.app.open(name, **args)
        await wait_for_idle(walk.pilot)
        await walk.over_all()
        assert walk.asked
        if name == "account":
            assert "contact:contact-1" in walk.asked


async def test_a_past_day_is_explained_as_of_that_day(month: Company) -> None:
    async with walking(month, "gap") as walk:
        await walk.press("T", *"2026-11-11", "enter")
        await walk.press("question_mark")
        assert isinstance(walk.view, WhyView)
        assert walk.view.snapshot is not None
        assert walk.view.snapshot.as_of.date() == at(11).date()


async def test_a_second_question_lists_all_numbers_of_the_screen_and_each_opens(month: Company) -> None:
    """What is a picture, or a word in a title, has its answer here."""
    async with walking(month, "gap") as walk:
        await walk.press("question_mark")
        assert "All numbers" in walk.app.screen.query_one(Footer).render().plain
        await walk.press("question_mark")
        listed = walk.view.snapshot
        assert listed is not None
        assert "All numbers" not in walk.app.screen.query_one(Footer).render().plain
        names = [row.id for row in listed.rows]
        assert {"month.pace", "month.days", "month.days_left", "trend.visits", "month.covered"} <= set(names)
        await walk.press("question_mark")
        assert NOTHING["en"] in screen_text(walk.app)
        await walk.press("home", *["j"] * names.index("month.days:held"), "enter")
        assert walk.view.snapshot.title == "Visits held"
        await walk.press("home", "enter")
        assert walk.view.snapshot.title.startswith("客户"), "a row of the visits has its own explanation"
        await walk.press("q", "q", "q", "q")
        assert isinstance(walk.view, GapView)


async def test_a_second_question_on_a_rep_lists_his_numbers_a_third_those_of_the_team(month: Company) -> None:
    with month.database.write() as session:
        sign_in(session, LEAD)
    async with walking(month, "team") as walk:
        await walk.press("question_mark", "question_mark")
        assert {"team:rep-1:problems", "team:rep-1:log"} <= {row.id for row in walk.view.snapshot.rows}
        await walk.press("question_mark")
        assert {"team.behind", "team.uncovered"} <= {row.id for row in walk.view.snapshot.rows}
        await walk.press("q", "q", "q")
        assert isinstance(walk.view, TeamView)


async def test_a_proposal_is_explained_as_it_stands_not_made_anew(
    month: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with walking(month, "today") as walk:
        walk.app.open("replan")
        await wait_for_idle(walk.pilot)
        monkeypatch.setattr(ReplanService, "propose", lambda *_args, **_values: pytest.fail("made anew"))
        await walk.press("question_mark")
        assert isinstance(walk.view, WhyView)
        assert walk.view.failure is None
        assert walk.view.snapshot is not None
