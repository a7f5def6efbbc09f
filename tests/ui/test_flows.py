"""Whole flows with the keys on the real app and services over a small company: what the database holds afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from textual.pilot import Pilot

from cockpit.app import CockpitApp
from cockpit.locations import StartValues
from cockpit.services.container import Services, services_on
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED
from cockpit.sync.outbox import Edit
from tests.hub.world import HubWorld, people_hub
from tests.support.company import LEAD, ME, Company, at, found_company, sign_in
from tests.sync.test_real_hub import VISIT, Terminal
from tests.ui.screen_text import press, screen_text, wait_for_idle

Values = dict[str, Any]


class Desk:
    """The running app with its keys and its rows."""

    def __init__(self, pilot: Pilot[int], services: Services) -> None:
        self.pilot, self.services = pilot, services

    async def press(self, *keys: str) -> None:
        """One after the other; without any, only wait until the program is idle."""
        await wait_for_idle(self.pilot)
        for key in keys:
            await press(self.pilot, key)

    async def fill(self, *texts: str) -> None:
        """One text a field, each over what stands there, each followed by Enter."""
        for text in texts:
            await press(self.pilot, "ctrl+u", *text, "enter")

    @property
    def text(self) -> str:
        return screen_text(self.pilot.app)

    @property
    def view(self) -> Any:
        """The view on top; whatever is asked of it is the caller's."""
        app = self.pilot.app
        assert isinstance(app, CockpitApp)
        return app.room.view

    async def go(self, widget_id: str) -> None:
        """Tab until the widget has the focus."""
        for _step in range(12):
            focused = self.pilot.app.focused
            if focused is not None and focused.id == widget_id:
                return
            await self.press("tab")
        raise AssertionError(f"Tab does not come to {widget_id}")

    def rows(self, entity: str) -> dict[str, Values]:
        with self.services.desk.database.read() as session:
            return {row.id: to_wire(row, entity) for row in session.exec(select(SYNCED[entity]))}

    def row(self, entity: str, row_id: str) -> Values:
        return self.rows(entity)[row_id]

    def added(self, entity: str, before: dict[str, Values]) -> Values:
        """The only row that was not there before."""
        (found,) = (row for row_id, row in self.rows(entity).items() if row_id not in before)
        return found


@asynccontextmanager
async def at_the_desk(
    company: Company | Terminal,
    opening: str = "today",
    services: Services | None = None,
    *,
    is_syncing: bool = False,
    size: tuple[int, int] = (120, 36),
) -> AsyncIterator[Desk]:
    made = services or services_on(company.database)
    app = CockpitApp(lambda: made, StartValues(lang="en"), opening=opening, is_ticking=False, is_syncing=is_syncing)
    async with app.run_test(size=size) as pilot:
        await wait_for_idle(pilot)
        yield Desk(pilot, made)


@pytest.fixture
def ht(company: Company) -> str:
    """The account of most flows, met before."""
    made = company.account("恒泰机械", "A", phone="021-5550")
    company.put("contact", account_id=made, owner_id=ME, name="王芳", decision_role="decider", mobile="138-0001")
    company.activity(at(10), "held", account_id=made, result="saw the pilot", goal_result="reached")
    return made


@pytest.fixture
def visit(company: Company, ht: str) -> str:
    """Planned for today, an hour from now."""
    return company.activity(at(24, "09:30"), account_id=ht, goal="CFO ok on pilot")


# -- Today -------------------------------------------------------------------------------------------------------


async def test_e_moves_the_visit_and_u_takes_it_back(company: Company, visit: str) -> None:
    async with at_the_desk(company) as desk:
        before = desk.row("activity", visit)
        await desk.press("e")
        await desk.fill("14:00", "")
        assert desk.row("activity", visit)["starts_at"].startswith("2026-11-24T06:00")
        assert "14:00" in desk.text
        await desk.press("u")
        assert desk.row("activity", visit)["starts_at"] == before["starts_at"]
        assert "09:30" in desk.text


async def test_n_plans_a_next_visit_with_the_account(company: Company, visit: str, ht: str) -> None:
    async with at_the_desk(company) as desk:
        before = desk.rows("activity")
        await desk.press("n")
        await desk.fill("thu 10", "offer signed")
        made = desk.added("activity", before)
        assert (made["account_id"], made["goal"], made["status"]) == (ht, "offer signed", "planned")
        assert made["starts_at"].startswith("2026-11-26T02:00")
        await desk.press("u")
        assert desk.rows("activity").keys() == before.keys()


@pytest.mark.parametrize("how", ["x", "digit"])
async def test_an_unvisited_one_gets_its_reason_and_its_next_plan(company: Company, ht: str, how: str) -> None:
    left = company.activity(at(23, "14:00"), account_id=ht)
    async with at_the_desk(company) as desk:
        before = desk.rows("activity")
        cards = desk.view.snapshot.cards
        digits = {card.command: str(place) for place, card in enumerate(cards, 1) if left in card.args.values()}
        await desk.press("x" if how == "x" else digits["drop"])
        await desk.fill("away on business", "thu 10")
        row = desk.row("activity", left)
        assert (row["status"], row["reason"]) == ("not_held", "away on business")
        anew = desk.added("activity", before)
        assert (anew["status"], anew["moved_from_id"]) == ("planned", left)
        assert anew["starts_at"].startswith("2026-11-26T02:00")
        await desk.press("u")
        assert desk.rows("activity").keys() == before.keys()
        assert desk.row("activity", left)["status"] == "planned"


async def test_x_cancels_a_planned_visit_with_a_reason(company: Company, visit: str) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("x")
        await desk.fill("")
        assert "Reason is needed." in desk.text
        assert desk.row("activity", visit)["status"] == "planned"
        await desk.fill("plant closed")
        row = desk.row("activity", visit)
        assert (row["status"], row["reason"]) == ("cancelled", "plant closed")
        await desk.press("u")
        row = desk.row("activity", visit)
        assert (row["status"], row["reason"]) == ("planned", "")


async def test_x_on_a_card_sets_it_aside_until_a_day(company: Company, visit: str) -> None:
    company.kpi()
    async with at_the_desk(company) as desk:
        await desk.go("cards")
        card = desk.view.snapshot.cards[0]
        await desk.press("x")
        await desk.fill("known", "fri")
        (waiver,) = desk.rows("waiver").values()
        assert (waiver["rule"], waiver["reason"], waiver["until_on"]) == (card.rule, "known", "2026-11-27")
        assert {found.id: found.state for found in desk.services.cards.load()}[card.id] == "waived"
        await desk.press("u")
        assert desk.rows("waiver") == {}
        assert {found.id: found.state for found in desk.services.cards.load()}[card.id] == card.state


async def test_a_nudge_stands_on_today_is_seen_there_and_answered_on_its_page(company: Company, visit: str) -> None:
    kpi = company.kpi()
    sent = {"owner_id": ME, "by_id": LEAD, "rule": "kpi_uncovered", "subject_id": kpi, "message": "shall I come along?"}
    nudge = company.put("nudge", at(23), **sent, sent_at=at(23))
    async with at_the_desk(company) as desk:
        assert "Zhou Lan: shall I come along?" in desk.text
        await desk.press()
        assert desk.row("nudge", nudge)["seen_at"] is not None
        await desk.press("N")
        assert "Your answer: 1 all right, 2 not fair with a reason, 3 need help" in desk.text
        await desk.press("2")
        await desk.fill("I was ill")
        row = desk.row("nudge", nudge)
        assert (row["answer"], row["answer_reason"]) == ("not_fair", "I was ill")
        assert "NOT FAIR" in desk.text
        await desk.press("u")
        assert desk.row("nudge", nudge)["answer"] is None


async def test_a_lead_sends_the_prepared_words_and_a_third_one_only_with_a_yes(company: Company, visit: str) -> None:
    company.kpi()
    with company.database.write() as session:
        sign_in(session, LEAD)
    for number, rule in enumerate(("tier_overdue", "behind_pace")):
        values = {"owner_id": ME, "by_id": LEAD, "rule": rule, "subject_id": ME, "message": "m", "sent_at": at(23)}
        company.put("nudge", at(23), id=f"nudge-{number}", **values)
    services = services_on(company.database)
    async with at_the_desk(company, "team", services) as desk:
        before = desk.rows("nudge")
        places = [rep.id for rep in services.team.load().reps]
        await desk.go("reps")
        await desk.press(*("j" * places.index(ME)), "N")
        assert desk.view.snapshot.line.rule == "behind_pace"
        await desk.press("n")
        words = desk.view.snapshot.draft.message
        assert words in desk.text
        await desk.press("enter", "n")
        assert desk.rows("nudge") == before
        await desk.press("enter", "y")
        made = desk.added("nudge", before)
        assert (made["owner_id"], made["by_id"], made["rule"], made["message"]) == (ME, LEAD, "kpi_uncovered", words)
        assert "SENT" in desk.text


async def test_after_not_moved_a_digit_takes_the_next_step(company: Company) -> None:
    company.kpi()
    for day in (2, 3, 4, 5, 9, 10):
        company.activity(at(day, "10:00"), "held", account_id=company.account("老客户"))
    values = {"owner_id": ME, "by_id": LEAD, "rule": "tier_overdue", "subject_id": ME, "message": "m"}
    nudge = company.put("nudge", at(16), **values, sent_at=at(16))
    with company.database.write() as session:
        sign_in(session, LEAD)
    services = services_on(company.database)
    async with at_the_desk(company, "team", services) as desk:
        before = desk.rows("activity")
        places = [rep.id for rep in services.team.load().reps]
        await desk.go("reps")
        await desk.press(*("j" * places.index(ME)), "N")
        assert "NOT MOVED" in desk.text
        assert "1 to 4 take a next step" in desk.text
        await desk.press("2")
        made = desk.added("activity", before)
        assert (made["kind"], made["rep_id"], made["companion_id"]) == ("task", LEAD, ME)
        assert "In your plan already." in desk.text
        await desk.press("u")
        assert desk.rows("activity") == before
        await desk.press("4")
        assert desk.row("nudge", nudge)["watch_days"] == 15
        assert "NOT MOVED" not in desk.text
        await desk.press("u")
        assert desk.row("nudge", nudge)["watch_days"] == 7


async def test_capital_l_locks_and_unlocks(company: Company, visit: str) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("L")
        assert desk.row("activity", visit)["is_locked"] is True
        await desk.press("L")
        assert desk.row("activity", visit)["is_locked"] is False
        await desk.press("u")
        assert desk.row("activity", visit)["is_locked"] is True
        await desk.press("u")
        assert desk.row("activity", visit)["is_locked"] is False


async def test_a_adds_the_suggestion(company: Company, visit: str) -> None:
    account = company.account("金桥仪表", "A", lat=31.24, lon=121.48)
    company.kpi()
    async with at_the_desk(company) as desk:
        before = desk.rows("activity")
        assert desk.view.snapshot.next_best.account_id == account
        await desk.press("a")
        assert desk.added("activity", before)["account_id"] == account
        await desk.press("u")
        assert desk.rows("activity").keys() == before.keys()


async def test_an_unvisited_one_moves_only_with_a_reason(company: Company, ht: str) -> None:
    left = company.activity(at(23, "14:00"), account_id=ht)
    async with at_the_desk(company) as desk:
        before = desk.rows("activity")
        await desk.press("e")
        await desk.fill("thu 10", "")
        assert "Reason is needed." in desk.text
        await desk.fill("sick")
        assert (desk.row("activity", left)["status"], desk.row("activity", left)["reason"]) == ("moved", "sick")
        assert desk.added("activity", before)["moved_from_id"] == left
        await desk.press("u")
        assert desk.rows("activity").keys() == before.keys()


async def test_a_time_that_cannot_be_read_keeps_the_form(company: Company, visit: str) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("n")
        await desk.fill("someday", "offer signed")
        assert "someday is not a day or time" in desk.text
        assert "offer signed" in desk.text
        before = desk.rows("activity")
        await desk.press("shift+tab")
        await desk.fill("thu 10")
        await desk.press("enter")
        assert desk.added("activity", before)["goal"] == "offer signed"


# -- Log ---------------------------------------------------------------------------------------------------------


async def test_an_unplanned_visit_is_logged_in_one_line(company: Company, ht: str) -> None:
    async with at_the_desk(company) as desk:
        before = desk.rows("activity")
        await desk.press("l")
        await desk.fill("v ht half @8:00 wants a lower price >fri 10")
        new = {k: row for k, row in desk.rows("activity").items() if k not in before}.values()
        held, planned = sorted(new, key=lambda row: str(row["starts_at"]))
        assert (held["status"], held["goal_result"], held["account_id"]) == ("held", "half", ht)
        assert "lower price" in held["result"]
        assert (planned["status"], planned["starts_at"][:16]) == ("planned", "2026-11-27T02:00")
        await desk.press("u")
        assert desk.rows("activity").keys() == before.keys()


async def test_a_saved_log_is_corrected_from_the_account(company: Company, visit: str, ht: str) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("enter")
        await desk.press("tab", "tab", "down")
        held = desk.view._item
        assert held.status == "held"
        await desk.press("e")
        await desk.fill("", "saw the pilot twice", "send offer")
        row = desk.row("activity", held.id)
        assert (row["result"], row["next_step"]) == ("saw the pilot twice", "send offer")
        assert "saw the pilot twice" in desk.text
        await desk.press("u")
        assert desk.row("activity", held.id)["result"] == "saw the pilot"


# -- Create ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("digit", "lifecycle"), [("1", "prospect"), ("2", "target")])
async def test_c_creates_an_account_in_two_fields(company: Company, digit: str, lifecycle: str) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("c", digit)
        await desk.fill("新海电气", "0571-8")
        (made,) = desk.rows("account").values()
        assert (made["name"], made["phone"], made["lifecycle"], made["owner_id"]) == (
            "新海电气",
            "0571-8",
            lifecycle,
            ME,
        )
        await desk.press("u")
        assert desk.rows("account") == {}


@pytest.mark.parametrize("opens_account", [True, False])
async def test_c_creates_a_contact_and_a_deal(company: Company, visit: str, ht: str, opens_account: bool) -> None:
    account = () if opens_account else ("ht",)
    async with at_the_desk(company) as desk:
        if opens_account:
            await desk.press("enter")
        contacts, deals = desk.rows("contact"), desk.rows("deal")
        await desk.press("c", "3")
        await desk.fill(*account, "李强", "139-7")
        contact = desk.added("contact", contacts)
        assert (contact["account_id"], contact["name"]) == (ht, "李强")
        assert "139-7" in (contact["mobile"], contact["phone"])
        await desk.press("c", "4")
        await desk.fill(*account, "二期产线", "66k")
        deal = desk.added("deal", deals)
        assert (deal["account_id"], deal["amount_minor"], deal["stage_id"]) == (ht, 66_000_00, "stage-1")
        await desk.press("u", "u")
        assert (desk.rows("contact").keys(), desk.rows("deal").keys()) == (contacts.keys(), deals.keys())


# -- Pipeline and deal -------------------------------------------------------------------------------------------


@pytest.fixture
def deal(company: Company, ht: str) -> str:
    return company.deal("二期产线", "stage-2", 66_000_00, account_id=ht)


@pytest.mark.parametrize("answer", ["y", "n"])
@pytest.mark.parametrize("is_card", [False, True])
async def test_s_asks_the_milestone_and_moves_the_deal(company: Company, deal: str, answer: str, is_card: bool) -> None:
    async with at_the_desk(company, "pipeline") as desk:
        await desk.press(*(["enter"] if is_card else []), "s", "2")
        assert "Budget confirmed?" in desk.text
        assert desk.row("deal", deal)["stage_id"] == "stage-2"
        await desk.press(answer)
        assert desk.row("deal", deal)["stage_id"] == "stage-3"
        assert [done["stage_id"] for done in desk.rows("milestone_done").values()] == ["stage-2"] * (answer == "y")
        await desk.press("u")
        assert (desk.row("deal", deal)["stage_id"], desk.rows("milestone_done")) == ("stage-2", {})


async def test_esc_at_the_milestone_leaves_the_deal_where_it_is(company: Company, deal: str) -> None:
    async with at_the_desk(company, "pipeline") as desk:
        await desk.press("s", "2", "escape")
        assert desk.row("deal", deal)["stage_id"] == "stage-2"
        assert desk.services.sync.badge().pending == 0


@pytest.mark.parametrize("is_card", [False, True])
async def test_w_wins_with_amount_and_day(company: Company, deal: str, is_card: bool) -> None:
    async with at_the_desk(company, "pipeline") as desk:
        await desk.press(*(["enter"] if is_card else []), "w")
        await desk.fill("70k", "11-20", "service")
        row = desk.row("deal", deal)
        assert (row["stage_id"], row["amount_minor"], row["closed_on"]) == ("stage-won", 70_000_00, "2026-11-20")
        await desk.press("u")
        row = desk.row("deal", deal)
        assert (row["stage_id"], row["amount_minor"], row["closed_on"]) == ("stage-2", 66_000_00, None)


@pytest.mark.parametrize("is_card", [False, True])
async def test_x_loses_only_with_a_reason_and_keeps_what_was_typed(company: Company, deal: str, is_card: bool) -> None:
    async with at_the_desk(company, "pipeline") as desk:
        await desk.press(*(["enter"] if is_card else []), "x", "tab")
        await desk.fill("11-20")
        assert "Reason is needed." in desk.text
        assert "11-20" in desk.text
        assert desk.row("deal", deal)["stage_id"] == "stage-2"
        await desk.press("shift+tab")
        await desk.fill("price")
        await desk.press("enter")
        row = desk.row("deal", deal)
        assert (row["stage_id"], row["lost_reason"], row["closed_on"]) == ("stage-lost", "price", "2026-11-20")
        await desk.press("u")
        row = desk.row("deal", deal)
        assert (row["stage_id"], row["lost_reason"], row["closed_on"]) == ("stage-2", "", None)


@pytest.mark.parametrize("is_card", [False, True])
async def test_e_corrects_the_amount(company: Company, deal: str, is_card: bool) -> None:
    async with at_the_desk(company, "pipeline") as desk:
        await desk.press(*(["enter"] if is_card else []), "e", "enter")
        await desk.fill("80k")
        await desk.press("enter")
        row = desk.row("deal", deal)
        assert (row["name"], row["amount_minor"], row["expected_on"]) == ("二期产线", 80_000_00, None)
        await desk.press("u")
        assert desk.row("deal", deal)["amount_minor"] == 66_000_00


# -- Account -----------------------------------------------------------------------------------------------------


async def test_ctrl_y_copies_the_number_and_enter_opens_the_deal(company: Company, visit: str, deal: str) -> None:
    async with at_the_desk(company) as desk:
        await desk.press("enter", "ctrl+y")
        assert desk.pilot.app.clipboard in ("021-5550", "138-0001")
        assert f"{desk.pilot.app.clipboard} copied" in desk.text
        first = desk.pilot.app.clipboard
        await desk.press("down", "ctrl+y")
        assert {first, desk.pilot.app.clipboard} == {"021-5550", "138-0001"}
        await desk.press("tab", "enter")
        assert desk.view.about() == f"deal:{deal}"
        assert "二期产线" in desk.text


# -- Sync, against the real hub in this process --------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HubWorld]:
    database = Database.at(tmp_path / "hub.db")
    people_hub(database)
    made = HubWorld(database)
    made.account("account-1", name="恒泰机械", phone="1")
    yield made
    database.close()


@pytest.fixture
def terminal(tmp_path: Path, world: HubWorld) -> Iterator[Terminal]:
    """A device that is signed in at the hub."""
    database = Database.at(tmp_path / "device.db")
    database.prepare()
    database.close()
    assert database.path is not None
    made = Terminal(database.path, world, ME)
    yield made
    made.database.close()


def on_the_hub(terminal: Terminal) -> Services:
    made = services_on(terminal.database)
    made.sync = terminal.sync
    return made


@pytest.mark.parametrize(("key", "phone"), [("m", "mine"), ("t", "theirs")])
async def test_a_conflict_shows_three_values_and_a_key_answers_it(
    terminal: Terminal, world: HubWorld, key: str, phone: str
) -> None:
    terminal.patch("account", "account-1", phone="mine")
    world.patch("account", "account-1", phone="theirs")
    async with at_the_desk(terminal, "sync", on_the_hub(terminal)) as desk:
        await desk.press("o")
        shown = " ".join(desk.text.split())
        for words in (
            "1 conflict needs your answer",
            "恒泰机械",
            "before 1",
            "m mine mine you",
            "t theirs theirs 管理",
        ):
            assert words in shown
        assert desk.row("account", "account-1")["phone"] == "mine"
        await desk.press(key)
        assert desk.row("account", "account-1")["phone"] == phone
        assert "conflict needs" not in desk.text
        await desk.press("o")
        with world.database.read() as session:
            found = session.get(SYNCED["account"], "account-1")
            assert found is not None
            assert to_wire(found, "account")["phone"] == phone
        assert desk.services.sync.badge().pending == 0


@pytest.mark.parametrize("answer", ["n", "y"])
async def test_a_parked_change_is_discarded_after_a_yes(terminal: Terminal, answer: str) -> None:
    terminal.act(Edit("activity", "visit", "create", {**VISIT, "account_id": "no-such"}))
    async with at_the_desk(terminal, "sync", on_the_hub(terminal)) as desk:
        await desk.press("o")
        assert "1 change refused" in desk.text
        await desk.press("x")
        assert "Discard " in desk.text
        await desk.press(answer)
        assert desk.services.sync.badge().parked == (answer == "n")
        assert ("visit" in desk.rows("activity")) is (answer == "n")


async def test_offline_is_said_in_words(company: Company, visit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TOKEN", "token")
    with company.database.write() as session:
        meta.put(session, "hub_url", "http://127.0.0.1:9")
        meta.put(session, "hub_host", "127.0.0.1")
    async with at_the_desk(company, "sync") as desk:
        await desk.press("o")
        assert "Offline. The hub does not answer: no connection to 127.0.0.1." in desk.text
        assert "Errno" not in desk.text
        assert "own hub is not running" in desk.text
        await desk.press("h", "e")
        await desk.fill("14:00", "")
        assert desk.services.sync.badge().pending == 1, "work goes on"


async def test_b_keeps_both_texts(terminal: Terminal, world: HubWorld) -> None:
    terminal.act(Edit("activity", "visit", "create", {**VISIT, "status": "held", "result": "before"}))
    await asyncio.to_thread(terminal.sync.run)
    terminal.patch("activity", "visit", result="met the CFO")
    world.patch("activity", "visit", result="met the buyer")
    async with at_the_desk(terminal, "sync", on_the_hub(terminal)) as desk:
        await desk.press("o", "b", "o")
        result = desk.row("activity", "visit")["result"]
        assert "met the CFO" in result
        assert "met the buyer" in result
        assert desk.services.sync.badge().pending == 0


# -- Team --------------------------------------------------------------------------------------------------------


@pytest.fixture
def lead(tmp_path: Path) -> Iterator[Company]:
    """The company as its lead has it, with a rep's visit of today."""
    (tmp_path / "lead").mkdir()
    made = found_company(tmp_path / "lead", signed_in=LEAD)
    account = made.account("恒泰机械", "A")
    made.activity(at(24, "09:30"), account_id=account, goal="CFO ok on pilot")
    made.deal("二期产线", "stage-2", 66_000_00, account_id=account)
    made.target(300_000_00)
    made.kpi()
    yield made
    made.database.close()


async def open_rep(desk: Desk) -> None:
    """From the team board to the day of the rep."""
    for _step in range(5):
        if desk.view._rep is not None and desk.view._rep.id == ME:
            break
        await desk.press("j")
    await desk.press("enter")
    assert "Today of Zhang Wei" in desk.text


async def test_a_rep_s_day_is_read_and_never_written_by_the_lead(lead: Company) -> None:
    async with at_the_desk(lead, "team") as desk:
        await open_rep(desk)
        assert "CFO ok on pilot" in desk.text
        for key in ("e", "n", "x", "L", "l", "r", "f", "a"):
            await desk.press(key)
            assert "This is somebody else's: it can be read, not changed." in desk.text, key
            await desk.press("down")
        assert desk.services.sync.badge().pending == 0


@pytest.mark.parametrize(("key", "words"), [("g", "300k"), ("p", "二期产线")])
async def test_from_a_rep_s_day_g_and_p_show_the_rep_s_numbers(lead: Company, key: str, words: str) -> None:
    async with at_the_desk(lead, "team") as desk:
        await open_rep(desk)
        await desk.press(key)
        assert words in desk.text
        assert desk.view.snapshot.scope.id == ME if key == "p" else desk.view.snapshot.rep.id == ME
        await desk.press(key, "q")
        assert "Today of Zhang Wei" in desk.text


async def test_behind_a_rep_s_day_everything_is_to_read(lead: Company) -> None:
    async with at_the_desk(lead, "team") as desk:
        await desk.press("question_mark")
        assert desk.view.title() == "Why"
        assert desk.view.snapshot is not None, desk.text
        await desk.press("q")
        await open_rep(desk)
        for place in ("figures", "agenda"):
            await desk.go(place)
            await desk.press("question_mark")
            assert desk.view.title() == "Why"
            assert desk.view.snapshot is not None, desk.text
            await desk.press("q")
        await desk.press("p")
        for key in ("s", "w", "x", "e"):
            await desk.press(key)
            assert "This is somebody else's" in desk.text, key
        await desk.press("question_mark")
        assert desk.view.snapshot is not None, desk.text
        await desk.press("q", "enter")
        for key in ("s", "w", "x", "e"):
            await desk.press(key)
            assert "This is somebody else's" in desk.text, key
        await desk.press("enter", "e")
        assert "This is somebody else's" in desk.text
        assert desk.services.sync.badge().pending == 0


# -- Why ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def month(company: Company, visit: str, ht: str, deal: str) -> str:
    """A target, a KPI, a won deal and an account worth adding: every number of Today stands for something."""
    company.target(300_000_00)
    company.kpi()
    company.deal("一期产线", "stage-won", 50_000_00, account_id=ht, closed_on=at(12).date())
    company.account("金桥仪表", "A", lat=31.24, lon=121.48)
    return visit


@pytest.mark.parametrize(
    ("place", "moves", "about"),
    [
        ("figures", 0, "month.target"),
        ("figures", 1, "month.actual"),
        ("figures", 2, "month.gap"),
        ("figures", 3, "month.planned"),
        ("figures", 4, "month.uncovered"),
        ("kpis", 0, "kpi:"),
        ("cards", 0, "card:"),
        ("agenda", 0, "visit:"),
        ("best", 0, "next_best"),
        ("detail", 0, "prep"),
        ("next", 0, "visit:"),
    ],
)
async def test_question_mark_explains_every_number_of_today(
    company: Company, month: str, place: str, moves: int, about: str
) -> None:
    async with at_the_desk(company) as desk:
        await desk.go(place)
        await desk.press(*["right"] * moves)
        assert desk.view.about().startswith(about)
        await desk.press("question_mark")
        why = desk.view.snapshot
        assert why is not None, desk.text
        assert desk.view.title() == "Why"
        assert why.title in desk.text
        assert why.rows or why.inputs
        for row in why.rows[:3]:
            assert row.text[:12] in desk.text
        await desk.press("q")
        assert desk.view.snapshot.visits, "back on Today"
