"""How far back a person may date what he did: the hub's rule by the hub's clock, whatever the device says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.hub.world import LEAD, ME, START, HubWorld

OLD, EDGE = START - timedelta(days=46), START - timedelta(days=44)


def _told(moment: Any) -> str:
    return str(moment.isoformat())


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("activity", {"starts_at": _told(OLD)}, {"starts_at": _told(EDGE)}),
    ("activity", {"starts_at": _told(OLD), "status": "held"}, {"starts_at": _told(EDGE), "status": "held"}),
    ("deal", {"name": "D", "closed_on": "2026-10-01"}, {"name": "D", "closed_on": "2026-10-20"}),
    (
        "milestone_done",
        {"deal_id": "deal-1", "stage_id": "stage-1", "done_at": _told(OLD)},
        {"deal_id": "deal-1", "stage_id": "stage-1", "done_at": _told(EDGE)},
    ),
]


@pytest.mark.parametrize("person", [ME, LEAD])
def test_what_is_dated_too_far_back_is_refused_with_its_reason(hub: HubWorld, person: str) -> None:
    hub.deal()
    client = hub.client(person)
    for number, (entity, old, recent) in enumerate(CASES):
        faked = hub.mutation(entity, f"old-{number}", "create", old, occurred_at=_told(OLD))
        refused, applied = client.push(faked, hub.mutation(entity, f"new-{number}", "create", recent))
        assert (refused["status"], refused["problem"]["type"]) == ("rejected", "backdate"), entity
        assert refused["problem"]["days"] == 45
        assert refused["problem"]["field"] in old
        assert applied["status"] == "applied", applied
        posted = client.send("POST", f"/v1/{entity}", json=old, headers={"Idempotency-Key": f"k-{number}"})
        assert (posted.status_code, posted.json()["type"]) == (422, "backdate")


def test_an_old_plan_is_not_turned_into_a_result_and_not_moved_further_back(hub: HubWorld) -> None:
    hub.visit(starts_at="2026-09-01T02:00:00.000000Z")
    held = hub.mutation("activity", "visit-1", "patch", {"status": "held"}, base={"status": "planned"})
    base = {"starts_at": "2026-09-01T02:00:00.000000Z"}
    moved = hub.mutation("activity", "visit-1", "patch", {"starts_at": "2026-09-02T02:00:00Z"}, base=base)
    cancelled = hub.mutation("activity", "visit-1", "patch", {"status": "cancelled"}, base={"status": "planned"})
    noted = hub.mutation("activity", "visit-1", "patch", {"goal": "x"}, base={"goal": ""})
    results = hub.client(ME).push(held, moved, cancelled, noted)
    assert [result["status"] for result in results] == ["rejected", "rejected", "applied", "applied"]
    assert {result["problem"]["type"] for result in results[:2]} == {"backdate"}


def test_an_undo_is_never_too_old(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.visit(starts_at="2026-09-01T02:00:00.000000Z", status="held")
    seen = me.get("/v1/activity/visit-1").json()
    values = {name: value for name, value in seen.items() if name not in ("id", "rev")}
    reopened = hub.mutation("activity", "visit-1", "patch", {"status": "planned"}, base={"status": "held"})
    undone = hub.mutation("activity", "visit-1", "patch", {"status": "held"}, base={"status": "planned"})
    assert [result["status"] for result in me.push(reopened, undone)] == ["applied", "applied"]
    delete = hub.mutation("activity", "visit-1", "delete", base_rev=me.get("/v1/activity/visit-1").json()["rev"])
    older = {**values, "starts_at": "2026-08-01T02:00:00Z"}
    results = me.push(
        delete,
        hub.mutation("activity", "visit-1", "create", older),
        hub.mutation("activity", "visit-1", "create", values),
    )
    assert [result["status"] for result in results] == ["applied", "rejected", "applied"]


def test_a_stage_move_is_dated_no_further_back_than_the_rule(hub: HubWorld) -> None:
    hub.deal()
    me = hub.client(ME)
    move = hub.mutation("deal", "deal-1", "patch", {"stage_id": "stage-2"}, base={"stage_id": "stage-1"})
    me.push({**move, "occurred_at": "1970-01-01T00:00:00Z"})
    (step,) = (row["data"] for row in me.pull().rows if row["entity"] == "stage_change")
    assert step["changed_at"] == (START - timedelta(days=45)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def test_an_administrator_may_date_anything(hub: HubWorld) -> None:
    values = {"starts_at": "2020-01-01T00:00:00Z", "owner_id": ME, "rep_id": ME}
    assert hub.admin().push(hub.mutation("activity", "v", "create", values))[0]["status"] == "applied"


def test_without_the_rule_any_day_goes_and_hello_says_so(hub: HubWorld) -> None:
    free = HubWorld(hub.database, backdate_days=None)
    me = free.client(ME)
    assert me.get("/v1/sync/hello").json()["limits"]["backdate_days"] is None
    values = {"starts_at": "2020-01-01T00:00:00Z"}
    assert me.push(free.mutation("activity", "v", "create", values))[0]["status"] == "applied"
