"""Who may read and write what: every role against every kind of row, whoever it belongs to, on every way in."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cockpit.hub import store, tokens
from cockpit.hub.store import Change
from tests.hub import cells
from tests.hub.cells import ADMIN, CELLS, LONG_AGO, NOBODIES, ROWS, Asking, nobody, served
from tests.hub.world import BOSS, HEAD, LEAD, MATE, ME, OTHER, OTHER_LEAD, Client, HubWorld

OWNERS = (ME, OTHER, None)
"""A rep of the first team, a rep of the second, and nobody: everybody's row."""

SEES: dict[str, set[str | None]] = {
    ME: {ME, None},
    MATE: {None},
    LEAD: {ME, None},
    OTHER: {OTHER, None},
    OTHER_LEAD: {OTHER, None},
    HEAD: {ME, OTHER, None},
    "admin": {ME, OTHER, None},
}
WRITES: dict[str, set[str | None]] = {
    ME: {ME},
    MATE: set(),
    LEAD: {ME},
    OTHER: {OTHER},
    OTHER_LEAD: {OTHER},
    HEAD: set(),
    "admin": {ME, OTHER, None},
}
OWNED = ("account", "deal", "activity", "contact", "opening_window", "waiver", "milestone_done", "absence")
COMPANYS = ("team", "person", "membership", "calendar_day", "funnel", "stage", "product", "kpi_rule", "target", "nudge")
HUBS = ("stage_change", "change_log")

DAY, MOMENT = "2026-11-24", "2026-11-24T02:00:00.000000Z"
VALUES: dict[str, dict[str, Any]] = {
    "account": {"name": "A"},
    "deal": {"name": "D"},
    "activity": {"starts_at": MOMENT},
    "contact": {"name": "C", "account_id": "shelf"},
    "opening_window": {"account_id": "shelf", "weekday": 1, "opens": "09:00", "closes": "17:00"},
    "waiver": {"rule": "r", "subject_id": "s", "period_start": DAY, "reason": "because", "until_on": DAY},
    "milestone_done": {"deal_id": "shelf-deal", "stage_id": "stage-1", "done_at": MOMENT},
    "absence": {"person_id": "x", "from_on": DAY, "to_on": DAY},
    "team": {"name": "T"},
    "person": {"name": "P"},
    "membership": {"person_id": "x", "team_id": "team-1", "from_on": DAY},
    "calendar_day": {"on": DAY, "kind": "holiday"},
    "funnel": {"name": "F"},
    "stage": {"funnel_id": "funnel-1", "name": "S"},
    "product": {"name": "P"},
    "kpi_rule": {"name": "K"},
    "target": {
        "metric": "won_amount",
        "scope_kind": "person",
        "scope_id": ME,
        "period_kind": "month",
        "period_start": DAY,
        "value": 1,
    },
    "nudge": {"rule": "r", "subject_id": "s", "message": "m", "sent_at": MOMENT},
    "stage_change": {"deal_id": "shelf-deal", "to_stage_id": "stage-1", "changed_at": MOMENT},
    "change_log": {"entity": "deal", "entity_id": "shelf-deal", "op": "patch", "recorded_at": MOMENT},
}
PATCHES: dict[str, tuple[str, Any]] = {
    "account": ("phone", "1"),
    "deal": ("source", "fair"),
    "activity": ("goal", "g"),
    "contact": ("title", "t"),
    "opening_window": ("weekday", 2),
    "waiver": ("reason", "other"),
    "milestone_done": ("stage_id", "stage-2"),
    "absence": ("reason", "ill"),
    "membership": ("to_on", DAY),
    "stage_change": ("by_id", "x"),
    "change_log": ("actor_id", "x"),
    "target": ("value", 2),
    "nudge": ("message", "n"),
}


def _row(entity: str, owner: str | None) -> dict[str, Any]:
    values = {**VALUES[entity], "owner_id": owner}
    if entity == "activity":
        values["rep_id"] = owner or BOSS
    return values


@pytest.fixture
def shelves(hub: HubWorld) -> HubWorld:
    """A deal and an account that nobody owns, for rows that need a parent."""
    hub.put("account", "shelf", name="Shelf")
    hub.put("deal", "shelf-deal", name="Shelf deal")
    return hub


def _clients(hub: HubWorld) -> Iterator[tuple[str, Client]]:
    for person in SEES:
        yield person, hub.admin() if person == "admin" else hub.client(person)


@pytest.fixture
def shop(shelves: HubWorld) -> HubWorld:
    """One row of every kind for each owner, with ids like `deal-of-rep-1`."""
    changes = [
        Change(entity, f"{entity}-of-{owner}", "create", _row(entity, owner)) for entity in VALUES for owner in OWNERS
    ]
    with shelves.database.write() as session:
        for change in changes:
            store.apply(session, change, actor_id=None, recorded_at=shelves.now)
    return shelves


@pytest.mark.parametrize("person", sorted(SEES))
def test_every_role_reads_its_own_part_on_every_way_in(shop: HubWorld, person: str) -> None:
    client = shop.admin() if person == "admin" else shop.client(person)
    pulled = {(row["entity"], row["data"]["id"]) for row in client.pull().rows}
    lines = [json.loads(line) for line in client.get("/v1/sync/snapshot").text.splitlines()[:-1]]
    loaded = {(line["entity"], line["data"]["id"]) for line in lines}
    assert pulled == loaded
    for entity in VALUES:
        ids = {owner: f"{entity}-of-{owner}" for owner in OWNERS}
        expected = {ids[owner] for owner in SEES[person]}
        read = {row_id for row_id in ids.values() if client.get(f"/v1/{entity}/{row_id}").status_code == 200}
        listed = {row["id"] for row in client.get(f"/v1/{entity}", params={"limit": 500}).json()["rows"]}
        assert read == expected, entity
        assert listed & set(ids.values()) == expected, entity
        assert {row_id for row_id in ids.values() if (entity, row_id) in loaded} == expected, entity


@pytest.mark.parametrize("person", sorted(SEES))
def test_every_role_changes_and_deletes_its_own_part(shop: HubWorld, person: str) -> None:
    client, admin = shop.admin() if person == "admin" else shop.client(person), shop.admin()
    for entity in OWNED:
        name, value = PATCHES[entity]
        for owner in OWNERS:
            row_id = f"{entity}-of-{owner}"
            seen = admin.get(f"/v1/{entity}/{row_id}").json()
            change = shop.mutation(entity, row_id, "patch", {name: value}, base={name: seen[name]})
            delete = shop.mutation(entity, row_id, "delete", base={**seen, name: value})
            allowed = owner in WRITES[person]
            results = client.push(change, delete)
            expected = ["applied", "applied"] if allowed else ["rejected", "rejected"]
            assert [result["status"] for result in results] == expected, (entity, owner, results)
            if not allowed:
                assert {result["problem"]["type"] for result in results} == {"permission"}
                assert admin.get(f"/v1/{entity}/{row_id}").json() == seen


@pytest.mark.parametrize("person", sorted(SEES))
def test_nobody_writes_under_another_name(shelves: HubWorld, person: str) -> None:
    client = shelves.admin() if person == "admin" else shelves.client(person)
    for entity in OWNED:
        for owner in (ME, OTHER):
            row_id = f"{entity}-{owner}"
            (result,) = client.push(shelves.mutation(entity, row_id, "create", _row(entity, owner)))
            allowed = owner in WRITES[person]
            assert result["status"] == ("applied" if allowed else "rejected"), (entity, owner, result)
            body, headers = {**_row(entity, owner), "id": f"{row_id}-b"}, {"Idempotency-Key": row_id}
            posted = client.send("POST", f"/v1/{entity}", json=body, headers=headers)
            assert posted.status_code == (201 if allowed else 403), (entity, owner, posted.text)


def test_only_an_administrator_writes_what_the_company_decides(shelves: HubWorld) -> None:
    for person, client in _clients(shelves):
        creates = [shelves.mutation(kind, f"{kind}-{person}", "create", _row(kind, None)) for kind in COMPANYS]
        for result in client.push(*creates):
            assert result["status"] == ("applied" if person == "admin" else "rejected"), (person, result)
            assert person == "admin" or result["problem"]["type"] == "permission"


def test_nobody_writes_the_history(shelves: HubWorld) -> None:
    for person, client in _clients(shelves):
        creates = [shelves.mutation(kind, f"{kind}-{person}", "create", _row(kind, ME)) for kind in HUBS]
        for result in client.push(*creates):
            assert (result["status"], result["problem"]["type"]) == ("rejected", "permission")


def test_a_rep_works_on_everything_of_his_account_whoever_made_it(hub: HubWorld) -> None:
    hub.account("mine")
    hub.deal("deal-1", owner=MATE, account_id="mine")
    change = hub.mutation("deal", "deal-1", "patch", {"source": "fair"}, base={"source": ""})
    assert hub.client(ME).push(change)[0]["status"] == "applied"


def test_a_rep_hangs_nothing_on_an_account_he_does_not_see(hub: HubWorld) -> None:
    hub.account("his", owner=OTHER)
    (result,) = hub.client(ME).push(
        hub.mutation("contact", "c-1", "create", {"account_id": "his", "name": "A", "owner_id": ME})
    )
    assert result["problem"]["type"] == "permission"
    assert hub.client(OTHER).get("/v1/contact/c-1").status_code == 404


@pytest.mark.parametrize(("person", "status"), [(ME, "rejected"), (LEAD, "applied"), (OTHER_LEAD, "rejected")])
def test_a_lead_decides_whose_account_it_is_within_his_team(hub: HubWorld, person: str, status: str) -> None:
    hub.account("account-1")
    change = hub.mutation("account", "account-1", "patch", {"owner_id": MATE}, base={"owner_id": ME})
    assert hub.client(person).push(change)[0]["status"] == status


def test_a_lead_gives_nothing_to_another_team(hub: HubWorld) -> None:
    hub.account("account-1")
    change = hub.mutation("account", "account-1", "patch", {"owner_id": OTHER}, base={"owner_id": ME})
    assert hub.client(LEAD).push(change)[0]["problem"]["type"] == "permission"


def test_the_doer_is_the_one_of_the_token(hub: HubWorld) -> None:
    values = {**VALUES["waiver"], "by_id": HEAD, "owner_id": ME}
    (result,) = hub.client(LEAD).push(hub.mutation("waiver", "w-1", "create", values))
    assert result["row"]["by_id"] == LEAD
    (log,) = (row["data"] for row in hub.client(ME).pull().rows if row["data"].get("entity_id") == "w-1")
    assert log["actor_id"] == LEAD


def test_scopes_narrow_what_the_role_allows_and_never_widen_it(hub: HubWorld) -> None:
    hub.visit("visit-1", rep=MATE)
    narrow = hub.client(LEAD, scopes=[tokens.SELF])
    wide = hub.client(ME, scopes=[tokens.SELF, tokens.TEAM, tokens.PLAN, tokens.REGION])
    reader = hub.client(LEAD, scopes=[tokens.TEAM])
    assert narrow.get("/v1/activity/visit-1").status_code == 404
    assert wide.get("/v1/activity/visit-1").status_code == 404
    assert wide.get("/v1/sync/hello").json()["scopes"] == [tokens.SELF]
    assert reader.get("/v1/activity/visit-1").status_code == 200
    change = hub.mutation("activity", "visit-1", "patch", {"goal": "x"}, base={"goal": ""})
    assert reader.push(change)[0]["problem"]["type"] == "permission"


def test_a_lead_who_becomes_a_rep_sees_his_own_only(hub: HubWorld) -> None:
    hub.visit("visit-1", rep=MATE)
    lead = hub.client(LEAD)
    assert lead.get("/v1/activity/visit-1").status_code == 200
    hub.patch("person", LEAD, role="rep")
    assert lead.get("/v1/activity/visit-1").status_code == 404


def test_the_board_is_for_leads(hub: HubWorld) -> None:
    for person, client in _clients(hub):
        expected = 200 if person in (LEAD, OTHER_LEAD, HEAD, "admin") else 403
        assert client.get("/v1/team/summary").status_code == expected, person
    assert BOSS not in SEES


@pytest.fixture
def rooms(hub: HubWorld) -> HubWorld:
    """An account and a deal of everybody's, for rows that need a parent."""
    hub.put("account", "shelf", name="Shelf")
    hub.put("deal", "shelf-deal", name="Shelf deal")
    return hub


def _answers(hub: HubWorld, way: tuple[str, str], role: str, relation: str) -> set[bool]:
    owner = cells.OWNERS[role][relation]
    client = hub.admin() if role == ADMIN else hub.client(cells.OWNERS[role]["self"])
    return set(ROWS[way].ask(Asking(hub, client, owner, f"{role}-{relation}")))


def test_every_way_in_has_its_row(hub: HubWorld) -> None:
    """A new endpoint fails here until it is known who may use it."""
    assert served(hub.app) == ROWS.keys()
    documented = {(m.upper(), path) for path, methods in hub.app.openapi()["paths"].items() for m in methods}
    assert documented | {("GET", "/openapi.json")} == ROWS.keys()


@pytest.mark.parametrize("way", sorted(ROWS), ids=" ".join)
def test_every_role_on_every_way_in_about_everybody(rooms: HubWorld, way: tuple[str, str]) -> None:
    """All cells of the way in: four roles, each about itself, its team and others."""
    found = {(role, relation): _answers(rooms, way, role, relation) for role, relation in sorted(CELLS)}
    assert len(found) == 12
    assert found == {cell: {cell in ROWS[way].allowed} for cell in CELLS}


@pytest.mark.parametrize("way", sorted(ROWS), ids=" ".join)
def test_every_way_in_without_a_good_token(rooms: HubWorld, way: tuple[str, str]) -> None:
    method, path = way
    url = path.replace("{entity}", "account").replace("{row_id}", "shelf")
    for who in NOBODIES:
        client = nobody(rooms, who)
        if ROWS[way].is_open:
            assert all(ROWS[way].ask(Asking(rooms, client, ME, who)))
            continue
        for headers in ({}, {"If-Match": '"1"', "Idempotency-Key": "k", "If-None-Match": "*"}):
            body: dict[str, Any] = (
                {}
                if method == "GET"
                else {"json": {"device_id": "d", "mutations": [], "into": "shelf", "user_code": "x"}}
            )
            answer = client.send(method, url, headers=headers, **body)
            assert (answer.status_code, answer.json()["type"]) == (401, "unauthorized"), (who, way)


def _attempts() -> Iterator[dict[str, Any]]:
    """Every way to say whose row it is and who did it."""
    people = (None, ME, OTHER, LEAD, "nobody")
    for owner, rep in itertools.product(people, people):
        yield {"owner_id": owner, "rep_id": rep, "by_id": OTHER, "actor_id": OTHER, "person_id": OTHER}


@pytest.mark.parametrize("role", sorted(cells.OWNERS))
def test_no_body_makes_a_row_somebody_elses(rooms: HubWorld, role: str) -> None:
    client = rooms.admin() if role == ADMIN else rooms.client(cells.OWNERS[role]["self"])
    mine = cells.OWNERS[role]["self"]
    may = {cells.OWNERS[role][relation] for relation in cells.OWNERS[role] if (role, relation) in cells.WRITES} | (
        {MATE} if role == "team_lead" else set()
    )
    for number, claim in enumerate(_attempts()):
        given = {name: value for name, value in claim.items() if value is not None}
        visit = rooms.mutation("activity", f"v-{number}", "create", {**VALUES["activity"], **given})
        account = rooms.mutation("account", f"a-{number}", "create", {**VALUES["account"], **given})
        results = client.push({**visit, "actor_id": OTHER, "person_id": OTHER}, account)
        assert {result["status"] for result in results} <= {"applied", "rejected"}, results
        rows = [result["row"] for result in results if result["status"] == "applied" and role != ADMIN]
        assert {row["owner_id"] for row in rows} <= may, (claim, rows)
        assert {row["rep_id"] for row in rows if "starts_at" in row} <= may, (claim, rows)
    log = [row["data"] for row in rooms.admin().pull().rows if row["entity"] == "change_log"]
    written = [entry for entry in log if entry["entity_id"].startswith(("v-", "a-"))]
    assert written
    assert {entry["actor_id"] for entry in written} == {mine}


@pytest.mark.parametrize("role", sorted(cells.OWNERS))
def test_nobody_but_an_administrator_dates_back(rooms: HubWorld, role: str) -> None:
    """By a create, a change, a single row, a faked moment: of his own rows, which he may write otherwise."""
    client, owner = (
        rooms.admin() if role == ADMIN else rooms.client(cells.OWNERS[role]["self"]),
        cells.OWNERS[role]["self"],
    )
    values = {"starts_at": LONG_AGO, "owner_id": owner, "rep_id": owner, "status": "held"}
    rooms.visit("plan", rep=owner)
    make = rooms.mutation("activity", "v-1", "create", values, occurred_at=LONG_AGO)
    move = rooms.mutation("activity", "plan", "patch", {"starts_at": LONG_AGO}, base={"starts_at": MOMENT})
    results = client.push(make, move)
    posted = client.send("POST", "/v1/activity", json=values, headers={"Idempotency-Key": "k"})
    etag = client.get("/v1/activity/plan").headers["etag"]
    patched = client.send("PATCH", "/v1/activity/plan", json={"starts_at": LONG_AGO}, headers={"If-Match": etag})
    if role == ADMIN:
        assert [result["status"] for result in results] == ["applied", "applied"]
        assert (posted.status_code, patched.status_code) == (201, 200)
        return
    assert {result["problem"]["type"] for result in results} == {"backdate"}
    assert {answer.json()["type"] for answer in (posted, patched)} == {"backdate"}
