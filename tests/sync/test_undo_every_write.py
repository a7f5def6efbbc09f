"""Every kind of write of the program, taken back before and after the real hub has it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import select

from cockpit.errors import NotAllowed
from cockpit.services.container import Services, services_on
from cockpit.storage.records import to_wire
from cockpit.storage.tables import SYNCED
from tests.hub.world import ME, HubWorld
from tests.sync.test_real_hub import Terminal, hub_template, terminal, world

__all__ = ["hub_template", "terminal", "world"]

KEPT_BY_THE_HUB = ("change_log", "stage_change")
"""The history: taking a change back is one more entry there."""
TODAY = date(2026, 11, 24)


def _tell(world: HubWorld) -> None:
    world.put("stage", "stage-lost", funnel_id="funnel-1", name="Lost", kind="lost", position=9)
    world.patch("stage", "stage-1", milestone="Budget confirmed?", position=1)
    for place, stage in enumerate(("stage-2", "stage-3", "stage-won"), 2):
        world.patch("stage", stage, position=place)
    world.patch("account", "account-1", name="恒泰机械", lat=31.22, lon=121.45, tier="A")
    world.account("account-3", name="明远物流", lat=31.24, lon=121.47)
    for number in range(3):
        world.account(f"near-{number}", name=f"Neighbour {number}", lat=31.23 + number / 100, lon=121.46)
    world.put("kpi_rule", "kpi-1", name="Face visits", kind="visit", minimum=4, consequence_value=200)
    deal: dict[str, Any] = {"owner_id": ME, "funnel_id": "funnel-1", "stage_id": "stage-1", "account_id": "account-1"}
    world.put("deal", "deal-1", name="Pilot", amount_minor=100_000, created_on="2026-10-01", **deal)
    visit: dict[str, Any] = {"rep_id": ME, "owner_id": ME, "kind": "visit", "status": "planned"}
    for name, account, starts, ends in (
        ("ahead", "account-1", "2026-11-26T02:00:00Z", "2026-11-26T02:45:00Z"),
        ("missed", "account-3", "2026-11-23T06:00:00Z", "2026-11-23T06:45:00Z"),
    ):
        world.put("activity", name, account_id=account, starts_at=starts, ends_at=ends, goal="price", **visit)


def _waive(on: Services) -> object:
    return on.cards.waive(on.cards.load()[0].id, "holiday", TODAY)


ACTS: dict[str, Callable[[Services], object]] = {
    "plan": lambda on: on.visits.plan("account-1", "fri 15", goal="price"),
    "move": lambda on: on.visits.move("ahead", "fri 10"),
    "move what was missed": lambda on: on.visits.move("missed", "fri 10", "they were ill"),
    "cancel": lambda on: on.visits.cancel("ahead", "they are ill"),
    "not held": lambda on: on.visits.not_held("missed", "they were ill", "fri 10"),
    "lock": lambda on: on.visits.set_lock("ahead", True),
    "edit": lambda on: on.visits.edit("ahead", {"goal": "another", "needs": "ROI; dates"}),
    "log": lambda on: on.quicklog.save("v account-3 ok met the COO"),
    "log with everything": lambda on: on.quicklog.save("v 恒泰机械 half need ROI #roi +cfo >fri 10 !66k"),
    "account": lambda on: on.accounts.create("新客户"),
    "contact": lambda on: on.accounts.add_contact("account-1", "吴总", "13900001111"),
    "account's fields": lambda on: on.accounts.edit("account-1", {"phone": "9", "tier": "B"}),
    "deal": lambda on: on.deals.create("account-1", "Second line", amount="12k", expected_on=TODAY),
    "stage": lambda on: on.deals.move_stage("deal-1", "stage-2", is_milestone_met=True),
    "win": lambda on: on.deals.win("deal-1", "70k", TODAY, "best price"),
    "lose": lambda on: on.deals.lose("deal-1", TODAY, "price"),
    "deal's fields": lambda on: on.deals.edit("deal-1", {"amount": "5k"}),
    "waive": _waive,
    "fill": lambda on: on.replan.accept(on.replan.fill("kpi-1")),
    "replan": lambda on: on.replan.accept(on.replan.propose()),
}


def _rows(one: Terminal) -> dict[str, dict[str, dict[str, Any]]]:
    """Everything but revisions and history, as the wire says it; a field without a value is no field."""
    with one.database.read() as session:
        return {
            entity: {
                row.id: {k: v for k, v in to_wire(row, entity).items() if k != "rev" and v is not None}
                for row in session.exec(select(table))
            }
            for entity, table in SYNCED.items()
            if entity not in KEPT_BY_THE_HUB
        }


def test_before_the_hub_has_it(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    _tell(world)
    me = terminal()
    services, before = services_on(me.database), _rows(me)
    for name, act in ACTS.items():
        act(services)
        assert _rows(me) != before, name
        services.undo.undo()
        assert (_rows(me), me.queue()) == (before, []), name
    assert me.sync.run().pushed == 0


def test_after_the_hub_has_it(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    _tell(world)
    me = terminal()
    services, before = services_on(me.database), _rows(me)
    for name, act in ACTS.items():
        act(services)
        done = me.sync.run()
        assert (done.parked, done.conflicts, done.pending) == (0, 0, 0), name
        assert done.pushed > 0, name
        services.undo.undo()
        assert _rows(me) == before, name
        me.sync.run()
        assert (_rows(me), me.queue()) == (before, []), name
    fresh = terminal(ME, "fresh")
    assert _rows(fresh) == before


def test_a_row_of_acts_is_walked_back_one_by_one(terminal: Callable[..., Terminal], world: HubWorld) -> None:
    """Half of them sent, half of them not."""
    _tell(world)
    me = terminal()
    services, states = services_on(me.database), [_rows(me)]
    chosen = ("account", "plan", "contact", "stage", "edit", "deal's fields", "lock")
    for place, name in enumerate(chosen):
        ACTS[name](services)
        if place == 3:
            me.sync.run()
        states.append(_rows(me))
    for name, state in zip(reversed(chosen), reversed(states[:-1]), strict=True):
        services.undo.undo()
        assert _rows(me) == state, name
    me.sync.run()
    assert (_rows(me), me.queue()) == (states[0], [])
    try:
        services.undo.undo()
    except NotAllowed:
        return
    raise AssertionError("there was nothing left to take back")


WRITES = {
    "accounts": {"create", "add_contact", "edit"},
    "cards": {"waive"},
    "deals": {"create", "edit", "lose", "move_stage", "win"},
    "quicklog": {"save"},
    "replan": {"accept"},
    "nudges": {"answer", "follow", "send"},  # tests.sync.test_nudges: a lead's and a rep's
    "amending": {"save"},  # tests.sync.test_amending
    "answers": {"answer", "attach", "edit"},  # tests.sync.test_answering
    "sync": {"answer", "discard", "retry"},  # tests.sync.test_undo_answers
    "targets": {"accept", "agree", "import_file", "set"},  # tests.sync.test_targets: a lead's and a head's, too
    "undo": {"undo"},
    "visits": {"cancel", "edit", "move", "not_held", "plan", "set_lock"},
}
"""Every verb that writes: a new one belongs into the table above, or beside it."""


def test_no_verb_that_writes_is_left_out(terminal: Callable[..., Terminal]) -> None:
    services = services_on(terminal().database)
    found: dict[str, set[str]] = {}
    for name in (*WRITES, "today", "gap", "pipeline", "team", "why", "week"):
        kind = type(getattr(services, name))
        verbs = {
            verb
            for verb, what in vars(kind).items()
            if not verb.startswith("_") and getattr(what, "__annotations__", {}).get("return") == "Saved"
        }
        if verbs:
            found[name] = verbs
    assert found == WRITES
    acts = " ".join(str(inspect.getsource(act)) for act in ACTS.values())
    for name, verbs in WRITES.items():
        if name not in ("amending", "answers", "nudges", "sync", "targets", "undo"):
            for verb in verbs:
                assert f"on.{name}.{verb}(" in acts, f"{name}.{verb} is not undone in this file"
