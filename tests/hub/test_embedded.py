"""The embedded hub answers from its first moment and never outlives the one that started it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cockpit.errors import HubUnavailable, MissingExtra
from cockpit.hub import embedded
from cockpit.hub.serving import open_database

_STARTER = """
import json, sys
from cockpit.hub import embedded
hub = embedded.start(sys.argv[1])
print(json.dumps({"url": hub.url, "pid": hub.pid}), flush=True)
sys.stdin.read()
"""


def _wait_until(is_true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Poll until it is so; a process of another parent cannot be waited for."""
    from cockpit import clock

    end = clock.monotonic() + seconds
    while clock.monotonic() < end:
        if is_true():
            return True
        _pause()
    return is_true()


def _pause() -> None:
    import threading

    threading.Event().wait(0.05)


def _is_gone(pid: int) -> bool:
    """Ended, or ended and not yet collected by whoever adopted it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_it_serves_until_stopped(tmp_path: Path) -> None:
    with embedded.start(f"sqlite:///{tmp_path / 'hub.db'}") as hub:
        assert httpx.get(f"{hub.url}/readyz", trust_env=False).json() == {"status": "ready"}
        assert hub.url.startswith("http://127.0.0.1:")
        assert hub.is_running
    assert not hub.is_running
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{hub.url}/healthz", trust_env=False)
    hub.stop()


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _STARTER, f"sqlite:///{tmp_path / 'hub.db'}"]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdin is not None
    told = json.loads(parent.stdout.readline())
    assert httpx.get(f"{told['url']}/healthz", trust_env=False).status_code == 200
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    parent.stdin.close()
    assert _wait_until(lambda: _is_gone(told["pid"]))


def test_a_hub_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_text("this is no database, and long enough to be looked at as one" * 20)
    with pytest.raises(HubUnavailable) as caught:
        embedded.start(f"sqlite:///{tmp_path / 'hub.db'}")
    assert caught.value.facts["detail"]


def test_a_child_that_talks_nonsense_is_not_a_hub(tmp_path: Path) -> None:
    with pytest.raises(HubUnavailable):
        embedded.start("sqlite://", command=[sys.executable, "-c", "print('hello')"])


def test_without_the_extra_it_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        embedded.start("sqlite://")
    assert caught.value.facts["command"] == "uv tool install 'cockpit[hub]'"


def test_a_path_or_a_url_names_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "hub.db"
    for name in (str(path), f"sqlite:///{path}"):
        database = open_database(name)
        assert database.path == path
        database.close()
    assert path.stat().st_mode & 0o777 == 0o600
