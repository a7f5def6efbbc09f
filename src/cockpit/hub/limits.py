"""The cap on request bodies, held before anything parses them."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit.hub.problems import Problem, respond

BODY_BYTES = 1024 * 1024
_SIZE = "cockpit.body_size"


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
