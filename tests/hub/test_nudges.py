"""Who may nudge whom, and who says what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.hub import tokens
from tests.hub.world import BOSS, HEAD, LEAD, MATE, ME, OTHER, OTHER_LEAD, HubWorld

MOMENT, LATER = "2026-11-24T02:00:00.000000Z", "2026-11-24T03:00:00.000000Z"
EVERYBODY = (ME, MATE, LEAD, OTHER, OTHER_LEAD, HEAD)
VALUES: dict[str, Any] = {"rule": "kpi_uncovered", "subject_id": "kpi", "message": "plan two", "sent_at": MOMENT}


@pytest.mark.parametrize("person", EVERYBODY)
@pytest.mark.parametrize("owner", [ME, OTHER, LEAD, BOSS, None])
def test_a_lead_nudges_those_he_leads_and_nobody_else_does(hub: HubWorld, person: str, owner: str | None) -> None:
    client = hub.client(person)
    allowed = (person, owner) in ((LEAD, ME), (OTHER_LEAD, OTHER))
    expected = "applied" if allowed else "rejected"
    made = hub.mutation("nudge", "made", "create", {**VALUES, "owner_id": owner, "by_id": BOSS})
    (result,) = client.push(made)
    assert result["status"] == expected, result
    if allowed:
        assert result["row"]["by_id"] == person
    hub.put("nudge", "there", **VALUES, owner_id=owner, by_id=LEAD)
    change = hub.mutation("nudge", "there", "patch", {"message": "three"}, base={"message": "plan two"})
    assert client.push(change)[0]["status"] == expected
    seen = hub.admin().get("/v1/nudge/there").json()
    assert client.push(hub.mutation("nudge", "there", "delete", base=seen))[0]["status"] == expected
    if allowed:
        again = hub.mutation("nudge", "there", "create", {**VALUES, "owner_id": owner})
        assert client.push(again)[0]["status"] == "applied"


@pytest.mark.parametrize("person", EVERYBODY)
@pytest.mark.parametrize(
    "said",
    [{"seen_at": LATER}, {"answer": "help", "answered_at": LATER}, {"answer": "not_fair", "answer_reason": "ill"}],
)
def test_whom_it_is_for_says_himself_that_he_saw_it(hub: HubWorld, person: str, said: dict[str, Any]) -> None:
    hub.put("nudge", "n", **VALUES, owner_id=ME, by_id=LEAD)
    base = {"seen_at": None, "answer": None, "answer_reason": "", "answered_at": None}
    patch = hub.mutation("nudge", "n", "patch", said, base={name: base[name] for name in said})
    assert hub.client(person).push(patch)[0]["status"] == ("applied" if person == ME else "rejected")
    both = {**said, "message": "nothing"}
    patch = hub.mutation("nudge", "n", "patch", both, base={**base, "message": "plan two"})
    assert hub.client(person).push(patch)[0]["status"] == "rejected"
    born = hub.mutation("nudge", f"n-{person}", "create", {**VALUES, **said, "owner_id": ME})
    assert hub.client(person).push(born)[0]["status"] == "rejected"


def test_what_it_is_about_and_whom_it_is_for_stay(hub: HubWorld) -> None:
    hub.put("nudge", "n", **VALUES, owner_id=ME, by_id=LEAD)
    for name, value in (("rule", "unvisited"), ("subject_id", "x"), ("sent_at", LATER), ("owner_id", MATE)):
        base = {**VALUES, "owner_id": ME}[name]
        for person in (LEAD, ME):
            (result,) = hub.client(person).push(hub.mutation("nudge", "n", "patch", {name: value}, base={name: base}))
            assert (result["status"], result["problem"]["type"]) == ("rejected", "permission"), (name, person)


def test_it_is_read_by_whom_it_is_for_and_by_who_leads_him(hub: HubWorld) -> None:
    hub.put("nudge", "n", **VALUES, owner_id=ME, by_id=LEAD)
    for person in EVERYBODY:
        pulled = {row["data"]["id"] for row in hub.client(person).pull().rows if row["entity"] == "nudge"}
        assert pulled == ({"n"} if person in (ME, LEAD, HEAD) else set()), person


def test_without_the_right_of_nudging_a_lead_sends_none(hub: HubWorld) -> None:
    client = hub.client(LEAD, scopes=[tokens.SELF, tokens.TEAM, tokens.PLAN])
    (result,) = client.push(hub.mutation("nudge", "n", "create", {**VALUES, "owner_id": ME}))
    assert (result["status"], result["problem"]["type"]) == ("rejected", "permission")


def test_of_two_devices_the_earlier_look_holds(hub: HubWorld) -> None:
    """Seen on the phone at three and on the laptop at two: no question to anybody."""
    hub.put("nudge", "n", **VALUES, owner_id=ME, by_id=LEAD)
    for device, moment in (("one", LATER), ("two", MOMENT)):
        change = hub.mutation("nudge", "n", "patch", {"seen_at": moment}, base={"seen_at": None})
        assert hub.client(ME, device).push(change)[0]["status"] == "applied"
    assert hub.admin().get("/v1/nudge/n").json()["seen_at"] == MOMENT


def test_the_lead_s_next_step_goes_through(hub: HubWorld) -> None:
    """A longer watch, and a ride-along of his own that the rep sees too."""
    hub.put("nudge", "n", **VALUES, owner_id=ME, by_id=LEAD)
    hub.put("account", "his", name="恒泰机械", owner_id=ME)
    client = hub.client(LEAD)
    longer = hub.mutation("nudge", "n", "patch", {"watch_days": 15}, base={"watch_days": 7})
    plan = {
        "kind": "visit",
        "rep_id": LEAD,
        "owner_id": LEAD,
        "companion_id": ME,
        "starts_at": LATER,
        "account_id": "his",
    }
    ride = hub.mutation("activity", "ride", "create", plan)
    assert [result["status"] for result in client.push(longer, ride)] == ["applied", "applied"]
    seen = {row["data"]["id"] for row in hub.client(ME).pull().rows if row["entity"] == "activity"}
    assert "ride" in seen
