"""The screen of targets on a real account: look, set, split, agree, take back, and what is refused says why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest

from cockpit.app import CockpitApp
from cockpit.locations import StartValues
from cockpit.services.container import services_on
from tests.support.company import LEAD, MATE, ME, TEAM, Company, at, sign_in
from tests.ui.screen_text import press, screen_text, wait_for_idle


@pytest.fixture
def months(company: Company) -> Company:
    for scope, value in ((TEAM, 60_000_000), (ME, 40_000_000), (MATE, 20_000_000)):
        company.target(value, scope, agreed_by_lead_at=at(2), agreed_by_rep_at=at(3) if scope != TEAM else None)
    company.deal("won", "stage-won", 41_000_000, closed_on=date(2026, 11, 10))
    return company


class Seat:
    """The app as one person, opened on the targets."""

    def __init__(self, app: CockpitApp, pilot: object) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> str:
        for key in keys:
            await press(self.pilot, key)  # type: ignore[arg-type]
        return screen_text(self.app)


@asynccontextmanager
async def seated(
    company: Company, person: str, lang: str = "en", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Seat]:
    with company.database.write() as session:
        sign_in(session, person)
    app = CockpitApp(lambda: services_on(company.database), StartValues(lang=lang), is_ticking=False, is_syncing=False)
    async with app.run_test(size=size) as pilot:
        await wait_for_idle(pilot)
        seat = Seat(app, pilot)
        await seat.press("G")
        yield seat


async def test_a_lead_sets_splits_and_takes_back(months: Company) -> None:
    async with seated(months, LEAD) as seat:
        text = screen_text(seat.app)
        assert "East-1: 410k of 600k, Zhang Wei is there early" in text
        assert "raise to 420k?" in text
        text = await seat.press("j", "e", *["backspace"] * 6, *"450k", "enter")
        assert "450k" in text
        assert "150k" in text
        assert "2 yeses are missing" in text
        assert "agreed 11-03" in await seat.press("u")
        text = await seat.press("a")
        assert "1 target does not add up" in text
        text = await seat.press("k", "S", "y")
        assert "does not add up" not in text


async def test_a_rep_says_yes_and_sets_nothing(months: Company) -> None:
    months.change("target", "target-2", at(4), value=45_000_000, agreed_by_lead_at=at(4))
    async with seated(months, ME) as seat:
        assert "1 yes is missing" in screen_text(seat.app)
        assert "is set by who leads them" in await seat.press("e")
        assert "A target is split by who leads" in await seat.press("S")
        assert "agreed 11-24" in await seat.press("A")
        assert "Everybody has said yes" in await seat.press("A")


async def test_periods_and_metrics_are_walked(months: Company) -> None:
    async with seated(months, LEAD) as seat:
        assert "2026-Q4" in await seat.press("right_square_bracket")
        assert "2026  CNY" in await seat.press("right_square_bracket")
        assert "The year is the longest period" in await seat.press("right_square_bracket")
        assert "2027  CNY" in await seat.press("greater_than_sign")
        assert "2026  CNY" in await seat.press("less_than_sign")
        assert "2026-11  CNY" in await seat.press("left_square_bracket", "left_square_bracket")
        assert "gross profit  2026-11" in await seat.press("M")
        assert "deals won  2026-11" in await seat.press("M")
        assert "2026-W48" in await seat.press("left_square_bracket")


async def test_it_is_read_in_chinese_and_in_a_large_window(months: Company) -> None:
    async with seated(months, LEAD, "zh", (160, 45)) as seat:
        text = screen_text(seat.app)
        assert "华东一组：41万 / 60万" in text
        assert "下一职级" in text
        assert "目标" in await seat.press("question_mark")
