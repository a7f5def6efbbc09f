"""Between a device and its hub the wire does what wires do: the sync ends with the right words, and all is there once.

COCKPIT_WIRE_ROUNDS sets how many drawn troubles, COCKPIT_WIRE_SEED which.
"""

from __future__ import annotations

import itertools
import os
import random
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import HubError, HubUnavailable
from cockpit.services.container import Services
from tests.reliability.processes import Home, LoopbackHub, findings, half_done, new_home, visits
from tests.reliability.proxy import Proxy, Trouble

ROUNDS = int(os.environ.get("COCKPIT_WIRE_ROUNDS", "40"))
pytestmark = pytest.mark.timeout(1800)
SEED = int(os.environ.get("COCKPIT_WIRE_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
MARK = "wire-"
MOST_REQUESTS = 12
"""Of one run with nothing but a few visits to send and a page to fetch."""


class Wire:
    """A device, a hub, and the proxy between them."""

    def __init__(self, hub: LoopbackHub, proxy: Proxy, home: Home, opened: Services) -> None:
        self.hub, self.proxy, self.home, self.opened = hub, proxy, home, opened
        self.count = 0

    def log(self, count: int = 2) -> None:
        for _visit in range(count):
            self.count += 1
            self.opened.quicklog.save(f"v 恒泰 ok {MARK}{self.count:05}")

    def sync(self, trouble: Trouble | None = None) -> HubError | None:
        """One run under a trouble; the error it ended with."""
        self.proxy.trouble, before = trouble, self.proxy.requests
        try:
            self.opened.sync.run()
        except HubError as error:
            return error
        finally:
            self.proxy.trouble = None
            assert self.proxy.requests - before <= MOST_REQUESTS, f"{trouble}, seed {SEED}"
        return None

    def is_whole(self, why: object) -> None:
        """After the trouble: nothing lost, nothing doubled, on either side."""
        assert self.sync() is None, why
        assert self.hub.database.path is not None
        here, there = visits(self.home.database, MARK), visits(self.hub.database.path, MARK)
        assert here == [f"{MARK}{number:05}" for number in range(1, self.count + 1)], why
        assert there == here, why
        assert self.home.rows("SELECT count(*) FROM outbox") == [(0,)], why
        assert half_done(self.home.database) == [], why


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    with LoopbackHub(tmp_path) as hub, Proxy(hub.port) as proxy:
        home = new_home(tmp_path / "home", proxy.url, hub.token)
        with home.services() as opened:
            opened.sync.sign_in(proxy.url, hub.token, remember=False)
            yield Wire(hub, proxy, home, opened)
        assert findings(home.database) == []


@pytest.mark.parametrize("trouble", [Trouble(slice=1), Trouble(latency_s=0.02), Trouble(slice=7, latency_s=0.0005)])
def test_slow_and_sliced_is_only_slow(wire: Wire, trouble: Trouble) -> None:
    wire.log()
    assert wire.sync(trouble) is None
    wire.is_whole(trouble)


@pytest.mark.parametrize("kind", ["reset_at", "half_close_at", "stall_at", "cut_request_at"])
def test_an_answer_cut_at_its_borders(wire: Wire, kind: str) -> None:
    """Before the first byte, within a status line, within headers, within bodies."""
    for at in (0, 1, 9, 60, 150, 400, 900, 1500):
        wire.log(1)
        place: dict[str, Any] = {kind: at}
        error = wire.sync(Trouble(**place))
        assert error is None or isinstance(error, HubUnavailable), (kind, at, error)
        wire.is_whole((kind, at))
    assert wire.hub.rows("SELECT count(*) FROM activity WHERE result LIKE ?", f"{MARK}%") == [(8,)]


def test_drawn_troubles(wire: Wire) -> None:
    drawn = random.Random(SEED)
    ended = 0
    for _round in range(ROUNDS):
        wire.log(drawn.randint(0, 3))
        kind = drawn.choice(("reset_at", "half_close_at", "stall_at", "cut_request_at"))
        place: dict[str, Any] = {kind: int(drawn.expovariate(1 / 900))}
        trouble = Trouble(slice=drawn.choice((0, 0, 1, 100)), most=drawn.randint(1, 3), **place)
        error = wire.sync(trouble)
        assert error is None or isinstance(error, HubUnavailable), (trouble, error, SEED)
        ended += error is not None
        wire.is_whole((trouble, SEED))
    assert ended >= ROUNDS // 4, f"hardly a trouble was felt, seed {SEED}"


def test_refused_then_back(wire: Wire) -> None:
    wire.log()
    wire.proxy.refuse()
    error = wire.sync()
    assert isinstance(error, HubUnavailable)
    assert "no connection" in error.detail
    assert wire.opened.sync.badge().pending == 2
    wire.proxy.listen()
    wire.is_whole("back")


def _answer(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


_PORTAL = b"<html><title>Welcome to the guest network</title><form action=/accept>Accept</form></html>"
_JSON = "Content-Type: application/json"


def _bomb() -> bytes:
    """400 MiB of nothing in 400 KiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(4 * 1024 * 1024)
    return b"".join([*(packer.compress(block) for _block in range(100)), packer.flush()])


GARBAGE = {
    "portal": Trouble(garbage=_answer("200 OK", _PORTAL, "Content-Type: text/html")),
    "portal redirect": Trouble(garbage=_answer("302 Found", b"", "Location: http://portal.example/login")),
    "redirect with a body": Trouble(garbage=_answer("307 Moved", _PORTAL, "Location: //portal.example/")),
    "half json": Trouble(garbage=_answer("200 OK", b'{"rows": [{"entity": "activ', _JSON)),
    "another json": Trouble(garbage=_answer("200 OK", b'{"rows": 3, "results": "yes"}', _JSON)),
    "deep json": Trouble(garbage=_answer("200 OK", b"[" * 100_000, _JSON)),
    "empty": Trouble(garbage=_answer("200 OK", b"", _JSON)),
    "no http": Trouble(garbage=b"SSH-2.0-OpenSSH_9.2\r\n", is_last=True),
    "bomb": Trouble(garbage=_answer("200 OK", _bomb(), _JSON, "Content-Encoding: gzip")),
    "broken gzip": Trouble(garbage=_answer("200 OK", b"\x1f\x8b\x08nothing", _JSON, "Content-Encoding: gzip")),
    "endless": Trouble(garbage=_answer("200 OK", b" " * 4096, _JSON, length=10**12), is_endless=True),
    "endless headers": Trouble(garbage=b"HTTP/1.1 200 OK\r\n" + b"X-More: more\r\n" * 400, is_endless=True),
    "length too long": Trouble(garbage=_answer("200 OK", b"{}", _JSON, length=900), is_last=True),
    "length too short": Trouble(garbage=_answer("200 OK", b'{"rows": []}' * 9, _JSON, length=20)),
    "length of nonsense": Trouble(garbage=b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"),
}
LARGE = ("bomb", "endless", "endless headers", "deep json")
"""Of these the memory is watched, which takes its time."""


def test_garbage_for_an_answer(wire: Wire) -> None:
    """For the hello, for the push, for the page: never a traceback, never a change, never much memory."""
    for name, first in itertools.product(GARBAGE, (1, 2, 3)):
        wire.log(1)
        if name in LARGE:
            tracemalloc.start()
        error = wire.sync(replace(GARBAGE[name], garbage_from=first))
        if name in LARGE:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 48 * 1024 * 1024, (name, first, peak)
        assert isinstance(error, HubUnavailable), (name, first, error)
        assert error.detail
        assert wire.opened.sync.badge().pending == (1 if first < 3 else 0), (name, first)
        wire.is_whole((name, first))
