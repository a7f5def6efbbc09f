"""The lead's verbs: the team board."""

from __future__ import annotations

import typer

from cockpit.cli import opening, shapes, sheets
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.output import AsOf, Csv, Json, Plain, show, wants_screen
from cockpit.i18n import _


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    tree.command(help=_("Every rep's target, actual, gap, visits and main problem."))(team)


def team(
    plain: Plain = False, as_json: Json = False, as_csv: Csv = False, as_of: AsOf = None, explain: Explain = False
) -> None:
    if wants_screen(plain, as_json, as_csv) and as_of is None and not explain:
        opening.open_app("team")
        return
    opened = opening.services()
    moment = opening.moment(as_of, opened)
    found = opened.team.load(moment)
    why = opened.why.of_screen("team", None, moment) if explain else None
    show(*explained(sheets.team(found), shapes.team(found), why), as_json, as_csv)
