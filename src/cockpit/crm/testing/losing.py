"""A connection that breaks: before the request got there, or after the CRM has done it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from cockpit.crm.connector import Capabilities, Connector, Feed, Greeting, Page, Remote
from cockpit.errors import HubUnavailable

T = TypeVar("T")
Fate = Literal["", "before", "after"]


class Losing:
    """`connector`, of whose calls `fate` says by the name of the call whether they arrive and whether their answer does."""

    def __init__(self, connector: Connector, fate: Callable[[str], Fate]) -> None:
        self._connector, self._fate = connector, fate
        self.name = connector.name
        self.lost = 0

    @property
    def requests(self) -> int:
        return self._connector.requests

    @property
    def received_bytes(self) -> int:
        return self._connector.received_bytes

    @property
    def can(self) -> Capabilities:
        return self._connector.can

    def _send(self, what: str, work: Callable[[], T]) -> T:
        fate = self._fate(what)
        if fate == "before":
            self.lost += 1
            raise HubUnavailable("the request was lost")
        answer = work()
        if fate == "after":
            self.lost += 1
            raise HubUnavailable("the answer was lost")
        return answer

    def _stream(self, what: str, pages: Iterator[Page]) -> Iterator[Page]:
        while (page := self._send(what, lambda: next(pages, None))) is not None:
            yield page

    def greet(self) -> Greeting:
        return self._send("greet", self._connector.greet)

    def snapshot(self, entity: str) -> Iterator[Page]:
        return self._stream("snapshot", self._connector.snapshot(entity))

    def changes(self, entity: str, cursor: str) -> Iterator[Page]:
        return self._stream("changes", self._connector.changes(entity, cursor))

    def feed(self, cursor: str) -> Feed:
        return self._send("feed", lambda: self._connector.feed(cursor))

    def ids(self, entity: str) -> frozenset[str]:
        return self._send("ids", lambda: self._connector.ids(entity))

    def read(self, entity: str, remote_id: str) -> Remote | None:
        return self._send("read", lambda: self._connector.read(entity, remote_id))

    def find(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        return self._send("find", lambda: self._connector.find(entity, row_id, values))

    def create(self, entity: str, row_id: str, values: Mapping[str, Any]) -> Remote:
        return self._send("create", lambda: self._connector.create(entity, row_id, values))

    def update(self, entity: str, seen: Remote, values: Mapping[str, Any]) -> Remote:
        return self._send("update", lambda: self._connector.update(entity, seen, values))

    def delete(self, entity: str, seen: Remote) -> None:
        self._send("delete", lambda: self._connector.delete(entity, seen))

    def close(self) -> None:
        self._connector.close()
