"""One server of each CRM for all tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real_crm.bottle import Bottle, bottle
from tests.real_crm.servers import CannotRun, or_skip


@pytest.fixture(scope="session")
def bottle_server() -> Iterator[Bottle]:
    try:
        with bottle() as server:
            yield server
    except CannotRun as error:
        or_skip(f"BottleCRM cannot run here: {error}")
