"""The verbs of the hub's other end: login and sync."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cockpit.cli import opening, shapes, sheets
from cockpit.cli.output import Csv, Json, Plain, progress, show, write
from cockpit.errors import BadUse, OpenConflict, Stopped
from cockpit.i18n import _
from cockpit.locations import mark_tour


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    tree.command(help=_("Send what waits, fetch what is new. Exit code 3 when a conflict is open."))(sync)
    tree.command(help=_("Sign this device in to a hub."))(login)


def sync(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    offline: Annotated[bool, typer.Option("--offline", help=_("Only show the queue; use no network."))] = False,
    accept_shrink: Annotated[bool, typer.Option("--accept-shrink", help=_("Yes, most local rows may go."))] = False,
) -> None:
    opened = opening.services()
    report = None
    if not offline:
        with progress(_("Syncing")) as tell:
            tell(_("asking the hub"))
            report = opened.sync.run(tell, accept_shrink=accept_shrink)
    found = opened.sync.load()
    show(sheets.sync(found, report), shapes.sync(found, report), as_json, as_csv)
    if found.badge.conflicts:
        raise OpenConflict(count=found.badge.conflicts)


def login(
    url: Annotated[str, typer.Argument(help=_("Address of the hub, for example https://hub.example.com."))],
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help=_("Read the token from standard input."))] = False,
) -> None:
    if token_stdin or not sys.stdin.isatty():
        token = sys.stdin.readline().strip()
    else:
        try:
            token = typer.prompt(_("Token"), hide_input=True, err=True)
        except typer.Abort:
            raise Stopped() from None
    if not token:
        raise BadUse(_("No token was given."))
    with progress(_("Signing in")) as tell:
        tell(_("asking the hub"))
        name = opening.services().sync.sign_in(url, token)
    mark_tour("due")
    write(_("Signed in as {name}. Run `cockpit sync`, then `cockpit`.").format(name=name))
