"""The connector to Tryton keeps to what every connector keeps to, whoever is signed in."""

from __future__ import annotations

import pytest

from cockpit.crm.connector import Access
from cockpit.crm.testing import check
from cockpit.crm.tryton import connect
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
