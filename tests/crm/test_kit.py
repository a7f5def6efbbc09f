"""The kit finds a connector that keeps to the contract, and each way of not doing so."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from cockpit.crm.connector import Remote
from cockpit.crm.testing import check
from cockpit.crm.testing.checks import Broken
from cockpit.crm.testing.memory import MemoryConnector, MemoryServer, capabilities

DELTAS = ("none", "since", "keyset")
DELETES = ("none", "feed", "flag", "diff")
EVERY = [
    {"delta": delta, "deletes": deletes, "conflict": conflict, "create": create}
    for delta, deletes, conflict, create in itertools.product(
        DELTAS, DELETES, ("none", "version"), ("none", "lookup", "upsert")
    )
    if not (delta == "none" and deletes == "flag")
]


def _memory(**can: Any) -> tuple[MemoryConnector, MemoryServer]:
    server = MemoryServer()
    server.company()
    return MemoryConnector(server, capabilities(**can)), server


@pytest.mark.parametrize("can", EVERY, ids=lambda can: "-".join(can.values()))
def test_every_combination_keeps_to_the_contract(can: dict[str, str]) -> None:
    check(*_memory(**can))


class _Forgetful(MemoryConnector):
    def create(self, entity: str, row_id: str, values: Any) -> Remote:
        return super().create(entity, "", values)


class _Blunt(MemoryConnector):
    def update(self, entity: str, seen: Remote, values: Any) -> Remote:
        now = self.read(entity, seen.id)
        assert now is not None
        return super().update(entity, now, values)


class _Silent(MemoryConnector):
    def ids(self, entity: str) -> frozenset[str]:
        return frozenset(self.server.records[entity])


@pytest.mark.parametrize(
    ("kind", "words"),
    [(_Forgetful, "our id"), (_Blunt, "CrmStale"), (_Silent, "not among the ids")],
)
def test_a_connector_that_does_not_is_told_where(kind: type[MemoryConnector], words: str) -> None:
    server = MemoryServer()
    server.company()
    with pytest.raises(Broken, match=words):
        check(kind(server, capabilities(deletes="diff")), server)
