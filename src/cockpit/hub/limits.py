"""The walls of every request, held before anything looks at it: how many of one token, how large its body."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit.hub.problems import Problem, respond

BODY_BYTES = 1024 * 1024
_SIZE = "cockpit.body_size"
_MOST_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests of one token at once, then `per_minute`. A device needs one a minute, its first load some hundred."""

    per_minute: int = 600
    burst: int = 1_200


class Pace:
    """A bucket of requests for each token, in this process alone: two processes give twice as many.

    An empty one is answered 429 with the time to wait; what is left is said with every answer.
    """

    def __init__(self, app: ASGIApp, rate: Rate, tick: Callable[[], float]) -> None:
        self.app = app
        self.rate = rate
        self.tick = tick
        self._policy = f'"token";q={rate.burst};w={math.ceil(rate.burst * 60 / rate.per_minute)}'
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._turn = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = dict(scope["headers"]).get(b"authorization") if scope["type"] == "http" else None
        if token is None:
            await self.app(scope, receive, send)
            return
        left = self._take(hashlib.sha256(token).digest())
        wait = max(0.0, -left) * 60 / self.rate.per_minute
        refill = (self.rate.burst - max(left, 0.0)) * 60 / self.rate.per_minute
        told = [
            (b"ratelimit-policy", self._policy.encode()),
            (b"ratelimit", f'"token";r={max(0, int(left))};t={math.ceil(refill)}'.encode()),
        ]

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        if left >= 0:
            await self.app(scope, receive, tell)
            return
        headers = {"Retry-After": str(max(1, math.ceil(wait)))}
        await respond(Problem("quota", headers=headers))(scope, receive, tell)

    def _take(self, key: bytes) -> float:
        """What is left in the bucket, below zero when there was nothing to take."""
        now = self.tick()
        with self._turn:
            left, at = self._buckets.pop(key, (float(self.rate.burst), now))
            left = min(float(self.rate.burst), left + (now - at) * self.rate.per_minute / 60) - 1
            self._buckets[key] = (left if left >= 0 else left + 1, now)
            if len(self._buckets) > _MOST_TOKENS:
                self._buckets.popitem(last=False)
        return left


class BodyCap:
    """Reads the body up to BODY_BYTES and hands it on whole; more is answered 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            answer = respond(Problem("too-large", f"at most {BODY_BYTES} bytes", headers={"Connection": "close"}))
            await answer(scope, receive, send)
            return
        scope[_SIZE] = len(body)
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


async def _body(receive: Receive) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BODY_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def body_size(request: Request) -> int:
    """Bytes of the request's body."""
    return int(request.scope.get(_SIZE, 0))
