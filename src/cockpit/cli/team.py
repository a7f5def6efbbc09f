"""The lead's verbs: the team board."""

from __future__ import annotations

import typer

from cockpit.cli import opening, shapes, sheets
from cockpit.cli.output import AsOf, Csv, Json, Plain, show, wants_screen
from cockpit.i18n import _


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    tree.command(help=_("Every rep's target, actual, gap, visits and main problem."))(team)


def team(plain: Plain = False, as_json: Json = False, as_csv: Csv = False, as_of: AsOf = None) -> None:
    if wants_screen(plain, as_json, as_csv) and as_of is None:
        opening.open_app("team")
        return
    opened = opening.services()
    found = opened.team.load(opening.moment(as_of, opened))
    show(sheets.team(found), shapes.team(found), as_json, as_csv)
