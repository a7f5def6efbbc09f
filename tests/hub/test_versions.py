"""Devices of the version before: what they push is understood, also when they are updated between two tries."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.hub import push
from cockpit.migrations import upcasts
from tests.hub.world import ME, HubWorld


def version_two(entity: str, values: dict[str, Any]) -> dict[str, Any]:
    """A made-up next version: what was called fon is called phone."""
    return {"phone" if name == "fon" else name: value for name, value in values.items()}


@pytest.fixture(autouse=True)
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upcasts.UPCASTS, 2, version_two)
    monkeypatch.setattr(push, "SCHEMA_MAX", 2)


def test_an_older_form_is_applied_in_the_present_one(hub: HubWorld) -> None:
    hub.account(phone="1")
    old = hub.mutation("account", "account-1", "patch", {"fon": "2"}, base={"fon": "1"})
    (result,) = hub.client(ME).push(old)
    assert (result["status"], result["row"]["phone"]) == ("applied", "2")
    assert "fon" not in result["row"]


def test_a_conflict_is_found_under_the_old_name_too(hub: HubWorld) -> None:
    hub.account(phone="9")
    old = hub.mutation("account", "account-1", "patch", {"fon": "2"}, base={"fon": "1"})
    (result,) = hub.client(ME).push(old)
    assert result["status"] == "conflict"
    assert result["fields"] == [{"field": "phone", "base": "1", "mine": "2", "theirs": "9"}]


def test_a_device_updated_between_two_tries_is_known_again(hub: HubWorld) -> None:
    hub.account(phone="1")
    old = hub.mutation("account", "account-1", "patch", {"fon": "2"}, base={"fon": "1"})
    me = hub.client(ME)
    me.push(old)
    (again,) = me.push({**old, "patch": {"phone": "2"}, "base": {"phone": "1"}, "schema_v": 2})
    assert again["status"] == "replayed"


def test_one_of_a_version_to_come_is_refused_alone(hub: HubWorld) -> None:
    hub.account(phone="1")
    mine = hub.mutation("account", "account-1", "patch", {"phone": "2"}, base={"phone": "1"})
    strange, plain = hub.client(ME).push({**mine, "mutation_id": "m-9", "schema_v": 3}, {**mine, "schema_v": 2})
    assert (strange["status"], strange["problem"]["type"]) == ("rejected", "schema-too-old")
    assert plain["status"] == "applied"
