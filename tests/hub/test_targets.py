"""Who may write a target: a lead those of his people, a head those below him; whom it is for agrees, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.hub import tokens
from tests.hub.world import HEAD, LEAD, MATE, ME, OTHER, OTHER_LEAD, HubWorld

MOMENT, LATER = "2026-11-24T02:00:00.000000Z", "2026-11-24T03:00:00.000000Z"
EVERYBODY = (ME, MATE, LEAD, OTHER, OTHER_LEAD, HEAD)


def _values(kind: str, scope: str, owner: str | None, **values: Any) -> dict[str, Any]:
    given = {"metric": "won_amount", "scope_kind": kind, "scope_id": scope, "owner_id": owner}
    return {**given, "period_kind": "month", "period_start": "2026-11-01", "value": 100, **values}


SCOPES = {
    "rep": (_values("person", ME, ME), {LEAD, HEAD}),
    "other rep": (_values("person", OTHER, OTHER), {OTHER_LEAD, HEAD}),
    "team": (_values("team", "team-1", LEAD), {HEAD}),
    "company": (_values("company", "region-1", HEAD), {HEAD}),
    "a team above": (_values("company", "region-0", HEAD), set()),
    "somebody else's scope": (_values("person", OTHER, ME), set()),
    "another team's scope": (_values("team", "team-2", LEAD), set()),
    "nobody's": (_values("person", ME, None), set()),
}


@pytest.mark.parametrize("name", sorted(SCOPES))
@pytest.mark.parametrize("person", EVERYBODY)
def test_who_leads_makes_changes_and_removes_a_target(hub: HubWorld, person: str, name: str) -> None:
    values, allowed = SCOPES[name]
    client = hub.client(person)
    expected = "applied" if person in allowed else "rejected"
    assert client.push(hub.mutation("target", "made", "create", values))[0]["status"] == expected
    hub.put("target", "there", **values)
    change = {"value": 200, "version": 2, "agreed_by_lead_at": MOMENT}
    base = {"value": 100, "version": 1, "agreed_by_lead_at": None}
    assert client.push(hub.mutation("target", "there", "patch", change, base=base))[0]["status"] == expected
    seen = hub.admin().get("/v1/target/there").json()
    assert seen["value"] == (200 if person in allowed else 100)
    assert client.push(hub.mutation("target", "there", "delete", base=seen))[0]["status"] == expected


@pytest.mark.parametrize("person", EVERYBODY)
def test_the_rep_alone_says_yes_and_takes_it_back(hub: HubWorld, person: str) -> None:
    hub.put("target", "t", **_values("person", ME, ME, agreed_by_lead_at=MOMENT))
    client = hub.client(person)
    for before, after in ((None, LATER), (LATER, None)):
        hub.patch("target", "t", agreed_by_rep_at=before)
        patch = hub.mutation("target", "t", "patch", {"agreed_by_rep_at": after}, base={"agreed_by_rep_at": before})
        (result,) = client.push(patch)
        assert result["status"] == ("applied" if person == ME else "rejected"), result
    hub.patch("target", "t", agreed_by_rep_at=None)
    both = {"agreed_by_rep_at": LATER, "value": 1}
    patch = hub.mutation("target", "t", "patch", both, base={"agreed_by_rep_at": None, "value": 100})
    assert client.push(patch)[0]["problem"]["type"] == "permission"


def test_nobody_makes_a_target_with_the_reps_yes_in_it(hub: HubWorld) -> None:
    values = _values("person", ME, ME, agreed_by_rep_at=MOMENT)
    for person in EVERYBODY:
        (result,) = hub.client(person).push(hub.mutation("target", f"t-{person}", "create", values))
        assert result["problem"]["type"] == "permission"


def test_a_target_is_handed_to_nobody_of_another_team(hub: HubWorld) -> None:
    hub.put("target", "t", **_values("person", ME, ME))
    change, base = {"owner_id": OTHER, "scope_id": OTHER}, {"owner_id": ME, "scope_id": ME}
    assert hub.client(LEAD).push(hub.mutation("target", "t", "patch", change, base=base))[0]["status"] == "rejected"


@pytest.mark.parametrize("value", [-1, 10**15 + 1])
def test_a_target_is_no_slip_of_the_finger(hub: HubWorld, value: int) -> None:
    (result,) = hub.client(LEAD).push(hub.mutation("target", "t", "create", _values("person", ME, ME, value=value)))
    assert result["problem"]["type"] == "validation"


def test_reading_rights_write_no_target(hub: HubWorld) -> None:
    hub.put("target", "t", **_values("person", ME, ME))
    for person, scope in ((LEAD, tokens.TEAM), (HEAD, tokens.REGION), (ME, tokens.TEAM)):
        reader = hub.client(person, scopes=[scope])
        for patch in ({"value": 1}, {"agreed_by_rep_at": MOMENT}):
            base = {"value": 100, "agreed_by_rep_at": None}
            (result,) = reader.push(hub.mutation("target", "t", "patch", patch, base=base))
            assert result["status"] == "rejected"
