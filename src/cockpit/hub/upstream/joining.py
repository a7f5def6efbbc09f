"""The CRM a hub is joined to: its rounds in a thread of their own, its part in every push, and how it stands."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit.crm.connector import Connector
from cockpit.errors import LocalDataError
from cockpit.hub.judgement import Push
from cockpit.hub.upstream.asking import Line
from cockpit.hub.upstream.guard import Guard
from cockpit.hub.upstream.rounds import Round, Rounds
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.writing import Writer
from cockpit.hub.wire import Mutation, MutationResult

if TYPE_CHECKING:
    from cockpit.hub.context import Hub

log = logging.getLogger(__name__)


class Upstream:
    """Joins `connector` to `hub`; from then on the hub writes through."""

    def __init__(self, hub: Hub, connector: Connector, connection: Connection) -> None:
        self.connection = connection
        self.line = Line(connector, hub.now)
        self._database, self._turn = hub.database, f"crm-round-{connection.name}"
        guard = Guard(hub.database, connection.name)
        self._rounds = Rounds(hub, connection, self.line, guard.settle)
        self._writer = Writer(hub, connection, self.line, guard)
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        hub.upstream = self

    def holds(self, entity: str) -> bool:
        return entity in self.line.can.holdings

    def commit(self, turn: Push, mutation: Mutation) -> MutationResult:
        return self._writer.commit(turn, mutation)

    def round(self) -> Round:
        """Read what changed there. Rounds follow each other, whichever process carries them out."""
        with self._database.turn(self._turn):
            return self._rounds.run()

    def start(self) -> None:
        """Rounds from now on, every so many seconds of the connection, in a thread that ends with the process."""
        self._thread = threading.Thread(target=self._go_round, daemon=True, name="upstream")
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()
        self.line.connector.close()

    def _go_round(self) -> None:
        while not self._is_over.is_set():
            try:
                rest_s = self._round_if_due()
            except LocalDataError as error:
                log.info("no round now: %r", error)  # also while another process is at it
                rest_s = float(self.connection.every_s)
            self._is_over.wait(max(rest_s, self.line.rest_s()))

    def _round_if_due(self) -> float:
        """A round, unless another process has done it: two hubs cost the CRM no more than one. Seconds to the next."""
        every_s = float(self.connection.every_s)
        with self._database.turn(self._turn, waits=False):
            age = self._rounds.age()
            if age is not None and timedelta() <= age < timedelta(seconds=every_s):
                return every_s - age.total_seconds()
            self._rounds.run()
        return every_s
