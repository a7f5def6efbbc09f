"""`cockpit hub`: run the reference hub, fill it, and give people tokens. Needs the extra `hub`."""

from __future__ import annotations

import os
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli.misuse import Verbs
from cockpit.cli.output import progress, talk, write
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, MissingExtra, NotAllowed, UnknownName
from cockpit.i18n import _, labelled, listed, ngettext
from cockpit.locations import locate

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.database import Database

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", help=_("SQLite or PostgreSQL URL; COCKPIT_DATABASE_URL otherwise."), metavar="URL"),
]


HUB_EXTRA = "uv tool install 'cockpit[hub]'"


def has_extra() -> bool:
    """Whether the hub's libraries are installed."""
    return all(find_spec(name) is not None for name in ("fastapi", "uvicorn", "holidays", "chinese_calendar"))


def require_extra() -> None:
    """Raises MissingExtra, naming the command that adds it, where the hub's libraries are not installed."""
    if not has_extra():
        raise MissingExtra(extra="hub", command=HUB_EXTRA)


def hub_file(url: str | None) -> Path | None:
    """The file of the hub's database, which need not be there yet; None for a server's. Raises BadUse."""
    chosen = url or os.environ.get("COCKPIT_DATABASE_URL")
    if chosen and chosen.startswith("postgresql"):
        return None
    if chosen and not chosen.startswith("sqlite:///"):
        raise BadUse(_("{text} is not a database URL: use sqlite:///FILE or postgresql://...").format(text=chosen))
    return Path(chosen.removeprefix("sqlite:///")) if chosen else locate().data_dir / "hub.db"


def hub_database(url: str | None) -> Database:
    """The hub's database, ready to use: by flag, by COCKPIT_DATABASE_URL, or hub.db in the data folder."""
    from cockpit.storage.database import Database

    file = hub_file(url)
    if file is None:
        if find_spec("psycopg") is None:
            raise MissingExtra(extra="postgres", command="uv tool install 'cockpit[hub,postgres]'")
        chosen = url or os.environ["COCKPIT_DATABASE_URL"]
        database = Database(chosen.replace("postgresql://", "postgresql+psycopg://", 1))
    else:
        database = Database.at(file)
    database.prepare()
    return database


def group() -> typer.Typer:
    """The `hub` verbs."""
    from cockpit.cli import upstreams

    verbs = typer.Typer(
        help=_("The reference CRM API: serve, seed, import, tokens."),
        no_args_is_help=True,
        rich_markup_mode=None,
        cls=Verbs,
    )
    verbs.command(help=_("Serve the API."))(serve)
    verbs.command(help=_("Make the demo company."))(seed)
    verbs.command("import-csv", help=_("Load a CRM export; bad rows go to a report."))(import_csv)
    verbs.command(
        "import-rows",
        help=_("Load from a CSV file what a CRM has no place for: rules, opening-hours, visit-hours, nudges."),
    )(import_rows)
    verbs.command(help=_("Print a new bearer token for a person."))(token)
    verbs.command(help=_("End the tokens of a person, or one token; their devices keep what is on them."))(revoke)
    verbs.command(help=_("Sign in, as a person, the device that shows a code."))(approve)
    verbs.command(help=_("Say that the database came back from a backup: the devices send again what it lacks."))(
        restored
    )
    verbs.command(help=_("How the hub stands with its CRM: the last round, what waits, what could not be taken."))(
        upstreams.upstream
    )
    verbs.add_typer(_funnels(), name="funnels")
    return verbs


def _funnels() -> typer.Typer:
    """Funnel models: what is shipped, what this hub has, and adding one."""
    verbs = typer.Typer(
        help=_("Funnel models: list what there is, add a shipped one or your own."),
        no_args_is_help=True,
        rich_markup_mode=None,
        cls=Verbs,
    )

    @verbs.command("list", help=_("The funnels of this hub with their stages, and the models that are shipped."))
    def every(database: DatabaseUrl = None) -> None:
        require_extra()
        from cockpit.hub import funnels

        with hub_database(database).read() as session:
            for name, stages in funnels.here(session):
                write(f"{name}: {' > '.join(stages)}")
        talk(
            _("Shipped: {names}. Add one: cockpit hub funnels add {first}").format(
                names=listed(funnels.shipped()), first=funnels.shipped()[0]
            )
        )

    @verbs.command(help=_("Add a shipped model by name, or your own from a TOML file; again to bring it up to date."))
    def add(
        model: Annotated[str, typer.Argument(help=_("online, territory, solution, strategic, or a TOML file."))],
        database: DatabaseUrl = None,
    ) -> None:
        require_extra()
        from cockpit import clock
        from cockpit.hub import funnels

        found = funnels.read(model)
        with hub_database(database).write() as session:
            done = funnels.put(session, found, clock.now())
        outcomes = {"added": _("added"), "changed": _("changed"), "unchanged": _("unchanged")}
        write(
            labelled(
                done.name,
                listed(
                    (
                        outcomes[done.outcome],
                        ngettext("{count} stage", "{count} stages", done.stages).format(count=done.stages),
                    )
                ),
            )
        )

    return verbs


def serve(
    database: DatabaseUrl = None,
    host: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port to listen on; 0 for any free one."))] = 8765,
    embedded: Annotated[
        bool, typer.Option("--embedded", help=_("End when standard input ends; print the address as JSON."))
    ] = False,
    upstream: Annotated[
        str,
        typer.Option(help=_("The connection to the CRM it is joined to; cockpit connect makes one."), metavar="NAME"),
    ] = "",
) -> None:
    require_extra()
    from cockpit.hub.serving import serve as run_server

    opened = hub_database(database)
    run_server(opened.url, host, port, embedded, upstream)


def seed(
    database: DatabaseUrl = None,
    anchor: Annotated[
        str | None, typer.Option(help=_("The day the company lives on; the last working day otherwise."))
    ] = None,
    seed_number: Annotated[int, typer.Option("--seed", help=_("Another number makes another company."))] = 1,
) -> None:
    require_extra()
    from cockpit import clock
    from cockpit.hub.seed import last_workday, seed_company
    from cockpit.i18n import language

    try:
        day = date.fromisoformat(anchor) if anchor else clock.now().date()
    except ValueError as error:
        raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=anchor)) from error
    report = seed_company(hub_database(database), last_workday(day), seed_number, language())
    for name, count in report.counts.items():
        write(f"{name} {count}")


def import_csv(
    folder: Annotated[Path, typer.Argument(help=_("Folder with the CSV files."))],
    database: DatabaseUrl = None,
    mapping: Annotated[Path | None, typer.Option(help=_("TOML file that maps the columns."))] = None,
) -> None:
    require_extra()
    from cockpit.hub.importing import import_csv as load

    with progress(_("Importing")) as tell:
        report = load(hub_database(database), folder, mapping, tell)
    write(
        _("read {read}  written {written}  unchanged {unchanged}  rejected {rejected}").format(
            read=report.read, written=report.written, unchanged=report.unchanged, rejected=report.rejected
        )
    )
    if report.rejected:
        talk(_("The rejected rows are listed in {path}.").format(path=report.report_path))


def import_rows(
    kind: Annotated[str, typer.Argument(help=_("rules, opening-hours, visit-hours or nudges."))],
    file: Annotated[Path, typer.Argument(help=_("The CSV file."))],
    database: DatabaseUrl = None,
) -> None:
    require_extra()
    from cockpit import clock
    from cockpit.hub.importing import lacking
    from cockpit.hub.upstream import opening

    if kind not in lacking.KINDS:
        known = listed(lacking.KINDS)
        raise BadUse(_("{value} is not known. Allowed: {names}.").format(value=clean_line(kind, 64), names=known))
    opened = hub_database(database)
    hours = frozenset(opening.find(opened, name).day_starts for name in opening.names(opened))
    with opened.write() as session:
        done = lacking.take(session, kind, file, clock.now(), hours)
    write(_("written {written}  unchanged {unchanged}").format(written=done.written, unchanged=done.unchanged))


def token(
    person: Annotated[str, typer.Argument(help=_("Name or id of the person."))],
    database: DatabaseUrl = None,
    label: Annotated[str, typer.Option(help=_("What the token is for."))] = "",
) -> None:
    require_extra()
    from cockpit.hub import tokens

    opened = hub_database(database)
    with opened.write() as session:
        write(tokens.issue(session, _person_id(session, person), label=label))


def revoke(
    person: Annotated[str | None, typer.Argument(help=_("Name or id of the person."))] = None,
    database: DatabaseUrl = None,
    label: Annotated[str | None, typer.Option(help=_("Only the tokens made for this."))] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help=_("Read one token from standard input."))] = False,
) -> None:
    require_extra()
    from cockpit import clock
    from cockpit.hub import tokens

    if (person is None) != token_stdin:
        raise BadUse(_("Name a person, or give one token with --token-stdin."))
    opened = hub_database(database)
    with opened.write() as session:
        if person is None:
            count = int(tokens.revoke(session, sys.stdin.readline().strip(), clock.now()))
        else:
            count = tokens.revoke_of(session, _person_id(session, person), clock.now(), label=label)
    if not count:
        raise NotAllowed(_("There is no such token that is still in use."))
    write(ngettext("{count} token ended.", "{count} tokens ended.", count).format(count=count))


def approve(
    code: Annotated[str, typer.Argument(help=_("The code the device shows."))],
    person: Annotated[str, typer.Option("--as", help=_("Name or id of the person."), metavar="NAME")],
    database: DatabaseUrl = None,
    deny: Annotated[bool, typer.Option("--deny", help=_("Turn the device away instead."))] = False,
) -> None:
    require_extra()
    from cockpit import clock
    from cockpit.hub import grants, tokens

    opened = hub_database(database)
    with opened.write() as session:
        person_id = _person_id(session, person)
        grant = grants.decide(
            session,
            code,
            person_id=person_id,
            scopes=tokens.role_scopes(session, person_id),
            is_approved=not deny,
            now=clock.now(),
        )
        device = clean_line(grant.label) or "-" if grant is not None else ""
    if grant is None:
        raise NotAllowed(_("No device waits with this code. A code is good for 15 minutes and for one use."))
    words = _("Turned away: {device}.") if deny else _("Signed in: {device}, as {person}.")
    write(words.format(device=device, person=person))


def restored(database: DatabaseUrl = None) -> None:
    require_extra()
    from cockpit import clock
    from cockpit.hub import cursors

    opened = hub_database(database)
    with opened.write() as session:
        cursors.begin_anew(session, clock.now())
    write(_("A new epoch has begun: at their next sync the devices load anew and send again what this database lacks."))
    talk(_("Tokens ended after the backup was made are good again: end them with `cockpit hub revoke`."))


def _person_id(session: Session, person: str) -> str:
    """Of the one person called so. Raises UnknownName with near names, NotAllowed where there is nobody yet."""
    from sqlmodel import col, select

    from cockpit.storage.tables import PersonRow

    named = select(PersonRow).where(
        (col(PersonRow.id) == person) | (col(PersonRow.name) == person) | (col(PersonRow.alias) == person)
    )
    found = session.exec(named).all()
    if len(found) == 1:
        return found[0].id
    near = found or session.exec(select(PersonRow).order_by(col(PersonRow.name)).limit(8)).all()
    if not near:
        raise NotAllowed(_("This hub holds no people yet: run `cockpit hub seed`, or import some."))
    raise UnknownName(kind=_("name"), name=person, near=listed(row.name for row in near))
