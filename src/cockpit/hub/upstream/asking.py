"""The connector as the hub uses it: one request at a time, by rounds and pushes alike, and a rest after a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from cockpit.crm.connector import Capabilities, Connector, Greeting, Page
from cockpit.errors import HubBusy, HubError, HubUnavailable

T = TypeVar("T")
REST_S = 5
"""After a request that did not get through, pushes are answered `retry` for so long without asking."""
MOST_REST_S = 3_600
GREET_AGAIN = timedelta(hours=1)


class Line:
    """One connector, asked by one thread at a time."""

    def __init__(self, connector: Connector, now: Callable[[], datetime]) -> None:
        self.connector = connector
        self._now = now
        self._turn = threading.Lock()
        self._rest_until: datetime | None = None
        self._why = ""
        self._greeted_at: datetime | None = None
        self.greeting: Greeting | None = None
        self.skew = timedelta()
        """How far the CRM's clock is ahead of ours."""

    @property
    def can(self) -> Capabilities:
        return self.connector.can

    def ask(self, work: Callable[[], T]) -> T:
        """What `work` returns. Raises what the connector raises; then the line rests for a moment."""
        with self._turn:
            try:
                return work()
            except HubBusy as error:
                seconds = error.facts.get("seconds")
                self._rest(seconds if isinstance(seconds, int | float) else REST_S, error)
                raise
            except HubUnavailable as error:
                self._rest(REST_S, error)
                raise

    def ask_unless_resting(self, work: Callable[[], T]) -> T:
        """`ask`, at once HubBusy while the line rests."""
        if self.rest_s():
            raise HubBusy(self._why, seconds=self.rest_s())
        return self.ask(work)

    def pages(self, stream: Callable[[], Iterator[Page]]) -> Iterator[Page]:
        """The pages of a stream; between two of them others may ask."""
        pages = self.ask(stream)
        while (page := self.ask(lambda: next(pages, None))) is not None:
            yield page

    def greet(self) -> Greeting:
        """Who we are there, asked again now and then: roles and clocks change."""
        now = self._now()
        if self.greeting is None or self._greeted_at is None or now - self._greeted_at >= GREET_AGAIN:
            self.greeting = self.ask(self.connector.greet)
            self._greeted_at = now
            if self.greeting.time is not None:
                self.skew = self.greeting.time - now
        return self.greeting

    def rest_s(self) -> float:
        """How long the CRM asked to be left alone, from now."""
        until = self._rest_until
        return max(0.0, (until - self._now()).total_seconds()) if until is not None else 0.0

    def forget_greeting(self) -> None:
        self._greeted_at = None

    def _rest(self, seconds: float, error: HubError) -> None:
        self._why = error.detail
        self._rest_until = self._now() + timedelta(seconds=min(seconds, MOST_REST_S))
