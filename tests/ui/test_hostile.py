"""Text from outside through every part of Today, Log, Why and the dialogs: shown, inert, never the end of the app."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from cockpit import clock
from cockpit.plain import cells
from cockpit.services.snapshots import Evidence, Match
from cockpit.sync.conflicts import open_conflict
from cockpit.sync.outbox import Edit, submit
from cockpit.sync.receipts import queued_of
from tests.support.company import ME as ME_ID
from tests.support.company import Company, at
from tests.ui.driver import Driver, running
from tests.ui.fakes import ME, FakeServices, preview_of, today_snapshot, why_snapshot
from tests.ui.test_flows import at_the_desk

HOSTILE = (
    "Acme [/b] Ltd",
    "[red]loss[/red]",
    "[@click=app.quit]click me[/]",
    "Acme \x1b]52;c;aGk=\x07 \x1b[2J \x9b31m \u202eevil",
    "line one\nline two\ttabbed\r",
    "恒泰\u200b机械\ufeff👨‍👩‍👧 e\u0301\u0301\u0301",
    "x" * 4_000,
    "{name} %s $accent {0}",
)


def _poisoned(name: str) -> FakeServices:
    snapshot = today_snapshot()
    items = tuple(
        replace(item, account=name, goal=name, subject=name, stage=name, tier=name) for item in snapshot.visits
    )
    unvisited = tuple(replace(item, account=name, goal=name) for item in snapshot.yesterday_unvisited)
    coming = tuple(
        replace(item, account=name, account_alias=name, goal=name, planned_because=name) for item in snapshot.coming
    )
    assert snapshot.prep is not None
    prep = replace(
        snapshot.prep,
        account=name,
        last_result=name,
        open_needs=(name,),
        deciders=((name, name, -2),),
        open_deals=(("d", name, 1),),
        missing=(name,),
    )
    assert snapshot.next_best is not None
    today = replace(
        snapshot,
        rep=replace(ME, name=name),
        visits=items,
        yesterday_unvisited=unvisited,
        prep=prep,
        briefs=(prep, *(replace(prep, activity_id=item.id) for item in (*items[1:], *unvisited, *coming))),
        coming=coming,
        next_best=replace(snapshot.next_best, account=name, points=((name, 3),)),
        kpis=tuple(replace(line, name=name) for line in snapshot.kpis),
        cards=tuple(
            replace(
                card,
                what=name,
                to_do=name,
                state_text=name,
                evidence=(Evidence(entity="deal", id="d", text=name, at=None),),
            )
            for card in snapshot.cards
        ),
    )
    services = FakeServices(
        today__load=today,
        why__explain=why_snapshot(title=name, formula=name, inputs=((name, name),)),
        accounts__search=(Match(id="a", name=name, alias=name, tier=name, score=1.0),),
        quicklog__preview=lambda line, choice=None: preview_of(line, effects=(name,), problem=name, milestone=name),
        quicklog__save=RuntimeError(name),
    )
    services.desk.person = replace(ME, name=name, team=name)
    return services


def _assert_inert(driver: Driver) -> None:
    for char in driver.text:
        assert char == "\n" or (ord(char) >= 32 and not 0x7F <= ord(char) <= 0x9F), hex(ord(char))
        assert char not in "\u202e\u200b\ufeff"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_name_is_only_text(name: str, size: tuple[int, int]) -> None:
    async with running(_poisoned(name), size=size) as driver:
        for key in ("end", "tab", "tab", "tab", "j", "question_mark", "escape", "l", "enter", "escape", "escape"):
            await driver.press(key)
            _assert_inert(driver)
        await driver.press("slash", "a", "escape", "home", "e")
        _assert_inert(driver)
        await driver.press("escape", "x", "escape", "f1", "escape")
        _assert_inert(driver)
        assert driver.app.is_running


async def test_markup_in_a_name_is_shown_as_it_is_and_does_nothing_on_a_click(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(_poisoned("[@click=app.quit]x[/]"), size=(120, 36)) as driver:
        monkeypatch.setattr(driver.app, "open", lambda name, **args: None)
        assert "[@click=app.quit]x[/]" in driver.text
        for y in range(36):
            await driver.pilot.click(offset=(12, y))
        await driver.idle()
        assert driver.app.is_running


async def test_hostile_text_in_an_error_is_only_text() -> None:
    error: Any = RuntimeError("\x1b[2J [/b] [@click=app.quit]x")
    async with running(FakeServices(today__load=error)) as driver:
        assert "[/b] [@click=app.quit]x" in driver.text
        _assert_inert(driver)


# -- the real services, every view -----------------------------------------------------------------------------------

RAW = (
    *HOSTILE,
    "الشركة العربية للأدوات [b]",
    "שלום \u2067world\u2069 \u202dx\u202c",
    "👩‍🚀🏳️‍🌈🇨🇳 " * 6,
    "tag\U000e0041\U000e007f vs\ufe0f\u180e \u2060\u00ad",
    "a\u0300\u0301\u0302\u0303" * 40,
    "\x1bP1$r0m\x1b\\ \x1b]0;owned\x07 \x9d0;x\x9c \x08\x7f",
    "line\u2028paragraph\u2029\x0b\x0c\x85end",
    "$(reboot) `id`; rm -rf / && %n%s {0.__class__}",
)
NOTE = "很长的记录 [/b] \x1b[31m" * 800


@pytest.fixture
def poisoned(company: Company) -> Company:
    """Every text of every kind of row is hostile, in every place where a hub could have put it."""
    company.target(300_000_00)
    company.kpi()
    for place, name in enumerate(RAW):
        words: dict[str, Any] = {"address": name, "phone": name, "alias": name, "industry": name, "size": name}
        account = company.account(name, "A", lat=31.2 + place / 100, lon=121.4, **words)
        person: dict[str, Any] = {"title": name, "phone": name, "mobile": name, "email": name, "decision_role": name}
        company.put("contact", account_id=account, owner_id=ME_ID, name=name, stance=-2, **person)
        deal = company.deal(name, "stage-2", 10_000_00, account_id=account, expected_on=at(12).date())
        said: dict[str, Any] = {"goal": name, "subject": name, "result": NOTE, "reason": name, "planned_because": name}
        said |= {"agenda": NOTE, "next_step": name, "needs": [name], "account_id": account, "deal_id": deal}
        company.activity(at(24, f"{9 + place // 2:02}:{30 * (place % 2):02}"), **said)
        company.activity(at(10 + place % 8, "10:00"), "held", **said)
        company.activity(at(23, f"{9 + place // 2:02}:{30 * (place % 2):02}"), **said)
    company.change("person", ME_ID, at(1), name=RAW[0], alias=RAW[3])
    company.change("team", "team-1", at(1), name=RAW[1], alias=RAW[4])
    company.change("stage", "stage-2", at(1), name=RAW[2], alias=RAW[5], milestone=RAW[0])
    return company


def _refused(company: Company) -> None:
    """A conflict and a refused change with hostile words of the hub."""
    with company.database.write() as session:
        for row_id, status in (("account-1", "conflict"), ("account-2", "parked")):
            edit = Edit("account", row_id, "patch", {"address": "mine " + RAW[0]})
            submit(session, [edit], actor_id=ME_ID, label=RAW[3], now=clock.now())
            mutation = queued_of(session, "account", row_id)[0]
            mutation.status, mutation.error_text = status, RAW[3]
            if status == "conflict":
                open_conflict(
                    session, mutation, now=clock.now(), field="address", mine=NOTE, theirs=RAW[3], base=RAW[4]
                )


WALKS = {
    "today": ("end", "j", "tab", "tab", "end", "tab", "tab", "tab", "?"),
    "account": (
        "enter",
        "q",
        "j",
        "j",
        "enter",
        "tab",
        "end",
        "tab",
        "end",
        "j",
        "?",
        "q",
        "e",
        "escape",
        "c",
        "escape",
    ),
    "pipeline": ("p", "end", "enter", "tab", "end", "tab", "e", "escape", "s", "escape", "w", "escape", "x", "escape"),
    "gap": ("g", "tab", "end", "tab", "end", "?"),
    "team": ("t", "end", "tab", "end", "tab", "?"),
    "sync": ("o", "tab", "end", "tab", "x", "escape", "m", "u"),
    "replan": ("r", "tab", "end", "?", "q", "q", "f", "end"),
    "log": ("l", "x", "y", "tab", "tab", "escape", "l", *"v a ok >fri", "enter"),
    "dialogs": ("slash", "a", "down", "escape", "colon", "a", "escape", "f1", "end", "q", "n", "escape", "e", "escape"),
    "marks": ("semicolon", "escape", "L", "x", "escape", "a", "u"),
}


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
@pytest.mark.parametrize("walk", WALKS)
async def test_hostile_rows_are_only_text_on_every_view(poisoned: Company, walk: str, size: tuple[int, int]) -> None:
    _refused(poisoned)
    async with at_the_desk(poisoned, size=size) as desk:
        app = desk.pilot.app
        _assert_clean(desk.text, size[0])
        for key in WALKS[walk]:
            await desk.press(*(["question_mark"] if key == "?" else ["space"] if key == " " else [key]))
            assert app.is_running, key
            _assert_clean(desk.text, size[0])
            assert "Something went wrong inside" not in desk.text, key


def _assert_clean(text: str, columns: int) -> None:
    for line in text.split("\n"):
        # Joined emoji are as wide as the terminal draws them; of everything else the width is known.
        assert cells(line) <= columns or "\u200d" in line or "\ufe0f" in line, repr(line)
        for char in line:
            assert unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp", "Cs") or char in "\u200d", repr(line)


async def test_a_note_of_ten_thousand_characters_is_kept_whole_and_drawn_short(company: Company) -> None:
    account = company.account("恒泰机械", "A")
    note = ("很长的一段话，" * 1_430)[:10_000]
    done = company.activity(at(10), "held", account_id=account, result="short")
    async with at_the_desk(company) as desk:
        desk.services.visits.edit(done, {"result": note})
        await desk.press("f5")
        assert desk.row("activity", done)["result"] == note
        desk.pilot.app.run_command("open", account_id=account)  # type: ignore[attr-defined]
        await desk.press()
        assert "很长的一段话" in desk.text
        await desk.press("tab", "tab", "tab", "e")
        assert desk.pilot.app.is_running
        _assert_clean(desk.text, 120)
