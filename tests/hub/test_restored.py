"""A hub restored from a backup without a word: the mark of the start after it tells every place of the lost days."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from cockpit.hub import marks
from cockpit.hub.marks import History
from cockpit.storage.database import Database
from tests.hub.world import LEAD, ME, Client, HubWorld

Kept = dict[str, list[dict[str, Any]]]


def keep(database: Database) -> Kept:
    with database.read() as session:
        found = {table.name: session.execute(table.select()) for table in SQLModel.metadata.sorted_tables}
        return {name: [dict(row._mapping) for row in rows] for name, rows in found.items()}


def put_back(database: Database, kept: Kept) -> None:
    with database.write() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.execute(table.delete())
        for table in SQLModel.metadata.sorted_tables:
            if kept[table.name]:
                session.execute(table.insert(), kept[table.name])


def place(client: Client) -> dict[str, Any]:
    """Where a device stands after a greeting, a pull and the first page of a load."""
    hello = client.get("/v1/sync/hello").json()
    page = json.loads(client.get("/v1/sync/snapshot", params={"limit": 1}).text.splitlines()[-1])["next"]
    return {"mark": hello["mark"], "rev": hello["head_rev"], "cursor": client.pull().cursor, "page": page}


def is_known(client: Client, met: dict[str, Any]) -> bool:
    """By the greeting, the changes, the load and the push alike."""
    hello = client.get("/v1/sync/hello", params={"mark": met["mark"], "rev": met["rev"]}).json()
    answers = [
        client.get("/v1/sync/changes", params={"cursor": met["cursor"]}),
        client.get("/v1/sync/snapshot", params={"page": met["page"]}),
    ]
    told = {answer.status_code if answer.status_code == 200 else answer.json()["type"] for answer in answers}
    assert told == ({200} if hello["is_same_history"] else {"other-history"})
    return bool(hello["is_same_history"])


def push(client: Client, mark: str) -> tuple[int, str]:
    answer = client.send("POST", "/v1/sync/push", json={"device_id": client.device, "mark": mark, "mutations": []})
    return answer.status_code, answer.json().get("type", "")


def others_write(hub: HubWorld, name: str, count: int = 12) -> None:
    for number in range(count):
        hub.put("account", f"{name}-{number}", name=name, owner_id=LEAD)


def again(hub: HubWorld) -> HubWorld:
    """The hub's process starts anew."""
    found = HubWorld(hub.database)
    found.tokens = hub.tokens
    return found


def test_a_hub_that_is_only_started_again_knows_every_place(hub: HubWorld) -> None:
    met = place(hub.client(ME))
    for _start in range(3):
        hub = again(hub)
        others_write(hub, f"after {_start}", 2)
        assert is_known(hub.client(ME), met)
    assert push(hub.client(ME), met["mark"]) == (409, "restored"), "it was on its way to the process before"
    assert push(hub.client(ME), place(hub.client(ME))["mark"]) == (200, "")


@pytest.mark.parametrize("is_stopped_for_the_backup", [True, False])
def test_places_of_the_lost_days_are_told_though_others_gave_their_revisions_again(
    hub: HubWorld, is_stopped_for_the_backup: bool
) -> None:
    early = place(hub.client(ME))
    kept = keep(hub.database)
    if is_stopped_for_the_backup:
        hub = again(hub)
    others_write(hub, "lost", 3)
    late = place(hub.client(ME))
    assert is_known(hub.client(ME), early)
    assert is_known(hub.client(ME), late)
    put_back(hub.database, kept)
    hub = again(hub)
    others_write(hub, "new")
    me = hub.client(ME)
    assert me.get("/v1/sync/hello").json()["head_rev"] > late["rev"], "the head alone would not tell"
    assert not is_known(me, late)
    assert is_known(me, early)
    assert push(me, late["mark"]) == (409, "restored")


def test_a_database_restored_under_a_running_hub_is_told_by_its_lower_head(hub: HubWorld) -> None:
    for person in (ME, LEAD):
        hub.client(person)
    kept = keep(hub.database)
    others_write(hub, "lost")
    late = place(hub.client(ME))
    put_back(hub.database, kept)
    assert hub.client(LEAD).get("/v1/sync/hello").json()["mark"] != late["mark"]
    others_write(hub, "new", 30)
    assert not is_known(hub.client(ME), late)


def test_who_met_nothing_or_a_hub_of_before_asks_nothing(hub: HubWorld) -> None:
    assert hub.client(ME).get("/v1/sync/hello").json()["is_same_history"]
    asked = {"mark": "never-drawn", "rev": 1}
    assert not hub.client(ME).get("/v1/sync/hello", params=asked).json()["is_same_history"]


def test_only_so_many_starts_are_kept(hub: HubWorld) -> None:
    with hub.database.write() as session:
        for _start in range(marks._MOST + 3):
            marks.draw(session)
        found = marks.history(session)
    assert len(found.chain) == marks._MOST
    assert found.holds(found.mark, found.head)
    assert found.holds(found.chain[0][0], found.head), "nothing was written since"
    assert not found.holds(found.mark, found.head + 1)


@given(st.lists(st.sampled_from(["write", "write", "start", "back up", "restore"]), max_size=30))
def test_a_place_that_is_held_has_the_same_past(acts: list[str]) -> None:
    """Against a hub that remembers all it ever wrote: what holds was really before; and nothing is lost by a start."""
    number, log = 0, [0]
    history = History((("m0", 1),), 0)
    backups: list[tuple[History, list[int]]] = [(history, [*log])]
    met: list[tuple[str, int, list[int]]] = []
    was_restored = False

    def started(of: History) -> History:
        return History((*of.chain, (f"m{number}", of.head + 1)), of.head)

    for act in acts:
        number += 1
        if act == "write":
            history, log = History(history.chain, history.head + 1), [*log, number]
        elif act == "start":
            history = started(history)
        elif act == "back up":
            backups.append((history, [*log]))
        else:
            history, log = backups[-1][0], [*backups[-1][1]]
            history, was_restored = started(history), True
        met.append((history.mark, history.head, [*log]))
    for mark, rev, past in met:
        if history.holds(mark, rev):
            assert log[: rev + 1] == past
        else:
            assert was_restored
