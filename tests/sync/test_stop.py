"""A run that the user stops leaves things whole: nothing on its way, no failure noted, the next run goes on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from cockpit.errors import Stopped
from cockpit.storage import meta
from cockpit.storage.queries.sync import write_states
from tests.sync.conftest import Device
from tests.sync.model import ModelHub


def noted(device: Device, key: str) -> str:
    with device.database.read() as session:
        return meta.get(session, key)


def test_a_first_load_that_was_stopped_goes_on_where_it_was(device_at: Callable[[str], Device], hub: ModelHub) -> None:
    for number in range(20):
        hub.put("account", f"many-{number}", name=f"Account {number}", owner_id="rep-1")
    hub.page_size = 5
    device = device_at("fresh")
    heard: list[str] = []

    def stop_at_second(text: str) -> None:
        heard.append(text)
        if len(heard) == 2:
            assert device.service.stop()
            assert device.service.badge().progress == "stopping"

    with pytest.raises(Stopped):
        device.service.run(stop_at_second)
    assert heard == ["down 5/48", "down 10/48"]
    badge = device.service.badge()
    assert (badge.is_syncing, badge.is_offline, badge.complete, badge.progress) == (False, False, False, "")
    assert (noted(device, "last_error"), noted(device, "failures") or "0") == ("", "0")
    heard.clear()
    report = device.service.run_if_due(heard.append)
    assert report is not None, "there is nothing to wait for"
    assert report.complete
    assert heard[0] == "down 15/48"


@pytest.mark.parametrize("how", ["stop", "ctrl-c"])
def test_what_was_on_its_way_waits_again(device: Device, hub: ModelHub, how: str) -> None:
    device.edit("patch", "account", "acc-1", phone="2")
    seen: list[str] = []

    def taken(_text: str) -> None:
        seen.append(device.queue()[0][1])
        if how == "ctrl-c":
            raise KeyboardInterrupt
        device.service.stop()

    with pytest.raises((Stopped, KeyboardInterrupt)):
        device.service.run(taken)
    assert seen == ["inflight"]
    assert device.queue() == [("acc-1", "pending")]
    with device.database.read() as session:
        assert write_states(session, ["acc-1"]) == {"acc-1": "waiting"}
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "2"


def test_a_hub_that_is_silent_does_not_hold_the_stop_up(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TOKEN", "token")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with device.database.write() as session:
            meta.put(session, "hub_url", f"http://127.0.0.1:{silent.getsockname()[1]}")
            meta.put(session, "hub_host", "127.0.0.1")
        service = type(device.service)(device.service.desk)
        ends: list[BaseException] = []

        def run() -> None:
            try:
                service.run()
            except Stopped as stopped:
                ends.append(stopped)

        thread = threading.Thread(target=run)
        thread.start()
        connection, _address = silent.accept()
        connection.recv(16)  # the question has come; no answer will
        assert service.stop()
        thread.join(10)
        connection.close()
    assert not thread.is_alive()
    assert len(ends) == 1
    assert noted(device, "last_error") == ""


def test_there_may_be_nothing_to_stop(device: Device) -> None:
    assert not device.service.stop()
    device.sync()
