"""The connector to Tryton keeps to what every connector keeps to, whoever is signed in, and over a wire that loses answers."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cockpit.crm.connector import Access
from cockpit.crm.testing import check
from cockpit.crm.tryton import connect
from cockpit.hub.upstream.proving import Proving
from cockpit.storage.database import Database
from tests.crm.fake_tryton import FakeTryton
from tests.crm.tryton_desk import Desk

URL = "http://127.0.0.1:8000"


@pytest.mark.parametrize("secret", ["admin:admin-pw", "rep1:rep-pw"])
def test_it_keeps_to_the_contract(secret: str) -> None:
    tryton = FakeTryton()
    check(
        connect(Access(f"{URL}/crm", secret, lambda _s: None, transport=tryton.transport())),
        Desk(URL, tryton.transport()),
    )


class _Wire(httpx.BaseTransport):
    """Loses answers of what was carried out."""

    def __init__(self, wire: httpx.BaseTransport) -> None:
        self._wire, self._chance = wire, random.Random(5)
        self.is_losing: Callable[[], bool] = lambda: False
        self.lost = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._wire.handle_request(request)
        if self.is_losing() and self._chance.random() < 0.2:
            self.lost += 1
            raise httpx.ReadError("the connection was cut", request=request)
        return response


@pytest.mark.parametrize("restore_every", [0, 28], ids=["", "restored"])
def test_changes_on_both_sides_end_alike_whatever_answer_is_lost(tmp_path: Path, restore_every: int) -> None:
    tryton = FakeTryton()
    wire = _Wire(tryton.transport())
    database = Database.at(tmp_path / "hub.db")
    database.prepare()
    connector = connect(Access(f"{URL}/crm", "admin:admin-pw", lambda _s: None, transport=wire))
    proving = Proving(connector, Desk(URL, tryton.transport()), database, loss=0.0)
    wire.is_losing = lambda: proving.is_losing
    proof = proving.run(80, restore_every=restore_every)
    database.close()
    assert wire.lost > 20
    assert (proof.lost, proof.doubled, proof.differing) == ([], [], [])
