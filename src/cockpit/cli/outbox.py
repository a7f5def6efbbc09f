"""`cockpit outbox`: what waits, as a list; out into a file and back in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cockpit import i18n
from cockpit.cli import opening, shapes
from cockpit.cli.nouns import Noun
from cockpit.cli.output import Csv, Json, Plain, Sheet, Table, show, talk, write
from cockpit.errors import BadUse
from cockpit.i18n import _
from cockpit.locations import locate, start_values
from cockpit.services import snapshots as s
from cockpit.services.words import write_state

Mutation = Annotated[str, typer.Argument(help=_("Id from `cockpit outbox`."), metavar="ID")]


def group() -> typer.Typer:
    """The verb with its two ways in and out."""
    tree = typer.Typer(
        help=_("What waits to be sent; save it to a file, take it back in."),
        rich_markup_mode=None,
        no_args_is_help=False,
        cls=Noun,
    )

    @tree.callback(invoke_without_command=True)
    def queue(context: typer.Context, plain: Plain = False, as_json: Json = False, as_csv: Csv = False) -> None:
        if context.invoked_subcommand is None:
            found = opening.services().sync.load()
            shape = {**shapes.stamp(found), "mutations": [asdict(item) for item in found.queue]}
            show(_sheet(found), shape, as_json, as_csv)

    @tree.command(help=_("Save everything unsent, one JSON object a line; also from a file of a newer Cockpit."))
    def export(
        file: Annotated[Path | None, typer.Argument(help=_("A new file; printed when left out."))] = None,
    ) -> None:
        from cockpit.services import outbox_files

        locations = locate()
        database = locations.database(start_values(locations).account)
        if file is None:
            for line in outbox_files.lines_of(database):
                write(line)
            return
        count = outbox_files.export_to(database, file)
        talk(_("{count} unsent changes saved in {path}.").format(count=count, path=file))

    @tree.command(name="import", help=_("Queue what is new in such a file; what is known already is not doubled."))
    def take(file: Annotated[Path, typer.Argument(help=_("A file made by `cockpit outbox export`."))]) -> None:
        done = opening.services().outbox_files.take(file)
        words = _("{queued} changes queued; {known} were queued already, {ended} had ended already.")
        write(words.format(queued=done.queued, known=done.known, ended=done.ended))

    @tree.command(help=_("Send a refused change again, with --set typed anew; undo takes it back."))
    def retry(
        mutation: Mutation,
        typed: Annotated[
            list[str] | None,
            typer.Option("--set", help=_("NAME=TEXT for a value; may be given again."), metavar="NAME=TEXT"),
        ] = None,
    ) -> None:
        opened = opening.services()
        if not typed:
            write(opened.sync.retry(mutation).text)
            return
        write(opened.amending.save(mutation, dict(_pair(text) for text in typed)).text)

    @tree.command(help=_("End a refused change for good; undo brings it back."))
    def discard(mutation: Mutation) -> None:
        write(opening.services().sync.discard(mutation).text)

    return tree


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise BadUse(_("{text} is not NAME=TEXT; the names are in `cockpit outbox --json`.").format(text=text))
    return name.strip(), value


def _sheet(found: s.SyncSnapshot) -> Sheet:
    rows = [
        (
            item.mutation_id,
            i18n.short_moment(item.occurred_at),
            item.label,
            str(item.attempts),
            write_state(item.state),
            item.error,
        )
        for item in found.queue
    ]
    columns = (_("id"), _("time"), _("what"), ">" + _("tries"), _("state"), _("why"))
    return Sheet(
        [], [Table(_("Waiting"), columns, rows, _("Nothing waits. Everything is at the hub."))], _records(found)
    )


def _records(found: s.SyncSnapshot) -> list[dict[str, object]]:
    names = ("mutation_id", "label", "entity", "occurred_at", "attempts", "state", "error")
    return [{name: getattr(item, name) for name in names} for item in found.queue]
