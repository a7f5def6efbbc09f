"""What asks for a new plan, through the real hub: the team lead's change, a hot prospect, a trip that comes late."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from cockpit import clock
from cockpit.cli import opening
from cockpit.cli.demo import demo_account
from cockpit.hub import tokens
from cockpit.services.container import Services
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.sync import outbox

DAY = date(2026, 11, 24)


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Services]:
    # Set first, so that what the demo sets is undone at the end of the test.
    for name in ("COCKPIT_NOW", "COCKPIT_TOKEN"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("COCKPIT_TOKEN")
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    with demo_account(DAY, "rep") as opened:
        yield opened
        opened.desk.database.close()


def by_the_lead(demo: Services, monkeypatch: pytest.MonkeyPatch, *edits: outbox.Edit) -> None:
    """The rep's team lead writes on a device of her own and syncs; then the rep syncs."""
    hub = Database.at(Path(os.environ["COCKPIT_HOME"]) / "hub.db")
    with hub.write() as session:
        lead = meta.get(session, "demo_lead")
        token = tokens.issue(session, lead, label="lead")
    hub.close()
    with demo.desk.database.read() as session:
        url = meta.get(session, "hub_url")
    with monkeypatch.context() as hers:
        hers.setenv("COCKPIT_HOME", os.environ["COCKPIT_HOME"] + "-lead")
        hers.setenv("COCKPIT_TOKEN", token)
        opened = opening.services()
        opened.sync.sign_in(url, token)
        opened.sync.run()
        with opened.desk.database.write() as session:
            outbox.submit(session, edits, actor_id=lead, label="lead", now=clock.now())
        assert opened.sync.run().pending == 0
        opened.desk.database.close()
    demo.sync.run()


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{hour:02}:{minute:02}:00+08:00")


def new_lead(rep_id: str, **more: Any) -> outbox.Edit:
    values = {"name": "北辰电气", "tier": "A", "lifecycle": "prospect", "owner_id": rep_id, "lat": 31.2, "lon": 121.5}
    return outbox.Edit("account", "acc-new", "create", values | more)


def test_a_change_by_the_team_lead_is_offered_until_the_rep_planned_himself(
    demo: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = demo.today.load()
    visit = next(row for row in today.visits if row.kind == "visit" and row.starts_at.hour == 11)
    times = {"starts_at": at(14, 30), "ends_at": at(15, 15)}
    by_the_lead(demo, monkeypatch, outbox.Edit("activity", visit.id, "patch", times))
    offer = demo.today.load().offer
    assert offer == f"{visit.account}, Tue 11-24: changed by Zhou Lan"
    proposal = demo.replan.propose(offer)
    assert proposal.trigger == offer
    demo.replan.accept(proposal)
    assert "changed by" not in demo.today.load().offer


def test_a_hot_prospect_of_the_hub_is_offered_and_planned(demo: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    by_the_lead(demo, monkeypatch, new_lead(demo.today.load().rep.id))
    offer = demo.today.load().offer
    assert offer == "new prospect of tier A: 北辰电气"
    proposal = demo.replan.propose(offer)
    (row,) = [row for row in proposal.after if row.account == "北辰电气"]
    assert (row.sign, row.activity_id, row.reasons[0][0]) == ("+", None, "new, nothing planned yet")
    demo.replan.accept(proposal)
    assert "北辰电气" not in demo.today.load().offer
    again = demo.replan.propose()
    assert [row.sign for row in again.after if row.account == "北辰电气"] == ["="]


def test_a_trip_that_comes_late_is_offered_while_it_does(demo: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trip takes longer than the minutes left; the plan that is offered names it too."""
    today = demo.today.load()
    first, second = [row for row in today.visits if row.kind == "visit"][:2]
    far = {"account_id": "acc-new", "starts_at": at(11), "ends_at": at(11, 45)}
    by_the_lead(demo, monkeypatch, new_lead(today.rep.id), outbox.Edit("activity", second.id, "patch", far))
    monkeypatch.setenv("COCKPIT_NOW", at(10, 52).isoformat())
    demo.quicklog.save(f"v {first.account_id} ok")
    offer = demo.today.load().offer
    assert offer.endswith("min late for 北辰电气 at 11:00")
    assert int(offer.split()[0]) > 15
    proposal = demo.replan.propose(offer)
    assert (proposal.trigger, [row.sign for row in proposal.after if row.account == "北辰电气"]) == (offer, ["="])
    assert any("min late by the trip" in note for note in proposal.notes), proposal.notes
