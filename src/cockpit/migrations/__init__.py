"""Alembic environment and versions, shipped inside the wheel."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine, MetaData


def upgrade(engine: Engine, metadata: MetaData, target: str = "head") -> None:
    """Run the missing versions in one transaction. `metadata` is handed to env.py by the caller."""
    from alembic import command
    from alembic.config import Config

    with resources.as_file(resources.files("cockpit") / "migrations") as folder, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["metadata"] = metadata
        command.upgrade(config, target)
