"""The whole loop on the real server: plan and log offline, edit on both sides, sync, and ask the CRM what it has."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cockpit.crm.bottlecrm import connect, rows
from cockpit.crm.connector import Access
from cockpit.hub.upstream import asking
from cockpit.hub.upstream.proving import prove
from cockpit.storage.database import Database
from tests.crm.bottle_desk import BottleDesk
from tests.real_crm.bottle import Bottle
from tests.real_crm.loop import Loop, every
from tests.real_crm.lossy import Lossy

CHANGES = int(os.environ.get("COCKPIT_CRM_CHANGES", "60"))
"""1,000 take twenty minutes: the server's lists are slow."""
pytestmark = [pytest.mark.real_crm, pytest.mark.timeout(1800)]


@pytest.fixture(autouse=True)
def _true_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CRM has the true time, and so must we. What was lost is asked for again at once."""
    monkeypatch.delenv("COCKPIT_NOW")
    monkeypatch.setattr(asking, "REST_S", 0)


@pytest.fixture
def desk(bottle_server: Bottle) -> Iterator[BottleDesk]:
    with closing(BottleDesk(bottle_server.url, bottle_server.tokens["lead"])) as found:
        yield found


class Book:
    """An account of Ana's with two deals, made at the CRM."""

    def __init__(self, server: Bottle, desk: BottleDesk) -> None:
        self.mark = uuid.uuid4().hex[:6]
        ana = server.people["ana"]
        self.name = f"Hengtai {self.mark}"
        self.account = desk.add("account", {"name": self.name, "owner_id": ana})
        sample = dict(desk.sample("deal", 1) or {}) | {"account_id": self.account, "owner_id": ana}
        self.first = desk.add("deal", sample | {"name": f"Pumps {self.mark}"})
        self.second = desk.add("deal", sample | {"name": f"Valves {self.mark}"})


def refs(desk: BottleDesk, account_id: str) -> Counter[str]:
    """How often each id of ours stands at the CRM, on what belongs to the account."""
    found: Counter[str] = Counter()
    for task in desk.get("/tasks/", limit=5000)["tasks"]:
        if task["account"] and task["account"]["id"] == account_id:
            custom = desk.get(f"/tasks/{task['id']}/")["task_obj"]["custom_fields"]
            found[custom.get(rows.REF, "")] += custom.get(rows.KIND) != rows.LOGGED
    for one in desk.get("/interactions/", account=account_id, limit=200)["interactions"]:
        found[rows.marked(one) or ""] += 1
    for deal in desk.rows("deal").values():
        if deal["account"] and deal["account"]["id"] == account_id:
            found[deal["custom_fields"].get(rows.REF, "")] += 1
    return +found


@pytest.mark.parametrize("share", [0.0, 0.6], ids=["good wire", "answers lost"])
def test_plan_log_and_edit_on_both_sides(bottle_server: Bottle, desk: BottleDesk, tmp_path: Path, share: float) -> None:
    book = Book(bottle_server, desk)
    wire = Lossy(seed=7, share=share)
    secret = bottle_server.tokens["lead"]
    connector = connect(Access(bottle_server.url, secret, wait=lambda _s: None, transport=wire))
    with Loop(tmp_path, connector) as loop:
        done = loop.round()
        assert done.error == ""
        ana = loop.device(bottle_server.people["ana"])
        first, second = loop.row_id("deal", book.first), loop.row_id("deal", book.second)
        mine = every(ana.desk.database, "deal")
        assert {first, second} <= mine.keys()

        # offline: a plan, a log, a new deal, and edits of two deals that the CRM changes too
        planned = ana.visits.plan(loop.row_id("account", book.account), "tomorrow 10:00", goal="price")
        logged = ana.quicklog.save(f"v {book.name} ok they buy")
        made = ana.deals.create(book.name, f"Seals {book.mark}", amount="5k")
        ana.deals.edit(first, {"amount": "70k"})
        ana.deals.edit(second, {"name": f"Valves of {book.mark}"})
        desk.edit("deal", book.first, {"amount_minor": 9_000_000})
        desk.edit("deal", book.second, {"expected_on": "2027-02-02"})

        loop.sync(ana, conflicts=1)
        loop.settle(ana)

        theirs = desk.rows("deal")
        assert theirs[book.first]["amount"] == "90000.00"  # nobody's value is lost before somebody has decided
        assert theirs[book.second]["name"] == f"Valves of {book.mark}"
        assert theirs[book.second]["closed_on"] == "2027-02-02"
        assert every(ana.desk.database, "deal")[second]["expected_on"] == "2027-02-02"
        meant = {planned.id, logged.id, made.id}
        assert {ref: count for ref, count in refs(desk, book.account).items() if ref} == dict.fromkeys(meant, 1)
        (task,) = [one for one in desk.rows("activity").values() if one.get("description") == "price"] or [
            desk.get(f"/tasks/{found['id']}/")["task_obj"]
            for found in desk.get("/tasks/", cf_cockpit_ref=planned.id, limit=5)["tasks"]
        ]
        assert task["due_date"] == tomorrow()
        (told,) = desk.get("/interactions/", account=book.account, limit=9)["interactions"]
        assert "they buy" in told["body"]

        # the conflict is shown with both values, and the answer reaches the CRM
        (conflict,) = ana.sync.load().conflicts
        ana.sync.answer(conflict.id, "mine")
        loop.sync(ana)
        loop.settle(ana)
        assert desk.rows("deal")[book.first]["amount"] == "70000.00"
        assert every(ana.desk.database, "deal")[first]["amount_minor"] == 7_000_000
        assert same(loop, ana)

        # held: the plan becomes an interaction; deleted at the CRM: gone here
        desk.remove("deal", str(loop_remote(desk, made.id)))
        loop.settle(ana)
        assert made.id not in every(ana.desk.database, "deal")
    print(f"\n{wire.lost} answers lost: nothing lost, nothing doubled, one conflict shown and answered")


def tomorrow() -> str:
    return str((datetime.now(UTC) + timedelta(hours=8, days=1)).date())


def loop_remote(desk: BottleDesk, row_id: str) -> str:
    return next(key for key, deal in desk.rows("deal").items() if deal["custom_fields"].get(rows.REF) == row_id)


def same(loop: Loop, device: Any) -> bool:
    """The device's deals and activities are the hub's."""
    for entity in ("account", "deal", "activity"):
        here, there = every(device.desk.database, entity), loop.every(entity)
        for row_id, row in here.items():
            assert {name: value for name, value in there[row_id].items() if name != "extra"} == {
                name: value for name, value in row.items() if name != "extra"
            }, row_id
    return True


def test_changes_on_both_sides_under_lost_answers(bottle_server: Bottle, desk: BottleDesk, tmp_path: Path) -> None:
    connector = connect(Access(bottle_server.url, bottle_server.tokens["lead"], wait=lambda _s: None))
    connector.greet()
    database = Database.at(tmp_path / "hub.db")
    database.prepare()
    proof = prove(connector, desk, database, changes=CHANGES, loss=0.1, tell=print, zone=ZoneInfo("Asia/Shanghai"))
    connector.close()
    database.close()
    assert (proof.lost, proof.doubled, proof.differing) == ([], [], [])
