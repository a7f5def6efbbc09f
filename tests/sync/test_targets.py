"""Targets between a lead, a rep and a head through the real hub: what services write, the hub takes, undo included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.services.container import Services, services_on
from cockpit.services.snapshots import TargetLine
from tests.hub.world import HEAD, LEAD, MATE, ME, HubWorld
from tests.sync.test_real_hub import Terminal, hub_template, terminal, world

__all__ = ["hub_template", "terminal", "world"]

STAMP = "2026-11-02T02:00:00.000000Z"


@pytest.fixture
def months(world: HubWorld) -> HubWorld:
    """600k for the team, 400k and 200k for its reps, agreed."""
    scopes = (("team", "team-1", LEAD, 60_000_000), ("person", ME, ME, 40_000_000), ("person", MATE, MATE, 20_000_000))
    for kind, scope, owner, value in scopes:
        values: dict[str, Any] = {"scope_kind": kind, "scope_id": scope, "owner_id": owner, "value": value}
        values |= {"metric": "won_amount", "period_kind": "month", "period_start": "2026-11-01"}
        world.put("target", f"t-{scope}", **values, agreed_by_lead_at=STAMP, agreed_by_rep_at=STAMP)
    return world


def _synced(one: Terminal) -> None:
    report = one.sync.run()
    assert (report.parked, report.conflicts, report.pending) == (0, 0, 0), one.queue()


def _line(one: Terminal, scope: str) -> TargetLine:
    return next(line for line in services_on(one.database).targets.load().lines if line.id == scope)


def test_the_lead_sets_the_rep_agrees_and_both_see_it(terminal: Callable[..., Terminal], months: HubWorld) -> None:
    lead, rep = terminal(LEAD, "lead"), terminal(ME, "rep")
    services_on(lead.database).targets.set(ME, "450k")
    _synced(lead)
    _synced(rep)
    assert (_line(rep, ME).value, _line(rep, ME).agreement) == (45_000_000, "asked")
    services_on(rep.database).targets.agree()
    _synced(rep)
    _synced(lead)
    assert (_line(lead, ME).value, _line(lead, ME).agreement) == (45_000_000, "agreed")
    assert _line(lead, MATE).value == 15_000_000


@pytest.mark.parametrize(
    ("person", "act"),
    [
        (LEAD, lambda on: on.targets.set(ME, "450k")),
        (LEAD, lambda on: on.targets.set(ME, "450k", is_raise=True)),
        (LEAD, lambda on: on.targets.set(ME, "3", metric="count")),
        (LEAD, lambda on: on.targets.set(ME, "900k", "2026-Q4")),
        (LEAD, lambda on: on.targets.accept(on.targets.propose("team-1"))),
        (HEAD, lambda on: on.targets.set("team-1", "700k")),
        (HEAD, lambda on: on.targets.accept(on.targets.propose("region-1", "2027", value="24m"))),
    ],
)
def test_every_write_is_taken_by_the_hub_and_taken_back(
    terminal: Callable[..., Terminal], months: HubWorld, person: str, act: Callable[[Services], object]
) -> None:
    one = terminal(person)
    services = services_on(one.database)
    shown = _shown(one)
    act(services)
    assert _shown(one) != shown
    _synced(one)
    services.undo.undo()
    assert _shown(one) == shown
    _synced(one)
    assert _shown(terminal(person, "fresh")) == shown


def test_a_file_is_taken_by_the_hub_and_taken_back(
    terminal: Callable[..., Terminal], months: HubWorld, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("name,period,value\n张伟,2026-11,300k\n李娜,2026-11,300k\n张伟,2026-12,350k\n", "utf-8")
    lead = terminal(LEAD)
    services, shown = services_on(lead.database), _shown(lead)
    services.targets.import_file(file)
    assert len(_shown(lead)) == len(shown) + 1
    _synced(lead)
    services.undo.undo()
    _synced(lead)
    assert _shown(lead) == shown


def test_a_yes_taken_back_is_asked_for_again(terminal: Callable[..., Terminal], months: HubWorld) -> None:
    months.patch("target", f"t-{ME}", agreed_by_rep_at=None)
    rep = terminal()
    services = services_on(rep.database)
    services.targets.agree()
    _synced(rep)
    services.undo.undo()
    _synced(rep)
    assert _line(terminal(LEAD, "lead"), ME).agreement == "asked"


def test_a_yes_to_a_target_that_moved_meanwhile_does_not_count(
    terminal: Callable[..., Terminal], months: HubWorld
) -> None:
    months.patch("target", f"t-{ME}", agreed_by_rep_at=None)
    rep, lead = terminal(ME, "rep"), terminal(LEAD, "lead")
    services_on(rep.database).targets.agree()
    services_on(lead.database).targets.set(ME, "450k")
    _synced(lead)
    _synced(rep)
    assert (_line(rep, ME).value, _line(rep, ME).agreement) == (45_000_000, "asked")


def _shown(one: Terminal) -> dict[str, dict[str, Any]]:
    """The targets without their revisions; a field without a value is no field."""
    return {
        row_id: {name: value for name, value in row.items() if name != "rev" and value is not None}
        for row_id, row in one.rows("target").items()
    }
