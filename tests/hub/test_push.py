"""A pushed mutation counts once, is tested against what its writer saw, and never blocks the others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.world import BOSS, LEAD, MATE, ME, HubWorld

MISFITS: list[tuple[str, dict[str, Any]]] = [
    ("account", {"tier": "Z"}),
    ("account", {"name": None}),
    ("account", {}),
    ("account", {"name": "x" * 301}),
    ("account", {"name": 7}),
    ("account", {"name": "x", "lat": 95.0}),
    ("account", {"name": "x", "cadence_days": 2**40}),
    ("account", {"name": "x", "cadence_days": True}),
    ("account", {"name": "x", "rev": 99}),
    ("account", {"name": "x", "id": "another"}),
    ("account", {"name": "x", "origin": "local"}),
    ("account", {"name": "x", "extra_field": [[[[[[["deep"]]]]]]]}),
    ("account", {"name": "x", "extra_field": "long" * 4000}),
    ("deal", {"name": "x", "currency": "yuan"}),
    ("deal", {"name": "x", "amount_minor": 1.5}),
    ("deal", {"name": "x", "amount_minor": 2**70}),
    ("deal", {"name": "x", "expected_on": "tomorrow"}),
    ("activity", {"starts_at": "2026-11-24T10:00:00"}),
    ("activity", {"starts_at": "0001-01-01T00:00:00+08:00"}),
    ("activity", {"starts_at": "2026-11-24T10:00:00Z", "kind": "party"}),
    ("activity", {"starts_at": "2026-11-24T10:00:00Z", "needs": ["a", 7]}),
    ("activity", {"starts_at": "2026-11-24T10:00:00Z", "rep_id": ME, "owner_id": MATE}),
]
"""Creates that must be refused, each for one reason."""


def _create_account(hub: HubWorld, row_id: str = "a-1", **values: Any) -> dict[str, Any]:
    return hub.mutation("account", row_id, "create", {"name": "恒泰机械", "tier": "A", **values})


def test_a_create_is_applied_and_comes_back_whole(hub: HubWorld) -> None:
    (result,) = hub.client(ME).push(_create_account(hub, nickname="HT"))
    assert result["status"] == "applied"
    assert result["rev"] == result["row"]["rev"] > 0
    row = result["row"]
    assert (row["name"], row["tier"], row["owner_id"], row["nickname"]) == ("恒泰机械", "A", ME, "HT")
    assert row["lifecycle"] == "prospect"
    assert hub.client(ME).get("/v1/account/a-1").json() == row


def test_the_same_mutation_again_is_replayed_and_changes_nothing(hub: HubWorld) -> None:
    me, create = hub.client(ME), _create_account(hub)
    me.push(create)
    cursor = me.pull().cursor
    (result,) = me.push(create)
    assert result["status"] == "replayed"
    assert result["row"]["name"] == "恒泰机械"
    assert not me.pull(cursor).rows


def test_twice_in_one_batch_counts_once(hub: HubWorld) -> None:
    create = _create_account(hub)
    results = hub.client(ME).push(create, create)
    assert [result["status"] for result in results] == ["applied", "replayed"]


def test_a_replay_after_a_later_change_gives_the_row_as_it_is_and_puts_nothing_back(hub: HubWorld) -> None:
    hub.deal(amount_minor=100)
    first = hub.mutation("deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 100})
    hub.client(ME).push(first)
    second = hub.mutation("deal", "deal-1", "patch", {"amount_minor": 300}, base={"amount_minor": 200})
    hub.client(LEAD).push(second)
    (result,) = hub.client(ME).push(first)
    assert result["status"] == "replayed"
    assert result["row"]["amount_minor"] == 300
    assert hub.client(ME).get("/v1/deal/deal-1").json()["amount_minor"] == 300


def test_a_replay_of_a_create_does_not_bring_a_deleted_row_back(hub: HubWorld) -> None:
    me, create = hub.client(ME), _create_account(hub)
    (made,) = me.push(create)
    me.push(hub.mutation("account", "a-1", "delete", base_rev=made["rev"]))
    (result,) = me.push(create)
    assert (result["status"], result["row"]) == ("replayed", None)
    assert me.get("/v1/account/a-1").status_code == 404


def test_the_same_id_with_another_change_is_refused(hub: HubWorld) -> None:
    create = _create_account(hub)
    other = {**create, "patch": {"name": "Another"}}
    _, result = hub.client(ME).push(create, other)
    assert (result["status"], result["problem"]["type"]) == ("rejected", "idempotency-key-reused")


def test_somebody_elses_mutation_id_is_refused(hub: HubWorld) -> None:
    create = _create_account(hub)
    hub.client(ME).push(create)
    (result,) = hub.client(MATE).push(create)
    assert (result["status"], result["problem"]["status"], result["row"]) == ("rejected", 403, None)


def test_a_base_that_gained_a_field_still_counts_as_the_same_change(hub: HubWorld) -> None:
    hub.deal(amount_minor=100)
    change = hub.mutation("deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 100})
    hub.client(ME).push(change)
    (result,) = hub.client(ME).push({**change, "base": {"amount_minor": 200}, "base_rev": 99})
    assert result["status"] == "replayed"


def test_changes_of_different_fields_both_stand(hub: HubWorld) -> None:
    hub.deal(amount_minor=100)
    hub.client(LEAD).push(hub.mutation("deal", "deal-1", "patch", {"source": "fair"}, base={"source": ""}))
    (result,) = hub.client(ME).push(
        hub.mutation("deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 100})
    )
    assert result["status"] == "applied"
    assert (result["row"]["source"], result["row"]["amount_minor"]) == ("fair", 200)


def test_a_field_changed_by_both_is_a_conflict_and_nothing_of_the_mutation_counts(hub: HubWorld) -> None:
    hub.deal(amount_minor=100)
    hub.client(LEAD).push(hub.mutation("deal", "deal-1", "patch", {"amount_minor": 300}, base={"amount_minor": 100}))
    mine = hub.mutation(
        "deal", "deal-1", "patch", {"amount_minor": 200, "source": "fair"}, base={"amount_minor": 100, "source": ""}
    )
    (result,) = hub.client(ME).push(mine)
    assert result["status"] == "conflict"
    assert result["fields"] == [{"field": "amount_minor", "base": 100, "mine": 200, "theirs": 300}]
    assert (result["theirs_by"], result["theirs_at"]) == (LEAD, "2026-11-24T00:30:00Z")
    assert (result["row"]["amount_minor"], result["row"]["source"]) == (300, "")
    assert result["problem"]["type"] == "changed"


def test_a_newer_revision_alone_does_not_let_a_stale_value_through(hub: HubWorld) -> None:
    """The device was given the newest revision, but the user's edit rests on the old value."""
    hub.deal(amount_minor=100)
    (other,) = hub.client(LEAD).push(
        hub.mutation("deal", "deal-1", "patch", {"amount_minor": 300}, base={"amount_minor": 100})
    )
    mine = hub.mutation(
        "deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 100}, base_rev=other["rev"]
    )
    (result,) = hub.client(ME).push(mine)
    assert result["status"] == "conflict"


def test_an_answered_conflict_goes_through_on_the_new_base(hub: HubWorld) -> None:
    hub.deal(amount_minor=100)
    hub.client(LEAD).push(hub.mutation("deal", "deal-1", "patch", {"amount_minor": 300}, base={"amount_minor": 100}))
    (result,) = hub.client(ME).push(
        hub.mutation("deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 300})
    )
    assert (result["status"], result["row"]["amount_minor"]) == ("applied", 200)


def test_the_same_moment_written_in_another_zone_is_no_conflict(hub: HubWorld) -> None:
    hub.visit()
    moved = hub.mutation(
        "activity",
        "visit-1",
        "patch",
        {"starts_at": "2026-11-24T14:00:00+08:00"},
        base={"starts_at": "2026-11-24T10:00:00+08:00"},
    )
    (result,) = hub.client(ME).push(moved)
    assert (result["status"], result["row"]["starts_at"]) == ("applied", "2026-11-24T06:00:00.000000Z")


def test_adds_to_a_set_from_both_sides_are_kept(hub: HubWorld) -> None:
    hub.visit(needs=["price"])
    hub.client(LEAD).push(
        hub.mutation("activity", "visit-1", "patch", {"needs": ["price", "speed"]}, base={"needs": ["price"]})
    )
    (result,) = hub.client(ME).push(
        hub.mutation("activity", "visit-1", "patch", {"needs": ["price", "service"]}, base={"needs": ["price"]})
    )
    assert (result["status"], result["row"]["needs"]) == ("applied", ["price", "speed", "service"])


@pytest.mark.parametrize(("second_device", "status"), [("phone", "applied"), ("laptop", "conflict")])
def test_my_own_visit_merges_only_with_edits_of_the_same_device(hub: HubWorld, second_device: str, status: str) -> None:
    hub.visit(result="")
    rev = hub.client(ME).get("/v1/activity/visit-1").json()["rev"]
    first = hub.mutation("activity", "visit-1", "patch", {"result": "good"}, base={"result": ""}, base_rev=rev)
    hub.client(ME).push(first, device="phone")
    second = hub.mutation("activity", "visit-1", "patch", {"result": "very good"}, base={"result": ""}, base_rev=rev)
    (result,) = hub.client(ME).push(second, device=second_device)
    assert result["status"] == status


def test_an_edit_of_a_deleted_row_is_a_conflict_that_says_so(hub: HubWorld) -> None:
    hub.visit(goal="old")
    rev = hub.client(ME).get("/v1/activity/visit-1").json()["rev"]
    hub.client(LEAD).push(hub.mutation("activity", "visit-1", "delete", base_rev=rev))
    (result,) = hub.client(ME).push(hub.mutation("activity", "visit-1", "patch", {"goal": "new"}, base={"goal": "old"}))
    assert (result["status"], result["problem"]["type"], result["row"]) == ("conflict", "deleted", None)
    assert result["fields"] == [{"field": "goal", "base": "old", "mine": "new", "theirs": None}]
    assert result["theirs_by"] == LEAD


def test_a_delete_of_a_row_changed_meanwhile_is_a_conflict(hub: HubWorld) -> None:
    hub.visit(goal="old")
    seen = hub.client(ME).get("/v1/activity/visit-1").json()
    hub.client(LEAD).push(hub.mutation("activity", "visit-1", "patch", {"goal": "new"}, base={"goal": "old"}))
    delete = hub.mutation("activity", "visit-1", "delete", base=seen, base_rev=seen["rev"])
    (result,) = hub.client(ME).push(delete)
    assert result["status"] == "conflict"
    assert result["fields"] == [{"field": "goal", "base": "old", "mine": None, "theirs": "new"}]
    assert hub.client(ME).get("/v1/activity/visit-1").status_code == 200


def test_a_delete_by_revision_alone_needs_the_newest(hub: HubWorld) -> None:
    hub.visit()
    (result,) = hub.client(ME).push(hub.mutation("activity", "visit-1", "delete", base_rev=1))
    assert result["status"] == "conflict"


def test_deleting_what_is_deleted_is_done(hub: HubWorld) -> None:
    hub.visit()
    rev = hub.client(ME).get("/v1/activity/visit-1").json()["rev"]
    hub.client(LEAD).push(hub.mutation("activity", "visit-1", "delete", base_rev=rev))
    (result,) = hub.client(ME).push(hub.mutation("activity", "visit-1", "delete", base_rev=rev))
    assert (result["status"], result["row"]) == ("applied", None)


def test_a_deleted_row_may_be_made_again_by_an_undo(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.visit(goal="old")
    seen = me.get("/v1/activity/visit-1").json()
    me.push(hub.mutation("activity", "visit-1", "delete", base=seen, base_rev=seen["rev"]))
    cursor = me.pull().cursor
    values = {name: value for name, value in seen.items() if name not in ("id", "rev")}
    (result,) = me.push(hub.mutation("activity", "visit-1", "create", values))
    assert (result["status"], result["row"]["goal"]) == ("applied", "old")
    after = me.pull(cursor)
    assert (after.ids("activity"), after.deleted) == (["visit-1"], [])


def test_an_account_with_deals_is_not_deleted_its_people_go_with_it(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.account()
    hub.put("contact", "contact-1", account_id="account-1", name="Zhang", owner_id=ME)
    hub.deal(account_id="account-1")
    seen = me.get("/v1/account/account-1").json()
    delete = hub.mutation("account", "account-1", "delete", base=seen)
    (refused,) = me.push(delete)
    assert (refused["status"], refused["problem"]["type"]) == ("rejected", "in-use")
    me.push(hub.mutation("deal", "deal-1", "delete", base=me.get("/v1/deal/deal-1").json()))
    (done,) = me.push(delete)
    assert done["status"] == "applied"
    assert me.get("/v1/contact/contact-1").status_code == 404


def test_a_child_waits_for_the_parent_it_depends_on(hub: HubWorld) -> None:
    me = hub.client(ME)
    parent = _create_account(hub)
    child = hub.mutation(
        "deal",
        "d-1",
        "create",
        {"name": "Line", "account_id": "a-1", "stage_id": "stage-1", "funnel_id": "funnel-1"},
        depends_on=parent["mutation_id"],
    )
    assert [r["status"] for r in me.push(child)] == ["retry"]
    assert [r["status"] for r in me.push(parent, child)] == ["applied", "applied"]


def test_a_child_of_nothing_is_refused(hub: HubWorld) -> None:
    (result,) = hub.client(ME).push(hub.mutation("deal", "d-1", "create", {"name": "Line", "account_id": "nowhere"}))
    assert (result["status"], result["problem"]["type"]) == ("rejected", "missing-parent")


def test_a_bad_mutation_does_not_hold_up_the_good_ones(hub: HubWorld) -> None:
    results = hub.client(ME).push(
        {"mutation_id": "broken", "entity": 7},
        _create_account(hub, tier="Z"),
        _create_account(hub, row_id="a-2"),
        hub.mutation("dragon", "x", "create", {}),
    )
    assert [result["status"] for result in results] == ["rejected", "rejected", "applied", "rejected"]
    assert results[0]["mutation_id"] == "broken"


def test_what_comes_behind_a_conflict_of_its_row_is_to_come_again(hub: HubWorld) -> None:
    """Taken, it would overtake the other, which may come on top of it once nothing is in its way any more."""
    hub.deal(amount_minor=100)
    hub.client(LEAD).push(hub.mutation("deal", "deal-1", "patch", {"amount_minor": 300}, base={"amount_minor": 100}))
    taken = hub.mutation("deal", "deal-1", "patch", {"source": "fair"}, base={"source": ""})
    hub.client(ME).push(taken)
    first = hub.mutation("deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 100})
    later = hub.mutation("deal", "deal-1", "patch", {"name": "later"}, base={"name": "Line 1"})
    results = hub.client(ME).push(first, later, taken, _create_account(hub))
    assert [result["status"] for result in results] == ["conflict", "retry", "replayed", "applied"]
    assert hub.client(ME).get("/v1/deal/deal-1").json()["name"] != "later"


def test_a_copy_of_a_push_that_comes_late_changes_nothing(hub: HubWorld) -> None:
    """Its device was told of the conflict and has answered it with theirs, and then the value was as it had been."""
    hub.deal(amount_minor=100)
    me, lead = hub.client(ME), hub.client(LEAD)
    mine = hub.mutation("deal", "deal-1", "patch", {"amount_minor": 200}, base={"amount_minor": 100})
    taken = hub.mutation("deal", "deal-1", "patch", {"source": "fair"}, base={"source": ""})
    lead.push(hub.mutation("deal", "deal-1", "patch", {"amount_minor": 300}, base={"amount_minor": 100}))
    assert me.push_numbered(1, taken, mine) == ["applied", "conflict"]
    lead.push(hub.mutation("deal", "deal-1", "patch", {"amount_minor": 100}, base={"amount_minor": 300}))
    assert me.push_numbered(1, taken, mine) == ["replayed", "retry"]
    assert me.get("/v1/deal/deal-1").json()["amount_minor"] == 100
    assert me.push_numbered(2, mine) == ["applied"]


def test_a_push_that_others_of_its_device_have_overtaken_changes_nothing(hub: HubWorld) -> None:
    me = hub.client(ME)
    assert me.push_numbered(3, _create_account(hub)) == ["applied"]
    assert me.push_numbered(2, _create_account(hub, "a-2", name="明远物流")) == ["retry"]
    assert me.get("/v1/account/a-2").status_code == 404


def test_a_device_is_told_how_many_pushes_it_made(hub: HubWorld) -> None:
    me = hub.client(ME)
    asked = {"device_id": me.device}
    assert me.get("/v1/sync/hello", params=asked).json()["pushes"] == 0
    me.push_numbered(7, _create_account(hub))
    me.push(_create_account(hub, "a-2", name="明远物流"))  # a device that does not count is taken as before
    assert me.get("/v1/sync/hello", params=asked).json()["pushes"] == 7
    assert me.get("/v1/sync/hello").json()["pushes"] == 0


def test_values_that_do_not_fit_are_refused_with_a_reason(hub: HubWorld) -> None:
    creates = [hub.mutation(entity, f"row-{n}", "create", values) for n, (entity, values) in enumerate(MISFITS)]
    for (entity, values), result in zip(MISFITS, hub.client(ME).push(*creates), strict=True):
        assert (result["status"], result["row"]) == ("rejected", None), (entity, values)
        assert result["problem"]["type"] == "validation", (entity, values)
        assert result["problem"]["detail"]
    for entity in ("account", "deal", "activity"):
        assert hub.client(ME).get(f"/v1/{entity}").json()["rows"] == []


def test_text_from_outside_is_made_inert_on_the_way_in(hub: HubWorld) -> None:
    hostile = "Acme \x1b]52;c;eA==\x07\x1b[2J\u202eevil\u200b\x00"
    name = "Acme \ufffd]52;c;eA==\ufffd\ufffd[2J\ufffdevil\ufffd\ufffd"
    (result,) = hub.client(ME).push(
        _create_account(
            hub, name=hostile + "\nsecond line", note={"k\x1b": [hostile]}, address="北京 👨\u200d👩\u200d👧"
        )
    )
    row = result["row"]
    assert row["name"] == f"{name} second line"
    assert row["note"] == {"k\ufffd": [name]}
    assert row["address"] == "北京 👨\u200d👩\u200d👧"


def test_the_log_says_who_changed_what_and_when(hub: HubWorld) -> None:
    hub.deal(amount_minor=100)
    me = hub.client(ME)
    cursor = me.pull().cursor
    change = hub.mutation(
        "deal", "deal-1", "patch", {"amount_minor": 200, "name": "deal-1"}, base={"amount_minor": 100, "name": "deal-1"}
    )
    me.push(change)
    (entry,) = (row["data"] for row in me.pull(cursor).rows if row["entity"] == "change_log")
    assert entry["id"] == change["mutation_id"]
    assert (entry["op"], entry["actor_id"], entry["recorded_at"]) == ("patch", ME, "2026-11-24T00:30:00.000000Z")
    assert (entry["before"], entry["after"]) == ({"amount_minor": 100}, {"amount_minor": 200})


def test_a_stage_move_writes_its_history(hub: HubWorld) -> None:
    hub.deal()
    me = hub.client(ME)
    cursor = me.pull().cursor
    hub.later(hours=5)
    move = hub.mutation("deal", "deal-1", "patch", {"stage_id": "stage-2"}, base={"stage_id": "stage-1"})
    move["occurred_at"] = "2026-11-24T09:00:00+08:00"
    me.push(move)
    (step,) = (row["data"] for row in me.pull(cursor).rows if row["entity"] == "stage_change")
    assert (step["from_stage_id"], step["to_stage_id"], step["by_id"]) == ("stage-1", "stage-2", ME)
    assert step["changed_at"] == "2026-11-24T01:00:00.000000Z"


def test_a_moment_in_the_future_is_taken_as_now(hub: HubWorld) -> None:
    hub.deal()
    me = hub.client(ME)
    move = hub.mutation("deal", "deal-1", "patch", {"stage_id": "stage-2"}, base={"stage_id": "stage-1"})
    me.push({**move, "occurred_at": "2030-01-01T00:00:00Z"})
    (step,) = (row["data"] for row in me.pull().rows if row["entity"] == "stage_change")
    assert step["changed_at"] == "2026-11-24T00:30:00.000000Z"


def test_a_device_belongs_to_one_person(hub: HubWorld) -> None:
    hub.client(ME).push(device="laptop")
    answer = hub.client(MATE).push_raw(_create_account(hub), device="laptop")
    assert (answer.status_code, answer.json()["type"]) == (403, "device")
    assert hub.client(MATE).get("/v1/account/a-1").status_code == 404


def test_an_unsupported_schema_is_said_for_the_batch(hub: HubWorld) -> None:
    body = {"device_id": "d", "schema_v": 99, "mutations": []}
    answer = hub.client(ME).send("POST", "/v1/sync/push", json=body)
    assert (answer.status_code, answer.json()["type"]) == (426, "schema-too-old")


def test_too_many_or_too_large_is_413(hub: HubWorld) -> None:
    me = hub.client(ME)
    many = me.push_raw(*[_create_account(hub, row_id=f"a-{n}") for n in range(51)])
    large = me.push_raw(_create_account(hub, note="x" * 270_000))
    huge = me.send("POST", "/v1/sync/push", content=b" " * (1024 * 1024 + 1))
    for answer in (many, large, huge):
        assert (answer.status_code, answer.json()["type"]) == (413, "too-large")
    assert me.get("/v1/account").json()["rows"] == []


def test_an_administrator_may_say_where_a_row_comes_from(hub: HubWorld) -> None:
    values = {"name": "x", "owner_id": ME, "external_source": "crm", "external_ref": "001"}
    (result,) = hub.admin().push(hub.mutation("account", "a-1", "create", values))
    assert (result["status"], result["row"]["external_ref"]) == ("applied", "001")
    assert BOSS not in (result["row"]["owner_id"],)
