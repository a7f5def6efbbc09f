"""The hub as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware

from cockpit import __version__, clock
from cockpit.clock import monotonic
from cockpit.hub import cursors, marks, problems, routes_oauth, routes_rows, routes_sync, routes_team, rowwall
from cockpit.hub.context import Hub, HubDep
from cockpit.hub.limits import BodyCap, Pace, Rate
from cockpit.hub.problems import Problem
from cockpit.hub.wire import ProblemBody
from cockpit.storage.database import HEAD_REVISION, Database

BACKDATE_DAYS = 45
"""How far back a person may date what he did: a month's report may still be completed in the middle of the next."""


def create_app(
    database: Database,
    clock: Callable[[], datetime] = clock.now,
    *,
    backdate_days: int | None = BACKDATE_DAYS,
    rate: Rate | None = None,
) -> FastAPI:
    """The API on a database that is prepared. Gives the hub its epoch when it has none, and the mark of this start.

    `rate` None: as many requests as anybody likes. `backdate_days` None: any day.
    """
    with database.write() as session:
        cursors.found(session)
        marks.draw(session)
        has_row_wall = rowwall.build(session)
    hub = Hub(database, clock, backdate_days, has_row_wall)
    app = FastAPI(
        title="Cockpit hub",
        version=__version__,
        summary="The reference CRM API of Cockpit.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses={500: {"model": ProblemBody, "description": "Something went wrong here"}},
    )
    app.state.hub = hub
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(BodyCap)
    if rate is not None:
        app.add_middleware(Pace, rate=rate, tick=monotonic)
    app.add_api_route("/healthz", healthz, methods=["GET"], tags=["health"])
    app.add_api_route("/readyz", readyz, methods=["GET"], tags=["health"])
    for routes in (routes_sync, routes_team, routes_oauth, routes_rows):
        app.include_router(routes.router)
    return app


def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def readyz(hub: HubDep) -> Response:
    """The database answers and has this program's schema."""
    if hub.database.revision() != HEAD_REVISION:
        raise Problem("maintenance", "the schema is being upgraded")
    return Response('{"status":"ready"}', media_type="application/json")
