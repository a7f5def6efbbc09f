"""The network between a device and a server, as seeded faults make it. The real client and httpx run above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from random import Random
from typing import TYPE_CHECKING

import httpx
import msgspec

from tests.reliability.protocol import Server
from tests.reliability.reference import problem

if TYPE_CHECKING:
    from tests.reliability.world import Clock

Answer = httpx.Response


@dataclass
class Wire:
    """All that a fault needs: the request, the server, and what went over this network before."""

    request: httpx.Request
    server: Server
    random: Random
    clock: Clock
    late: list[httpx.Request]

    def real(self) -> Answer:
        return self.server.handle(self.request)


class _Torn(httpx.SyncByteStream):
    """A body that comes in parts and then breaks off, or takes its time."""

    def __init__(self, parts: list[bytes], end: Exception | None, between: Callable[[], None]) -> None:
        self._parts, self._end, self._between = parts, end, between

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            yield part
            self._between()
        if self._end is not None:
            raise self._end


def _torn(answer: Answer, end: Exception | None, between: Callable[[], None] = lambda: None) -> Answer:
    body = answer.content
    middle = len(body) // 2
    parts = [body[:middle]] if end else [body[:middle], body[middle:]]
    headers = {"content-type": answer.headers["content-type"]}
    return httpx.Response(answer.status_code, headers=headers, stream=_Torn(parts, end, between))


def _dropped(wire: Wire) -> Answer:
    raise httpx.ConnectError("no route", request=wire.request)


def _no_name(wire: Wire) -> Answer:
    raise httpx.ConnectError("[Errno -2] Name or service not known", request=wire.request)


def _answer_lost(wire: Wire) -> Answer:
    wire.real()
    raise httpx.ReadError("reset", request=wire.request)


def _timed_out(wire: Wire) -> Answer:
    wire.clock.step(30)
    raise httpx.ReadTimeout("silence", request=wire.request)


def _timed_out_done(wire: Wire) -> Answer:
    wire.real()
    return _timed_out(wire)


def _timed_out_late(wire: Wire) -> Answer:
    """It will arrive all the same, later."""
    wire.late.append(wire.request)
    return _timed_out(wire)


def _twice(wire: Wire) -> Answer:
    wire.real()
    return wire.real()


def _again_later(wire: Wire) -> Answer:
    wire.late.append(wire.request)
    return wire.real()


def _cut(wire: Wire) -> Answer:
    answer = wire.real()
    return httpx.Response(answer.status_code, content=answer.content[: len(answer.content) // 2])


def _bad_json(wire: Wire) -> Answer:
    answer = wire.real()
    return httpx.Response(200, content=b'{"results": [nonsense' + answer.content[:20], headers=answer.headers)


def _page_of_portal(wire: Wire) -> Answer:
    return httpx.Response(
        200, content=b"<html><body>Welcome to the hotel</body></html>", headers={"content-type": "text/html"}
    )


def _wrong_type(wire: Wire) -> Answer:
    answer = wire.real()
    return httpx.Response(answer.status_code, content=answer.content, headers={"content-type": "text/plain"})


def _reset_in_body(wire: Wire) -> Answer:
    return _torn(wire.real(), httpx.ReadError("reset by peer", request=wire.request))


def _protocol_broken(wire: Wire) -> Answer:
    return _torn(wire.real(), httpx.RemoteProtocolError("peer closed", request=wire.request))


def _drip(wire: Wire) -> Answer:
    return _torn(wire.real(), None, lambda: wire.clock.step(40))


def _empty_body(wire: Wire) -> Answer:
    wire.real()
    return httpx.Response(200, content=b"")


def _redirect(wire: Wire) -> Answer:
    return httpx.Response(302, headers={"location": "https://elsewhere.example.com/"})


def _busy_seconds(wire: Wire) -> Answer:
    return problem(429, "quota", **{"retry-after": str(wire.random.randrange(1, 90))})


def _busy_date(wire: Wire) -> Answer:
    return problem(
        429, "quota", **{"retry-after": format_datetime(wire.clock.true + timedelta(seconds=70), usegmt=True)}
    )


def _maintenance(wire: Wire) -> Answer:
    return problem(503, "maintenance", **{"retry-after": "30"})


def _failing(status: int, *, is_done: bool) -> Callable[[Wire], Answer]:
    def fault(wire: Wire) -> Answer:
        if is_done:
            wire.real()
        return problem(status, "internal")

    return fault


def _refusing(status: int, kind: str) -> Callable[[Wire], Answer]:
    return lambda _wire: problem(status, kind)


def _too_large(wire: Wire) -> Answer:
    """A size cap: what passed once passes again, and one change alone only fails when it never arrived."""
    sent = [mutation["mutation_id"] for mutation in msgspec.json.decode(wire.request.read())["mutations"]]
    if len(sent) == 1 and (wire.late or sent[0] in wire.server.applied()):
        return wire.real()
    return problem(413, "too-large")


def _short_results(wire: Wire) -> Answer:
    """A push answer without its last result, and with one nobody asked for."""
    answer = wire.real()
    if answer.status_code != 200:
        return answer
    body = msgspec.json.decode(answer.content)
    body["results"] = [*body["results"][:-1], {"mutation_id": "somebody-elses", "status": "applied"}]
    return httpx.Response(200, content=msgspec.json.encode(body))


def _bad_row(wire: Wire) -> Answer:
    """One row of the page does not fit; its good form comes with its next revision, or with this page again."""
    answer = wire.real()
    if answer.status_code != 200:
        return answer
    body = msgspec.json.decode(answer.content)
    bad = [
        {"entity": "deal", "data": {"id": "deal-bad", "rev": 1, "name": None, "amount_minor": "many"}},
        {"entity": "tenant_secret", "data": {"id": "x", "rev": 1}},
        {"entity": "activity", "data": {"id": "act-bad", "rev": -5, "starts_at": "yesterday"}},
    ]
    body["rows"].insert(0, wire.random.choice(bad))
    return httpx.Response(200, content=msgspec.json.encode(body))


def _endless(wire: Wire) -> Answer:
    answer = wire.real()
    if answer.status_code != 200:
        return answer
    body = msgspec.json.decode(answer.content)
    cursor = wire.request.url.params["cursor"]
    return httpx.Response(
        200, content=msgspec.json.encode({**body, "rows": [], "deleted": [], "more": True, "next_cursor": cursor})
    )


EVERYWHERE: dict[str, Callable[[Wire], Answer]] = {
    "request dropped": _dropped,
    "name not resolved": _no_name,
    "answer lost after the work": _answer_lost,
    "timeout": _timed_out,
    "timeout after the work": _timed_out_done,
    "body cut": _cut,
    "bad JSON": _bad_json,
    "HTML with 200": _page_of_portal,
    "wrong content type": _wrong_type,
    "reset in the body": _reset_in_body,
    "protocol broken in the body": _protocol_broken,
    "slow drip": _drip,
    "empty body": _empty_body,
    "redirect": _redirect,
    "429 seconds": _busy_seconds,
    "429 date": _busy_date,
    "503": _maintenance,
    "500": _failing(500, is_done=False),
    "502": _failing(502, is_done=False),
    "504 after the work": _failing(504, is_done=True),
    "500 after the work": _failing(500, is_done=True),
    "401": _refusing(401, "unauthorized"),
    "403": _refusing(403, "permission"),
    "409": _refusing(409, "locked"),
    "422": _refusing(422, "validation"),
    "426": _refusing(426, "schema-too-old"),
}
OF_PUSH: dict[str, Callable[[Wire], Answer]] = {
    "delivered twice": _twice,
    "delivered again later": _again_later,
    "timeout, delivered later": _timed_out_late,
    "413": _too_large,
    "results missing": _short_results,
}
OF_CHANGES: dict[str, Callable[[Wire], Answer]] = {
    "page with a bad row": _bad_row,
    "endless more": _endless,
    "410": _refusing(410, "cursor-expired"),
}
_MANY = 4
"""Requests alike in one run that are still no loop: the fourth is. After a full load the changes begin anew."""
_ENOUGH = 25
_NUMBER = re.compile(rb'"number":\d+')
"""Of a push: each try has its own, and asks the same nevertheless."""


class Stalled(Exception):
    """A run that asks the same for ever would never end."""


@dataclass
class FaultyTransport(httpx.BaseTransport):
    """One device's network. `rate` of the requests meet a fault; `between` may do something before each one."""

    server: Server
    random: Random
    clock: Clock
    rate: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    late: list[httpx.Request] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    forced: list[str] = field(default_factory=list)
    point: Callable[[str], None] = lambda _place: None
    between: Callable[[str], None] = lambda _path: None
    is_hollow: bool = False
    """The server gives a first load without most of its rows, as one that lost them would."""
    alike: Counter[tuple[str, bytes]] = field(default_factory=Counter)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        name = f"net {request.method} {path}"
        self.point(f"{name} before")
        self.clock.step(0.2)
        self.between(path)
        self._deliver_late()
        body = request.read()
        if path.endswith("/snapshot"):
            self.alike = Counter({told: times for told, times in self.alike.items() if "/changes" not in told[0]})
        asked = (str(request.url), _NUMBER.sub(b"", body))
        self.alike[asked] += 1
        if self.alike[asked] > _ENOUGH:
            raise Stalled(f"I7 {path} asked {_ENOUGH} times in one run")
        kind = self._kind(path)
        self.requests.append(f"{path.rsplit('/', 1)[-1]}{':' + kind if kind else ''}")
        if kind:
            self.faults[kind] += 1
            fault = EVERYWHERE.get(kind) or OF_PUSH.get(kind) or OF_CHANGES[kind]
            answer = fault(Wire(request, self.server, self.random, self.clock, self.late))
        else:
            answer = self.server.handle(request)
        if self.is_hollow and path == "/v1/sync/snapshot" and answer.status_code == 200:
            lines = [line for line in answer.content.split(b"\n") if b'"many-' not in line]
            answer = httpx.Response(200, headers=answer.headers, content=b"\n".join(lines))
        self.point(f"{name} after")
        if isinstance(answer.stream, _Torn):
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    def loops(self) -> list[str]:
        return [url for (url, _body), times in self.alike.items() if times >= _MANY]

    def _kind(self, path: str) -> str:
        if self.forced:
            return self.forced.pop(0)
        if self.random.random() >= self.rate:
            return ""
        own = {"/v1/sync/push": OF_PUSH, "/v1/sync/changes": OF_CHANGES}.get(path)
        if own and self.random.random() < 0.5:
            return self.random.choice(list(own))
        return self.random.choice(list(EVERYWHERE))

    def _deliver_late(self) -> None:
        """An older copy of a push arrives at last, before the newer request."""
        if self.late and self.random.random() < 0.4:
            self.faults["older push arrives"] += 1
            self.server.handle(self.late.pop(0))
