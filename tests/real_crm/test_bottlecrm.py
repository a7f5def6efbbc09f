"""BottleCRM's connector on the real server; what became of the rows is asked through the CRM's own API."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from cockpit.crm.bottlecrm import BottleCrm, connect, rows
from cockpit.crm.connector import Access, CrmRefused, CrmStale, Remote
from cockpit.crm.testing.checks import CHECKS, Check
from cockpit.errors import HubUnavailable, SignInNeeded
from tests.crm.bottle_desk import BottleDesk
from tests.real_crm.bottle import Bottle
from tests.real_crm.lossy import Lossy

pytestmark = [pytest.mark.real_crm, pytest.mark.timeout(1800)]


def dial(server: Bottle, who: str = "lead", transport: httpx.BaseTransport | None = None) -> BottleCrm:
    secret = server.tokens.get(who, who)
    return connect(Access(server.url, secret, wait=lambda _seconds: None, transport=transport))


@pytest.fixture
def bottle(bottle_server: Bottle) -> Iterator[BottleCrm]:
    connector = dial(bottle_server)
    connector.greet()
    yield connector
    connector.close()


@pytest.fixture
def api(bottle_server: Bottle) -> Iterator[httpx.Client]:
    """The CRM as anybody else uses it."""
    headers = {"Authorization": f"Bearer {bottle_server.tokens['lead']}"}
    with httpx.Client(base_url=f"{bottle_server.url}/api", headers=headers, timeout=60) as client:
        yield client


def named(word: str) -> str:
    return f"{word} {uuid.uuid4().hex[:8]}"


def first_stage(bottle: BottleCrm, kind: str = "open") -> str:
    found = (row for page in bottle.snapshot("stage") for row in page.rows if isinstance(row, Remote))
    return next(row.id for row in found if row.values["kind"] == kind)


def an_account(bottle: BottleCrm) -> Remote:
    return bottle.create("account", str(uuid.uuid4()), {"name": named("恒泰机械")})


def visit_of(account: Remote, server: Bottle, **values: Any) -> dict[str, Any]:
    now = datetime.now(UTC).astimezone() - timedelta(minutes=1)
    base = {"kind": "visit", "status": "planned", "account_id": account.id, "rep_id": server.people["ana"]}
    return {**base, "starts_at": now.isoformat(), "subject": named("visit"), "goal": "price", **values}


def test_people_teams_funnels_and_goals(bottle_server: Bottle, bottle: BottleCrm) -> None:
    found = {
        entity: [row for page in bottle.snapshot(entity) for row in page.rows if isinstance(row, Remote)]
        for entity in ("team", "person", "funnel", "stage", "target")
    }
    assert {row.values["name"] for row in found["team"]} == {"Linjiang", "South"}
    assert {row.values["name"]: row.values["role"] for row in found["person"]} == {
        "Lead": "team_lead",
        "Ana": "rep",
        "Bo": "rep",
    }
    assert {row.values["kind"] for row in found["stage"]} == {"open", "won", "lost"}
    (target,) = found["target"]
    assert target.values["value"] == 38_000_000
    assert target.values["scope_id"] == bottle_server.people["ana"]


def test_rows_go_there_and_come_back_as_they_were(bottle_server: Bottle, bottle: BottleCrm, api: httpx.Client) -> None:
    account = an_account(bottle)
    contact_values = {"account_id": account.id, "name": "王小明", "email": f"{uuid.uuid4().hex[:8]}@example.com"}
    contact = bottle.create("contact", str(uuid.uuid4()), contact_values)
    values = {
        "name": named("Pumps"),
        "account_id": account.id,
        "stage_id": first_stage(bottle),
        "amount_minor": 6_600_050,
        "currency": "CNY",
        "expected_on": "2027-01-24",
        "owner_id": bottle_server.people["ana"],
    }
    deal = bottle.create("deal", str(uuid.uuid4()), values)
    assert {**deal.values, **values} == deal.values
    assert {**contact.values, **contact_values} == contact.values
    for row in (account, contact, deal):
        assert row.row_id
        assert bottle.find(row.entity, row.row_id, {}) == bottle.read(row.entity, row.id) == row
        assert row in [one for page in bottle.snapshot(row.entity) for one in page.rows]
    theirs = api.get(f"/opportunities/{deal.id}/").json()["opportunity_obj"]
    assert (theirs["amount"], theirs["custom_fields"]["cockpit_ref"]) == ("66000.50", deal.row_id)
    won = {"stage_id": first_stage(bottle, "won"), "closed_on": "2026-11-20"}
    deal = bottle.update("deal", deal, won)
    assert {**deal.values, **won} == deal.values
    with pytest.raises(CrmRefused, match="amount: A won deal has to record what it was worth"):
        bottle.update("deal", deal, {"amount_minor": None})
    bottle.delete("deal", deal)
    bottle.delete("deal", deal)
    assert bottle.read("deal", deal.id) is None
    with pytest.raises(CrmStale):
        bottle.update("deal", deal, {"name": "x"})


def test_several_owners_stay(bottle_server: Bottle, bottle: BottleCrm, api: httpx.Client) -> None:
    people = bottle_server.people
    account = an_account(bottle)
    api.patch(f"/accounts/{account.id}/", json={"assigned_to": [people["ana"], people["bo"]]}).raise_for_status()
    for name in ("lead", "ana", "bo"):
        seen = bottle.read("account", account.id)
        assert seen is not None
        after = bottle.update("account", seen, {"owner_id": people[name]})
        assert after.values["owner_id"] == people[name]
    owners = api.get(f"/accounts/{account.id}/").json()["account_obj"]["assigned_to"]
    assert people["bo"] in [one["id"] for one in owners]


def test_a_visit_is_planned_held_told_and_taken_back(
    bottle_server: Bottle, bottle: BottleCrm, api: httpx.Client
) -> None:
    account = an_account(bottle)
    values = visit_of(account, bottle_server)
    plan = bottle.create("activity", str(uuid.uuid4()), values)
    assert plan.values["starts_at"] == values["starts_at"][:10]
    held = bottle.update("activity", plan, {"status": "held", "result": "they buy", "starts_at": values["starts_at"]})
    told = api.get("/interactions/", params={"account": account.id}).json()
    assert told["count"] == 1
    assert told["interactions"][0]["body"] == f"they buy\n\n[ck:{plan.row_id} by {values['rep_id']}]"
    assert bottle.read("activity", plan.id) == bottle.read("activity", held.id) == held
    found = [row for page in bottle.snapshot("activity") for row in page.rows if isinstance(row, Remote)]
    assert [row for row in found if row.row_id == plan.row_id] == [held]
    back = bottle.update("activity", held, {"status": "planned", "starts_at": values["starts_at"]})
    assert (back.id, back.values) == (plan.id, plan.values)
    assert api.get("/interactions/", params={"account": account.id}).json()["count"] == 0


def test_a_clock_that_runs_ahead(bottle_server: Bottle, bottle: BottleCrm, api: httpx.Client) -> None:
    account = an_account(bottle)
    ahead = (datetime.now(UTC) + timedelta(minutes=6)).isoformat()
    body = {"kind": "meeting", "account": account.id, "occurred_at": ahead}
    assert "five minutes" in api.post("/interactions/", json=body).text
    values = visit_of(account, bottle_server, status="held", starts_at=ahead)
    made = bottle.create("activity", str(uuid.uuid4()), values)
    assert datetime.fromisoformat(made.values["starts_at"]) <= datetime.now(UTC) + timedelta(seconds=2)


def test_the_feed_tells_of_what_others_do(bottle: BottleCrm, api: httpx.Client) -> None:
    account = an_account(bottle)
    start = bottle.feed("")
    api.patch(f"/accounts/{account.id}/", json={"phone": "+86 553 555 0101"}).raise_for_status()
    feed = bottle.feed(start.cursor)
    assert feed.is_whole
    assert ("account", account.id, "put") in feed.touched
    api.delete(f"/accounts/{account.id}/").raise_for_status()
    assert ("account", account.id, "delete") in bottle.feed(feed.cursor).touched
    before = bottle.requests
    bottle.feed(feed.cursor)
    assert bottle.requests <= before + 2  # a look at the newest, and a longer one while any of them is young


def test_a_rep_sees_what_is_his_and_goes_on_without_the_rest(bottle_server: Bottle, bottle: BottleCrm) -> None:
    rep = dial(bottle_server, "ana")
    greeting = rep.greet()
    assert (greeting.user_name, greeting.is_admin) == ("Ana", False)
    assert rep.can.holdings["deal"].deletes == "none"
    assert rep.can.holdings["deal"].create == "lookup"  # the lead has connected before
    for entity in rep.can.holdings:
        assert list(rep.snapshot(entity))
    hidden = an_account(bottle)
    assert rep.read("account", hidden.id) is None
    rep.close()
    stranger = dial(bottle_server, "bcrm_pat_wrong")
    with pytest.raises(SignInNeeded):
        stranger.greet()
    stranger.close()


def test_a_token_that_was_revoked_midway_is_asked_for_anew(bottle_server: Bottle) -> None:
    with closing(dial(bottle_server, bottle_server.passing())) as rep:
        rep.greet()
        list(rep.snapshot("deal"))
        bottle_server.revoke()
        with pytest.raises(SignInNeeded):
            list(rep.snapshot("deal"))


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: str(one.__name__))
def test_it_keeps_to_the_contract(bottle_server: Bottle, bottle: BottleCrm, one: Check) -> None:
    desk = BottleDesk(bottle_server.url, bottle_server.tokens["lead"])
    with closing(desk):
        one(bottle, desk)


def test_two_hundred_lost_answers_double_nothing(bottle_server: Bottle, bottle: BottleCrm, api: httpx.Client) -> None:
    """Each lost after the server had committed; whoever asks again looks first."""
    before = visits_planned(api)
    wire = Lossy(seed=20, share=0.5)
    lossy = dial(bottle_server, transport=wire)
    again(lossy.greet)
    stage = first_stage(bottle)
    made: Counter[str] = Counter()
    account = an_account(bottle)
    meant: list[str] = []
    while wire.lost < 200:
        number = sum(made.values())
        row_id = str(uuid.uuid4())
        if number % 4 == 0:
            account = kept(lossy, "account", row_id, {"name": named("Loss")})
            made["account"] += 1
        elif number % 4 == 1:
            kept(lossy, "deal", row_id, {"name": named("Deal"), "account_id": account.id, "stage_id": stage})
            made["deal"] += 1
        elif number % 4 == 2:
            kept(lossy, "contact", row_id, {"name": named("王"), "account_id": account.id})
            made["contact"] += 1
        else:
            values = visit_of(account, bottle_server)
            plan = kept(lossy, "activity", row_id, values)
            moved_on(lossy, plan, {"status": "held", "starts_at": values["starts_at"]})
            made["activity"] += 1
        meant.append(row_id)
    lossy.close()
    refs: Counter[str | None] = Counter()
    for path, key in (("accounts", ""), ("contacts", "contact_obj_list"), ("opportunities", "opportunities")):
        answer = api.get(f"/{path}/", params={"limit": 1000}).json()
        found = answer[key] if key else answer["active_accounts"]["open_accounts"]
        refs.update(one["custom_fields"].get(rows.REF) for one in found)
        if path == "accounts":
            for one in found:
                told = api.get("/interactions/", params={"account": one["id"], "limit": 200}).json()["interactions"]
                refs.update(rows.marked(each) for each in told)
    assert {row_id: refs[row_id] for row_id in meant} == dict.fromkeys(meant, 1)
    assert visits_planned(api) == before
    print(f"\n{wire.lost} answers lost over {len(meant)} rows ({dict(made)}): 0 doubled, 0 missing")


def visits_planned(api: httpx.Client) -> int:
    return int(api.get("/tasks/", params={"cf_cockpit_kind": "visit", "limit": 1}).json()["tasks_count"])


def again(call: Callable[[], Any]) -> Any:
    while True:
        try:
            return call()
        except HubUnavailable:
            continue


def kept(bottle: BottleCrm, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
    def once() -> Remote:
        return bottle.find(entity, row_id, values) or bottle.create(entity, row_id, values)

    found: Remote = again(once)
    return found


def moved_on(bottle: BottleCrm, plan: Remote, values: Mapping[str, Any]) -> None:
    def once() -> None:
        seen = bottle.read("activity", plan.id)
        assert seen is not None
        if seen.values["status"] != values["status"]:
            bottle.update("activity", seen, values)

    again(once)
