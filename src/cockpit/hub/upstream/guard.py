"""One writer a row, and rounds that wait for those under way: a page must not be stored between a row's change at the CRM
and its change here. This holds for every process that is joined to the same CRM on the same database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cockpit.storage.database import Database

_AT_ONCE = 4
"""Writes of one process side by side: the CRM is asked by one of them at a time."""


class Guard:
    def __init__(self, database: Database, connection: str) -> None:
        self._database, self._name = database, f"crm-writes-{connection}"
        self._room = threading.BoundedSemaphore(1 if database.is_sqlite else _AT_ONCE)
        self._changed = threading.Condition()
        self._busy: set[tuple[str, str]] = set()

    @contextmanager
    def alone(self, key: tuple[str, str]) -> Iterator[None]:
        """Wait until nobody else writes this row, then hold it."""
        with self._room:
            with self._changed:
                self._changed.wait_for(lambda: key not in self._busy)
                self._busy.add(key)
            try:
                with self._database.turn(self._name, "/".join(key)):
                    yield
            finally:
                with self._changed:
                    self._busy.discard(key)
                    self._changed.notify_all()

    def settle(self) -> None:
        """Wait for the writes that are under way now, not for those that begin meanwhile."""
        with self._changed:
            before = set(self._busy)
            self._changed.wait_for(lambda: not before & self._busy)
        with self._database.turn(self._name):
            pass
