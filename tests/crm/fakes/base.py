"""What the stand-ins of hosted CRMs share: a clock of their own, tokens that end, limits, lost answers, a loopback server."""

from __future__ import annotations

import http.server
import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

START = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
CLIENT_ID, CLIENT_SECRET = "cockpit-client", "cockpit-secret"


class Refusal(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Hosted:
    """Rows, a clock, and what goes wrong. A subclass answers `serve`."""

    now: datetime = START
    access: str = "token-1"
    refresh: str = "refresh-1"
    renewals: int = 0
    is_down: bool = False
    forbidden: set[str] = field(default_factory=set)
    """Parts of paths that this token may not use."""
    lose: Callable[[Request], bool] = lambda _request: False
    """Whether the answer to a request is lost, after it was carried out."""
    follow: Callable[[], datetime] = lambda: START
    """A clock that this one does not stay behind."""
    log: list[Request] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    _lately: dict[str, deque[datetime]] = field(default_factory=dict)

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)

    def stamp(self, at: datetime | None = None) -> str:
        return (at or self.now).strftime("%Y-%m-%dT%H:%M:%SZ")

    def expire(self) -> None:
        """The access token in use ends; the refresh token gives another."""
        self.access = f"ended-{self.renewals}"

    def is_app(self, form: Mapping[str, str]) -> bool:
        """Whether the form names the app that is registered."""
        return form.get("client_id") == CLIENT_ID and form.get("client_secret") == CLIENT_SECRET

    def renew(self, form: Mapping[str, str], error: str = "invalid_grant") -> Answer:
        """RFC 6749, with refresh tokens that are good for one use."""
        fits = form.get("refresh_token") == self.refresh or form.get("code") == "code-1"
        if not self.is_app(form) or not fits:
            raise Refusal(400, {"error": error, "error_description": "the refresh token is not valid"})
        self.renewals += 1
        self.access, self.refresh = f"token-{self.renewals + 1}", f"refresh-{self.renewals + 1}"
        return Answer(
            {"access_token": self.access, "refresh_token": self.refresh, "token_type": "bearer", "expires_in": 3600}
        )

    def limit(self, name: str, most: int, per_s: float, body: Any) -> None:
        """At most `most` calls in any `per_s` seconds of the clock here."""
        lately = self._lately.setdefault(name, deque())
        while lately and (self.now - lately[0]).total_seconds() >= per_s:
            lately.popleft()
        if len(lately) >= most:
            raise Refusal(429, body, **{"Retry-After": "2"})
        lately.append(self.now)

    def serve(self, request: Request) -> Answer:
        raise AssertionError("a subclass serves")

    def answer(self, request: Request) -> Answer:
        self.log.append(request)
        self.now = max(self.now, self.follow())
        try:
            if self.is_down:
                raise Refusal(503, {"message": "down for maintenance"}, **{"Retry-After": "120"})
            found = self.serve(request)
        except Refusal as refusal:
            found = Answer(refusal.body, refusal.status, refusal.headers)
        found.headers["Date"] = format_datetime(self.now, usegmt=True)
        return found

    def transport(self) -> httpx.MockTransport:
        """For a connector, without a socket."""

        def handle(request: httpx.Request) -> httpx.Response:
            asked = _request(request.method, str(request.url), request.headers, request.content)
            found = self.answer(asked)
            if self.lose(asked):
                raise httpx.ReadError("the answer is lost", request=request)
            content = b"" if found.body is None else json.dumps(found.body).encode()
            return httpx.Response(
                found.status, headers={**found.headers, "Content-Type": "application/json"}, content=content
            )

        return httpx.MockTransport(handle)

    @contextmanager
    def loopback(self) -> Iterator[str]:
        """For a client of the vendor's: the address it is served at."""
        hosted = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                found = hosted.answer(_request(self.command, self.path, headers, self.rfile.read(length)))
                content = b"" if found.body is None else json.dumps(found.body).encode()
                self.send_response_only(found.status)
                for name, value in {**found.headers, "Content-Type": "application/json"}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args: Any) -> None:
                pass

        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            setattr(Handler, f"do_{method}", Handler._do)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _request(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Request:
    parts = urlsplit(url)
    body: Any = None
    if content:
        is_form = "form-urlencoded" in headers.get("content-type", "")
        body = dict(parse_qsl(content.decode())) if is_form else json.loads(content)
    query: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return Request(method, parts.path, query, headers, body)


@dataclass
class VirtualTime:
    """Waiting costs no time: the clock of the CRM moves instead, and with it the pace of the connection."""

    hosted: Hosted

    def wait(self, seconds: float) -> None:
        self.hosted.tick(seconds)

    def tick(self) -> float:
        return self.hosted.now.timestamp()
