"""What the hub holds back: too many requests, the same request at once, rows and pages that are too large, the past."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from sqlalchemy import exc
from sqlmodel import select

from cockpit.errors import DatabaseBusy
from cockpit.hub import feed, push, snapshot, tokens, upkeep
from cockpit.hub.limits import Pace, Rate
from cockpit.hub.wire import Mutation, MutationResult
from cockpit.storage.tables import ChangeLogRow, MutationResultRow, TombstoneRow
from tests.hub.world import MATE, ME, Client, HubWorld


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the requests, moved by hand."""
    now = [0.0]
    monkeypatch.setattr("cockpit.hub.app.monotonic", lambda: now[0])
    return now


def test_a_token_that_asks_too_often_is_told_when_to_come_back(hub: HubWorld, tick: list[float]) -> None:
    paced = HubWorld(hub.database, rate=Rate(per_minute=60, burst=3))
    me, mate = paced.client(ME), paced.client(MATE)
    left = [me.get("/v1/sync/hello").headers["ratelimit"] for _ in range(3)]
    assert left == ['"token";r=2;t=1', '"token";r=1;t=2', '"token";r=0;t=3']
    refused = me.get("/v1/sync/hello")
    assert (refused.status_code, refused.json()["type"], refused.headers["retry-after"]) == (429, "quota", "1")
    assert refused.headers["ratelimit-policy"] == '"token";q=3;w=3'
    assert refused.headers["content-type"] == "application/problem+json"
    assert mate.get("/v1/sync/hello").status_code == 200
    assert Client(paced.app, None).get("/healthz").status_code == 200
    tick[0] += 1.0
    assert [me.get("/v1/sync/hello").status_code for _ in range(2)] == [200, 429]
    tick[0] += 3600.0
    assert [me.get("/v1/sync/hello").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_many_tokens_do_not_fill_the_memory(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.hub.limits._MOST_TOKENS", 2)
    pace = Pace(hub.app, Rate(burst=5), lambda: 0.0)
    for number in range(9):
        pace._take(str(number).encode())
    assert len(pace._buckets) == 2


def test_a_refused_request_is_read_no_further(hub: HubWorld, tick: list[float]) -> None:
    paced = HubWorld(hub.database, rate=Rate(per_minute=60, burst=1))
    me = paced.client(ME)
    me.get("/v1/sync/hello")
    assert me.send("POST", "/v1/account", content=b"x" * 2_000_000).status_code == 429


def test_the_same_create_at_once_is_told_to_wait(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    judge = push.judge

    def slowly(session: Any, turn: Any, mutation: Mutation) -> MutationResult:
        begun.set()
        assert go_on.wait(30)
        return judge(session, turn, mutation)

    monkeypatch.setattr("cockpit.hub.push.judge", slowly)
    me, key = hub.client(ME), {"Idempotency-Key": "k"}
    me.get("/v1/sync/hello")
    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(me.send("POST", "/v1/account", json={"name": "A"}, headers=key).status_code)
    )
    first.start()
    assert begun.wait(30)
    second = me.send("POST", "/v1/account", json={"name": "A"}, headers=key)
    go_on.set()
    first.join()
    assert (second.status_code, second.json()["type"], answers) == (409, "locked", [201])
    again = me.send("POST", "/v1/account", json={"name": "A"}, headers=key)
    assert again.status_code == 201
    assert len(me.get("/v1/account").json()["rows"]) == 1


@pytest.mark.parametrize(
    "error",
    [
        exc.TimeoutError("no connection"),
        exc.OperationalError("SELECT 1", {}, Exception("canceling statement due to lock timeout")),
    ],
)
def test_a_database_that_cannot_now_asks_to_come_back(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    client = hub.client(ME)

    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr(tokens, "authenticate", fail)
    answer = client.get("/v1/sync/hello")
    assert (answer.status_code, answer.json()["type"]) == (503, "maintenance")
    assert int(answer.headers["retry-after"]) >= 1


def _long(hub: HubWorld, count: int, size: int) -> None:
    for number in range(count):
        hub.visit(f"visit-{number}", result="长" * size)


def test_a_page_holds_no_more_than_its_bytes_and_none_is_lost(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    _long(hub, 6, 1_000)
    me = hub.client(ME)
    whole = me.pull().rows
    monkeypatch.setattr(feed, "PAGE_BYTES", 8_000)
    monkeypatch.setattr(snapshot, "PAGE_BYTES", 8_000)
    page = me.get("/v1/sync/changes", params={"limit": 500})
    assert len(page.content) < 10_000
    assert page.json()["remaining_estimate"] == len(whole) - len(page.json()["rows"])
    assert me.pull().rows == whole
    rows: list[str] = []
    token: str | None = ""
    while token is not None:
        answer = me.get("/v1/sync/snapshot", params={"page": token})
        assert len(answer.content) < 14_000
        lines = answer.text.splitlines()
        rows += lines[:-1]
        token = json.loads(lines[-1])["next"]
    assert len(rows) == len(whole)
    monkeypatch.setattr(feed, "PAGE_BYTES", 1)
    assert me.pull().rows == whole, "one row that is larger than a page is a page"


def test_the_first_request_of_a_day_lets_go_of_what_is_too_old(hub: HubWorld) -> None:
    me = hub.client(ME)
    create = hub.mutation("activity", "visit-1", "create", {"starts_at": "2026-11-24T02:00:00Z"})
    (made,) = me.push(create)
    me.push(hub.mutation("activity", "visit-1", "delete", base_rev=made["rev"]))

    def kept() -> tuple[int, int]:
        with hub.database.read() as session:
            results, stones = select(MutationResultRow), select(TombstoneRow)
            return len(session.exec(results).all()), len(session.exec(stones).all())

    hub.later(days=89, hours=23)
    me.get("/v1/sync/hello")
    assert kept() == (2, 1)
    hub.later(hours=2)
    me.get("/v1/sync/hello")
    assert kept() == (0, 0)


def test_a_mutation_older_than_the_kept_results_is_known_by_the_log(hub: HubWorld) -> None:
    """A device that was away for months and never heard the answer sends it again."""
    me = hub.client(ME)
    create = hub.mutation("account", "account-1", "create", {"name": "A"})
    child = hub.mutation("contact", "c-1", "create", {"account_id": "account-1", "name": "B"})
    child["depends_on"] = create["mutation_id"]
    me.push(create)
    hub.later(days=91)
    again, hung = me.push(create, child)
    assert (again["status"], again["row"]["name"], hung["status"]) == ("replayed", "A", "applied")
    stolen = hub.client(MATE).push({**create, "entity_id": "account-2"})[0]
    assert (stolen["status"], stolen["problem"]["type"]) == ("rejected", "unique")
    with hub.database.read() as session:
        entries = select(ChangeLogRow).where(ChangeLogRow.entity_id == "account-1")
        assert len(session.exec(entries).all()) == 1


def test_a_parent_that_was_applied_long_ago_and_is_gone_is_not_awaited_for_ever(hub: HubWorld) -> None:
    me = hub.client(ME)
    create = hub.mutation("account", "account-1", "create", {"name": "A"})
    (made,) = me.push(create)
    me.push(hub.mutation("account", "account-1", "delete", base_rev=made["rev"]))
    hub.later(days=91)
    values = {"account_id": "account-1", "name": "B"}
    (result,) = me.push(hub.mutation("contact", "c-1", "create", values, depends_on=create["mutation_id"]))
    assert (result["status"], result["problem"]["type"]) == ("rejected", "missing-parent")


def test_tidying_up_waits_for_a_database_that_is_busy(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    tidied: list[int] = []

    def prune(_session: object, _now: object) -> int:
        tidied.append(1)
        if len(tidied) == 1:
            raise DatabaseBusy(path="hub")
        return 0

    monkeypatch.setattr(upkeep, "prune", prune)
    me = hub.client(ME)
    assert [me.get("/v1/sync/hello").status_code for _ in range(3)] == [200, 200, 200]
    assert len(tidied) == 2
    hub.later(days=1)
    me.get("/v1/sync/hello")
    assert len(tidied) == 3
