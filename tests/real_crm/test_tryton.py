"""Tryton's connector on the real server, alone and with a hub and a device; what became of the rows is asked through the
CRM's own API."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.crm.connector import Access, CrmRefused
from cockpit.crm.testing import check
from cockpit.crm.tryton import Tryton as Connector
from cockpit.crm.tryton import connect, rows
from cockpit.crm.tryton.rpc import day, decimal
from cockpit.errors import HubUnavailable, SignInNeeded
from cockpit.hub.upstream import asking
from tests.crm.tryton_desk import Desk
from tests.real_crm.loop import Loop, every
from tests.real_crm.servers import CannotRun, or_skip
from tests.real_crm.tryton import DATABASE, Tryton, tryton

WRITES = tuple(
    f'.{name}"'.encode() for name in ("create", "write", "delete", "lead", "opportunity", "convert", "lost", "cancel")
)
pytestmark = [pytest.mark.real_crm, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def server() -> Iterator[Tryton]:
    try:
        with tryton() as found:
            yield found
    except CannotRun as error:
        or_skip(f"Tryton cannot run here: {error}")


@pytest.fixture(autouse=True)
def _true_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CRM has the true time, and so must we. What was lost is asked for again at once, and ids in every round."""
    monkeypatch.delenv("COCKPIT_NOW")
    monkeypatch.setattr(asking, "REST_S", 0)
    eager = {entity: replace(held, rest_s=0) for entity, held in rows.HOLDINGS.items()}
    monkeypatch.setattr(rows, "HOLDINGS", eager)


@pytest.fixture
def desk(server: Tryton) -> Iterator[Desk]:
    with closing(server.desk()) as found:
        yield found


class Wire(httpx.BaseTransport):
    """Loses a `share` of the answers to calls that write: the server has done it, and nobody hears of it."""

    def __init__(self, seed: int) -> None:
        self._wire, self._chance = httpx.HTTPTransport(), random.Random(seed)
        self.share, self.lost = 0.0, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._wire.handle_request(request)
        method = request.content.partition(b'"params"')[0]
        if any(name in method for name in WRITES) and self._chance.random() < self.share:
            response.read()
            response.close()
            self.lost += 1
            raise httpx.ReadError("the connection was lost", request=request)
        return response

    def close(self) -> None:
        self._wire.close()


def dial(server: Tryton, who: str = "ana", wire: Wire | None = None) -> Connector:
    url = f"{server.url}/{DATABASE}"
    return connect(Access(url, server.secrets.get(who, who), wait=lambda _s: None, transport=wire))


@pytest.mark.parametrize("who", ["ana", "admin"])
def test_it_keeps_to_the_contract(server: Tryton, desk: Desk, who: str) -> None:
    desk.add("account", {"name": "First"})
    with closing(dial(server, who)) as connector:
        check(connector, desk)


def test_the_kept_session_goes_on_and_a_wrong_password_does_not(server: Tryton) -> None:
    kept: list[str] = []
    url, password = f"{server.url}/{DATABASE}", server.secrets["bo"]
    connect(Access(url, password, lambda _s: None, kept.append)).greet()
    assert password.partition(":")[2] not in kept[0]
    assert connect(Access(url, kept[0], lambda _s: None)).greet().user_id == server.people["bo"]
    with pytest.raises(SignInNeeded):
        dial(server, "bo:wrong").greet()
    with pytest.raises(SignInNeeded):
        dial(server, kept[0][:-8]).greet()


def test_a_user_who_was_revoked_midway_is_asked_to_sign_in(server: Tryton, desk: Desk) -> None:
    [bo] = desk.call("res.user.search", [["login", "=", "bo"]], 0, None, None)
    with closing(dial(server, "bo")) as connector:
        connector.greet()
        list(connector.changes("deal", ""))
        desk.call("res.user.write", [bo], {"active": False})
        with pytest.raises(SignInNeeded):
            list(connector.changes("deal", ""))
    desk.call("res.user.write", [bo], {"active": True})


def test_the_machine_of_states_and_its_fields(server: Tryton, desk: Desk) -> None:
    book = Book(server, desk)
    with closing(dial(server)) as connector:
        connector.greet()
        deal = connector.read("deal", book.first)
        assert deal is not None
        lost = connector.update("deal", deal, {"stage_id": "lost", "lost_reason": "价格", "amount_minor": 1_250})
        assert (lost.values["stage_id"], lost.values["amount_minor"]) == ("lost", 1_250)
        back = connector.update("deal", lost, {"stage_id": "converted", "name": "Again"})
        assert (back.values["stage_id"], back.values["name"]) == ("converted", "Again")
        for stage, words in (("won", "sale is confirmed"), ("lost", "no way from Converted")):
            with pytest.raises(CrmRefused, match=words):
                connector.update("deal", back, {"stage_id": stage})
        with pytest.raises(CrmRefused, match="not allowed to modify"):
            connector.update("deal", back, {"amount_minor": 1})


def test_an_idle_round_asks_little(server: Tryton, desk: Desk) -> None:
    with closing(dial(server, "admin")) as connector:
        connector.greet()
        kinds = [kind for kind, held in connector.can.holdings.items() if held.delta != "none"]
        cursors = {kind: [page.cursor for page in connector.changes(kind, "")][-1] for kind in kinds}
        before = connector.requests
        for kind, cursor in cursors.items():
            list(connector.changes(kind, cursor))
        assert connector.requests - before <= len(kinds) + 1  # visits that are young are looked at once more
        Book(server, desk)
        seen = [row.id for page in connector.changes("deal", cursors["deal"]) for row in page.rows]
        assert set(desk.rows("deal")) - set(seen) < set(desk.rows("deal"))


class Book:
    """An account with two deals of Ana's, made at the CRM."""

    def __init__(self, server: Tryton, desk: Desk) -> None:
        self.name = f"Hengtai {uuid.uuid4().hex[:6]}"
        self.account = desk.add("account", {"name": self.name, "phone": "1"})
        belongs = {"account_id": self.account, "owner_id": server.people["ana"], "created_on": "2026-11-02"}
        self.first = desk.add("deal", {"name": f"{self.name} pumps", "amount_minor": 1_000_00, **belongs})
        self.second = desk.add("deal", {"name": f"{self.name} valves", "amount_minor": 2_000_00, **belongs})

    def deal(self, desk: Desk, number: str) -> dict[str, object]:
        [found] = desk.read(
            "sale.opportunity", [["id", "=", int(number)]], "description", "amount", "end_date", "state"
        )
        return found

    def refs(self, desk: Desk) -> Counter[str]:
        """How often each id of ours stands at the CRM, on what belongs to the account."""
        party = f"party.party,{self.account}"
        notes = desk.read("ir.note", [["resource", "=", party]], "message")
        deals = desk.read("sale.opportunity", [["party", "=", int(self.account)]], "reference")
        found = Counter(note["message"].rpartition("[ck:")[2].rstrip("]") for note in notes)
        return found + Counter(deal["reference"].removeprefix("ck:") for deal in deals if deal["reference"])


@pytest.mark.parametrize("share", [0.0, 0.3], ids=["good wire", "answers lost"])
def test_plan_log_and_edit_on_both_sides(server: Tryton, desk: Desk, tmp_path: Path, share: float) -> None:
    book, wire = Book(server, desk), Wire(7)
    with Loop(tmp_path, dial(server, "admin", wire)) as loop:
        assert loop.round().error == ""
        ana = loop.device(server.people["ana"])
        first, second = loop.row_id("deal", book.first), loop.row_id("deal", book.second)
        assert {first, second} <= every(ana.desk.database, "deal").keys()

        # offline: a plan, a log, a new deal, and edits of two deals that the CRM changes too
        planned = ana.visits.plan(loop.row_id("account", book.account), "tomorrow 10:00", goal="price")
        logged = ana.quicklog.save(f"v {book.name} ok they buy")
        made = ana.deals.create(book.name, f"Seals {book.name}", amount="5k")
        ana.deals.edit(first, {"amount": "70k"})
        ana.deals.edit(second, {"name": f"Valves of {book.name}"})
        desk.call("sale.opportunity.write", [int(book.first)], {"amount": decimal(9_000_000)})
        desk.call("sale.opportunity.write", [int(book.second)], {"end_date": day("2027-02-02")})

        wire.share = share
        loop.sync(ana, conflicts=1)
        loop.settle(ana)

        # nobody's value is lost before somebody has decided, and what does not collide is merged
        assert float(str(book.deal(desk, book.first)["amount"])) == 90_000
        assert book.deal(desk, book.second)["description"] == f"Valves of {book.name}"
        assert book.deal(desk, book.second)["end_date"] == "2027-02-02"
        assert every(ana.desk.database, "deal")[second]["expected_on"] == "2027-02-02"
        assert book.refs(desk) == Counter({planned.id: 1, logged.id: 1, made.id: 1})
        notes = {note["message"].rpartition("[ck:")[2].rstrip("]"): note["message"] for note in desk.notes()}
        assert "goal: price" in notes[planned.id]
        assert "status: held" in notes[logged.id]
        assert "they buy" in notes[logged.id]
        hour = every(ana.desk.database, "activity")[planned.id]["starts_at"]
        assert f"starts_at: {hour}" in notes[planned.id]

        # the conflict is shown with both values, and the answer reaches the CRM
        (conflict,) = ana.sync.load().conflicts
        ana.sync.answer(conflict.id, "mine")
        loop.sync(ana)
        loop.settle(ana)
        assert float(str(book.deal(desk, book.first)["amount"])) == 70_000
        assert every(ana.desk.database, "deal")[first]["amount_minor"] == 7_000_000

        # what is deleted at the CRM is gone here
        [own] = desk.read("sale.opportunity", [["reference", "=", f"ck:{made.id}"]], "state")
        desk.remove("deal", str(own["id"]))
        loop.settle(ana)
        assert made.id not in every(ana.desk.database, "deal")
        assert first in every(ana.desk.database, "deal")
    print(f"\n{wire.lost} answers lost: nothing lost, nothing doubled, one conflict shown and answered")


def test_two_hundred_lost_answers_make_no_double(server: Tryton, desk: Desk) -> None:
    """Each lost answer is one that the server had carried out, in the middle of a row's making or of its change."""
    wire, made = Wire(3), Counter[str]()
    account = Book(server, desk).account
    with closing(dial(server, "admin", wire)) as connector:
        connector.greet()
        wire.share = 0.4
        while wire.lost < 200:
            entity = ("account", "contact", "deal", "activity")[made.total() % 4]
            row_id = str(uuid.uuid4())
            put(connector, entity, row_id, dict(desk.sample(entity, made.total()) or {}) | {"account_id": account})
            made[row_id] += 1
            change = {"deal": {"stage_id": "lost", "lost_reason": "price"}, "activity": {"status": "held"}}
            move(connector, entity, row_id, change.get(entity, {"phone": "12"}))
    codes = [row["code"] for row in desk.read("party.identifier", [["code", "like", "ck:%"]], "code")]
    codes += [row["reference"] for row in desk.read("sale.opportunity", [["reference", "like", "ck:%"]], "reference")]
    found = Counter(code.removeprefix("ck:") for code in codes) + Counter(desk.rows("activity").keys())
    notes = Counter(note["message"].rpartition("[ck:")[2].rstrip("]") for note in desk.notes())
    assert {row_id: found[row_id] for row_id in made} == dict(made)
    assert {row_id: notes[row_id] for row_id in made if row_id in notes} == dict.fromkeys(made.keys() & notes.keys(), 1)
    print(f"\n{wire.lost} answers lost over {made.total()} rows: 0 doubled, 0 missing")


def put(connector: Connector, entity: str, row_id: str, values: Mapping[str, Any]) -> None:
    """Make a row as the hub does: after a lost answer it is looked for first."""
    while True:
        with suppress(HubUnavailable):
            if connector.find(entity, row_id, values) is None:
                connector.create(entity, row_id, values)
            return


def move(connector: Connector, entity: str, row_id: str, values: Mapping[str, Any]) -> None:
    """Change a row until it is as wanted."""
    while True:
        with suppress(HubUnavailable):
            seen = connector.find(entity, row_id, {})
            assert seen is not None
            if seen.values.items() >= values.items():
                return
            connector.update(entity, seen, values)
