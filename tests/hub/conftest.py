"""Every test of the API runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.hub.app import create_app
from cockpit.storage.database import Database
from tests.hub.world import HubWorld, people_hub
from tests.support.postgres import Cluster, cluster

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hub") / "template.db"
    database = Database.at(path)
    people_hub(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    with cluster() as running:
        database = Database(running.create("template_hub"))
        people_hub(database)
        create_app(database)  # its policies too, which each copy would take a while to make
        database.close()
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def hub_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A hub database with its people, and nothing else."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        database = Database.at(Path(shutil.copy(template, tmp_path / "hub.db")))
        yield database
        database.close()
        return
    running: Cluster = request.getfixturevalue("postgres_cluster")
    name = f"hub_{next(_numbers)}"
    database = Database(running.create(name, "template_hub"))
    yield database
    database.close()
    running.drop(name)


@pytest.fixture
def hub(hub_database: Database) -> HubWorld:
    return HubWorld(hub_database)
