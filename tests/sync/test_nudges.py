"""A nudge between a lead and a rep through the real hub: sent, seen, answered, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.errors import NotAllowed
from cockpit.services.container import Services, services_on
from tests.hub.world import LEAD, ME, HubWorld
from tests.sync.test_real_hub import Terminal, hub_template, terminal, world

__all__ = ["hub_template", "terminal", "world"]


@pytest.fixture
def behind(world: HubWorld) -> HubWorld:
    """A rule of fifteen visits of which nothing is planned."""
    world.put("kpi_rule", "kpi-n", name="面访", kind="visit", minimum=15, consequence_value=200)
    return world


def _synced(*terminals: Terminal) -> None:
    for one in terminals:
        report = one.sync.run()
        assert (report.parked, report.conflicts, report.pending) == (0, 0, 0), one.queue()


def _on(one: Terminal) -> Services:
    return services_on(one.database)


def test_sent_seen_answered_on_both_sides(terminal: Callable[..., Terminal], behind: HubWorld) -> None:
    lead, rep = terminal(LEAD, "lead"), terminal(ME, "rep")
    sent = _on(lead).nudges.send(ME, "two are missing", "kpi_uncovered")
    _synced(lead, rep)
    card = next(card for card in _on(rep).today.load().cards if card.rule == "kpi_uncovered")
    assert card.nudge is not None
    assert (card.nudge.id, card.nudge.message, card.nudge.is_seen) == (sent.id, "two are missing", False)
    _on(rep).nudges.see([sent.id])
    _synced(rep, lead)
    assert [line.state for line in _on(lead).nudges.load().lines] == ["seen"]
    _on(rep).nudges.answer(sent.id, "not_fair", "I was ill")
    _synced(rep, lead)
    (line,) = _on(lead).nudges.load().lines
    assert (line.state, line.answer_reason) == ("not_fair", "I was ill")


def test_two_devices_of_the_rep_that_saw_it_offline_have_nothing_to_ask(
    terminal: Callable[..., Terminal], behind: HubWorld
) -> None:
    lead, one, two = terminal(LEAD, "lead"), terminal(ME, "one"), terminal(ME, "two")
    sent = _on(lead).nudges.send(ME)
    _synced(lead, one, two)
    for device in (one, two):
        _on(device).nudges.see([sent.id])
    _synced(two, one, two, lead)
    seen = {line.seen_at for device in (one, two, lead) for line in _on(device).nudges.load().lines}
    assert len(seen) == 1


def test_an_answer_and_a_nudge_are_taken_back(terminal: Callable[..., Terminal], behind: HubWorld) -> None:
    lead, rep = terminal(LEAD, "lead"), terminal(ME, "rep")
    sent = _on(lead).nudges.send(ME)
    _synced(lead, rep)
    _on(rep).nudges.answer(sent.id, "help")
    _synced(rep)
    _on(rep).undo.undo()
    _synced(rep, lead)
    (line,) = _on(lead).nudges.load().lines
    assert line.answer is None
    _on(lead).undo.undo()
    _synced(lead, rep)
    assert _on(rep).nudges.load().lines == ()
    with pytest.raises(NotAllowed):
        _on(lead).undo.undo()
