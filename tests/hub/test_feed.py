"""A device that follows the feed ends with exactly what its person may see."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import event

from cockpit.hub import cursors, feed, store, tokens, upkeep
from cockpit.hub.store import Change
from tests.hub.world import HEAD, LEAD, MATE, ME, OTHER, Client, HubWorld, Pulled


class Copy:
    """What a device would hold after applying pages, by the rules of the device."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.cursor = ""
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}

    def follow(self, limit: int = 500) -> Pulled:
        pulled = self.client.pull(self.cursor, limit)
        self.cursor = pulled.cursor
        changes = [(row["data"]["rev"], row["entity"], row["data"]["id"], row["data"]) for row in pulled.rows]
        changes += [(entry["rev"], entry["entity"], entry["id"], None) for entry in pulled.deleted]
        for _rev, entity, row_id, data in sorted(changes, key=lambda change: change[0]):
            if data is None:
                self.rows.pop((entity, row_id), None)
            else:
                self.rows[entity, row_id] = data
        return pulled

    def has(self, entity: str, row_id: str) -> bool:
        return (entity, row_id) in self.rows


def _fresh(client: Client) -> dict[tuple[str, str], dict[str, Any]]:
    copy = Copy(client)
    copy.follow()
    return copy.rows


def test_pages_of_any_size_give_the_same_rows_in_revision_order(hub: HubWorld) -> None:
    for number in range(7):
        hub.account(f"account-{number}")
    whole = hub.client(ME).pull()
    parts = hub.client(ME).pull(limit=3)
    assert parts.rows == whole.rows
    revs = [row["data"]["rev"] for row in whole.rows]
    assert revs == sorted(revs)


def test_the_estimate_counts_down_to_nothing(hub: HubWorld) -> None:
    me = hub.client(ME)
    total = len(me.pull().rows)
    page = me.get("/v1/sync/changes", params={"limit": 5}).json()
    assert (page["more"], page["remaining_estimate"]) == (True, total - 5)
    page = me.get("/v1/sync/changes", params={"limit": 5, "cursor": page["next_cursor"]}).json()
    assert page["remaining_estimate"] == total - 10
    assert me.get("/v1/sync/changes", params={"cursor": me.pull().cursor}).json()["remaining_estimate"] == 0


def test_a_row_changed_twice_comes_once_as_it_is(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.deal(amount_minor=1)
    cursor = me.pull().cursor
    hub.patch("deal", "deal-1", amount_minor=2)
    hub.patch("deal", "deal-1", amount_minor=3)
    deals = [row["data"]["amount_minor"] for row in me.pull(cursor).rows if row["entity"] == "deal"]
    assert deals == [3]


def test_a_deleted_row_comes_as_a_tombstone_with_who_and_when(hub: HubWorld) -> None:
    copy = Copy(hub.client(ME))
    hub.visit()
    copy.follow()
    seen = copy.rows["activity", "visit-1"]
    hub.later(minutes=5)
    hub.client(LEAD).push(hub.mutation("activity", "visit-1", "delete", base=seen))
    pulled = copy.follow()
    (entry,) = pulled.deleted
    assert (entry["entity"], entry["id"], entry["by_id"], entry["reason"]) == ("activity", "visit-1", LEAD, "deleted")
    assert entry["deleted_at"] == "2026-11-24T00:35:00.000000Z"
    assert entry["rev"] > seen["rev"]
    assert not copy.has("activity", "visit-1")


def test_a_rep_sees_his_own_rows_and_those_of_his_accounts_only(hub: HubWorld) -> None:
    hub.account("mine")
    hub.account("his", owner=MATE)
    hub.deal("deal-at-mine", owner=MATE, account_id="mine")
    hub.deal("deal-at-his", owner=MATE, account_id="his")
    hub.deal("my-deal-at-his", owner=ME, account_id="his")
    hub.visit("his-visit", rep=MATE)
    hub.put("contact", "contact-of-mine", account_id="mine", name="A")
    hub.put("contact", "contact-of-his", account_id="his", name="B")
    mine = hub.client(ME).pull()
    assert set(mine.ids("account")) == {"mine"}
    assert set(mine.ids("deal")) == {"deal-at-mine", "my-deal-at-his"}
    assert mine.ids("activity") == []
    assert mine.ids("contact") == ["contact-of-mine"]
    assert len(mine.ids("person")) == 7


def test_an_account_of_nobody_is_everybodys_with_its_people(hub: HubWorld) -> None:
    hub.put("account", "house", name="House account")
    hub.put("contact", "contact-1", account_id="house", name="A")
    hub.deal("his-deal", owner=MATE, account_id="house")
    mine = hub.client(ME).pull()
    assert (mine.ids("account"), mine.ids("contact"), mine.ids("deal")) == (["house"], ["contact-1"], [])


@pytest.mark.parametrize(
    ("person", "visits"),
    [(ME, {ME}), (LEAD, {ME, MATE}), (HEAD, {ME, MATE, OTHER})],
)
def test_a_lead_sees_his_team_and_a_head_everyone_below(hub: HubWorld, person: str, visits: set[str]) -> None:
    for rep in (ME, MATE, OTHER):
        hub.visit(f"visit-{rep}", rep=rep)
    assert set(hub.client(person).pull().ids("activity")) == {f"visit-{rep}" for rep in visits}


def test_what_is_private_of_a_person_reaches_himself_and_his_lead_only(hub: HubWorld) -> None:
    def bonus(person: str) -> dict[str, int | None]:
        rows = hub.client(person).pull().rows
        return {row["data"]["id"]: row["data"]["bonus_base_minor"] for row in rows if row["entity"] == "person"}

    assert {name for name, value in bonus(ME).items() if value is not None} == {ME}
    assert {name for name, value in bonus(LEAD).items() if value is not None} == {ME, MATE, LEAD}
    assert hub.client(ME).get(f"/v1/person/{MATE}").json()["bonus_base_minor"] is None
    listed = hub.client(ME).get("/v1/person").json()["rows"]
    assert {row["id"] for row in listed if row["bonus_base_minor"] is not None} == {ME}
    assert MATE in hub.client(ME).get("/v1/sync/snapshot").text
    assert hub.client(ME).get("/v1/sync/snapshot").text.count('"bonus_base_minor":500000') == 1


def test_an_account_that_changes_hands_takes_its_history_along(hub: HubWorld) -> None:
    old, new, lead = (Copy(hub.client(person)) for person in (ME, MATE, LEAD))
    hub.account("account-1")
    hub.put("contact", "contact-1", account_id="account-1", name="A", owner_id=None)
    hub.deal("deal-1", account_id="account-1")
    hub.deal("deal-2", account_id="account-1", owner=MATE)
    hub.visit("visit-1", account_id="account-1")
    hub.patch("deal", "deal-1", stage_id="stage-2")
    for copy in (old, new, lead):
        copy.follow()
    assert not new.has("visit", "visit-1")
    change = hub.mutation("account", "account-1", "patch", {"owner_id": MATE}, base={"owner_id": ME})
    (result,) = hub.client(LEAD).push(change)
    assert result["status"] == "applied"
    for copy in (old, new, lead):
        copy.follow(limit=2)
    kinds = ("account", "contact", "deal", "activity", "stage_change")
    assert {key for key in new.rows if key[0] in kinds} == {key for key in lead.rows if key[0] in kinds}
    assert not old.has("account", "account-1")
    assert not old.has("contact", "contact-1")
    assert not old.has("deal", "deal-2")
    assert old.has("activity", "visit-1")
    for copy in (old, new, lead):
        assert copy.rows == _fresh(copy.client)


def test_an_account_that_is_made_again_by_somebody_else_brings_its_history(hub: HubWorld) -> None:
    old, new = Copy(hub.client(MATE)), Copy(hub.client(ME))
    hub.account("account-1", owner=MATE)
    hub.patch("account", "account-1", phone="2")
    gone = hub.client(MATE).get("/v1/account/account-1").json()
    (result,) = hub.client(MATE).push(hub.mutation("account", "account-1", "delete", base=gone))
    assert result["status"] == "applied"
    for copy in (old, new):
        copy.follow()
    hub.account("account-1", owner=ME)
    for copy in (old, new):
        copy.follow()
        assert copy.rows == _fresh(copy.client)
    assert [row["op"] for key, row in new.rows.items() if key[0] == "change_log"].count("patch") == 1


def test_what_left_sight_is_told_even_when_the_new_owner_works_on_it_between_two_pages(hub: HubWorld) -> None:
    copy = Copy(hub.client(ME))
    hub.account("account-1")
    for number in range(6):
        hub.put("contact", f"contact-{number}", account_id="account-1", name="A", owner_id=None)
    copy.follow()
    hub.patch("account", "account-1", owner_id=MATE)
    page = copy.client.get("/v1/sync/changes", params={"cursor": copy.cursor, "limit": 3}).json()
    assert page["more"]
    hub.patch("contact", "contact-5", title="Buyer")
    rest = copy.client.pull(page["next_cursor"])
    told = {(entry["entity"], entry["id"]) for entry in page["deleted"]} | rest.gone("scope")
    assert {("contact", f"contact-{number}") for number in range(6)} | {("account", "account-1")} <= told
    assert not any(row["entity"] == "contact" for row in page["rows"] + rest.rows)


def test_a_row_handed_to_somebody_else_leaves_the_first_owner(hub: HubWorld) -> None:
    mine, his = Copy(hub.client(ME)), Copy(hub.client(MATE))
    hub.deal()
    mine.follow()
    his.follow()
    hub.patch("deal", "deal-1", owner_id=MATE)
    assert mine.follow().gone("scope") == {("deal", "deal-1")}
    his.follow()
    assert his.has("deal", "deal-1")
    hub.patch("deal", "deal-1", owner_id=ME)
    mine.follow()
    his.follow()
    assert (mine.has("deal", "deal-1"), his.has("deal", "deal-1")) == (True, False)


def test_an_account_of_everybody_that_gets_an_owner_leaves_the_others(hub: HubWorld) -> None:
    hub.put("account", "house", name="House account")
    mine, his = Copy(hub.client(ME)), Copy(hub.client(MATE))
    mine.follow()
    his.follow()
    hub.patch("account", "house", owner_id=ME)
    mine.follow()
    his.follow()
    assert (mine.has("account", "house"), his.has("account", "house")) == (True, False)


def test_a_new_role_or_team_ends_the_cursor(hub: HubWorld) -> None:
    me, lead = hub.client(ME), hub.client(LEAD)
    cursors = me.pull().cursor, lead.pull().cursor
    hub.patch("person", ME, team_id="team-2")
    for client, cursor in zip((me, lead), cursors, strict=True):
        answer = client.get("/v1/sync/changes", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["type"]) == (410, "scope-changed")


def test_a_cursor_is_nobody_elses(hub: HubWorld) -> None:
    answer = hub.client(MATE).get("/v1/sync/changes", params={"cursor": hub.client(ME).pull().cursor})
    assert answer.status_code == 410


def test_a_forged_cursor_is_refused(hub: HubWorld) -> None:
    me = hub.client(ME)
    body, sign = me.pull().cursor.split(".")
    other_body = me.get("/v1/sync/changes", params={"limit": 1}).json()["next_cursor"].split(".")[0]
    page = me.get("/v1/sync/snapshot", params={"limit": 1}).text.splitlines()[-1].split('"next":"')[1].split('"')[0]
    for forged in (f"{other_body}.{sign}", f"{body}.{sign[:-2]}AA", body, f"{body}.", "....", "é.é", "AA", page):
        answer = me.get("/v1/sync/changes", params={"cursor": forged})
        assert (answer.status_code, answer.json()["type"]) == (400, "bad-cursor"), forged


def test_a_cursor_older_than_the_forgotten_deletions_expires(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.visit("visit-1")
    hub.visit("visit-2")
    old = me.pull().cursor
    for row_id in ("visit-1", "visit-2"):
        me.push(hub.mutation("activity", row_id, "delete", base=me.get(f"/v1/activity/{row_id}").json()))
    recent = me.pull().cursor
    with hub.database.write() as session:
        assert upkeep.prune(session, hub.now) == 0
    assert me.get("/v1/sync/changes", params={"cursor": old}).status_code == 200
    hub.later(days=91)
    with hub.database.write() as session:
        assert upkeep.prune(session, hub.now) == 2
    answer = me.get("/v1/sync/changes", params={"cursor": old})
    assert (answer.status_code, answer.json()["type"]) == (410, "cursor-expired")
    assert me.get("/v1/sync/changes", params={"cursor": recent}).status_code == 200
    assert me.pull().gone("deleted") == set()


def test_a_page_costs_the_same_statements_whatever_it_holds(hub: HubWorld) -> None:
    counted: list[str] = []
    engine = hub.database._engine
    event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))

    def cost(client: Client, cursor: str) -> int:
        counted.clear()
        client.get("/v1/sync/changes", params={"cursor": cursor})
        return len(counted)

    me = hub.client(ME)
    start = me.pull().cursor
    idle = cost(me, start)
    hub.account("account-0")
    one = cost(me, start)
    for number in range(1, 30):
        hub.account(f"account-{number}")
    assert cost(me, start) == one
    assert cost(me, me.pull().cursor) == idle
    assert idle <= 10


@pytest.mark.parametrize("person", [ME, LEAD])
def test_an_idle_call_costs_the_same_with_a_long_history(hub: HubWorld, person: str) -> None:
    """Counted in steps of SQLite's own machine, which time cannot blur."""
    if not hub.database.is_sqlite:
        pytest.skip("SQLite counts its steps, PostgreSQL does not")
    client = hub.client(person)

    def steps() -> int:
        cursor = client.pull().cursor
        with hub.database.read() as session:
            actor = tokens.authenticate(session, client.token or "")
            assert actor is not None
            sign = cursors.signer(session, actor.scope_hash)
            counted: list[None] = []
            driver = session.connection().connection.driver_connection
            assert driver is not None
            driver.set_progress_handler(lambda: counted.append(None), 1)
            page = feed.changes(session, actor, sign, cursor)
            driver.set_progress_handler(None, 0)
        assert (page.rows, page.deleted) == ([], [])
        return len(counted)

    few = steps()
    with hub.database.write() as session:
        for number in range(400):
            values = {"name": f"account {number}", "owner_id": (ME, MATE, OTHER)[number % 3]}
            change = Change("account", f"account-{number}", "create", values)
            store.apply(session, change, actor_id=None, recorded_at=hub.now)
    assert steps() <= few * 1.1


def test_concurrent_pushes_never_let_a_cursor_skip_a_row(hub: HubWorld) -> None:
    """Writers on threads of their own; a reader follows meanwhile and must end with every row."""
    writers, each = (ME, MATE, OTHER, LEAD), 12
    clients = {person: hub.client(person) for person in (*writers, HEAD)}
    failed: list[str] = []

    def write(person: str) -> None:
        for number in range(each):
            values = {"name": f"{person} {number}"}
            (result,) = clients[person].push(hub.mutation("account", f"{person}-{number}", "create", values))
            if result["status"] != "applied":
                failed.append(str(result))

    threads = [threading.Thread(target=write, args=(person,)) for person in writers]
    copy = Copy(clients[HEAD])
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        copy.follow(limit=5)
    for thread in threads:
        thread.join()
    copy.follow()
    assert failed == []
    expected = {f"{person}-{number}" for person in writers for number in range(each)}
    assert {row_id for entity, row_id in copy.rows if entity == "account"} == expected
    revs = [row["rev"] for row in copy.rows.values()]
    assert len(set(revs)) == len(revs)


def test_concurrent_edits_of_one_row_never_lose_one_silently(hub: HubWorld) -> None:
    """Every writer sets the same field from the same base: one is applied, all others are told."""
    hub.account("account-1")
    people = (ME, LEAD)
    clients = [hub.client(person, device=f"{person}-{n}") for person in people for n in range(3)]
    statuses: list[str] = []
    barrier = threading.Barrier(len(clients))

    def write(client: Client, number: int) -> None:
        change = hub.mutation("account", "account-1", "patch", {"phone": f"{number}"}, base={"phone": ""})
        barrier.wait()
        (result,) = client.push(change)
        statuses.append(result["status"])

    threads = [threading.Thread(target=write, args=(client, n)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["applied"] + ["conflict"] * (len(clients) - 1)


def test_the_same_mutation_sent_at_once_by_many_counts_once(hub: HubWorld) -> None:
    create = hub.mutation("account", "account-1", "create", {"name": "A"})
    clients = [hub.client(ME) for _ in range(4)]
    statuses: list[str] = []
    barrier = threading.Barrier(len(clients))

    def write(client: Client) -> None:
        barrier.wait()
        statuses.append(client.push(create)[0]["status"])

    threads = [threading.Thread(target=write, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["applied", "replayed", "replayed", "replayed"]
