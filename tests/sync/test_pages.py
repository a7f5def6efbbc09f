"""Between two pages of a pull: what others get of the file, and what a page costs."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from cockpit import clock
from cockpit.crm.hub import HubClient
from cockpit.sync import policy
from cockpit.sync.engine import Engine
from tests.sync.conftest import Device
from tests.sync.model import TOKEN, URL, ModelHub


def pauses(device: Device, hub: ModelHub, monkeypatch: pytest.MonkeyPatch, answers_in: float) -> list[float]:
    """How long a run left the file alone after its pages, with a hub that takes so many seconds for each answer."""
    tick = 0.0
    slept: list[float] = []

    def monotonic() -> float:
        nonlocal tick
        tick += answers_in
        return tick

    monkeypatch.setattr(clock, "monotonic", monotonic)
    with HubClient(URL, TOKEN, transport=hub.transport()) as client:
        Engine(device.database, client, sleep=slept.append).run()
    monkeypatch.undo()
    return slept


def test_with_a_fast_hub_the_file_is_left_alone_between_pages(
    device_at: Callable[[str], Device], hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.page_size = 2
    pages = -(-len(hub.rows) // 2)
    assert pauses(device_at("one"), hub, monkeypatch, 0.0) == [policy.YIELD_S] * (pages - 1)


def test_while_a_slow_hub_is_asked_the_file_is_free_anyway(
    device_at: Callable[[str], Device], hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.page_size = 2
    assert pauses(device_at("one"), hub, monkeypatch, policy.YIELD_S) == []


@pytest.mark.parametrize("is_on", [True, False])
def test_garbage_is_searched_for_again_after_a_run(
    device_at: Callable[[str], Device], hub: ModelHub, is_on: bool
) -> None:
    was_on = gc.isenabled()
    device = device_at("one")
    try:
        (gc.enable if is_on else gc.disable)()
        device.sync()
        assert gc.isenabled() == is_on
        hub.put("account", "acc-9", tier=7)  # a row that does not fit
        device.sync()
        assert gc.isenabled() == is_on
    finally:
        (gc.enable if was_on else gc.disable)()
