"""Refusals in the form of RFC 9457: a stable `type`, a title, a status, a detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import exc
from starlette.exceptions import HTTPException

from cockpit.domain.text import clean
from cockpit.errors import DatabaseBusy, DataDirUnwritable, DiskFull

MEDIA_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "bad-cursor": (400, "The cursor is not one of ours"),
    "idempotency-key-missing": (400, "An Idempotency-Key is needed"),
    "bad-json": (400, "The body is not JSON as it should be"),
    "unauthorized": (401, "Sign in"),
    "permission": (403, "Not allowed"),
    "device": (403, "This device belongs to somebody else"),
    "missing": (404, "No such row"),
    "method": (405, "Not possible here"),
    "unique": (409, "Already there"),
    "deleted": (409, "The row was deleted"),
    "changed": (409, "The row was changed meanwhile"),
    "in-use": (409, "Other rows depend on it"),
    "restored": (409, "The hub was restored meanwhile: sync again"),
    "locked": (409, "The same request is being carried out"),
    "cursor-expired": (410, "The cursor is too old"),
    "other-history": (410, "The hub was restored meanwhile: load anew"),
    "scope-changed": (410, "What you may see has changed"),
    "stale": (412, "The row has a newer revision"),
    "too-large": (413, "Too much at once"),
    "media-type": (415, "The body is in another format"),
    "validation": (422, "A value does not fit"),
    "backdate": (422, "It is dated too far back"),
    "crm-refused": (422, "The CRM does not take it"),
    "missing-parent": (422, "A row it refers to is not here"),
    "idempotency-key-reused": (422, "The key was used for something else"),
    "schema-too-old": (426, "The schema is not supported"),
    "if-match-missing": (428, "If-Match is needed"),
    "quota": (429, "Too many requests"),
    "internal": (500, "Something went wrong here"),
    "maintenance": (503, "Try again shortly"),
    "crm-away": (503, "The CRM cannot be asked now"),
    "crm-sign-in": (503, "The CRM does not take the hub's token"),
    "disk-full": (507, "No room to write"),
}
"""Every `type` this API answers, with its status and title."""


class Problem(HTTPException):
    """A refusal. `type` is one of TITLES; `extra` goes into the body beside the standard members."""

    def __init__(self, type_: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        status, title = TITLES[type_]
        super().__init__(status, detail or title, headers)
        self.type = type_
        self.title = title
        self.extra = extra

    def body(self) -> dict[str, Any]:
        words = {"type": self.type, "title": self.title, "status": self.status_code, "detail": self.detail}
        return {**words, **self.extra}


def respond(problem: Problem) -> JSONResponse:
    headers = dict(problem.headers or {})
    if problem.status_code == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="cockpit"')
    if problem.status_code in (429, 503):
        headers.setdefault("Retry-After", "1")
    return JSONResponse(problem.body(), problem.status_code, headers, MEDIA_TYPE)


_BY_STATUS = {400: "bad-request", 404: "missing", 405: "method"}


def _on_http(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return respond(error)
    assert isinstance(error, HTTPException)
    return respond(Problem(_BY_STATUS.get(error.status_code, "bad-request"), headers=error.headers))


def _on_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return respond(Problem("validation", clean(f"{where}: {first['msg']}", 500)))


def _on_busy(_request: Request, _error: Exception) -> JSONResponse:
    return respond(Problem("maintenance"))


def _on_full(_request: Request, _error: Exception) -> JSONResponse:
    return respond(Problem("disk-full"))


def _on_database(_request: Request, error: Exception) -> JSONResponse:
    """PostgreSQL in words of its own: gone, out of connections, a lock not given in time."""
    return respond(Problem("disk-full" if "no space left" in str(error).lower() else "maintenance"))


def _on_anything(_request: Request, _error: Exception) -> JSONResponse:
    return respond(Problem("internal"))


def install(app: FastAPI) -> None:
    """Answer every failure of `app` as problem+json."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(DatabaseBusy, _on_busy)
    app.add_exception_handler(DiskFull, _on_full)
    for kind in (exc.OperationalError, exc.TimeoutError, DataDirUnwritable):
        app.add_exception_handler(kind, _on_database)
    app.add_exception_handler(Exception, _on_anything)
