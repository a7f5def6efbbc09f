"""The upgraded schema and the tables say the same."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from cockpit.storage import database as storage
from cockpit.storage import tables
from cockpit.storage.database import Database

MIGRATIONS = Path(storage.__file__).parents[1] / "migrations"


def test_upgrade_gives_the_tables(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "a.db")
    database.prepare()
    assert tables.SYNCED
    with database.read() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, SQLModel.metadata) == []
    database.close()


def test_head_is_the_constant() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_current_head() == storage.HEAD_REVISION
