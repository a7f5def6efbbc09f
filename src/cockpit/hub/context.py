"""What every route needs: the hub's database, its clock, and who is asking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from cockpit.hub import tokens
from cockpit.hub.problems import Problem
from cockpit.hub.tokens import Actor
from cockpit.storage.database import Database


@dataclass(frozen=True)
class Hub:
    """One hub. On SQLite the writers of this process queue on a lock: its busy wait is not fair."""

    database: Database
    now: Callable[[], datetime]
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self.database.read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        if not self.database.is_sqlite:
            with self.database.write() as session:
                yield session
            return
        with self._turn, self.database.write() as session:
            yield session


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
    return actor


ActorDep = Annotated[Actor, Depends(actor_of)]

PROBLEM_ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused; `type` says why",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
    }
}
