"""What every route needs: the hub's database, its clock, and who is asking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from cockpit.errors import DatabaseBusy, DiskFull
from cockpit.hub import rowwall, tokens, upkeep
from cockpit.hub.problems import Problem
from cockpit.hub.tokens import Actor
from cockpit.storage.database import Database

if TYPE_CHECKING:
    from cockpit.hub.upstream import Upstream


@dataclass
class Hub:
    """One hub. On SQLite the writers of this process queue on a lock: its busy wait is not fair.

    `upstream` is the foreign CRM it is joined to, if it is.
    """

    database: Database
    now: Callable[[], datetime]
    backdate_days: int | None = None
    has_row_wall: bool = False
    upstream: Upstream | None = None
    head_met: int = 0
    """The newest revision of the last greeting: a lower one is of a database that was restored under this process."""
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _doing: set[str] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _tidied: set[date] = field(default_factory=set)

    @contextmanager
    def read(self, actor: Actor | None = None) -> Iterator[Session]:
        """A session that sees one state of the data: what a person may see must not change between two statements.

        With an actor it sees no more than he may, where the database can hold to that.
        """
        with self.database.read() as session:
            if not self.database.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if actor is not None and self.has_row_wall:
                rowwall.look_as(session, actor)
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        if not self.database.is_sqlite:
            with self.database.write() as session:
                yield session
            return
        with self._turn, self.database.write() as session:
            yield session

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Carry out a request of this key once at a time. Raises Problem locked while another one is under way.

        In this process; between processes the database lets the second one wait and see what the first did.
        """
        with self._guard:
            if key in self._doing:
                raise Problem("locked", headers={"Retry-After": "1"})
            self._doing.add(key)
        try:
            yield
        finally:
            self._doing.discard(key)

    def tidy(self) -> None:
        """With the first request of a day, let go of what is too old. A busy database is left for the next request."""
        now = self.now()
        with self._guard:
            if now.date() in self._tidied:
                return
            self._tidied.clear()
            self._tidied.add(now.date())
        done = False
        with suppress(DatabaseBusy, DiskFull, OperationalError), self.write() as session:
            upkeep.prune(session, now)
            done = True
        if not done:
            self._tidied.discard(now.date())


async def hub_of(request: Request) -> Hub:
    """Asynchronous only to spare a thread."""
    hub: Hub = request.app.state.hub
    return hub


HubDep = Annotated[Hub, Depends(hub_of)]
_bearer = HTTPBearer(auto_error=False, description="The token an administrator issued for a person.")


def actor_of(hub: HubDep, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None) -> Actor:
    """The actor of the bearer token. Raises Problem unauthorized."""
    if given is None:
        raise Problem("unauthorized", "a bearer token is needed")
    with hub.read() as session:
        actor = tokens.authenticate(session, given.credentials, hub.now())
    if actor is None:
        raise Problem("unauthorized", "the token is not known, or no longer good")
    hub.tidy()
    return actor


ActorDep = Annotated[Actor, Depends(actor_of)]

PROBLEM_ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused; `type` says why",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
    }
}

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Still what If-None-Match names"}}
