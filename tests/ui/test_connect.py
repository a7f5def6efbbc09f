"""The wizard that joins a CRM: every step, back at each, out without a trace, and what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from cockpit.app import CockpitApp
from cockpit.colours import LEAST_CONTRAST, PALETTES
from cockpit.errors import BadUse, CrmTrouble, NotAllowed
from cockpit.locations import StartValues
from cockpit.screens.doing import Tell
from cockpit.services.snapshots.joining import (
    CrmAsked,
    CrmDeal,
    CrmKind,
    CrmLook,
    CrmMaps,
    CrmStage,
    CrmUser,
    JoinedCrm,
    OurStage,
)
from tests.ui.driver import Driver
from tests.ui.fakes import FakeServices
from tests.ui.test_themes import ratio_of, words
from tests.ui.test_welcome import FakeStarter

TOKEN = "sesame-open-4711"
URL = "https://acme.pipedrive.com"
LOOK = CrmLook(
    server="Pipedrive v2",
    user_id="11",
    user_name="王芳",
    is_admin=True,
    zone="Asia/Shanghai",
    users=(
        CrmUser("11", "王芳", "wf@example.com", "team_lead", "rep"),
        CrmUser("12", "Li Lei [/b]", "ll@example.com", "rep", "rep"),
    ),
    stages=(
        CrmStage("1", "Qualified", "Sales", "open"),
        CrmStage("2", "Proposal", "Sales", "open", "s-quote"),
        CrmStage("won", "Won", "Sales", "won"),
    ),
    deals=(
        CrmDeal("7", "Pumps", "恒泰机械", "2", "Proposal", 1_200_000, "CNY"),
        CrmDeal("8", "Valves", "Acme", "9", "9", None, ""),
    ),
    deals_read=42,
    strange_stages=("9",),
    bad=("13: an amount is no number",),
    missing=("teams",),
    lacks=("KPI rules", "the goal and agenda of a visit"),
    our_people={"p-lilei": "Li Lei"},
    our_stages=(
        OurStage("s-quote", "Quote", "Online", "open"),
        OurStage("s-won", "Won", "Online", "won"),
        OurStage("f-trial", "Trial", "Territory", "open", "territory"),
    ),
)


class FakeBegun:
    url = "https://oauth.pipedrive.com/oauth/authorize?client_id=abc&state=xyz"

    def finished(self, pasted: str) -> str:
        if "code=" not in pasted:
            raise BadUse("There is no code in it.")
        return TOKEN


class FakeJoiner:
    def __init__(self) -> None:
        self.asked: list[CrmAsked] = []
        self.secrets: list[str] = []
        self.maps: CrmMaps | None = None
        self.joined: tuple[JoinedCrm, ...] = ()
        self.reopened = ""
        self.error: Exception | None = None
        self.refusal: Exception | None = None
        self.look_of = LOOK
        self.app: tuple[str, ...] = ()

    def begin(self, tell: Tell) -> tuple[tuple[CrmKind, ...], tuple[JoinedCrm, ...]]:
        tell("Looking")
        if self.refusal is not None:
            raise self.refusal
        kinds = (
            CrmKind("bottlecrm", "BottleCRM", "https://crm.example.com", "A personal token."),
            CrmKind("pipedrive", "Pipedrive", "https://COMPANY.pipedrive.com", "The API token.", "https://localhost/"),
        )
        return kinds, self.joined

    def browser(self, crm: str, url: str, client_id: str, client_secret: str, redirect_uri: str) -> FakeBegun:
        self.app = (crm, url, client_id, client_secret, redirect_uri)
        return FakeBegun()

    def look(self, asked: CrmAsked, secret: str, tell: Tell) -> CrmLook:
        tell("Asking the CRM")
        self.asked.append(asked)
        self.secrets.append(secret)
        if self.error is not None:
            raise self.error
        return self.look_of

    def join(self, maps: CrmMaps, tell: Tell) -> Path:
        tell("Saving")
        self.maps = maps
        return Path("/nowhere/some.db")

    def reopen(self, name: str, tell: Tell) -> Path:
        tell("Reading the CRM")
        self.reopened = name
        return Path("/nowhere/some.db")


@asynccontextmanager
async def wizard(
    joiner: FakeJoiner, *, size: tuple[int, int] = (80, 24), lang: str = "en", theme: str = "auto"
) -> AsyncIterator[Driver]:
    """The welcome room of a device without an account, and the wizard opened from it."""
    starter = FakeStarter()
    starter.joiner = joiner
    services = FakeServices()
    app = CockpitApp(
        services.opener(),
        StartValues(lang=lang, theme=theme),
        starter=starter,
        is_ticking=False,
        is_syncing=False,
    )
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot, services)
        await driver.idle()
        await driver.press("3")
        if joiner.joined or joiner.refusal is None:
            starter.is_needed = False
        yield driver


async def signed_in(driver: Driver) -> None:
    """Up to what answered."""
    await driver.press("2")
    await driver.type(URL)
    await driver.press("enter")
    await driver.type(TOKEN)
    await driver.press("enter")


async def test_from_the_choice_to_todays_screen() -> None:
    joiner = FakeJoiner()
    async with wizard(joiner) as driver:
        assert "Which CRM do you have?" in driver.text
        await driver.press("2")
        assert "https://COMPANY.pipedrive.com" in driver.text
        await driver.type(URL)
        await driver.press("enter")
        assert "The API token." in driver.text
        await driver.type(TOKEN)
        assert TOKEN not in driver.text
        await driver.press("enter")
        assert joiner.asked == [CrmAsked("pipedrive", URL)]
        assert "Pipedrive v2" in driver.text
        assert "may not read       teams" in driver.text
        await driver.press("enter")
        await driver.press("down", "e", "3")
        assert driver.text.count("team lead") == 2
        await driver.press("e", "5")
        assert "is Li Lei here" in driver.text
        await driver.press("enter")
        assert "Online / Quote" in driver.text
        await driver.press("e", "3")
        assert "Territory / Trial" in driver.text
        await driver.press("enter")
        assert "王芳 signs in as team lead; 2 of 3 stages are yours." in driver.text
        assert "¥12,000.00" in driver.text
        assert "stages that the CRM does not list: 9" in driver.text
        assert joiner.maps is None
        await driver.press("enter")
        assert joiner.maps == CrmMaps(
            "11",
            {"11": "team_lead", "12": "team_lead"},
            {"12": "p-lilei"},
            {"1": "f-trial", "2": "s-quote"},
        )
        assert "恒泰机械" in driver.text
        assert "Which CRM" not in driver.text


async def test_back_leads_through_every_step_and_out_and_keeps_what_was_typed() -> None:
    joiner = FakeJoiner()
    async with wizard(joiner) as driver:
        await signed_in(driver)
        await driver.press("enter", "enter", "enter")
        for words_ in (
            "Which stages are yours",
            "Who leads",
            "It answers",
            "What signs you in",
            "Where is your Pipedrive",
        ):
            await driver.press("escape")
            assert words_ in driver.text
        assert URL in driver.text
        await driver.press("escape")
        assert "Which CRM do you have?" in driver.text
        await driver.press("escape")
        assert "Nothing is set up on this device yet" in driver.text
        assert joiner.maps is None
        assert driver.app.is_running


async def test_the_token_is_nowhere_but_in_its_field(tmp_path: Path) -> None:
    joiner = FakeJoiner()
    async with wizard(joiner) as driver:
        await signed_in(driver)
        view = driver.app.room.view
        assert TOKEN not in repr(vars(view))
        await driver.press("enter", "enter", "enter", "enter")
        assert joiner.secrets == [TOKEN]
        assert not any(TOKEN in str(getattr(field, "value", "")) for field in driver.app.query("Input"))


async def test_without_a_token_a_browser_signs_in() -> None:
    joiner = FakeJoiner()
    async with wizard(joiner, size=(100, 30)) as driver:
        await driver.press("2")
        await driver.type(URL)
        await driver.press("enter")
        assert "Or leave it empty: a browser signs in." in driver.text
        await driver.press("enter")
        await driver.type("abc")
        await driver.press("enter")
        await driver.type("app-secret")
        assert "app-secret" not in driver.text
        await driver.press("enter", "enter")
        assert joiner.app == ("pipedrive", URL, "abc", "app-secret", "https://localhost/")
        assert driver.app.clipboard == FakeBegun.url
        assert "https://oauth.pipedrive.com/oauth/authorize" in driver.text
        await driver.type("nothing")
        await driver.press("enter")
        assert "There is no code in it." in driver.text
        await driver.type("?code=1")
        await driver.press("enter")
        assert joiner.secrets == [TOKEN]
        assert "It answers" in driver.text


async def test_a_crm_without_a_browser_wants_its_token() -> None:
    joiner = FakeJoiner()
    async with wizard(joiner) as driver:
        await driver.press("1")
        await driver.type(URL)
        await driver.press("enter", "enter")
        assert "What signs you in at BottleCRM?" in driver.text
        assert joiner.asked == []


@pytest.mark.parametrize(
    ("needs", "field"), [("token", "#token"), ("address", "#url"), ("ca_file", "#token"), ("", "#token")]
)
async def test_what_goes_wrong_leads_to_the_field_that_mends_it(needs: str, field: str) -> None:
    joiner = FakeJoiner()
    joiner.error = CrmTrouble("It went [wrong].", step="Do that.", needs=needs)
    async with wizard(joiner) as driver:
        await signed_in(driver)
        assert "The CRM is not joined. It went [wrong]." in driver.text
        assert "Do that." in driver.text
        assert driver.app.focused is driver.app.screen.query_one(field)
        joiner.error = None
        if needs == "ca_file":
            await driver.press("tab")
            await driver.type("/etc/own.pem")
        await driver.press("enter")
        if needs == "address":
            await driver.press("enter")
        assert "It answers" in driver.text
        assert joiner.asked[-1].ca_file == ("/etc/own.pem" if needs == "ca_file" else "")


async def test_its_days_may_lie_in_another_zone_and_one_that_is_none_leads_back() -> None:
    joiner = FakeJoiner()
    joiner.error = BadUse("zone: Asia/Sanghai is not a time zone like Asia/Shanghai", needs="address")
    async with wizard(joiner) as driver:
        await driver.press("2")
        await driver.type(URL)
        await driver.press("tab")
        await driver.type("Asia/Sanghai")
        await driver.press("enter")
        await driver.type(TOKEN)
        await driver.press("enter")
        assert "Asia/Sanghai is not a time zone" in driver.text
        assert "Where is your Pipedrive?" in driver.text
        joiner.error = None
        await driver.press("tab", "home", *["delete"] * len("Asia/Sanghai"))
        await driver.type("Asia/Shanghai")
        await driver.press("enter", "enter")
        assert joiner.asked[-1] == CrmAsked("pipedrive", URL, zone="Asia/Shanghai")
        assert "It answers" in driver.text


async def test_who_is_not_among_the_users_says_who_he_is() -> None:
    joiner = FakeJoiner()
    joiner.look_of = replace(LOOK, user_id="99")
    async with wizard(joiner) as driver:
        await signed_in(driver)
        await driver.press("enter", "enter")
        assert "Which of them are you?" in driver.text
        await driver.press("down", "e", "1", "enter", "enter", "enter")
        assert joiner.maps is not None
        assert joiner.maps.user_id == "12"


async def test_without_users_it_goes_on_and_says_so() -> None:
    joiner = FakeJoiner()
    joiner.look_of = replace(LOOK, users=None, missing=("users",))
    async with wizard(joiner) as driver:
        await signed_in(driver)
        await driver.press("enter")
        assert "This token may not read them. Enter goes on without." in driver.text
        assert "This token may not read: users. Cockpit goes on without them." in driver.text
        await driver.press("e", "enter", "enter", "enter")
        assert joiner.maps is not None
        assert (joiner.maps.user_id, joiner.maps.people) == ("11", {})


async def test_a_connection_that_is_there_is_opened_again() -> None:
    joiner = FakeJoiner()
    joiner.joined = (JoinedCrm("crm", "pipedrive", URL),)
    async with wizard(joiner) as driver:
        assert "Open crm again" in driver.text
        await driver.press("1")
        assert joiner.reopened == "crm"
        assert "恒泰机械" in driver.text


async def test_an_account_of_another_hub_is_left_alone() -> None:
    joiner = FakeJoiner()
    joiner.refusal = NotAllowed("This device is signed in to hub.example.com.")
    async with wizard(joiner) as driver:
        assert "signed in to hub.example.com" in driver.text
        await driver.press("1", "enter", "escape")
        assert "Nothing is set up on this device yet" in driver.text


async def test_keys_of_other_rooms_say_what_is_first() -> None:
    async with wizard(FakeJoiner()) as driver:
        for key in ("g", "l", "u", "e"):
            await driver.press(key)
            assert "First join the CRM, or leave with Esc." in driver.text


@pytest.mark.parametrize("name", PALETTES)
async def test_every_word_is_readable(name: str) -> None:
    async with wizard(FakeJoiner(), theme=name) as driver:
        await signed_in(driver)
        for _step in range(4):
            for text, style in words(driver.app):
                assert ratio_of(style) >= LEAST_CONTRAST, text
            await driver.press("enter")


@pytest.mark.parametrize(("size", "lang"), [((80, 24), "en"), ((120, 36), "zh"), ((80, 24), "zh"), ((120, 36), "en")])
async def test_it_looks_as_agreed(size: tuple[int, int], lang: str, snapshot: SnapshotAssertion) -> None:
    async with wizard(FakeJoiner(), size=size, lang=lang) as driver:
        shown = [driver.text]
        await signed_in(driver)
        for _step in range(3):
            shown.append(driver.text)
            await driver.press("enter")
        shown.append(driver.text)
        assert "\n\n".join(shown) == snapshot
        assert TOKEN not in "".join(shown)
