"""Alembic environment and versions, shipped inside the wheel."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData


def upgrade(
    connection: Connection, metadata: MetaData, target: str = "head", *, wire_version: int | None = None
) -> None:
    """Run the missing versions, and bring what is queued to `wire_version`, in the transaction of `connection`.

    `metadata` is handed to env.py by the caller.
    """
    from alembic import command
    from alembic.config import Config

    from cockpit.migrations.upcasts import upcast_file

    with resources.as_file(resources.files("cockpit") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, target)
        if wire_version is not None:
            upcast_file(connection, wire_version)
        if connection.dialect.name == "sqlite":
            _refuse_damage(connection)


def _refuse_damage(connection: Connection) -> None:
    """Roll an upgrade back that would leave a broken file behind."""
    from sqlalchemy.exc import DatabaseError

    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if found != "ok":
        raise DatabaseError(
            "PRAGMA integrity_check", None, ValueError(f"the database disk image is malformed: {found}")
        )
