"""Bodies of requests as strict JSON: nothing that two readers could read differently, nothing too deep to walk."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from cockpit.hub.problems import Problem

DEPTH = 32
"""Levels of a body; a push has eleven at most."""

_DIGITS = 40


def parse(body: bytes) -> Any:
    """The value of a body. Raises Problem bad-json.

    A number too long to be one becomes infinite, which no field takes: it is refused with its mutation, not with all.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_int=_whole)
    except ValueError as error:
        raise Problem("bad-json", "the body is not JSON in UTF-8") from error
    except RecursionError as error:
        raise Problem("bad-json", "the body nests too deep") from error
    _measure(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("bad-json", "a name stands twice in one object")
    return found


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _DIGITS else float("inf")


def _measure(value: Any) -> None:
    """Level by level, as deep values are no matter for recursion."""
    level = [value]
    for _depth in range(DEPTH):
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return
    raise Problem("bad-json", "the body nests too deep")


def _parts(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


class _Parsed(Request):
    """A request whose body is read already."""

    value: Any = None

    async def json(self) -> Any:
        return self.value


class StrictRoute(APIRoute):
    """A route that takes a body only as `application/json`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            body = await request.body() if self.body_field is not None else b""
            if not body:
                return await handle(request)
            if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
                raise Problem("media-type", "application/json is needed")
            parsed = _Parsed(request.scope, request.receive)
            parsed.value = parse(body)
            parsed._body = body
            return await handle(parsed)

        return read_first
