"""`cockpit connect`: join a hub of one's own to a CRM, sign this device in to it, and look at it."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import opening
from cockpit.cli.crm_check import words_of_crm
from cockpit.cli.first import USUAL_PORT
from cockpit.cli.hub import DatabaseUrl, hub_database, require_extra
from cockpit.cli.output import progress, talk, write
from cockpit.cli.upstreams import tell_missing
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, HubError, HubUnavailable, NotAllowed, Stopped, UnknownName
from cockpit.i18n import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.crm.connector import Connector, Greeting, Remote
    from cockpit.hub.embedded import EmbeddedHub
    from cockpit.hub.upstream import Connection
    from cockpit.hub.upstream.opening import Secrets
    from cockpit.storage.database import Database

FIRST = 5
"""Rows that are shown of a kind."""


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(help=_("Join your CRM: choose it, sign in, look at the first rows, save. Again to open it."))(connect)


def connect(
    name: Annotated[str, typer.Argument(help=_("Name of the connection."))] = "crm",
    crm: Annotated[
        str | None, typer.Option("--crm", help=_("bottlecrm, tryton, pipedrive, hubspot or salesforce."))
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help=_("Address of the CRM."))] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help=_("Read the token from standard input."))] = False,
    zone: Annotated[str | None, typer.Option("--zone", help=_("Time zone, such as Asia/Shanghai."))] = None,
    as_person: Annotated[
        str | None, typer.Option("--as", help=_("Who you are there: name, mail or id."), metavar="NAME")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help=_("Who leads: THEIR_ID=team_lead."), metavar="ID=ROLE")
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", help=_("A stage of theirs that is one of ours: THEIR_ID=OUR_ID."), metavar="ID=ID"),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help=_("What only this CRM needs to know."), metavar="KEY=VALUE")
    ] = None,
    ca_file: Annotated[str, typer.Option("--ca-file", help=_("Certificate of the CRM's own authority."))] = "",
    test_only: Annotated[bool, typer.Option("--test", help=_("Look and save nothing."))] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help=_("Save, and do not start the hub."))] = False,
    database: DatabaseUrl = None,
) -> None:
    require_extra()
    from cockpit.hub.upstream import opening as connections

    opened = hub_database(database)
    if crm is None and url is None and name in connections.names(opened):
        _open(opened, connections.find(opened, name), as_person)
        return
    made = _asked(name, crm, url, zone, ca_file, {"roles": role, "stages": stage, "options": option})
    secrets = connections.Secrets(connections.folder_of(opened))
    secret = _secret(made, from_stdin=token_stdin)
    kept: list[str] = []
    connector = _connector(made, secret, kept)
    try:
        greeting = _look(connector)
    except HubError as error:
        raise HubError(words_of_crm(error)) from error
    finally:
        connector.close()
    if test_only:
        return
    _save(opened, made, secrets, kept[-1] if kept else secret)
    if not no_open:
        _open(opened, made, as_person or greeting.user_id)


# -- asking --------------------------------------------------------------------------------------------------------------


def _asked(
    name: str, crm: str | None, url: str | None, zone: str | None, ca_file: str, tables: dict[str, list[str] | None]
) -> Connection:
    """The connection as it is asked for. Raises BadUse for what is missing where nobody can be asked."""
    from cockpit.crm.registry import CRMS
    from cockpit.hub.upstream import settings

    if crm is None:
        talk("\n".join(f"  {key:<12}{one.title}" for key, one in CRMS.items()))
        crm = _typed(_("Which CRM"), "--crm")
    if crm not in CRMS:
        raise BadUse(_("{name} is not a CRM we know. Known: {known}.").format(name=crm, known=", ".join(sorted(CRMS))))
    if url is None:
        url = _typed(_("Its address, like {example}").format(example=CRMS[crm].address), "--url")
    data: dict[str, object] = {"crm": crm, "url": url, "zone": zone or _own_zone()}
    data |= {key: _pairs(key, values) for key, values in tables.items() if values}
    if ca_file:
        data["ca_file"] = ca_file
    return settings.checked(name, data)


def _pairs(key: str, values: list[str]) -> dict[str, str]:
    found = dict(part.partition("=")[::2] for part in values)
    if not all(found) or not all(found.values()):
        raise BadUse(_("--{key} is like THIS=THAT.").format(key=key.rstrip("s")))
    return found


def _own_zone() -> str:
    """The time zone of this machine by its name, UTC where it has none."""
    with suppress(OSError, ValueError):
        target = str(Path("/etc/localtime").resolve())
        if "zoneinfo/" in target:
            return target.partition("zoneinfo/")[2]
    return "UTC"


def _secret(made: Connection, *, from_stdin: bool) -> str:
    from cockpit.crm.registry import CRMS

    if from_stdin or not sys.stdin.isatty():
        found = sys.stdin.readline().strip()
    else:
        talk(_(CRMS[made.crm].secret))
        found = _typed(_("Token"), "--token-stdin", is_hidden=True)
    if not found:
        raise BadUse(_("No token was given."))
    return found


def _typed(question: str, option: str, *, is_hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        raise BadUse(_("{option} is needed.").format(option=option))
    try:
        return str(typer.prompt(question, hide_input=is_hidden, err=True)).strip()
    except typer.Abort:
        raise Stopped() from None


# -- looking -------------------------------------------------------------------------------------------------------------


def _connector(made: Connection, secret: str, kept: list[str]) -> Connector:
    """A connector whose renewed tokens go to `kept`: nothing is stored before it is known to work."""
    from time import sleep

    from cockpit.crm import registry
    from cockpit.crm.connector import Access

    options = {"zone": made.zone.key, **made.options}
    access = Access(made.url, secret, sleep, keep=kept.append, ca_file=made.ca_file, proxy=made.proxy, options=options)
    return registry.connect(made.crm, access)


def _look(connector: Connector) -> Greeting:
    """Sign in, and show what is there: people, stages, first deals."""
    with progress(_("Signing in")) as tell:
        tell(_("asking the CRM"))
        greeting = connector.greet()
        found = {entity: _some(connector, greeting, entity) for entity in ("person", "stage", "deal")}
    write(
        _("{product} {version}: signed in as {name} ({id})").format(
            product=clean_line(greeting.product),
            version=clean_line(greeting.version),
            name=clean_line(greeting.user_name),
            id=clean_line(greeting.user_id),
        )
    )
    titles = {"person": _("Users"), "stage": _("Stages"), "deal": _("First deals")}
    for entity, rows in found.items():
        if rows is None:
            write(_("{title}: this token may not read them").format(title=titles[entity]))
        else:
            names = "; ".join(f"{_named(row)} ({row.id})" for row in rows)
            write(_("{name}: {detail}").format(name=titles[entity], detail=names or _("nothing")))
    tell_missing(connector.can.lacks)
    return greeting


def _named(row: Remote) -> str:
    from cockpit.services.views import spoken

    name, alias = (clean_line(str(row.values.get(key) or ""), 60) for key in ("name", "alias"))
    return spoken(name, alias)


def _some(connector: Connector, greeting: Greeting, entity: str) -> list[Remote] | None:
    from cockpit.crm.connector import CrmForbidden, Remote

    if entity not in connector.can.holdings or entity in greeting.forbidden:
        return None
    most = FIRST if entity == "deal" else 50
    found: list[Remote] = []
    try:
        for page in connector.snapshot(entity):
            found += [row for row in page.rows if isinstance(row, Remote) and not row.is_deleted]
            if len(found) >= most:
                break
    except CrmForbidden:
        return None
    return found[:most]


def _save(database: Database, made: Connection, secrets: Secrets, secret: str) -> None:
    from cockpit.hub.upstream import opening as connections
    from cockpit.hub.upstream import settings

    path = connections.folder_of(database) / f"{made.name}.toml"
    settings.write(path, made)
    place = secrets.keep(made.name, secret)
    where = {"keyring": _("in the keyring"), "file": _("in a file only you can read")}.get(place, place)
    write(_("Saved: {path}. The token is {where}.").format(path=path, where=where))


# -- opening -------------------------------------------------------------------------------------------------------------


def _open(database: Database, made: Connection, person: str | None) -> None:
    """Read the CRM, start the hub that is joined to it, sign this device in, sync, and show the day."""
    from cockpit import clock
    from cockpit.hub import tokens
    from cockpit.hub.context import Hub
    from cockpit.hub.upstream import opening as connections
    from cockpit.storage import meta

    _refuse_other_hub()
    with progress(_("Reading the CRM")) as tell:
        tell(made.name)
        joined = connections.join(Hub(database, clock.now), made.name)
        done = joined.round()
        joined.stop()
    if done.error:
        talk(_("It did not get through: {reason}. The last that did: {at}").format(reason=done.error, at="-"))
    key = f"crm_me:{made.name}"
    with database.write() as session:
        person_id = _person(session, made, person or meta.get(session, key))
        meta.put(session, key, person_id)
        tokens.revoke_of(session, person_id, clock.now(), label="connect")
        token = tokens.issue(session, person_id, label="connect")
    database.close()
    with _started(database.url, made.name) as hub:
        account = opening.services()
        name = account.sync.signing.sign_in(hub.url, token, has_moved=True)
        account.sync.run(None)
        write(_("Signed in as {name}. Next time: cockpit connect {connection}").format(name=name, connection=made.name))
        if opening.has_terminal():
            account.desk.database.close()
            opening.open_app("today")


def _started(url: str, name: str) -> EmbeddedHub:
    from cockpit.hub import embedded

    try:
        return embedded.start(url, USUAL_PORT, upstream=name)
    except HubUnavailable:
        return embedded.start(url, upstream=name)


def _refuse_other_hub() -> None:
    """Raises NotAllowed where this device's account is the one of another hub: its rows are not to be mixed."""
    from urllib.parse import urlsplit

    from cockpit.locations import locate, start_values

    locations = locate()
    if not locations.database(start_values(locations).account).exists():
        return
    address = opening.services().sync.signing.hub_url()
    if address and urlsplit(address).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise NotAllowed(
            _("This device is signed in to {host}. Use another account for the CRM: COCKPIT_ACCOUNT=crm").format(
                host=clean_line(address)
            )
        )


def _person(session: Session, made: Connection, wanted: str) -> str:
    """Our id of a person named by theirs, by name or by mail. Raises UnknownName with those there are."""
    from sqlmodel import col, select

    from cockpit.storage.tables import CrmLinkRow, PersonRow

    link = session.get(CrmLinkRow, (made.name, "person", wanted)) if wanted else None
    if link is not None:
        return link.row_id
    people = session.exec(select(PersonRow).order_by(col(PersonRow.name))).all()
    found = [one for one in people if wanted and wanted in (one.id, one.name, one.alias, one.email)]
    if len(found) == 1 or (len(people) == 1 and not wanted):
        return (found or list(people))[0].id
    if not people:
        raise NotAllowed(_("The CRM shows no people: nobody can be signed in."))
    raise UnknownName(kind=_("name"), name=wanted, near=", ".join(one.name for one in people[:8]))
