"""What tests of several connectors need: a hub's database, empty, as a file and on PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.storage.database import Database
from tests.crm.test_proving import folder
from tests.support.postgres import Cluster, cluster

__all__ = ["folder"]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crm") / "empty.db"
    database = Database.at(path)
    database.prepare()
    database.close()
    return path


@pytest.fixture(scope="session")
def empty_cluster() -> Iterator[Cluster]:
    with cluster() as running:
        database = Database(running.create("empty"))
        database.prepare()
        database.close()
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("empty_file")
        file = Database.at(Path(shutil.copy(empty, tmp_path / "hub.db")))
        yield file
        file.close()
        return
    running: Cluster = request.getfixturevalue("empty_cluster")
    name = f"crm_{next(_numbers)}"
    server = Database(running.create(name, "empty"))
    yield server
    server.close()
    running.drop(name)
