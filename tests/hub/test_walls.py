"""Bodies nobody sane would send: refused one by one with a reason, never a fault of the hub."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.hub.world import LEAD, MATE, ME, OTHER, Client, HubWorld

DEEP: Any = "end"
for _level in range(25):
    DEEP = [DEEP]

CREATES: list[tuple[str, str]] = [
    ("account", '{"name": 1e999}'),
    ("account", '{"name": NaN}'),
    ("account", '{"name": "x", "cadence_days": -Infinity}'),
    ("account", '{"name": "x", "cadence_days": 1e999}'),
    ("account", '{"name": "x", "cadence_days": %s}' % ("9" * 3000)),
    ("account", '{"name": "x", "lat": %s}' % ("9" * 3000)),
    ("account", '{"name": "x", "lat": %s}' % ("9" * 39)),
    ("account", '{"name": "x", "own": %s}' % ("9" * 3000)),
    ("account", f'{{"name": "x", "own": {json.dumps(DEEP)}}}'),
    ("account", '{"name": "x", "owner_id": "rep\\u00001"}'),
    ("account", '{"name": "x", "owner_id": "\\ud800"}'),
    ("account", '{"name": {"a": "b"}}'),
    ("account", '{"name": ["a"]}'),
    ("account", '{"name": null}'),
    ("account", '{"name": "x", "id": 7}'),
    ("deal", '{"name": "x", "amount_minor": 9223372036854775808}'),
    ("deal", '{"name": "x", "expected_on": "0000-00-00"}'),
    ("deal", '{"name": "x", "currency": ""}'),
    ("activity", '{"starts_at": "9999-12-31T23:59:59-23:00"}'),
    ("activity", '{"starts_at": "2026-11-24T02:00:00Z", "agenda": "%s"}' % ("长" * 10_001)),
    ("activity", f'{{"starts_at": "2026-11-24T02:00:00Z", "needs": {json.dumps(["a"] * 101)}}}'),
    ("activity", '{"starts_at": "2026-11-24T02:00:00Z", "needs": ["%s"]}' % ("a" * 501)),
    ("activity", '{"starts_at": "2026-11-24T02:00:00Z", "needs": [null]}'),
    ("activity", '{"starts_at": "2026-11-24T02:00:00Z", "needs": {"a": 1}}'),
    ("activity", '{"starts_at": "2026-11-24T02:00:00Z", "subject": "%s"}' % ("a" * 501)),
]
ENVELOPES: list[dict[str, Any]] = [
    {"base_rev": 2**80},
    {"base_rev": -1},
    {"base_rev": "1"},
    {"schema_v": 2**80},
    {"occurred_at": "0001-01-01T00:00:00+14:00"},
    {"occurred_at": "2026-11-24T02:00:00"},
    {"occurred_at": 1e308},
    {"entity_id": "a\x00b"},
    {"entity_id": "a b"},
    {"entity_id": "x" * 65},
    {"entity_id": ""},
    {"mutation_id": "\ud800"},
    {"mutation_id": "x" * 65},
    {"depends_on": "a\nb"},
    {"entity": "\ud800"},
    {"entity": "x" * 33},
    {"entity": "token"},
    {"entity": "change_log"},
    {"op": "drop table"},
    {"patch": ["name"]},
    {"base": "x"},
]


def _push(client: Client, *mutations: dict[str, Any]) -> list[dict[str, Any]]:
    """Signs no encoder of UTF-8 takes go as escapes."""
    body = json.dumps({"device_id": client.device, "mutations": mutations})
    answer = client.send("POST", "/v1/sync/push", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_values_that_no_field_takes_are_refused_and_the_others_go_on(hub: HubWorld) -> None:
    me = hub.client(ME)
    for number, (entity, values) in enumerate(CREATES):
        bad = json.dumps(hub.mutation(entity, f"bad-{number}", "create")).replace('"patch": {}', f'"patch": {values}')
        good = json.dumps(hub.mutation("account", f"good-{number}", "create", {"name": "x"}))
        body = f'{{"device_id": "{me.device}", "mutations": [{bad}, {good}]}}'
        answer = me.send("POST", "/v1/sync/push", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, (values[:80], answer.text)
        first, second = answer.json()["results"]
        assert (first["status"], second["status"]) == ("rejected", "applied"), (values[:80], first)
        assert first["problem"]["type"] in ("validation", "permission"), values[:80]
        posted = me.send(
            "POST",
            f"/v1/{entity}",
            content=values,
            headers={"Content-Type": "application/json", "Idempotency-Key": f"k-{number}"},
        )
        assert 400 <= posted.status_code < 500, (values[:80], posted.text)
        assert posted.headers["content-type"] == "application/problem+json"
    assert len(me.get("/v1/account", params={"limit": 500}).json()["rows"]) == len(CREATES)


def test_envelopes_that_cannot_be_read_are_refused_and_the_others_go_on(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.account("account-1")
    for number, strange in enumerate(ENVELOPES):
        for op in ("create", "patch", "delete"):
            made = hub.mutation("account", "account-1" if op != "create" else f"new-{number}", op, {"name": "x"})
            bad = {**made, **strange}
            good = hub.mutation("account", f"good-{number}-{op}", "create", {"name": "x"})
            results = _push(me, bad, good)
            assert [result["status"] for result in results] == ["rejected", "applied"], (strange, op, results[0])


def test_a_strange_base_is_answered_as_a_conflict_or_a_refusal(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.visit("visit-1", goal="a")
    hub.visit("visit-2", goal="a")
    me.push(hub.mutation("activity", "visit-2", "delete", base=me.get("/v1/activity/visit-2").json()))
    for strange in ("\ud800", "\x00", 2**80, DEEP, {"a": ["\ud800"]}, [1.5], "长" * 20_000):
        for row_id in ("visit-1", "visit-2"):
            for op in ("patch", "delete"):
                change = hub.mutation("activity", row_id, op, {"goal": "b"}, base={"goal": strange, "\ud800": 1})
                (result,) = _push(me, change)
                assert result["status"] in ("conflict", "rejected") or (row_id, op) == ("visit-2", "delete")
    assert me.get("/v1/activity/visit-1").json()["goal"] == "a"


def test_unknown_fields_do_not_add_up_without_end(hub: HubWorld) -> None:
    me = hub.client(ME)
    hub.account("account-1")
    statuses = [
        me.push(hub.mutation("account", "account-1", "patch", {f"own_{n}": "x" * 1_500}))[0]["status"] for n in range(8)
    ]
    assert statuses == ["applied"] * 5 + ["rejected"] * 3


def test_a_set_that_both_sides_add_to_does_not_grow_without_end(hub: HubWorld) -> None:
    hub.visit("visit-1")
    me = hub.client(ME)
    for turn, status in enumerate(("applied", "rejected")):
        needs = [f"need {turn} {n}" for n in range(60)]
        change = hub.mutation("activity", "visit-1", "patch", {"needs": needs}, base={"needs": []})
        assert me.push(change)[0]["status"] == status


@pytest.mark.parametrize(("entity", "column"), [("deal", "deal_id"), ("contact", "contact_id")])
def test_nothing_is_hung_on_a_row_of_somebody_else(hub: HubWorld, entity: str, column: str) -> None:
    hub.account("his", owner=OTHER)
    hub.put(entity, "row-of-his", name="x", owner_id=OTHER, account_id="his")
    for person, status in ((ME, "rejected"), (MATE, "rejected"), (LEAD, "rejected"), (OTHER, "applied")):
        client = hub.client(person)
        values = {"starts_at": "2026-11-24T02:00:00Z", column: "row-of-his"}
        made = hub.mutation("activity", f"visit-{person}", "create", values)
        hub.visit(f"plan-{person}", rep=person)
        hung = hub.mutation("activity", f"plan-{person}", "patch", {column: "row-of-his"}, base={column: None})
        results = client.push(made, hung)
        assert [result["status"] for result in results] == [status, status], (person, results)
        if status == "rejected":
            assert {result["problem"]["type"] for result in results} == {"missing-parent"}


STRANGE = ("\x00", "a\x00b", "\x1b]52;c;eA==\x07", "长" * 5_000, "9" * 5_000, "%s%n", "' OR 1=1 --", "../../etc/passwd")


def test_strange_words_at_the_sign_in_and_in_addresses_are_answered_too(hub: HubWorld) -> None:
    me, nobody = hub.client(ME), Client(hub.app, None)
    for word in STRANGE:
        form = {"client_id": "cockpit", "device_name": word, "scope": word, "token": word, "refresh_token": word}
        answers = [
            nobody.send("POST", "/v1/oauth/device", data=form),
            nobody.send("POST", "/v1/oauth/token", data={**form, "grant_type": "refresh_token"}),
            nobody.send("POST", "/v1/oauth/token", data={**form, "grant_type": word}),
            nobody.send("POST", "/v1/oauth/revoke", data=form),
            me.send("POST", "/v1/oauth/approve", json={"user_code": word}),
            me.get(f"/v1/account/{quote(word[:60], safe='')}"),
            me.get(f"/v1/{quote(word[:30], safe='')}"),
            me.get("/v1/account", params={"cursor": word}),
            me.get("/v1/sync/changes", params={"cursor": word}),
            me.get("/v1/sync/snapshot", params={"page": word}),
            me.get("/v1/team/gaps", params={"month": word}),
            me.send("POST", "/v1/account", json={"name": "x"}, headers={"Idempotency-Key": quote(word)[:255]}),
            me.send("POST", f"/v1/account/{quote(word[:60], safe='')}/merge", json={"into": word}),
            Client(hub.app, quote(word)).get("/v1/sync/hello"),
        ]
        assert all(answer.status_code < 500 for answer in answers), (word[:20], answers)
