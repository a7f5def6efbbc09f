"""The other side of a connector in a test: the CRM as somebody else uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Server(Protocol):
    """Changes rows behind the connector's back, by whatever way that CRM has. Ids and values as `Remote` has them."""

    def sample(self, entity: str, number: int) -> Mapping[str, Any] | None:
        """Values of a row that may be made, another one for each number; None for a kind that nobody makes in tests."""
        ...

    def add(self, entity: str, values: Mapping[str, Any]) -> str:
        """A new row that carries no id of ours; its id."""
        ...

    def edit(self, entity: str, remote_id: str, values: Mapping[str, Any]) -> None: ...

    def remove(self, entity: str, remote_id: str) -> None: ...

    def rows(self, entity: str) -> Mapping[str, Mapping[str, Any]]:
        """Every row that is there, by id, read by another way than the connector's where there is one."""
        ...
