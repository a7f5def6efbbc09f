"""The CRM a hub is joined to: its rounds in a thread of their own, its part in every push, and how it stands."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cockpit.crm.connector import Connector
from cockpit.hub.judgement import Push
from cockpit.hub.upstream.asking import Line
from cockpit.hub.upstream.guard import Guard
from cockpit.hub.upstream.rounds import Round, Rounds
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.writing import Writer
from cockpit.hub.wire import Mutation, MutationResult

if TYPE_CHECKING:
    from cockpit.hub.context import Hub


class Upstream:
    """Joins `connector` to `hub`; from then on the hub writes through."""

    def __init__(self, hub: Hub, connector: Connector, connection: Connection) -> None:
        self.connection = connection
        self.line = Line(connector, hub.now)
        guard = Guard()
        self._rounds = Rounds(hub, connection, self.line, guard.settle)
        self._writer = Writer(hub, connection, self.line, guard)
        self._one_round = threading.Lock()
        self._wake, self._is_over = threading.Event(), False
        self._thread: threading.Thread | None = None
        hub.upstream = self

    def holds(self, entity: str) -> bool:
        return entity in self.line.can.holdings

    def commit(self, turn: Push, mutation: Mutation) -> MutationResult:
        return self._writer.commit(turn, mutation)

    def round(self) -> Round:
        """Read what changed there. Rounds follow each other, whoever asks for them."""
        with self._one_round:
            return self._rounds.run()

    def start(self) -> None:
        """Rounds from now on, every so many seconds of the connection, in a thread that ends with the process."""
        self._thread = threading.Thread(target=self._go_round, daemon=True, name="upstream")
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._is_over = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.line.connector.close()

    def wake(self) -> None:
        """A round now."""
        self._wake.set()

    def _go_round(self) -> None:
        while not self._is_over:
            self.round()
            self._wake.wait(max(float(self.connection.every_s), self.line.rest_s()))
            self._wake.clear()
