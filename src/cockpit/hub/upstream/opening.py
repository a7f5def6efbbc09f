"""A connection from its file and its secret."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from cockpit import locations
from cockpit.credentials import Credentials, Place
from cockpit.crm import registry
from cockpit.crm.connector import Access, Connector
from cockpit.errors import SignInNeeded
from cockpit.hub.upstream import settings
from cockpit.hub.upstream.joining import Upstream
from cockpit.hub.upstream.settings import Connection
from cockpit.i18n import _
from cockpit.storage.database import Database

if TYPE_CHECKING:
    from cockpit.hub.context import Hub

VARIABLE = "COCKPIT_CRM_TOKEN"
_MARK = "="
"""Before each secret that is kept: it may look like anything, also like what the credentials keep of a hub."""


def folder_of(database: Database) -> Path:
    """Where the connections of a hub are: beside its file, for a server's database in the data folder."""
    return settings.folder_of(database.path or locations.locate().data_dir / "hub.db")


def names(database: Database) -> list[str]:
    return sorted(path.stem for path in folder_of(database).glob("*.toml"))


def find(database: Database, name: str) -> Connection:
    """Raises BadUse, ConfigError."""
    return settings.read(folder_of(database) / f"{name}.toml")


class Secrets:
    """What signs a hub in at its CRMs, by the name of the connection: never in the connection's file."""

    def __init__(self, folder: Path) -> None:
        self._kept = Credentials(folder, VARIABLE)

    def find(self, name: str) -> str:
        """Raises SignInNeeded where there is none."""
        found = self._kept.find(f"crm:{name}")
        if not found:
            raise SignInNeeded(_("There is no token for {name}: cockpit connect").format(name=name))
        return found.removeprefix(_MARK)

    def keep(self, name: str, secret: str) -> Place:
        """Where it is kept."""
        return self._kept.keep(f"crm:{name}", _MARK + secret)


def connector_of(connection: Connection, secrets: Secrets, secret: str = "") -> Connector:
    """A connector that keeps each renewed token where the first was. Raises SignInNeeded, BadUse."""
    access = Access(
        connection.url,
        secret or secrets.find(connection.name),
        sleep,
        keep=lambda renewed: _keep(secrets, connection.name, renewed),
        ca_file=connection.ca_file,
        proxy=connection.proxy,
        options=options_of(connection),
    )
    return registry.connect(connection.crm, access)


def options_of(connection: Connection) -> dict[str, str]:
    """What only this CRM needs to know, and the zone."""
    return {"zone": connection.zone.key, **connection.options}


def _keep(secrets: Secrets, name: str, renewed: str) -> None:
    secrets.keep(name, renewed)


def join(hub: Hub, name: str) -> Upstream:
    """Join a hub to the CRM of a connection. Raises BadUse, ConfigError, SignInNeeded."""
    connection = find(hub.database, name)
    secrets = Secrets(folder_of(hub.database))
    return Upstream(hub, connector_of(connection, secrets), connection)
