"""Where the hub of a connection to a CRM runs now, told in its database: a second one would ask the same CRM once more, and
end the first one's use for the account that both serve."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from cockpit.errors import HubUnavailable, LocalDataError
from cockpit.hub.embedded import EmbeddedHub
from cockpit.hub.upstream import opening
from cockpit.storage import meta
from cockpit.storage.database import Database

_LOOK_S = 2.0
_REACH_S = 0.5


class Place(msgspec.Struct, frozen=True):
    """A hub that said where it is. `shape` is that of its connection's file when it started; one that `ends` goes with the
    program that started it. Killed, it has not said that it is over."""

    url: str
    pid: int
    shape: str
    ends: bool = False

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection((urlsplit(self.url).hostname or "", self.port), _REACH_S):
            return True
        return False


def shape(database: Database, name: str) -> str:
    """Another one for each time that the connection is saved, by whatever hand."""
    path: Path = opening.folder_of(database) / f"{name}.toml"
    with suppress(FileNotFoundError):
        return str(path.stat().st_mtime_ns)
    return ""


@contextmanager
def told(database: Database, name: str, url: str, *, ends: bool) -> Iterator[None]:
    """While this lasts, the hub of the connection is there."""
    key, place = f"hub_at:{name}", msgspec.json.encode(Place(url, os.getpid(), shape(database, name), ends)).decode()
    with database.write() as session:
        meta.put(session, key, place)
    try:
        yield
    finally:
        with suppress(LocalDataError), database.write() as session:  # as after a kill: nothing answers there any more
            if meta.get(session, key) == place:
                meta.remove(session, key)


def find(database: Database, name: str) -> Place | None:
    """Where the hub of the connection was said to be, if something answers there."""
    with database.read() as session:
        said = meta.get(session, f"hub_at:{name}")
    with suppress(msgspec.MsgspecError):
        place = msgspec.json.decode(said, type=Place) if said else None
        return place if place is not None and place.answers else None
    return None


class Successor:
    """Takes the place of a hub that goes with the program that started it, at the same address, until its `with` ends."""

    def __init__(self, place: Place, start: Callable[[int], EmbeddedHub]) -> None:
        self._place, self._start = place, start
        self._hub: EmbeddedHub | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True, name="successor")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()
        if self._hub is not None:
            self._hub.stop()

    def _wait(self) -> None:
        while not self._is_over.wait(_LOOK_S):
            if not self._place.answers:
                with suppress(HubUnavailable):  # another one was faster
                    self._hub = self._start(self._place.port)
                    return
