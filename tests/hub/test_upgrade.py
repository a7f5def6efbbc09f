"""A hub of an earlier schema comes through its upgrade with its people signed in, on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel, create_engine

from cockpit.hub import tokens
from cockpit.hub.app import create_app
from cockpit.migrations import upgrade
from cockpit.storage.database import HEAD_REVISION, Database
from cockpit.storage.tables import load_all
from tests.hub.world import ME, START, Client
from tests.support.postgres import Cluster

_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def first_schema(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a hub as the first version left it, with a token in it."""
    name = f"old_hub_{next(_numbers)}"
    running: Cluster | None = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    url = running.create(name) if running else f"sqlite:///{tmp_path / 'hub.db'}"
    load_all()
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, SQLModel.metadata, "0001")
        connection.execute(
            text(
                "INSERT INTO person (id, rev, origin, extra, pending, seen_gen, name, alias, role, email, work_days,"
                " currency, rung, is_active)"
                " VALUES (:id, 1, 'hub', '{}', 0, 0, 'Ann', '', 'rep', '', '1111100', 'EUR', '', :yes)"
            ),
            {"id": ME, "yes": True},
        )
        connection.execute(
            text(
                "INSERT INTO token (hash, person_id, scopes, label, created_at)"
                " VALUES (:hash, :person, :scopes, 'phone', :at)"
            ),
            {"hash": tokens.hashed("sesame"), "person": ME, "scopes": tokens.SELF, "at": START.replace(tzinfo=None)},
        )
    engine.dispose()
    yield url
    if running:
        running.drop(name)


def test_tokens_of_before_are_good_after(first_schema: str) -> None:
    database = Database(first_schema)
    assert database.revision() == "0001"
    database.prepare()
    assert database.revision() == HEAD_REVISION
    with database.read() as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), SQLModel.metadata) == []
    client = Client(create_app(database, lambda: START), "sesame")
    assert client.get("/v1/sync/hello").json()["person"]["name"] == "Ann"
    with database.write() as session:
        assert tokens.revoke_of(session, ME, START, label="phone") == 1
    assert client.get("/v1/sync/hello").status_code == 401
    database.close()
