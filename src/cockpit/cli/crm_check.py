"""What the doctor looks at of the CRMs that a hub on this machine is joined to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cockpit.cli.checks import Check, failed
from cockpit.cli.hub import has_extra
from cockpit.domain.text import clean_line
from cockpit.errors import CockpitError, HubError, SignInNeeded
from cockpit.i18n import _, clauses, listed
from cockpit.locations import Locations

if TYPE_CHECKING:
    from cockpit.hub.upstream import Connection
    from cockpit.storage.database import Database


def crm_checks(locations: Locations) -> Iterator[Check]:
    """Each connection: whether it answers, what its CRM lacks, what could not be taken. Nothing where there is none."""
    path = locations.data_dir / "hub.db"
    if not any((locations.data_dir / "crm").glob("*.toml")) or not path.exists() or not has_extra():
        return
    from cockpit.hub.upstream import opening
    from cockpit.storage.database import Database

    database = Database.at(path)
    try:
        for name in opening.names(database):
            try:
                connection = opening.find(database, name)
            except CockpitError as error:
                yield failed(f"crm {name}", error)
                continue
            yield from _connection(database, connection)
            yield _rows(database, name)
    finally:
        database.close()


def _connection(database: Database, connection: Connection) -> Iterator[Check]:
    from cockpit.hub.upstream import opening
    from cockpit.hub.upstream.words import kind_names, server_name, trouble

    name = f"crm {connection.name}"
    try:
        connector = opening.connector_of(connection, opening.Secrets(opening.folder_of(database)))
        try:
            greeting = connector.greet()
        finally:
            connector.close()
    except HubError as error:
        found = trouble(error, connection.crm)
        again = f"cockpit connect {connection.name} --crm {connection.crm}"
        yield Check(name, "wrong", found.detail, again if isinstance(error, SignInNeeded) else str(found.facts["step"]))
        return
    except CockpitError as error:
        yield failed(name, error)
        return
    words = _("{server} answers as {name}").format(server=server_name(greeting), name=clean_line(greeting.user_name))
    if greeting.forbidden:
        words += _("; this token may not read {names}").format(names=listed(kind_names(greeting.forbidden)))
    yield Check(name, "ok", words)
    if connector.can.lacks:
        lacks = _("does not offer {names}; that stays at the hub").format(names=clauses(connector.can.lacks))
        yield Check(name, "ok", lacks)


def _rows(database: Database, name: str) -> Check:
    from cockpit.hub.upstream.status import standing
    from cockpit.storage.database import HEAD_REVISION

    title = _("rows of {name}").format(name=name)
    if database.revision() != HEAD_REVISION:
        return Check(title, "warning", _("the hub's file is of an older version"), "cockpit hub serve")
    with database.read() as session:
        found = standing(session, name)
    command = f"cockpit hub upstream {name}"
    if found.started_at is None:
        return Check(title, "warning", _("there was no round yet"), f"cockpit hub serve --upstream {name}")
    if found.error:
        return Check(
            title, "wrong", _("the last round did not get through: {reason}").format(reason=found.error), command
        )
    counted = _("{waiting} rows wait for another one, {bad} could not be taken").format(
        waiting=found.waiting, bad=found.bad
    )
    is_well = not (found.waiting or found.bad or found.notes)
    notes = "".join(f"; {note}" for note in found.notes)
    return Check(title, "ok" if is_well else "warning", counted + notes, "" if is_well else command)
