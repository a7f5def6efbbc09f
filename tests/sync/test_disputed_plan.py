"""A plan that meets another one at the hub: the next plan starts from the hub's, what was added stays, one key takes it,
one undo asks again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cockpit.errors import NotAllowed
from cockpit.planning.wishes import Wish
from cockpit.services.container import Services
from cockpit.services.desk import Desk
from cockpit.services.plan_ticket import Ticket
from cockpit.services.snapshots import ReplanProposal
from cockpit.sync import ledger, outbox
from tests.planning import checker
from tests.support.company import at
from tests.sync.conftest import Device
from tests.sync.model import ModelHub


def wire(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def visit(account: str, moment: datetime, **values: Any) -> dict[str, Any]:
    return {
        "rep_id": "rep-1",
        "owner_id": "rep-1",
        "account_id": account,
        "kind": "visit",
        "status": "planned",
        "planned_because": "",
        "starts_at": wire(moment),
        "ends_at": wire(moment.replace(hour=moment.hour + 1)),
        **values,
    }


@pytest.fixture
def planned(device: Device, hub: ModelHub) -> Device:
    """Two visits on Friday; the KPI asks for four this month, and nobody is overdue."""
    hub.put("person", "rep-1", name="张伟", role="rep", team_id="team-1", home_lat=31.23, home_lon=121.47)
    for number in range(1, 6):
        hub.put(
            "account",
            f"acc-{number}",
            name=f"客户{number}",
            tier="C",
            owner_id="rep-1",
            lat=31.23 + number / 100,
            lon=121.47,
        )
        hub.put("activity", f"last-{number}", **visit(f"acc-{number}", at(20, "10:00", month=10), status="held"))
    hub.put("kpi_rule", "kpi-1", name="visits", kind="visit", minimum=4, owner_id="lead-1")
    hub.put("activity", "visit-1", **visit("acc-1", at(27, "10:00")))
    hub.put("activity", "visit-2", **visit("acc-2", at(27, "14:00")))
    device.sync()
    return device


def services(device: Device) -> Services:
    return Services(Desk(device.database))


def move(device: Device, moment: datetime, row_id: str = "visit-1", label: str = "Replan: 1 visit") -> None:
    device.edit(
        "patch", "activity", row_id, label=label, starts_at=moment, ends_at=moment.replace(hour=moment.hour + 1)
    )


def disputed(device: Device, hub: ModelHub) -> None:
    """A plan of mine fills the KPI and moves a visit; the lead moved it too, onto one of those I had added."""
    fill = services(device).replan.fill().ticket.edits
    device.act(
        outbox.Edit("activity", "visit-1", "patch", {"starts_at": at(27, "16:00"), "ends_at": at(27, "17:00")}), *fill
    )
    clash = fill[0].values
    hub.put("activity", "visit-1", starts_at=wire(clash["starts_at"]), ends_at=wire(clash["ends_at"]))
    device.sync()


def times(device: Device) -> dict[str, str]:
    shown = [device.row("activity", row_id) for row_id in ("visit-1", "visit-2")]
    return {row["id"]: row["starts_at"] for row in shown if row is not None}


def sound(proposal: ReplanProposal) -> Ticket:
    ticket = proposal.ticket
    assert isinstance(ticket, Ticket)
    assert checker.violations(ticket.plan) == []
    return ticket


def test_the_plan_starts_from_the_hubs_side_and_what_was_added_stays(planned: Device, hub: ModelHub) -> None:
    disputed(planned, hub)
    mine = times(planned)
    assert {one.field for one in planned.service.load().conflicts} == {"starts_at", "ends_at"}
    proposal = services(planned).replan.on_theirs()
    sound(proposal)
    was = next(row for row in proposal.before if row.activity_id == "visit-1")
    assert wire(was.starts_at) == hub.row("activity", "visit-1")["starts_at"]
    added = [row for row in proposal.after if row.account in ("客户3", "客户4", "客户5")]
    assert len(added) == 2
    assert all((row.sign, row.is_locked) == ("=", True) for row in added)
    (moved,) = [row for row in proposal.after if row.sign in "~>"]
    assert moved.activity_id == "visit-1"
    assert (proposal.answers, proposal.trigger) == (2, "1 visit in question")
    assert proposal.notes[0] == "From the hub's side of 1 visit; what you added stays."
    assert times(planned) == mine, "nothing is written before it is taken"
    assert planned.service.badge().conflicts == 2


def test_taking_it_is_one_act_that_answers_and_one_undo_that_asks_again(planned: Device, hub: ModelHub) -> None:
    disputed(planned, hub)
    mine, asked = times(planned), planned.service.load().conflicts
    theirs = hub.row("activity", "visit-1")["starts_at"]
    made = services(planned).replan
    saved = made.accept(made.on_theirs())
    assert saved.text == "Replan: 1 visit, 2 conflicts: theirs"
    assert planned.service.badge().conflicts == 0
    assert times(planned) != mine
    planned.undo.undo()
    assert times(planned) == mine
    assert planned.service.load().conflicts == asked
    taken = made.accept(made.on_theirs())
    planned.sync()
    assert taken.action_id
    assert hub.row("activity", "visit-1")["starts_at"] == times(planned)["visit-1"]
    assert hub.silent_overwrites == []
    assert made.propose().is_empty
    planned.undo.undo()
    planned.sync()
    assert times(planned)["visit-1"] == hub.row("activity", "visit-1")["starts_at"] == theirs, (
        "sent already: the plan alone"
    )
    with planned.database.read() as session:
        assert ledger.prove(session).holds


def test_several_visits_in_question_are_one_act(planned: Device, hub: ModelHub) -> None:
    for number, row_id in enumerate(("visit-1", "visit-2")):
        move(planned, at(27, f"{15 + number}:00"), row_id)
        hub.put(
            "activity",
            row_id,
            starts_at=wire(at(26, f"{10 + 4 * number}:00")),
            ends_at=wire(at(26, f"{11 + 4 * number}:00")),
        )
    planned.sync()
    mine, asked = times(planned), planned.service.load().conflicts
    assert len(asked) == 4
    made = services(planned).replan
    proposal = made.on_theirs(Wish(aim="least"))
    assert (proposal.is_empty, proposal.answers) == (False, 4)
    assert not [row for row in proposal.after if row.sign != "="]
    assert made.accept(proposal).text == "4 conflicts: theirs"
    assert times(planned) == {"visit-1": wire(at(26, "10:00")), "visit-2": wire(at(26, "14:00"))}
    planned.undo.undo()
    assert times(planned) == mine
    assert planned.service.load().conflicts == asked


def test_a_visit_that_was_deleted_there_goes_and_the_kpi_is_filled(planned: Device, hub: ModelHub) -> None:
    move(planned, at(27, "16:00"))
    hub.delete("activity", "visit-1")
    planned.sync()
    made = services(planned).replan
    proposal = made.on_theirs()
    sound(proposal)
    assert "visit-1" not in {row.activity_id for row in (*proposal.before, *proposal.after)}
    assert proposal.scores[0].after == "4"
    made.accept(proposal)
    assert planned.row("activity", "visit-1") is None
    planned.undo.undo()
    assert planned.row("activity", "visit-1") is not None


def logged(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "activity", "visit-1", status="held", starts_at=at(24, "08:00"))
    hub.put("activity", "visit-1", starts_at=wire(at(26, "10:00")))


def written(device: Device, hub: ModelHub) -> None:
    move(device, at(27, "16:00"))
    device.edit("patch", "activity", "visit-1", agenda="price")
    hub.delete("activity", "visit-1")


@pytest.mark.parametrize("cause", [logged, written])
def test_what_was_logged_or_written_is_never_given_up_for_a_plan(
    planned: Device, hub: ModelHub, cause: Callable[[Device, ModelHub], None]
) -> None:
    cause(planned, hub)
    planned.sync()
    assert planned.service.badge().conflicts
    assert not planned.service.load().is_plan_disputed
    with pytest.raises(NotAllowed):
        services(planned).replan.on_theirs()


def test_a_plan_made_before_they_changed_it_again_is_refused(planned: Device, hub: ModelHub) -> None:
    disputed(planned, hub)
    made = services(planned).replan
    proposal = made.on_theirs()
    hub.put("activity", "visit-1", starts_at=wire(at(26, "11:00")), ends_at=wire(at(26, "12:00")))
    planned.sync()
    with pytest.raises(NotAllowed):
        made.accept(proposal)
    assert planned.service.badge().conflicts == 2, "nothing was answered"


def test_today_offers_it_and_the_usual_plan_says_so(planned: Device, hub: ModelHub) -> None:
    disputed(planned, hub)
    snapshot = services(planned).today.load()
    assert snapshot.is_plan_disputed
    assert snapshot.offer == "客户1, Fri 11-27: your plan and the hub's differ"
    usual = services(planned).replan.propose()
    assert usual.notes[0].startswith("1 planned visit is in question")
    assert usual.answers == 0
    made = services(planned).replan
    made.accept(made.on_theirs())
    assert not services(planned).today.load().is_plan_disputed
